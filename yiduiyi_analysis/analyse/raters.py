"""How much of the spread lies between what is rated: intraclass correlations, and bias with its limits."""

import numpy as np
import pandas as pd
from scipy.special import fdtri, stdtrit

from yiduiyi_analysis.analyse import numbers, status

LIMITS = 1.96


def icc(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return the six intraclass correlations of things × raters, a row a kind.

    In:     ratings: one row per thing rated, a column a rater; rows that lack a rating are left out
    Out:    kind (ICC1, ICC2, ICC3 of a single rating; ICC1k, ICC2k, ICC3k of the raters' mean), name (as
            McGraw & Wong: ICC2 is ICC(A,1), ICC3 is ICC(C,1)), value, lo, hi (95 %), n, raters,
            status (ok, too_few: below two things or raters, no_variation, no_interval: no error to judge by)
    Source: Shrout & Fleiss 1979; McGraw & Wong 1996
    """
    x = numbers.of(ratings.dropna())
    n, k = x.shape
    kinds = ["ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k"]
    names = ["ICC(1)", "ICC(A,1)", "ICC(C,1)", "ICC(k)", "ICC(A,k)", "ICC(C,k)"]
    rows = np.full((6, 3), np.nan)
    if n > 1 and k > 1:
        between, judges, error, within = _squares(x)
        single = _single(between, judges, error, within, n, k)
        rows = np.vstack([single, [_averaged(row, k) for row in single]])
        rows[[3, 4, 5], 0] = [
            _over(between - within, between),
            _over(between - error, between + (judges - error) / n),
            _over(between - error, between),
        ]
    head = {"kind": kinds, "name": names, "value": rows[:, 0], "lo": rows[:, 1], "hi": rows[:, 2]}
    why = status.TOO_FEW if n < 2 or k < 2 else status.NO_VARIATION
    word = status.of(rows[:, 0], rows[:, 1])
    return pd.DataFrame(head | {"n": n, "raters": k, "status": np.where(word == status.NO_DATA, why, word)})


def icc_groups(scores: pd.DataFrame, group) -> pd.DataFrame:
    """Return ICC(1) and ICC(2) of every item over groups of unequal size, a row an item.

    In:     scores: one row per person, a column an item, NaN where unanswered; group: of each row
    Out:    item, icc1 (of one person's score), icc2 (of a group's mean), k0 (the groups' typical size), n,
            groups, status (ok, too_few: below two groups, or every group is one person, no_variation)
    Rule:   one-way analysis of variance; a negative value is kept: it says groups differ less than by chance
    Source: Bliese 2000; Shrout & Fleiss 1979
    """
    code, labels = pd.factorize(np.asarray(group))
    rows = [_groups(item, scores[item], code, len(labels)) for item in scores.columns]
    return pd.DataFrame(rows, columns=["item", "icc1", "icc2", "k0", "n", "groups", "status"])


def bland_altman(first, second) -> dict:
    """Return the bias first − second and its limits of agreement, from pairs.

    Out:    n, bias, sd, loa_lo, loa_hi (bias ± 1.96 sd), bias_lo, bias_hi (95 %, t), and the 95 % interval of
            either limit, loa_lo_lo … loa_hi_hi, status (ok, too_few: below two pairs)
    Source: Bland & Altman 1999
    """
    d = numbers.of(first) - numbers.of(second)
    d = d[~np.isnan(d)]
    n, bias = len(d), d.mean() if len(d) else np.nan
    sd, t = (d.std(ddof=1), stdtrit(n - 1, 0.975)) if n > 1 else (np.nan, np.nan)
    root = np.sqrt(max(n, 1))
    limit = t * sd * np.sqrt(1 / max(n, 1) + LIMITS**2 / (2 * max(n - 1, 1)))
    low, high = bias - LIMITS * sd, bias + LIMITS * sd
    ends = {"loa_lo": low, "loa_hi": high, "bias_lo": bias - t * sd / root, "bias_hi": bias + t * sd / root}
    around = {f"{name}_{end}": at + side * limit for name, at in (("loa_lo", low), ("loa_hi", high))
              for end, side in (("lo", -1), ("hi", 1))}  # fmt: skip
    return (
        {"n": n, "bias": bias, "sd": sd} | ends | around | {"status": status.OK if n > 1 else status.TOO_FEW}
    )


def _squares(x: np.ndarray) -> tuple[float, ...]:
    """Return the mean squares between things, between raters, of the remainder, and within things."""
    n, k = x.shape
    rows, columns = x.mean(axis=1, keepdims=True), x.mean(axis=0, keepdims=True)
    between = k * ((rows - x.mean()) ** 2).sum() / (n - 1)
    judges = n * ((columns - x.mean()) ** 2).sum() / (k - 1)
    error = ((x - rows - columns + x.mean()) ** 2).sum() / ((n - 1) * (k - 1))
    within = ((x - rows) ** 2).sum() / (n * (k - 1))
    return tuple(numbers.spread(np.sqrt([between, judges, error, within]), x) ** 2)


def _single(between, judges, error, within, n, k) -> np.ndarray:
    """Return value, lo and hi of ICC1, ICC2 and ICC3."""
    one = _over(between - within, between + (k - 1) * within)
    absolute = _over(between - error, between + (k - 1) * error + k * (judges - error) / n)
    consistent = _over(between - error, between + (k - 1) * error)
    return np.array(
        [
            [one, *_by_ratio(_over(between, within), n - 1, n * (k - 1), k)],
            [absolute, *_absolute(absolute, between, judges, error, n, k)],
            [consistent, *_by_ratio(_over(between, error), n - 1, (n - 1) * (k - 1), k)],
        ]
    )


def _by_ratio(ratio, df1, df2, k):
    if np.isnan(ratio):
        return np.nan, np.nan
    lo, hi = ratio / fdtri(df1, df2, 0.975), ratio * fdtri(df2, df1, 0.975)
    return (lo - 1) / (lo + k - 1), (hi - 1) / (hi + k - 1)


def _absolute(value, between, judges, error, n, k):
    """Return the interval of ICC(A,1), with Satterthwaite's degrees of freedom."""
    if np.isnan(value) or not error > 0:
        return np.nan, np.nan
    part = n * (1 + (k - 1) * value) - k * value
    ratio = judges / error
    above = (k - 1) * (n - 1) * (k * value * ratio + part) ** 2
    df = above / ((n - 1) * k**2 * value**2 * ratio**2 + part**2)
    low, high = fdtri(n - 1, df, 0.975), fdtri(df, n - 1, 0.975)
    rest = k * judges + (k * n - k - n) * error
    lo = n * (between - low * error) / (low * rest + n * between)
    return lo, n * (high * between - error) / (rest + n * high * between)


def _averaged(row, k):
    return [np.nan if np.isnan(v) else _over(v * k, 1 + v * (k - 1)) for v in row]


def _groups(item, answers: pd.Series, code: np.ndarray, count: int) -> dict:
    x = numbers.of(answers)
    known = ~np.isnan(x) & (code >= 0)
    x, code = x[known], code[known]
    size = np.bincount(code, minlength=count).astype(float)
    mean = np.bincount(code, x, minlength=count) / np.maximum(size, 1)
    groups, n = int((size > 0).sum()), len(x)
    row = {"item": item, "icc1": np.nan, "icc2": np.nan, "k0": np.nan, "n": n, "groups": groups}
    row["status"] = status.TOO_FEW
    if groups < 2:
        return row
    k0 = (n - (size**2).sum() / n) / (groups - 1)
    if n == groups:
        return row | {"k0": k0}
    between = (size * (mean - x.mean()) ** 2).sum() / (groups - 1)
    within = ((x - mean[code]) ** 2).sum() / (n - groups)
    between, within = numbers.spread(np.sqrt([between, within]), x) ** 2
    one = _over(between - within, between + (k0 - 1) * within)
    two, why = _over(between - within, between), status.NO_VARIATION if np.isnan(one) else status.OK
    return row | {"icc1": one, "icc2": two, "k0": k0, "status": why}


def _over(above, below):
    return above / below if below > 0 else np.nan
