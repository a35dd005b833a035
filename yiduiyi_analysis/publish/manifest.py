"""Outcomes → reports/current: what is published and how it came about, switched in one step."""

import hashlib
import json
import os
import platform
import secrets
import shutil
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.publish import front
from yiduiyi_analysis.publish.entries import Document, Entry, Lamp, Manifest
from yiduiyi_analysis.publish.execute import Outcome
from yiduiyi_analysis.publish.jobs import Job
from yiduiyi_analysis.workspace import Workspace

VERSIONS_OF = (
    *("yiduiyi-analysis", "pandas", "numpy", "scipy", "matplotlib", "papermill"),
    *("pypandoc-binary", "python-docx", "typst", "xlsxwriter"),
)


def new_run_id() -> str:
    """Return a name for a run that sorts by time (UTC) and that no other run has."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def evidence_meta(ws: Workspace) -> dict:
    """Return meta.json of the evidence: synthetic, as_of (null where the data have no times) and more."""
    try:
        meta = json.loads((ws.results / "meta.json").read_text("utf-8"))
        return {name: meta[name] for name in ("synthetic", "as_of")} | meta
    except FileNotFoundError:
        raise Fault("还没有评估结果（data/results）", do="请先运行 yiduiyi run，或 yiduiyi analyse") from None
    except (ValueError, KeyError, TypeError):
        raise Fault("文件不完整", file=ws.results / "meta.json", do="请重新运行 yiduiyi analyse") from None


def current(ws: Workspace) -> Manifest | None:
    """Return what is published now; None if nothing is, or if its manifest cannot be read."""
    try:
        return Manifest.model_validate_json((ws.current / "manifest.json").read_text("utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return None


def publish(ws: Workspace, run_id: str, outcomes: list[Outcome], planned: list[Job], meta: dict) -> Manifest:
    """Switch reports/current to a complete new set and return its manifest.

    In:     planned: every job of reports.yml, run now or not
    Rule:   a report that failed keeps its last good document, one not run now keeps its entry; documents of
            synthetic and of real data never stand side by side, so the older kind goes;
            of two runs that end together the second builds on what the first published
    """
    staged = ws.runs / run_id / "published"
    staged.mkdir(parents=True)
    with workspace.alone(ws.reports / ".publishing"):
        return _publish(ws, run_id, outcomes, planned, meta, staged)


def _publish(ws: Workspace, run_id: str, outcomes, planned: list[Job], meta: dict, staged: Path) -> Manifest:
    last = _last_good(ws, meta["synthetic"])
    made = {o.job.key: o for o in outcomes}
    entries = []
    for job in planned:
        outcome, old = made.get(job.key), last.get(job.key)
        if entry := _entry(outcome, old, run_id, meta) if outcome else old:
            entries.append(entry)
            _place(entry, outcome, ws.current, staged)
    book = codebook.load(ws.codebook)
    manifest = Manifest(
        run_id=run_id,
        finished_at=datetime.now().astimezone().isoformat(timespec="seconds"),
        as_of=meta["as_of"],
        synthetic=meta["synthetic"],
        versions=_versions(),
        inputs=_inputs(ws),
        lights=_lights(ws, book),
        reports=[_weighed(entry, staged) for entry in entries],
    )
    (staged / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")
    (staged / "index.html").write_text(front.page(manifest, planned, book), "utf-8")
    _switch(ws.current, staged)
    return manifest


def _last_good(ws: Workspace, synthetic: bool) -> dict[str, Entry]:
    """Return by key what is published now and may stay; an entry whose documents are gone is forgotten."""
    before = current(ws)
    if before is None or before.synthetic != synthetic:
        return {}
    return {
        entry.key: entry
        for entry in before.reports
        if all((ws.current / document.path).is_file() for document in entry.documents.values())
    }


def _entry(outcome: Outcome, old: Entry | None, run_id: str, meta: dict) -> Entry:
    """Return the entry of a report that was run now."""
    if not outcome.ok and old and old.documents:
        failure = {"status": "kept", "error": outcome.error, "failed_at": outcome.finished_at}
        return old.model_copy(update=failure)
    job = outcome.job
    return Entry(
        key=job.key,
        name=job.name,
        title=job.title,
        county_code=job.county_code,
        county=job.county,
        wave=job.wave,
        unit_id=job.unit_id,
        parameters=job.parameters,
        status="ok" if outcome.ok else "failed",
        error=outcome.error,
        failed_at=None if outcome.ok else outcome.finished_at,
        run_id=run_id,
        as_of=meta["as_of"],
        seconds=outcome.seconds,
        attempts=outcome.attempts,
        finished_at=outcome.finished_at,
        documents={
            form: Document(path=f"{job.key}.{form}", sha256="", bytes=0) for form in outcome.documents
        },
    )


def _place(entry: Entry, outcome: Outcome | None, published: Path, staged: Path) -> None:
    """Put an entry's documents into the new set: those made now, else those published already."""
    for form, document in entry.documents.items():
        source = outcome.documents[form] if outcome and outcome.ok else published / document.path
        target = staged / document.path
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)


def _weighed(entry: Entry, staged: Path) -> Entry:
    """Return the entry with size and checksum of the documents as they lie in the new set."""
    contents = {form: (staged / document.path).read_bytes() for form, document in entry.documents.items()}
    documents = {
        form: Document(
            path=entry.documents[form].path, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content)
        )
        for form, content in contents.items()
    }
    return entry.model_copy(update={"documents": documents})


def _switch(target: Path, staged: Path) -> None:
    """Let `target` be the new set in one step: a link where links exist, else a folder renamed into place."""
    link = target.with_name(f".{target.name}-{os.getpid()}")
    link.unlink(missing_ok=True)
    try:
        link.symlink_to(os.path.relpath(staged, target.parent), target_is_directory=True)
        if target.is_dir() and not target.is_symlink():
            raise IsADirectoryError  # left by a system without links: stay with folders
        link.replace(target)
    except OSError:
        link.unlink(missing_ok=True)
        copy = workspace.new_folder_beside(target)
        shutil.copytree(staged, copy, dirs_exist_ok=True)
        workspace.swap_dir(copy, target)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in VERSIONS_OF:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _inputs(ws: Workspace) -> list[dict[str, Any]]:
    """Return the files that the evidence was made from, as cleaning counted them."""
    import pandas as pd

    path = ws.results / "intake.parquet"
    return json.loads(pd.read_parquet(path).to_json(orient="records")) if path.exists() else []


def _lights(ws: Workspace, book: Codebook) -> list[Lamp]:
    from yiduiyi_analysis.present import lights

    shown = lights.read(ws.results, book).round({"value": 4}).astype(object)
    return [Lamp(**row) for row in shown.where(shown.notna(), None).to_dict("records")]
