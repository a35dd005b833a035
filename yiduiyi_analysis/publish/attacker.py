"""Both halves of the audit over what stands: the evidence, and every finished document of a run."""

from dataclasses import dataclass

import pandas as pd

from yiduiyi_analysis import codebook
from yiduiyi_analysis.analyse import audit
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.publish import scan
from yiduiyi_analysis.workspace import Workspace

OWN = {"manifest.json"}
GROUPS = {"key": "重点学校", "other": "其余学校", "all": "合计"}


@dataclass(frozen=True)
class Audit:
    """What was found, a line a finding, in how many documents."""

    findings: list[str]
    documents: int


def lines(ws: Workspace, run: str | None = None) -> Audit:
    """Return what the results and the documents of a run (None: those published now) give away.

    Raises: Fault without evidence, and for a run that is not there
    """
    folder = ws.runs / run / "published" if run else ws.current
    if run and not folder.is_dir():
        raise Fault(f"没有“{run}”这次运行的成品", do="编号见 reports/runs")
    book = codebook.load(ws.codebook)
    told = [_line(row, book) for row in audit.run(ws).itertuples()]
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in OWN]
    kept = scan.secrets(ws, book)
    places = set(book.counties["county_code"])
    for path in files:
        place = next((part for part in path.relative_to(folder).parts if part in places), None)
        name = path.relative_to(folder).as_posix()
        told += [f"{name}：{fault}" for fault in scan.faults(path, kept, place)]
    return Audit(told, len(files))


def _line(row, book: Codebook) -> str:
    """Return one finding of the evidence, without the figure that could be worked out."""
    place = book.together if row.county_code == "all" else book.county(row.county_code)[1]
    wave = "" if pd.isna(row.wave) else f" {row.wave}"
    return f"{row.indicator} {place} {GROUPS.get(row.group, row.group)}{wave}：{row.what}"
