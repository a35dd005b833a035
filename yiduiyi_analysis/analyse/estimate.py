"""Means and shares of many items in many domains at once, with Taylor variance and intervals."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betaincinv, expit, logit, ndtri, stdtrit

from yiduiyi_analysis.analyse import numbers, sampling, status

LEVEL = 0.95
RARE, COMMON = 0.05, 0.95
FEW = 30


@dataclass(frozen=True)
class Design:
    """How the rows of a sample came about, as arrays: a value a row, except `sampled` (a value a stratum).

    weight:     what a row counts for
    psu:        code of the primary sampling unit
    stratum_of: stratum code of each PSU
    size:       PSUs in the sample, a value a stratum
    sampled:    1 − sampling fraction, a value a stratum: 0 where all answered, 1 without a known population
    person:     the part of a person a row stands for (below 1 where a school sent more replies than teachers)
    """

    weight: np.ndarray
    psu: np.ndarray
    stratum_of: np.ndarray
    size: np.ndarray
    sampled: np.ndarray
    person: np.ndarray


def design(frame: pd.DataFrame, population: str | None = None, person: str | None = None) -> Design:
    """Return the design of a sample, strata and PSUs as codes.

    In:     one row per response: weight, stratum, psu (unique within its stratum);
            `population` names a column with the stratum's number of PSUs, `person` one with parts of persons
    Rule:   without `population` there is no finite population correction; more PSUs than it count as full
    Raises: ValueError for a row without stratum or PSU, or a weight that is missing, infinite or negative
    """
    if frame[["stratum", "psu"]].isna().to_numpy().any():
        raise ValueError("a row has no stratum or no PSU: a design needs them in every row")
    stratum, strata = pd.factorize(frame["stratum"], sort=True)
    names, _ = pd.factorize(frame["psu"], sort=True)
    pairs, psu = np.unique(stratum.astype(np.int64) * (len(names) + 1) + names, return_inverse=True)
    stratum_of = pairs // (len(names) + 1)
    size = np.bincount(stratum_of, minlength=len(strata)).astype(float)
    sampled = np.ones(len(strata))
    if population is not None:
        whole = np.ones(len(strata))
        whole[stratum] = frame[population].to_numpy(float)
        sampled = np.clip(1 - size / whole, 0, 1)
    ones = np.ones(len(frame))
    persons = ones if person is None else frame[person].to_numpy(float)
    weight = numbers.check_weights(frame["weight"].to_numpy(float, na_value=np.nan))
    return Design(weight, psu, stratum_of, size, sampled, persons)


def means(scores: pd.DataFrame, plan: Design, by: pd.Series) -> pd.DataFrame:
    """Return the weighted mean of every item in every group, a row a group × item.

    In:     scores: one row per response, a column an item (0/1 for a share), NaN where unanswered;
            by: the group of each row, in the same order, NA for a row outside all groups
    Out:    group, item, value, se, n (persons who answered), df (PSUs − strata among them), full (every PSU
            of the population is in the sample, so no interval applies), status (see `status.of`); value is
            NaN where n is 0, se NaN where a single PSU gives no variance; single PSUs of several strata give
            an se with df 0, which has no t interval
    Rule:   unanswered items and groups are domains: they leave the count of PSUs in a stratum unchanged;
            a lone PSU in a stratum of a larger domain is centred at the domain mean. `totals.means` gives
            the same for designs of any number of stages, in half as much time again, and counts rows
    Source: Särndal, Swensson & Wretman 1992, ch. 5; Lumley 2010, ch. 2
    """
    group, labels = pd.factorize(by, sort=True)
    values = numbers.of(scores)
    answered = ~np.isnan(values) & (group >= 0)[:, None]
    group = np.maximum(group, 0)
    count = max(len(labels), 1)
    weight = plan.weight[:, None] * answered
    centred, mean = _linearise(np.where(answered, values, 0.0), weight, group, count)
    parts = _parts(plan, group, count)
    variance = _variance(centred, plan, parts, count)
    asked = sampling.sums(answered.astype(float), parts.pair, len(parts.group_of)) > 0
    psus, strata, open_ = _freedom(asked, plan, parts, count)
    n = np.floor(sampling.sums(plan.person[:, None] * answered, group, count) + 1e-9)
    se = np.where((n > 0) & ((psus > 1) | ~open_), np.sqrt(variance), np.nan)
    columns = {"value": mean, "se": se, "n": n, "df": psus - strata, "full": (n > 0) & ~open_}
    columns["status"] = status.of(mean, se, columns["full"], columns["df"])
    return _long(labels, scores.columns, columns)


def interval(value, se, df=np.inf) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95 % interval of a mean (lo, hi): t with `df`, normal where `df` is infinite."""
    half = quantile(df) * np.asarray(se, float)
    return value - half, value + half


