"""How often two ratings of the same thing agree: exact and near, κ, AC1 and AC2."""

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from yiduiyi_analysis.analyse import numbers, replicate, status
from yiduiyi_analysis.analyse.sampling import Plan

WEIGHTS = ("none", "linear", "quadratic")
ERRORS = ("fleiss", "psych")


def agreement(first, second) -> dict:
    """Return how often two ratings agree: exact, within1 (at most one level apart), n pairs, status.

    Rule:   pairs that lack a rating are left out; status ok, or no_data without pairs
    """
    apart = np.abs(numbers.of(first) - numbers.of(second))
    apart = apart[~np.isnan(apart)]
    if not len(apart):
        return {"exact": np.nan, "within1": np.nan, "n": 0, "status": status.NO_DATA}
    shares = {"exact": np.mean(apart == 0), "within1": np.mean(apart <= 1)}
    return shares | {"n": len(apart), "status": status.OK}


def table(first, second, levels=None, counts=None) -> pd.DataFrame:
    """Return how often each pair of ratings occurs, levels × levels.

    In:     two ratings a row; levels: of the scale, in order (None: those that occur); counts: of each row
    Rule:   rows that lack a rating are left out; a rating outside `levels` is an error
    Raises: ValueError if a rating is outside `levels`
    """
    a, b = numbers.of(first), numbers.of(second)
    known = ~np.isnan(a) & ~np.isnan(b)
    levels = _levels(np.concatenate([a[known], b[known]]), levels)
    weight = np.ones(len(a)) if counts is None else np.asarray(counts, float)
    code = _code(a, b, known, levels)
    flat = np.bincount(code[known], weight[known], minlength=len(levels) ** 2)
    return pd.DataFrame(flat.reshape(len(levels), len(levels)), levels, levels)


def kappa(counts: pd.DataFrame, weights: str = "none", error: str = "fleiss") -> dict:
    """Return Cohen's κ, plain or weighted, from a square table of counts.

    In:     counts: levels × levels, as `table` gives it; weights: none, linear or quadratic, by the levels'
            order; error: fleiss, or psych for the error that R's psych prints for a weighted κ (it differs,
            and is kept to compare with that package only)
    Out:    value, se, lo, hi, n, status (ok, no_data, no_variation: one level holds everything, so that
            chance agrees always)
    Rule:   95 % interval from the normal
    Source: Cohen 1968; Fleiss, Cohen & Everitt 1969
    Raises: ValueError for unknown `weights` or `error`
    """
    if weights not in WEIGHTS or error not in ERRORS:
        raise ValueError(f"weights in {WEIGHTS}, error in {ERRORS}")
    p, n = np.asarray(counts, float), float(np.sum(np.asarray(counts, float)))
    nothing = {"value": np.nan, "se": np.nan, "lo": np.nan, "hi": np.nan, "n": n}
    if not n > 0:
        return nothing | {"status": status.NO_DATA}
    p, credit = p / n, _credit(np.arange(len(p)), weights)
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    observed, chance = (credit * p).sum(), rows @ credit @ columns
    if not chance < 1 - 1e-12:
        return nothing | {"status": status.NO_VARIATION}
    of_row = credit @ columns
    of_column = rows * credit.sum(axis=1) if error == "psych" and weights != "none" else rows @ credit
    mean = np.add.outer(of_row, of_column)
    spread = (p * (credit * (1 - chance) - mean * (1 - observed)) ** 2).sum()
    spread -= (observed * chance - 2 * chance + observed) ** 2
    value, se = (observed - chance) / (1 - chance), np.sqrt(max(spread, 0) / n) / (1 - chance) ** 2
    half = ndtri(0.975) * se
    return {"value": value, "se": se, "lo": value - half, "hi": value + half, "n": n, "status": status.OK}


def kappa_clustered(first, second, plan: Plan, levels=None, weights: str = "quadratic") -> dict:
    """Return κ of weighted pairs with the jackknife error of the design's units.

    In:     two ratings a row; plan: the design of the rows, its first-stage units the schools; levels as in
            `table`; weights as in `kappa`
    Out:    value, se, lo, hi, df, status
    Rule:   the pairs of a school are not independent, so a school is left out whole
    Source: Wolter 2007, ch. 4
    """
    a, b = numbers.of(first), numbers.of(second)
    known = ~np.isnan(a) & ~np.isnan(b) & (plan.weight != 0)
    levels = _levels(np.concatenate([a[known], b[known]]), levels)
    if not known.any():
        return {"value": np.nan, "se": np.nan, "lo": np.nan, "hi": np.nan, "df": 0, "status": status.NO_DATA}
    code, credit = _code(a, b, known, levels), _credit(np.arange(len(levels)), weights)
    value = _kappas(plan.weight[:, None], code, credit)[0]
    copies = replicate.jackknife(plan)
    se = replicate.se(lambda weight: _kappas(weight, code, credit), copies)[0]
    units = np.unique(plan.stages[0].unit[known])
    df = len(units) - len(np.unique(plan.stages[0].stratum_of[units]))
    half = stdtrit(df, 0.975) * se if df > 0 else np.nan
    ends = {"lo": value - half, "hi": value + half}
    return {"value": value, "se": se} | ends | {"df": df, "status": status.word(value, half)}


