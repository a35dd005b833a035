"""One table of a report on a sheet of its own: title, unit, note, then headings and rows of real numbers."""

import re

from xlsxwriter.utility import quote_sheetname

from yiduiyi_analysis.codebook import labels
from yiduiyi_analysis.present import cells, numerals
from yiduiyi_analysis.present.cells import Column, Part
from yiduiyi_analysis.present.display import Table
from yiduiyi_analysis.publish.excel.book import (
    CONTENTS,
    HEADING,
    LINE,
    LINK,
    TALLEST,
    THICK,
    THIN,
    Book,
    fitting,
    lines,
    span,
)

WIDEST, NARROWEST = 44, 6
FROZEN = 46  # characters that may stand still while the rest is scrolled
GIVEN_UNIT = re.compile(r"单位：([^。；，（]+)")


def write(book: Book, name: str, shown: Table, number: int | None) -> int:
    """Write a table of the report on a sheet of its own; return how many rows it has."""
    tab, columns = book.add(name), cells.columns(shown)
    flat = [(column, part) for column in columns for part in column.parts]
    width = _widths(columns)
    book.widen(tab, width)
    title = f"表{number}　{shown.title}" if number else shown.title
    top = book.head(tab, title, [f"单位：{_unit(shown, columns)}"], _note(shown, columns), width)
    below = _headings(book, tab, top, columns, width)
    book.paper(tab, width, top, below)
    rows = len(shown.grid)
    for k in range(rows):
        edge = {"bottom": THICK} if k == rows - 1 else {}
        tall = 1
        for at, (column, part) in enumerate(flat):
            cell = column.cells[k].get(part)
            tall = max(tall, lines(str(cell.value), width[at] - 1) if cell and column.is_text else 1)
            _put(book, tab, below + k, at, cell, column.is_text, edge)
        tab.set_row(below + k, min(LINE * tall + 3, TALLEST))
    tab.freeze_panes(below, _still(columns, width))
    tab.write_url(
        below + rows + 1, 0, f"internal:{quote_sheetname(CONTENTS)}!A1", book.look(**LINK), "返回目录"
    )
    return rows


def _put(book: Book, tab, row: int, at: int, cell: Part | None, is_text: bool, edge: dict) -> None:
    """Write one part of a cell: numbers and their marks to the right."""
    if cell is None:
        tab.write_blank(row, at, None, book.look(valign="top", **edge))
    elif isinstance(cell.value, str):
        side = {"text_wrap": True, "indent": int(at > 0)} if is_text else {"align": "right"}
        tab.write_string(row, at, fitting(cell.value), book.look(valign="top", **side, **edge))
    else:
        tab.write_number(row, at, cell.value, book.look(num_format=cell.look, valign="top", **edge))


def _headings(book: Book, tab, top: int, columns: list[Column], width: list[float]) -> int:
    """Write one row of headings, or two where a column is split; return the row below them."""
    split = any(column.parts != ("",) for column in columns)
    low = top + split
    at, most = 0, 1
    for column in columns:
        last = at + len(column.parts) - 1
        most = max(most, lines(column.heading, sum(width[at : last + 1]) - 1))
        whole = book.look(**HEADING, top=THICK, bottom=THIN)
        if split and column.parts == ("",):
            tab.merge_range(top, at, low, at, fitting(column.heading), whole)
        elif last > at:
            tab.merge_range(top, at, top, last, fitting(column.heading), whole)
        else:
            tab.write_string(top, at, fitting(column.heading), whole)
        for k, part in enumerate(column.parts if column.parts != ("",) else ()):
            tab.write_string(low, at + k, part, book.look(**HEADING, bottom=THIN))
        at = last + 1
    tab.set_row(top, LINE * max(most - (split and most > 1), 1) + 4)
    if split:
        tab.set_row(low, LINE + 2)
    return low + 1


def _widths(columns: list[Column]) -> list[float]:
    width = []
    for column in columns:
        own = []
        for part in column.parts:
            texts = [cells.displayed(cell[part]) for cell in column.cells if part in cell]
            longest = max((span(line) for text in texts for line in text.split("\n")), default=0)
            own.append(min(max(longest + 2, span(part) + 2, NARROWEST), WIDEST))
        lacking = min(span(column.heading), 16) + 2 - sum(own)
        width += [each + max(lacking, 0) / len(own) for each in own]
    return width


def _still(columns: list[Column], width: list[float]) -> int:
    """Return how many leading columns of words stay in sight."""
    at = 0
    while at < len(columns) - 1 and columns[at].is_text and sum(width[: at + 1]) <= FROZEN:
        at += 1
    return at


def _unit(shown: Table, columns: list[Column]) -> str:
    """Return what the numbers are counted in: of evidence its units, else what note or headings say."""
    parts = {part for column in columns for part in column.parts}
    told = shown.frame["unit"].dropna().unique() if "unit" in shown.frame and cells.VALUE in parts else []
    counted = ["count"] if cells.DONE in parts else []
    units = [labels.UNITS[unit] for unit in dict.fromkeys([*told, *counted]) if unit in labels.UNITS]
    given = GIVEN_UNIT.match(shown.note)
    return "、".join(units) or (given[1] if given else "见列名")


def _note(shown: Table, columns: list[Column]) -> str:
    """Return the note, with what the mark of a hidden cell means where the note does not say it."""
    marks = {cell.value for column in columns for row in column.cells for cell in row.values()}
    legend = numerals.LEGEND if numerals.HIDDEN in marks and numerals.HIDDEN not in shown.note else ""
    return f"注：{shown.note}{legend}" if shown.note or legend else ""
