"""What the codebook can say: typed, frozen entries and the questions asked of them."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, PositiveInt

from yiduiyi_analysis.codebook.labels import MEASURES, ROSTER_FACTS
from yiduiyi_analysis.errors import Fault

ItemRole = Literal["county", "school", "rater", "rater_no", "visit_date", "grade", "class", "check"]
ColumnRole = Literal[
    "county", "school", "wave", "code", "progress", "doc_title", "date", "private", "covered_by"
]


class Entry(BaseModel):
    """A row of the codebook: unknown keys are mistakes, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Wave(Entry):
    """A survey wave and the window in which its answers are on time."""

    id: str
    label: str
    opens: date
    closes: date
    short: bool = False
    also: list[str] = []


class Option(Entry):
    """One printed answer option; `missing` says that it stands for no answer."""

    value: int | None
    label: str
    also: list[str] = []
    missing: Literal["not_applicable", "skipped", "blank"] | None = None


class Scale(Entry):
    """Answer options in printed order; `top` holds the values that count as the upper two (or as reached)."""

    id: str
    label: str
    kind: Literal["likert", "frequency", "habit", "level", "progress", "choice"]
    options: list[Option]
    top: list[int] = []

    @property
    def values(self) -> list[int]:
        return [option.value for option in self.options if option.value is not None]


class Item(Entry):
    """One question of an instrument, known by its wording, never by its position."""

    id: str
    stem: str
    kind: Literal["scale", "single", "multi", "number", "text", "date"]
    also: list[str] = []
    matrix: str | None = None
    scale: str | None = None
    role: ItemRole | None = None
    dimension: str | None = None
    reverse: bool = False
    expect: int | None = None
    other: str | None = None
    clauses: list[str] = []
    waves: list[str] | None = None
    printed: dict[str, list[int]] = {}


class Column(Entry):
    """One column of a record sheet; `private` columns are read past and never written."""

    id: str
    stem: str
    role: ColumnRole
    also: list[str] = []
    optional: bool = False


class Dimension(Entry):
    """A group of items that share one score."""

    id: str
    label: str


class Composite(Entry):
    """A yes/no rule over items (`at_least` of them in their top values) or over other composites."""

    id: str
    label: str
    items: list[str] = []
    at_least: int | None = None
    all_of: list[str] = []


class Instrument(Entry):
    """A questionnaire or record sheet."""

    id: str
    title: str
    unit: Literal["teacher", "school", "student", "deliverable"]
    kind: Literal["survey", "records"]
    waves: list[str]
    titles: list[str] = []
    clauses: list[str] = []
    items: list[Item] = []
    columns: list[Column] = []
    dimensions: list[Dimension] = []
    composites: list[Composite] = []

    def waves_of(self, item: Item) -> list[str]:
        """Return the waves in which `item` was asked."""
        return item.waves or self.waves


class Goal(Entry):
    """One indicator of a milestone, which way is better, and its target; without one there is no verdict."""

    indicator: str
    better: Literal["up", "down"]
    target: float | None = None
    confirmed: bool = False


class Milestone(Entry):
    """A rule over the evidence of one wave; `since` is the wave from which a `held` target must not fall."""

    id: str
    label: str
    wave: str
    rule: Literal["improved", "reached", "held"]
    since: str | None = None
    goals: list[Goal]


class Thresholds(Entry):
    """Smallest groups whose figures may be published."""

    mean_min: PositiveInt = 10
    count_min: PositiveInt = 5
    school_min: PositiveInt = 3
    sensitive_n: PositiveInt = 20


@dataclass(frozen=True)
class Codebook:
    """Everything the codebook says; `tables` holds its CSV files as text."""

    folder: Path
    counties: pd.DataFrame
    waves: dict[str, Wave]
    scales: dict[str, Scale]
    instruments: dict[str, Instrument]
    thresholds: Thresholds
    milestones: dict[str, Milestone]
    aliases: pd.DataFrame
    townships: pd.DataFrame
    lookalikes: pd.DataFrame
    forms: pd.DataFrame

    def county(self, written: str) -> tuple[str, str]:
        """Return (code, name) of a county given as code, name or short name; Fault lists the counties."""
        table, wanted = self.counties, str(written).strip()
        other = table["also"].str.split(";").map(lambda names: wanted in names)
        hit = table[
            (table[["county_code", "county", "short"]] == wanted).any(axis=1) | (other & (wanted != ""))
        ]
        if len(hit) != 1:
            known = "、".join(table["county"] + " " + table["county_code"])
            raise Fault(f"没有“{wanted}”这个县", do=f"可用：{known}")
        return hit["county_code"].iloc[0], hit["county"].iloc[0]

    @cached_property
    def item(self) -> dict[str, Item]:
        """Return every item by its id."""
        return {item.id: item for tool in self.instruments.values() for item in tool.items}

    @cached_property
    def items(self) -> pd.DataFrame:
        """Return one row an item, in the order of the questionnaires."""
        rows = [
            {
                "item_id": item.id,
                "instrument": tool.id,
                "unit": tool.unit,
                **item.model_dump(include={"stem", "kind", "scale", "role", "dimension", "reverse"}),
            }
            for tool in self.instruments.values()
            for item in tool.items
        ]
        return pd.DataFrame(rows)

    def option_order(self, item: Item, wave: str) -> list[Option]:
        """Return the options of `item` in the order in which that wave's form printed them."""
        options = self.scales[item.scale].options
        order = item.printed.get(wave)
        if order is None:
            return list(options)
        by_value = {option.value: option for option in options}
        return [by_value[value] for value in order] + [o for o in options if o.value not in order]

    @cached_property
    def _labels(self) -> dict[str, str]:
        labels = {item.id: item.stem for item in self.item.values()}
        for tool in self.instruments.values():
            labels |= {
                tool.id: tool.title,
                f"{tool.id}.self": f"{tool.title}·自评",
                f"{tool.id}.expert": f"{tool.title}·专家",
            }
            labels |= {d.id: d.label for d in tool.dimensions} | {c.id: c.label for c in tool.composites}
        return labels

    def label(self, indicator: str) -> str:
        """Return the Chinese name of an indicator such as `R1.top2`; an unknown one returns itself."""
        if indicator in ROSTER_FACTS:
            return ROSTER_FACTS[indicator]
        subject, _, measure = indicator.rpartition(".")
        if subject in self._labels and measure in MEASURES:
            return f"{self._labels[subject]}（{MEASURES[measure]}）"
        return self._labels.get(indicator, indicator)

    def subject(self, indicator: str) -> str:
        """Return the Chinese name of what an indicator measures, without the measure."""
        subject, _, measure = indicator.rpartition(".")
        return self._labels.get(subject if measure in MEASURES else indicator, self.label(indicator))
