"""Typical cases that a rule proposes, and what institutions allowed to be quoted; nobody is named."""

import pandas as pd

from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.display import Markdown, Table, nothing
from yiduiyi_analysis.present.results import Results

CASES = {"kind": "课例类型", "subject": "学科", "stage": "学段"}
STAGES = {1: "小学（1–6 年级）", 2: "初中（7–9 年级）"}
RULE = (
    "规则：状态有效、有两位评分者、两人的均分都不低于 4 分（满分 5 分）的课例，列为候选，"
    "由专家看过课例再定，不是评奖。评分是两人均分，没有区间，n 为评分者数。"
)


def cases(results: Results) -> Table | Markdown:
    """Return the candidates up to this wave whose authors agreed, a row a case; the others are counted."""
    rows = results.candidates
    agreed = rows["consent"].astype(bool)
    others = int((~agreed).sum())
    few = f"另有 {others} 份候选的作者没有同意公开，只计份数。" if others else ""
    rows = rows[agreed].sort_values(["kind", "subject", "stage", "county_code"], ignore_index=True)
    if rows.empty:
        return Markdown(f"没有作者同意公开的典型课例候选。{few}") if few else nothing("典型课例候选")
    shown = pd.DataFrame({head: _worded(results, rows[column], column) for column, head in CASES.items()})
    shown.insert(0, "序号", [str(number) for number in range(1, len(rows) + 1)])
    shown["轮次"] = rows["wave"].map(results.wave_label)
    shown["县"] = rows["county_code"].map(results.codebook.places())
    shown["评分（n＝2）"] = [numerals.rounded(score, 2) for score in rows["score"]]
    title = f"{results.place}典型课例候选（截至{results.wave_label(results.wave)}）"
    return Table(rows, title, f"{RULE}{_unnamed(results, rows)}{few}", shown)


def quotes(results: Results) -> Table | Markdown:
    """Return what institutions wrote of their hardships and allowed to be quoted: a row a text."""
    rows = results.quotes
    if rows.empty:
        return nothing("机构自述的困难")
    order = {wave: k for k, wave in enumerate(results.waves)}
    told = rows.groupby(["side", "wave", "text"], as_index=False).size()
    told = told.sort_values(["side", "wave", "text"], key=lambda c: c.map(order) if c.name == "wave" else c)
    frame = pd.DataFrame(
        {
            "填报单位": told["side"].astype(int).map(_labels(results, "side")),
            "轮次": told["wave"].map(results.wave_label),
            "原话": told["text"],
            "份数": told["size"],
        }
    )
    return Table(
        frame,
        f"{results.place}承训单位与县研训机构自述的困难（截至{results.wave_label(results.wave)}）",
        "只列同意不署名引用的原话，不列县和单位；份数为写了同一句话的份数，没有区间。"
        "话是个别单位的看法，不代表其余单位。",
    )


def _unnamed(results: Results, rows: pd.DataFrame) -> str:
    """Return what is left out so that the table names no school, and what it does not promise."""
    least = results.codebook.thresholds.school_min
    said = f"不列教师、学校和年级；一县有一个学段的有效课例不足 {least} 所学校的，全县都不列学科和学段"
    mark = f"（{numerals.ABSENT}）" if rows["subject"].isna().any() else ""
    return f"{said}{mark}。知道课例内容的人仍可能认出作者，所以只列作者同意公开的。"


def _worded(results: Results, values: pd.Series, column: str) -> pd.Series:
    if column == "stage":
        return pd.to_numeric(values).astype("Int64").map(STAGES).fillna(numerals.ABSENT)
    return pd.to_numeric(values).astype("Int64").map(_labels(results, column)).fillna(numerals.ABSENT)


def _labels(results: Results, column: str) -> dict[int, str]:
    """Return the option labels of the record column of that name."""
    fields = {"kind": "type"}
    wanted = fields.get(column, column)
    sheets = results.codebook.sheet.values()
    field = next(sheet.field[wanted] for sheet in sheets if wanted in sheet.field)
    options = results.codebook.scales[field.scale].options
    return {option.value: option.label for option in options if option.value is not None}