def share_interval(value, se, n, df=np.inf) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the 95 % interval of a share and whether it is the Korn–Graubard one: (lo, hi, exact).

    In:     arrays of one shape: share, its SE, persons, degrees of freedom
    Rule:   logit; Korn–Graubard with n_eff ≤ n where the share is below 5 %, above 95 %, or n_eff < 30
    Source: Korn & Graubard 1998; Parker et al. 2017
    """
    value, se, n, df = np.broadcast_arrays(*(np.asarray(a, float) for a in (value, se, n, df)))
    size = np.minimum(effective_size(value, se, n, df), n)
    exact = (value < RARE) | (value > COMMON) | (size < FEW)
    lo, hi = logit_interval(value, se, df)
    lo_exact, hi_exact = korn_graubard(value, size)
    return np.where(exact, lo_exact, lo), np.where(exact, hi_exact, hi), exact


def logit_interval(value, se, df=np.inf) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95 % interval of a share on the logit scale; NaN at 0 and 1."""
    value, se = np.asarray(value, float), np.asarray(se, float)
    inside = (value > 0) & (value < 1)
    safe = np.where(inside, value, 0.5)
    half = np.where(inside, quantile(df) * se / (safe * (1 - safe)), np.nan)
    return expit(logit(safe) - half), expit(logit(safe) + half)


def korn_graubard(value, size) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact 95 % interval of a share for an effective sample size; it holds at 0 and 1 too."""
    value, size = np.asarray(value, float), np.asarray(size, float)
    yes, no, tail = size * value, size * (1 - value), (1 - LEVEL) / 2
    lo = np.where(value > 0, betaincinv(np.where(value > 0, yes, 1), no + 1, tail), 0.0)
    hi = np.where(value < 1, betaincinv(yes + 1, np.where(value < 1, no, 1), 1 - tail), 1.0)
    return np.where(np.isnan(value), np.nan, lo), np.where(np.isnan(value), np.nan, hi)


def effective_size(value, se, n, df=np.inf) -> np.ndarray:
    """Return the effective sample size of a share, corrected for few df; from n where it has no variance."""
    value, se, n = (np.asarray(a, float) for a in (value, se, n))
    spread = value * (1 - value)
    known = (se > 0) & (spread > 0)
    raw = np.where(known, spread / np.where(known, se, 1) ** 2, n)
    return raw * (quantile(n - 1) / quantile(df)) ** 2


def quantile(df) -> np.ndarray:
    """Return the two-sided 95 % quantile of t with `df`, of the normal where infinite, NaN below 1."""
    df = np.asarray(df, float)
    usable = np.isfinite(df) & (df >= 1)
    t = stdtrit(np.where(usable, df, 1), (1 + LEVEL) / 2)
    return np.where(usable, t, np.where(np.isinf(df), ndtri((1 + LEVEL) / 2), np.nan))


@dataclass(frozen=True)
class _Parts:
    """Rows as PSU × group pairs, and pairs as stratum × group blocks."""

    pair: np.ndarray
    block: np.ndarray
    group_of: np.ndarray
    stratum_of_block: np.ndarray
    group_of_block: np.ndarray


def _parts(plan: Design, group: np.ndarray, count: int) -> _Parts:
    pairs, pair = np.unique(plan.psu * count + group, return_inverse=True)
    group_of = pairs % count
    blocks, block = np.unique(plan.stratum_of[pairs // count] * count + group_of, return_inverse=True)
    return _Parts(pair, block, group_of, blocks // count, blocks % count)


def _linearise(values, weight, group, count):
    """Return the score of each row in the mean of its group (rows × items) and the means (groups × items)."""
    total = sampling.sums(weight, group, count)
    base = np.where(total > 0, total, 1)
    mean = sampling.sums(weight * values, group, count) / base
    return weight * (values - mean[group]) / base[group], np.where(total > 0, mean, np.nan)


def _variance(score, plan, parts, count):
    """Return the variance of summed scores (groups × items), centred in strata, absent PSUs scoring zero."""
    totals = sampling.sums(score, parts.pair, len(parts.group_of))
    size = plan.size[parts.stratum_of_block]
    present = np.bincount(parts.block, minlength=len(size)).astype(float)
    centre = sampling.sums(totals, parts.block, len(size)) / size[:, None] * (size > 1)[:, None]
    squares = sampling.sums((totals - centre[parts.block]) ** 2, parts.block, len(size))
    squares += (size - present)[:, None] * centre**2
    scale = plan.sampled[parts.stratum_of_block] * np.where(size > 1, size / np.maximum(size - 1, 1), 1)
    return sampling.sums(scale[:, None] * squares, parts.group_of_block, count)


def _freedom(asked, plan, parts, count):
    """Return PSUs, strata with PSUs, and whether any is short of its population (groups × items each)."""
    blocks = sampling.sums(asked.astype(float), parts.block, len(parts.group_of_block)) > 0
    psus = sampling.sums(asked.astype(float), parts.group_of, count)
    strata = sampling.sums(blocks.astype(float), parts.group_of_block, count)
    short = blocks & (plan.sampled[parts.stratum_of_block] > 0)[:, None]
    return psus, strata, sampling.sums(short.astype(float), parts.group_of_block, count) > 0


def _long(labels, items, tables: dict[str, np.ndarray]) -> pd.DataFrame:
    groups, width = len(labels), len(items)
    head = {"group": np.repeat(np.asarray(labels), width), "item": np.tile(np.asarray(items), groups)}
    return pd.DataFrame(head | {name: table[:groups].ravel() for name, table in tables.items()})
