"""The answers of all exports → one table, a row a response and answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from yiduiyi_analysis.clean.survey import Batch, decode

ANSWERS = {
    "response_id": "string",
    "instrument": "string",
    "wave": "string",
    "county_code": "string",
    "school_id": "string",
    "item_id": "string",
    "raw": "string",
    "value": "Float64",
    "missing": "string",
}
AT_A_TIME = 2  # columns filled


def table(batches: list[Batch], responses: pd.DataFrame) -> pd.DataFrame:
    """Return one row a response and answer, columns ANSWERS, in the order of the responses.

    In:  responses: batch and place say of which export and row a response is
    Out: texts are categories, as few recur in many rows
    """
    each = np.array([len(batch.value.columns) for batch in batches], int)[responses["batch"].to_numpy(int)]
    of, first = np.repeat(np.arange(len(responses)), each), each.cumsum() - each
    ids = pd.Index([answer for batch in batches for answer in batch.value], dtype="string").unique()
    raw, missing = _union([batch.raw for batch in batches]), _union([batch.missing for batch in batches])
    spots, place = responses.groupby("batch").indices, responses["place"].to_numpy(int)

    def filled(kind: type, cells: Callable[[Batch], np.ndarray]) -> np.ndarray:
        column = np.empty(len(of), kind)
        for k, rows in spots.items():
            at = first[rows, None] + np.arange(len(batches[k].value.columns))
            column[at] = cells(batches[k])[place[rows]]
        return column

    with ThreadPoolExecutor(AT_A_TIME) as hands:
        texts = hands.submit(filled, np.int32, lambda batch: _codes(batch.raw, raw))
        reasons = hands.submit(filled, np.int32, lambda batch: _codes(batch.missing, missing))
        items = hands.submit(filled, np.int32, lambda batch: _items(batch, ids))
        value = filled(float, lambda batch: batch.value.to_numpy())
    columns = {name: _coded(responses[name]).take(of) for name in ANSWERS if name in responses}
    for name, codes, kinds in (("item_id", items, ids), ("raw", texts, raw), ("missing", reasons, missing)):
        columns[name] = pd.Categorical.from_codes(codes.result(), kinds)
    columns["value"] = pd.array(value, ANSWERS["value"])
    return pd.DataFrame({name: columns[name] for name in ANSWERS}, copy=False)


def _items(batch: Batch, ids: pd.Index) -> np.ndarray:
    """Return which of `ids` each cell of a batch answers."""
    return np.broadcast_to(ids.get_indexer(batch.value.columns).astype(np.int32), batch.value.shape)


def _union(frames: list[pd.DataFrame]) -> pd.Index:
    """Return the categories of all frames, whose columns share them; a rule may strike an answer later."""
    ours = [frame.dtypes.iloc[0].categories for frame in frames if len(frame.columns)]
    return pd.Index([*(text for texts in ours for text in texts), decode.INVALID], dtype="string").unique()


def _codes(frame: pd.DataFrame, categories: pd.Index) -> np.ndarray:
    """Return which of `categories` each cell is, -1 where it is missing."""
    own = frame.dtypes.iloc[0].categories
    places = np.append(categories.get_indexer(own), -1)
    return places[np.column_stack([frame[name].cat.codes for name in frame])]


def _coded(texts: pd.Series) -> pd.Categorical:
    codes, distinct = pd.factorize(texts)
    return pd.Categorical.from_codes(codes, pd.Index(distinct, dtype="string"))
