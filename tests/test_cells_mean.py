"""Every printed figure is the evidence of its own row's and column's meaning, and of no other.

What a cell means is read from the headings alone, as a reader does: the place, the indicator, the wave, the
group of schools. Where a table's rows are indicators over waves, their order is that of the evidence behind.
"""

import pandas as pd
import pytest
from test_same_numbers import KEYS, REPORTS, bare, close, executed, job, shown, texts

from yiduiyi_analysis import codebook
from yiduiyi_analysis.present import numerals, questions
from yiduiyi_analysis.present.display import Table

CHANGE = {"变化": "_change", "标准差": "_change_sd", "放到同类学校看": "_change_process"}
DIAGNOSIS = {
    "自评均值": "self_mean",
    "专家评定均值": "expert_mean",
    "差值（专家减自评）": "gap",
    "自评达标比例": "self_ok",
    "专家评定达标比例": "expert_ok",
}
TIERS = {"重点帮扶": "key", "其余": "other"}


class Reader:
    """Who reads a report's tables: the codebook's words, the report's place and its last wave."""

    def __init__(self, ws, key: str):
        self.book = codebook.load(ws.codebook)
        this = job(ws, key)
        self.here, self.last, self.unit = this.county_code or "all", this.parameters["wave"], this.unit_id
        self.waves = {wave.label: wave.id for wave in self.book.waves.values()}
        self.places = {name: code for code, name in self.book.places().items()}
        rows = pd.read_parquet(ws.results / "evidence.parquet")
        rows = rows[rows["county_code"].eq(self.here) | (self.here == "all")]
        keys = zip(*(rows[name] for name in KEYS), strict=True)
        self.evidence = dict(zip(keys, rows.itertuples(), strict=True))

    def faults(self, table: Table) -> list[str]:
        """Return the cells that do not say what the evidence of their meaning says."""
        return [
            f"{table.title} {key}: {table.grid.iloc[row, column]!r}"
            for row, column, key in self.meanings(table)
            if not self._says(table.grid.iloc[row, column], table.grid.columns[column], key)
        ]

    def meanings(self, table: Table) -> list[tuple[int, int, tuple]]:
        """Return row, column and key of evidence of every cell that shows a figure."""
        heads, lines = list(table.grid), table.grid.to_dict("split")["data"]
        of = self._layout(heads)
        told = list(table.frame[["indicator", "group"]].drop_duplicates().itertuples(index=False, name=None))
        found = []
        for at, line in enumerate(lines):
            row = dict(zip(heads, line, strict=True))
            keys = ((column, of(table, row, head, told, at)) for column, head in enumerate(heads))
            found += [(at, column, key) for column, key in keys if key]
        return found

    def _layout(self, heads: list[str]):
        """Return the reading of a table with these headings."""
        if "起点轮" in heads:
            return self._change
        if heads[0] == "县":
            return self._place
        if "学校" in heads[:2] and heads[0] == "指标":
            return self._tier
        if heads[0] == "任务":
            return self._diagnosis if "自评均值" in heads else self._task
        if heads[0] == "学校":
            return lambda *_: None  # stages of named schools are words
        return self._indicator

    def _change(self, table, row, head, told, at):
        level = self._named(table.frame["level"], row["指标"]) if "指标" in row else table.frame["level"][0]
        place = self.places[row["县"]] if "县" in row else self.here
        if head in ("起点", "本轮"):
            return level, place, "all", self.waves[row["起点轮"]] if head == "起点" else self.last
        return (level + CHANGE[head], place, "all", self.last) if head in CHANGE else None

    def _place(self, table, row, head, told, at):
        if head == "县":
            return None
        wave = self.waves.get(head)
        indicator = table.frame["indicator"].iloc[0] if wave else self._named(table.frame["indicator"], head)
        return indicator, self.places[row["县"]], "all", wave or self.last

    def _tier(self, table, row, head, told, at):
        if head not in self.waves:
            return None
        indicator = self._named(table.frame["indicator"], row["指标"])
        return indicator, self.here, TIERS[row["学校"]], self.waves[head]

    def _diagnosis(self, table, row, head, told, at):
        task = next(i.id for i in self.book.item.values() if f"{i.id[1:]} {i.stem}" == row["任务"])
        return (f"{task}.{DIAGNOSIS[head]}", self.here, "all", self.last) if head in DIAGNOSIS else None

    def _task(self, table, row, head, told, at):
        task = row["任务"].partition(" ")[0]
        assert row["任务"] == f"{task} {self.book.label(task)}"
        options = self._options(task)
        if head in options:
            return f"{task}.progress.{options[head]}", self.here, "all", self.last
        if head == "n/N":
            return f"{task}.progress.0", self.here, "all", self.last
        if head not in {**self.waves, **self.places}:
            return None
        place, wave = self.places.get(head, self.here), self.waves.get(head, self.last)
        stage = options.get(row[head])
        return f"{task}.done" if stage is None else f"{task}.progress.{stage}", place, "all", wave

    def _indicator(self, table, row, head, told, at):
        if head not in self.waves:
            return None
        indicator, group = told[at]
        if "范围" in row:
            indicator = self._named(table.frame["indicator"], row["指标"])
            group = "all" if row["范围"] == "全县" else f"unit:{self.unit}"
        return indicator, self.here, group, self.waves[head]

    def _named(self, indicators: pd.Series, name: str) -> str:
        (code,) = {code for code in indicators if questions.name(self.book, code) == name}
        return code

    def _options(self, task: str) -> dict[str, int]:
        scale = self.book.scales[self.book.item[task].scale]
        return {option.label: option.value for option in scale.options if option.value is not None}

    def _says(self, text: str, head: str, key: tuple) -> bool:
        row, stage = self.evidence.get(key), ".progress." in key[0]
        if row is None:
            return text in (numerals.NOT_ASKED, numerals.ABSENT)
        if stage and text in self._options(key[0].partition(".")[0]):
            return row.value == 1
        if stage and head == "n/N":
            return close(text) == numerals.denominator(row)
        if text in ("是", "否"):
            return row.N == 1 and row.value == (text == "是")
        return bare(text) in texts(row)


