"""The register of known source errors, applied to the text of the exports, with guards."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.read import Export
from yiduiyi_analysis.clean.records import fields
from yiduiyi_analysis.clean.survey import written
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.errors import Fault

REGISTER = "corrections.csv"
# What the ledger calls the columns by which a row is linked → the role of the question that asks for it.
ROLES = {"学校": "school", "县": "county"}
_NUMBERED = re.compile(r"^\*?\(?\d+\)?[、.:]\*?")
_LETTERS = re.compile("[A-Z]{1,3}")
_PLAIN = re.compile(r"[\d\s./:年月日万元分%-]{1,20}")
STALE = "请核对原文件：源头已改就删去这一行，否则改正 expect"


@dataclass(frozen=True)
class Entry:
    """One row of the register: which cell, what it must hold, what stands there instead, and who says so."""

    line: int
    file: str
    sheet: str
    row: int
    column: str
    expect: str
    replace: str
    reason: str
    decided_by: str
    decided_at: str

    def fault(self, message: str, column: str, do: str) -> Fault:
        """Return a Fault that names this entry's line of the register."""
        return Fault(message, file=REGISTER, row=self.line, column=column, do=do)


def entries(table: pd.DataFrame) -> list[Entry]:
    """Return the entries of the register, each complete.

    Raises: Fault with the line of an entry that names no row, changes nothing, lacks a reason, a person or
            a day, or speaks of a cell of which another entry speaks
    """
    found: dict[tuple, Entry] = {}
    for line, cells in enumerate(table.to_dict("records"), 2):
        cells = {name: str(text).strip() for name, text in cells.items() if name in Entry.__annotations__}
        row = cells.pop("row")
        if not row.isdigit():
            raise Fault("不是行号", file=REGISTER, row=line, column="row", do="请填 Excel 里看到的行号")
        entry = Entry(line=line, row=int(row), **cells)
        if mistake := _mistake(entry):
            raise entry.fault(*mistake)
        cell = (entry.file, entry.sheet, entry.row, entry.column)
        if cell in found:
            raise entry.fault(f"与第 {found[cell].line} 行说的是同一格", "column", "请只留一行")
        found[cell] = entry
    return list(found.values())


def _mistake(entry: Entry) -> tuple[str, str, str] | None:
    """Return what is wrong with an entry by itself: message, column, what to do."""
    for name in ("file", "column", "reason", "decided_by"):
        if not getattr(entry, name):
            return f"缺少 {name}", name, "请补上"
    if entry.expect == entry.replace:
        return "改了等于没改", "replace", "请填改后的内容"
    try:
        date.fromisoformat(entry.decided_at)
    except ValueError:
        return "不是日期", "decided_at", "请写成 2021-03-05"
    return None


def apply(exports: list[Export], book: Codebook) -> tuple[list[Export], pd.DataFrame]:
    """Return the exports with the register's cells replaced, and the ledger of every correction.

    Rule:   an entry whose file did not come is noted and does nothing; one whose file came must find its
            sheet, row and column, and in the cell exactly what it expects
    Raises: Fault with the line of an entry that no longer matches; then nothing is written
    """
    exports, said, own = list(exports), [], set()
    files = {export.file for export in exports}
    for entry in entries(book.corrections):
        if entry.file not in files:
            said.append(ledger.rows(file=REGISTER, row=entry.line, rule="correction_unused", action="kept",
                                    note=f"{entry.file} 这次没有收到"))  # fmt: skip
            continue
        at, position = cell(entry, exports, book)
        there = exports[at].frame.loc[entry.row, position]
        if there.strip() != entry.expect:
            raise entry.fault("原文件这一格已不是登记的内容", "expect", STALE)
        if at not in own:
            exports[at] = replace(exports[at], frame=exports[at].frame.copy())
            own.add(at)
        exports[at].frame[position] = exports[at].texts(position)
        exports[at].frame.loc[entry.row, position] = entry.replace
        said.append(_told(entry, exports[at], position, book))
    return exports, ledger.concat(said)


def cell(entry: Entry, exports: list[Export], book: Codebook) -> tuple[int, int]:
    """Return which export an entry means, and the position of its column there.

    Raises: Fault with the line of an entry whose sheet, row or column is not there
    """
    found = [k for k, export in enumerate(exports) if export.file == entry.file]
    named = [k for k in found if entry.sheet in ("", exports[k].sheet or "")]
    if len(named) != 1:
        raise entry.fault(
            "找不到这个工作表", "sheet", f"可用：{'、'.join(exports[k].sheet or '' for k in found)}"
        )
    export = exports[named[0]]
    if entry.row not in export.frame.index:
        raise entry.fault("这一行不是数据行", "row", "请填 Excel 里看到的行号")
    places = positions(export, entry.column, book)
    if len(places) != 1:
        why = "有几列叫这个名称" if places else "没有这一列"
        raise entry.fault(why, "column", "请照抄表头，或写 Excel 的列号，如 E")
    return named[0], places[0]


def positions(export: Export, column: str, book: Codebook) -> list[int]:
    """Return the positions of the columns that a wording may mean.

    Rule: a heading as printed; else another wording of the same question or field; else an Excel letter;
          else a heading that holds the wording
    """
    headings = [written.key(heading) for heading in export.headers]
    asked = written.key(column)
    if same := [k for k, heading in enumerate(headings) if heading == asked]:
        return same
    if _LETTERS.fullmatch(column):
        position = _position(column)
        return [position] if position < len(headings) else []
    alike = {asked, *_other_wordings(asked, book)}
    exact = [k for k, heading in enumerate(headings) if _NUMBERED.sub("", heading) in alike]
    return exact or [k for k, heading in enumerate(headings) if any(name in heading for name in alike)]


def _position(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _other_wordings(asked: str, book: Codebook) -> Iterable[str]:
    fields = [field for sheet in book.sheet.values() for field in sheet.columns]
    for entry in [*fields, *book.item.values()]:
        names = {written.key(name) for name in [entry.stem, *entry.also]}
        if asked in names or ROLES.get(asked, "") == getattr(entry, "role", None):
            yield from names


def _told(entry: Entry, export: Export, position: int, book: Codebook) -> pd.DataFrame:
    labels = {written.key(name) for scale in book.scales.values() for name in fields.wordings(scale)}
    note = f"{_safe(entry.reason)}（{REGISTER} 第 {entry.line} 行，{entry.decided_at}）"
    return ledger.rows(file=export.file, sheet=export.sheet, row=entry.row, column=export.headers[position],
                       rule="corrected", before=_shown(entry.expect, labels),
                       after=_shown(entry.replace, labels),
                       action="repaired", note=note)  # fmt: skip


def _shown(text: str, labels: set[str]) -> str:
    """Return a cell for the ledger: hidden unless it is a figure, date, place or option, so never a name."""
    if written.key(text) in labels:
        return text
    if not text or _PLAIN.fullmatch(text):
        return _safe(text)
    return written.place(pd.Series([text]))[0]


def _safe(text: str) -> str:
    return written.mask(pd.Series([text], dtype="str"))[0]
