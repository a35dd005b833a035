"""What was done to the data, and to which row of which file."""

from collections.abc import Iterable

import pandas as pd

COLUMNS = {
    "file": "string",
    "sheet": "string",
    "row": "Int64",
    "column": "string",
    "rule": "string",
    "before": "string",
    "after": "string",
    "action": "string",
    "county_code": "string",
    "note": "string",
}
ACTIONS = frozenset({"repaired", "quarantined", "kept", "review"})
_EMPTY = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in COLUMNS.items()})


def rows(frame: pd.DataFrame | None = None, **cells) -> pd.DataFrame:
    """Return ledger rows, one per row of `frame`, or a single one from `cells` alone.

    In:     frame: any table; its ledger columns are taken and the rest is left behind, so that no
            personal field comes along
            cells: scalars for every row or, with a frame, a Series or list a column; they win over the frame
    Out:    the columns of COLUMNS in that order and type, index 0..n-1
    Rule:   `rule` is named in every row and `action` is one of ACTIONS
    Raises: ValueError on an unknown column, an unknown action or a row without a rule
    """
    if unknown := set(cells) - set(COLUMNS):
        raise ValueError(f"not ledger columns: {sorted(unknown)}")
    base = pd.DataFrame(index=[0]) if frame is None else frame
    if not len(base):
        return empty()
    table = base.assign(**cells).reindex(columns=list(COLUMNS)).reset_index(drop=True).astype(COLUMNS)
    if strange := set(table["action"].unique()) - ACTIONS:
        raise ValueError(f"not ledger actions: {sorted(map(str, strange))}")
    if table["rule"].isna().any():
        raise ValueError("a ledger row without a rule")
    return table


def empty() -> pd.DataFrame:
    """Return a ledger of no rows."""
    return _EMPTY.copy()


def concat(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return one ledger from several, in the order given; none gives an empty one."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True).astype(COLUMNS) if filled else empty()
