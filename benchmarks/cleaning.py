"""How fast exports are read and decoded: one teacher form of a million answers, as xlsx and as csv.

    python benchmarks/cleaning.py [--answers 1000000] [--seed 1]

Prints a row a file: seconds of the bare read (calamine for xlsx, the csv module for csv), of reading it as a
table, of decoding it through the codebook, and how many bare calamine reads both together take.
"""

import argparse
import csv
import tempfile
import time
from pathlib import Path

import numpy as np
import python_calamine as calamine
import xlsxwriter

from yiduiyi_analysis import codebook
from yiduiyi_analysis.clean import read, survey

ROOT = Path(__file__).parents[1]
META = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
WAVE = "W3"


def lines(answers: int, seed: int) -> list[list[str]]:
    """Return header and rows of a text export with about `answers` answers."""
    book, rng = codebook.load(ROOT / "data" / "codebook"), np.random.default_rng(seed)
    tool = book.instruments["I02"]
    items = [item for item in tool.items if WAVE in tool.waves_of(item)]
    rows = answers // sum(len(survey.answer_ids(item, book)) for item in items if item.role is None)
    columns = [[str(n + 1) for n in range(rows)], ["2022/3/1 9:00:00"] * rows, ["900秒"] * rows]
    columns += [["微信"] * rows, [f"昵称{n}" for n in range(rows)], ["192.0.2.1(四川-凉山)"] * rows]
    for item in items:
        labels = [option.label for option in book.scales[item.scale].options] if item.scale else ["无"]
        labels = {"county": ["昭觉县"], "school": ["昭觉县四开希望学校"]}.get(item.role, labels)
        columns.append(np.array(labels, object)[rng.integers(0, len(labels), rows)].tolist())
    return [[*META, *(f"{n}、{item.stem}" for n, item in enumerate(items, 1))], *zip(*columns, strict=True)]


def write(folder: Path, table: list[list[str]]) -> list[Path]:
    """Write the table as xlsx and as csv."""
    files = [folder / f"教师问卷{WAVE}.{suffix}" for suffix in ("xlsx", "csv")]
    with xlsxwriter.Workbook(files[0], {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(table):
            sheet.write_row(number, 0, line)
    with files[1].open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(table)
    return files


def bare(path: Path) -> None:
    """Read a file with nothing around it."""
    if path.suffix == ".xlsx":
        calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    else:
        with path.open(encoding="utf-8-sig", newline="") as text:
            list(csv.reader(text))


def timed(work, *given):
    """Return the seconds that `work` takes, and what it returns."""
    start = time.perf_counter()
    result = work(*given)
    return time.perf_counter() - start, result


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--answers", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    book = codebook.load(ROOT / "data" / "codebook")
    with tempfile.TemporaryDirectory() as folder:
        files = write(Path(folder), lines(asked.answers, asked.seed))
        calamine_seconds = None
        for path in files:
            bare_seconds, _ = timed(bare, path)
            calamine_seconds = calamine_seconds or bare_seconds
            read_seconds, exports = timed(read.tables, path)
            decode_seconds, batch = timed(survey.decode_export, exports[0], book)
            ratio = (read_seconds + decode_seconds) / calamine_seconds
            seconds = (
                f"bare {bare_seconds:5.2f} s  read {read_seconds:5.2f} s  decode {decode_seconds:5.2f} s"
            )
            print(f"{path.suffix[1:]:5} {batch.value.size:>9,} answers  {seconds}  {ratio:4.1f} × calamine")


if __name__ == "__main__":
    main()
