"""What each file of the codebook can say: typed, frozen entries."""

from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, NonNegativeFloat, PositiveInt

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


class Light(Entry):
    """A light of the front page: one figure about the data of a county, and from where it turns.

    rules: whose rows count, where not all that are set aside do; whole: only of the programme;
    green, red: the figure from which on the data are good, or must be seen to; the greater is the better end
    """

    id: str
    label: str
    kind: Literal["figure", "rows", "hidden", "absent"]
    indicator: str | None = None
    rules: list[str] = []
    whole: bool = False
    green: NonNegativeFloat
    red: NonNegativeFloat

    def state(self, value: float) -> Literal["green", "amber", "red"]:
        """Return the light's colour at `value`."""
        sign = 1 if self.green > self.red else -1
        if sign * value >= sign * self.green:
            return "green"
        return "red" if sign * value <= sign * self.red else "amber"


class Thresholds(Entry):
    """Smallest groups whose figures may be published."""

    mean_min: PositiveInt = 10
    count_min: PositiveInt = 5
    school_min: PositiveInt = 3
    sensitive_n: PositiveInt = 20
