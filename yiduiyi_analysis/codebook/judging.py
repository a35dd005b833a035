"""What is made of the answers: indicators, clauses, milestones, rules, advice, lights, thresholds."""

from typing import Literal

from pydantic import NonNegativeFloat, PositiveInt

from yiduiyi_analysis.codebook.entries import Entry

MilestoneRule = Literal["improved", "reached", "held"]
IndicatorKind = Literal[
    "evidence", "count", "total", "ratio", "per", "reach", "share", "mean", "agreement", "score", "pass",
    "kr20", "gain",
]  # fmt: skip


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
