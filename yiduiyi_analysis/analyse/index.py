"""A composite index: fixed goalposts, declared weights, and how far ranks hang on the weights."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import numbers, status

FLOOR, DRAWS, SEED = 0.01, 1000, 20200375


def goalposts(values: pd.DataFrame, lowest, highest) -> pd.DataFrame:
    """Return indicators on 0–1 between goalposts fixed beforehand: the instrument's lowest and highest value.

    In:     one row per unit, a column an indicator; lowest, highest: a number, or indicator → number
    Rule:   where highest < lowest, low values are good and the scale turns; missing values stay missing
    Source: OECD/JRC 2008, step 5
    Raises: ValueError if goalposts coincide or a value lies outside them
    """
    low, high = (_each(values, post) for post in (lowest, highest))
    if (low == high).any():
        raise ValueError("lowest and highest goalpost coincide")
    known = pd.DataFrame(numbers.of(values), values.index, values.columns)
    scaled = (known - low) / (high - low)
    if ((scaled < -1e-12) | (scaled > 1 + 1e-12)).to_numpy().any():
        raise ValueError(
            "a value lies outside its goalposts: they are the instrument's ends, not the sample's"
        )
    return scaled.clip(0, 1)


def arithmetic(scaled: pd.DataFrame, weights=None) -> pd.DataFrame:
    """Return the weighted mean of each unit's indicators: value, status (no_data where one is missing).

    In:     scaled: as `goalposts` gives it; weights: indicator → number (None: equal), scaled to add up to 1
    Source: OECD/JRC 2008, step 6
    Raises: ValueError without an indicator, or if a weight is missing or negative, or all are 0
    """
    return _told(pd.Series(scaled.to_numpy(float) @ _weights(scaled, weights), scaled.index))


def geometric(scaled: pd.DataFrame, weights=None, floor: float = FLOOR) -> pd.DataFrame:
    """Return the weighted geometric mean of each unit's indicators, values below `floor` raised to it.

    In:     as `arithmetic`
    Rule:   a low indicator is not made up for by a high one
    """
    logs = np.log(np.maximum(scaled.to_numpy(float), floor))
    return _told(pd.Series(np.exp(logs @ _weights(scaled, weights)), scaled.index))


def ranks(index: pd.Series) -> pd.DataFrame:
    """Return ranks, 1 = highest, ties sharing their mean: value, status (no_data without an index)."""
    return _told(index.rank(ascending=False))


def robustness(
    scaled: pd.DataFrame, draws: int = DRAWS, seed: int = SEED, floor: float = FLOOR
) -> pd.DataFrame:
    """Return the ranks each unit takes under random weights, a row a unit.

    In:     scaled: as `goalposts` gives it
    Out:    rank (equal weights, arithmetic), lo, hi (5–95 % of its ranks), first (how often it came first),
            status (ok, no_data: the unit lacks an indicator and is not ranked, NaN)
    Rule:   weights drawn evenly from all that add up to 1, each with both the arithmetic and the geometric
            mean; the same seed gives the same answer
    Source: OECD/JRC 2008, steps 7–8; Saisana, Saltelli & Tarantola 2005
    """
    table = pd.DataFrame({"rank": ranks(arithmetic(scaled)["value"])["value"]})
    whole = scaled[scaled.notna().all(axis=1)].to_numpy(float)
    weight = np.random.default_rng(seed).dirichlet(np.ones(scaled.shape[1]), draws).T
    values = np.hstack([whole @ weight, np.exp(np.log(np.maximum(whole, floor)) @ weight)])
    found = pd.DataFrame(np.nan, table.index[table["rank"].notna()], ["lo", "hi", "first"])
    if len(whole):
        order = pd.DataFrame(np.round(values, 12)).rank(ascending=False).to_numpy()
        ends = np.quantile(order, [0.05, 0.95], axis=1, method="inverted_cdf")
        found[["lo", "hi", "first"]] = np.column_stack([*ends, (order == 1).mean(axis=1)])
    return table.join(found).assign(status=status.of(table["rank"], 0.0))


def _each(values: pd.DataFrame, post) -> pd.Series:
    return (
        pd.Series(post, values.columns, dtype=float) if np.isscalar(post) else pd.Series(post)[values.columns]
    )


def _told(values: pd.Series) -> pd.DataFrame:
    return status.table(values, otherwise=status.NO_DATA)


def _weights(scaled: pd.DataFrame, weights) -> np.ndarray:
    parts = (
        np.ones(scaled.shape[1]) if weights is None else pd.Series(weights)[scaled.columns].to_numpy(float)
    )
    if not numbers.check_weights(parts).sum() > 0:
        raise ValueError("an index needs an indicator with a weight")
    return parts / parts.sum()
