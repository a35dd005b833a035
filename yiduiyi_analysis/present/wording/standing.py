"""Levels: how high a figure stood, and several waves of it side by side."""

import pandas as pd

from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.display import Markdown, nothing
from yiduiyi_analysis.present.lint import NO_CONTROL
from yiduiyi_analysis.present.results import Results
from yiduiyi_analysis.present.wording import differences, phrases


def summary(results: Results, *indicators: str) -> Markdown:
    """Return the main findings as a list: response, levels asked and their change, gap, the two 五个一."""
    lines = [
        phrases.response(results, results.rates[0]),
        *(say(results, name) for name in indicators for say in (_level, differences.sentence)),
        _gap(results),
        *(phrases.finished(results, level.id) for level in results.tool("deliverable").dimensions),
    ]
    said = [f"- {line}" for line in lines if line]
    return Markdown("\n".join([*said, f"- {NO_CONTROL}"])) if said else nothing("主要发现")


def level(results: Results, *indicators: str) -> Markdown:
    """Return one sentence an indicator: its level at this wave with interval, n/N and response rate."""
    said = [sentence for name in indicators if (sentence := _level(results, name))]
    return Markdown("".join(said)) if said else nothing(phrases.subjects(results, indicators))


def levels(results: Results, *indicators: str) -> Markdown:
    """Return the levels of each indicator over the waves side by side, without subtracting them."""
    said = [sentence for name in indicators if (sentence := phrases.over_waves(results, name))]
    if not said:
        return nothing(phrases.subjects(results, indicators))
    return Markdown("".join(said) + f"各轮是独立的截面，数值并列，只作描述；{NO_CONTROL}")


def gap(results: Results) -> Markdown:
    """Return self-rated against expert-rated means over all tasks, and the paired gap."""
    sentence = _gap(results)
    if not sentence:
        return nothing("自评与专家评定")
    told = results.one(f"{results.tool('school').id}.gap").status in numerals.SHOWN
    return Markdown(f"{sentence}{'专家评定前看过学校的自评，差值说明修正的幅度。' if told else ''}")


def _level(results: Results, indicator: str) -> str:
    row = results.one(indicator)
    if row is None:
        return ""
    what = f"{results.place}{phrases.what(results, indicator)}"
    return f"{results.wave_label(row.wave)}，{what}为{phrases.value(results, row)}。"


def _gap(results: Results) -> str:
    own, expert, both = (
        results.one(f"{results.tool('school').id}.{name}") for name in ("self_mean", "expert_mean", "gap")
    )
    if both is None or own is None or expert is None:
        return ""
    head = f"{results.wave_label(results.wave)}，{results.place}学校诊断"
    if both.status not in numerals.SHOWN:
        return f"{head}自评与专家评定的差值{_missing(results, own, expert, both)}。"
    return (
        f"{head}全部任务的平均等级，自评{_of_schools(own)}，专家评定{_of_schools(expert)}；"
        f"只用两者都有的学校，专家评定减自评为{_of_schools(both)}。"
    )


def _missing(results: Results, own, expert, both) -> str:
    """Return whether a gap is hidden or was never there, and why: 没有数据：本轮没有专家评定."""
    if both.status.startswith("suppressed"):
        least = results.codebook.thresholds.school_min
        return f"不公布：两者都有的学校不足 {least} 所，或公布后能推出别处不公布的学校"
    sides = (("自评", own), ("专家评定", expert))
    absent = [name for name, row in sides if row.status == "no_data"]
    return f"没有数据：本轮没有{'和'.join(absent)}" if absent else "没有数据：没有一所学校两者都有"


def _of_schools(row) -> str:
    """Return −0.19（95%区间 −0.28 至 −0.10，n/N 11/20 所）, or whether it is hidden or not there."""
    if row.status.startswith("suppressed"):
        return "不公布"
    if row.status not in numerals.SHOWN or pd.isna(row.value):
        return "没有数据"
    sure = numerals.WITHOUT.get(row.status) or phrases.interval(row)
    inside = "，".join(part for part in (sure, f"n/N {numerals.denominator(row)} 所") if part)
    return f" {numerals.number(row.value, row.unit)}（{inside}）"
