"""A Word table as a three-line table that fits the page: its lines, its columns' widths, its type.

A style cannot do it: with several header rows the thin line belongs under the last one only.
"""

import re
from itertools import pairwise
from typing import NamedTuple

from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

THICK, THIN = 12, 6  # eighths of a point: 1.5 pt above and below, 0.75 pt under the header
SIZES = {"table text": 10.5, "table text small": 9, "table text tiny": 7.5}
# what is tried in turn: a style, whether an interval may stand below its value, lines of words in a cell
TRIED = [
    ("table text", False, 2),
    ("table text small", False, 2),
    ("table text small", False, 3),
    ("table text small", True, 3),
    ("table text tiny", True, 3),
]
PADDING = 40 * 2  # twips left and right of a cell's text
TWIPS = 20  # a point
SHORT = 5  # rows of a table that is not split between pages
WIDEST = 16  # ems, of a column of words: as many lines as they then take
HEAD_UNBROKEN, TEXT_UNBROKEN = 3.5, 6.5  # ems of words that stay in one line
HEAD_LINES = 3  # that a header may take
INTERVAL = re.compile("(?<=.)(?=（)")
PIECES = re.compile(r"[!-~–−×±]+")  # what a line cannot be broken in
EASY = (0.0, 3.0, 4.0)  # what any column asks for, so that it does not stick to its neighbours
P, TC, TCPR, TR, T, BR = (qn(f"w:{name}") for name in ("p", "tc", "tcPr", "tr", "t", "br"))
HEADER, JC, VAL = qn("w:tblHeader"), qn("w:jc"), qn("w:val")


def form(table, width: int, ids: dict[str, str]) -> None:
    """Change a table (a w:tbl element) in place.

    In:     width: of the text, in twips; ids: style ids by the names of SIZES
    Rule:   a table is as wide as the text, and columns share that by what stands in them; the type is the
            largest in which a column of words takes few lines a cell and a number with its interval one;
            where that is too small to read, the interval stands below
    """
    rows = table.findall(TR)
    headers = sum(row.find(f".//{HEADER}") is not None for row in rows)
    for name, parted, most in TRIED:
        columns = _columns(rows, headers, parted, most)
        if _fits(columns, SIZES[name], width):
            break
    widths = _widths(columns, SIZES[name], width)
    _set_table(table, widths)
    for at, row in enumerate(rows):
        _set_row(row, at < headers)
        kept = len(rows) - headers <= SHORT or at <= headers or at == len(rows) - 1
        _set_cells(row, widths, _lines(at, headers, len(rows)))
        for paragraph in row.iter(P):
            _set_paragraph(paragraph, ids[name], kept)
    if parted:
        _part(rows[headers:], widths, SIZES[name])


def ems(text: str) -> float:
    """Return how wide a text is, in widths of a Chinese character."""
    return sum(1.04 if ord(sign) > 0x2000 else 0.57 for sign in text)


class Asks(NamedTuple):
    """What a cell or column asks for, in ems: at least; to break lines in the header only; to break none."""

    least: float
    body: float
    whole: float


def _columns(rows, headers: int, parted: bool, most: int) -> list[Asks]:
    """Return what each column asks for: the most of what its cells do."""
    asked = {}
    for at, row in enumerate(rows):
        place = 0
        for cell in row.findall(TC):
            span = _span(cell)
            if span == 1:
                lines = HEAD_LINES if at < headers else most
                asked.setdefault(place, [EASY]).append(_asks(cell, at < headers, parted, lines))
            place += span
    count = max(sum(map(_span, row.findall(TC))) for row in rows)
    return [Asks(*map(max, zip(*asked.get(at, [EASY]), strict=True))) for at in range(count)]


def _span(cell) -> int:
    found = cell.find(f"{TCPR}/{qn('w:gridSpan')}")
    return 1 if found is None else int(found.get(VAL))


def _asks(cell, is_head: bool, parted: bool, most: int) -> Asks:
    lines = _text(cell).split("\n")
    whole = max(map(ems, lines))
    body = 0 if is_head else whole
    if _is_number(cell) and not is_head:
        pieces = [part for line in lines for part in (INTERVAL.split(line) if parted else [line])]
        return Asks(max(map(ems, pieces)), body, whole)
    piece = max([ems(piece) for line in lines for piece in PIECES.findall(line)], default=0)
    unbroken = whole if whole < (HEAD_UNBROKEN if is_head else TEXT_UNBROKEN) else 0
    return Asks(max(piece, unbroken, min(whole / most, WIDEST), min(whole, ems("二字"))), body, whole)


def _is_number(cell) -> bool:
    """Tell whether a cell holds a number: these stand to the right."""
    side = cell.find(f".//{JC}")
    return side is not None and side.get(VAL) == "right"


def _text(cell) -> str:
    parts = [piece.text or "" if piece.tag == T else "\n" for piece in cell.iter(T, BR)]
    return "".join(parts)


def _fits(columns: list[Asks], points: float, width: int) -> bool:
    return sum(column.least for column in columns) * points * TWIPS + PADDING * len(columns) <= width


