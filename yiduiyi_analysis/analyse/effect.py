"""Effect sizes: how far two sets of scores lie apart, with intervals."""

from functools import partial

import numpy as np
import pandas as pd
from scipy.special import chdtri, gammaln, nctdtrinc, stdtr, stdtrit

from yiduiyi_analysis.analyse import estimate, numbers, replicate, status
from yiduiyi_analysis.analyse.sampling import Plan

TAIL = 0.025
FAR = 1e4


def correction(df) -> np.ndarray:
    """Return Hedges' exact small-sample factor J, NaN where df ≤ 1: too few (Hedges 1981)."""
    df = np.asarray(df, float)
    half = np.where((df > 1) & np.isfinite(df), df, 2.0) / 2
    factor = np.exp(gammaln(half) - np.log(half) / 2 - gammaln(half - 0.5))
    return np.where(np.isinf(df), 1.0, np.where(df > 1, factor, np.nan))


def cohens_d(first, second) -> dict:
    """Return Cohen's d of two independent groups, first − second over the pooled SD.

    In:     two lists of scores; missing ones are left out
    Out:    value, lo, hi, df, status (ok, too_few: a group without scores, no_variation: in neither group)
    Rule:   95 % interval from the noncentral t
    Source: Hedges & Olkin 1985, ch. 5; Cumming & Finch 2001
    """
    x, y = _known(first), _known(second)
    df = len(x) + len(y) - 2
    if df < 1 or not len(x) or not len(y):
        return _nothing(df)
    pooled = np.sqrt((((x - x.mean()) ** 2).sum() + ((y - y.mean()) ** 2).sum()) / df)
    pooled = numbers.spread(pooled, np.concatenate([x, y]))
    return _noncentral(x.mean() - y.mean(), pooled, 1 / len(x) + 1 / len(y), df)


def hedges_g(first, second) -> dict:
    """Return Hedges' g of two independent groups: `cohens_d` times the exact factor J, which needs df > 1."""
    d = cohens_d(first, second)
    factor = float(correction(d["df"]))
    why = status.TOO_FEW if np.isnan(factor) else d["status"]
    return d | {name: d[name] * factor for name in ("value", "lo", "hi")} | {"status": why}


def cohens_dz(before, after) -> dict:
    """Return the mean difference of pairs over the SD of their differences, as `cohens_d`."""
    both = _pairs(before, after)
    if len(both) < 2:
        return _nothing(len(both) - 1)
    return _noncentral(np.diff(both).mean(), _sd_of_gains(both), 1 / len(both), len(both) - 1)


def d_av(before, after) -> float:
    """Return the mean difference of pairs over the root mean of both variances.

    Out:    a number, or `Unknown`: too_few below two pairs, no_variation where both variances are nil
    Source: Cumming 2012
    """
    both = _pairs(before, after)
    if len(both) < 2:
        return status.Unknown(status.TOO_FEW)
    sd = np.sqrt(both.var(axis=0, ddof=1).mean())
    return status.number(_over(np.diff(both).mean(), numbers.spread(sd, both)), status.NO_VARIATION)


def glass(before, after) -> float:
    """Return Glass's Δ: the mean difference of pairs over the SD before, or `Unknown` as `d_av`."""
    both = _pairs(before, after)
    if len(both) < 2:
        return status.Unknown(status.TOO_FEW)
    sd = numbers.spread(both[:, 0].std(ddof=1), both[:, 0])
    return status.number(_over(np.diff(both).mean(), sd), status.NO_VARIATION)


def paired_t(before, after) -> dict:
    """Return the paired t test of after − before.

    Out:    value, t, df, p (two-sided), lo, hi (95 %), status (ok, too_few, no_variation: t and p NaN)
    Rule:   pairs that lack one are left out
    """
    both = _pairs(before, after)
    gain, df = np.diff(both).ravel(), len(both) - 1
    if df < 1:
        return {"value": gain.mean() if len(gain) else np.nan, "t": np.nan, "df": max(df, 0), "p": np.nan,
                "lo": np.nan, "hi": np.nan, "status": status.TOO_FEW}  # fmt: skip
    se = _sd_of_gains(both) / np.sqrt(len(gain))
    t, half = _over(gain.mean(), se), stdtrit(df, 1 - TAIL) * se
    p = 2 * stdtr(df, -abs(t))
    return {
        "value": gain.mean(),
        "t": t,
        "df": df,
        "p": p,
        "lo": gain.mean() - half,
        "hi": gain.mean() + half,
        "status": status.NO_VARIATION if np.isnan(t) else status.OK,
    }


