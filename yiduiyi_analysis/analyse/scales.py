"""Answers → scores: reverse items turned, scale means by the 80 % rule, top-two shares, composites."""

import numpy as np
import pandas as pd

ENOUGH = 0.8
NOT_PUT = ("not_applicable", "not_asked")


def wide(answers: pd.DataFrame, rows: pd.Index, items: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return long answers as two tables, a row a response, a column an item: values, whether it was put.

    In:     answers: response_id, item_id, value, missing
    Out:    values (NaN where unanswered) and applicable (False for 不适用, not asked, or no row at all)
    Raises: ValueError if a response_id of `rows` occurs twice
    """
    if not rows.is_unique:
        raise ValueError("a response_id occurs twice: decide first which answer counts")
    row, column = rows.get_indexer(answers["response_id"]), pd.Index(items).get_indexer(answers["item_id"])
    ours = (row >= 0) & (column >= 0)
    values, applicable = np.full((len(rows), len(items)), np.nan), np.zeros((len(rows), len(items)), bool)
    at = row[ours], column[ours]
    values[at] = answers["value"].to_numpy(float, na_value=np.nan)[ours]
    applicable[at] = ~answers["missing"].isin(NOT_PUT).to_numpy(bool)[ours]
    return pd.DataFrame(values, rows, items), pd.DataFrame(applicable, rows, items)


def turned(values: pd.DataFrame, ranges: dict[str, tuple[float, float]]) -> pd.DataFrame:
    """Return `values` with the items of `ranges` (item → lowest, highest) turned: lowest + highest − x."""
    return values.assign(**{item: low + high - values[item] for item, (low, high) in ranges.items()})


def score(values: pd.DataFrame, applicable: pd.DataFrame) -> pd.Series:
    """Return each row's mean of its answers, NaN where it answered fewer than 80 % of what applies to it.

    Source: Downey & King 1998
    """
    answered, put = values.notna().sum(axis=1), applicable.sum(axis=1)
    return values.mean(axis=1).where((answered > 0) & (answered >= ENOUGH * put - 1e-9))


def end(values: pd.Series, options: list[int]) -> pd.Series:
    """Return 1 where the answer is one of `options`, 0 where it is another, NaN without one."""
    return values.isin(options).astype(float).where(values.notna())


def at_least(tops: pd.DataFrame, number: int) -> pd.Series:
    """Return 1 where `number` items are reached, 0 where they cannot be, NaN where unanswered ones decide."""
    reached, open_ = tops.sum(axis=1), tops.isna().sum(axis=1)
    return (reached >= number).astype(float).where((reached >= number) | (reached + open_ < number))


def all_of(rules: pd.DataFrame) -> pd.Series:
    """Return 1 where every rule is met, 0 where one is not, NaN where an open one decides."""
    return at_least(rules, rules.shape[1])
