"""The jackknife: a statistic with one primary unit left out at a time, for what has no formula."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from yiduiyi_analysis.analyse import numbers
from yiduiyi_analysis.analyse.sampling import Plan, sums


@dataclass(frozen=True)
class Replicates:
    """Jackknife weights: rows × replicates, and what each replicate's squared deviation counts for."""

    weight: np.ndarray
    scale: np.ndarray


def jackknife(plan: Plan) -> Replicates:
    """Return the delete-one jackknife of the primary units (JKn; JK1 where there is one stratum).

    Rule:   the other units of the stratum take the weight of the one left out; a lone unit is never left out;
            the finite population correction of the first stage applies
    Source: Wolter, Introduction to Variance Estimation, 2007, ch. 4
    """
    first = plan.stages[0]
    size = first.size[first.stratum_of]
    left = np.flatnonzero(size > 1)
    stratum, rows = first.stratum_of[first.unit][:, None], first.unit[:, None]
    others = (stratum == first.stratum_of[left]) * (size[left] / (size[left] - 1) - 1) + 1
    weight = plan.weight[:, None] * np.where(rows == left, 0.0, others)
    scale = (size[left] - 1) / size[left] * first.sampled[first.stratum_of[left]]
    return Replicates(weight, scale)


def se(statistic: Callable[[np.ndarray], np.ndarray], replicates: Replicates) -> np.ndarray:
    """Return the jackknife standard error of `statistic`, a value each of its columns.

    In:     statistic: weights (rows × replicates) → values (replicates × columns, or replicates alone)
    Rule:   deviations are taken from the mean of the replicates; NaN without replicates
    """
    values = np.asarray(statistic(replicates.weight), float)
    values = values[:, None] if values.ndim == 1 else values
    if not len(values):
        return np.full(values.shape[1], np.nan)
    used = values[replicates.scale > 0]
    centre = used.mean(axis=0) if len(used) else values.mean(axis=0)
    return np.sqrt(replicates.scale @ (values - centre) ** 2)


def means(scores: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return weighted means (replicates × columns) of scores (rows × columns, NaN where unanswered)."""
    scores = numbers.of(scores)
    answered = ~np.isnan(scores)
    return _over(weight.T @ np.where(answered, scores, 0.0), weight.T @ answered.astype(float))


def ratios(above: np.ndarray, below: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return weighted total / total of paired columns (replicates × columns), rows that lack one left out."""
    above, below = numbers.of(above), numbers.of(below)
    both = ~np.isnan(above) & ~np.isnan(below)
    return _over(weight.T @ np.where(both, above, 0.0), weight.T @ np.where(both, below, 0.0))


def tables(code: np.ndarray, count: int, weight: np.ndarray) -> np.ndarray:
    """Return the weight in each category (replicates × count); a negative code is no category."""
    known = code >= 0
    return sums(weight[known], code[known], count).T


def _over(above, below):
    return above / np.where(below != 0, below, np.nan)
