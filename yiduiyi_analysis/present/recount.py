"""Figures computed anew from clean data beside the published ones: equal, or a fault that says where."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import changes
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.display import Table
from yiduiyi_analysis.present.results import Results

FIGURES = ["value", "lo", "hi", "n"]
NAMES = {"value": "数值", "lo": "区间下限", "hi": "区间上限", "n": "人数"}


def rows(report: Results, found: pd.DataFrame) -> pd.DataFrame:
    """Return the published rows with the figures of `found` in the place of their own.

    In:     found: item (an indicator), group (a county's code, or "all"), value, se, lo, hi, n, status, as
            `estimate.means` gives them and an interval of one's own
    Out:    evidence rows of this wave; what is protected stays hidden, what has no interval has none
    Rule:   rounded as evidence is; a place that `found` does not have has no figures
    """
    places = found["group"].unique().tolist()
    known = report.rows(found["item"].unique().tolist(), places=places)
    own = found.rename(columns={"item": "indicator", "group": "county_code"})
    bare = own["status"].ne("ok") | own["se"].eq(0)
    own = own.assign(lo=own["lo"].mask(bare), hi=own["hi"].mask(bare))
    keys = ["indicator", "county_code"]
    beside = known[keys].merge(own[[*keys, *FIGURES]], on=keys, how="left", validate="one_to_one")
    hidden = known["status"].str.startswith("suppressed")
    columns = {name: beside[name].mask(hidden).astype(known[name].dtype) for name in FIGURES}
    return changes.rounded(known.assign(**columns))


def compare(report: Results, own: pd.DataFrame) -> Table:
    """Return own figures beside the published ones, a row a figure, each with its differences.

    In:     own: `rows`
    Raises: Fault naming the first figure that is not exactly the published one, or that nothing is there
            to compare
    """
    known = report.rows(own["indicator"].unique().tolist(), places=own["county_code"].unique().tolist())
    apart = {name: _apart(own[name], known[name]) for name in FIGURES}
    for name, difference in apart.items():
        for at in np.flatnonzero(difference):
            raise Fault(
                f"{_where(report, own.iloc[at])}的{NAMES[name]}：重新计算得 {own[name].iloc[at]}，"
                f"已发布的是 {known[name].iloc[at]}",
                do="请检查步骤是否与分析相同，或先运行 yiduiyi run 使结果与数据一致",
            )
    if known["value"].isna().all():
        raise Fault("这里没有已发布的数值可比", do="请换一个指标或轮次")
    shown = pd.DataFrame({
        "数值": [_where(report, row) for row in known.itertuples()],
        "重新计算": _written(own),
        "已发布": _written(known),
        **{f"差（{NAMES[name]}）": [f"{value:g}" for value in apart[name]] for name in FIGURES},
    })  # fmt: skip
    note = f"括号内为 95% 区间，其后为作答人数；差为四舍五入到发布的位数之后的差。{numerals.LEGEND}"
    return Table(known.assign(**apart), "重新计算的与已发布的数值", note, shown)


def _where(report: Results, row) -> str:
    return f"{report.codebook.places()[row.county_code]}，{report.codebook.label(row.indicator)}"


def _written(rows: pd.DataFrame) -> list[str]:
    pairs = zip(numerals.cells(rows), numerals.denominators(rows), strict=True)
    return [cell if cell == count else f"{cell}　{count}" for cell, count in pairs]


def _apart(own: pd.Series, known: pd.Series) -> np.ndarray:
    """Return the differences, 0 where neither has a figure, infinite where one of them has."""
    both = own.to_numpy(float, na_value=np.nan), known.to_numpy(float, na_value=np.nan)
    lacking = [np.isnan(figures) for figures in both]
    difference = np.where(lacking[0] | lacking[1], np.inf, np.abs(both[0] - both[1]))
    return np.where(lacking[0] & lacking[1], 0.0, difference)
