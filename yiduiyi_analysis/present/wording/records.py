"""What records and tests tell, in sentences; and how many clauses of the plan have evidence."""

import pandas as pd

from yiduiyi_analysis.present import numerals, records
from yiduiyi_analysis.present.display import Markdown, nothing
from yiduiyi_analysis.present.lookup import tuples
from yiduiyi_analysis.present.results import Results
from yiduiyi_analysis.present.tables.clauses import coverage
from yiduiyi_analysis.present.wording import phrases


def latest(results: Results, subject: str, *indicators: str) -> Markdown:
    """Return one sentence with the latest figure of each indicator; one line where none has any."""
    rows = [row for name in indicators if (row := records.latest(results, name)) is not None]
    said = "；".join(f"{results.name(row.indicator)}{figure(results, row)}" for row in rows)
    return Markdown(f"{results.place}：{said}。") if said else nothing(subject)


def figure(results: Results, row) -> str:
    """Return （终期）85%（n/N 17/20）, 1,234 元, or why a figure is not shown.

    Rule: of a sum over a sum both sums are told; of a sum over the roster the roster; of what units report
          how many of those due did; of the programme without all counties how many there are
    """
    wave = f"（{results.wave_label(row.wave)}）"
    entry = results.codebook.indicators.get(row.indicator)
    summed = entry is not None and entry.kind in ("count", "total")
    if row.status != "count" or not (summed or pd.isna(row.N) or numerals.made(row, numerals.PER)):
        return f"{wave}{_summed(results, row, entry) or phrases.value(results, row)}"
    behind = f"名册 N {numerals.rounded(row.N)}" if numerals.made(row, numerals.PER) else ""
    if summed and pd.notna(row.N):
        behind = f"{numerals.rounded(row.n)} 个单位填报／应填 {numerals.rounded(row.N)}"
    inside = "，".join(filter(None, [behind, records.heard(results, row)]))
    amount = f"{numerals.number(row.value, row.unit)}{_unit(results, row)}"
    return f"{wave} {amount}{f'（{inside}）' if inside else ''}"


def _summed(results: Results, row, entry) -> str:
    """Return 85%（支付金额／预算 n/N 850/1,000 元） of a sum over a sum; nothing of anything else."""
    if not numerals.made(row, numerals.RATIO) or row.status != "count" or entry is None or entry.by:
        return ""
    fields = results.codebook.sheet[entry.sheet].field
    above, below = fields[entry.columns[0]], fields.get(entry.over)
    words = f"{above.stem}／{below.stem if below else '名册教师，逐月相加'}"
    unit = f" {below.unit}" if below is not None and below.unit else ""
    sums = f"{words}，n/N {numerals.denominator(row)}{unit}"
    inside = "，".join(filter(None, [sums, records.heard(results, row)]))
    return f" {numerals.cell(row)}（{inside}）"


def clauses(results: Results) -> Markdown:
    """Return how many clauses of the plan have evidence in this place, in part, or none."""
    rows = coverage(results, [results.here])
    if rows.empty:
        return nothing("条款与证据")
    counts = rows["state"].value_counts()
    missing = rows.loc[rows["state"].eq("missing"), "clause"]
    names = "、".join(f"{name} {results.codebook.clauses[name].label}" for name in missing)
    return Markdown(
        f"截至{results.wave_label(results.wave)}，{results.place}方案的 {len(rows)} 条条款中，指标全部有数的 "
        f"{counts.get('present', 0)} 条，一部分有数的 {counts.get('partial', 0)} 条，"
        f"没有证据的 {counts.get('missing', 0)} 条{f'（{names}）' if names else ''}。"
        "有证据不等于做到了，缺证据也不等于没有做。"
    )


def conditions(results: Results, *indicators: str) -> Markdown:
    """Return each figure of those pupils who have all that it takes, beside all; one line where not told.

    Rule: what it takes are the conditions of the pupils' questionnaire; group `given` holds their figures
    """
    who = _having(results)
    rows = results.told(indicators, groups=("given",))
    if rows.empty:
        return nothing(f"{who}另计")
    said = [_given(results, row, who) for row in tuples(rows)]
    return Markdown("\n".join(f"- {line}" for line in said))


def _having(results: Results) -> str:
    """Return 家里或学校里有自来水、热水和洗澡的地方的学生, in the words of the questionnaire."""
    items = [results.codebook.item[name] for name in results.tool("student").conditions]
    where = next((item.matrix for item in items if item.matrix), "").removesuffix("有没有")
    *first, last = [item.stem for item in items] or ["条件"]
    return f"{where}有{'和'.join(filter(None, ['、'.join(first), last]))}的学生"


def _given(results: Results, row, who: str) -> str:
    whole = results.one(row.indicator)
    of_all = phrases.value(results, whole) if whole is not None else "没有数据"
    what = phrases.what(results, row.indicator)
    return (
        f"{results.wave_label(row.wave)}，{results.place}{who}中，{what}为{phrases.value(results, row)}；"
        f"不分条件为{of_all}。"
    )


def _unit(results: Results, row) -> str:
    word = records.unit_of(results, row.indicator)
    return f" {word}" if word else ""
