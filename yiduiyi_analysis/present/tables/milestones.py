"""Tables of milestones: the verdicts of one place with what decided them, the counties' side by side."""

import pandas as pd

from yiduiyi_analysis.codebook import Milestone
from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.display import Markdown, Table, nothing
from yiduiyi_analysis.present.lookup import grid, tuples
from yiduiyi_analysis.present.results import Results

RULES = {
    "improved": "相对最早一轮的变化，其 95% 区间整个在好的方向判“是”，整个在坏的方向判“否”",
    "reached": "95% 区间整个达到目标判“是”，整个没有达到判“否”",
    "held": "达到目标，且比前一轮没有回落（两轮之差的区间不整个在坏的一侧）判“是”",
}
NOTE = (
    "数值一栏括号内为 95% 区间，第二行为 n/N（总体人数不详时只列 n）。"
    "区间跨过界线、没有区间、没有数据或不公布的，判“证据不足”；没有给出目标的，写“未设目标”，不作判定。"
    "全员作答的按数值判；计数中没有记录的单位，按全未完成和全完成两头判。"
    "“是”只说数值到了这里，不说明原因：本评估无对照组，变化不能归因于项目。"
)
DEFAULT = "指标和目标是默认值，待省教师培训项目办确认。"


def milestones(results: Results) -> Table | Markdown:
    """Return the verdicts of this place up to this wave, a row a milestone × indicator."""
    rows = _known(results, [results.here])
    if rows.empty:
        return nothing("里程碑")
    moved = [_rule(results, row) == "improved" for row in tuples(rows)]
    units = rows["unit"].mask(moved, rows["unit"].replace("points", "gap"))
    judged = rows.assign(unit=units, status="ok")
    shown = pd.DataFrame(
        {
            "里程碑": _labels(results, rows),
            "指标": [results.name(name) for name in rows["indicator"]],
            "目标": [_target(results, row) for row in tuples(rows)],
            "数值": [_figure(row) for row in tuples(judged)],
            "判定": rows["verdict"],
            "依据": rows["reason"],
        }
    )
    title = f"{results.place}里程碑的判定（截至{results.wave_label(results.wave)}）"
    return Table(rows, title, _note(results, rows), shown)


def county_milestones(results: Results) -> Table | Markdown:
    """Return the verdicts side by side, a row a milestone × indicator, a column a county, then all."""
    names = results.codebook.places("short")
    rows = _known(results, list(names))
    if rows.empty:
        return nothing("各县里程碑")
    texts = [((row.milestone, row.indicator), row.county_code, row.verdict) for row in tuples(rows)]
    listed = rows[["milestone", "indicator"]].drop_duplicates()
    pairs = list(zip(listed["milestone"], listed["indicator"], strict=True))
    shown = grid(texts, pairs, list(names), numerals.ABSENT).set_axis(list(names.values()), axis=1)
    shown.insert(0, "里程碑", _labels(results, listed))
    shown.insert(1, "指标", [results.name(name) for name in listed["indicator"]])
    title = f"各县里程碑的判定（截至{results.wave_label(results.wave)}）"
    order = "各县按行政区划代码排列，不是名次；一县只有一家承训单位，不据此评比承训单位。"
    return Table(rows, title, order + _note(results, rows), shown)


def _known(results: Results, places: list[str]) -> pd.DataFrame:
    """Return the verdicts of some places in the order of the codebook."""
    rows = results.milestones[results.milestones["county_code"].isin(places)]
    asked = [
        (mark.id, goal.indicator) for mark in results.codebook.milestones.values() for goal in mark.goals
    ]
    at = pd.MultiIndex.from_frame(rows[["milestone", "indicator"]])
    rows = rows.assign(order=pd.Index(asked).get_indexer(at), place=rows["county_code"].map(places.index))
    rows = rows[rows["order"] >= 0].sort_values(["order", "place"], ignore_index=True)
    return rows.drop(columns=["order", "place"])


def _rule(results: Results, row) -> str:
    return results.codebook.milestones[row.milestone].rule_of(row.indicator)


def _labels(results: Results, rows: pd.DataFrame) -> list[str]:
    marks = results.codebook.milestones
    return [f"{marks[name].label}（{results.wave_label(marks[name].wave)}）" for name in rows["milestone"]]


def _target(results: Results, row) -> str:
    """Return what must be reached: ≥85%, 100%; 上升 or 下降 where only the direction counts, … without."""
    mark = results.codebook.milestones[row.milestone]
    better = next(goal.better for goal in mark.goals if goal.indicator == row.indicator)
    if _rule(results, row) == "improved":
        return "上升" if better == "up" else "下降"
    if pd.isna(row.target):
        return numerals.ABSENT
    unit = row.unit if pd.notna(row.unit) else "points"
    return numerals.target(row.target, unit, better)


def _figure(row) -> str:
    """Return the deciding figure over its n/N, … where there is none."""
    if pd.isna(row.value):
        return numerals.ABSENT
    if row.indicator.endswith(".done") and row.unit == "rate":
        return numerals.finished(row)
    unit = "\n百分点" if row.unit == "rate_points" else ""
    return f"{numerals.cell(row)}{unit}\n{numerals.denominator(row)}"


def _note(results: Results, rows: pd.DataFrame) -> str:
    marks = [results.codebook.milestones[name] for name in dict.fromkeys(rows["milestone"])]
    rules = "；".join(f"{mark.label}：{_judged(results, mark)}" for mark in marks)
    unsure = not all(goal.confirmed for mark in marks for goal in mark.goals)
    return f"{DEFAULT if unsure else ''}{rules}。{NOTE}"


def _judged(results: Results, mark: Milestone) -> str:
    """Return the rule of a milestone, then that of each goal which is judged by another."""
    own = [goal for goal in mark.goals if goal.rule not in (None, mark.rule)]
    return "；".join([RULES[mark.rule], *(f"其中{results.name(g.indicator)}：{RULES[g.rule]}" for g in own)])
