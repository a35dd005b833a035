"""Record tables → figures: counts, totals, ratios, who was reached; the indicators say which of what."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse.inputs import PROGRAMME, WHOLE, Clean, populations, spread
from yiduiyi_analysis.codebook import Codebook, Indicator, Instrument, Sheet

PLACE = ["wave", "county_code", "group"]
MONTHLY = ("count", "total", "ratio")
FIGURES = ("count", "total", "ratio", "per", "reach", "share")
NONE = pd.DataFrame(columns=["indicator", *PLACE, "value", "n", "N", "method", "status"], dtype=object)


@dataclass(frozen=True)
class Places:
    """The records of a sheet, each once for every place in which it counts: wave, county_code, group."""

    rows: pd.DataFrame
    sheet: Sheet
    clean: Clean

    @cached_property
    def heard(self) -> pd.MultiIndex:
        """Return every place in which a county keeps the record, with rows of a kind or not.

        Rule: tiers where the record tells schools apart; of months, those in which anybody has a row
        """
        inside = self.rows[PLACE].drop_duplicates()
        groups = inside[["wave", "group"]].drop_duplicates()
        table = inside[["wave", "county_code"]].drop_duplicates().merge(groups, on="wave")
        roster = spread(self.clean.schools[["county_code", "is_key"]].drop_duplicates())
        there = pd.MultiIndex.from_frame(roster[["county_code", "group"]].astype(object))
        own = pd.MultiIndex.from_frame(table[["county_code", "group"]].astype(object)).isin(there)
        monthly = table["group"].str.startswith("month:")
        return pd.MultiIndex.from_frame(table[own | monthly][PLACE].astype(object))

    @cached_property
    def heard_by_tier(self) -> pd.MultiIndex:
        """Return the same with every tier of those counties: what is asked of the roster is known by tier."""
        table = self.heard.to_frame(index=False)[["wave", "county_code"]].drop_duplicates()
        roster = spread(self.clean.schools[["county_code", "is_key"]].drop_duplicates())
        roster = roster[["county_code", "group"]].drop_duplicates().astype(object)
        return pd.MultiIndex.from_frame(table.merge(roster, on="county_code")[PLACE])


def indicators(tool: Instrument, book: Codebook, kinds=FIGURES) -> list[Indicator]:
    """Return the indicators of one instrument that are computed in one of `kinds`."""
    return [i for i in book.indicators.values() if i.instrument == tool.id and i.kind in kinds]


def names(entry: Indicator, sheet: Sheet, book: Codebook) -> dict[str, int | None]:
    """Return the ids under which an indicator is told, each with the value of `by` that it stands for."""
    if entry.by is None:
        return {entry.id: None}
    scale = book.scales[sheet.field[entry.by].scale]
    return {f"{entry.id}.{value}": value for value in scale.values}  # noqa: PD011


def of_persons(entry: Indicator, sheet: Sheet) -> bool:
    """Tell whether an indicator counts what persons did, so that few of them are not told."""
    kinds = {field.id: field.kind for field in sheet.columns}
    if entry.kind == "reach":
        return any(kinds[column] == "person" for column in entry.columns)
    return entry.kind in ("per", "share") and "person" in kinds.values()


def figures(entry: Indicator, clean: Clean, book: Codebook) -> pd.DataFrame:
    """Return what an indicator comes to, a row a wave × county_code × group × value of `by`.

    In:     entry: of a kind in `FIGURES`
    Out:    indicator, value, n, N, method, status (count); no row where a county kept no record, nor for a
            sum, ratio or share over nothing; if `monthly`, counts, totals and ratios by month too (group
            month:<YYYY-MM>)
    Rule:   a wave holds the records since the instrument's wave before (all until then if `cumulative`). A
            county that keeps the record and has no row of a kind has 0 of it; without a record it is unknown.
            n and N: rows (count, total, share), of the units due where the sheet's key says how many those
            are (count, total); both sums, whole (ratio); persons or schools reached of the roster (reach);
            those behind a sum and the roster it is divided by (per)
    """
    tool, sheet = book.instruments[entry.instrument], book.sheet[entry.sheet]
    kept = _waves(clean.sheet(sheet), tool, sheet, book)
    if kept.empty:
        return NONE
    kept = kept.assign(home=kept["county_code"])
    rows = _until(kept, tool.waves) if entry.cumulative else kept
    grids = [Places(spread(rows), sheet, clean)]
    if entry.monthly and entry.kind in MONTHLY:
        grids.append(Places(_monthly(kept), sheet, clean))
    ids = names(entry, sheet, book).items()
    tables = [_told(entry, name, value, places, book) for places in grids for name, value in ids]
    return pd.concat([table for table in tables if len(table)] or [NONE], ignore_index=True)


def matching(rows: pd.DataFrame, where: dict[str, list[int]]) -> pd.Series:
    """Return which rows hold, in every column of `where`, one of its values."""
    held = pd.Series(True, rows.index)
    for column, values in where.items():
        held &= rows[column].isin(values).fillna(False).astype(bool)
    return held


def of_waves(tool: Instrument, sheet: Sheet, clean: Clean, book: Codebook) -> pd.DataFrame:
    """Return the records of a sheet under the wave in which they are told; those of no wave are left out."""
    return _waves(clean.sheet(sheet), tool, sheet, book)


def _waves(rows: pd.DataFrame, tool: Instrument, sheet: Sheet, book: Codebook) -> pd.DataFrame:
    order = list(book.waves)
    asked = [order.index(wave) for wave in tool.waves]
    due = {w: next((order[k] for k in asked if k >= at), None) for at, w in enumerate(order)}
    kept = rows.assign(wave=rows["wave"].map(due).astype("str"))[rows["wave"].map(due).notna()]
    period = sheet.field[sheet.period] if sheet.period else None
    if period is None or period.kind == "wave":
        return kept
    when = kept[period.id]
    month = when if period.kind == "month" else pd.to_datetime(when).dt.strftime("%Y-%m")
    return kept.assign(month=month)


def _until(rows: pd.DataFrame, waves: list[str]) -> pd.DataFrame:
    """Return every record once for its own wave and once for each later one."""
    at = rows["wave"].map({wave: k for k, wave in enumerate(waves)})
    return pd.concat([rows[at <= k].assign(wave=wave) for k, wave in enumerate(waves)], ignore_index=True)


def _monthly(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the records of counties and of the programme, each with its month as group."""
    both = pd.concat([rows, rows.assign(county_code=PROGRAMME)], ignore_index=True)
    return both.assign(group="month:" + both["month"].astype("str"))


