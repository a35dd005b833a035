"""How long the estimators take: 7 counties × 40 items and 70 schools × 40 items, with intervals.

    python benchmarks/estimates.py [--repeat 20] [--rows 1000000]

The answers are drawn for the 70 real school sizes: 1902 teachers, 2 % of answers missing. Then as many such
programmes side by side as give up to `--rows` responses (county by county), and then more items: the time a
cell (response × item) should not grow. Exit status 1 if a limit is missed: 30 ms by county, 60 ms by school.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import estimate, weights

ROSTER = Path(__file__).parents[1] / "tests" / "data" / "gold" / "data" / "prog_roster.csv"
ITEMS = 40
LIMITS = {"7 counties": 30, "70 schools": 60}
FEW_ITEMS = 4


def sample(copies: int = 1, items: int = ITEMS) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rows of all teachers with their design, and their answers; `copies` programmes."""
    names = {"school": "school_id", "county": "county_code", "N": "teachers"}
    roster = pd.read_csv(ROSTER).rename(columns=names).assign(is_key=lambda t: t["kind"] == "重点")
    rows = roster.loc[roster.index.repeat(roster["teachers"]), ["school_id", "county_code"]]
    rows = rows.sample(frac=0.8, random_state=1).reset_index(drop=True)
    rows["response_id"] = [str(number) for number in range(len(rows))]
    rows = rows.join(weights.attach(rows, roster))
    many = [rows.assign(stratum=rows["cell"] + f"#{copy}", copy=copy) for copy in range(copies)]
    frame = pd.concat(many, ignore_index=True)
    rng = np.random.default_rng(1)
    answers = rng.integers(1, 6, (len(frame), items)).astype(float)
    answers[rng.random(answers.shape) < 0.02] = np.nan
    return frame, pd.DataFrame(answers).add_prefix("q")


def estimates(frame: pd.DataFrame, answers: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """Return means with intervals, the design made afresh as a pipeline does."""
    table = estimate.means(answers, estimate.design(frame, "population", "person"), by)
    lo, hi = estimate.interval(table["value"], table["se"])
    return table.assign(lo=lo, hi=hi)


def milliseconds(repeat: int, *arguments) -> tuple[float, float]:
    """Return the fastest and the median of `repeat` calls."""
    taken = []
    for _ in range(repeat):
        start = time.perf_counter()
        estimates(*arguments)
        taken.append((time.perf_counter() - start) * 1000)
    return min(taken), float(np.median(taken))


def growth(title: str, samples, repeat: int) -> None:
    """Print time by size, and a cell, for samples of growing size."""
    print(f"\n{title:<10}{'responses':>10}{'groups':>8}{'items':>7}{'ms':>10}{'ns a cell':>11}")
    for frame, answers in samples:
        by = frame["county_code"] + frame["copy"].astype(str)
        fastest, _ = milliseconds(repeat, frame, answers, by)
        cells = answers.size
        head = f"{len(frame):>20}{by.nunique():>8}{answers.shape[1]:>7}"
        print(f"{head}{fastest:>10.1f}{fastest * 1e6 / cells:>11.0f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    frame, answers = sample()
    whole = pd.Series("all", frame.index)
    jobs = {"programme": whole, "7 counties": frame["county_code"], "70 schools": frame["school_id"]}
    print(f"{len(frame)} responses × {ITEMS} items, milliseconds")
    print(f"{'job':<16}{'fastest':>9}{'median':>9}{'limit':>9}")
    taken = {name: milliseconds(options.repeat, frame, answers, by) for name, by in jobs.items()}
    for name, (fastest, median) in taken.items():
        print(f"{name:<16}{fastest:9.1f}{median:9.1f}{LIMITS.get(name, ''):>9}")
    sizes = [rows // len(frame) + 1 for rows in (1_000, 10_000, 100_000, 1_000_000) if rows <= options.rows]
    growth("by rows", (sample(copies, FEW_ITEMS) for copies in sizes), 3)
    growth("by items", (sample(7, items) for items in (10, 40, 160)), 3)
    return int(any(fastest > LIMITS.get(name, np.inf) for name, (fastest, _) in taken.items()))


if __name__ == "__main__":
    sys.exit(main())
