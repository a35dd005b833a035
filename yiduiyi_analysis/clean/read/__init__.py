"""Any export → tables of text, one row a submission, each row under the number a person sees in Excel."""

import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.read import cells
from yiduiyi_analysis.clean.read.columns import BLANK, Column
from yiduiyi_analysis.clean.read.workbook import Sheet
from yiduiyi_analysis.errors import Fault

SYNTHETIC_MARK = "合成数据"
HEADER_WITHIN = 30
FEWEST_COLUMNS = 3
HEADER_SHARE = 0.6
WORKBOOKS = {"xlsx", "xls"}
SET_ASIDE = "quarantined"
# Tabs of our own templates: how to fill them in, and the choices of drop-downs. Nothing is lost with them.
OF_TEMPLATE = ("填写说明", "选项")


@dataclass(frozen=True)
class Export:
    """One table of a file.

    frame:   text, or categories that stand for it; index `row` (Excel's row number), columns 0..k-1 whose
             wording is `headers`: positions, because bare matrix rows may share one wording
    aside:   rows that were read but cannot be told apart into columns, or repeat the header
    said:    ledger rows: what was noticed while reading
    """

    file: str
    sheet: str | None
    title: str
    encoding: str
    synthetic: bool
    headers: list[str]
    header_row: int
    frame: pd.DataFrame
    aside: list[int]
    said: list[pd.DataFrame]

    @property
    def rows_read(self) -> int:
        return len(self.frame) + len(self.aside)

    def texts(self, position: int) -> pd.Series:
        """Return the cells of a column as plain text."""
        column = self.frame[position]
        if not isinstance(column.dtype, pd.CategoricalDtype):
            return column
        return pd.Series(column.cat.categories.array.take(column.cat.codes), column.index)


def tables(path: Path | str, name: str | None = None, data: bytes | None = None) -> list[Export]:
    """Return every table in a file, in the order of its sheets.

    In:     name: what to call the file in the ledger, e.g. its path below the folder of exports; data: its
            bytes where they are known already
    Rule:   the header is the first row about as full as the fullest; what stands above it is the title;
            a sheet without a table (a cover) or without rows is passed over with a ledger row
    Raises: Fault for a file that cannot be read, or has no table or no row below its header
    """
    path, name = Path(path), name or Path(path).name
    encoding, sheets = cells.sheets(path, data)
    found, passed, bare = [], [], []
    ours = {sheet.name for sheet in sheets}.issuperset(OF_TEMPLATE)
    for sheet in sheets:
        if ours and sheet.name in OF_TEMPLATE:  # hidden or not: a person may have had a look
            continue
        holds = _holds(sheet.columns, len(sheet.lengths))
        top = _header_at(holds)
        if sheet.hidden or top is None:
            why = "隐藏的工作表" if sheet.hidden else "没有表头"
            passed += _said(name, sheet.name, "sheet_ignored", why, [None] if _worth_telling(sheet) else [])
            continue
        export = _export(sheet, holds, top, encoding, name)
        if export.rows_read:
            found.append(export)
        else:
            bare.append(sheet.name)
    if not found and bare:
        raise Fault("只有表头，没有数据", file=name, sheet=bare[0], do="请确认导出时选了全部答卷")
    if not found:
        raise Fault("找不到表头", file=name, do="请放入平台原样导出的文件")
    for sheet_name in bare:
        passed += _said(name, sheet_name, "sheet_empty", "只有表头，没有数据", [None])
    return [replace(found[0], said=[*passed, *found[0].said]), *found[1:]]


def _worth_telling(sheet: Sheet) -> bool:
    return sheet.name not in OF_TEMPLATE and any(column.codes.any() for column in sheet.columns)


def _holds(columns: list[Column], height: int) -> np.ndarray:
    """Return whether each cell holds more than white space, a row a row of the sheet."""
    asked = [column.ask(str.strip) for column in columns]
    return np.column_stack(asked) if asked else np.zeros((height, 0), bool)


