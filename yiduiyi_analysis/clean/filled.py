"""What a person filled in on the worklist → the register of corrections."""

import csv
import io
import os
from pathlib import Path

import pandas as pd

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.clean import corrections, read, worklist
from yiduiyi_analysis.clean.read import Export, cells
from yiduiyi_analysis.clean.survey import times, written
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.workspace import Workspace

CELL = ["file", "sheet", "row", "column", "replace"]  # what makes two corrections one


def take_in(ws: Workspace, file: Path | None = None) -> int:
    """Append what was filled in to the register, and return how many corrections that were.

    In:     file: the workbook, data/clean/ledger.xlsx where left out
    Rule:   all or none; the original is copied from the export, with which what the worklist says of it, if
            it says so, must agree; what the register already says is passed over
    Raises: Fault with the row of the sheet that is incomplete or does not fit the export
    """
    file = file or ws.clean / worklist.NAME
    book = codebook.load(ws.codebook)
    known = corrections.entries(book.corrections)
    there = {(entry.file, entry.sheet, entry.row, entry.column, entry.replace) for entry in known}
    exports = _exports(ws)
    new = []
    for row, cells_ in _rows(file):
        made = _entry(row, cells_, file, exports, book)
        if (made["file"], made["sheet"], int(made["row"]), made["column"], made["replace"]) not in there:
            new.append(made)
    table = pd.concat([book.corrections, pd.DataFrame(new, columns=list(book.corrections))])
    corrections.entries(table.fillna(""))
    if new:
        _save(table.fillna(""), ws.codebook / corrections.REGISTER)
    return len(new)


def none_waiting(ws: Workspace, known: pd.DataFrame) -> None:
    """Stop where rows of the worklist are filled in and not yet in the register: cleaning writes it anew.

    In:     known: the register
    Raises: Fault with their number
    """
    try:
        filled = [row for _, row in _rows(ws.clean / worklist.NAME)]
    except Fault:  # no worklist yet, or none that anybody could fill in
        return
    there = set(known[CELL].itertuples(index=False, name=None))
    asked = [row | {"replace": _replacement(row)} for row in filled]
    lost = sum(tuple(row[name] for name in CELL) not in there for row in asked)
    if lost:
        raise Fault(f"填好的 {lost} 处更正还没有登记，清洗会重写这份工作簿", file=worklist.NAME,
                    sheet=worklist.CORRECTIONS, do="请先运行 yiduiyi corrections，或清空所填")  # fmt: skip


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of the sheet of corrections that were filled in, under the number a person sees."""
    if not file.exists():
        raise Fault("没有这个文件", file=file, do="请先运行 yiduiyi clean，或写出文件的路径")
    sheets = {sheet.name: sheet for sheet in cells.sheets(file)[1]}
    if worklist.CORRECTIONS not in sheets:
        raise Fault(f"没有“{worklist.CORRECTIONS}”工作表", file=file, do="请用 yiduiyi clean 写出的工作簿")
    head, *body = sheets[worklist.CORRECTIONS].rows
    lacking = [name for name in worklist.REGISTER if name not in head]
    if lacking:
        raise Fault(f"缺少列 {'、'.join(lacking)}", file=file, sheet=worklist.CORRECTIONS, row=1)
    places = {column: head.index(name) for name, column in worklist.REGISTER.items()}
    rows = [{column: row[at].strip() for column, at in places.items()} for row in body]
    asked = {worklist.REGISTER[name] for name in worklist.TO_FILL}
    return [(number, row) for number, row in enumerate(rows, 2) if any(row[name] for name in asked)]


def _entry(row: int, given: dict[str, str], file: Path, exports: list[Export], book: Codebook) -> dict:
    """Return one row of the register; every fault names the row of the workbook.

    Raises: Fault where something is missing, no such cell is there, or it holds something else
    """
    made = {**given, "replace": _replacement(given), "decided_at": _day(given["decided_at"])}
    try:
        entry = corrections.entries(pd.DataFrame([{**made, "expect": made["expect"] or "\0"}]))[0]
        if not given["replace"]:
            raise entry.fault("没有填改为什么", "replace", f"要改成空白请写 {worklist.BLANK}")
        at, position = corrections.cell(entry, exports, book)
        there = exports[at].frame.loc[entry.row, position].strip()
        if not _tells(given["expect"], there):
            raise entry.fault("原文件这一格不是所写的原值", "expect", "请核对，或把原值留空")
        if there == entry.replace:
            raise entry.fault("原文件这一格本来就是这样", "replace", "请填改后的内容，或清空这一行")
        if written.mask(pd.Series([there], dtype="str"))[0] != there:
            raise entry.fault("这一格像是个人号码，不能写进登记册", "expect", "请在填报系统里改正后重新导出")
    except Fault as fault:
        heading = {column: name for name, column in worklist.REGISTER.items()}[fault.column]
        raise Fault(fault.message, file=file, sheet=worklist.CORRECTIONS, row=row, column=heading,
                    do=fault.do) from None  # fmt: skip
    return {**made, "expect": there}


def _tells(told: str, there: str) -> bool:
    """Say whether what the worklist shows is in the cell: the same text, a part of it, or the same day."""
    day = times.moments(pd.Series([told, there], dtype="str"))
    return told in there or (day.notna().all() and day[0] == day[1])


def _replacement(row: dict[str, str]) -> str:
    return "" if row["replace"] == worklist.BLANK else row["replace"]


def _day(text: str) -> str:
    """Return a day as the register writes it; what is none stays as it is."""
    moment = times.moments(pd.Series([text], dtype="str"))[0]
    return text if pd.isna(moment) else f"{moment:%Y-%m-%d}"


def _exports(ws: Workspace) -> list[Export]:
    """Return the tables of all exports that can be read; the others are told of when cleaning."""
    folder, found = ws.exports(), []
    for path in workspace.export_files(folder):
        try:
            found += read.tables(path, path.relative_to(folder).as_posix())
        except Fault:
            continue
    return found


def _save(table: pd.DataFrame, path: Path) -> None:
    """Write the register in one step."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([list(table), *table.to_numpy().tolist()])
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text.getvalue(), "utf-8")
    temporary.replace(path)
