"""How long cleaning takes from a 问卷星 export to data/clean, beside calamine's bare read of it.

    python benchmarks/cleaning.py [--rounds 3] [--seed 1]

Two exports of the teacher form's last wave, 50 columns each: one of 1,000,000 answers and one of 100,000
rows. Each round reads the file bare and then cleans the workspace, each in a process of its own. The first
export has one core and one thread, and its processor seconds count; the second has the cores there are,
and the seconds on the wall count: run it where nothing else does. Printed are the best rounds and the most
memory a process took. Exit status 1 if a promise is not kept: 1,000,000 answers in 10 s, 100,000 rows in
twice the bare read.
"""

import argparse
import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow
import python_calamine as calamine
import xlsxwriter

from yiduiyi_analysis import codebook
from yiduiyi_analysis.clean import pipeline, roster, survey
from yiduiyi_analysis.codebook import Item
from yiduiyi_analysis.workspace import Workspace

ROOT = Path(__file__).parents[1]
TOOL, WAVE, COLUMNS = "I02", "W3", 50
EXPORT = f"教师问卷{WAVE}.xlsx"
ANSWERS, MOST_SECONDS = 1_000_000, 10
ROWS, MOST_TIMES_BARE = 100_000, 2
ONE, ALL = "one", "all"  # cores
ONE_THREAD = dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1")


def answers_a_row(book: codebook.Codebook) -> int:
    """Return how many answers a row of the form holds."""
    asked = (item for item in _items(book) if item.role not in survey.respondents.ROLES)
    return sum(len(survey.answer_ids(item, book)) for item in asked)


def export(rows: int, seed: int, book: codebook.Codebook, schools: pd.DataFrame) -> pd.DataFrame:
    """Return a clean text export: schools as printed, all within the wave, every third writing a wish."""
    rng = np.random.default_rng(seed)
    place = schools.iloc[rng.integers(0, len(schools), rows)]
    times = pd.Timestamp(book.waves[WAVE].opens) + pd.to_timedelta(20 * np.arange(rows), unit="s")
    columns = {
        "序号": np.arange(1, rows + 1),
        "提交答卷时间": times.strftime("%Y/%-m/%-d %-H:%M:%S"),
        "所用时间": [f"{n}秒" for n in rng.integers(200, 2000, rows)],
        "来源": "微信",
        "来源详情": [f"昵称{n}" for n in range(rows)],
        "来自IP": [f"192.0.2.{n}(四川-凉山)" for n in rng.integers(0, 256, rows)],
        "总分": rng.integers(100, 200, rows),
    }
    spare = {f"备用{n}": "无" for n in range(COLUMNS - len(columns) - len(_items(book)))}
    told = {"county": place["county"].to_numpy(), "school": place["school"].to_numpy()}
    items = {f"{n}、{item.stem}": told[item.role] if item.role in told else _cells(item, rows, rng, book)
             for n, item in enumerate(_items(book), 1)}  # fmt: skip
    return pd.DataFrame({**columns, **spare, **items})


def _items(book: codebook.Codebook) -> list[Item]:
    return [item for item in book.instruments[TOOL].items if WAVE in book.instruments[TOOL].waves_of(item)]


def _cells(item: Item, rows: int, rng: np.random.Generator, book: codebook.Codebook) -> np.ndarray:
    """Return the answers to one question: an option, up to three of them, or a text of one's own."""
    if not item.scale:
        own = [f"希望第{n}次送教多留一些时间给低年级的识字课" for n in range(rows)]
        return np.where(rng.random(rows) < 1 / 3, own, "无")
    labels = [option.label for option in book.scales[item.scale].options]
    if item.kind == "multi":
        labels = ["┋".join(some) for n in (1, 2, 3) for some in itertools.combinations(labels, n)]
    return np.array(labels, object)[rng.integers(0, len(labels), rows)]


def workspace_of(folder: Path, rows: int, seed: int) -> Path:
    """Write a workspace whose one export has so many rows, and return the export."""
    ws = Workspace(folder)
    shutil.copytree(ROOT / "data" / "codebook", ws.codebook)
    book = codebook.load(ws.codebook)
    schools = roster.read(pipeline.roster_file(Workspace(ROOT)), book.counties).schools
    ws.source.mkdir()
    # as many teachers as answer: no school has more answers than teachers
    large = schools.assign(teachers=rows, is_key=schools["is_key"].map({True: "是", False: "否"}))
    large.to_csv(ws.source / "roster.csv", index=False)
    table = export(rows, seed, book, schools)
    ws.incoming.mkdir(parents=True)
    with xlsxwriter.Workbook(ws.incoming / EXPORT) as made:
        sheet = made.add_worksheet()
        for number, line in enumerate([[*table], *table.itertuples(index=False)]):
            sheet.write_row(number, 0, line)
    return ws.incoming / EXPORT


def bare(path: Path) -> None:
    """Read a file with nothing around it."""
    calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def clean(path: Path) -> None:
    """Clean the workspace that an export lies in."""
    pipeline.run(Workspace(path.parents[2]))


def measure(work: str, path: Path, cores: str) -> None:
    """Print the seconds that `work` takes, of the processor on one core, else on the wall, and its GiB."""
    clock = time.process_time if cores == ONE else time.perf_counter
    if cores == ONE:
        pyarrow.set_cpu_count(1)
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    start = clock()
    {"bare": bare, "clean": clean}[work](path)
    seconds = clock() - start
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20]))


def apart(work: str, path: Path, cores: str) -> tuple[float, float]:
    """Return seconds and GiB that `work` takes in a process of its own."""
    command = [sys.executable, __file__, "--measure", work, str(path), cores]
    threads = ONE_THREAD if cores == ONE else {}
    done = subprocess.run(command, env={**os.environ, **threads}, capture_output=True, text=True, check=True)
    return tuple(json.loads(done.stdout))


def best(path: Path, rounds: int, cores: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return seconds and GiB of the bare read and of cleaning, the best of `rounds` taken in turn."""
    pairs = [(apart("bare", path, cores), apart("clean", path, cores)) for _ in range(rounds)]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", nargs=3, metavar=("WORK", "FILE", "CORES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        return measure(options.measure[0], Path(options.measure[1]), options.measure[2])
    a_row, kept = answers_a_row(codebook.load(ROOT / "data" / "codebook")), []
    for rows, cores in ((-(-ANSWERS // a_row), ONE), (ROWS, ALL)):
        with tempfile.TemporaryDirectory() as folder:
            path = workspace_of(Path(folder), rows, options.seed)
            (bare_seconds, bare_gib), (seconds, gib) = best(path, options.rounds, cores)
        times = seconds / bare_seconds
        read = f"bare {bare_seconds:5.2f} s {bare_gib:.1f} GiB"
        cleaned = f"clean {seconds:5.2f} s {gib:.1f} GiB  {times:4.2f} × bare"
        print(f"{rows:>7,} rows × {COLUMNS}, {rows * a_row:>9,} answers:  {read}  {cleaned}", flush=True)
        kept.append(seconds < MOST_SECONDS if rows < ROWS else times <= MOST_TIMES_BARE)
    return int(not all(kept))


if __name__ == "__main__":
    sys.exit(main())
