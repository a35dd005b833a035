"""Which ranks a county may hold: sets that hold for all counties at once, never one rank alone."""

from statistics import NormalDist

import pandas as pd

from yiduiyi_analysis.analyse import ranking
from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.display import Markdown, Table, nothing
from yiduiyi_analysis.present.lookup import grid, tuples
from yiduiyi_analysis.present.results import Results

HALF = NormalDist().inv_cdf(0.975)
NOTE = (
    "名次集是该县可能的名次，1 为数值最高：各县的集合同时成立的把握不低于 95%，"
    "由各县区间按 Bonferroni 放宽后比较得出，"
    "两县的区间不相碰才分先后。区间取自公布的数，另放宽一个末位；没有区间的县可能居任何一位，不公布的县不在其中。"
    "括号内为 95% 区间，第二行为 n/N。各县按行政区划代码排列。"
    "一县只有一家承训单位，县与承训单位完全重合：名次集不是对县的评价，更不是对承训单位的评价；学校不排名次。"
)


def ranks(results: Results, *indicators: str) -> Table | Markdown:
    """Return the joint rank set of each county on each indicator: a row a county by code.

    Rule: only figures of teachers, whose intervals are normal; where schools or classes are the units there
          are too few in a county for a set that says anything, and it is left open
    """
    names = {code: name for code, name in results.codebook.places().items() if code != "all"}
    rows = results.told(indicators, places=list(names))
    if rows.empty:
        return nothing("各县可能的名次")
    rows = pd.concat([_ranked(part) for _, part in rows.groupby("indicator", sort=False)])
    known = set(rows["indicator"])
    texts = [(row.county_code, row.indicator, _cell(row)) for row in tuples(rows)]
    shown = grid(texts, list(names), [name for name in indicators if name in known], numerals.ABSENT)
    shown.columns = [results.name(name) for name in shown.columns]
    shown.insert(0, "县", list(names.values()))
    title = f"各县可能的名次（{results.wave_label(results.wave)}）"
    return Table(rows, title, f"{NOTE}{numerals.LEGEND}", shown)


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of one indicator with the best and the worst rank that each county may hold."""
    known = rows["status"].isin(numerals.SHOWN) & rows["value"].notna()
    value = rows["value"].astype(float).where(known)
    digit = 0.01 if rows["unit"].iloc[0] in ("rate", "points") else 0.1
    reach = pd.concat([rows["hi"].astype(float) - value, value - rows["lo"].astype(float)], axis=1)
    se = (reach.max(axis=1) + digit) / HALF
    se = se.where(rows["method"].str.startswith("finite")).mask(rows["status"].eq("full"), digit / HALF)
    return rows.join(ranking.joint(value, se)[["best", "worst"]])


def _cell(row) -> str:
    value, count = numerals.cell(row), numerals.denominator(row)
    if pd.isna(row.best):
        return value
    ranks = f"{row.best}" if row.best == row.worst else f"{row.best}–{row.worst}"
    return f"{value}\n{count}\n名次 {ranks}"
