"""Signs that someone answered without reading: long runs, no variation, odd patterns, haste.

A measure is a row a person, same index: value, and status (ok, or why there is none).
"""

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from yiduiyi_analysis.analyse import numbers, status

RARE = 0.001
FASTEST = 2.0
FLAT = 0.25
SIGNALS = 2
SAME = 1e-10


def longstring(answers: pd.DataFrame) -> pd.Series:
    """Return the longest run of equal answers in the order asked; a skipped item breaks a run; 0 if all are.

    In:     one row per person, columns in the order of the form, reverse items not turned
    Source: Johnson 2005; Meade & Craig 2012
    """
    x = numbers.of(answers)
    run = longest = (~np.isnan(x[:, :1])).astype(int).sum(axis=1)
    for column in range(1, x.shape[1]):
        known = ~np.isnan(x[:, column])
        run = np.where(x[:, column] == x[:, column - 1], run + 1, known.astype(int))
        longest = np.maximum(longest, run)
    return pd.Series(longest, answers.index)


def average_run(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the mean length of runs of equal answers, every skipped item a run of its own; or no_data.

    In:     as `longstring`
    """
    x = numbers.of(answers)
    runs = 1 + (x[:, 1:] != x[:, :-1]).sum(axis=1)
    mean = pd.Series(x.shape[1] / runs, answers.index).where(~np.isnan(x).all(axis=1))
    return status.table(mean, otherwise=status.NO_DATA)


def irv(answers: pd.DataFrame) -> pd.DataFrame:
    """Return each person's standard deviation over items (n − 1); no_data, or too_few: one answer.

    In:     as `longstring`
    Source: Dunn et al. 2018
    """
    silent = answers.isna().all(axis=1)
    return status.table(
        _table(answers).std(axis=1, ddof=1), (silent, status.NO_DATA), otherwise=status.TOO_FEW
    )


def mahalanobis(answers: pd.DataFrame) -> pd.DataFrame:
    """Return each person's squared Mahalanobis distance from the mean of all, or no_data.

    In:     as `longstring`
    Rule:   covariances from all pairs of answers; a skipped item counts as at its mean; an item that does not
            vary, or follows from others, adds nothing (pseudo-inverse)
    Source: Meade & Craig 2012
    """
    x = _table(answers)
    spread = x.cov(min_periods=2).fillna(0).to_numpy()
    centred = (x - x.mean()).fillna(0).to_numpy()
    distance = (centred @ np.linalg.pinv(spread, SAME, hermitian=True) * centred).sum(axis=1)
    return status.table(pd.Series(distance, x.index).where(x.notna().any(axis=1)), otherwise=status.NO_DATA)


def even_odd(answers: pd.DataFrame, scales: list[int]) -> pd.DataFrame:
    """Return minus the even–odd consistency of each person, −1 to 1: higher is more careless.

    In:     as `longstring`, but the items of a scale side by side and reverse items turned;
            scales: how many items each has
    Rule:   correlation over scales of the means of even and of odd items, stepped up by Spearman–Brown;
            too_few: fewer than two scales have both, no_variation: of a half
    Source: Johnson 2005
    """
    x, ends = numbers.of(answers), np.cumsum([0, *scales])
    parts = [x[:, start:end] for start, end in pairwise(ends)]
    odd, even = (np.column_stack([_mean(part[:, first::2]) for part in parts]) for first in (0, 1))
    r = _correlation(even, odd)
    with np.errstate(divide="ignore"):
        stepped = 2 * r / (1 + r)
    few = (~np.isnan(even) & ~np.isnan(odd)).sum(axis=1) < 2
    return status.table(pd.Series(-np.maximum(stepped, -1), answers.index), (few, status.TOO_FEW))


def seconds_per_item(seconds: pd.Series, items) -> pd.DataFrame:
    """Return seconds spent per item answered, or no_data; items: number, or a number a person."""
    items = pd.Series(items, seconds.index, dtype=float)
    return status.table(seconds.astype(float) / items.where(items > 0), otherwise=status.NO_DATA)


def signals(
    answers: pd.DataFrame, seconds: pd.Series | None = None, run: int | None = None, flat: float = FLAT
) -> pd.DataFrame:
    """Return which signs each person shows, and whether there are enough to flag: nobody is removed by this.

    In:     as `longstring`; seconds: time spent on the form; run: items in one run that count as long (None:
            half of the items, rounded up)
    Out:    longstring, irv, mahalanobis, seconds (True/False: the sign is shown), signals (how many), flagged
    Rule:   a run of at least `run` (Curran 2016); IRV below `flat` points; D² beyond 99.9 % of chi-squared
            with as many df as items vary; below 2 s per item answered; flagged at two signs. What cannot be
            computed is no sign
    Source: Meade & Craig 2012; Curran 2016; Dunn et al. 2018
    """
    width, spread = answers.shape[1], _table(answers).cov(min_periods=2).fillna(0).to_numpy()
    free = max(np.linalg.matrix_rank(spread, hermitian=True, rtol=SAME), 1)
    table = pd.DataFrame(
        {
            "longstring": longstring(answers) >= (-(-width // 2) if run is None else run),
            "irv": irv(answers)["value"] < flat,
            "mahalanobis": chdtrc(free, mahalanobis(answers)["value"]) < RARE,
            "seconds": False,
        }
    )
    if seconds is not None:
        spent = seconds_per_item(seconds, answers.notna().sum(axis=1))
        table["seconds"] = spent["value"] < FASTEST
    count = table.sum(axis=1)
    return table.assign(signals=count, flagged=count >= SIGNALS)


def _table(answers: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(numbers.of(answers), answers.index, answers.columns)


def _mean(part: np.ndarray) -> np.ndarray:
    known = ~np.isnan(part)
    return np.where(known, part, 0).sum(axis=1) / np.where(known.any(axis=1), known.sum(axis=1), np.nan)


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the correlation of each row of `a` with that of `b`, over columns that both have."""
    both = ~np.isnan(a) & ~np.isnan(b)
    a, b = np.where(both, a, np.nan), np.where(both, b, np.nan)
    a, b = a - _mean(a)[:, None], b - _mean(b)[:, None]
    product, one, two = (np.where(both, part, 0).sum(axis=1) for part in (a * b, a * a, b * b))
    spread = np.where((one > 1e-24) & (two > 1e-24) & (both.sum(axis=1) > 1), one * two, np.nan)
    return np.clip(product / np.sqrt(spread), -1, 1)
