"""How many of R's reference answers the package's public functions meet.

    python benchmarks/yardstick.py GOLD_DIR [--answers FILE]

GOLD_DIR holds gold.json and data/. Prints each set that is not met and "N of M reference sets met"; exit
status 1 unless all are. A set is met when every number is within the set's own relative tolerance, in R's
order or under R's names; where R has none, neither may we.
"""

import argparse
import json
import math
import re
import sys
from pathlib import Path

import answers
import pandas as pd


class Group:
    """One group of reference sets: its data files and what its R setup assigns."""

    def __init__(self, folder: Path, entries: list[dict]):
        self.folder, self.files = folder / "data", [f for f in entries[0]["data"].split(", ") if f]
        setup = entries[0].get("setup", [])
        self.setup = [setup] if isinstance(setup, str) else setup

    def frame(self, place: int = 0) -> pd.DataFrame | None:
        """Return a data file by its place in the group's list, None where it is not there."""
        path = self.folder / self.files[place]
        return pd.read_csv(path) if path.exists() else None

    def numbers(self, name: str) -> list[list[float]]:
        """Return the numbers of each c(…) without words that the setup assigns to `name`."""
        text = next(line for line in self.setup if line.startswith(f"{name} <- "))
        vectors = re.findall(r"\bc\(([^()\"]*)\)", text)
        return [[float(x.split("=")[-1]) for x in vector.split(",")] for vector in vectors]


def made(folder: Path) -> dict:
    """Return the answers of all groups whose data are there, by the sets' ids."""
    groups: dict[str, list] = {}
    for entry in read(folder):
        groups.setdefault(entry["id"].split(".")[0], []).append(entry)
    known = [name for name in groups if name in answers.GROUPS]
    tables = {name: answers.GROUPS[name](Group(folder, groups[name])) for name in known}
    return {f"{name}.{part}": value for name, table in tables.items() for part, value in table.items()}


def read(folder: Path) -> list[dict]:
    """Return the reference sets of a folder."""
    return json.loads((folder / "gold.json").read_text("utf-8"))["gold"]


def aligned(expected, answer) -> tuple[list, list] | None:
    """Return expected and answered numbers in one order, None where names or lengths do not fit."""
    if isinstance(expected, dict) and isinstance(answer, dict):
        if not expected.keys() <= answer.keys():
            return None
        answer = [answer[name] for name in expected]
    expected = list(expected.values()) if isinstance(expected, dict) else expected
    expected, answer = (x if isinstance(x, list) else [x] for x in (expected, answer))
    return (expected, answer) if len(expected) == len(answer) else None


def off(expected, answer) -> float:
    """Return the relative distance of an answer, infinite where one side has a number and the other none."""
    lacks = [x is None or math.isnan(x) for x in (expected, answer)]
    if any(lacks):
        return 0.0 if all(lacks) else math.inf
    return abs(answer - expected) / max(abs(expected), 1e-9)


def verdict(entry: dict, answer) -> str:
    """Return "" where the answer meets the reference set, else what is wrong with it."""
    if answer is None:
        return "no answer"
    both = aligned(entry["value"], answer)
    if both is None:
        return "names or number of values differ"
    worst = max(map(off, *both), default=0.0)
    return "" if worst <= entry["rtol"] else f"off by {worst:.2g}, tolerance {entry['rtol']:.0e}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--answers", type=Path, help="write the answers to this file")
    options = parser.parse_args()
    gold, found = read(options.gold), made(options.gold)
    if options.answers:
        text = json.dumps(found, ensure_ascii=False, indent=1, default=float)
        options.answers.write_text(text, encoding="utf-8")
    wrong = {entry["id"]: why for entry in gold if (why := verdict(entry, found.get(entry["id"])))}
    for name, why in wrong.items():
        print(f"{name:<36}{why}")
    print(f"{len(gold) - len(wrong)} of {len(gold)} reference sets met")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
