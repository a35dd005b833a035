"""Estimates of small units drawn towards the mean of their group, as far as their own variance demands."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import numbers, status

METHODS = ("pm", "reml")
GROUP_MEAN = "group_mean"
CLOSE, ROUNDS = 1e-13, 1000


def shrink(value, variance, by=None, method: str = "pm", tau2: float | None = None) -> pd.DataFrame:
    """Return normal–normal empirical Bayes estimates, a row a unit in the order given.

    In:     value and sampling variance of each unit; by: its group (None: all are one), whose mean it is
            drawn to; method: pm (Paule–Mandel) or reml for the variance between units; or give it as `tau2`
    Out:    value, shrunk, own (how much of the unit's own value remains, 0–1), mean (of its group), tau2,
            status (ok, group_mean: it has no value or variance of its own, too_few: τ² is unknown, no group
            having two usable units, so that its own value stays, no_data: nor has its group a value)
    Rule:   shrunk = mean + τ²/(τ² + v) (value − mean), means weighted by 1/(τ² + v); a unit without a value
            takes the mean, a unit without a variance too; τ² = 0 pools fully
    Source: Fay & Herriot 1979; Paule & Mandel 1982
    Raises: ValueError for an unknown `method` or a negative variance
    """
    y, v, code = _prepared(value, variance, by)
    usable = ~np.isnan(y) & ~np.isnan(v)
    tau2 = between(y, v, code, method) if tau2 is None else float(tau2)
    floor, apart = _floor(v[usable]), 0.0 if np.isnan(tau2) else tau2
    weight = np.where(usable, 1 / (np.maximum(np.nan_to_num(v), floor) + apart), 0.0)
    mean = _means(y, weight, code)[code]
    own = np.where(usable, apart * weight, 0.0)
    own = np.where(usable & (v <= floor), 1.0, own)
    shrunk = mean + np.where(usable, own * (np.nan_to_num(y) - mean), 0.0)
    lone = np.isnan(tau2) & usable
    word = np.select(
        [np.isnan(shrunk), ~usable, lone], [status.NO_DATA, GROUP_MEAN, status.TOO_FEW], status.OK
    )
    columns = {"value": y, "shrunk": shrunk, "own": own, "mean": mean, "tau2": tau2, "status": word}
    return pd.DataFrame(columns)


def between(value, variance, by=None, method: str = "pm") -> float:
    """Return τ², the variance between units beyond sampling, at least 0.

    In:     as `shrink`
    Rule:   pm solves Σ(y − mean)²/(τ² + v) = units − groups; 0 where no τ² is needed, `Unknown` (too_few)
            where no group has two units
    Source: Paule & Mandel 1982; Viechtbauer 2005
    """
    if method not in METHODS:
        raise ValueError(f"method is one of {', '.join(METHODS)}, not {method!r}")
    y, v, code = _prepared(value, variance, by)
    usable = ~np.isnan(y) & ~np.isnan(v)
    y, v, code = y[usable], v[usable], code[usable]
    if len(y) <= len(np.unique(code)):
        return status.Unknown(status.TOO_FEW)
    v = np.maximum(v, _floor(v))
    return _paule_mandel(y, v, code) if method == "pm" else _reml(y, v, code)


def pooled(variance, n) -> pd.DataFrame:
    """Return the sampling variance of each unit's mean from one within-unit variance pooled over units.

    In:     variance within each unit (NaN where n < 2) and number of answers n
    Out:    value, status (ok, no_data: nobody answered, too_few: no unit has two answers), in the order given
    Rule:   Σ(n − 1)s²/Σ(n − 1), over n
    """
    index = n.index if isinstance(n, pd.Series) else None
    variance, n = numbers.of(variance), numbers.of(n)
    usable = (n > 1) & ~np.isnan(variance)
    df = (n[usable] - 1).sum()
    within = ((n[usable] - 1) * variance[usable]).sum() / df if df > 0 else np.nan
    values = pd.Series(within / np.where(n > 0, n, np.nan), index, dtype=float)
    return status.table(values, (~(n > 0), status.NO_DATA), otherwise=status.TOO_FEW)


def _prepared(value, variance, by):
    y, v = numbers.of(value), numbers.of(variance)
    if (v < 0).any():
        raise ValueError("a variance is negative")
    code = (
        np.zeros(len(y), np.int64) if by is None else pd.factorize(np.asarray(by), use_na_sentinel=False)[0]
    )
    return y, v, code


def _floor(v):
    """Return the least variance told from none: exact values count above all others, but not infinitely."""
    return max(v.max(initial=0.0) * 1e-12, 1e-300)


def _means(y, weight, code):
    whole = np.bincount(code, weight)
    return np.bincount(code, weight * np.nan_to_num(y)) / np.where(whole > 0, whole, np.nan)


def _paule_mandel(y, v, code) -> float:
    from scipy.optimize import brentq

    def excess(tau2: float) -> float:
        weight = 1 / (v + tau2)
        return (weight * (y - _means(y, weight, code)[code]) ** 2).sum() - (len(y) - len(np.unique(code)))

    if excess(0.0) <= 0:
        return 0.0
    top = float(np.ptp(y) ** 2 + v.max())
    while excess(top) > 0:
        top *= 2
    return float(brentq(excess, 0.0, top, xtol=1e-14 * top, rtol=8.9e-16))


def _reml(y, v, code) -> float:
    """Return τ² by Fisher scoring, started from the plain variance of the values."""
    tau2 = max(float(np.var(y - _means(y, np.ones(len(y)), code)[code]) - v.mean()), 0.0)
    for _ in range(ROUNDS):
        w = 1 / (v + tau2)
        whole, second, third = (np.bincount(code, w**power) for power in (1, 2, 3))
        residual = w * (y - _means(y, w, code)[code])
        trace = w.sum() - (second / whole).sum()
        information = (w**2).sum() - 2 * (third / whole).sum() + ((second / whole) ** 2).sum()
        step = ((residual**2).sum() - trace) / information
        after = max(tau2 + step, 0.0)
        if abs(after - tau2) <= CLOSE * max(tau2, v.mean()):
            return after
        tau2 = after
    return tau2
