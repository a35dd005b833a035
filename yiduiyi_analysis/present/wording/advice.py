"""问题与建议: what the rules of the codebook find in the evidence, each with its figures, never a cause."""

import pandas as pd

from yiduiyi_analysis.codebook import Advice
from yiduiyi_analysis.present import numerals, progress, records
from yiduiyi_analysis.present.display import Markdown
from yiduiyi_analysis.present.lint import NO_CONTROL
from yiduiyi_analysis.present.results import Results
from yiduiyi_analysis.present.wording import differences, phrases
from yiduiyi_analysis.present.wording.records import figure

DEFAULTS = "规则和界线是默认的，待省教师培训项目办确认；有区间的，整个区间都在界线的一边才提出。"
NOT_A_CAUSE = f"建议只由现状得出，不说明原因，也不评比。{NO_CONTROL}"


def advice(results: Results) -> Markdown:
    """Return what the rules find, numbered, each with its figures; then what they could not judge."""
    rules = results.codebook.advice.values()
    judged = {rule.id: holds(results, rule) for rule in rules}
    found = [rule for rule in rules if judged[rule.id]]
    unknown = [rule for rule in rules if judged[rule.id] is None]
    lines = [_line(results, rule, k) for k, rule in enumerate(found, 1)]
    open_ = "；".join(dict.fromkeys(results.name(rule.indicator) for rule in unknown))
    told = f"共 {len(judged)} 条规则，提出 {len(found)} 条。"
    told += f"没有数据、不公布或区间跨过界线，不能判断的有 {len(unknown)} 条：{open_}。" if unknown else ""
    none = "" if found else "没有一条规则提出问题，不等于没有问题。"
    return Markdown("\n\n".join(filter(None, ["\n".join(lines), none, f"{told}{DEFAULTS}{NOT_A_CAUSE}"])))


def holds(results: Results, rule: Advice) -> bool | None:
    """Tell whether a rule finds its problem; None where the evidence cannot tell.

    Rule: the latest figure up to this wave; with an interval, all of it must lie on the side of the problem,
          and a bound inside it leaves the question open
    """
    row = records.latest(results, rule.indicator)
    if rule.when == "lacking":
        return row is None
    if rule.when == "fell":
        return _fell(results, rule)
    if row is None or row.status not in numerals.SHOWN or pd.isna(row.value):
        return None
    ends = (row.lo, row.hi) if pd.notna(row.lo) else (row.value, row.value)
    wrong = [bool(end < rule.bound if rule.when == "below" else end > rule.bound) for end in ends]
    return wrong[0] if wrong[0] == wrong[1] else None


def _fell(results: Results, rule: Advice) -> bool | None:
    row = results.one(f"{rule.indicator}_change")
    if row is None or row.status not in numerals.SHOWN or pd.isna(row.lo):
        return None
    entry = results.codebook.indicators.get(rule.indicator)
    down = entry is not None and entry.better == "down"
    return bool(row.lo > 0 if down else row.hi < 0)


def _line(results: Results, rule: Advice, number: int) -> str:
    figures = _figures(results, rule)
    return f"{number}. **{rule.section}：{rule.problem}。** {figures}建议：{rule.advice}。"


def _figures(results: Results, rule: Advice) -> str:
    """Return the figures that a rule stood on, in one sentence."""
    if rule.when == "lacking":
        return f"依据：截至{results.wave_label(results.wave)}，“{results.name(rule.indicator)}”没有数据。"
    if rule.when == "fell":
        return f"依据：{differences.sentence(results, rule.indicator)}"
    row = records.latest(results, rule.indicator)
    if rule.indicator.endswith(".done"):
        return f"依据：{_stage(results, row)}。"
    what = phrases.what(results, rule.indicator)
    return f"依据：{results.place}{what}{figure(results, row)}，界线 {_bound(rule, row.unit)}。"


def _stage(results: Results, row) -> str:
    """Return the stage of the county's task, or how many schools have finished: 20 所中 9 所完成."""
    task = row.indicator.partition(".")[0]
    level = results.codebook.item[task].dimension
    texts = progress.over_waves(results, level).texts
    text = texts[results.wave_label(row.wave)].loc[f"{task} {results.codebook.label(task)}"]
    name = phrases.quoted(results.codebook.label(task))
    return f"{results.wave_label(row.wave)}，{results.place}{name}，{phrases.state(text, level)}"


def _bound(rule: Advice, unit: str) -> str:
    """Return the bound as a target is written, so that nobody takes it for a share of people."""
    sign = "≥" if rule.when == "below" else "≤"
    return f"{sign} {numerals.number(rule.bound, unit)}"
