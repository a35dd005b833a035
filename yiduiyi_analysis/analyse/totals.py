"""Means, totals, ratios and contrasts of many items in many domains, under any sampling design."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import numbers, sampling, status
from yiduiyi_analysis.analyse.sampling import Plan


@dataclass(frozen=True)
class Domains:
    """Answers with their domains: scores (0 where unanswered), answered, weight, group codes."""

    scores: np.ndarray
    answered: np.ndarray
    weight: np.ndarray
    group: np.ndarray
    labels: np.ndarray
    items: np.ndarray

    @property
    def count(self) -> int:
        """How many groups there are room for: at least one."""
        return max(len(self.labels), 1)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return column sums by group."""
        return sampling.sums(values, self.group, self.count)


def domains(scores: pd.DataFrame, plan: Plan, by=None) -> Domains:
    """Return answers ready for estimation.

    In:     scores: one row per response in the design's order, a column an item, NaN where unanswered;
            by: the group of each row, NA for a row outside all groups; None is one group, "all"
    Rule:   a row of weight 0 is outside
    """
    by = np.full(len(scores), "all", object) if by is None else by
    group, labels = pd.factorize(pd.Series(np.asarray(by)), sort=True)
    values = numbers.of(scores)
    answered = ~np.isnan(values) & ((group >= 0) & (plan.weight != 0))[:, None]
    weight = plan.weight[:, None] * answered
    return Domains(
        np.where(answered, values, 0.0),
        answered,
        weight,
        np.maximum(group, 0),
        labels,
        np.asarray(scores.columns),
    )


def means(scores: pd.DataFrame, plan: Plan, by=None) -> pd.DataFrame:
    """Return the weighted mean (a share, for 0/1) of every item in every group, a row a group × item.

    In:     as `domains`
    Out:    group, item, value, se, n (rows that answered), df (first-stage units − strata among them), full
            (nobody was left out, so se is 0 and no interval applies), status (see `status.of`); value NaN
            where n is 0, se NaN where one unit alone gives no variance; an se with df 0 has no t interval
    Source: Särndal, Swensson & Wretman 1992, § 5.6–5.8
    """
    data = domains(scores, plan, by)
    value, score = influence(data)
    return _table(data, value, score, plan, lone_is_unknown=True)


def totals(scores: pd.DataFrame, plan: Plan, by=None) -> pd.DataFrame:
    """Return the weighted total of every item in every group, columns as `means`; 0 where nobody answered.

    Rule:   those who did not answer add nothing: a total of answers, not of persons
    """
    data = domains(scores, plan, by)
    score = data.weight * data.scores
    return _table(data, data.sums(score), score, plan)


def ratios(numerators: pd.DataFrame, denominators: pd.DataFrame, plan: Plan, by=None) -> pd.DataFrame:
    """Return total / total for columns paired by position, columns as `means`, item "above/below".

    Rule:   a row counts where it has both; value NaN where the denominator's total is 0
    Source: Lohr, Sampling: Design and Analysis, ch. 4
    """
    names = [f"{a}/{b}" for a, b in zip(numerators.columns, denominators.columns, strict=True)]
    above, below = (numbers.of(t) for t in (numerators, denominators))
    data = domains(pd.DataFrame(above + 0 * below, columns=names), plan, by)
    below = np.where(data.answered, below, 0.0)
    base = data.sums(data.weight * below)
    ratio = data.sums(data.weight * data.scores) / np.where(base != 0, base, np.nan)
    safe, known = np.where(base != 0, base, 1.0), np.nan_to_num(ratio)
    score = data.weight * (data.scores - known[data.group] * below) / safe[data.group]
    return _table(data, ratio, score, plan, lone_is_unknown=True)


