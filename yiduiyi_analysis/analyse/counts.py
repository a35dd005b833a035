"""What is counted, not estimated: the roster, who answered, and how far the deliverables are."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import catalogue
from yiduiyi_analysis.analyse.inputs import PROGRAMME, WHOLE, Clean, spread
from yiduiyi_analysis.codebook import Codebook, Instrument

PLACE = ["wave", "county_code", "group"]


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


def of_counties(deliverables: pd.DataFrame) -> frozenset[str]:
    """Return the codes of the deliverables that counties report."""
    return frozenset(deliverables.loc[deliverables["unit"] == "county", "code"])


def populations(schools: pd.DataFrame) -> pd.DataFrame:
    """Return N of teachers, schools and counties in every place: population, county_code, group, N."""
    sizes = {"teachers": schools["teachers"].astype(float), "schools": 1.0}
    table = spread(schools[["county_code", "is_key"]].assign(**sizes))
    sums = table.groupby(["county_code", "group"], as_index=False)[["teachers", "schools"]].sum()
    whole = sums.loc[sums["group"] == WHOLE, ["county_code", "group"]]
    number = np.where(whole["county_code"] == PROGRAMME, schools["county_code"].nunique(), 1.0)
    counties = whole.assign(population="counties", N=number)
    known = sums.melt(["county_code", "group"], var_name="population", value_name="N")
    unknown = sums[["county_code", "group"]].assign(population="unknown", N=np.nan)
    return pd.concat([known, counties, unknown], ignore_index=True)


def _sent(rows: pd.DataFrame, tool: Instrument, schools: pd.DataFrame) -> pd.DataFrame:
    """Return n and N of every school in each wave that anybody answered."""
    waves = [wave for wave in tool.waves if (rows["wave"] == wave).any()]
    sent = rows.groupby(["wave", "school_id"]).size().rename("n").astype(float)
    frame = schools.merge(pd.DataFrame({"wave": pd.Series(waves, dtype="string")}), how="cross")
    frame = frame.join(sent, on=["wave", "school_id"]).fillna({"n": 0.0})
    if tool.unit == "student":
        return frame.assign(N=np.nan)
    size = frame["teachers"].astype(float) if tool.unit == "teacher" else pd.Series(1.0, frame.index)
    return frame.assign(n=np.minimum(frame["n"], size), N=size)


def _replied(name: str, frame: pd.DataFrame, tool: Instrument, least: int) -> pd.DataFrame:
    parts = [spread(frame)]
    if tool.unit == "teacher":
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
