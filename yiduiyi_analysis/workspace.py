"""Where things live, and how a file or folder is replaced without a reader ever seeing half of it."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from yiduiyi_analysis.errors import Fault

ROOT_VARIABLE = "YIDUIYI_ROOT"
READ = {".xlsx", ".xls", ".csv"}
WRITERS = 2  # files of one table written at a time
UNREAD = {".xlsm", ".xlsb", ".et", ".ods", ".sav", ".tsv", ".zip", ".rar", ".7z"}


@dataclass(frozen=True)
class Workspace:
    """The folders of one evaluation."""

    root: Path

    @property
    def source(self) -> Path:
        return self.root / "data" / "source"

    @property
    def codebook(self) -> Path:
        return self.root / "data" / "codebook"

    @property
    def incoming(self) -> Path:
        return self.root / "data" / "incoming"

    @property
    def demo(self) -> Path:
        return self.root / "data" / "demo"

    @property
    def clean(self) -> Path:
        return self.root / "data" / "clean"

    @property
    def results(self) -> Path:
        return self.root / "data" / "results"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def runs(self) -> Path:
        return self.reports / "runs"

    @property
    def current(self) -> Path:
        return self.reports / "current"

    def exports(self) -> Path:
        """Return the folder to read: real exports where there are any, else the demo's.

        Rule: real and synthetic exports never share a run.
        """
        there = export_files(self.incoming) or unread_files(self.incoming)
        return self.incoming if there else self.demo


def find(root: Path | str | None = None) -> Workspace:
    """Return the workspace at `root`, else at $YIDUIYI_ROOT, else the nearest one upwards from here."""
    named = root or os.environ.get(ROOT_VARIABLE)
    here = Path(named or Path.cwd()).resolve()
    for folder in [here] if named else [here, *here.parents]:
        if (folder / "data" / "codebook").is_dir():
            return Workspace(folder)
    raise Fault(
        f"找不到项目文件夹（从 {here} 起没有 data/codebook）",
        do=f"请在项目文件夹内运行，或用 --root / 环境变量 {ROOT_VARIABLE} 指明",
    )


def export_files(folder: Path) -> list[Path]:
    """Return the export files below `folder`, sorted, without notes, hidden files and Office lock files."""
    return [path for path in _visible(folder) if path.is_file() and path.suffix.lower() in READ]


def unread_files(folder: Path) -> list[Path]:
    """Return what below `folder` may hold answers but is no file that is read: packed, of another program."""
    return [
        path
        for path in _visible(folder)
        if path.suffix.lower() in UNREAD or (path.suffix.lower() in READ and not path.is_file())
    ]


def _visible(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in (folder.rglob("*") if folder.is_dir() else [])
        if not path.name.startswith((".", "~$")) and not path.name.upper().startswith("README")
    )


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


def write_partitioned(frame: pd.DataFrame, folder: Path) -> None:
    """Write `<folder>/<county_code>.parquet`, one file a county; an empty table leaves one empty file.

    The code stays a column inside each file: hive-style folder names would come back as integers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if frame.empty:
        write_parquet(frame, folder / "empty.parquet")
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


@contextlib.contextmanager
def alone(lock: Path):
    """Let one process at a time be inside; the lock goes with the process, however it ends."""
    with lock.open("ab") as held:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(held.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def new_folder_beside(target: Path) -> Path:
    """Return a new empty folder on the same file system as `target`, to be swapped into its place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))


def swap_dir(new: Path, target: Path) -> None:
    """Put folder `new` in the place of `target`; what was there goes only once the new one stands."""
    old = target.with_name(f".{target.name}-old-{os.getpid()}")
    if target.exists():
        target.replace(old)
    new.replace(target)
    target.chmod(0o755)
    shutil.rmtree(old, ignore_errors=True)
