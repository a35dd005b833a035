"""Exports made for a test: headers and cells as a platform writes them, of this project's own codebook."""

import csv
import io
import shutil
from pathlib import Path

import pandas as pd
import xlsxwriter

from yiduiyi_analysis import codebook
from yiduiyi_analysis.clean.read import Export
from yiduiyi_analysis.workspace import Workspace

ROOT = Path(__file__).parents[1]
EXPORTS = Path(__file__).parent / "data" / "exports"
BOOK = codebook.load(ROOT / "data" / "codebook")
META = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
ZHAOJUE, SIKAI = "昭觉县", "昭觉县四开乡中心小学校"


def workspace(root: Path) -> Workspace:
    """Return a workspace below `root` with this project's codebook and roster, and no exports."""
    for name in ("codebook", "source"):
        shutil.copytree(ROOT / "data" / name, root / "data" / name)
    (root / "data" / "incoming").mkdir()
    return Workspace(root)


def answered(instrument: str, wave: str, fill: int = 0, **cells) -> dict[str, str]:
    """Return what one respondent answered, by item id: the option at place `fill`, but for `cells`."""
    tool, row = BOOK.instruments[instrument], {}
    for item in (item for item in tool.items if wave in tool.waves_of(item)):
        options = BOOK.scales[item.scale].options if item.scale else []
        row[item.id] = options[min(fill, len(options) - 1)].label if options else ""
    where = {f"{instrument}.county": ZHAOJUE, f"{instrument}.school": SIKAI}
    return row | where | {key.replace("_", "."): cell for key, cell in cells.items()}


def table(instrument: str, wave: str, rows: list[dict], **meta) -> list[list[str]]:
    """Return header and cells of a text export; a row may give its `number`, `at`, `took`, `detail`, `ip`."""
    tool = BOOK.instruments[instrument]
    items = [item for item in tool.items if wave in tool.waves_of(item)]
    day = BOOK.waves[wave].opens.strftime("%Y/%m/%d")
    lines = [[*META, *(f"{n}、{item.stem} " for n, item in enumerate(items, 1))]]
    for n, row in enumerate(rows, 1):
        when = row.get("at", f"{day} 09:{n % 60:02d}:00")
        source = ["微信", row.get("detail", "N/A"), row.get("ip", "192.0.2.1")]
        head = [str(row.get("number", n)), when, row.get("took", "900秒"), *source]
        lines.append([*head, *(row[item.id] for item in items)])
    return lines


def save_csv(path: Path, lines: list[list[str]], encoding: str = "utf-8-sig") -> Path:
    """Write a table as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def save_xlsx(path: Path, merge: tuple = (), **sheets: list[list]) -> Path:
    """Write tables as the sheets of a workbook; `merge` holds (sheet, first row, column, last row, text)."""
    with xlsxwriter.Workbook(path) as book:
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for row, line in enumerate(lines):
                sheet.write_row(row, 0, line)
            for where, top, column, bottom, text in merge:
                if where == name:
                    sheet.merge_range(top, column, bottom, column, text)
    return path


def export(lines: list[list[str]], file: str = "表.csv", title: str = "") -> Export:
    """Return a table as read from a file of that name."""
    header, *rows = lines
    frame = pd.DataFrame(rows, columns=range(len(header)), dtype="str")
    frame.index = pd.RangeIndex(2, len(rows) + 2, name="row")
    return Export(file, None, title, "utf-8", False, header, 1, frame, [], [])