def ac(ratings: pd.DataFrame, weights: str = "none", levels=None) -> dict:
    """Return Gwet's AC1 (weights none) or AC2 of two or more raters.

    In:     ratings: one row per thing rated, a column a rater, NaN where unrated; levels: of the scale (None:
            those that occur); weights by the levels' values
    Out:    value, se, lo, hi, n, status (ok, no_data: nothing is rated twice, no_interval: one thing only)
    Rule:   things rated once count in the chance agreement only; t with n − 1; hi at most 1; 1 where one
            level holds everything
    Source: Gwet 2014, ch. 4–5
    Raises: ValueError if a rating is outside `levels`
    """
    values = numbers.of(ratings)
    values = values[~np.isnan(values).all(axis=1)]
    levels = _levels(values[~np.isnan(values)], levels)
    hits = (values[:, :, None] == levels).sum(axis=1).astype(float)
    raters, q = hits.sum(axis=1), len(levels)
    twice = raters >= 2
    n, pairs = len(hits), np.where(twice, raters * (raters - 1), 1.0)
    if not twice.any():
        return {"value": np.nan, "se": np.nan, "lo": np.nan, "hi": np.nan, "n": n, "status": status.NO_DATA}
    if q < 2:
        return {"value": 1.0, "se": 0.0, "lo": 1.0, "hi": 1.0, "n": n, "status": status.OK}
    credit = _credit(levels, weights)
    own = (hits * (hits @ credit - 1)).sum(axis=1) / pairs * twice
    share = (hits / raters[:, None]).mean(axis=0)
    heavy = credit.sum() / (q * (q - 1))
    chance = heavy * (share * (1 - share)).sum()
    value = (own.sum() / twice.sum() - chance) / (1 - chance)
    each = n / twice.sum() * (own - chance * twice) / (1 - chance)
    each -= 2 * (1 - value) * (heavy * (hits @ (1 - share)) / raters - chance) / (1 - chance)
    se = np.sqrt(((each - value) ** 2).sum() / (n * (n - 1))) if n > 1 else np.nan
    half = stdtrit(n - 1, 0.975) * se if n > 1 else np.nan
    ends = {"lo": value - half, "hi": min(1.0, value + half) if n > 1 else np.nan}
    return {"value": value, "se": se} | ends | {"n": n, "status": status.word(value, se)}


def _levels(found: np.ndarray, levels) -> np.ndarray:
    """Return the levels, or those found; a rating outside them is an error."""
    found = np.unique(found)
    levels = found if levels is None else np.asarray(levels, float)
    if stray := sorted(set(found.tolist()) - set(levels.tolist())):
        raise ValueError(f"ratings outside the levels: {stray}")
    return levels


def _code(a, b, known, levels) -> np.ndarray:
    """Return the number of each pair's cell in a levels × levels table, −1 where a rating is lacking."""
    place = pd.Index(levels)
    return np.where(known, place.get_indexer(a) * len(levels) + place.get_indexer(b), -1)


def _credit(values: np.ndarray, weights: str) -> np.ndarray:
    """Return what a pair of levels counts as agreement: 1 on the diagonal, less the further apart."""
    apart = np.abs(np.subtract.outer(values, values)).astype(float)
    if weights == "none":
        return (apart == 0).astype(float)
    return 1 - (apart / max(apart.max(initial=0), 1e-300)) ** (1 if weights == "linear" else 2)


def _kappas(weight, code, credit) -> np.ndarray:
    """Return κ of each replicate."""
    size = len(credit)
    flat = replicate.tables(code, size * size, weight)
    whole = flat.sum(axis=1, keepdims=True)
    p = (flat / np.where(whole > 0, whole, np.nan)).reshape(-1, size, size)
    observed = (p * credit).sum(axis=(1, 2))
    chance = np.einsum("ri,ij,rj->r", p.sum(axis=2), credit, p.sum(axis=1))
    return (observed - chance) / np.where(chance < 1 - 1e-12, 1 - chance, np.nan)