def _told(entry: Indicator, name: str, value, places: Places, book: Codebook) -> pd.DataFrame:
    """Return one figure in every place that keeps the record."""
    rows = places.rows
    told = matching(rows, entry.where)
    if value is not None:
        told &= rows[entry.by].eq(value).fillna(False).astype(bool)
    make = {"count": _count, "total": _total, "share": _share, "reach": _reach, "per": _per, "ratio": _ratio}
    table = make[entry.kind](entry, places, told)
    table = table.astype({"value": float})[table["value"].notna().to_numpy(bool)]
    table = table.reset_index()
    if entry.kind in ("count", "total"):
        table = table.assign(N=_due(entry, value, table, places, book))
    return table.assign(indicator=name, method=f"records/{entry.kind}", status="count")


def _due(entry: Indicator, value, table: pd.DataFrame, places: Places, book: Codebook) -> pd.Series:
    """Return how many rows a place owes: one a county × option of the key; NaN where the key tells more."""
    key = [places.sheet.field[name] for name in places.sheet.key]
    known = bool(key) and {"county", "wave"} <= {f.kind for f in key} <= {"county", "wave", "choice"}
    if not known or entry.cumulative or (entry.columns and entry.kind == "count"):
        return pd.Series(np.nan, table.index)
    asked = entry.where | ({} if value is None else {entry.by: [value]})
    options = [asked.get(f.id, book.scales[f.scale].values) for f in key if f.kind == "choice"]
    counties = places.clean.schools["county_code"].nunique()
    number = table["county_code"].eq(PROGRAMME).map({True: counties, False: 1})
    return number * float(np.prod([len(values) for values in options]))


def _count(entry: Indicator, places: Places, told: pd.Series) -> pd.DataFrame:
    """Return the number of rows, or of different values of the columns in a county."""
    rows = places.rows[told]
    if entry.columns:
        own = "school_id" if "school_id" in rows else "home"
        rows = rows.drop_duplicates([*PLACE, *entry.columns, own])
    number = rows.groupby(PLACE).size().reindex(places.heard, fill_value=0)
    return pd.DataFrame({"value": number, "n": number, "N": np.nan})


def _total(entry: Indicator, places: Places, told: pd.Series) -> pd.DataFrame:
    column = entry.columns[0]
    rows = places.rows[told & places.rows[column].notna()]
    sums = rows.astype({column: float}).groupby(PLACE)[column]
    return pd.DataFrame({"value": sums.sum(), "n": sums.size(), "N": np.nan})


def _share(entry: Indicator, places: Places, told: pd.Series) -> pd.DataFrame:
    among = matching(places.rows, entry.among)
    whole = places.rows[among].groupby(PLACE).size()
    part = places.rows[told & among].groupby(PLACE).size().reindex(whole.index, fill_value=0)
    return pd.DataFrame({"value": part / whole, "n": part, "N": whole})


