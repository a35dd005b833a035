"""p values of many tests at once, adjusted; missing ones stay missing and do not count as tests."""

import numpy as np

from yiduiyi_analysis.analyse import numbers


def bh(p) -> np.ndarray:
    """Return Benjamini–Hochberg adjusted p values (false discovery rate), in the order given.

    In:     p values 0–1 of one family named beforehand, NaN where a test could not be made
    Source: Benjamini & Hochberg 1995
    Raises: ValueError if a value lies outside 0–1
    """
    return _adjust(p, lambda rank, m: m / rank, _from_above)


def by(p) -> np.ndarray:
    """Return Benjamini–Yekutieli adjusted p values, for tests that depend on each other in any way.

    In:     as `bh`
    Source: Benjamini & Yekutieli 2001
    """
    return _adjust(p, lambda rank, m: (1 / np.arange(1, m + 1)).sum() * m / rank, _from_above)


def holm(p) -> np.ndarray:
    """Return Holm adjusted p values (family-wise error), in the order given.

    In:     as `bh`
    Source: Holm 1979
    """
    return _adjust(p, lambda rank, m: m - rank + 1, np.maximum.accumulate)


def _from_above(values):
    return np.minimum.accumulate(values[::-1])[::-1]


def _adjust(p, factor, monotone) -> np.ndarray:
    p = numbers.of(p)
    flat = p.ravel()
    known = np.flatnonzero(~np.isnan(flat))
    if ((flat[known] < 0) | (flat[known] > 1)).any():
        raise ValueError("p values lie between 0 and 1")
    order = known[np.argsort(flat[known], kind="stable")]
    made = np.full(flat.shape, np.nan)
    if len(order):
        rank = np.arange(1, len(order) + 1)
        made[order] = np.minimum(monotone(flat[order] * factor(rank, len(order))), 1)
    return made.reshape(p.shape)
