"""The tabs of a template → an Excel workbook with drop-downs, limits, notes, an example row and a key."""

from datetime import date, datetime, time
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from yiduiyi_analysis.clean import examples
from yiduiyi_analysis.clean.read import OF_TEMPLATE
from yiduiyi_analysis.clean.templates.plan import Column, Page
from yiduiyi_analysis.errors import Fault

LINES = 3000  # rows that get drop-downs and limits
TOP, HEADING, EXAMPLE = 0, 1, 2
KEY, LISTS = OF_TEMPLATE
LONGEST_MESSAGE = 250
WIDEST = 40
_STRANGE = str.maketrans("", "", "[]:*?/\\'")
_FORMATS = {
    "title": {"bold": True, "font_size": 14},
    "heading": {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "bg_color": "#D9E2EC"},
    "optional": {"text_wrap": True, "valign": "vcenter", "border": 1, "bg_color": "#F0F0F0"},
    "example": {"italic": True, "font_color": "#707070"},
    "example_date": {"italic": True, "font_color": "#707070", "num_format": "yyyy-mm-dd"},
    "date": {"num_format": "yyyy-mm-dd"},
    "number": {},
    "text": {"num_format": "@"},
    "wrapped": {"text_wrap": True, "valign": "top"},
}  # fmt: skip
_RULES = [
    "每行填一份；不要改动表头、不要合并单元格，不要在表头以外写字。",
    "深色表头的列必须填，浅色表头的列没有可以空着。有下拉的列请从下拉里选。",
    f"第 {EXAMPLE + 1} 行是示例，读入时不计；可以删去，也可以留着。填数据的行，“{examples.MARK}”一列空着。",
    "日期写成 2021-03-05。不要写姓名、电话、身份证号；教师用项目办发放的代码。",
]


def save(path: Path, pages: list[Page]) -> None:
    """Write the workbook of a template.

    Raises: Fault for a file that cannot be written
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(path) as book:
            looks = {name: book.add_format({"font_name": "宋体", **look}) for name, look in _FORMATS.items()}
            tabs = [book.add_worksheet(page.tab.translate(_STRANGE)[:31]) for page in pages]
            key, lists = book.add_worksheet(KEY), _Lists(book.add_worksheet(LISTS))
            for page, tab in zip(pages, tabs, strict=True):
                _fill(tab, page, looks, lists)
            _explain(key, pages, looks)
    except (OSError, XlsxWriterException) as error:
        raise Fault(f"写不了模板：{error}", file=path, do="请关闭正在打开它的程序，或换一个位置") from None


class _Lists:
    """The hidden tab whose columns are the choices of drop-downs, each list once."""

    def __init__(self, tab):
        self.tab, self.known = tab, {}
        tab.hide()

    def place(self, choices: tuple[str, ...]) -> str:
        """Return where a list stands, as a formula."""
        if choices not in self.known:
            at = len(self.known)
            self.tab.write_column(0, at, choices)
            cells = xlsxwriter.utility.xl_range_abs(0, at, len(choices) - 1, at)
            self.known[choices] = f"='{LISTS}'!{cells}"
        return self.known[choices]


def _fill(tab, page: Page, looks: dict, lists: _Lists) -> None:
    """Write title, headings with their notes, the example row, and what each column takes."""
    tab.write_string(TOP, 0, page.title, looks["title"])
    tab.write_string(HEADING, 0, examples.MARK, looks["optional"])
    tab.write_string(EXAMPLE, 0, examples.MARK, looks["example"])
    tab.set_row(HEADING, 48)
    tab.freeze_panes(EXAMPLE, 1)
    for at, column in enumerate(page.columns, 1):
        kept_as = column.kind if column.kind in {"date", "number"} else "text"
        longest = max([len(column.heading) / 2, *map(len, column.choices), 8])
        tab.set_column(at, at, min(WIDEST, 2 * longest), looks[kept_as])
        tab.write_string(HEADING, at, column.heading, looks["heading" if column.needed else "optional"])
        if said := _about(column):
            tab.write_comment(HEADING, at, said, {"x_scale": 2, "y_scale": 1.5})
        _example(tab, at, column, looks)
        if limits := _limits(column, lists):
            tab.data_validation(EXAMPLE, at, EXAMPLE + LINES, at, limits)


def _example(tab, at: int, column: Column, looks: dict) -> None:
    if isinstance(column.example, date):
        tab.write_datetime(EXAMPLE, at, datetime.combine(column.example, time()), looks["example_date"])
    elif column.kind == "number":
        tab.write_number(EXAMPLE, at, float(column.example), looks["example"])
    elif column.example != "":
        tab.write_string(EXAMPLE, at, str(column.example), looks["example"])


def _limits(column: Column, lists: _Lists) -> dict | None:
    """Return what Excel lets a person enter, None where anything goes."""
    told = {"input_message": _about(column)[:LONGEST_MESSAGE], "error_title": "不能这样填"}
    if column.choices:
        return {**told, "validate": "list", "source": lists.place(column.choices),
                "error_message": "请从下拉里选一项"}  # fmt: skip
    if column.kind not in {"number", "date"}:
        return None
    about = "一个数" if column.kind == "number" else "日期，如 2021-03-05"
    bounds = _bounds(column)
    sort = "decimal" if column.kind == "number" else "date"
    return {
        **told,
        "validate": sort,
        **bounds,
        "error_message": f"这一列应填{about}。{column.note}"[:LONGEST_MESSAGE],
    }


def _bounds(column: Column) -> dict:
    low, high = column.low, column.high
    if high is None:
        return {"criteria": ">=", "value": -1e12 if low is None else low}
    if low is None:
        return {"criteria": "<=", "value": high}
    return {"criteria": "between", "minimum": low, "maximum": high}


def _about(column: Column) -> str:
    return "；".join(filter(None, ["" if column.needed else "可空", column.note]))


def _explain(tab, pages: list[Page], looks: dict) -> None:
    """Write how to fill the template in, and what each column means."""
    tab.set_column(0, 0, 36, looks["wrapped"])
    tab.set_column(1, 1, 90, looks["wrapped"])
    row = 0
    for rule in _RULES:
        tab.write_string(row, 1, rule, looks["wrapped"])
        row += 1
    tab.write_string(0, 0, "填写说明", looks["title"])
    for page in pages:
        row += 1
        tab.write_string(row, 0, page.title, looks["title"])
        for column in page.columns:
            row += 1
            tab.write_string(row, 0, column.heading, looks["wrapped"])
            tab.write_string(
                row, 1, "；".join([_sort(column), *filter(None, [_about(column)])]), looks["wrapped"]
            )
        row += 1


def _sort(column: Column) -> str:
    if column.choices:
        few = len(column.choices) <= 10
        return "从下拉里选：" + ("、".join(column.choices) if few else f"共 {len(column.choices)} 项")
    return {"number": "数字", "date": "日期"}.get(column.kind, "文字")