def _ratio(entry: Indicator, places: Places, told: pd.Series) -> pd.DataFrame:
    """Return a sum over a sum.

    Rule: over the roster, what a school's teachers did is at most all of them; over a column, the lines of
          the sheet (rows of one key, but for its codes) that have a value in it: a budget is written once
          for several vouchers, and payments without one have nothing to be measured against. n and N are
          the two sums, to the nearest whole
    """
    rows = places.rows
    above = rows[entry.columns[0]].astype(float)
    if entry.over == "roster":
        below = rows["school_id"].map(places.clean.schools.set_index("school_id")["teachers"].astype(float))
        kept, above = above.notna() & below.notna(), np.minimum(above, below)
    else:
        below = rows[entry.over].astype(float)
        line = [rows[name] for name in _line(places.sheet)]
        kept = below.notna().groupby(line, dropna=False).transform("any")
    table = rows[PLACE].assign(above=above.where(told, 0.0), below=below)
    sums = table[matching(rows, entry.where) & kept].groupby(PLACE).sum()
    value = sums["above"] / sums["below"].where(sums["below"] > 0)
    return pd.DataFrame({"value": value, "n": sums["above"].round(), "N": sums["below"].round()})


def _line(sheet: Sheet) -> list[str]:
    """Return the columns that tell the lines of a sheet apart, in every place.

    Rule: the county is the row's own, in the programme's rows too
    """
    named = {"county": "home", "school": "school_id"}
    fields = [sheet.field[name] for name in sheet.key if sheet.field[name].kind not in ("code", "person")]
    return list(dict.fromkeys([*PLACE, *(named.get(field.kind, field.id) for field in fields)]))


def _per(entry: Indicator, places: Places, told: pd.Series) -> pd.DataFrame:
    """Return a sum over the roster of the counties that have something in it."""
    table = _total(entry, places, told)
    rows = places.rows[told & places.rows[entry.columns[0]].notna()]
    heard = rows.loc[rows["county_code"] != PROGRAMME, ["wave", "county_code"]].drop_duplicates()
    if heard.empty:
        return table
    sizes = []
    for wave, codes in heard.groupby("wave")["county_code"]:
        schools = places.clean.schools
        roster = populations(schools[schools["county_code"].isin(codes)])
        sizes.append(roster[roster["population"] == entry.over].assign(wave=wave))
    whole = pd.concat(sizes).set_index(PLACE)["N"].reindex(table.index).astype(float)
    who = next((f.id for f in places.sheet.columns if f.kind == "person"), None)
    who = who or ("school_id" if "school_id" in rows else None)
    behind = whole if who is None else rows.groupby(PLACE)[who].nunique().reindex(table.index)
    return pd.DataFrame({"value": table["value"] / whole, "n": np.minimum(behind, whole), "N": whole})


def _reach(entry: Indicator, places: Places, told: pd.Series) -> pd.DataFrame:
    """Return how many of the roster's teachers, schools or counties stand in a row.

    Rule: a person counts once, in the school of the first row; a school counts at most its roster
    """
    column, schools, rows = entry.columns[0], places.clean.schools, places.rows
    kind = places.sheet.field[column].kind
    inside = rows["county_code"].ne(PROGRAMME) & rows["group"].eq(WHOLE)
    found = _reached(rows[told & inside], kind, column)
    if entry.over == "counties":
        found = found[["wave", "county_code"]].drop_duplicates().assign(is_key=pd.NA)
    else:
        roster = schools[["school_id", "county_code", "is_key", "teachers"]]
        found = found.drop(columns="county_code").merge(roster, on="school_id")
    if kind == "person":
        found = found[found.groupby(["wave", "school_id"]).cumcount() < found["teachers"].astype(float)]
    heard = places.heard_by_tier if entry.over != "counties" else places.heard
    number = spread(found).groupby(PLACE).size().reindex(heard, fill_value=0)
    size = populations(schools)
    size = size[size["population"] == entry.over].set_index(["county_code", "group"])["N"]
    whole = pd.Series(size.reindex(number.index.droplevel("wave")).to_numpy(float), number.index)
    return pd.DataFrame({"value": number / whole, "n": number, "N": whole})


def _reached(rows: pd.DataFrame, kind: str, column: str) -> pd.DataFrame:
    """Return wave, county_code and school_id of every person or school, once a wave."""
    place = ["wave", "county_code", "school_id"]
    if kind == "schools":
        rows = rows.assign(school_id=rows[column].astype("str").str.split(";")).explode("school_id")
    if kind == "person":
        return rows[rows[column].notna()].drop_duplicates(["wave", column])[place]
    return rows[place].dropna().drop_duplicates()
