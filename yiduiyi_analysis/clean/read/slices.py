"""A workbook's one large sheet → many small ones, cut between rows, turned into cells by two readers."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from threading import Lock

import python_calamine as calamine

from yiduiyi_analysis.clean import beside
from yiduiyi_analysis.errors import Fault

# Bytes of a sheet's XML: below, it is read whole as fast; above, slices beside it would take too much memory.
SIZES = range(32 << 20, 512 << 20)
SLICE = 4 << 20
READERS = 2
HANDS = 2 * READERS  # for each reader one at work and one waiting
SHEET = re.compile(r"(?i)xl[/\\]worksheets[/\\][^/\\]+\.xml")
_HEAD = re.compile(
    rb"((?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<((?:\w+:)?)worksheet\b.*?)<((?:\w+:)?)sheetData>", re.DOTALL
)
_ROW = re.compile(rb"<(?:\w+:)?row\s(?:[^>]*?\s)?r=[\"']\d")
_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_NOT_READ = re.compile(r"(?i)xl/(worksheets|media|drawings)/|docProps/")
_SCHEMAS = b"http://schemas.openxmlformats.org"
_WORKBOOK = (
    b'<workbook xmlns="%b/spreadsheetml/2006/main" xmlns:r="%b/officeDocument/2006/relationships">'
    b'<workbookPr date1904="%d"/><sheets>%b</sheets></workbook>'
)
_FROM_1904 = re.compile(rb"\bdate1904=[\"'](?:1|true)")
_SHEET = b'<sheet name="%d" sheetId="%d" r:id="slice%d"/>'
_LINK = (
    b'<Relationship Id="slice%d" Type="%b/officeDocument/2006/relationships/worksheet"'
    b' Target="worksheets/slice%d.xml"/>'
)
# for merged cells the reader goes through all of a sheet once more, unless it meets their list
_NONE_MERGED = b"<mergeCells></mergeCells>"


@dataclass(frozen=True)
class Sliced:
    """A workbook taken apart.

    frame:  the workbook with a sheet of no rows
    parts:  what else a workbook of slices needs
    before: what stands before the rows of a slice, and `after` them
    slices: the rows, each slice in pieces; all but the first begin with a row that says its number
    """

    frame: io.BytesIO
    parts: dict[str, list[bytes]]
    before: bytes
    after: bytes
    slices: list[list[bytes]]


def of(data: bytes, xml: list[bytes]) -> Sliced | None:
    """Return a workbook taken apart, None where its XML is not as expected.

    In:   xml: its only sheet in pieces, cut before an element
    Rule: a cut within a comment, or what else is no row, leaves a slice that cannot be read
    """
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {name: [book.read(name)] for name in book.namelist() if not _NOT_READ.match(name)}
        place = next(name for name in book.namelist() if SHEET.fullmatch(name))
    head = _HEAD.match(xml[0])
    close = head and b"</%bsheetData>" % head[3]
    ends = [k for k, piece in enumerate(xml) for _ in range(piece.count(close))] if head else []
    if len(ends) != 1 or not parts.keys() >= {_BOOK, _LINKS}:
        return None
    last, tail = xml[ends[0]].split(close)
    rows = [*xml[: ends[0]], last]
    rows[0] = rows[0][head.end() :]
    empty = [head[0], close, tail, *xml[ends[0] + 1 :]]
    return Sliced(
        frame=_package({name: parts[name] for name in parts if "sharedStrings" not in name} | {place: empty}),
        parts=parts,
        before=head[1] + _NONE_MERGED + head[0][head.end(1) :],
        after=close + b"</%bworksheet>" % head[2],
        slices=list(_slices(rows)),
    )


def _slices(rows: list[bytes]) -> Iterator[list[bytes]]:
    held = []
    for piece in rows:
        if sum(map(len, held)) >= SLICE and _ROW.match(piece):
            yield held
            held = []
        held.append(piece)
    yield held


def _package(parts: dict[str, Iterable[bytes]]) -> io.BytesIO:
    """Return a workbook of some parts, each given in pieces, ready to be read."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        for name, pieces in parts.items():
            with book.open(name, "w") as part:
                part.writelines(pieces)
    made.seek(0)
    return made


def rows(sliced: Sliced, most: int) -> Iterator[list]:
    """Yield the rows of the sheet from the first on, each from column A on; rows may be short.

    Raises: Fault where a slice reaches back into the one before it, or the sheet spans more cells than `most`
    """
    count = wide = 0
    for sheet in _sheets(sliced):
        if not sheet.start:
            continue
        top, left = sheet.start
        count, gap, wide = top + sheet.height, top - count, max(wide, left + sheet.width)
        if gap < 0 or count * wide > most:
            raise Fault("各行次序不对，或范围过大")
        yield from repeat([], gap)
        yield from ([""] * left + row for row in sheet.to_python()) if left else sheet.to_python()


def _sheets(sliced: Sliced) -> Iterator[calamine.CalamineSheet]:
    """Yield the slices in their order; each reader has its share of them, and reads one at a time."""
    shares = [sliced.slices[k::READERS] for k in range(READERS)]
    with ThreadPoolExecutor(READERS) as hands:
        readers = list(hands.map(lambda share: _reader(sliced, share), shares))
    one_at_a_time = [Lock() for _ in readers]

    def sheet(k: int) -> calamine.CalamineSheet:
        turn, whose = divmod(k, READERS)
        with one_at_a_time[whose]:
            return readers[whose].get_sheet_by_index(turn)

    yield from beside.each(sheet, range(len(sliced.slices)), HANDS)


def _reader(sliced: Sliced, share: list[list[bytes]]) -> calamine.CalamineWorkbook:
    """Return a workbook of which each sheet is one slice."""
    numbers = range(len(share))
    links = b"".join(_LINK % (k, _SCHEMAS, k) for k in numbers)
    since = _FROM_1904.search(sliced.parts[_BOOK][0]) is not None
    sheets = b"".join(_SHEET % (k, k + 1, k) for k in numbers)
    parts = {
        **sliced.parts,
        _LINKS: [sliced.parts[_LINKS][0].replace(b"</Relationships>", links + b"</Relationships>")],
        _BOOK: [_WORKBOOK % (_SCHEMAS, _SCHEMAS, since, sheets)],
    }
    for k, pieces in enumerate(share):
        parts[f"xl/worksheets/slice{k}.xml"] = [sliced.before, *pieces, sliced.after]
    return calamine.CalamineWorkbook.from_filelike(_package(parts))
