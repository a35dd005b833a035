"""The order of publishing: plan, audit, run, scan, publish, tidy."""

import contextlib
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from yiduiyi_analysis import codebook
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.publish import currency, execute, jobs, leftovers, lock, manifest, scan
from yiduiyi_analysis.publish.formats import FORMATS
from yiduiyi_analysis.workspace import Workspace

FAILED = "未通过披露审计："


@dataclass(frozen=True)
class Run:
    """What one run did, and what is published after it; `skipped` are the keys of what was current."""

    outcomes: list[execute.Outcome]
    manifest: manifest.Manifest
    skipped: list[str] = field(default_factory=list)

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
    changed_only: bool = False,
    planned: Callable[[list[jobs.Job], list[jobs.Job]], None] | None = None,
    done: Callable[[execute.Outcome], None] | None = None,
    perform: Callable[..., list[execute.Outcome]] | None = None,
) -> Run:
    """Run the reports asked for (all, by default), publish them, and return what came of each.

    In:     changed_only: leave out what is published and would come out the same; planned is called once with
            the jobs to run and those left out, done with each outcome as it comes; perform: what runs
            them, as `execute.run` does here
    Rule:   where the evidence fails the audit no report is run; a report is published in all `formats` or not
            at all, and its older documents in other formats go: what stands together is of one run;
            with nothing to run and nothing else to show, nothing is written
    Raises: Fault before anything runs: another run, unknown county, report, wave or parameter; no evidence;
            a reference document for Word that is none
    """
    with lock.held(ws) as mine:
        book, meta, formats = codebook.load(ws.codebook), manifest.evidence_meta(ws), tuple(formats)
        asked = jobs.plan(ws, book, counties, only, wave)
        _check_styles(ws, formats)
        basis, todo, skipped = _sort(ws, asked, wave, formats, changed_only)
        if planned:
            planned(todo, skipped)
        left_out, before = [job.key for job in skipped], manifest.current(ws)
        if not todo and before and before.plan == basis.plan:
            return Run([], before, left_out)
        mine.sign()
        leftovers.clear(ws)
        crew = partial(perform or execute.run, formats=formats, workers=workers)
        outcomes, published = _made(ws, book, meta, todo, wave, basis, crew, done)
        return Run(outcomes, published, left_out)


def _check_styles(ws: Workspace, formats: tuple[str, ...]) -> None:
    if "docx" in formats:
        from yiduiyi_analysis.publish import word

        word.reference(ws.root)


def _sort(
    ws: Workspace, asked: list[jobs.Job], wave: str | None, formats: tuple[str, ...], changed_only: bool
) -> tuple[manifest.Basis, list[jobs.Job], list[jobs.Job]]:
    """Return what the run is begun on, the jobs to run, and those whose reports are current."""
    prints = currency.Currency(ws)
    parts = {job.key: prints.parts(job, formats) for job in asked}
    basis = manifest.Basis(execute.now(), prints.plan(wave), parts)
    if not changed_only:
        return basis, asked, []
    entries = {entry["key"]: entry for entry in currency.read(ws).get("reports", [])}
    standing = {key for key in parts if key in entries and not prints.reasons(entries[key], parts[key])}
    return basis, [j for j in asked if j.key not in standing], [j for j in asked if j.key in standing]


def _made(ws, book, meta, todo, wave, basis, perform, done) -> tuple[list, manifest.Manifest]:
    """Run the jobs in a folder of this run, publish what came of them, and tidy."""
    run_id = manifest.new_run_id()
    folder = leftovers.begin(ws, run_id)
    outcomes = []
    try:
        if todo:
            gate = Gate(ws, book, done)
            outcomes = gate.refusals(todo)
            if not outcomes:
                ran = perform(todo, ws, folder / "work", meta, done=gate.outcome)
                outcomes = [gate.judged[outcome.job.key] for outcome in ran]
        published = manifest.publish(ws, run_id, outcomes, jobs.every(ws, book, wave), meta, basis)
    except BaseException:  # an interrupt, a full disk: nothing of this run is shown, nothing of it stays
        leftovers.abandon(ws, folder)
        raise
    _tidy(folder / "work", outcomes)
    leftovers.end(folder)
    return outcomes, published


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
        refused = [execute.Outcome(job, error=error, finished_at=execute.now()) for job in todo]
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
