"""How long the estimators take: 7 counties × 40 items and 70 schools × 40 items, with intervals.

Run: python benchmarks/estimates.py [--repeat 20]
The answers are drawn for the 70 real school sizes: 1902 teachers, 2 % of answers missing.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import estimate, weights

ROSTER = Path(__file__).parents[1] / "tests" / "data" / "gold_prog" / "prog_roster.csv"
ITEMS = 40


def sample(copies: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rows of all teachers with their design, and their answers to 40 items; `copies` programmes."""
    names = {"school": "school_id", "county": "county_code", "N": "teachers"}
    roster = pd.read_csv(ROSTER).rename(columns=names).assign(is_key=lambda t: t["kind"] == "重点")
    rows = roster.loc[roster.index.repeat(roster["teachers"]), ["school_id", "county_code"]]
    rows = rows.sample(frac=0.8, random_state=1).reset_index(drop=True)
    rows["response_id"] = [str(number) for number in range(len(rows))]
    rows = rows.join(weights.attach(rows, roster))
    many = [rows.assign(stratum=rows["cell"] + f"#{copy}", copy=copy) for copy in range(copies)]
    frame = pd.concat(many, ignore_index=True)
    rng = np.random.default_rng(1)
    answers = rng.integers(1, 6, (len(frame), ITEMS)).astype(float)
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=20)
    repeat = parser.parse_args().repeat
    frame, answers = sample()
    whole = pd.Series("all", frame.index)
    jobs = {"programme": whole, "7 counties": frame["county_code"], "70 schools": frame["school_id"]}
    print(f"{len(frame)} responses × {ITEMS} items, milliseconds")
    print(f"{'job':<16}{'fastest':>9}{'median':>9}")
    for name, by in jobs.items():
        print(f"{name:<16}{'{:9.1f}{:9.1f}'.format(*milliseconds(repeat, frame, answers, by))}")
    for copies in (1, 4, 16):
        frame, answers = sample(copies)
        by = frame["county_code"] + frame["copy"].astype(str)
        fastest, median = milliseconds(max(3, repeat // copies), frame, answers, by)
        print(f"{f'{7 * copies} counties':<16}{fastest:9.1f}{median:9.1f}")


if __name__ == "__main__":
    main()