def contrast(scores: pd.DataFrame, plan: Plan, by, coefficients: dict) -> pd.DataFrame:
    """Return a linear combination of group means with their covariance, a row an item.

    In:     as `domains`; coefficients: group → number; groups not named count 0
    Out:    item, value, se, n, df (units − strata of the rows of groups that count), status; NaN without one
            of them
    Source: Kish 1965, ch. 12
    """
    data = domains(
        scores, plan, pd.Series(np.asarray(by)).where(pd.Series(np.asarray(by)).isin(list(coefficients)))
    )
    mean, score = influence(data)
    size = np.array([coefficients[label] for label in data.labels], float).reshape(-1, 1)
    complete = len(data.labels) == len(coefficients) and len(size) > 0
    value = (size * mean).sum(axis=0) if complete else np.full(len(data.items), np.nan)
    total = score * size[data.group] if len(size) else score
    psus, strata, short = sampling.freedom(data.answered, plan)
    spread = sampling.variance(total, plan, asked=data.answered)[0]
    known = ~np.isnan(value) & ((psus[0] > 1) | ~short[0])
    se = np.sqrt(np.where(known, spread, np.nan))
    rows = {"value": value, "se": se, "n": data.answered.sum(axis=0), "df": (psus - strata)[0]}
    return pd.DataFrame({"item": data.items} | rows | {"status": status.of(value, se, df=rows["df"])})


def covariance(scores: pd.DataFrame, plan: Plan, by=None) -> pd.DataFrame:
    """Return the covariance matrix of the means, (group, item) on both axes.

    Rule:   NaN in the row and column of a mean without a standard error; the status in `means` says why
    """
    data = domains(scores, plan, by)
    _, score = influence(data)
    own = data.group[:, None] == np.arange(len(data.labels))
    wide = (own[:, :, None] * score[:, None, :]).reshape(len(score), len(data.labels) * len(data.items))
    labels = pd.MultiIndex.from_product([data.labels, data.items], names=["group", "item"])
    known = means(scores, plan, by)["se"].notna().to_numpy()
    matrix = np.where(known & known[:, None], sampling.covariance(wide, plan), np.nan)
    return pd.DataFrame(matrix, labels, labels)


def design_effect(scores: pd.DataFrame, plan: Plan, by=None, replacement: bool = False) -> pd.DataFrame:
    """Return the variance of each mean over that of a simple random sample of as many, a row a group × item.

    Out:    group, item, value, status (ok, full: everybody answered, so there is nothing to compare, no_data,
            no_interval: no variance is known, no_variation: of the answers, or fewer than two; value NaN)
    Rule:   the simple sample is drawn without replacement unless `replacement`
    Source: Kish 1965, § 8.2
    """
    data, table = domains(scores, plan, by), means(scores, plan, by)
    mean, _ = influence(data)
    n, whole = data.sums(data.answered.astype(float)), data.sums(data.weight)
    squares = data.sums(data.weight * (data.scores - np.nan_to_num(mean)[data.group]) ** 2)
    simple = (
        np.where((n > 1) & (squares > 0), squares, np.nan)
        / np.where(whole > 0, whole, 1)
        / np.maximum(n - 1, 1)
    )
    if not replacement:
        simple = simple * np.where(whole > n, 1 - n / np.where(whole > 0, whole, 1), np.nan)
    value = table["se"] ** 2 / simple[: len(data.labels)].ravel()
    why = pd.Series(status.of(table["value"], table["se"], table["full"]), table.index, dtype=object)
    why = why.mask(value.isna() & why.eq(status.OK), status.NO_VARIATION)
    return table[["group", "item"]].assign(value=value, status=why)


def influence(data: Domains) -> tuple[np.ndarray, np.ndarray]:
    """Return the group means (groups × items, NaN without answers) and each row's score in its own mean."""
    whole = data.sums(data.weight)
    base = np.where(whole != 0, whole, 1.0)
    mean = data.sums(data.weight * data.scores) / base
    score = data.weight * (data.scores - mean[data.group]) / base[data.group]
    return np.where(whole != 0, mean, np.nan), score


def _table(data: Domains, value, score, plan: Plan, lone_is_unknown: bool = False) -> pd.DataFrame:
    psus, strata, short = sampling.freedom(data.answered, plan, data.group, data.count)
    spread = sampling.variance(score, plan, data.group, data.count, data.answered)
    known = ~np.isnan(value) & (~short | (psus > 1) | (not lone_is_unknown))
    n = data.sums(data.answered.astype(float))
    se, full = np.sqrt(np.where(known, spread, np.nan)), (n > 0) & ~short
    columns = {"value": value, "se": se, "n": n.astype(int), "df": psus - strata, "full": full}
    columns["status"] = status.of(value, se, full, psus - strata)
    groups, width = len(data.labels), len(data.items)
    head = {"group": np.repeat(np.asarray(data.labels), width), "item": np.tile(data.items, groups)}
    return pd.DataFrame(head | {name: part[:groups].ravel() for name, part in columns.items()})
