"""Any export → tables of text, one row a submission, each row under the number a person sees in Excel."""

import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.read import cells
from yiduiyi_analysis.errors import Fault

SYNTHETIC_MARK = "合成数据"
HEADER_WITHIN = 30
FEWEST_COLUMNS = 3
HEADER_SHARE = 0.6
WORKBOOKS = {"xlsx", "xls"}


@dataclass(frozen=True)
class Export:
    """One table of a file.

    frame:   text, index `row` (Excel's row number), columns 0..k-1 whose wording is `headers`:
             positions, because bare matrix rows may share one wording
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


def tables(path: Path | str, name: str | None = None) -> list[Export]:
    """Return every table in a file, in the order of its sheets.

    In:     name: what to call the file in the ledger, e.g. its path below the folder of exports
    Rule:   the header is the first row about as full as the fullest; what stands above it is the title;
            a sheet without a table (a cover) or without rows is passed over with a ledger row
    Raises: Fault for a file that cannot be read, or has no table or no row below its header
    """
    path, name = Path(path), name or Path(path).name
    encoding, sheets = cells.sheets(path)
    found, passed, bare = [], [], []
    for sheet in sheets:
        top = _header_at(sheet.rows)
        if sheet.hidden or top is None:
            why = "隐藏的工作表" if sheet.hidden else "没有表头"
            passed += _said(
                name, sheet.name, "sheet_ignored", why, [None] if any(map(any, sheet.rows)) else []
            )
            continue
        export = _export(sheet, top, encoding, name)
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


def _header_at(rows: list[list[str]]) -> int | None:
    """Return the index of the header row, None where no row looks like one."""
    filled = [sum(1 for cell in row if cell.strip()) for row in rows[:1000]]
    enough = max(FEWEST_COLUMNS, HEADER_SHARE * max(filled, default=0))
    return next((k for k, count in enumerate(filled[:HEADER_WITHIN]) if count >= enough), None)


def _export(sheet: cells.Sheet, top: int, encoding: str, name: str) -> Export:
    headers = [_tidy(cell) for cell in sheet.rows[top]]
    while headers and not headers[-1]:
        headers.pop()
    rows, filled = _fill_merged(sheet, top)
    text = encoding not in WORKBOOKS
    body = {k + 1: row for k, row in enumerate(rows[top + 1 :], top + 1) if any(cell.strip() for cell in row)}
    crooked = [n for n, row in body.items() if text and _is_crooked(row, len(headers))]
    repeats = [n for n, row in body.items() if _repeats(row, headers)]
    beyond = [n for n, row in body.items() if not text and any(c.strip() for c in row[len(headers) :])]
    aside = sorted({*crooked, *repeats})
    title = " ".join(cell.strip() for row in sheet.rows[:top] for cell in row if cell.strip())
    return Export(
        file=name,
        sheet=sheet.name,
        title=title,
        encoding=encoding,
        synthetic=any(SYNTHETIC_MARK in text for text in [name, sheet.name or "", title, *headers]),
        headers=headers,
        header_row=top + 1,
        frame=_frame({n: row for n, row in body.items() if n not in set(aside)}, len(headers)),
        aside=aside,
        said=[
            *_said(name, sheet.name, "row_width", "列数与表头不符，无法对齐", crooked, "quarantined"),
            *_said(name, sheet.name, "header_repeated", "重复的表头", repeats, "quarantined"),
            *_said(name, sheet.name, "merged_cell", "合并单元格，取其首格", filled, "repaired"),
            *_said(name, sheet.name, "beyond_header", "表头以外还有内容，未读取", beyond),
        ],
    )


def _frame(rows: dict[int, list[str]], width: int) -> pd.DataFrame:
    fitted = [row[:width] + [""] * (width - len(row)) for row in rows.values()]
    columns = zip(*fitted, strict=True) if fitted else [[]] * width
    index = pd.Index(rows, name="row", dtype="int64")
    return pd.DataFrame({k: pd.array(column, dtype="str") for k, column in enumerate(columns)}, index)


def _tidy(header: str) -> str:
    return " ".join(unicodedata.normalize("NFC", header).split())


def _repeats(row: list[str], headers: list[str]) -> bool:
    return _tidy(row[0]) == headers[0] and [_tidy(cell) for cell in row[: len(headers)]] == headers


def _is_crooked(row: list[str], width: int) -> bool:
    """Say whether a line lost or gained separators, so that its cells cannot be matched to the header."""
    return len(row) < width or any(cell.strip() for cell in row[width:])


def _fill_merged(sheet: cells.Sheet, top: int) -> tuple[list[list[str]], list[int]]:
    """Return the rows with each merged cell's text copied down its own column, and the row numbers filled.

    Rule: below the header only; a title merged across the sheet stays one cell
    """
    rows, filled = list(sheet.rows), set()
    for first, column, last in sheet.merged:
        for k in range(first + 1, min(last + 1, len(rows))):
            if first > top and rows[first][column] and not rows[k][column]:
                rows[k] = [*rows[k][:column], rows[first][column], *rows[k][column + 1 :]]
                filled.add(k + 1)
    return rows, sorted(filled)


def _said(
    file: str, sheet: str | None, rule: str, note: str, rows: list[int | None], action: str = "kept"
) -> list[pd.DataFrame]:
    """Return one ledger table of `rows`, none where there are no rows."""
    if not rows:
        return []
    frame = pd.DataFrame({"row": pd.array(rows, dtype="Int64")})
    return [ledger.rows(frame, file=file, sheet=sheet, rule=rule, note=note, action=action)]