def _widths(columns: list[Asks], points: float, width: int) -> list[int]:
    """Return the columns' widths in twips, `width` together.

    Rule: what is left after the least that each asks for goes to the lines below the header, then to the
          header's, then to all columns alike
    """
    least, body, whole = (
        [ask * points * TWIPS + PADDING for ask in asks] for asks in zip(*columns, strict=True)
    )
    shares = least if sum(least) < width else [one * width / sum(least) for one in least]
    for goals in (body, whole):
        shares = _toward(shares, goals, width - sum(shares))
    shares = [share + (width - sum(shares)) / len(shares) for share in shares]
    ends = [round(sum(shares[: at + 1])) for at in range(len(shares))]
    return [end - start for start, end in pairwise([0, *ends])]


def _toward(shares: list[float], goals: list[float], left: float) -> list[float]:
    """Return the shares with what is left given out in equal parts, to none more than its goal."""
    gaps = [max(0, goal - share) for share, goal in zip(shares, goals, strict=True)]
    shares = list(shares)
    for waiting, at in zip(
        range(len(shares), 0, -1), sorted(range(len(gaps)), key=gaps.__getitem__), strict=True
    ):
        given = max(0, min(gaps[at], left / waiting))
        shares[at] += given
        left -= given
    return shares


def _lines(at: int, headers: int, count: int) -> dict[str, int]:
    """Return the lines above and below a row's cells, in eighths of a point."""
    lines = {"top": THICK} if at == 0 else {}
    if at == headers - 1:
        lines["bottom"] = THIN
    if at == count - 1:
        lines["bottom"] = THICK
    return lines


def _set_table(table, widths: list[int]) -> None:
    properties = table.find(qn("w:tblPr"))
    style = properties.find(qn("w:tblStyle")).get(VAL)
    new = parse_xml(
        f'<w:tblPr {nsdecls("w")}><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:jc w:val="center"/><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        f'<w:left w:w="{PADDING // 2}" w:type="dxa"/><w:right w:w="{PADDING // 2}" w:type="dxa"/>'
        '</w:tblCellMar><w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" '
        'w:lastColumn="0" w:noHBand="0" w:noVBand="0"/></w:tblPr>'
    )
    table.replace(properties, new)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    table.replace(table.find(qn("w:tblGrid")), parse_xml(f"<w:tblGrid {nsdecls('w')}>{grid}</w:tblGrid>"))


def _set_row(row, is_head: bool) -> None:
    """Let a row stay on one page, and a header row come again on the next."""
    if (old := row.find(qn("w:trPr"))) is not None:
        row.remove(old)
    again = "<w:tblHeader/>" if is_head else ""
    row.insert(0, parse_xml(f"<w:trPr {nsdecls('w')}><w:cantSplit/>{again}</w:trPr>"))


def _set_cells(row, widths: list[int], lines: dict[str, int]) -> None:
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="auto"/>' for side, size in lines.items()
    )
    borders = f"<w:tcBorders>{borders}</w:tcBorders>" if lines else ""
    place = 0
    for cell in row.findall(TC):
        span = _span(cell)
        merged = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        if (down := cell.find(f"{TCPR}/{qn('w:vMerge')}")) is not None:
            merged += f'<w:vMerge w:val="{down.get(VAL, "continue")}"/>'
        new = parse_xml(
            f'<w:tcPr {nsdecls("w")}><w:tcW w:w="{sum(widths[place : place + span])}" w:type="dxa"/>{merged}'
            f'{borders}<w:vAlign w:val="center"/></w:tcPr>'
        )
        if (old := cell.find(TCPR)) is not None:
            cell.remove(old)
        cell.insert(0, new)
        place += span


def _set_paragraph(paragraph, style: str, kept: bool) -> None:
    old = paragraph.find(qn("w:pPr"))
    side = None if old is None else old.find(JC)
    if old is not None:
        paragraph.remove(old)
    stays = "<w:keepNext/>" if kept else ""
    new = parse_xml(f'<w:pPr {nsdecls("w")}><w:pStyle w:val="{style}"/>{stays}</w:pPr>')
    if side is not None and side.get(VAL) != "left":
        new.append(side)
    paragraph.insert(0, new)


def _part(rows, widths: list[int], points: float) -> None:
    """Put an interval below its value where both have no room; a line would else end inside the interval."""
    for row in rows:
        place = 0
        for cell in row.findall(TC):
            room = (sum(widths[place : place + _span(cell)]) - PADDING) / TWIPS / points
            if _is_number(cell) and max(map(ems, _text(cell).split("\n"))) > room:
                _break(cell)
            place += _span(cell)


def _break(cell) -> None:
    """Begin a new line before each bracket that does not begin one."""
    begins = True
    for piece in list(cell.iter(T, BR)):
        if piece.tag == BR:
            begins = True
            continue
        first, *others = INTERVAL.split(piece.text or "")
        piece.text = first
        if first.startswith("（") and not begins:
            piece.addprevious(OxmlElement("w:br"))
        for part in reversed(others):
            below = OxmlElement("w:t")
            below.text = part
            piece.addnext(below)
            piece.addnext(OxmlElement("w:br"))
        begins = False
