"""The ledger as a workbook that a person works through, with a sheet to write corrections on."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.codebook.labels import ACTIONS, SEVERITIES

NAME = "ledger.xlsx"
TO_DO, ALL, CORRECTIONS, ABOUT = "待处理", "全部", "更正登记", "说明"
COLUMNS = {
    "处理": 12, "轻重": 10, "县": 10, "文件": 34, "工作表": 14, "行": 7, "列": 22, "规则": 26, "原值": 20,
    "改为": 24, "说明": 44, "怎么办": 40, "规则编号": 22,
}  # fmt: skip
# Heading of the sheet of corrections → column of the register; what follows only helps whoever fills it in.
REGISTER = {
    "文件": "file", "工作表": "sheet", "行": "row", "列": "column", "原值": "expect", "改为": "replace",
    "理由": "reason", "决定人": "decided_by", "决定日期": "decided_at",
}  # fmt: skip
TO_FILL = ["改为", "理由", "决定人", "决定日期"]
BESIDE = ["县", "规则", "说明", "怎么办"]
BLANK = "（空）"
CREATED = datetime(2020, 7, 14)
MOST = 1_000_000  # rows that a sheet holds
WORDS = [
    "本工作簿由 yiduiyi clean 写出，列出清洗时每一处修复、搁置和存疑。每次清洗都会重写。",
    f"“{TO_DO}”：要人处理的，先是待人工核定，再按轻重、县、文件、行排列。可用表头的筛选按钮挑选。",
    f"“{ALL}”：账上的全部各行，次序相同；对某人如何作答的备查标记（如作答过快）只在统计里，不逐行列出。",
    f"“{CORRECTIONS}”：已按要处理的各行填好位置。确定要改的，填“改为”“理由”“决定人”“决定日期”；",
    f"　　不改的留空不管。要把一格改成空白，写 {BLANK}。“原值”可以空着：登记时从原文件照抄。",
    "　　“列”写表头原文，也可写 Excel 的列号（如 E）。别的格要改，在末尾加行。",
    "填好保存后运行 yiduiyi corrections，再运行 yiduiyi clean，更正就生效；原始导出文件始终不改。",
    "更正登记在 data/codebook/corrections.csv。原文件后来换了、登记的格对不上，清洗会停下并说出是第几行。",
    "请不要在更正登记里写姓名、电话、身份证号。",
]


def write(said: pd.DataFrame, responses: pd.DataFrame, files: set[str], book: Codebook, path: Path) -> None:
    """Write the workbook: what a person must do, everything, corrections to fill in, and how to.

    In:   said: the ledger; responses: file, sheet, row, county_code, flags; files: the exports, since only
          their cells can be corrected, not those of the roster
    Rule: the same ledger gives the same bytes
    """
    listed = rows(said, responses, book)
    with xlsxwriter.Workbook(str(path), {"strings_to_urls": False, "strings_to_formulas": False}) as out:
        out.set_properties({"created": CREATED})
        todo = listed[listed["处理"].eq(ACTIONS["review"]) | listed["轻重"].eq(SEVERITIES["error"])]
        _sheet(out, TO_DO, todo[list(COLUMNS)], COLUMNS)
        _sheet(out, ALL, listed[list(COLUMNS)].head(MOST), COLUMNS)
        wide = dict.fromkeys(REGISTER, 18) | {name: COLUMNS[name] for name in BESIDE} | {"文件": 34, "行": 7}
        _sheet(out, CORRECTIONS, to_correct(todo[todo["文件"].isin(files)]), wide, fill=TO_FILL)
        _about(out)


def rows(said: pd.DataFrame, responses: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return the ledger and the doubtful replies in the reader's words, in the order to work through them."""
    both = ledger.concat([said, _flagged(responses, book)])
    rules = pd.DataFrame(
        {"severity": rule.severity, "message": rule.message, "do": rule.do or ""}
        for rule in book.rules.values()
    ).set_index(pd.Index(book.rules))
    told = rules.reindex(both["rule"]).reset_index(drop=True)
    counties = book.counties.set_index("county_code")["county"]
    order = pd.DataFrame({
        "waits": both["action"].ne("review"),
        "severity": told["severity"].fillna("note").map(list(SEVERITIES).index),
        **both[["county_code", "file", "sheet", "row", "rule", "column"]],
    })  # fmt: skip
    listed = pd.DataFrame({
        "处理": both["action"].map(ACTIONS), "轻重": told["severity"].fillna("note").map(SEVERITIES),
        "县": both["county_code"].map(counties), "文件": both["file"], "工作表": both["sheet"],
        "行": both["row"], "列": both["column"], "规则": told["message"].fillna(both["rule"]),
        "原值": both["before"], "改为": both["after"], "说明": both["note"], "怎么办": told["do"],
        "规则编号": both["rule"],
    })  # fmt: skip
    return listed.loc[order.sort_values(list(order.columns), kind="stable").index].reset_index(drop=True)


def to_correct(todo: pd.DataFrame) -> pd.DataFrame:
    """Return a row a cell that a person may correct: its place, what stands there, and cells to fill in."""
    there = todo[todo["行"].notna() & todo["处理"].ne(ACTIONS["repaired"])]
    there = there.drop_duplicates(["文件", "工作表", "行", "列"])
    shown = there["原值"].where(~there["原值"].fillna("").str.contains("〔"), pd.NA)
    return there.assign(原值=shown, **dict.fromkeys(TO_FILL, pd.NA))[[*REGISTER, *BESIDE]]


def _flagged(responses: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return ledger rows of the replies flagged by a rule that asks somebody to look."""
    marked = responses[responses["flags"].ne("")]
    flags = marked.assign(rule=marked["flags"].str.split(";")).explode("rule")
    asks = [rule.id for rule in book.rules.values() if rule.severity != "note"]
    return ledger.rows(flags[flags["rule"].isin(asks)], action="kept")


def _sheet(out, name: str, frame: pd.DataFrame, widths: dict[str, int], fill: list[str] = ()) -> None:
    """Write one table with a frozen head, filters, and columns to fill in coloured."""
    sheet, head, todo = out.add_worksheet(name), out.add_format({"bold": True, "bottom": 1}), "#FFF2CC"
    text, cell = out.add_format({"num_format": "@"}), out.add_format({"bg_color": todo, "num_format": "@"})
    for k, (column, width) in enumerate(widths.items()):
        sheet.set_column(k, k, width, cell if column in fill else text)
        sheet.write_string(0, k, column, head)
    columns = [
        frame[column].astype("object").where(frame[column].notna(), None).tolist() for column in widths
    ]
    for line, cells in enumerate(zip(*columns, strict=True), 1):
        for k, value in enumerate(cells):
            if isinstance(value, str) and value:
                sheet.write_string(line, k, value[:32_000])
            elif value is not None and value != "":
                sheet.write_number(line, k, value)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(frame), 1), len(widths) - 1)


def _about(out) -> None:
    sheet = out.add_worksheet(ABOUT)
    sheet.set_column(0, 0, 110, out.add_format({"text_wrap": True}))
    for line, words in enumerate(WORDS):
        sheet.write_string(line, 0, words)
