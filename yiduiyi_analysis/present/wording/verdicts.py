"""Milestones: each verdict with the figures that decided it."""

import pandas as pd

from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.display import Markdown, nothing
from yiduiyi_analysis.present.lint import NO_CONTROL
from yiduiyi_analysis.present.lookup import tuples
from yiduiyi_analysis.present.results import Results
from yiduiyi_analysis.present.wording import differences, phrases

UNKNOWN = "证据不足只说明现有数据不能判断，不说明没有达到。"


def milestones(results: Results) -> Markdown:
    """Return one line a milestone × indicator: 是, 否, 证据不足 or 未设目标, and why.

    Rule:   the figures are those of the evidence, in the words of levels and changes
    """
    table = results.milestones
    mine = table[table["county_code"].eq(results.here) & table["wave"].isin(results.waves)]
    if mine.empty:
        return nothing("里程碑")
    listed = "\n".join(f"- {_line(results, row)}" for row in tuples(mine))
    return Markdown(f"{listed}\n\n{UNKNOWN}{NO_CONTROL}")


def _line(results: Results, row) -> str:
    mark = results.codebook.milestones.get(row.milestone)
    reason = "" if pd.isna(row.reason) else str(row.reason).rstrip("。")
    figures = _figures(results, row, mark) or phrases.quoted(results.codebook.subject(row.indicator))
    why = "；".join(part for part in (figures, reason) if part)
    name = mark.label if mark else row.milestone
    return f"{name}（{results.wave_label(row.wave)}）：**{row.verdict}**。{why}。"


def _figures(results: Results, row, mark) -> str:
    """Return the change or the level that decided, where the evidence holds it, and the target."""
    if mark and mark.rule_of(row.indicator) == "improved":
        moved = differences.sentence(results, row.indicator, row.wave)
        return (moved or phrases.over_waves(results, row.indicator, row.wave)).rstrip("。")
    level = results.one(row.indicator, waves=[row.wave])
    if level is None or level.status not in numerals.SHOWN:
        return ""
    said = f"{results.place}{phrases.what(results, row.indicator)}为{phrases.value(results, level)}"
    if pd.isna(row.target):
        return said
    goal = next((goal for goal in mark.goals if goal.indicator == row.indicator), None) if mark else None
    told = "，待确认的默认值" if goal and not goal.confirmed else ""
    return f"{said}，目标 {numerals.target(row.target, level.unit, goal.better if goal else 'up')}{told}"
