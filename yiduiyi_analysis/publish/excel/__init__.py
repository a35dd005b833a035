"""The tables of an executed notebook, the evidence of its place and its codes → one workbook."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from yiduiyi_analysis import codebook
from yiduiyi_analysis.present import display, questions
from yiduiyi_analysis.present.display import Table
from yiduiyi_analysis.present.evidence import Names, codes, worded
from yiduiyi_analysis.publish.excel import sheets, table
from yiduiyi_analysis.publish.excel.book import CONTENTS, Book
from yiduiyi_analysis.publish.export import Page, is_hidden
from yiduiyi_analysis.publish.jobs import Job
from yiduiyi_analysis.workspace import Workspace, read_table

PROGRAMME = WHOLE = "all"
EVIDENCE, CODES = "评估结果", "代码说明"
RESPONSE = ".response"
QUOTED = re.compile(r"""(["'])([\w.]+)\1""")
NONE = "本报告的表不据评估指标，没有“评估结果”一页；各指标的结果见成效评估报告和总报告的工作簿。"


@dataclass(frozen=True)
class Facts:
    """What a workbook tells beside its report's tables: the evidence of the place, what codes stand for."""

    rows: pd.DataFrame
    names: Names

    def behind(self, shown: list[Table], named: Iterable[str] = ()) -> "Facts":
        """Return the evidence that a report stands on: its own, and all of the instruments that it tells of.

        In:   shown: its tables; named: what its code names, R6.top2 or a dimension, maybe for a figure only
        Rule: where of an instrument only how many answered is told, that rate alone
        """
        mine = set().union(*(table.frame["indicator"].dropna() for table in shown if _is_of_evidence(table)))
        mine |= set(named) & set(self.rows["indicator"])
        told = mine | set(named)
        asked = {self._instrument(code) for code in told if not code.endswith(RESPONSE)} - {None}
        tools = {code: self._instrument(code) for code in self.rows["indicator"].unique()}
        kept = [code for code, tool in tools.items() if code in mine or tool in asked]
        return Facts(self.rows[self.rows["indicator"].isin(kept)].reset_index(drop=True), self.names)

    def _instrument(self, indicator: str) -> str | None:
        book = self.names.book
        return questions.instrument_of(book, indicator) or book.instrument_of.get(indicator)


@dataclass(frozen=True)
class Exhibit:
    """A table that a notebook shows; `number` is that of its caption in every document, None without one."""

    table: Table
    number: int | None


def facts(ws: Workspace, job: Job) -> Facts:
    """Return the evidence that belongs to a report's place, up to its wave.

    Rule: a county its own; the programme its own and the whole of every county; a unit its own and its
          schools', with the county's figure of each indicator that it is held against
    """
    book = codebook.load(ws.codebook)
    here = [job.county_code] if job.county_code else None
    units = _existing(ws.results / "units.parquet", ["school_id", "unit_id", "unit_label"], here)
    schools = _existing(ws.results / "schools.parquet", ["school_id", "school"], here)
    places = dict(zip("unit:" + units["unit_id"], units["unit_label"], strict=True))
    places |= dict(zip("school:" + schools["school_id"], schools["school"], strict=True))
    rows = read_table(ws.results / "evidence.parquet", here)
    if job.unit_id:
        mine = units.loc[units["unit_id"].eq(job.unit_id), "school_id"]
        rows = _of_unit(rows, {f"unit:{job.unit_id}", *("school:" + mine)})
    elif not job.county_code:
        rows = rows[rows["county_code"].eq(PROGRAMME) | rows["group"].eq(WHOLE)]
    late = _after(list(book.waves), job.parameters.get("wave"))
    return Facts(rows[~rows["wave"].isin(late)].reset_index(drop=True), Names(book, places))


def write(
    executed: dict,
    out: Path,
    page: Page,
    listed: list[tuple[int | None, str]],
    facts: Facts | None = None,
) -> None:
    """Write the workbook of a report: contents, a sheet a table, the evidence, the codes.

    In:   listed: (number, title) of every table of the report, as its other documents show them
    Rule: numbers are numbers; no formula, no link out of the workbook; the same notebook, the same bytes.
          A table that only its HTML holds, such as a bare DataFrame, is not taken apart: it is counted.
          Of the evidence what the report stands on (`Facts.behind`), no sheet of it where it stands on none
    """
    shown, others = exhibits(executed, listed)
    with Book(out, page) as book:
        contents = book.add(CONTENTS)
        tabs = []
        for exhibit, name in zip(shown, names(shown, page), strict=True):
            rows = table.write(book, name, exhibit.table, exhibit.number)
            tabs.append((name, exhibit.table.title, rows))
        told = facts.behind([exhibit.table for exhibit in shown], _named(executed)) if facts else None
        if told and len(told.rows):
            tabs += _evidence(book, told)
        sheets.contents(book, contents, tabs, others, NONE if told and told.rows.empty else "")


def _evidence(book: Book, told: Facts) -> list[tuple[str, str, int]]:
    """Write the evidence and its codes; return both sheets as the contents list them."""
    evidence, explained = worded(told.rows, told.names), codes(told.rows, told.names)
    sheets.evidence(book, EVIDENCE, evidence, told.rows["unit"].tolist())
    sheets.plain(book, CODES, "工作簿所用代码的说明", explained)
    return [
        (EVIDENCE, "本报告各表所据的评估结果：一行一个指标 × 组别 × 轮次", len(evidence)),
        (CODES, "列名、指标、轮次、组别、单位、状态、方法、条款的代码是什么意思", len(explained)),
    ]


def _is_of_evidence(table: Table) -> bool:
    return "indicator" in table.frame


def exhibits(executed: dict, listed: list[tuple[int | None, str]]) -> tuple[list[Exhibit], list[str]]:
    """Return the tables that a notebook shows with their data, and what those without are called.

    In:   listed: as in `write`; its numbers are those of the other documents
    """
    carried = _carried(executed)
    found, others = [], []
    for number, title in listed:
        if len(found) < len(carried) and _close(carried[len(found)].title) == _close(title):
            found.append(Exhibit(carried[len(found)], number))
        else:
            others.append(f"表{number} {title}" if title else "（无题）")
    return found + [Exhibit(table, None) for table in carried[len(found) :]], others


def _carried(executed: dict) -> list[Table]:
    """Return the tables that cells show with their data; one without a title has its cell's caption."""
    found = []
    for cell in (c for c in executed["cells"] if c["cell_type"] == "code" and not is_hidden(c)):
        given = cell["metadata"].get("caption", "")
        for data in (output["data"] for output in cell["outputs"] if "data" in output):
            if display.DATA in data:
                table = Table.of(data[display.DATA])
                found.append(replace(table, title=table.title or given))
    return found


def _named(executed: dict) -> set[str]:
    """Return the texts that the code of a report's cells holds, the names of indicators among them."""
    sources = ("".join(cell["source"]) for cell in executed["cells"] if cell["cell_type"] == "code")
    return {text for source in sources for _, text in QUOTED.findall(source)}


def _close(title: str) -> str:
    return "".join(title.split())


def names(shown: list[Exhibit], page: Page) -> list[str]:
    """Return a legal name of at most 31 characters for the sheet of each table, no two alike: 表1 应答率."""
    found = []
    for at, exhibit in enumerate(shown, 1):
        mark = f"表{exhibit.number}" if exhibit.number else f"无题{at}"
        title = exhibit.table.title.removeprefix(page.county or "\0").removeprefix("的")
        found.append(sheets.legal(f"{mark} {title}"))
    return found


def _of_unit(rows: pd.DataFrame, groups: set[str]) -> pd.DataFrame:
    own = rows["group"].isin(groups)
    beside = rows["group"].eq(WHOLE) & rows["indicator"].isin(rows.loc[own, "indicator"])
    return rows[own | beside]


def _after(waves: list[str], wave: str | None) -> list[str]:
    return waves[waves.index(wave) + 1 :] if wave in waves else []


def _existing(path: Path, columns: list[str], county_codes: list[str] | None) -> pd.DataFrame:
    return (
        read_table(path, county_codes)[columns]
        if path.exists()
        else pd.DataFrame(columns=columns, dtype="str")
    )
