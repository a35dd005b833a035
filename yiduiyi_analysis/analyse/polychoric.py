"""Correlations of the continuous leanings that ordered answers stand for."""

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri, owens_t

from yiduiyi_analysis.analyse import numbers, status

FAR, EDGE = 37.0, 0.9999


def matrix(items: pd.DataFrame) -> pd.DataFrame:
    """Return the polychoric correlation of every pair of items.

    In:     one row per person, a column an item with ordered values; NaN where unanswered
    Rule:   thresholds from each pair's own margins, then the correlation of greatest likelihood (two steps);
            persons who lack one of a pair are left out of it; NaN where `pair` is not known: `pairs` says why
    Source: Olsson 1979
    """
    table = np.eye(items.shape[1])
    row, column = np.tril_indices(len(table), -1)
    table[row, column] = table[column, row] = pairs(items)["value"]
    return pd.DataFrame(table, items.columns, items.columns)


def pairs(items: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of `matrix`, a row a pair: first, second, value, status (see `pair`)."""
    row, column = np.tril_indices(items.shape[1], -1)
    values = [pair(items.iloc[:, i], items.iloc[:, j]) for i, j in zip(row, column, strict=True)]
    names = {"first": items.columns[column], "second": items.columns[row]}
    table = pd.DataFrame(names | {"value": values, "status": [status.reason(value) for value in values]})
    return table.astype({"value": float})


def pair(first: pd.Series, second: pd.Series) -> float:
    """Return the polychoric correlation of two items, as `matrix`.

    Out:    a number, or `Unknown`: no_data without a person who answered both, no_variation of an item
    """
    from scipy.optimize import minimize_scalar

    counts = pd.crosstab(numbers.of(first), numbers.of(second)).to_numpy(float)
    if min(counts.shape) < 2:
        return status.Unknown(status.NO_VARIATION if counts.size else status.NO_DATA)
    rows, columns = (_cuts(counts.sum(axis=axis)) for axis in (1, 0))

    def unlikely(rho: float) -> float:
        below = normal2(rows[:, None], columns[None, :], rho)
        cells = np.diff(np.diff(below, axis=0), axis=1)
        return -(counts * np.log(np.maximum(cells, 1e-300))).sum()

    return float(minimize_scalar(unlikely, bounds=(-EDGE, EDGE), method="bounded", options={"xatol": 1e-9}).x)


def normal2(h, k, rho: float) -> np.ndarray:
    """Return P(X ≤ h, Y ≤ k) of two standard normals with correlation `rho` inside ±1 (Owen 1956)."""
    h, k = np.broadcast_arrays(*(np.clip(np.asarray(a, float), -FAR, FAR) for a in (h, k)))
    h, k = (np.where(a == 0, 1e-300, a) for a in (h, k))
    root = np.sqrt(1 - rho**2)
    with np.errstate(over="ignore"):
        first = owens_t(h, np.clip((k / h - rho) / root, -1e300, 1e300))
        second = owens_t(k, np.clip((h / k - rho) / root, -1e300, 1e300))
    apart = (h < 0) != (k < 0)
    return (ndtr(h) + ndtr(k)) / 2 - first - second - apart / 2


def _cuts(margin: np.ndarray) -> np.ndarray:
    return np.concatenate([[-FAR], ndtri(np.cumsum(margin)[:-1] / margin.sum()), [FAR]])