def evident(table: Table) -> bool:
    return {*KEYS, "value"} <= set(table.frame)


@pytest.fixture(scope="module")
def read(demo_ws):
    """Return a function: a report's key → its reader and its tables of evidence, each made once."""
    known = {}

    def one(key: str):
        if key not in known:
            tables = shown(executed(demo_ws, job(demo_ws, key)))
            known[key] = Reader(demo_ws, key), [table for table in tables if evident(table)]
        return known[key]

    return one


@pytest.mark.parametrize("key", REPORTS)
def test_every_cell_is_the_evidence_of_its_meaning(read, key):
    reader, tables = read(key)
    assert [fault for table in tables for fault in reader.faults(table)] == []
    unread = [t.title for t in tables if not reader.meanings(t) and t.grid.columns[0] != "学校"]
    assert unread == []


@pytest.mark.parametrize("key", REPORTS)
@pytest.mark.parametrize("axis", ["row", "column"])
def test_two_cells_swapped_in_any_table_are_found(read, key, axis):
    """Of every table, two cells that print otherwise, side by side or one below the other."""
    reader, tables = read(key)
    swapped = [(table, other) for table in tables if (other := with_a_swap(reader, table, axis)) is not None]
    assert len(swapped) >= (2 if "/schools/" in key else len(tables) * 2 // 3)
    assert [table.title for table, other in swapped if not reader.faults(other)] == []


def with_a_swap(reader: Reader, table: Table, axis: str) -> Table | None:
    """Return a table with its first two unlike figures of one row or column in each other's place."""
    grid, spots = table.grid.copy(), [(row, column) for row, column, _ in reader.meanings(table)]
    same = 0 if axis == "row" else 1
    pairs = (
        (a, b)
        for k, a in enumerate(spots)
        for b in spots[k + 1 :]
        if a[same] == b[same] and is_figure(grid.iloc[a]) and bare(grid.iloc[a]) != bare(grid.iloc[b])
    )
    a, b = next(pairs, (None, None))
    if a is None:
        return None
    grid.iloc[a], grid.iloc[b] = table.grid.iloc[b], table.grid.iloc[a]
    return Table(table.frame, table.title, table.note, grid)


def is_figure(text: str) -> bool:
    return any(map(str.isdigit, text)) or text in ("是", "否")
