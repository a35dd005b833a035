"""What runs leave behind: cleared after one that was killed, and pruned by age."""

import contextlib
import os
import shutil
from pathlib import Path

from yiduiyi_analysis.folders import Workspace

RUNNING = ".running"  # in the folder of a run until it is over


def begin(ws: Workspace, run_id: str) -> Path:
    """Return the new folder of a run, marked as unfinished."""
    folder = ws.runs / run_id
    folder.mkdir(parents=True)
    (folder / RUNNING).touch()
    return folder


def end(folder: Path) -> None:
    """Mark a run as over."""
    with contextlib.suppress(OSError):
        (folder / RUNNING).unlink()


def clear(ws: Workspace) -> list[str]:
    """Remove what killed runs left and return the names of what went; only for who holds the lock.

    Rule: a folder that stood aside while its successor was put in its place comes back if that never came;
          of a run that had published only its working files go
    """
    went = []
    for target in (ws.clean, ws.results, ws.current):
        aside = sorted(target.parent.glob(f".{target.name}-*"))
        if not target.exists() and not target.is_symlink():
            aside = _back(target, aside)
        went += [path.name for path in aside if _remove(path)]
    for mark in sorted(ws.runs.glob(f"*/{RUNNING}")):
        abandon(ws, mark.parent)
        went.append(mark.parent.name)
    return went


def abandon(ws: Workspace, folder: Path) -> None:
    """Remove a run that did not end; had it come as far as being published, its working files only."""
    published = folder in ws.current.resolve().parents
    _remove(folder / "work" if published else folder)
    end(folder)


def prune(ws: Workspace, keep: int) -> list[str]:
    """Remove all but the `keep` latest runs and return their ids; what is published always stays."""
    runs, above = sorted(path for path in ws.runs.glob("*") if path.is_dir()), ws.current.resolve().parents
    others = [path for path in runs if path not in above]
    stay = max(keep - (len(runs) - len(others)), 0)
    return [path.name for path in others[: max(len(others) - stay, 0)] if _remove(path)]


def _back(target: Path, aside: list[Path]) -> list[Path]:
    """Put the latest folder that stood aside for `target` back, and return the others."""
    whole = [path for path in aside if path.name.startswith(f".{target.name}-old-")]
    if not whole:
        return aside
    latest = max(whole, key=lambda path: path.stat().st_mtime)
    latest.replace(target)
    return [path for path in aside if path != latest]


def _remove(path: Path) -> bool:
    """Remove a file, link or folder; tell whether it is gone."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
    return not os.path.lexists(path)
