"""Small clean tables for the tests of `analyse`, shaped as `clean` writes them: seeded, no real person."""

from pathlib import Path

import numpy as np
import pandas as pd

from yiduiyi_analysis import codebook
from yiduiyi_analysis.analyse.inputs import Clean
from yiduiyi_analysis.clean import records as cleaning

BOOK = codebook.load(Path(__file__).parents[1] / "data" / "codebook")
GOLD = Path(__file__).parent / "data" / "gold" / "data"


def schools(sizes: dict[str, list[tuple[int, bool]]]) -> pd.DataFrame:
    """Return a roster: county code → (teachers, is key) of each school."""
    rows = [
        {
            "school_id": f"{code}-{number:03d}",
            "county_code": code,
            "county": f"{code}县",
            "school": f"{code}县第{number}小学",
            "is_key": key,
            "teachers": teachers,
        }
        for code, listed in sizes.items()
        for number, (teachers, key) in enumerate(listed, 1)
    ]
    return pd.DataFrame(rows).astype({"teachers": "Int64"})


def gold_roster() -> pd.DataFrame:
    """Return the 70 schools of the reference answers as a roster."""
    table = pd.read_csv(GOLD / "prog_roster.csv")
    names = {"school": "school_id", "county": "county_code", "N": "teachers"}
    table = table.rename(columns=names).assign(is_key=table["kind"] == "重点", school=table["school"])
    return table.assign(county=table["county_code"])[
        ["school_id", "county_code", "county", "school", "is_key", "teachers"]
    ].astype({"teachers": "Int64"})


def responses(instrument: str, wave: str, counts: dict[str, int], clusters: int = 0) -> pd.DataFrame:
    """Return `counts` responses of each school; students come in `clusters` classes a school."""
    ids = [school for school, count in counts.items() for _ in range(count)]
    frame = pd.DataFrame({"school_id": pd.Series(ids, dtype="str")})
    frame["response_id"] = [f"{instrument}-{wave}-{school}-{number}" for number, school in enumerate(ids)]
    frame["cluster"] = [f"C{number % clusters}" if clusters else None for number in range(len(ids))]
    frame["county_code"] = pd.Series([school.rpartition("-")[0] for school in ids], dtype="str")
    return frame.assign(instrument=instrument, wave=wave, flags="", cluster=frame["cluster"].astype("str"))


def answers(replies: pd.DataFrame, seed: int = 1, blank: float = 0.03) -> pd.DataFrame:
    """Return drawn answers to all scale items asked in each response's wave."""
    rng, parts = np.random.default_rng(seed), []
    for (instrument, wave), part in replies.groupby(["instrument", "wave"]):
        tool = BOOK.instruments[instrument]
        for item in tool.items:
            if item.kind != "scale" or wave not in tool.waves_of(item):
                continue
            value = rng.choice(BOOK.scales[item.scale].values, len(part)).astype(float)
            value[rng.random(len(part)) < blank] = np.nan
            parts.append(part[["response_id", "school_id"]].assign(item_id=item.id, value=value))
    columns = {"response_id": "str", "item_id": "str", "value": "Float64", "missing": "str"}
    table = pd.concat(parts) if parts else pd.DataFrame(columns=list(columns))
    table["missing"] = np.where(table["value"].isna(), "blank", None)
    return table.reset_index(drop=True).astype(columns | {"value": "float"}).astype({"value": "Float64"})


def ratings(
    roster: pd.DataFrame, waves=("W0", "W3"), raters=("self", "expert"), seed: int = 2
) -> pd.DataFrame:
    """Return a level of every task by each rater in each wave."""
    rng = np.random.default_rng(seed)
    tasks = pd.DataFrame(
        {"task_id": [item.id for item in BOOK.instruments["I01"].items if item.kind == "scale"]}
    )
    table = roster[["county_code", "school_id"]].merge(pd.DataFrame({"wave": waves}), how="cross")
    table = table.merge(pd.DataFrame({"rater": raters}), how="cross").merge(tasks, how="cross")
    table["level"] = pd.array(rng.integers(1, 5, len(table)), dtype="Int64")
    return table.assign(missing=pd.Series(None, table.index, dtype="str"))


def deliverables(roster: pd.DataFrame, waves=("W3",), seed: int = 3) -> pd.DataFrame:
    """Return the progress of all ten deliverables, five a county and five a school."""
    rng = np.random.default_rng(seed)
    county = roster[["county_code"]].drop_duplicates().assign(unit="county")
    county["unit_id"] = county["county_code"]
    school = roster[["county_code"]].assign(unit="school", unit_id=roster["school_id"])
    items = BOOK.instruments["I08"].items
    parts = [
        table.merge(pd.DataFrame({"code": [i.id for i in items if i.dimension == letter]}), how="cross")
        for table, letter in ((county, "C"), (school, "S"))
    ]
    table = pd.concat(parts).merge(pd.DataFrame({"wave": waves}), how="cross")
    table["progress"] = pd.array(rng.integers(0, 5, len(table)), dtype="Int64")
    return table.assign(
        missing=pd.Series(None, table.index, dtype="str"),
        covered_by=pd.Series(None, table.index, dtype="str"),
    )


def sheet(name: str, rows: list[dict], **same) -> pd.DataFrame:
    """Return the clean table of a record sheet; what a row does not say is missing, `same` holds for all."""
    columns = cleaning.columns(BOOK.sheet[name])
    frame = pd.DataFrame([{"flags": ""} | same | row for row in rows], columns=list(columns))
    if "school_id" in columns and len(frame):
        frame["county_code"] = frame["school_id"].str.rpartition("-")[0]
    return frame.astype(columns)


def clean(roster: pd.DataFrame, replies: pd.DataFrame, **tables: pd.DataFrame) -> Clean:
    """Return the clean tables of a small programme; what is not given is empty."""
    given = {
        "answers": answers(replies),
        "ratings": ratings(roster).iloc[:0],
        "deliverables": deliverables(roster).iloc[:0],
    } | tables
    return Clean(schools=roster, responses=replies, **given)


def programme(rate: float = 0.8, seed: int = 5) -> Clean:
    """Return all instruments for the 70 schools of the reference, about `rate` of the teachers answering."""
    rng, roster = np.random.default_rng(seed), gold_roster()
    roster["school_id"] = roster["county_code"] + "-" + roster["school_id"]
    parts = []
    for wave in ("W0", "W1", "W2", "W3"):
        counts = rng.binomial(roster["teachers"].astype(int), rate)
        parts.append(responses("I02", wave, dict(zip(roster["school_id"], counts, strict=True))))
    for wave in ("W0", "W3"):
        parts.append(responses("I04", wave, dict.fromkeys(roster["school_id"][::3], 24), clusters=2))
    replies = pd.concat(parts, ignore_index=True)
    return clean(roster, replies, ratings=ratings(roster), deliverables=deliverables(roster))
