"""The order of publishing: plan, audit, run, scan, publish, tidy."""

import contextlib
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from yiduiyi_analysis import codebook
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.publish import execute, jobs, manifest, scan
from yiduiyi_analysis.publish.export import FORMATS
from yiduiyi_analysis.workspace import Workspace

FAILED = "未通过披露审计："


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
    formats: Iterable[str] = FORMATS,
    workers: int | None = None,
    planned: Callable[[list[jobs.Job]], None] | None = None,
    done: Callable[[execute.Outcome], None] | None = None,
) -> Run:
    """Run the reports asked for (all, by default), publish them, and return what came of each.

    In:     planned is called once with the jobs, done with each outcome as it comes
    Rule:   where the evidence fails the audit no report is run; a report is published in all `formats` or not
            at all, and its older documents in other formats go: what stands together is of one run
    Raises: Fault before anything runs: unknown county, report, wave or parameter; no evidence; a reference
            document for Word that is none
    """
    book, meta = codebook.load(ws.codebook), manifest.evidence_meta(ws)
    todo, formats = jobs.plan(ws, book, counties, only, wave), tuple(formats)
    if "docx" in formats:
        from yiduiyi_analysis.publish import word

        word.reference(ws.root)
    if planned:
        planned(todo)
    run_id = manifest.new_run_id()
    work = ws.runs / run_id / "work"
    gate = Gate(ws, book, done)
    outcomes = gate.refusals(todo)
    if not outcomes:
        outcomes = execute.run(todo, ws, work, meta, formats=formats, workers=workers, done=gate.outcome)
        outcomes = [gate.judged[outcome.job.key] for outcome in outcomes]
    published = manifest.publish(ws, run_id, outcomes, jobs.every(ws, book, wave), meta)
    _tidy(work, outcomes)
    return Run(outcomes, published)


class Gate:
    """The audit that every report passes on its way out."""

    def __init__(self, ws: Workspace, book: Codebook, done: Callable[[execute.Outcome], None] | None):
        self.ws, self.done, self.judged = ws, done or (lambda outcome: None), {}
        self.secrets = scan.secrets(ws, book)

    def refusals(self, todo: list[jobs.Job]) -> list[execute.Outcome]:
        """Return one failed outcome a job if the evidence itself gives something away, else nothing."""
        from yiduiyi_analysis.analyse import audit

        found = audit.run(self.ws)
        if found.empty:
            return []
        error = f"{FAILED}评估结果有 {len(found)} 处可被推出（yiduiyi audit 逐条列出）"
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        refused = [execute.Outcome(job, error=error, finished_at=now) for job in todo]
        for outcome in refused:
            self.done(outcome)
        return refused

    def outcome(self, outcome: execute.Outcome) -> None:
        """Judge a report as it comes, and pass it on."""
        paths, place = {*outcome.documents.values(), *outcome.read}, outcome.job.county_code
        faults = [fault for path in sorted(paths) for fault in scan.faults(path, self.secrets, place)]
        if faults:
            outcome = replace(outcome, documents={}, error=FAILED + "、".join(dict.fromkeys(faults)))
        self.judged[outcome.job.key] = outcome
        self.done(outcome)


def _tidy(work: Path, outcomes: list[execute.Outcome]) -> None:
    """Remove what successful jobs left; what failed stays, with its log, for whoever looks into it."""
    for outcome in outcomes:
        if outcome.ok:
            shutil.rmtree(work / outcome.job.key, ignore_errors=True)
    for folder in (*sorted(work.glob("**/"), reverse=True), work):  # the innermost first
        with contextlib.suppress(OSError):  # not empty
            folder.rmdir()
