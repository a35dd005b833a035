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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import python_calamine as calamine

from yiduiyi_analysis.clean import beside
from yiduiyi_analysis.clean.read import columns, slices
from yiduiyi_analysis.clean.read.columns import Column
from yiduiyi_analysis.errors import Fault

MAX_UNPACKED_BYTES = 1 << 30
MAX_CELLS = 30_000_000
CHUNK = 1 << 20
LONGEST_PLACE = len("XFD1048576")
LETTER_A, DIGIT_0 = np.uint8(ord("A")), np.uint8(ord("0"))
CHILD_BYTES = 4 << 30
CHILD_SECONDS = 120
RESAVE = "请用 Excel 或 WPS 打开后另存为 .xlsx"
REFETCH = "请从问卷平台重新下载或重新复制"
_CUT_OFF = zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError
_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*?(/?)>")


@dataclass(frozen=True)
class Sheet:
    """One sheet: its columns, how many cells each row held, and `merged`: (first row, column, last row)."""

    name: str | None
    columns: list[Column]
    lengths: np.ndarray
    hidden: bool = False
    merged: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def rows(self) -> list[list[str]]:
        """The sheet row by row: `rows[k]` is row k + 1 to a person."""
        return [[column[k] for column in self.columns[:length]] for k, length in enumerate(self.lengths)]


def guard(data: bytes, path: Path) -> list[bytes]:
    """Stop at a workbook that is cut off, locked, not a workbook, or would not fit in memory.

    Out: the XML of its only sheet, in pieces, if that is large
    """
    kept = []
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
            sheets = [part for part in parts if slices.SHEET.fullmatch(part.filename)]
            for part in sheets:
                large = len(sheets) == 1 and part.file_size in slices.SIZES
                _guard_extent(book, part, path, kept if large else None)
    except _CUT_OFF:
        raise Fault("文件不完整，打不开", file=path, do=REFETCH) from None
    return kept


def _guard_extent(book: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path, kept: list[bytes] | None) -> None:
    """Stop at a sheet whose filled cells span more than memory holds: the reader would end the process.

    In:   kept: where its XML is kept, if it shall be
    Rule: formatting alone is nothing, but slow to tell from filling: only where all cells span too much
    """
    row, column = _reach(book, part, _named, kept)
    if row * column > MAX_CELLS:
        row, column = _reach(book, part, _filled)
    if row * column > MAX_CELLS:
        span = f"{row} 行 × {column} 列"
        raise Fault(f"工作表范围过大（{span}）", file=path, do="请删去远处的多余单元格后另存")


def _reach(
    book: zipfile.ZipFile, part: zipfile.ZipInfo, reach: Callable, kept: list[bytes] | None = None
) -> tuple[int, int]:
    """Return the last row and column of a sheet, each as `reach` tells them of a piece of its XML."""
    with book.open(part) as stream:
        pieces = _pieces(stream)
        if kept is not None:
            pieces = (kept.append(piece) or piece for piece in pieces)
        rows, columns = zip((1, 1), *beside.each(reach, pieces), strict=True)
    return max(rows), max(columns)


def _pieces(stream) -> Iterator[bytes]:
    """Yield XML piece by piece, cut before a row if there is one, and no element's head cut in two."""
    rest = b""
    while chunk := stream.read(CHUNK):
        rest += chunk
        cut = rest.rfind(b"<", 0, rest.rfind(b"row "))
        if len(rest) - cut >= CHUNK:
            cut = rest.rfind(b"<")
        if len(rest) - cut >= CHUNK:
            cut = len(rest)
        yield rest[:cut]
        rest = rest[cut:]
    yield rest


def _named(xml: bytes) -> tuple[int, int]:
    """Return the last row and column that an attribute r="AB12" or r="12" names."""
    text = np.frombuffer(xml + bytes(LONGEST_PLACE + 2), np.uint8)
    marks = np.flatnonzero(text == ord("="))
    marks = marks[text[marks - 1] == ord("r")]
    row = column = np.zeros(len(marks), int)
    for step in range(2, LONGEST_PLACE + 2):
        sign = text[marks + step]
        # below the first letter or digit a byte wraps round and is large
        letter, digit = sign - LETTER_A, sign - DIGIT_0
        if step < 5:
            column = np.where(letter < 26, column * 26 + letter + 1, column)
        row = np.where(digit < 10, row * 10 + digit, row)
    return row.max(initial=1), column.max(initial=1)


def _filled(xml: bytes) -> tuple[int, int]:
    """Return the last row and column of a cell that holds something."""
    cells = [(int(row), column) for column, row, closed in _CELL.findall(xml) if not closed]
    columns = {column for _, column in cells}
    return max((row for row, _ in cells), default=1), max(map(_column_number, columns), default=1)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def read(data: bytes, path: Path, xml: list[bytes] | None = None) -> list[Sheet]:
    """Return the sheets of a workbook in their order.

    In:     xml: of its only sheet, if large: it is read in slices then, or whole where it cannot be
    Raises: Fault for one that is damaged or locked
    """
    with contextlib.suppress(Fault, *_CUT_OFF), _told(path):
        if xml and (sliced := slices.of(data, xml)):
            return [_assembled(sliced, path)]
    with _told(path):
        return _sheets(io.BytesIO(data), path)


def _sheets(data: io.BytesIO, path: Path) -> list[Sheet]:
    with calamine.CalamineWorkbook.from_filelike(data) as book:
        return [_sheet(book, about, path) for about in book.sheets_metadata if _is_grid(about)]


def _assembled(sliced: slices.Sliced, path: Path) -> Sheet:
    """Return the sheet of a workbook that was taken apart."""
    (frame,) = _sheets(sliced.frame, path)
    if frame.columns:
        raise Fault("读到的不是切开的工作表")
    held, lengths = columns.of(slices.rows(sliced, MAX_CELLS))
    return replace(frame, columns=held, lengths=np.full_like(lengths, len(held)))


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell of what stops the reader as a Fault."""
    try:
        yield
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
    merged = [(top, left, end) for (top, left), (end, _) in sheet.merged_cell_ranges or [] if end > top]
    hidden = about.visible != calamine.SheetVisibleEnum.Visible
    return Sheet(about.name, *columns.of(_rows(sheet)), hidden, merged)


def _rows(sheet: calamine.CalamineSheet) -> Iterator[list]:
    """Return the rows from the first on, each from column A on: the reader begins at the leftmost cell."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    return (left + row for row in sheet.iter_rows()) if left else sheet.iter_rows()
