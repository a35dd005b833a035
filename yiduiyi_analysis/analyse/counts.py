"""What is counted, not estimated: the roster, who answered, and how far the deliverables are."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import catalogue, scales
from yiduiyi_analysis.analyse.inputs import PROGRAMME, WHOLE, Clean, spread
from yiduiyi_analysis.codebook import Codebook, Instrument

PLACE = ["wave", "county_code", "group"]
PERSONS = ("teacher", "test")


def roster(schools: pd.DataFrame) -> pd.DataFrame:
    """Return how many schools and teachers there are, all and key, a row a fact × county or programme."""
    facts = {
        "roster.schools": 1.0,
        "roster.teachers": schools["teachers"].astype(float),
        "roster.key_schools": schools["is_key"].astype(float),
        "roster.key_teachers": schools["teachers"].astype(float) * schools["is_key"].astype(float),
    }
    frame = pd.DataFrame({"county_code": schools["county_code"]} | facts)
    both = pd.concat([frame, frame.assign(county_code=PROGRAMME)])
    table = both.groupby("county_code", as_index=False).sum().melt("county_code", var_name="indicator")
    fixed = {"group": WHOLE, "wave": pd.NA, "unit": "count", "method": "roster", "status": "count"}
    return table.assign(n=table["value"], N=table["value"], **fixed)


def responses(tool: Instrument, clean: Clean, units: pd.DataFrame, least: int) -> list[pd.DataFrame]:
    """Return who answered one instrument: rates of teachers or of schools, numbers of students.

    In:     units: school_id, unit_id; `least`: teachers a published unit must have
    Out:    tables with a row a wave × county_code × group (for teachers also unit:<id>): indicator, value,
            n, N, method, status; a wave nobody answered has no row
    Rule:   a school counts at most its roster
    """
    if tool.unit == "record":
        return []
    if tool.unit == "school":
        replied = {f"{tool.id}.{rater}.response": part for rater, part in clean.ratings.groupby("rater")}
    elif tool.unit == "deliverable":
        ours = clean.deliverables[clean.deliverables["unit"] == "school"]
        replied = {f"{tool.id}.response": ours.assign(school_id=ours["unit_id"])}
    else:
        replied = {f"{tool.id}.response": clean.replies(tool)}
    schools = clean.schools.merge(units[["school_id", "unit_id"]], on="school_id")
    return [_replied(name, _sent(rows, tool, schools), tool, least) for name, rows in replied.items()]


def deliverables(tool: Instrument, clean: Clean, book: Codebook) -> pd.DataFrame:
    """Return the share of counties or schools done with each deliverable, and how many stand at each stage.

    Out:    a row a wave × county_code × group × measure: indicator, value, n (units reported), method, status
    """
    listed = {item.id: book.scales[item.scale] for item in catalogue.deliverables(tool, book)}
    stages = sorted({option.value for scale in listed.values() for option in scale.options} - {None})
    rows = clean.deliverables
    rows = rows[rows["code"].isin(listed) & rows["wave"].isin(tool.waves)]
    rows = rows.assign(progress=_covered(rows)).dropna(subset="progress")
    tiers = clean.schools[["school_id", "is_key"]]
    rows = rows.merge(tiers, left_on="unit_id", right_on="school_id", how="left")
    reached = {f"progress.{stage}": (rows["progress"] == stage).astype(float) for stage in stages}
    done = pd.MultiIndex.from_tuples([(code, top) for code, scale in listed.items() for top in scale.top])
    reached["done"] = pd.MultiIndex.from_frame(rows[["code", "progress"]].astype(object)).isin(done) * 1.0
    table = spread(rows.assign(n=1.0, **reached))
    sums = table.groupby([*PLACE, "code"], as_index=False)[["n", *reached]].sum()
    sums["done"] /= sums["n"]
    table = sums.melt([*PLACE, "code", "n"], var_name="measure")
    return table.assign(indicator=table["code"] + "." + table["measure"], method="count", status="count")


def stages(tool: Instrument, clean: Clean, book: Codebook) -> pd.DataFrame:
    """Return the stage of every deliverable in every school that reported it, a row a school × task × wave.

    Out:    as `deliverables`, group school:<id>; one covered by another school's plan stands where that does
    """
    listed = {item.id for item in catalogue.deliverables(tool, book)}
    rows = clean.deliverables[clean.deliverables["unit"] == "school"]
    rows = rows[rows["code"].isin(listed) & rows["wave"].isin(tool.waves)]
    rows = rows.assign(value=_covered(rows).astype(float)).dropna(subset="value")
    rows = rows[rows["unit_id"].isin(clean.schools["school_id"])].drop_duplicates(["unit_id", "code", "wave"])
    table = rows.assign(indicator=rows["code"] + ".stage", group="school:" + rows["unit_id"].astype("str"))
    return table.assign(n=1.0, method="count", status="count")[
        ["indicator", *PLACE, "value", "n", "method", "status"]
    ]


def reported(tool: Instrument, clean: Clean) -> pd.DataFrame:
    """Return the sums of the numbers that heads gave, a row a wave × county or programme × item.

    Out:    indicator, county_code, group (all), wave, value, n (schools that gave the number), method, status
    Rule:   schools that answered only, nothing put in for the others; several replies of one school count as
            their mean
    """
    items = [item.id for item in catalogue.numbers(tool)]
    columns = ["indicator", *PLACE, "value", "n", "method", "status"]
    frame = clean.replies(tool) if items else pd.DataFrame()
    if frame.empty:
        return pd.DataFrame(columns=columns, dtype=object)
    values, _ = scales.wide(clean.answers, pd.Index(frame["response_id"]), items)
    values.index = frame.index
    own = frame[["wave", "county_code", "school_id"]].join(values)
    own = own.groupby(["wave", "county_code", "school_id"], as_index=False)[items].mean()
    both = pd.concat([own, own.assign(county_code=PROGRAMME)]).assign(group=WHOLE)
    table = both.melt([*PLACE, "school_id"], var_name="item").dropna(subset="value")
    table = table.groupby([*PLACE, "item"], as_index=False)["value"].agg(["sum", "size"])
    table = table.rename(columns={"sum": "value", "size": "n"})
    named = {"indicator": table["item"] + ".total", "method": "school/total", "status": "count"}
    return table.assign(**named)[columns]


def of_counties(deliverables: pd.DataFrame) -> frozenset[str]:
    """Return the codes of the deliverables that counties report."""
    return frozenset(deliverables.loc[deliverables["unit"] == "county", "code"])


def _sent(rows: pd.DataFrame, tool: Instrument, schools: pd.DataFrame) -> pd.DataFrame:
    """Return n and N of every school in each wave that anybody answered."""
    waves = [wave for wave in tool.waves if (rows["wave"] == wave).any()]
    sent = rows.groupby(["wave", "school_id"]).size().rename("n").astype(float)
    frame = schools.merge(pd.DataFrame({"wave": pd.Series(waves, dtype="string")}), how="cross")
    frame = frame.join(sent, on=["wave", "school_id"]).fillna({"n": 0.0})
    if tool.unit == "student":
        return frame.assign(N=np.nan)
    size = frame["teachers"].astype(float) if tool.unit in PERSONS else pd.Series(1.0, frame.index)
    return frame.assign(n=np.minimum(frame["n"], size), N=size)


def _replied(name: str, frame: pd.DataFrame, tool: Instrument, least: int) -> pd.DataFrame:
    parts = [spread(frame)]
    if tool.unit in PERSONS:
        size = frame.groupby(["wave", "unit_id"])["N"].transform("sum")
        parts.append(frame.assign(group="unit:" + frame["unit_id"])[size >= least])
    total = pd.concat(parts).groupby(PLACE, as_index=False)[["n", "N"]].sum(min_count=1)
    value = total["n"] if tool.unit == "student" else total["n"] / total["N"]
    return total.assign(indicator=name, value=value, method="count", status="count")


def _covered(rows: pd.DataFrame) -> pd.Series:
    """Return each unit's progress; one without its own takes that of the school whose plan covers it."""
    own = rows.groupby(["wave", "code", "unit_id"])["progress"].max()
    covering = pd.MultiIndex.from_frame(rows[["wave", "code", "covered_by"]])
    return rows["progress"].fillna(pd.Series(own.reindex(covering).array, rows.index))
