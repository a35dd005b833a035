"""Outcomes → reports/current: what is published and how it came about, switched in one step."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from yiduiyi_analysis import codebook, fingerprint
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.publish import front, provenance, shelf
from yiduiyi_analysis.publish.entries import Document, Entry, Lamp, Manifest
from yiduiyi_analysis.publish.execute import Outcome, now
from yiduiyi_analysis.publish.jobs import Job
from yiduiyi_analysis.workspace import Workspace

__all__ = ["Document", "Entry", "Lamp", "Manifest"]


@dataclass(frozen=True)
class Basis:
    """What a run was begun on: the day, the plan's fingerprint, and each report's parts by its key."""

    started_at: str = ""
    plan: str = ""
    parts: dict[str, dict[str, str]] = field(default_factory=dict)


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


def as_of(meta: dict, county_code: str | None) -> str | None:
    """Return to which day the data of a place go: a county's own, or of all counties together."""
    return meta.get("latest", {}).get(county_code, meta["as_of"])


def current(ws: Workspace) -> Manifest | None:
    """Return what is published now; None if nothing is, or if its manifest cannot be read."""
    try:
        return Manifest.model_validate_json((ws.current / "manifest.json").read_text("utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return None


def publish(
    ws: Workspace,
    run_id: str,
    outcomes: list[Outcome],
    planned: list[Job],
    meta: dict,
    basis: Basis = Basis(),
) -> Manifest:
    """Switch reports/current to a complete new set and return its manifest.

    In:     planned: every job of reports.yml, run now or not
    Rule:   a report that failed keeps its last good document, one not run now keeps its entry; documents of
            synthetic and of real data never stand side by side, so the older kind goes;
            only for who holds the lock: of two at a time the first would be lost
    """
    staged = ws.runs / run_id / "published"
    staged.mkdir(parents=True)
    book = codebook.load(ws.codebook)
    manifest = Manifest(
        run_id=run_id,
        started_at=basis.started_at,
        as_of=meta["as_of"],
        latest=meta.get("latest", {}),
        synthetic=meta["synthetic"],
        versions=provenance.versions(),
        lock_sha256=fingerprint.lock(),
        inputs=provenance.inputs(ws),
        lights=provenance.lights(ws, book),
        reports=_reports(ws, run_id, outcomes, planned, meta, basis),
        plan=basis.plan,
        planned=len(planned),
        finished_at=now(),
    )
    (staged / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")
    (staged / "index.html").write_text(front.page(manifest, planned, book), "utf-8")
    shelf.switch(ws.current, staged)
    return manifest


def _reports(
    ws: Workspace, run_id: str, outcomes: list[Outcome], planned: list[Job], meta: dict, basis: Basis
) -> list[Entry]:
    """Return the entries of a new set, in the order planned, with their documents put into it."""
    last, made = _last_good(ws, meta["synthetic"]), {o.job.key: o for o in outcomes}
    hidden = provenance.protected(ws) if made else {}
    entries = []
    for job in planned:
        outcome, old = made.get(job.key), last.get(job.key)
        if entry := _entry(outcome, old, run_id, meta) if outcome else old:
            fresh = outcome.documents if outcome and outcome.ok else None
            if fresh:
                entry = _told(entry, basis.parts.get(job.key, {}), hidden)
            entries.append(shelf.place(entry, fresh, ws.current, ws.runs / run_id / "published"))
    return entries


def _last_good(ws: Workspace, synthetic: bool) -> dict[str, Entry]:
    """Return by key what is published now and may stay; an entry whose documents are gone is forgotten."""
    before = current(ws)
    if before is None or before.synthetic != synthetic:
        return {}
    return {
        entry.key: entry
        for entry in before.reports
        if all(_is_whole(ws.current / document.path, document) for document in entry.documents.values())
    }


def _is_whole(path: Path, document: Document) -> bool:
    return path.is_file() and path.stat().st_size == document.bytes


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
        notebook=job.notebook.name,
        parameters=job.parameters,
        status="ok" if outcome.ok else "failed",
        error=outcome.error,
        failed_at=None if outcome.ok else outcome.finished_at,
        run_id=run_id,
        as_of=as_of(meta, job.county_code),
        seconds=outcome.seconds,
        attempts=outcome.attempts,
        peak_mb=getattr(outcome, "peak_mb", None),
        warnings=list(getattr(outcome, "warnings", ())),
        finished_at=outcome.finished_at,
        documents={
            form: Document(path=f"{job.key}.{form}", sha256="", bytes=0) for form in outcome.documents
        },
    )


def _told(entry: Entry, parts: dict[str, str], hidden: dict[str, int]) -> Entry:
    """Return the entry of a report made now with what it was made from, and how much of that is hidden."""
    return entry.model_copy(
        update={
            "parts": parts,
            "fingerprint": fingerprint.total(parts) if parts else "",
            "protected": hidden.get(entry.county_code or provenance.WHOLE, 0),
        }
    )
