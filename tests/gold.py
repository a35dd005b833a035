"""R's reference answers, and the programme-shaped answers they were made from."""

import json
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent / "data" / "gold"
DATA = FOLDER / "data"
# The groups made from GPL data are not ours to hold; they are read where they stand.
SHARED = Path(__file__).parents[2] / "shared" / "gold"
ITEMS = [f"q{number:02d}" for number in range(1, 13)]
RTOL = 1e-8


def answer(name: str):
    """Return R's value of one entry."""
    return next(entry["value"] for entry in entries(FOLDER) if entry["id"] == name)


def entries(folder: Path) -> list[dict]:
    """Return the reference sets of a folder, none where there is no such folder."""
    path = folder / "gold.json"
    return json.loads(path.read_text("utf-8"))["gold"] if path.exists() else []


def wave(number: int) -> pd.DataFrame:
    """Return the answers of one wave, q04 turned as in the reference call, with top2 of q01."""
    table = pd.read_csv(DATA / "prog_resp.csv")
    table = table[table["wave"] == number].reset_index(drop=True)
    return table.assign(
        q04=6 - table["q04"], top2=(table["q01"] >= 4).astype(float).where(table["q01"].notna())
    )


def flat(table: pd.DataFrame, by: str) -> dict[str, float]:
    """Return estimates as R prints them: `row|est` and `row|se`."""
    long = table.rename(columns={"value": "est"}).melt(by, ["est", "se"])
    return dict(zip(long[by] + "|" + long["variable"], long["value"], strict=True))
