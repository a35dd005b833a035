"""What a step was made from, as SHA-256 of files, code and environment; no table is read, so no pandas."""

import hashlib
import json
import os
import platform
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from yiduiyi_analysis.folders import Workspace, export_files, unread_files

NAME = "fingerprint.json"
PARTS = {
    "data": "数据",
    "notebook": "笔记本",
    "parameters": "参数",
    "code": "程序",
    "codebook": "编码本",
    "environment": "环境",
}
PACKAGE = Path(__file__).parent
LOCK = PACKAGE.parent / "requirements.lock"
COMPUTING = ("pandas", "numpy", "pyarrow", "scipy")
READING = (*COMPUTING, "python-calamine", "pypinyin", "rapidfuzz")
# What of the codebook no analysis and no report reads.
CLEANING = {
    "corrections.csv",
    "forms.csv",
    "school_aliases.csv",
    "townships.csv",
    "lookalikes.csv",
    "platforms",
}


def clean(ws: Workspace, taken: dict[str, str]) -> dict[str, str]:
    """Return the parts of what data/clean is made from.

    In:   taken: what `inputs` found
    Rule: the salt of pseudonyms is no part, for the first cleaning makes it: that it is there `salted` tells
    """
    return {
        "data": total(taken),
        "codebook": total(files(ws.codebook)),
        "code": code("codebook", "clean"),
        "environment": environment(*READING),
    }


def analyse(ws: Workspace) -> dict[str, str]:
    """Return the parts of what data/results is made from."""
    tables = {
        name: print_
        for name, print_ in files(ws.clean).items()
        if name.endswith(".parquet") or name == "meta.json"
    }
    return {
        "data": total(tables),
        "codebook": total(judging(ws)),
        "code": code("codebook", "clean", "analyse"),
        "environment": environment(*COMPUTING),
    }


def salted(ws: Workspace) -> bool:
    """Tell whether the salt is there that the pseudonyms of data/clean were made with."""
    return (ws.root / "data" / ".salt").is_file()


def inputs(ws: Workspace) -> dict[str, str]:
    """Return the SHA-256 of every export and of the roster, by their path in the workspace."""
    folder = ws.exports()
    exports = [path for path in (*export_files(folder), *unread_files(folder)) if path.is_file()]
    roster = [ws.source / name for name in files(ws.source) if not name.upper().startswith("README")]
    return {path.relative_to(ws.root).as_posix(): of(path) for path in (*exports, *roster)}


def judging(ws: Workspace) -> dict[str, str]:
    """Return the SHA-256 of every file of the codebook but those that only cleaning reads."""
    return {name: print_ for name, print_ in files(ws.codebook).items() if name.split("/")[0] not in CLEANING}


def of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder by its path there; not of hidden ones, nor of ours."""
    return {name: of(folder / name) for name in listed(folder)}


def listed(folder: Path) -> dict[str, int]:
    """Return the size of every file below a folder by its path there; not of hidden ones, nor of ours.

    Rule: sorted; a folder that is not there holds none
    """
    found, waiting = {}, [folder] if folder.is_dir() else []
    while waiting:
        for entry in os.scandir(waiting.pop()):
            if entry.name.startswith((".", "~$")) or entry.name == NAME:
                continue
            if entry.is_dir():
                waiting.append(Path(entry.path))
            else:
                found[Path(entry.path).relative_to(folder).as_posix()] = entry.stat().st_size
    return dict(sorted(found.items()))


def total(value) -> str:
    """Return one SHA-256 of anything that JSON can hold."""
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()


@cache
def code(*rooms: str) -> str:
    """Return one SHA-256 of these rooms of the package and of what stands at its door."""
    paths = list(PACKAGE.glob("*.py"))
    for room in rooms:
        paths += [p for p in (PACKAGE / room).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return total({path.relative_to(PACKAGE).as_posix(): of(path) for path in sorted(paths)})


@cache
def environment(*packages: str) -> str:
    """Return one SHA-256 of Python's version, the locked versions and the installed ones of `packages`."""
    return total([platform.python_version(), lock(), versions(packages)])


def lock() -> str | None:
    """Return the SHA-256 of requirements.lock; None where the package was installed without it."""
    return of(LOCK) if LOCK.is_file() else None


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the installed version of each package that is installed."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def leave(folder: Path, parts: dict[str, str], **told) -> None:
    """Write into a finished folder what it was made from, and which files it holds.

    Rule: written last and in one step, so that a step that did not finish has left none
    """
    made = {"parts": parts, "holds": total(listed(folder)), **told}
    unfinished = folder / f".{NAME}"
    unfinished.write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n", "utf-8")
    unfinished.replace(folder / NAME)


def left(folder: Path) -> dict:
    """Return what `leave` wrote; nothing if the folder has none, or if files came or went since."""
    try:
        made = json.loads((folder / NAME).read_text("utf-8"))
        return made if made["holds"] == total(listed(folder)) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def changed(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """Return what readers call the parts that differ, in their order."""
    return [label for part, label in PARTS.items() if before.get(part) != now.get(part)]
