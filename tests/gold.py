"""The reference answers of the groups prog and selfexpert."""

import json
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent / "data" / "gold_prog"
ITEMS = [f"q{number:02d}" for number in range(1, 13)]
RTOL = 1e-8


def answer(name: str):
    """Return R's value of one entry."""
    entries = json.loads((FOLDER / "gold.json").read_text("utf-8"))["gold"]
    return next(entry["value"] for entry in entries if entry["id"] == name)


def wave(number: int) -> pd.DataFrame:
    """Return the answers of one wave, q04 turned as in the reference call, with top2 of q01."""
    table = pd.read_csv(FOLDER / "prog_resp.csv")
    table = table[table["wave"] == number].reset_index(drop=True)
    return table.assign(
        q04=6 - table["q04"], top2=(table["q01"] >= 4).astype(float).where(table["q01"].notna())
    )


def flat(table: pd.DataFrame, by: str) -> dict[str, float]:
    """Return estimates as R prints them: `row|est` and `row|se`."""
    long = table.rename(columns={"value": "est"}).melt(by, ["est", "se"])
    return dict(zip(long[by] + "|" + long["variable"], long["value"], strict=True))
