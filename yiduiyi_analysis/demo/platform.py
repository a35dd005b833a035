"""Months of platform use by school: reports left out, one county's figures added up instead of by month."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Instrument
from yiduiyi_analysis.demo.drafts import Desk, Draft
from yiduiyi_analysis.demo.streams import stream

HOW = "county files"
MONTHS = pd.period_range("2020-12", "2022-03", freq="M").astype(str).tolist()
REPORTS = (0.72, 0.98)  # by county; a point reports less
POINT, POINT_LESS = 4, 0.15
ACTIVE = (0.22, 0.46)  # by county, share of the teachers at the end
HOLIDAYS = {"01": 0.5, "02": 0.25, "07": 0.35, "08": 0.2}
ADDED_UP = ["logins", "uploads", "minutes", "dual"]
CUMULATIVE_COUNTY = 5  # place in the order of codes of the county that adds up


def draw(tool: Instrument, desk: Desk) -> pd.DataFrame:
    """Return the months, a row a school and month that was reported, before any fault."""
    rng = stream(desk.seed, "platform")
    schools = desk.schools[["school_id", "county_code", "county_index", "teachers"]]
    rows = schools.merge(pd.DataFrame({"month": MONTHS, "turn": range(len(MONTHS))}), how="cross")
    n, county = len(rows), rows["county_index"].to_numpy()
    counties = county.max() + 1
    reports = rng.uniform(*REPORTS, counties)[county] - POINT_LESS * (rows["teachers"] <= POINT)
    pace = (0.45 + 0.55 * np.minimum(rows["turn"] / 9, 1)) * rows["month"].str[-2:].map(HOLIDAYS).fillna(1.0)
    active = rng.binomial(rows["teachers"], np.clip(rng.uniform(*ACTIVE, counties)[county] * pace, 0, 1))
    rows = rows.assign(
        active=active.astype(float),
        logins=rng.poisson(active * 7.5).astype(float),
        uploads=rng.poisson(active * 0.35).astype(float),
        minutes=rng.poisson(active * 55.0).astype(float),
        dual=rng.poisson(2.2 * pace).astype(float),
        classroom=rng.choice([1.0, 2.0, 3.0, np.nan], n, p=[0.4, 0.2, 0.15, 0.25]),
    )
    own = rows["county_index"] == CUMULATIVE_COUNTY
    rows.loc[own, ADDED_UP] = (
        rows[own].assign(**rows.loc[own, ADDED_UP].clip(lower=1)).groupby("school_id")[ADDED_UP].cumsum()
    )
    return _falling(rows[own | (rng.random(n) < reports)].reset_index(drop=True))


def _falling(rows: pd.DataFrame) -> pd.DataFrame:
    """Let no school that counts by month look as if it added up: its first month exceeds its second."""
    own = rows["county_index"] == CUMULATIVE_COUNTY
    for name in ADDED_UP:
        series = rows.groupby("school_id")[name]
        rising = ~series.diff().lt(0).groupby(rows["school_id"]).transform("any") & series.transform(
            "max"
        ).gt(0)
        first = rising & ~own & ~rows["school_id"].duplicated()
        rows.loc[first, name] = series.shift(-1)[first].fillna(0) + 1
        rows.loc[first, "active"] = rows.loc[first, "active"].clip(lower=1)
    return rows


def spoil(draft: Draft) -> None:
    """Note the county that adds up; plant more active than teachers, logins of nobody, odd minutes."""
    rows = draft.rows
    added = rows.index[rows["county_index"] == CUMULATIVE_COUNTY]
    draft.hold(added)
    for name in ADDED_UP:
        cells = draft.cells[name].copy()
        for row in added:
            draft.blank(row, name, cells[row], "platform_cumulative", "cumulative_figures")
    for row in draft.take(4, rows["teachers"] >= 3):
        draft.blank(row, "active", int(rows.loc[row, "teachers"]) * 2 + 3, "active_over_roster")
    for row in draft.take(3, rows["logins"] > 5):
        draft.put(row, "active", 0.0, 0)
        draft.flag(row, "active", "logins_without_active")
    for row in draft.take(3, rows["active"] >= 2):
        draft.blank(row, "minutes", int(rows.loc[row, "active"] * 12_000), "minutes_too_many")
    for row in draft.take(2):
        draft.put(row, "month", "2022-06")
        draft.flag(row, "month", "out_of_programme", "month_after_programme")
    for row in draft.take(2):
        draft.blank(row, "uploads", -2, "out_of_range", "uploads_below_zero")
