"""Tables → files on disk, byte for byte the same for the same table."""

import csv
from datetime import datetime
from pathlib import Path

import xlsxwriter

CREATED = datetime(2020, 7, 14)


def save_csv(path: Path, headers: list[str], cells, encoding: str) -> None:
    """Write one table as CSV in `encoding`."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([headers, *cells.tolist()])


def save_xlsx(path: Path, sheets: dict[str, tuple[list[str], object]]) -> None:
    """Write one workbook; `sheets` holds headers and cells (text, numbers, datetimes) by sheet name."""
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": CREATED})
        date = book.add_format({"num_format": "yyyy/m/d h:mm"})
        for name, (headers, cells) in sheets.items():
            sheet = book.add_worksheet(name)
            write = {
                str: lambda row, column, cell, sheet=sheet: sheet.write_string(row, column, cell),
                int: lambda row, column, cell, sheet=sheet: sheet.write_number(row, column, cell),
                float: lambda row, column, cell, sheet=sheet: sheet.write_number(row, column, cell),
                datetime: lambda row, column, cell, sheet=sheet: sheet.write_datetime(
                    row, column, cell, date
                ),
            }
            for row, line in enumerate([headers, *cells.tolist()]):
                for column, cell in enumerate(line):
                    if cell != "":
                        write[type(cell)](row, column, cell)
