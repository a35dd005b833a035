"""What a command says while it works: lines for people, or one JSON object a line on standard error."""

import json
import sys
from datetime import datetime

_chosen = {"json": False}


def as_json(asked: bool) -> None:
    """Choose JSON or readable lines, for this command."""
    _chosen["json"] = asked


def is_json() -> bool:
    """Tell whether JSON was chosen."""
    return _chosen["json"]


def event(name: str, **told) -> None:
    """Tell a machine what happened; people are told elsewhere, in their own words."""
    if is_json():
        at = datetime.now().astimezone().isoformat(timespec="milliseconds")
        line = json.dumps({"time": at, "event": name, **told}, ensure_ascii=False, default=str)
        print(line, file=sys.stderr, flush=True)


def line(text: str, level: str = "note") -> None:
    """Say one line on standard error; in JSON it is an event of its level (note, warning, error)."""
    if is_json():
        event(level, text=text)
    elif text:
        print(text, file=sys.stderr, flush=True)


class Reporting:
    """Follow a run of reports as events."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def planned(self, todo, skipped) -> None:
        event("reports_planned", run=len(todo), skipped=len(skipped))

    def done(self, outcome) -> None:
        event(
            "report_finished",
            key=outcome.job.key,
            status="ok" if outcome.ok else "failed",
            seconds=outcome.seconds,
            attempts=outcome.attempts,
            error=outcome.error,
        )
