"""Figures of published units (a school of ten teachers or more, the joined small ones), protected."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import disclosure
from yiduiyi_analysis.analyse.inputs import TIERS
from yiduiyi_analysis.codebook import Codebook

UNIT = "unit:"
PLACE = ["county_code", "group"]
LINE = ["wave", "county_code", "tier"]
LINE_OF_BLOCK = ["block", "wave", "county_code"]


class Unit(NamedTuple):
    """A unit in one wave and block; tier: "" where it holds both; free: it may be shown by itself."""

    group: str
    tier: str
    people: float
    least: float
    free: bool


def indicators(levels: pd.DataFrame, book: Codebook) -> frozenset[str]:
    """Return the teachers' figures that units get: scale means, and the items that a clause counts on."""
    tools = [tool for tool in book.instruments.values() if tool.unit == "teacher"]
    ids = {tool.id for tool in tools}
    asked = {f"{dimension.id}.mean" for tool in tools for dimension in tool.dimensions}
    asked |= {i.id for i in book.indicators.values() if i.instrument in ids and i.kind == "evidence"}
    return frozenset(asked & set(levels["indicator"]))


def places(units: pd.DataFrame, schools: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return the units that may be told of at all, a row a unit.

    In:     units: `disclosure.units`; `least`: teachers a unit must have
    Out:    county_code, group (unit:<id>), N (teachers), tier (key | other; NA where a unit holds both)
    """
    roster = units[["school_id", "unit_id"]].merge(schools, on="school_id", validate="one_to_one")
    of = roster.groupby(["county_code", "unit_id"], as_index=False)
    table = of.agg(N=("teachers", "sum"), kinds=("is_key", "nunique"), is_key=("is_key", "first"))
    table["tier"] = table["is_key"].astype(bool).map(TIERS).where(table["kinds"] == 1)
    table = table[table["N"].astype(float) >= least]
    return table.assign(group=UNIT + table["unit_id"])[["county_code", "group", "N", "tier"]]


def protect(evidence: pd.DataFrame, rules: pd.DataFrame, where: pd.DataFrame) -> pd.DataFrame:
    """Return `evidence` with units hidden that are too few people, or that a tier's total would give back.

    In:     evidence: counties and tiers after `disclosure.protect`, units still open; rules: as it takes
            them; where: `places`
    Rule:   a unit is shown where its county's tier is shown, at least as many people answered as a mean
            needs, and no share prints as 0 % or 100 %, however many they are. The hidden units of a tier
            are none, or at least two with as many people together who do not all say the same; the smallest
            shown ones join them. A unit of both tiers is never shown. Figures of a block share one pattern
    """
    rows = evidence.reset_index(drop=True).merge(rules, on="indicator", how="left", validate="many_to_one")
    mine = rows[rows["group"].str.startswith(UNIT) & (rows["least"].fillna(0) > 0)]
    mine = mine.assign(at=mine.index).merge(where[["county_code", "group", "tier"]], on=PLACE, how="left")
    mine = mine.assign(people=mine["n"].astype(float).fillna(0.0), value=mine["value"].astype(float))
    mine = mine[mine["people"] > 0]
    cells, said, shown = _cells(mine), _said(mine), _shown(rows)
    hidden: set[tuple] = set()
    for line, part in cells.groupby(["block", "wave", "county_code"], sort=False):
        units = [Unit(*unit) for unit in part[list(Unit._fields)].itertuples(index=False, name=None)]
        for tier in TIERS.values():
            own = [unit for unit in units if unit.tier in (tier, "")]
            gone = _line(
                own, (*line, tier) in shown, {unit: said.get((*line, unit.group), {}) for unit in own}
            )
            hidden |= {(*line, unit.group) for unit in gone}
    few = set(cells.loc[cells["people"] < cells["least"], [*LINE_OF_BLOCK, "group"]].itertuples(False, None))
    keys = list(mine[[*LINE_OF_BLOCK, "group"]].itertuples(index=False, name=None))
    gone, first = np.zeros((2, len(evidence)), bool)
    gone[mine["at"]] = [key in hidden for key in keys]
    first[mine["at"]] = [key in few for key in keys]
    return disclosure.hide(evidence, gone, first)


def sole(evidence: pd.DataFrame, where: pd.DataFrame) -> np.ndarray:
    """Return which tiers' shares of 0 % or 100 % are those of the one unit of theirs that answered.

    In:     evidence: open, of tiers and units; where: `places`
    Rule:   such a share is never told of a unit, so neither is it told of its tier, however many they are
    """
    mine = evidence[evidence["group"].str.startswith(UNIT)].merge(where[[*PLACE, "tier"]], on=PLACE)
    mine = mine[mine["unit"].eq("rate") & mine["value"].round(2).isin([0, 1]) & mine["tier"].notna()]
    cell = ["indicator", "wave", "county_code"]
    asked = pd.MultiIndex.from_frame(mine[[*cell, "tier", "n"]].astype(object))
    same = pd.MultiIndex.from_frame(evidence[[*cell, "group", "n"]].astype(object)).isin(asked)
    return same & evidence["n"].gt(0).fillna(False).to_numpy(bool)


def left_over(rows: pd.DataFrame, where: pd.DataFrame) -> pd.DataFrame:
    """Return the hidden or small units that a tier's total less its shown units gives back.

    In:     rows: published evidence with least and hidden (bool); where: `places`
    Out:    indicator, county_code, group, wave, what, lo, hi (the people that follow)
    """
    guarded = rows[rows["least"] > 0]
    mine = guarded[guarded["group"].str.startswith(UNIT)]
    mine = mine.merge(where[["county_code", "group", "tier"]], on=["county_code", "group"], how="left")
    line = ["indicator", *LINE]
    told = mine.assign(people=mine["n"].astype(float).fillna(0.0)).groupby(line)
    sums = told.agg(people=("people", "sum"), secret=("hidden", "sum")).reset_index()
    total = guarded.rename(columns={"group": "tier"})[[*line, "n", "hidden", "least"]]
    sums = sums.merge(total, on=line, how="left")
    rest = sums["n"].astype(float).fillna(0.0) - sums["people"]
    open_ = sums["hidden"].eq(False) & (sums["secret"] > 0)
    alone, thin = open_ & sums["secret"].eq(1), open_ & rest.between(0.5, sums["least"].astype(float) - 0.5)
    above = sums["hidden"].eq(True) & (sums["people"] > 0)
    found = []
    for which, what in ((alone, "总数减去已公布的单元可推出"), (thin, "总数减去已公布的单元，余下低于阈值")):
        at = mine[mine["hidden"]].merge(sums[which].assign(lo=rest, hi=rest)[[*line, "lo", "hi"]], on=line)
        found.append(at.assign(what=what))
    shown = mine[~mine["hidden"] & mine["value"].notna()]
    found.append(shown.merge(sums[above][line], on=line).assign(what="所在的一格不公布，单元却已公布"))
    mixed = shown[shown["tier"].isna()]
    found.append(mixed.assign(what="跨重点与其余的单元已公布"))
    names = ["indicator", "county_code", "group", "wave", "what", "lo", "hi"]
    return pd.concat(
        [part.reindex(columns=names) for part in found if len(part)] or [pd.DataFrame(columns=names)]
    )


def _shown(rows: pd.DataFrame) -> set[tuple]:
    """Return the block, wave, county and tier in which no figure is hidden and some are there."""
    tiers = rows[rows["group"].isin(TIERS.values()) & (rows["least"].fillna(0) > 0)]
    closed = tiers["status"].astype("str").str.startswith("suppressed") | tiers["value"].isna()
    known = tiers.assign(closed=closed & tiers["status"].ne("no_data"), there=tiers["value"].notna())
    lines = known.groupby(["block", "wave", "county_code", "group"])[["closed", "there"]]
    table = lines.agg({"closed": "any", "there": "any"})
    return set(table.index[table["there"] & ~table["closed"]])


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a unit × block × wave: the columns of `Unit`, people as the fewest of its figures."""
    alike = rows["unit"].eq("rate") & rows["value"].round(2).isin([0, 1])
    rows = rows.assign(alike=alike, tier=rows["tier"].fillna(""))
    cells = rows.groupby([*LINE_OF_BLOCK, "group"], sort=False).agg(
        tier=("tier", "first"), people=("people", "min"), least=("least", "max"),
        alike=("alike", "any"),
    ).reset_index()  # fmt: skip
    free = (cells["people"] >= cells["least"]) & ~cells["alike"] & cells["tier"].ne("")
    return cells.assign(free=free)


def _said(rows: pd.DataFrame) -> dict[tuple, dict[str, tuple[float, float]]]:
    """Return for each unit × block × wave the people behind each of its shares, and those who said yes."""
    rates = rows[rows["unit"] == "rate"]
    yes = rates["people"] * rates["value"]
    said: dict[tuple, dict] = {}
    keys = rates[[*LINE_OF_BLOCK, "group"]].itertuples(index=False, name=None)
    for key, name, people, agreed in zip(keys, rates["indicator"], rates["people"], yes, strict=True):
        said.setdefault(key, {})[name] = people, agreed
    return said


def _line(units: list[Unit], shown: bool, said: dict[Unit, dict]) -> list[Unit]:
    """Return the units of one tier that must be hidden, with those that hold both tiers."""
    gone = [unit for unit in units if not (shown and unit.free)]
    spare = sorted((unit for unit in units if unit not in gone), key=lambda unit: (unit.people, unit.group))
    while gone and spare and not _safe(gone, said):
        gone.append(spare.pop(0))
    return gone


def _safe(gone: list[Unit], said: dict[Unit, dict]) -> bool:
    """Tell whether hidden units may be told together, as a total less the shown ones does."""
    # how many of a unit of both tiers stand in this one is not known: it counts as nobody
    if len(gone) < 2 or sum(unit.people for unit in gone if unit.tier) < gone[0].least:
        return False
    for name in {name for unit in gone for name in said[unit]}:
        people, yes = (sum(said[unit].get(name, (0, 0))[k] for unit in gone) for k in (0, 1))
        if people > 0 and (yes < 0.5 or people - yes < 0.5):
            return False
    return True
