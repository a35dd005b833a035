"""Changes: how far a figure moved between two waves, in words that its interval allows."""

from decimal import Decimal

import pandas as pd

from yiduiyi_analysis.analyse import changes as analysed
from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.display import Markdown, nothing
from yiduiyi_analysis.present.lint import NO_CONTROL
from yiduiyi_analysis.present.results import Results
from yiduiyi_analysis.present.wording import phrases

SECTIONS = "各轮是独立的截面，作答者不一定相同；相差多少是描述，不是成因。"


def changes(results: Results, *indicators: str) -> Markdown:
    """Return one sentence an indicator: its change up to this wave, and whether it can be told from none.

    In:     names of levels, such as R6.top2 or B.mean
    Rule:   上升 or 下降 only where the interval, as printed, leaves out 0; else 不能判断升降
    """
    said = [text for name in indicators if (text := sentence(results, name))]
    if not said:
        return nothing(f"{phrases.subjects(results, indicators)}的变化")
    listed = "\n".join(f"- {text}" for text in said)
    return Markdown(f"{listed}\n\n{SECTIONS}{NO_CONTROL}")


def sentence(results: Results, indicator: str, wave: str | None = None) -> str:
    """Return the change of one indicator up to a wave, this one by default; nothing where there is none."""
    row = results.one(indicator + analysed.CHANGE, waves=[wave or results.wave])
    if row is None:
        return ""
    early = results.bases[row.indicator, row.wave]
    head = (
        f"{results.wave_label(row.wave)}与{results.wave_label(early)}相比，"
        f"{results.place}{phrases.what(results, indicator)}"
    )
    if row.status.startswith("suppressed"):
        return f"{head}的升降不公布（保护个人信息）。"
    if row.status not in numerals.SHOWN or pd.isna(row.value):
        return f"{head}的升降没有数据。"
    return f"{head}{_moved(results, indicator, row, _behind(results, indicator, row, early))}。"


def _moved(results: Results, indicator: str, row, behind: str) -> str:
    """Return the move in words, its figures behind it, and what cannot be told."""
    ends = [_shown(end, row.unit) for end in (row.lo, row.hi)] if pd.notna(row.lo) else []
    now = _shown(row.value, row.unit)
    if row.status == "full" and now == 0:
        return f"的数值相同（{behind}）"
    if row.status == "full" or (ends and (ends[0] > 0 or ends[1] < 0)):
        word = "上升" if now > 0 else "下降"
        return f"{word} {_amount(results, indicator, abs(now), row.unit)}（{behind}）" + _good(
            results, indicator, now
        )
    sign = "+" if now > 0 else ""
    why = "区间包含 0" if ends else "没有区间"
    return f"相差 {sign}{_amount(results, indicator, now, row.unit)}（{behind}），{why}，现有数据不能判断升降"


def _behind(results: Results, indicator: str, row, early: str) -> str:
    """Return interval, denominators and response rates of both waves: 95%区间 5–13；n/N：…；应答率：…"""
    waves = [early, row.wave]
    said = [_interval(row)]
    levels = [results.one(indicator, waves=[wave]) for wave in waves]
    if all(level is not None and level.status in numerals.SHOWN for level in levels):
        each = [f"{results.wave_label(level.wave)} {numerals.denominator(level)}" for level in levels]
        said.append(f"{phrases.counted(levels[1])}：{'，'.join(each)}")
    else:
        said.append(f"{phrases.counted(row)} {numerals.denominator(row)}")
    rates = [(wave, phrases.answered(results, indicator, wave)) for wave in waves]
    known = [f"{results.wave_label(wave)} {rate}" for wave, rate in rates if rate]
    said.append(f"应答率：{'，'.join(known)}" if known else "")
    return "；".join(part for part in said if part)


def _interval(row) -> str:
    """Return 95%区间 5–13, with 至 where an end is negative; or why there is none."""
    if pd.isna(row.lo):
        return {"full": "两轮都是全员作答"}.get(row.status, numerals.UNSURE)
    ends = [f"{_shown(end, row.unit)}".replace("-", "−") for end in (row.lo, row.hi)]
    return f"95%区间 {('–' if row.lo >= 0 else ' 至 ').join(ends)}"


def _shown(value: float, unit: str) -> Decimal:
    """Return a difference in the digits that are printed, in percentage points where it is one of shares."""
    text = numerals.percent(value, "") if unit == "rate_points" else numerals.rounded(value, 2)
    return Decimal(text.replace("−", "-"))


def _amount(results: Results, indicator: str, size: Decimal, unit: str) -> str:
    of_schools = results.instrument_of(indicator) == results.tool("school").id
    word = "个百分点" if unit == "rate_points" else "级" if of_schools else "分"
    return f"{size} {word}".replace("-", "−")


def _good(results: Results, indicator: str, now: Decimal) -> str:
    """Return which way is better, where the direction alone would mislead."""
    if not phrases.reversed_item(results, indicator):
        return ""
    return "，是好的方向" if now < 0 else "，是不好的方向"
