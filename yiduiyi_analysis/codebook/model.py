"""What the codebook can say: typed, frozen entries and the questions asked of them."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, PositiveInt

from yiduiyi_analysis.codebook.labels import KINDS, MEASURES, ROSTER_FACTS
from yiduiyi_analysis.errors import Fault

ItemRole = Literal["county", "school", "rater", "rater_no", "visit_date", "grade", "class", "check", "person"]
Unit = Literal["teacher", "school", "student", "deliverable", "head", "test", "record"]
MilestoneRule = Literal["improved", "reached", "held"]
FieldKind = Literal[
    "county", "school", "schools", "wave", "choice", "number", "date", "month", "text", "code", "person",
    "private", "task", "covered_by",
]  # fmt: skip
IndicatorKind = Literal[
    "evidence", "count", "total", "ratio", "per", "reach", "share", "mean", "agreement", "score", "pass",
    "kr20", "gain",
]  # fmt: skip

HOW_MANY = "零一两三四五六七八九十"


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
    """One question of an instrument, known by its wording, never by its position.

    options: the printed options of a test question, a scale of its own; key: the number of the right one;
    unit: what a number counts (人: persons, of whom few are not told)
    """

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
    options: list[str] = []
    key: int | None = None
    unit: str | None = None


class Field(Entry):
    """One column of a record sheet, known by its heading; a `private` one is read past and never written."""

    id: str
    kind: FieldKind
    stem: str
    also: list[str] = []
    scale: str | None = None
    optional: bool = False
    min: float | None = None
    max: float | None = None
    unit: str | None = None
    note: str | None = None
    example: str | float | date | None = None


class Sheet(Entry):
    """One table of a record instrument, and of data/clean by its id.

    key: the fields that no two records share; period: the field that tells the wave; links: a field → the
    sheet whose field of that name must hold its value
    """

    id: str
    title: str
    titles: list[str] = []
    key: list[str]
    period: str | None = None
    links: dict[str, str] = {}
    columns: list[Field]

    @cached_property
    def field(self) -> dict[str, Field]:
        """Return every field by its id."""
        return {field.id: field for field in self.columns}


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
    """A questionnaire or record sheet.

    conditions: the yes/no items that a person needs all of for its composites to be in her hands; those who
                have them are also counted by themselves
    """

    id: str
    title: str
    unit: Unit
    kind: Literal["survey", "records"]
    waves: list[str]
    titles: list[str] = []
    clauses: list[str] = []
    items: list[Item] = []
    sheets: list[Sheet] = []
    dimensions: list[Dimension] = []
    composites: list[Composite] = []
    conditions: list[str] = []

    def waves_of(self, item: Item) -> list[str]:
        """Return the waves in which `item` was asked."""
        return item.waves or self.waves


class Goal(Entry):
    """One indicator of a milestone, which way is better, and its target; without one there is no verdict.

    rule: where the milestone's own cannot judge it, such as a change of what was not asked before
    """

    indicator: str
    better: Literal["up", "down"]
    target: float | None = None
    rule: MilestoneRule | None = None
    confirmed: bool = False


class Milestone(Entry):
    """A rule over the evidence of one wave; `since` is the wave from which a `held` target must not fall."""

    id: str
    label: str
    wave: str
    rule: MilestoneRule
    since: str | None = None
    goals: list[Goal]

    def rule_of(self, indicator: str) -> str:
        """Return the rule that judges an indicator: its goal's own, else the milestone's."""
        own = next((goal.rule for goal in self.goals if goal.indicator == indicator), None)
        return own or self.rule


class Clause(Entry):
    """A clause of the plan that every report must answer to."""

    id: str
    label: str
    group: str
    source: str


class Indicator(Entry):
    """What answers to a clause: how a figure is computed from an instrument, and its target.

    kind:   evidence: a level that the items imply, known by its id; the others are computed from `sheet`
            (records) or from a test, over `columns`, rows limited by `where` (of those in `among`)
    by:     one figure an option of that column, its value appended to the id; each: one a column too
    """

    id: str
    kind: IndicatorKind
    clauses: list[str]
    instrument: str
    label: str | None = None
    sheet: str | None = None
    columns: list[str] = []
    over: str | None = None
    where: dict[str, list[int]] = {}
    among: dict[str, list[int]] = {}
    by: str | None = None
    each: bool = False
    at_least: float | None = None
    unit: str | None = None
    cumulative: bool = False
    monthly: bool = False
    better: Literal["up", "down"] | None = None
    target: float | None = None
    confirmed: bool = False


RuleKind = Literal[
    "built_in", "range", "order", "differ", "in_window", "hours_per_day", "same_year", "ratio", "needs",
    "exclusive", "careless", "answered", "unique", "same_record", "consistent", "group_size", "copied_rows",
    "copied_columns", "alike", "budget_sum", "repeated_total", "implausible_total", "cumulative",
    "never_falls", "headcount_roster", "over_roster", "linked", "counted", "within",
]  # fmt: skip
Severity = Literal["error", "warning", "note"]
RuleAction = Literal["quarantine", "review", "blank", "flag", "repair"]


class Rule(Entry):
    """What a field coordinator would ask of the records of a `sheet` or the answers to an `instrument`.

    kind:    how it is computed, see the head of rules.yml; one of neither sheet nor instrument holds for
             every sheet that it can be asked of
    message: what the reports call it; do: what the person who works through the ledger does about it
    action:  quarantine and review set the whole row aside, blank one cell; flag keeps both
    """

    id: str
    kind: RuleKind
    severity: Severity
    action: RuleAction
    message: str
    do: str | None = None
    sheet: str | None = None
    instrument: str | None = None
    columns: list[str] = []
    by: list[str] = []
    where: dict[str, list[int]] = {}
    positive: list[str] = []
    any: bool = False
    min: float | None = None
    max: float | None = None
    zero: bool = False
    share: float | None = None
    at_least: int | None = None
    window: Literal["programme", "wave", "closes"] | None = None
    keep: Literal["first", "last", "none"] | None = None
    order: str | None = None
    other: str | None = None

    @property
    def whole_row(self) -> bool:
        """Say whether a row that it strikes is set aside."""
        return self.action in {"quarantine", "review"}


class Advice(Entry):
    """What a report suggests where a figure stands on one side of a bound.

    when: below or above `bound` (its whole interval, where it has one); fell: the change since the first
    wave lies wholly on the bad side; lacking: there is no evidence
    """

    id: str
    section: str
    indicator: str
    when: Literal["below", "above", "fell", "lacking"]
    bound: float | None = None
    problem: str
    advice: str


class Platform(Entry):
    """How the exports of another platform name what a questionnaire asks, see the head of the shipped map.

    meta: kind of the platform's own column → its heading; columns: heading → item, or item.option;
    options: item or scale → the platform's wording of an option → the codebook's
    """

    id: str
    platform: str
    files: list[str]
    instrument: str
    wave: str | None = None
    separator: str | None = None
    meta: dict[Literal["number", "submitted_at", "duration", "sender", "net", "passed"], str] = {}
    columns: dict[str, str]
    options: dict[str, dict[str, str]] = {}


class Programme(Entry):
    """When the programme began and ended."""

    starts: date
    ends: date


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
    clauses: dict[str, Clause]
    indicators: dict[str, Indicator]
    advice: dict[str, Advice]
    programme: Programme
    rules: dict[str, Rule]
    corrections: pd.DataFrame
    aliases: pd.DataFrame
    townships: pd.DataFrame
    lookalikes: pd.DataFrame
    platforms: dict[str, Platform]
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
    def together(self) -> str:
        """Return what the counties are called together, such as 七县."""
        count = len(self.counties)
        return f"{HOW_MANY[count]}县" if count < len(HOW_MANY) else f"{count} 个县"

    def places(self, name: str = "county") -> dict[str, str]:
        """Return what each county is called by its code, in order, and all of them together as `all`."""
        return dict(zip(self.counties["county_code"], self.counties[name], strict=True)) | {
            "all": self.together
        }

    @cached_property
    def item(self) -> dict[str, Item]:
        """Return every item by its id."""
        return {item.id: item for tool in self.instruments.values() for item in tool.items}

    @cached_property
    def sheet(self) -> dict[str, Sheet]:
        """Return every record sheet by its id."""
        return {sheet.id: sheet for tool in self.instruments.values() for sheet in tool.sheets}

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

    @cached_property
    def _figures(self) -> dict[str, str]:
        """Return the labels of the indicators that have their own, with those they are told by."""
        labels: dict[str, str] = {}
        for entry in filter(lambda entry: entry.label, self.indicators.values()):
            labels[entry.id] = entry.label
            fields = self.sheet[entry.sheet].field if entry.sheet in self.sheet else {}
            if entry.by in fields:
                for option in self.scales[fields[entry.by].scale].options:
                    labels[f"{entry.id}.{option.value}"] = f"{entry.label}（{option.label}）"
            if entry.each:
                labels |= {f"{entry.instrument}.{name}": fields[name].stem for name in entry.columns}
        return labels

    def label(self, indicator: str) -> str:
        """Return the Chinese name of an indicator such as `R1.top2`; an unknown one returns itself."""
        if own := ROSTER_FACTS.get(indicator) or self._figures.get(indicator):
            return own
        level, sign, kind = indicator.rpartition("_change")
        if sign and level in self._figures:
            return f"{self._figures[level]}{KINDS[sign[1:] + kind]}"
        subject, _, measure = indicator.rpartition(".")
        if subject in self._labels and measure in MEASURES:
            return f"{self._labels[subject]}（{MEASURES[measure]}）"
        return self._labels.get(indicator, indicator)

    def subject(self, indicator: str) -> str:
        """Return the Chinese name of what an indicator measures, without the measure."""
        if indicator in self._figures:
            return self._figures[indicator]
        subject, _, measure = indicator.rpartition(".")
        return self._labels.get(subject if measure in MEASURES else indicator, self.label(indicator))
