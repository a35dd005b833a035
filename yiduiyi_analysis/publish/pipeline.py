"""The order of publishing: plan, run, publish, tidy."""

import contextlib
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from yiduiyi_analysis import codebook
from yiduiyi_analysis.publish import execute, jobs, manifest
from yiduiyi_analysis.workspace import Workspace


@dataclass(frozen=True)
class Run:
    """What one run did, and what is published after it."""

    outcomes: list[execute.Outcome]
    manifest: manifest.Manifest

    @property
    def exit_status(self) -> int:
        """Return 0 if every report of this run is new, else 1."""
        return int(not all(outcome.ok for outcome in self.outcomes))


def run(
    ws: Workspace,
    *,
    counties: Iterable[str] | None = None,
    only: Iterable[str] | None = None,
    wave: str | None = None,
    workers: int | None = None,
    planned: Callable[[list[jobs.Job]], None] | None = None,
    done: Callable[[execute.Outcome], None] | None = None,
) -> Run:
    """Run the reports asked for (all, by default), publish them, and return what came of each.

    In:     planned is called once with the jobs, done with each outcome as it comes
    Raises: Fault before anything runs: unknown county, report, wave or parameter; no evidence
    """
    book, meta = codebook.load(ws.codebook), manifest.evidence_meta(ws)
    todo = jobs.plan(ws, book, counties, only, wave)
    if planned:
        planned(todo)
    run_id = manifest.new_run_id()
    work = ws.runs / run_id / "work"
    outcomes = execute.run(todo, ws, work, meta, workers=workers, done=done)
    published = manifest.publish(ws, run_id, outcomes, jobs.every(ws, book, wave), meta)
    _tidy(work, outcomes)
    return Run(outcomes, published)


def _tidy(work: Path, outcomes: list[execute.Outcome]) -> None:
    """Remove what successful jobs left; what failed stays, with its log, for whoever looks into it."""
    for outcome in outcomes:
        if outcome.ok:
            shutil.rmtree(work / outcome.job.key, ignore_errors=True)
    for folder in (*work.glob("*/"), work):
        with contextlib.suppress(OSError):  # not empty
            folder.rmdir()
