"""The folder of exports → decoded tables, and the account of every file: read, kept, set aside."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from yiduiyi_analysis import workspace
from yiduiyi_analysis.clean import corrections, examples, read, records, survey
from yiduiyi_analysis.clean.read import Export
from yiduiyi_analysis.clean.records import Records, sheets
from yiduiyi_analysis.clean.survey import platforms
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

    def refuse(self, fault: Fault, **known) -> None:
        """Set a file or table aside whole."""
        self.faults.append(fault)
        told = {"rows_read": 0, "synthetic": False, **known, "status": "set_aside", "message": str(fault)}
        self.rows.append(told)


def take(ws: Workspace, book: Codebook) -> Intake:
    """Read and decode every export of the workspace.

    Rule:   a file that cannot be read is set aside whole and stops nothing else
    Raises: Fault when there is no export, when none can be read, when real and synthetic ones are mixed, or
            when a correction no longer matches its cell
    """
    folder, intake, exports = ws.exports(), Intake(), []
    paths, unread = workspace.export_files(folder), workspace.unread_files(folder)
    if not paths and not unread:
        raise Fault("没有导出文件", file=folder, do="请把导出文件放入 data/incoming，或先运行 yiduiyi demo")
    for path in unread:
        name = path.relative_to(folder).as_posix()
        intake.refuse(_unread(path, name), file=name, synthetic=read.SYNTHETIC_MARK in name)
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            exports += read.tables(path, name)
        except Fault as fault:
            intake.refuse(fault, file=name, synthetic=read.SYNTHETIC_MARK in name)
    _refuse_mixture(exports, [row["file"] for row in intake.rows if row["synthetic"]])
    exports, corrected = corrections.apply(exports, book)
    intake.said.append(corrected)
    for export in exports:
        _decode(platforms.translated(examples.aside(export), book), book, intake)
    if not intake.batches and not intake.records:
        raise Fault(f"{len(paths) + len(unread)} 个文件没有一个能读入；第一个问题：{intake.faults[0]}")
    return intake


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


def _decode(export: Export, book: Codebook, intake: Intake) -> None:
    """Decode one table into `intake`, or set it aside whole."""
    source = {"file": export.file, "sheet": export.sheet, "encoding": export.encoding}
    known = {**source, "synthetic": export.synthetic, "rows_read": export.rows_read}
    try:
        if found := sheets.recognise(export, book):
            kept, unread = records.read(export, found, book)
            intake.records.append(kept)
            said = [unread] if len(unread) else []
            waves = kept.rows["wave"].dropna().unique()
            known |= {
                "instrument": found.tool.id,
                "mode": "records",
                "wave": waves[0] if len(waves) == 1 else pd.NA,
            }
        else:
            batch = survey.decode_export(export, book)
            intake.batches.append(batch)
            said = batch.said
            known |= {"instrument": batch.form.tool.id, "wave": batch.form.wave, "mode": batch.form.mode}
    except Fault as fault:
        intake.refuse(fault, **known)
        return
    intake.said += [*export.said, *said]
    intake.rows.append({**known, "status": "read"})


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
