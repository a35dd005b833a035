"""Reads data/results for one county or for the programme; nothing of another county comes along."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.analyse import catalogue, changes
from yiduiyi_analysis.codebook import Codebook, Instrument
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present import origin, questions
from yiduiyi_analysis.present.lookup import Lookup

RECORDS = ("schools", "helpers", "counties", "units", "intake", "quality", "roster_ledger")
TABLES = (*RECORDS, "milestones", "sensitivity")
# Results made before these tables were do not hold them: read as empty, and each section says so.
LATER = {
    "clauses": ["clause", "county_code", "wave", "state", "have", "of", "lacking"],
    "candidates": ["county_code", "wave", "kind", "subject", "stage", "score", "raters", "consent"],
    "quotes": ["sheet", "side", "wave", "text"],
    "testitems": ["item_id", "wave", "n", "difficulty", "point_biserial"],
}


@dataclass(frozen=True)
class Results:
    """The publishable facts of one county (`county_code`), or of the programme (None), up to `wave`.

    evidence: one row an indicator × county_code × group × wave
    intake:   one row a file; a file may hold several counties, so a county's Results has none
    """

    county_code: str | None
    wave: str
    evidence: pd.DataFrame
    schools: pd.DataFrame
    helpers: pd.DataFrame
    counties: pd.DataFrame
    units: pd.DataFrame
    intake: pd.DataFrame
    quality: pd.DataFrame
    roster_ledger: pd.DataFrame
    milestones: pd.DataFrame
    sensitivity: pd.DataFrame
    clauses: pd.DataFrame
    candidates: pd.DataFrame
    quotes: pd.DataFrame
    testitems: pd.DataFrame
    meta: dict
    codebook: Codebook

    def __repr__(self) -> str:
        code = f"（{self.county_code}）" if self.county_code else ""
        mark = "，合成数据" if self.synthetic else ""
        held = "、".join(f"{name} {len(getattr(self, name))}" for name in ("evidence", *TABLES, *LATER))
        return (
            f"Results：{self.place}{code}，截至{self.wave_label(self.wave)}（{self.wave}），"
            f"数据截至 {self.as_of}{mark}\n各表的行数：{held}"
        )

    @property
    def as_of(self) -> str:
        """Return to which day the data of this place go, as a reader is told."""
        return origin.until(self.meta.get("latest", {}).get(self.county_code, self.meta["as_of"]))

    @property
    def synthetic(self) -> bool:
        return bool(self.meta["synthetic"])

    @property
    def place(self) -> str:
        """Return 昭觉县, or 七县 for the programme."""
        return self.codebook.county(self.county_code)[1] if self.county_code else self.codebook.together

    @property
    def here(self) -> str:
        """Return the code under which the evidence holds the whole of this place."""
        return self.county_code or "all"

    @cached_property
    def changes(self) -> pd.DataFrame:
        """Return which figure is the change of which level, since which wave (`analyse.changes.listed`)."""
        return changes.listed(catalogue.table(self.codebook), self.codebook)

    @cached_property
    def bases(self) -> dict[tuple[str, str], str]:
        """Return the wave that a change starts from, by its indicator and the wave it goes up to."""
        pairs = self.changes
        return dict(zip(zip(pairs["indicator"], pairs["wave"], strict=True), pairs["base"], strict=True))

    @property
    def waves(self) -> list[str]:
        """Return the waves up to this one, in order."""
        order = list(self.codebook.waves)
        return order[: order.index(self.wave) + 1]

    def wave_label(self, wave: str) -> str:
        """Return 终期 for W3."""
        return self.codebook.waves[wave].label

    def rows(self, indicators, waves=None, groups=("all",), places=None) -> pd.DataFrame:
        """Return evidence rows sorted by indicator, place, group and wave, each in the order asked.

        In:  waves: this wave where left out; places: county codes or "all", this place where left out
        Out: the evidence's columns; no row for what the evidence does not hold
        """
        return self._lookup.rows(*self._asked(indicators, waves, groups, places))

    def each(self, indicators, waves=None, groups=("all",), places=None) -> list[tuple]:
        """Return the same rows as `rows`, each a named tuple of the evidence's columns."""
        return self._lookup.each(*self._asked(indicators, waves, groups, places))

    def _asked(self, indicators, waves, groups, places) -> tuple:
        return list(indicators), list(places or [self.here]), list(groups), list(waves or [self.wave])

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup(self.evidence)

    def told(self, indicators, **where) -> pd.DataFrame:
        """Return `rows`, none of them where not one has a figure or hides one.

        Rule: what is wholly without data is left out in one line; what lacks data in part shows where
        """
        return evident(self.rows(indicators, **where))

    def one(self, indicator: str, **where):
        """Return the only evidence row asked for, or None."""
        return next(iter(self.each([indicator], **where)), None)

    def tool(self, unit: str) -> Instrument:
        """Return the instrument that a unit answers: teacher, school, student, deliverable, head, test."""
        return next(tool for tool in self.codebook.instruments.values() if tool.unit == unit)

    @property
    def rates(self) -> list[str]:
        """Return the response indicators whose population is known: teachers, schools, then records."""
        school = self.tool("school").id
        sides = [f"{school}.{rater}.response" for rater in ("self", "expert")]
        others = [f"{self.tool(unit).id}.response" for unit in ("head", "test", "deliverable")]
        return [f"{self.tool('teacher').id}.response", *sides, *others]

    @property
    def tasks(self) -> list[str]:
        """Return the ids of the tasks of the school diagnosis, in order."""
        return [item for dimension in self.tool("school").dimensions for item in self.items(dimension.id)]

    def highest(self, indicator: str) -> int:
        """Return the top of the scale behind a mean in points."""
        return questions.highest(self.codebook, indicator, self.tasks)

    def items(self, dimension: str) -> list[str]:
        """Return the ids of a dimension's items, in the order of the questionnaire."""
        return list(self.codebook.items_of.get(dimension, ()))

    def instrument_of(self, indicator: str) -> str | None:
        """Return the instrument behind an indicator: I02 for R1.top2, R.mean and I02.response."""
        return questions.instrument_of(self.codebook, indicator)

    def name(self, indicator: str) -> str:
        """Return what an indicator measures; with its measure, where the subject alone would not tell."""
        return questions.name(self.codebook, indicator)

    def stem(self, item: str) -> str:
        """Return the words of an item; a reversed one says so, and which way is better."""
        return questions.stem(self.codebook, item)

    def end_options(self, item: str, end: str = "top2") -> str:
        """Return the options at one end of an item's scale, top2 or low2: “经常”或“总是”."""
        return questions.end_options(self.codebook, item, end)

    def end_means(self, items: list[str], end: str = "top2") -> str:
        """Return what 前两档 (top2) or 后两档 (low2) means for these items, one by one where they differ."""
        return questions.end_means(self.codebook, items, end)

    def respondents(self, indicator: str) -> str:
        """Return who answers, or whom records are held against, in Chinese: 专任教师, 学校, 学生."""
        return questions.respondents(self.codebook, indicator)