def _header_at(holds: np.ndarray) -> int | None:
    """Return the index of the header row, None where no row looks like one."""
    filled = holds[:1000].sum(axis=1)
    enough = max(FEWEST_COLUMNS, HEADER_SHARE * filled.max(initial=0))
    return next((k for k, count in enumerate(filled[:HEADER_WITHIN]) if count >= enough), None)


def _export(sheet: Sheet, holds: np.ndarray, top: int, encoding: str, name: str) -> Export:
    headers = [_tidy(column[top]) for column in sheet.columns]
    while headers and not headers[-1]:
        headers.pop()
    columns, filled = _fill_merged(sheet, top)
    body = holds.any(axis=1) & (np.arange(len(holds)) > top)
    beyond = body & holds[:, len(headers) :].any(axis=1)
    text = encoding not in WORKBOOKS
    # a line that lost or gained separators: its cells cannot be matched to the header
    crooked = body & ((sheet.lengths < len(headers)) | beyond) & text
    repeats = body & _repeats(columns, headers)
    above = [column[row] for row in range(top) for column in sheet.columns]
    title = " ".join(cell.strip() for cell in above if cell.strip())
    return Export(
        file=name,
        sheet=sheet.name,
        title=title,
        encoding=encoding,
        synthetic=any(SYNTHETIC_MARK in text for text in [name, sheet.name or "", title, *headers]),
        headers=headers,
        header_row=top + 1,
        frame=_frame(columns[: len(headers)], np.flatnonzero(body & ~crooked & ~repeats)),
        aside=_numbers(crooked | repeats),
        said=[
            *_said(name, sheet.name, "row_width", "列数与表头不符，无法对齐", _numbers(crooked), SET_ASIDE),
            *_said(name, sheet.name, "header_repeated", "重复的表头", _numbers(repeats), SET_ASIDE),
            *_said(name, sheet.name, "merged_cell", "合并单元格，取其首格", filled, "repaired"),
            *_said(
                name, sheet.name, "beyond_header", "表头以外还有内容，未读取", _numbers(beyond & ~crooked)
            ),
        ],
    )


def _numbers(rows: np.ndarray) -> list[int]:
    """Return the numbers a person sees of the rows that are marked."""
    return (np.flatnonzero(rows) + 1).tolist()


def _frame(columns: list[Column], rows: np.ndarray) -> pd.DataFrame:
    index = pd.Index(rows + 1, name="row", dtype="int64")
    return pd.DataFrame({k: column.take(rows) for k, column in enumerate(columns)}, index)


def _tidy(header: str) -> str:
    return " ".join(unicodedata.normalize("NFC", header).split())


def _repeats(columns: list[Column], headers: list[str]) -> np.ndarray:
    """Return which rows repeat the header, looking first where the fewest texts are to be compared."""
    headed = list(zip(columns, headers, strict=False))
    fewest, wording = min(headed, key=lambda one: len(one[0].texts))
    alike = fewest.ask(lambda text: _tidy(text) == wording)
    for row in np.flatnonzero(alike):
        alike[row] = all(_tidy(column[row]) == header for column, header in headed)
    return alike


def _fill_merged(sheet: Sheet, top: int) -> tuple[list[Column], list[int]]:
    """Return the columns with each merged cell's text copied down its own, and the row numbers filled.

    Rule: below the header only; a title merged across the sheet stays one cell
    """
    columns, filled = list(sheet.columns), set()
    for first, place, last in sheet.merged:
        if not top < first < len(sheet.lengths) or columns[place].codes[first] == BLANK:
            continue
        codes, rows = columns[place].codes.copy(), np.arange(first + 1, min(last + 1, len(sheet.lengths)))
        rows = rows[codes[rows] == BLANK]
        codes[rows] = codes[first]
        columns[place] = replace(columns[place], codes=codes)
        filled.update((rows + 1).tolist())
    return columns, sorted(filled)


def _said(
    file: str, sheet: str | None, rule: str, note: str, rows: list[int | None], action: str = "kept"
) -> list[pd.DataFrame]:
    """Return one ledger table of `rows`, none where there are no rows."""
    if not rows:
        return []
    frame = pd.DataFrame({"row": pd.array(rows, dtype="Int64")})
    return [ledger.rows(frame, file=file, sheet=sheet, rule=rule, note=note, action=action)]
