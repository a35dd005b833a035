"""The sheets beside the tables: the contents, the evidence, a plain list."""

import pandas as pd
from xlsxwriter.utility import quote_sheetname

from yiduiyi_analysis.codebook import labels
from yiduiyi_analysis.present import cells, numerals
from yiduiyi_analysis.present.cells import Part
from yiduiyi_analysis.publish.excel.book import HEADING, LINE, LINK, THICK, THIN, Book, fitting, span

STRANGE = str.maketrans("", "", "[]:*?/\\'\x00\n\r\t")
LONGEST_NAME = 31
EVERYWHERE = "全项目"
WIDEST_OF_LIST = 62


def legal(name: str) -> str:
    """Return a name that Excel takes for a sheet: no strange characters, at most 31 of the others."""
    plain = " ".join(name.translate(STRANGE).split())
    units, kept = 0, ""
    for character in plain:
        units += len(character.encode("utf-16-le")) // 2
        if units > LONGEST_NAME:
            return kept.rstrip()
        kept += character
    return kept


def contents(book: Book, tab, listed: list[tuple[str, str, int]], others: list[str], last: str = "") -> None:
    """Fill the first sheet: what the report is, its sheets with links, what the marks mean, `last`."""
    page, width = book.page, [12.0, 80.0, 9.0]
    place = "　".join(filter(None, [page.county or EVERYWHERE, page.wave]))
    said = [f"{label}：{value}" for label, value in (("范围", place), ("数据截至", page.until)) if value]
    row = book.head(tab, page.title, said, "", width) + 1
    book.widen(tab, width)
    for at, heading in enumerate(("工作表", "标题", "行数")):
        tab.write_string(row, at, heading, book.look(**HEADING, top=THICK, bottom=THIN))
    link, wrapped = book.look(**LINK, valign="top"), book.look(text_wrap=True, valign="top")
    for name, title, rows in listed:
        row += 1
        tab.write_url(row, 0, f"internal:{quote_sheetname(name)}!A1", link, name.split(" ")[0])
        tab.write_string(row, 1, fitting(title), wrapped)
        tab.write_number(row, 2, rows, book.look(num_format="#,##0", valign="top"))
    row += 2
    for line in [*_remarks(others), *filter(None, [last])]:
        tab.write_string(row, 0, fitting(line))
        row += 1
    tab.activate()


def evidence(book: Book, name: str, frame: pd.DataFrame, units: list[str]) -> None:
    """Write evidence with its numbers in full, shown as the report prints them.

    In: frame: `present.evidence.worded`; units: the unit of each row, which tells how its numbers are shown
    """
    values = {labels.COLUMNS[code] for code in ("value", "lo", "hi")}
    counts = {labels.COLUMNS[code] for code in ("n", "N")}
    count, mark, words = (
        book.look(num_format=cells.look(0, parted=True)),
        book.look(align="right"),
        book.look(indent=1),
    )
    formats = {unit: _format_of(book, unit) for unit in set(units)}

    def write(tab, row: int, at: int, heading: str, value, k: int) -> None:
        if heading in values and not isinstance(value, str):
            text = numerals.number(value, units[k])
            tab.write_number(row, at, value, formats[units[k]](value, text))
        elif heading in counts:
            tab.write_number(row, at, value, count)
        else:
            tab.write_string(row, at, value, mark if heading in values else words)

    _list(book, name, "本报告各表所据的评估结果", frame, write, EVIDENCE_NOTE)


def plain(book: Book, name: str, title: str, frame: pd.DataFrame) -> None:
    """Write a list of texts."""
    _list(book, name, title, frame, lambda tab, row, at, _, value, k: tab.write_string(row, at, value))


EVIDENCE_NOTE = (
    "数值、下限、上限按单位显示；单位是百分点的，6% 即 6 个百分点。"
    f"{numerals.LEGEND.replace(f'；{numerals.NOT_ASKED} 本轮没有这一项', '')}代码见“代码说明”。"
)


def _list(book: Book, name: str, title: str, frame: pd.DataFrame, write, note: str = "") -> None:
    """Write a long list with a filter on its frozen headings; `write` puts one cell."""
    tab, width = book.add(name), [_list_width(frame, heading) for heading in frame]
    tab.set_default_row(LINE + 2)
    book.widen(tab, width)
    top = book.head(tab, title, [], note, width)
    for at, heading in enumerate(frame):
        tab.write_string(top, at, heading, book.look(**HEADING, top=THICK, bottom=THIN))
    for at, heading in enumerate(frame):
        for k, value in enumerate(frame[heading].tolist()):
            if value is not None and value != "":
                write(tab, top + 1 + k, at, heading, value, k)
    tab.autofilter(top, 0, top + max(len(frame), 1), len(frame.columns) - 1)
    tab.freeze_panes(top + 1, 0)
    book.paper(tab, width, top, top + 1)


def _format_of(book: Book, unit: str):
    """Return the format of a value: as printed, with one more digit where Excel would round otherwise."""
    percent, signed = unit in ("rate", "rate_points"), unit in numerals.SIGNED
    places = numerals.PLACES[unit]

    def chosen(value: float, text: str):
        signs = {"percent": percent, "signed": signed and value > 0, "parted": not percent}
        shown = cells.look(places, **signs)
        same = _bare(cells.displayed(Part(value, shown))) == _bare(text)
        return book.look(num_format=shown if same else cells.look(places + 1, **signs))

    return chosen


def _bare(number: str) -> str:
    return number.strip("+%").replace(",", "")


def _list_width(frame: pd.DataFrame, heading: str) -> float:
    longest = max((span(text) for text in set(frame[heading]) if isinstance(text, str)), default=0)
    return min(max(longest, span(heading) + 3, 9) + 2, WIDEST_OF_LIST)


def _remarks(others: list[str]) -> list[str]:
    said = [
        numerals.LEGEND,
        "数值一律是数，括号里的区间和 n/N 各占一列；百分点写作整数。各表的数与同名的网页、Word、PDF 相同。",
    ]
    if others:
        said.append(
            f"另有 {len(others)} 张表没有随数据带出（不是用 display.Table 显示的），只在网页、Word、PDF 里："
            f"{'；'.join(others)}。"
        )
    return said
