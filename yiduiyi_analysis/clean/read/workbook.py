"""Excel workbooks, .xlsx and .xls → sheets of text cells, guarded against files that would end the reader."""

import contextlib
import io
import os
import pickle
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import python_calamine as calamine

from yiduiyi_analysis.errors import Fault

MAX_UNPACKED_BYTES = 1 << 30
MAX_CELLS = 30_000_000
CHUNK = 1 << 20
CHILD_BYTES = 4 << 30
CHILD_SECONDS = 120
RESAVE = "请用 Excel 或 WPS 打开后另存为 .xlsx"
REFETCH = "请从问卷平台重新下载或重新复制"
_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*?(/?)>")


@dataclass(frozen=True)
class Sheet:
    """One sheet: `rows[k]` is row k + 1 to a person; `merged` holds (first row, column, last row)."""

    name: str | None
    rows: list[list[str]]
    hidden: bool = False
    merged: list[tuple[int, int, int]] = field(default_factory=list)


def guard(data: bytes, path: Path) -> None:
    """Stop at a workbook that is cut off, locked, not a workbook, or would not fit in memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            parts = book.infolist()
            names = {part.filename.replace("\\", "/").lower() for part in parts}
            if any(part.flag_bits & 1 for part in parts):
                raise Fault("压缩包有密码", file=path, do="请解压、取消密码后放入")
            if "xl/workbook.xml" not in names:
                raise Fault("不是 .xlsx 工作簿（可能是 Word、WPS 或压缩包）", file=path, do=RESAVE)
            if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise Fault("文件展开后超过 1 GB", file=path, do="请拆成几个文件")
            for part in parts:
                if re.fullmatch(r"(?i)xl[/\\]worksheets[/\\][^/\\]+\.xml", part.filename):
                    _guard_extent(book, part, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
        raise Fault("文件不完整，打不开", file=path, do=REFETCH) from None


def _guard_extent(book: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path) -> None:
    """Stop at a sheet whose filled cells span more than memory holds: the reader would end the process."""
    columns, last_row = {b"A"}, 1
    with book.open(part) as stream:
        for cells in _filled(stream):
            columns.update(column for column, _ in cells)
            last_row = max(last_row, *(int(row) for _, row in cells), 1)
    last_column = max(map(_column_number, columns))
    if last_row * last_column > MAX_CELLS:
        span = f"{last_row} 行 × {last_column} 列"
        raise Fault(f"工作表范围过大（{span}）", file=path, do="请删去远处的多余单元格后另存")


def _filled(stream) -> Iterator[list[tuple[bytes, bytes]]]:
    """Yield column and row of the cells that hold something, chunk by chunk; formatting alone is nothing."""
    rest = b""
    while chunk := stream.read(CHUNK):
        rest += chunk
        cut = max(rest.rfind(b"<"), 0)
        yield _cells(rest[:cut])
        rest = rest[cut:] if len(rest) - cut < CHUNK else b""
    yield _cells(rest)


def _cells(xml: bytes) -> list[tuple[bytes, bytes]]:
    return [(column, row) for column, row, closed in _CELL.findall(xml) if not closed]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def read(data: bytes, path: Path) -> list[Sheet]:
    """Return the sheets of a workbook in their order.

    Raises: Fault for one that is damaged or locked
    """
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return [_sheet(book, about, path) for about in book.sheets_metadata if _is_grid(about)]
    except calamine.PasswordError:
        raise Fault("文件有密码", file=path, do="请取消密码后另存") from None
    except calamine.CalamineError:
        raise _damaged(path) from None
    except BaseException as panic:
        # a panic of the reader is no Exception
        if type(panic).__name__ == "PanicException":
            raise _damaged(path) from None
        raise


def _damaged(path: Path) -> Fault:
    return Fault("文件已损坏或不完整，打不开", file=path, do=REFETCH)


def read_apart(data: bytes, path: Path) -> list[Sheet]:
    """Return the sheets of an old .xls, read in a process of its own: a damaged one can end its reader."""
    command = [
        sys.executable,
        "-c",
        "from yiduiyi_analysis.clean.read import workbook; workbook.answer()",
        str(path),
    ]
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(command, input=data, capture_output=True, env=known, timeout=CHILD_SECONDS)
    except subprocess.TimeoutExpired:
        raise _damaged(path) from None
    if done.returncode:
        raise _damaged(path)
    answered = pickle.loads(done.stdout)
    if isinstance(answered, Fault):
        raise answered
    return answered


def answer() -> None:
    """Write the sheets of the workbook on standard input, or the Fault it gives, to standard output."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (CHILD_BYTES, CHILD_BYTES))
    try:
        told = read(sys.stdin.buffer.read(), Path(sys.argv[1]))
    except Fault as fault:
        told = fault
    sys.stdout.buffer.write(pickle.dumps(told))


def _is_grid(about: calamine.SheetMetadata) -> bool:
    return about.typ == calamine.SheetTypeEnum.WorkSheet


def _sheet(book: calamine.CalamineWorkbook, about: calamine.SheetMetadata, path: Path) -> Sheet:
    sheet = book.get_sheet_by_name(about.name)
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        raise Fault("工作表范围过大", file=path, sheet=about.name, do="请删去远处的多余单元格后另存")
    grid = sheet.to_python(skip_empty_area=False)
    rows = [[cell if type(cell) is str else _text(cell) for cell in row] for row in grid]
    merged = [(top, left, end) for (top, left), (end, _) in sheet.merged_cell_ranges or [] if end > top]
    return Sheet(about.name, rows, about.visible != calamine.SheetVisibleEnum.Visible, merged)


def _text(cell) -> str:
    """Return a typed cell as a person would have typed it: 1 for 1.0, 2021-04-26 19:55:09 for a date."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return str(cell)
