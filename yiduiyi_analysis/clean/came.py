"""One file of exports → its tables, decoded; it needs no other file, so it may be done on any machine."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from yiduiyi_analysis.clean import examples, read, records, survey
from yiduiyi_analysis.clean.read import Export, cells
from yiduiyi_analysis.clean.records import Records, sheets
from yiduiyi_analysis.clean.survey import platforms
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.errors import Fault


@dataclass(frozen=True)
class File:
    """A file of exports, which takes its bytes along when it travels to another machine.

    corrected: the register of corrections speaks of it, so that its tables are decoded later
    data:      its bytes, or why there are none; None: they lie at `path`
    """

    path: Path
    name: str
    corrected: bool
    data: bytes | Fault | None = None

    def __reduce__(self):
        data = _bytes(self.path) if self.data is None else self.data
        return File, (Path(self.path.name), self.name, self.corrected, data)


@dataclass(frozen=True)
class Decoded:
    """What is in one table: questionnaires, records or why it is set aside; ledger rows; a row of intake."""

    known: dict
    batch: survey.Batch | None = None
    records: Records | None = None
    said: list[pd.DataFrame] = field(default_factory=list)
    fault: Fault | None = None


@dataclass(frozen=True)
class Came:
    """What came of one file: its tables and what is in them, or why it is set aside whole.

    Rule: of tables that are decoded (`decoded` is not None) the cells are no longer kept
    """

    file: File
    tables: list[Export] = field(default_factory=list)
    decoded: list[Decoded | None] = field(default_factory=list)
    fault: Fault | None = None


Each = Callable[[Callable, Iterable, object], Iterator]  # (work, things, given) → work(thing, given) of each


def here(work: Callable, things: Iterable, given) -> Iterator:
    """Yield what `work` makes of each thing with `given`, one after the other."""
    return (work(thing, given) for thing in things)


def opened(file: File, book: Codebook) -> Came:
    """Return what came of a file."""
    try:
        if isinstance(file.data, Fault):
            raise file.data
        tables = read.tables(file.path, file.name, file.data)
    except Fault as fault:
        return Came(replace(file, data=b""), fault=fault)
    bare = replace(file, data=b"")
    if file.corrected:
        return Came(bare, tables, [None] * len(tables))
    decoded = [decode(table, book) for table in tables]
    return Came(bare, [replace(table, frame=table.frame.iloc[:0]) for table in tables], decoded)


def decode(export: Export, book: Codebook) -> Decoded:
    """Return what is in one table, whose corrections are made."""
    export = platforms.translated(examples.aside(export), book)
    source = {"file": export.file, "sheet": export.sheet, "encoding": export.encoding}
    known = {**source, "synthetic": export.synthetic, "rows_read": export.rows_read}
    try:
        if not (found := sheets.recognise(export, book)):
            batch = survey.decode_export(export, book)
            form = batch.form
            known |= {"instrument": form.tool.id, "wave": form.wave, "mode": form.mode}
            return Decoded(known, batch, said=[*export.said, *batch.said])
        kept, unread = records.read(export, found, book)
    except Fault as fault:
        return Decoded(known, fault=fault)
    waves = kept.rows["wave"].dropna().unique()
    wave = waves[0] if len(waves) == 1 else pd.NA
    known |= {"instrument": found.tool.id, "mode": "records", "wave": wave}
    return Decoded(known, records=kept, said=[*export.said, *([unread] if len(unread) else [])])


def _bytes(path: Path) -> bytes | Fault:
    try:
        return cells.content(path)
    except Fault as fault:
        return fault
