"""Where answers lie: the share of each category, and weighted quantiles with their intervals."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import estimate, numbers, status, totals
from yiduiyi_analysis.analyse.sampling import Plan

RULES = ("math", "school")


def shares(answers: pd.DataFrame, plan: Plan, levels: list, by=None) -> pd.DataFrame:
    """Return the share of every level of every item in every group, a row a group × item × level.

    In:     as `totals.means`; levels: all values of the scale, those nobody chose included
    Out:    group, item, level, value, se, n, df, full, status; the shares of an item add up to 1
    Raises: ValueError if an answer is none of the levels: it would be lost from the shares
    """
    values = numbers.of(answers)
    if stray := set(np.unique(values[~np.isnan(values)])) - set(map(float, levels)):
        raise ValueError(f"answers outside the levels: {sorted(stray)}")
    names = pd.MultiIndex.from_product([answers.columns, levels])
    hit = (values[:, :, None] == np.asarray(levels, float)).astype(float)
    hit[np.isnan(values)] = np.nan
    table = totals.means(
        pd.DataFrame(hit.reshape(len(values), len(names)), columns=range(len(names))), plan, by
    )
    where = names[table["item"].to_numpy(int)] if len(table) else names[:0]
    table["item"] = where.get_level_values(0)
    table.insert(2, "level", where.get_level_values(1))
    return table


def quantiles(scores: pd.DataFrame, plan: Plan, at, by=None, rule: str = "math") -> pd.DataFrame:
    """Return weighted quantiles with Woodruff's 95 % interval, a row a group × item × probability.

    In:     as `totals.means`; at: probabilities
    Out:    group, item, at, value, se, lo, hi, n, df, status; an end is NaN where the interval of the share
            below leaves 0–1 or has no degrees of freedom, se (interval width / 2 t quantiles) with it
    Rule:   math: the smallest value with at least that share of the weight at or below it; school: as math,
            but half way to the next value where the share is met exactly
    Source: Woodruff 1952; Lumley 2010, § 2.4
    Raises: ValueError for an unknown `rule`
    """
    if rule not in RULES:
        raise ValueError(f"rule is one of {', '.join(RULES)}, not {rule!r}")
    data = totals.domains(scores, plan, by)
    at = np.atleast_1d(np.asarray(at, float))
    groups, items = len(data.labels), len(data.items)
    parts = [[_Ordered(data, group, item, rule) for item in range(items)] for group in range(groups)]
    value = np.array([[part.at(at) for part in row] for row in parts]).reshape(groups, items, len(at))
    below = (
        data.scores[:, :, None] <= value[data.group] if groups else np.zeros((len(scores), items, len(at)))
    )
    below = np.where(data.answered[:, :, None], below, np.nan).reshape(len(scores), items * len(at))
    table = totals.means(pd.DataFrame(below), plan, by)
    ends = estimate.interval(*(table[name].to_numpy() for name in ("value", "se", "df")))
    lo, hi = (_back(parts, end, len(at)) for end in ends)
    head = pd.MultiIndex.from_product([data.labels, data.items, at], names=["group", "item", "at"])
    se = (hi - lo) / (2 * estimate.quantile(table["df"]))
    columns = {"value": value.ravel(), "se": se, "lo": lo, "hi": hi, "n": table["n"], "df": table["df"]}
    return head.to_frame(index=False).assign(**columns, status=status.of(value.ravel(), se))


def publishable(value, lo, hi, size) -> np.ndarray:
    """Return whether a share is exact enough to print.

    In:     share, its 95 % interval, effective sample size (see `estimate.effective_size`)
    Rule:   size at least 30, and an interval at most 5 points wide, or at most 30 points and 130 % of the
            share; what is unknown is not printed
    Source: Parker et al. 2017
    """
    value, lo, hi, size = (np.asarray(x, float) for x in (value, lo, hi, size))
    width = hi - lo
    return (size >= 30) & ((width <= 0.05) | ((width <= 0.30) & (width <= 1.3 * value)))


def _back(parts: list[list["_Ordered"]], share: np.ndarray, width: int) -> np.ndarray:
    """Return the values at shares (groups × items × width, flat)."""
    made = np.full(len(share), np.nan)
    for number, part in enumerate(part for row in parts for part in row):
        inside = slice(number * width, (number + 1) * width)
        made[inside] = part.at(share[inside])
    return made


class _Ordered:
    """The distinct values of one item in one group, with the weight at or below each."""

    def __init__(self, data: totals.Domains, group: int, item: int, rule: str):
        inside = data.answered[:, item] & (data.group == group)
        self.values, code = np.unique(data.scores[inside, item], return_inverse=True)
        self.below = np.cumsum(np.bincount(code, data.weight[inside, item]))
        self.rule = rule

    def at(self, share: np.ndarray) -> np.ndarray:
        """Return the value at each share, NaN outside 0–1."""
        usable = (share >= 0) & (share <= 1)
        if not len(self.values):
            return np.full(len(share), np.nan)
        target = np.where(usable, share, 0.5) * self.below[-1]
        last = len(self.values) - 1
        place = np.minimum(np.searchsorted(self.below, target), last)
        value = self.values[place]
        if self.rule == "school":
            exact = self.below[place] == target
            value = np.where(exact, (value + self.values[np.minimum(place + 1, last)]) / 2, value)
        return np.where(usable, value, np.nan)
