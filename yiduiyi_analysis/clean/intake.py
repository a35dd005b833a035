"""The folder of exports → decoded tables, and the account of every file: read, kept, set aside."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from yiduiyi_analysis import workspace
from yiduiyi_analysis.clean import came, corrections, read, survey
from yiduiyi_analysis.clean.read import Export
from yiduiyi_analysis.clean.records import Records
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.workspace import Workspace

INTAKE = {
    "file": "string",
    "sheet": "string",
    "instrument": "string",
    "wave": "string",
    "mode": "string",
    "encoding": "string",
    "synthetic": "bool",
    "rows_read": "Int64",
    "rows_kept": "Int64",
    "rows_set_aside": "Int64",
    "status": "string",
    "message": "string",
}


@dataclass
class Intake:
    """What came in: questionnaires, records, ledger rows, a row a table, and why what was refused was."""

    batches: list[survey.Batch] = field(default_factory=list)
    records: list[Records] = field(default_factory=list)
    said: list[pd.DataFrame] = field(default_factory=list)
    rows: list[dict] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def add(self, table: came.Decoded) -> None:
        """Take in one table, or set it aside whole."""
        if table.fault:
            self.refuse(table.fault, **table.known)
            return
        self.batches += [table.batch] if table.batch else []
        self.records += [table.records] if table.records else []
        self.said += table.said
        self.rows.append({**table.known, "status": "read"})

    def refuse(self, fault: Fault, **known) -> None:
        """Set a file or table aside whole."""
        self.faults.append(fault)
        told = {"rows_read": 0, "synthetic": False, **known, "status": "set_aside", "message": str(fault)}
        self.rows.append(told)


def take(ws: Workspace, book: Codebook, each: came.Each = came.here) -> Intake:
    """Read and decode every export of the workspace.

    In:     each: does the files, one after the other here by default
    Rule:   a file that cannot be read is set aside whole and stops nothing else
    Raises: Fault when there is no export, when none can be read, when real and synthetic ones are mixed, or
            when a correction no longer matches its cell
    """
    folder, intake = ws.exports(), Intake()
    paths, unread = workspace.export_files(folder), workspace.unread_files(folder)
    if not paths and not unread:
        raise Fault("没有导出文件", file=folder, do="请把导出文件放入 data/incoming，或先运行 yiduiyi demo")
    for path in unread:
        name = path.relative_to(folder).as_posix()
        intake.refuse(_unread(path, name), file=name, synthetic=read.SYNTHETIC_MARK in name)
    files = list(each(came.opened, _files(paths, folder, book), book))
    for file in files:
        if file.fault:
            name = file.file.name
            intake.refuse(file.fault, file=name, synthetic=read.SYNTHETIC_MARK in name)
    exports = [table for file in files for table in file.tables]
    _refuse_mixture(exports, [row["file"] for row in intake.rows if row["synthetic"]])
    exports, corrected = corrections.apply(exports, book)
    intake.said.append(corrected)
    decoded = [table for file in files for table in file.decoded]
    for export, known in zip(exports, decoded, strict=True):
        intake.add(known or came.decode(export, book))
    if not intake.batches and not intake.records:
        raise Fault(f"{len(paths) + len(unread)} 个文件没有一个能读入；第一个问题：{intake.faults[0]}")
    return intake


def _files(paths: list[Path], folder: Path, book: Codebook) -> Iterator[came.File]:
    named = set(book.corrections["file"].astype("str").str.strip())
    for path in paths:
        name = path.relative_to(folder).as_posix()
        yield came.File(path, name, name in named)


def _unread(path: Path, name: str) -> Fault:
    kind = "文件夹" if path.is_dir() else f"{path.suffix} 文件"
    return Fault(f"是{kind}，没有读取", file=name, do="请放入 .xlsx、.xls 或 .csv 文件（压缩包请先解压）")


def _refuse_mixture(exports: list[Export], refused: list[str]) -> None:
    """Stop where a synthetic file, readable or not, lies beside a real one."""
    synthetic = [*(export.file for export in exports if export.synthetic), *refused]
    real = [export.file for export in exports if not export.synthetic]
    if synthetic and real:
        raise Fault(f"同一文件夹里既有真实数据（{real[0]}）又有合成数据", file=synthetic[0],
                    do="请把合成数据移出 data/incoming")  # fmt: skip


def reconcile(
    rows: list[dict], responses: pd.DataFrame, recorded: pd.DataFrame, said: pd.DataFrame, book: Codebook
) -> pd.DataFrame:
    """Return the intake table, a row a table of a file or a file refused.

    Rule:   a row is set aside where the ledger names it under a rule whose action sets whole rows aside
    Raises: AssertionError unless rows read = rows kept + rows set aside everywhere: the program is wrong
    """
    table = pd.DataFrame(rows).reindex(columns=list(INTAKE))
    place = pd.MultiIndex.from_frame(table[["file", "sheet"]].astype("string").fillna(""))

    def count(part: pd.DataFrame) -> np.ndarray:
        sizes = part[["file", "sheet"]].astype("string").fillna("").value_counts()
        return sizes.reindex(place).fillna(0).to_numpy(int)

    whole = [rule.id for rule in book.rules.values() if rule.whole_row]
    aside = said[said["rule"].isin(whole)].drop_duplicates(["file", "sheet", "row"])
    kept, lost = count(responses) + count(recorded), count(aside)
    refused = (table["status"] == "set_aside").to_numpy()
    lost = np.where(refused, table["rows_read"], lost)
    wrong = (table["rows_read"] != kept + lost).to_numpy()
    if wrong.any():
        first = table[wrong].iloc[0]
        raise AssertionError(
            f"{first['file']}: {first['rows_read']} rows read, {kept[wrong][0]} + {lost[wrong][0]} told of"
        )
    table = table.assign(rows_kept=kept, rows_set_aside=lost).astype(INTAKE)
    table = table.assign(message=table["message"].fillna(_why_nothing_counts(table, aside)))
    return table.sort_values(["file", "sheet"], ignore_index=True)


def _why_nothing_counts(table: pd.DataFrame, aside: pd.DataFrame) -> pd.Series:
    """Return the commonest reason for each table of which no row was kept."""
    at = ["file", "sheet"]
    notes = (
        aside.assign(sheet=aside["sheet"].fillna(""))
        .groupby(at)["note"]
        .agg(lambda notes: next(iter(notes.mode()), pd.NA))
    )
    reason = table[at].fillna("").merge(notes.rename("reason"), on=at, how="left")["reason"]
    none_kept = (table["rows_read"] > 0) & (table["rows_kept"] == 0)
    return ("没有一行计入，多因" + reason.astype("string")).where(none_kept)
