"""A workbook under way: its formats, each made once, and what every sheet of it says and how it prints."""

from copy import deepcopy
from functools import cached_property
from pathlib import Path
from unicodedata import east_asian_width

import xlsxwriter

from yiduiyi_analysis.present.origin import MARK
from yiduiyi_analysis.publish.export import Page

OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
    "default_format_properties": {"font_name": "宋体", "font_size": 10.5},
}
CONTENTS = "目录"
TITLE = {"bold": True, "font_name": "黑体", "font_size": 14}
SYNTHETIC = {"bold": True, "font_color": "#C00000"}
HEADING = {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter"}
NOTE = {"text_wrap": True, "valign": "top", "font_color": "#444444", "font_size": 9.5}
LINK = {"font_color": "#1F4E79", "underline": 1}
SOFT = {"font_color": "#444444"}
THIN, THICK = 1, 2
WIDE = 92  # characters: what is wider prints on the side
A4 = 9
LINE = 14.5  # points of one line of text
TALLEST = 400  # points; Excel has no taller row
LONGEST, LONGEST_PROPERTY = 32767, 255  # UTF-16 units that a cell and a property hold
CUT = "……（一格最多 32,767 字，余下的见同名的网页、Word、PDF）"


class Book:
    """A workbook to be filled, closed and so written at the end of a `with`."""

    def __init__(self, out: Path, page: Page):
        self.page, self.made = page, {}
        self.file = xlsxwriter.Workbook(str(out), deepcopy(OPTIONS))  # which it writes into
        # The date that the evidence is of, not of now: the same report has the same bytes.
        title = fitting(page.title, LONGEST_PROPERTY, "…")
        self.file.set_properties({"title": title, "subject": self.mark, "created": page.day})

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, kind, error, trace) -> None:
        self.file.close()

    @cached_property
    def mark(self) -> str:
        """Return 合成数据 where the data are synthetic, else nothing."""
        return MARK if self.page.synthetic else ""

    def look(self, **properties):
        """Return the format of these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.file.add_format(properties)
        return self.made[key]

    def add(self, name: str):
        """Return a new sheet of that name, ready for print but for its direction."""
        tab = self.file.add_worksheet(name)
        tab.hide_gridlines(2)
        tab.set_paper(A4)
        tab.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.7)
        tab.fit_to_pages(1, 0)
        tab.set_header(f"&L{escaped(self.page.title, 90)}&R{self.mark}")
        tab.set_footer(f"&L{escaped(name, 40)}&R第 &P 页，共 &N 页")
        return tab

    def head(self, tab, title: str, said: list[str], note: str, width: list[float]) -> int:
        """Write title, mark, lines and note above a table; return the row after them."""
        tab.write_string(0, 0, fitting(title), self.look(**TITLE))
        tab.set_row(0, 22)
        row = 1
        if self.mark:
            tab.write_string(
                row, 0, f"{self.mark}：由程序生成，用来演示，不是真实结果", self.look(**SYNTHETIC)
            )
            row += 1
        for line in said:
            tab.write_string(row, 0, fitting(line), self.look(**SOFT))
            row += 1
        return self._note(tab, row, note, width) if note else row

    def widen(self, tab, width: list[float]) -> None:
        """Give each column its width."""
        for at, each in enumerate(width):
            tab.set_column(at, at, each)

    def paper(self, tab, width: list[float], top: int, below: int) -> None:
        """Lay a wide table on its side, and repeat its headings, `top` to above `below`, on every page."""
        if sum(width) > WIDE:
            tab.set_landscape()
        tab.repeat_rows(top, below - 1)

    def _note(self, tab, row: int, note: str, width: list[float]) -> int:
        """Write a note over the whole width of the table, or of a page where the table is narrower."""
        at, reach = 0, 0.0
        while at < len(width) or reach < WIDE:
            reach += width[at] if at < len(width) else 8.43
            at += 1
        tab.merge_range(row, 0, row, max(at - 1, 1), fitting(note), self.look(**NOTE))
        tab.set_row(row, min(LINE * lines(note, reach) + 4, TALLEST))
        return row + 1


def fitting(text: str, most: int = LONGEST, told: str = CUT) -> str:
    """Return a text as a cell holds it; what is longer ends early and says so."""
    if _units(text) <= most:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (most - len(told))]
    return kept.decode("utf-16-le", "ignore") + told


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def escaped(text: str, most: int) -> str:
    """Return text for a header or footer, in which & begins a code."""
    return text[:most].replace("&", "&&")


def span(text: str) -> int:
    """Return how many columns of a terminal a text takes: a Chinese character two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a column of that width."""
    return sum(-(-max(span(line), 1) // max(int(width * 1.05), 1)) for line in text.split("\n"))