def cliff(first, second) -> dict:
    """Return Cliff's δ of two independent groups, P(first > second) − P(first < second).

    Out:    value, lo, hi, df, status (ok, too_few: a group without scores, no_interval: one of one score)
    Rule:   asymmetric interval from the unbiased variance and t with n₁ + n₂ − 2; fully disjoint groups keep
            their end at ±1
    Source: Cliff 1996; Feng & Cliff 2004
    """
    x, y = np.sort(_known(first)), np.sort(_known(second))
    n, m = len(x), len(y)
    if not n or not m:
        return _nothing(n + m - 2)
    above, below = np.searchsorted(y, x), m - np.searchsorted(y, x, "right")
    rows, delta = (above - below) / m, (above - below).sum() / (n * m)
    columns = (n - np.searchsorted(x, y, "right") - np.searchsorted(x, y)) / n
    if n < 2 or m < 2:
        return _nothing(n + m - 2) | {"value": delta, "status": status.NO_INTERVAL}
    centre = delta * (n * m - 1) / (n * m) if abs(delta) == 1 else delta
    squares = (above + below).sum() - 2 * centre * (above - below).sum() + n * m * centre**2
    variance = m**2 * ((rows - centre) ** 2).sum() + n**2 * ((columns - centre) ** 2).sum() - squares
    lo, hi = _asymmetric(centre, variance / (n * m * (n - 1) * (m - 1)), n + m - 2)
    lo, hi = (-1.0 if delta == -1 else lo), (1.0 if delta == 1 else hi)
    return {"value": delta, "lo": lo, "hi": hi, "df": n + m - 2, "status": status.OK}


def shift(scores: pd.DataFrame, plan: Plan, wave, pair: tuple) -> pd.DataFrame:
    """Return the weighted Cliff δ of every item, after against before, a row an item.

    In:     scores: one row per response of either wave, a column an item; plan: the design of the stacked
            rows, its first-stage units the schools; wave: of each row; pair: (before, after)
    Out:    item, value, se, lo, hi (jackknife of the units; t with df), n_before, n_after, df,
            status
    Rule:   δ compares the weighted distributions; NaN where a wave has no answers
    Source: Cliff 1996; Wolter 2007, ch. 4
    """
    wave, first = np.asarray(wave), plan.stages[0]
    copies = replicate.jackknife(plan)
    rows = []
    for item in scores.columns:
        values = numbers.of(scores[item])
        code, levels = pd.factorize(values, sort=True)
        parts = [np.where((wave == when) & (plan.weight != 0), code, -1) for when in pair]
        value = _delta(parts, len(levels), plan.weight[:, None])[0]
        se = replicate.se(partial(_delta, parts, len(levels)), copies)[0]
        units = np.unique(first.unit[(parts[0] >= 0) | (parts[1] >= 0)])
        df = len(units) - len(np.unique(first.stratum_of[units]))
        lo, hi = estimate.interval(value, se, df)
        n = {"n_before": (parts[0] >= 0).sum(), "n_after": (parts[1] >= 0).sum()}
        rows.append(
            {"item": item, "value": value, "se": se, "lo": float(lo), "hi": float(hi)}
            | n
            | {"df": df, "status": status.word(value, float(lo))}
        )
    return pd.DataFrame(
        rows, columns=["item", "value", "se", "lo", "hi", "n_before", "n_after", "df", "status"]
    )


def _delta(parts, count, weight) -> np.ndarray:
    """Return δ of each replicate from the weight in each category before and after."""
    before, after = (replicate.tables(code, count, weight) for code in parts)
    below = np.cumsum(before, axis=1) - before
    above = before.sum(axis=1, keepdims=True) - below - before
    whole = before.sum(axis=1) * after.sum(axis=1)
    return (after * (below - above)).sum(axis=1) / np.where(whole > 0, whole, np.nan)


def _asymmetric(delta, variance, df):
    t = stdtrit(df, 1 - TAIL)
    variance = max(variance, 0.0)
    base = 1 - delta**2 + t**2 * variance
    half = t * np.sqrt(variance) * np.sqrt((1 - delta**2) ** 2 + t**2 * variance)
    return (_over(delta - delta**3 - half, base), _over(delta - delta**3 + half, base))


def _noncentral(difference, sd, size, df) -> dict:
    """Return difference / sd with the interval of the noncentral t; size: 1/n summed over the groups."""
    value = _over(difference, sd)
    if np.isnan(value):
        return _nothing(df, status.NO_VARIATION)
    t, step = value / np.sqrt(size), np.sqrt(size)
    lo, hi = (_centre(df, share, t) * step for share in (1 - TAIL, TAIL))
    return {"value": value, "lo": lo, "hi": hi, "df": df, "status": status.OK}


def _centre(df, share, t):
    """Return the noncentrality at which t is the quantile of `share`; far out t / √(χ²/df) alone decides."""
    return (
        nctdtrinc(df, share, t)
        if abs(t) < FAR
        else t * np.sqrt(chdtri(df, share if t > 0 else 1 - share) / df)
    )


def _nothing(df, why: str = status.TOO_FEW) -> dict:
    return {"value": np.nan, "lo": np.nan, "hi": np.nan, "df": max(df, 0), "status": why}


def _known(values) -> np.ndarray:
    values = numbers.of(values)
    return values[~np.isnan(values)]


def _pairs(before, after) -> np.ndarray:
    both = np.column_stack([numbers.of(before), numbers.of(after)])
    return both[~np.isnan(both).any(axis=1)]


def _sd_of_gains(both: np.ndarray) -> float:
    return numbers.spread(np.diff(both).std(ddof=1), both)


def _over(above, below):
    return above / below if below > 0 else np.nan
