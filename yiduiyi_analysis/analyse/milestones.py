"""Published evidence → a verdict for each milestone, goal and place: 是, 否, 证据不足 or 未设目标."""

from math import hypot

import pandas as pd

from yiduiyi_analysis.analyse.inputs import WHOLE
from yiduiyi_analysis.codebook import Codebook, Goal, Milestone

YES, NO, OPEN, UNSET = "是", "否", "证据不足", "未设目标"
NUMBERS = {
    "value": "Float64",
    "lo": "Float64",
    "hi": "Float64",
    "target": "Float64",
    "n": "Int64",
    "N": "Int64",
}
WORDS = ["milestone", "indicator", "county_code", "wave", "verdict", "unit", "reason"]
COLUMNS = ["milestone", "indicator", "county_code", "wave", "verdict", *NUMBERS, "unit", "reason"]


def verdicts(evidence: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return the verdict of every milestone's goals in every county and for the programme.

    In:     evidence: protected and rounded, so that a verdict tells no more than what is published
    Out:    one row a milestone × indicator × county_code: wave, verdict, the figures that decided it (value,
            lo, hi, target, n, N, unit; of the change for `improved`, of the level else) and the reason
    Rule:   improved: the interval of the change from the first wave lies wholly on the good side of nought;
            on the bad side: 否; else 证据不足. reached: the interval lies wholly on the good side of the
            target. held: reached, and the change since then, whose interval joins those of both levels, not
            wholly on the bad side. Where all answered, the value decides; a count with units that have no
            record is judged at its least and its greatest
    Source: Zou & Donner 2008 for the interval of a difference from two intervals
    """
    whole = evidence[evidence["group"] == WHOLE]
    known = {(r.indicator, r.county_code, r.wave): r for r in whole.dropna(subset="wave").itertuples()}
    places = sorted(whole["county_code"].unique())
    rows = [
        _row(mark, goal, place, known, book)
        for mark in book.milestones.values()
        for goal in mark.goals
        for place in places
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype(NUMBERS | dict.fromkeys(WORDS, "string"))


def _row(mark: Milestone, goal: Goal, place: str, known: dict, book: Codebook) -> tuple:
    rule = mark.rule_of(goal.indicator)
    if rule == "improved":
        verdict, reason, row = _improved(mark, goal, place, known, list(book.waves))
    else:
        row = known.get((goal.indicator, place, mark.wave))
        verdict, reason = _reached(goal, row)
        if rule == "held" and verdict == YES:
            verdict, reason = _held(goal, row, known.get((goal.indicator, place, mark.since)))
    figures = [getattr(row, name, None) for name in ("value", "lo", "hi")]
    sizes = [getattr(row, name, None) for name in ("n", "N")]
    head = (mark.id, goal.indicator, place, mark.wave, verdict)
    return (*head, *figures, goal.target, *sizes, getattr(row, "unit", None), reason)


def _improved(mark: Milestone, goal: Goal, place: str, known: dict, waves: list[str]) -> tuple:
    """Return verdict, reason and the row of the change."""
    row = known.get((f"{goal.indicator}_change", place, mark.wave))
    if row is None:
        earlier = waves[: waves.index(mark.wave)]
        asked = [known[goal.indicator, place, w] for w in earlier if (goal.indicator, place, w) in known]
        row = _counted(asked[0], known.get((goal.indicator, place, mark.wave))) if asked else None
        if not asked:
            return OPEN, "没有更早一轮的数值，无从比较", None
    if lack := _lacking(row):
        return OPEN, lack, row
    lo, hi = _good(goal, *_ends(row))
    if lo > 0:
        return YES, "变化的区间整个在好的方向", row
    if hi < 0:
        return NO, "变化的区间整个在坏的方向", row
    return (NO, "两轮数值相同", row) if lo == hi == 0 else (OPEN, "变化的区间包含 0", row)


def _reached(goal: Goal, row) -> tuple[str, str]:
    if goal.target is None:
        return UNSET, "编码本没有给出目标"
    if lack := _lacking(row):
        return OPEN, lack
    (lo, hi), target = _good(goal, *_ends(row)), goal.target if goal.better == "up" else -goal.target
    if lo >= target:
        return YES, "区间整个达到目标" if lo < hi else "数值达到目标"
    if hi < target:
        return NO, "区间整个没有达到目标" if lo < hi else "数值没有达到目标"
    return OPEN, "目标落在区间之内"


def _held(goal: Goal, row, before) -> tuple[str, str]:
    """Return the verdict on a target that is reached: whether it has fallen back."""
    if lack := _lacking(before):
        return OPEN, f"前一轮{lack}"
    (lo, hi), (lo_then, hi_then) = _ends(row), _ends(before)
    moved = row.value - before.value
    ends = (
        moved - hypot(row.value - lo, hi_then - before.value),
        moved + hypot(hi - row.value, before.value - lo_then),
    )
    fallen = _good(goal, *ends)[1] < 0
    return (NO, "达到目标，但比前一轮回落") if fallen else (YES, "达到目标，没有回落")


def _counted(before, after):
    """Return the change of a count from its first wave as a row; the level that is lacking, where one is."""
    for part in (before, after):
        if _lacking(part):
            return part
    (lo, hi), (lo_then, hi_then) = _ends(after), _ends(before)
    ends = {"value": after.value - before.value, "lo": lo - hi_then, "hi": hi - lo_then}
    return after._replace(**ends, unit="rate_points", status="ok")


def _lacking(row) -> str:
    """Return why a row decides nothing, an empty text where it does."""
    if row is None or row.status == "no_data":
        return "没有数据"
    if row.status.startswith("suppressed"):
        return "为保护个人信息而不公布"
    return "没有区间" if row.status == "no_interval" else ""


def _ends(row) -> tuple[float, float]:
    """Return where a figure lies: its interval, itself where all answered, else what a count can be.

    Rule: a figure of records is what was recorded, whole as it is: those not reached are not unknown
    """
    recorded = str(getattr(row, "method", "")).startswith("records/")
    if row.status == "count" and not recorded and not pd.isna(row.N) and row.n < row.N:
        return row.value * row.n / row.N, (row.value * row.n + row.N - row.n) / row.N
    return (row.lo, row.hi) if row.status == "ok" else (row.value, row.value)


def _good(goal: Goal, lo: float, hi: float) -> tuple[float, float]:
    """Return an interval with good upwards."""
    return (lo, hi) if goal.better == "up" else (-hi, -lo)
