"""The pieces of a sentence: who is measured on what, the value with what stands behind it, the response."""

import pandas as pd

from yiduiyi_analysis.present import numerals, progress, records
from yiduiyi_analysis.present.results import Results

INNER = str.maketrans("“”", "‘’")
RATERS = ("self", "expert")
KINDS = {
    "mean": "的平均得分",
    "rate": "的学生比例",
    "done": "的完成比例",
    "self_mean": "上自评的平均等级",
    "expert_mean": "上专家评定的平均等级",
    "gap": "上专家评定减自评的差值",
    "self_ok": "上自评达标的比例",
    "expert_ok": "上专家评定达标的比例",
    "score": "的得分（百分制）",
    "response": "的应答率",
}


def what(results: Results, indicator: str) -> str:
    """Return who is measured on what: 专任教师在“R…”选择前两档的比例."""
    named = results.codebook.indicators.get(indicator)
    if named and named.label:
        return quoted(named.label)
    subject, _, measure = indicator.rpartition(".")
    kind = KINDS.get(measure, "")
    if measure in ("top2", "low2"):
        kind = f"选择{results.end_options(subject, measure)}的比例"
    if reversed_item(results, indicator):
        kind = f"（反向题，越低越好）{kind}"
    who = "" if measure in ("rate", "done", "response") else f"{results.respondents(indicator)}在"
    return f"{who}{quoted(results.codebook.subject(indicator))}{kind}"


def quoted(text: str) -> str:
    """Return a text in quotation marks, those inside it single: “‘一校一策’学校发展规划”."""
    return f"“{text.translate(INNER)}”"


def reversed_item(results: Results, indicator: str) -> bool:
    """Tell whether less of an indicator is better: one item asked in reverse, told as it was asked."""
    item = results.codebook.item.get(indicator.rpartition(".")[0])
    return bool(item and item.reverse)


def value(results: Results, row) -> str:
    """Return 72%（95%区间 68–76，n/N 258/314，应答率 82%）, or why it is not shown."""
    if row.status.startswith("suppressed"):
        return "不公布（保护个人信息）"
    if row.status not in numerals.SHOWN or pd.isna(row.value):
        return "没有数据"
    sure = numerals.WITHOUT.get(row.status) or interval(row)
    rate = answered(results, row.indicator, row.wave, row.group)
    inside = [sure, f"{counted(row)} {numerals.denominator(row)}", f"应答率 {rate}" if rate else ""]
    inside.append(records.heard(results, row))
    return f" {numerals.number(row.value, row.unit)}（{'，'.join(part for part in inside if part)}）"


def over_waves(results: Results, indicator: str, last: str | None = None) -> str:
    """Return one sentence with the levels of every wave up to `last`, this one by default."""
    waves = results.waves[: results.waves.index(last or results.wave) + 1]
    rows = results.each([indicator], waves=waves)
    said = [f"{results.wave_label(row.wave)}{value(results, row)}" for row in rows]
    return f"{results.place}{what(results, indicator)}：{'；'.join(said)}。" if said else ""


def counted(row) -> str:
    """Return what its denominator counts: n/N, n without a known whole, 名册 of a sum over the roster."""
    if numerals.made(row, numerals.PER):
        return "名册"
    return "n/N" if pd.notna(row.N) else "n"


def interval(row) -> str:
    """Return 95%区间 68–76, or nothing where there is none."""
    return f"95%区间 {numerals.interval(row.lo, row.hi, row.unit)}" if pd.notna(row.lo) else ""


def answered(results: Results, indicator: str, wave: str, group: str = "all") -> str:
    """Return the response rate behind an indicator, where the roster gives one: 82%; records have none."""
    tool = results.codebook.instruments.get(results.instrument_of(indicator))
    if indicator.endswith(".response") or (tool and tool.unit == "deliverable"):
        return ""
    rater = indicator.rpartition(".")[2].partition("_")[0]
    who = f"{rater}.response" if rater in RATERS else "response"
    rate = results.one(f"{results.instrument_of(indicator)}.{who}", waves=[wave], groups=[group])
    if rate is None or rate.unit != "rate" or rate.status not in numerals.SHOWN:
        return ""
    return numerals.percent(rate.value)


def response(results: Results, indicator: str, waves=None) -> str:
    """Return one sentence on how many answered, wave by wave; nothing where no wave asked."""
    rows = results.each([indicator], waves=waves)
    said = [f"{results.wave_label(row.wave)}{_rate(row)}" for row in rows]
    name = results.codebook.subject(indicator)
    how = "的应答率" if all(row.unit == "rate" for row in rows) else ""
    return f"{results.place}{name}{how}：{'，'.join(said)}。" if said else ""


def _rate(row) -> str:
    if row.status not in numerals.SHOWN:
        return "不公布" if row.status.startswith("suppressed") else "没有数据"
    if row.unit == "rate":
        return f" {numerals.cell(row)}（{numerals.denominator(row)}）"
    return f"收回 {numerals.denominator(row)} 份"


def finished(results: Results, level: str) -> str:
    """Return one sentence on the state of each task of a level; nothing where there is no record."""
    texts = progress.over_waves(results, level).texts
    if texts.empty:
        return ""
    now = texts[results.wave_label(results.wave)].fillna("没有记录")
    said = "；".join(f"{name}，{state(text, level)}" for name, text in now.items())
    means = f"（完成指{progress.finished_means(results, level)}）" if now.str.contains("/").any() else ""
    return (
        f"{results.wave_label(results.wave)}，{results.place}{results.codebook.label(level)}"
        f"的完成情况{means}：{said}。"
    )


def state(text: str, level: str) -> str:
    """Return 9 所中 5 所完成 for 5/9, any other text as it is."""
    counted, _, population = text.partition("\n")
    done, slash, whole = counted.partition("/")
    if not slash:
        return "不公布" if text == numerals.HIDDEN else text
    word = "个县" if level == "C" else "所"
    return f"{whole} {word}中 {done} {word}完成" + (f"（{population}）" if population else "")


def subjects(results: Results, indicators) -> str:
    """Return the names of what several indicators measure."""
    return "、".join(dict.fromkeys(results.codebook.subject(name) for name in indicators))
