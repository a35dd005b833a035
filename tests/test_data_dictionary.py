"""The data dictionary names every table and every column that a run writes, and no others."""

import re
from pathlib import Path

import pandas as pd
import pytest

TEXT = (Path(__file__).parent.parent / "docs" / "data-dictionary.md").read_text("utf-8")
SHARED = {"schools", "helpers", "counties", "intake"}


def described() -> dict[str, list[str]]:
    """Return the columns that the page lists under each table's heading."""
    parts = re.split(r"^### (\w+)$", TEXT, flags=re.M)[1:]
    return {
        name: re.findall(r"^\| (\w+) \| ", body.replace("| 列 |", ""), flags=re.M)
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }


def written(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.parquet")}


@pytest.mark.parametrize("table", sorted(described()))
def test_each_table_has_the_columns_described(demo_ws, table):
    places = [folder for folder in (demo_ws.clean, demo_ws.results) if table in written(folder)]
    assert len(places) == (2 if table in SHARED else 1)
    for folder in places:
        assert list(pd.read_parquet(folder / f"{table}.parquet").columns) == described()[table]


def test_every_table_written_is_described(demo_ws):
    assert written(demo_ws.clean) | written(demo_ws.results) == set(described())
