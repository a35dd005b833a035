"""The tables of a workspace: how one is written and read, whole or county by county."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# Where things live is in `folders`, for commands that read no tables and need no pandas; here for all others.
from yiduiyi_analysis.folders import (
    ROOT_VARIABLE,
    Workspace,
    export_files,
    find,
    new_folder_beside,
    swap_dir,
    unread_files,
)

__all__ = [
    "ROOT_VARIABLE",
    "Workspace",
    "export_files",
    "find",
    "new_folder_beside",
    "read_table",
    "swap_dir",
    "unread_files",
    "write_parquet",
    "write_partitioned",
    "write_table",
]

WRITERS = 2  # files of one table written at a time
WHOLE = "all"  # the county_code of the programme's own rows, and the file that they lie in


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write one table to `path` in one step; a reader sees the old file or the new one.

    Rule: categories are how a table is held, not what it is: they are read again as the texts they stand for
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    if (held := frame.select_dtypes("category").columns).empty:
        frame.to_parquet(temporary, index=False)
    else:
        _write_as_text(frame, held, temporary)
    temporary.replace(path)


def _write_as_text(frame: pd.DataFrame, held: pd.Index, path: Path) -> None:
    """Write a table whose columns `held` are categories with each text once, to be read as plain text.

    Rule: no category is written that no row has: a county's file must not hold another's texts
    """
    text = frame.head(0).astype({name: frame[name].cat.categories.dtype for name in held})
    table = pa.Table.from_pandas(
        frame.assign(**{name: _used(frame[name]) for name in held}), preserve_index=False
    )
    with pq.ParquetWriter(path, table.schema, store_schema=False) as out:
        out.write_table(table)
        out.add_key_value_metadata(pa.Schema.from_pandas(text, preserve_index=False).metadata)


def _used(texts: pd.Series) -> pd.Categorical:
    codes, categories = texts.cat.codes.to_numpy(), texts.cat.categories
    used = np.zeros(len(categories) + 1, bool)
    used[codes] = True
    used[-1] = False  # -1, a missing text, finds itself at the end
    new = np.where(used, used.cumsum() - 1, -1).astype(codes.dtype)
    return pd.Categorical.from_codes(new[codes], categories[used[:-1]], validate=False)


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a published table: a folder of one file a county and one of the programme, else one file.

    Rule: rows of no county lie with the programme's in `all.parquet`, which is there even when it is empty,
          so that it tells the columns of a county without a row
    """
    if "county_code" not in frame:
        write_parquet(frame, path)
        return
    whole = frame["county_code"].isna() | frame["county_code"].eq(WHOLE)
    path.mkdir(parents=True, exist_ok=True)
    write_parquet(frame[whole].reset_index(drop=True), path / f"{WHOLE}.parquet")
    _write_counties(frame[~whole], path)


def read_table(
    path: Path,
    county_codes: Iterable[str] | None = None,
    columns: list[str] | None = None,
    filters: list[tuple] | None = None,
) -> pd.DataFrame:
    """Return a table that is a file or a folder of files, whole or of some counties; "all" is the programme.

    Out:    counties in the order of their codes, then the programme; of `county_codes` in the order asked
    Rule:   of a folder only the files of the counties asked for are opened
    Raises: FileNotFoundError where there is no such table
    """
    if county_codes is None:
        return pd.read_parquet(path, columns=columns, filters=filters)
    asked = list(county_codes)
    if path.is_file():
        return _of(pd.read_parquet(path, columns=columns, filters=filters), asked)
    there = [file for file in (path / f"{code}.parquet" for code in asked) if file.exists()]
    found = [pd.read_parquet(file, columns=columns, filters=filters) for file in there]
    if not found:
        return pd.read_parquet(path / f"{WHOLE}.parquet", columns=columns).iloc[:0]
    return found[0] if len(found) == 1 else pd.concat(found, ignore_index=True)


def _of(table: pd.DataFrame, county_codes: list[str]) -> pd.DataFrame:
    """Return the rows of some counties; a table that cannot tell counties apart keeps none."""
    if "county_code" not in table:
        return table.iloc[:0]
    code = table["county_code"]
    mine = code.isin(county_codes) | (code.isna() & (WHOLE in county_codes))
    return table[mine.astype(bool)].reset_index(drop=True)


def write_partitioned(frame: pd.DataFrame, folder: Path) -> None:
    """Write `<folder>/<county_code>.parquet`, one file a county; an empty table leaves one empty file.

    The code stays a column inside each file: hive-style folder names would come back as integers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if frame.empty:
        write_parquet(frame, folder / "empty.parquet")
    _write_counties(frame, folder)


def _write_counties(frame: pd.DataFrame, folder: Path) -> None:
    with ThreadPoolExecutor(WRITERS) as writers:
        written = [
            writers.submit(write_parquet, part, folder / f"{code}.parquet")
            for code, part in _by_county(frame)
        ]
    for one in written:
        one.result()


def _by_county(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each county's code and rows; of a table in the order of its counties no row is copied."""
    codes, counties = pd.factorize(frame["county_code"], sort=True)
    if (np.diff(codes) < 0).any():
        order = codes.argsort(kind="stable")
        frame, codes = frame.take(order), codes[order]
    ends = codes.searchsorted(np.arange(len(counties)), side="right")
    for code, first, end in zip(counties, codes.searchsorted(np.arange(len(counties))), ends, strict=True):
        yield code, frame.iloc[first:end].reset_index(drop=True)
