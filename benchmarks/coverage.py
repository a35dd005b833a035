"""How often the intervals of a share hold the truth, on the real roster, with the package's own estimators.

    python benchmarks/coverage.py [--replicates 1500] [--seed 375] [--processes 2]

Each replicate draws what all teachers of the roster would say, who replies, and the estimates of the replies:
finite intervals against what all of them would say, process intervals against what was expected of schools
like these before they were drawn. Beside them stands a simple random sample: no weights, no schools. Exit
status 1 if a coverage is outside what is promised: finite .93–.98 for the province and .90–.97 by county,
process at least .91. C* promises nothing. The same seed gives the same table, however many processes.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, ndtr

from yiduiyi_analysis import codebook
from yiduiyi_analysis.analyse import estimate, weights
from yiduiyi_analysis.clean import roster

DATA = Path(__file__).parents[1] / "data"
PROVINCE = "province"
COUNTY_SHIFT = 0.25
BATCH = 50
LARGE = 0.1
PROMISED = {"finite": (0.93, 0.98), "finite by county": (0.90, 0.97), "process": (0.91, 1.0)}


@dataclass(frozen=True)
class Scenario:
    """How answers and replies come about.

    rate:   part of all teachers who reply, those of silent schools counted
    tie:    by how much the log odds of replying rise with one standard deviation of the school's level
    apart:  standard deviation of the log odds of replying between schools of one level
    silent: schools of which nobody replies, drawn from all but the 重点 ones unless `key_too`
    icc:    part of the variance of the answers, before they are cut in two, that lies between schools
    """

    rate: float
    tie: float = 0.0
    apart: float = 0.0
    silent: int = 0
    icc: float = 0.08
    key_too: bool = False


SCENARIOS = {
    "A": Scenario(0.80),
    "B": Scenario(0.80, tie=0.45, apart=0.4, silent=3),
    "C": Scenario(0.55, tie=0.45, apart=0.4, silent=6, icc=0.15),
}
SCENARIOS["C*"] = replace(SCENARIOS["C"], key_too=True)


def schools() -> pd.DataFrame:
    """Return the printed roster: school_id, county_code, is_key, teachers."""
    (printed,) = (DATA / "source").glob("annex2_*.txt")
    table = roster.read(printed, codebook.load(DATA / "codebook").counties).schools
    return table[["school_id", "county_code", "is_key", "teachers"]].astype({"teachers": int})


def shift(table: pd.DataFrame) -> np.ndarray:
    """Return how far the county of each school lies from the programme, evenly spread."""
    code, counties = pd.factorize(table["county_code"], sort=True)
    return np.linspace(-COUNTY_SHIFT, COUNTY_SHIFT, len(counties))[code]


def draw(table: pd.DataFrame, case: Scenario, rng: np.random.Generator) -> pd.DataFrame:
    """Return all teachers, a row each: school_id, county_code, response_id, top2, replied, large_silent.

    Out: large_silent: whether a silent school holds a tenth of the county's teachers
    """
    size, level = table["teachers"].to_numpy(), rng.normal(size=len(table))
    lean = case.tie * level + case.apart * rng.normal(size=len(table))
    quiet = np.zeros(len(table), bool)
    part = size / table.groupby("county_code")["teachers"].transform("sum").to_numpy()
    eligible = np.flatnonzero(case.key_too | ~table["is_key"].to_numpy(bool))
    quiet[rng.choice(eligible, case.silent, replace=False)] = True
    willing = ~quiet * expit(_base(case.rate * size.sum(), lean, size * ~quiet) + lean)
    large = pd.Series(quiet & (part >= LARGE)).groupby(table["county_code"]).transform("any").to_numpy()
    school = np.repeat(np.arange(len(table)), size)
    own = rng.normal(size=len(school)) * np.sqrt(1 - case.icc)
    view = (shift(table) + level * np.sqrt(case.icc))[school] + own
    rows = table[["school_id", "county_code"]].iloc[school].reset_index(drop=True)
    replied = rng.random(len(school)) < willing[school]
    columns = {"top2": (view > 0).astype(float), "replied": replied, "large_silent": large[school]}
    return rows.assign(response_id=rows.index.astype(str), **columns)


def replicates(name: str, seed: int, numbers: range) -> pd.DataFrame:
    """Return the intervals of some replicates of a scenario.

    Out: kind, place, value, lo, hi, truth, large_silent (see `draw`), replicate
    """
    table, case, everyone = schools(), SCENARIOS[name], []
    for number in numbers:
        rng = np.random.default_rng([seed, [*SCENARIOS].index(name), number])
        everyone.append(draw(table, case, rng).assign(copy=f"{number}|"))
    replies = [teachers[teachers["replied"]].reset_index(drop=True) for teachers in everyone]
    frame = pd.concat([one.join(weights.attach(one, table)) for one in replies], ignore_index=True)
    made = _estimates(frame, table["teachers"].sum())
    teachers = pd.concat(everyone, ignore_index=True)
    place = teachers["copy"] + teachers["county_code"]
    said = pd.concat([teachers["top2"].groupby(by).mean() for by in (place, teachers["copy"] + PROVINCE)])
    expected = np.average(ndtr(shift(table)), weights=table["teachers"])
    large = teachers["large_silent"].groupby(place).first()
    return made.assign(
        truth=made["place"].map(said).mask(made["kind"].str.endswith("process"), expected),
        large_silent=made["place"].map(large).eq(True),
        replicate=made["place"].str.partition("|")[0].astype(int),
        place=made["place"].str.partition("|")[2],
    )


def summary(made: pd.DataFrame) -> pd.DataFrame:
    """Return a row a kind × place: coverage, bias and half_width in percentage points."""
    inside = (made["lo"] <= made["truth"] + 1e-9) & (made["truth"] - 1e-9 <= made["hi"])
    bias, half_width = 100 * (made["value"] - made["truth"]), 50 * (made["hi"] - made["lo"])
    large = made["large_silent"]
    lost = made[large].assign(kind="of these: a large school silent", place="any")
    rows = pd.concat([made.assign(row=made.index), lost.assign(row=lost.index)], ignore_index=True)
    columns = {"coverage": inside, "bias": bias, "half_width": half_width}
    rows = rows[["kind", "place", "row"]].join(pd.DataFrame(columns), on="row")
    return rows.groupby(["kind", "place"])[list(columns)].mean()


def lines(name: str, table: pd.DataFrame) -> list[str]:
    """Return the printed lines of a scenario; a promise not kept is marked."""
    printed = []
    for kind, rows in table.groupby("kind"):
        low, high = PROMISED.get(kind, (0, 1))
        kept = name == "C*" or rows["coverage"].between(low, high).all()
        cells = [_range(rows["coverage"], 3), _range(rows["bias"], 1, "+"), _range(rows["half_width"], 1)]
        head = f"{name:<4}{kind:<33}" + "".join(f"{cell:>14}" for cell in cells)
        printed.append(head + ("" if kept else f"   promised {low}–{high}"))
    return printed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--replicates", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=375)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    starts = range(0, options.replicates, BATCH)
    batches = [range(start, min(start + BATCH, options.replicates)) for start in starts]
    print(f"{options.replicates} replicates, seed {options.seed}; bias and half-width in percentage points")
    print(f"{'':<37}{'coverage':>14}{'bias':>14}{'half-width':>14}")
    broken = False
    with ProcessPoolExecutor(options.processes) as pool:
        for name in SCENARIOS:
            made = pd.concat(pool.map(partial(replicates, name, options.seed), batches), ignore_index=True)
            printed = lines(name, summary(made))
            broken |= any("promised" in line for line in printed)
            print("\n".join(printed), flush=True)
    return int(broken)


def _base(replies: float, lean: np.ndarray, size: np.ndarray) -> float:
    """Return the log odds that, added to those of each school, let `size` teachers bring so many replies."""
    low, high = -10.0, 10.0
    for _ in range(40):
        middle = (low + high) / 2
        expected = (size * expit(middle + lean)).sum()
        low, high = (middle, high) if expected < replies else (low, middle)
    return middle


def _estimates(frame: pd.DataFrame, population: int) -> pd.DataFrame:
    """Return the shares of all copies, each kind of interval: kind, place (copy|place), value, lo, hi."""
    copy, county, school = frame["copy"], frame["county_code"], frame["school_id"]
    finite = estimate.design(frame.assign(stratum=copy + frame["cell"]), "population", "person")
    process = estimate.design(frame.assign(stratum=copy + county, psu=school))
    parts = [
        _shares(frame, finite, copy + PROVINCE, "finite"),
        _shares(frame, finite, copy + county, "finite by county"),
        _shares(frame, process, copy + PROVINCE, "process"),
    ]
    plain = frame["top2"].groupby(copy + PROVINCE).agg(["size", "mean"])
    n, value = plain.T.to_numpy()
    for kind, left in {"plain, finite": 1 - n / population, "plain, process": 1.0}.items():
        lo, hi = estimate.interval(value, np.sqrt(left * value * (1 - value) / (n - 1)))
        parts.append(pd.DataFrame({"kind": kind, "place": plain.index, "value": value, "lo": lo, "hi": hi}))
    return pd.concat(parts, ignore_index=True)


def _shares(frame, plan, by, kind) -> pd.DataFrame:
    """Return shares with the interval that a report prints; where everyone replied, the share itself."""
    table = estimate.means(frame[["top2"]], plan, by)
    value, se, n, df = (table[name].to_numpy(float) for name in ("value", "se", "n", "df"))
    lo, hi, _ = estimate.share_interval(value, se, n, df if kind == "process" else np.inf)
    full = table["full"].to_numpy(bool)
    lo, hi = (np.where(full, value, end) for end in (lo, hi))
    return pd.DataFrame({"kind": kind, "place": table["group"], "value": value, "lo": lo, "hi": hi})


def _range(values: pd.Series, digits: int, sign: str = "") -> str:
    ends = dict.fromkeys(f"{value:{sign}.{digits}f}" for value in (values.min(), values.max()))
    return " – ".join(ends)


if __name__ == "__main__":
    sys.exit(main())