def evident(rows: pd.DataFrame) -> pd.DataFrame:
    """Return evidence rows as they are, empty where every one says no_data."""
    return rows if rows["status"].ne("no_data").any() else rows.iloc[:0]


def read(county_code: str | None = None, wave: str = "W3", root: Path | str | None = None) -> Results:
    """Return the results of one county, or of the whole programme.

    In:     county_code: a code or a name; wave: the last wave to show
    Rule:   a county's Results holds no row of another county, and none of the programme's total
    Raises: Fault on an unknown county or wave, and where there are no results yet
    """
    home = workspace.find(root)
    book = codebook.load(home.codebook)
    code = book.county(county_code)[0] if county_code else None
    if wave not in book.waves:
        raise Fault(f"没有“{wave}”这一轮", do=f"可用：{'、'.join(book.waves)}")
    order = list(book.waves)
    late = order[order.index(wave) + 1 :]
    tables = {name: _table(home.results, name, code) for name in ("evidence", *TABLES)}
    tables |= {name: _later(home.results, name, code) for name in LATER}
    return Results(
        county_code=code,
        wave=wave,
        **{name: _before(table, late) for name, table in tables.items()},
        meta=json.loads(_existing(home.results / "meta.json").read_text("utf-8")),
        codebook=book,
    )


def _before(table: pd.DataFrame, late: list[str]) -> pd.DataFrame:
    return table[~table["wave"].isin(late)].reset_index(drop=True) if "wave" in table else table


def _table(folder: Path, name: str, code: str | None) -> pd.DataFrame:
    """Return one table, of one county its own files alone; a table that cannot tell counties apart is empty.

    Rule: text comes as `str`, so that a comparison is true or false and never missing
    """
    path = _existing(folder / f"{name}.parquet")
    table = workspace.read_table(path, [code] if code else None)
    return table.astype(dict.fromkeys(table.select_dtypes("string").columns, "str"))


def _later(folder: Path, name: str, code: str | None) -> pd.DataFrame:
    """Return one table, empty where the results are older than it."""
    known = (folder / f"{name}.parquet").exists()
    return _table(folder, name, code) if known else pd.DataFrame(columns=LATER[name])


def _existing(path: Path) -> Path:
    if not path.exists():
        raise Fault(
            f"还没有分析结果（缺少 data/results/{path.name}）",
            do="请先运行 yiduiyi run",
        )
    return path
