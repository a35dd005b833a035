"""Clean tables → evidence rows, by the kinds the codebook knows; no item is named here."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import (
    catalogue,
    changes,
    conditions,
    counts,
    estimate,
    exam,
    inputs,
    rated,
    records,
    samples,
    weights,
)
from yiduiyi_analysis.analyse import units as published
from yiduiyi_analysis.analyse.inputs import PROGRAMME, TIERS, WHOLE, Clean
from yiduiyi_analysis.analyse.samples import Sample
from yiduiyi_analysis.codebook import Codebook, Instrument

KEYS = ["indicator", "county_code", "group", "wave"]
NUMBERS = {"value": "Float64", "lo": "Float64", "hi": "Float64", "n": "Int64", "N": "Int64"}
WORDS = dict.fromkeys(["unit", "method", "status"], "string")
COLUMNS = dict.fromkeys(KEYS, "string") | NUMBERS | WORDS


def evidence(
    clean: Clean, book: Codebook, units: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the evidence before protection, the protection rule of each level, and what is a change of what.

    In:     units: school_id, unit_id (`disclosure.units`)
    Out:    one row an indicator × county_code ("all": the programme) × group × wave in which it was asked,
            those without an answer too; indicator, block, within, least, sensitive_n, persons of the levels;
            and indicator, wave, level, base of the changes and gains (see `changes.listed`)
    Rule:   status is ok | full (everyone answered) | no_interval | count | no_data; `method` says which
            design and interval, or why there is none
    Raises: ValueError if a reply or a rating names a school outside the roster, or a response_id occurs twice
    """
    for table in (clean.responses, clean.ratings):
        weights.check_schools(table["school_id"].dropna(), clean.schools)
    levels = catalogue.table(book, counts.of_counties(clean.deliverables))
    pairs, gains = changes.listed(levels, book), catalogue.gains(book)
    processes = changes.process_listed(pairs)
    populations = inputs.populations(clean.schools)
    places = published.places(units, clean.schools, book.thresholds.mean_min)
    told, counties = published.indicators(levels, book), clean.schools["county_code"].nunique()
    parts, stacked = _counted(clean, book, units), []
    for sample in (made for tool in book.instruments.values() for made in _samples(tool, clean, book)):
        parts += _estimated(sample, pairs, counties)
        parts += [_of_units(sample, told, units, places), _of_given(sample, book, counties)]
        stacked.append(changes.process(sample, processes))
    filled = [part for part in parts if len(part)] or [pd.DataFrame(columns=[*COLUMNS], dtype=object)]
    grid = _grid(pd.concat([levels, pairs, gains], ignore_index=True), populations, told, places)
    grid = pd.concat([grid, _grid_of_given(levels, populations, book)], ignore_index=True)
    table = _complete(pd.concat(filled, ignore_index=True), grid)
    extra = [_of_process(part, processes, populations) for part in stacked if len(part)]
    table = changes.settled(_skipped(table), pairs)
    table = pd.concat([counts.roster(clean.schools), table, *extra], ignore_index=True)
    rules = levels.drop_duplicates("indicator")[
        ["indicator", "block", "within", "least", "sensitive_n", "persons"]
    ]
    pairs = pd.concat([pairs, processes, gains], ignore_index=True)[["indicator", "wave", "level", "base"]]
    return table[[*COLUMNS]].astype(COLUMNS).sort_values(KEYS, ignore_index=True), rules, pairs


def estimates(sample: Sample) -> pd.DataFrame:
    """Return the estimates of a sample for counties and the programme, each whole and by key/other.

    Out:    one row an indicator × wave × county_code × group with answers: value, se, n, df, full
    """
    frame, tables = sample.frame, []
    plan = _plan(frame)
    for county in (frame["county_code"], PROGRAMME):
        for group in (WHOLE, frame["is_key"].map(TIERS)):
            place = (frame["wave"] + "|" + county + "|" + group).astype(object)
            tables.append(estimate.means(sample.scores, plan, place))
    return _placed(pd.concat(tables, ignore_index=True))


def _plan(frame: pd.DataFrame) -> estimate.Design:
    return estimate.design(frame, "population" if "population" in frame else None, "person")


def _placed(table: pd.DataFrame) -> pd.DataFrame:
    """Return estimates with answers, the places of their groups as columns."""
    table = table.rename(columns={"item": "indicator"})
    table = table[table["n"] > 0].reset_index(drop=True)
    place = table["group"].str.split("|", expand=True).reindex(columns=range(3))
    table[["wave", "county_code", "group"]] = place.to_numpy(object)
    # With no degree of freedom there is no interval to give, whatever the design.
    table["se"] = table["se"].where((table["df"] > 0) | table["full"])
    return table


def _samples(tool: Instrument, clean: Clean, book: Codebook) -> list[Sample]:
    return samples.of(tool, clean, book) + rated.samples(tool, clean, book)


def _counted(clean: Clean, book: Codebook, units: pd.DataFrame) -> list[pd.DataFrame]:
    """Return what is not estimated by a design: responses, deliverables, records, statistics of a test."""
    least, parts, places = book.thresholds.mean_min, [], clean.schools["county_code"].nunique()
    for tool in book.instruments.values():
        parts += counts.responses(tool, clean, units, least)
        parts.append(rated.agreement(tool, clean, book))
        parts += [partial(records.figures(i, clean, book), places) for i in records.indicators(tool, book)]
        parts.append(partial(counts.reported(tool, clean), places))
        if tool.unit == "deliverable":
            parts += [counts.deliverables(tool, clean, book), counts.stages(tool, clean, book)]
        if tool.unit == "test":
            parts += [partial(exam.gains(tool, clean, book), places), exam.reliabilities(tool, clean, book)]
    return parts


def _of_units(
    sample: Sample, told: frozenset[str], units: pd.DataFrame, places: pd.DataFrame
) -> pd.DataFrame:
    """Return the levels of a sample of teachers that published units get."""
    asked = [name for name in sample.scores if name in told]
    if sample.name != "finite" or not asked:
        return pd.DataFrame()
    frame = sample.frame
    unit = published.UNIT + frame["school_id"].map(units.set_index("school_id")["unit_id"])
    place = (frame["wave"] + "|" + frame["county_code"] + "|" + unit).where(unit.isin(places["group"]))
    table = estimate.means(sample.scores[asked], _plan(frame), place.astype(object))
    return _with_interval(_placed(table), sample)


def _of_given(sample: Sample, book: Codebook, places: int) -> pd.DataFrame:
    """Return the rules of a sample by whether their conditions are there, counties and programme whole."""
    asked = [name for name in sample.scores if name in conditions.indicators(book)]
    if sample.given is None or not asked:
        return pd.DataFrame()
    frame, parts = sample.frame, []
    for county in (frame["county_code"], PROGRAMME):
        place = (frame["wave"] + "|" + county + "|" + sample.given).astype(object)
        parts.append(estimate.means(sample.scores[asked], _plan(frame), place))
    table = _with_interval(_placed(pd.concat(parts, ignore_index=True)), sample)
    return pd.concat(
        [
            partial(part.assign(group=WHOLE), places).assign(group=group)
            for group, part in table.groupby("group")
        ]
    )


def _estimated(sample: Sample, pairs: pd.DataFrame, places: int) -> list[pd.DataFrame]:
    """Return the levels and the changes of a sample with their intervals."""
    table = estimates(sample)
    ours = pairs[pairs["level"].isin(sample.scores)]
    return [
        partial(part, places) for part in (_with_interval(table, sample), changes.of(table, sample, ours))
    ]


def _of_process(part: pd.DataFrame, listed: pd.DataFrame, populations: pd.DataFrame) -> pd.DataFrame:
    """Return process rows with their unit and population."""
    named = part.merge(listed[["indicator", "wave", "unit", "population"]], on=["indicator", "wave"])
    return named.merge(populations, on=["population", "county_code", "group"])


def partial(table: pd.DataFrame, places: int) -> pd.DataFrame:
    """Return `table` with programme rows that some county has no part in marked `+partial`, never as full."""
    inside = table[(table["group"] == WHOLE) & (table["county_code"] != PROGRAMME)]
    heard = inside.groupby(["indicator", "wave"]).size()
    own = heard.reindex(pd.MultiIndex.from_frame(table[["indicator", "wave"]])).fillna(0)
    short = (table["county_code"] == PROGRAMME) & (own.to_numpy() < places)
    status = table["status"].mask(short & (table["status"] == "full"), "no_interval")
    return table.assign(status=status, method=table["method"].mask(short, table["method"] + "+partial"))


def _with_interval(table: pd.DataFrame, sample: Sample) -> pd.DataFrame:
    """Return `table` with lo, hi (within the scale), method, status; a row without an interval says why."""
    share = table["indicator"].isin(sample.shares).to_numpy(bool)
    value, se, n, df = (table[name].to_numpy(float) for name in ("value", "se", "n", "df"))
    df = np.full(len(table), np.inf) if sample.name == "finite" else df
    lo, hi = estimate.interval(value, se, df)
    share_lo, share_hi, exact = estimate.share_interval(value, se, n, df)
    full, lone, same = table["full"].to_numpy(bool), np.isnan(se), (se == 0) & ~share
    names = ["full", "one-psu", "all-equal", "korn-graubard", "logit"]
    reason = np.select([full, lone, same, share & exact, share], names, "taylor").astype(object)
    none = full | lone | same
    low, high = np.array([sample.ranges[name] for name in table["indicator"]], float).reshape(-1, 2).T
    table = table.assign(
        lo=np.where(none, np.nan, np.where(share, share_lo, np.maximum(lo, low))),
        hi=np.where(none, np.nan, np.where(share, share_hi, np.minimum(hi, high))),
        method=sample.name + "/" + reason,
        status=np.select([full, none], ["full", "no_interval"], "ok"),
    )
    return table[[*KEYS, "value", "lo", "hi", "n", "method", "status"]]


def _skipped(table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` where a figure is full only if all answered that item, not just the questionnaire."""
    short = (table["status"] == "full") & (table["n"].astype(float) < table["N"])
    method = table["method"].mask(short, table["method"].str.replace("/full", "/item-skipped"))
    return table.assign(status=table["status"].mask(short, "no_interval"), method=method)


def _grid(
    listed: pd.DataFrame, populations: pd.DataFrame, told: frozenset[str], places: pd.DataFrame
) -> pd.DataFrame:
    """Return every indicator × wave × place that evidence has a row for, with unit and N."""
    listed = listed[["indicator", "wave", "unit", "population"]]
    ours = listed[listed["indicator"].isin(told)].merge(places, how="cross")
    grid = pd.concat([listed.merge(populations, on="population"), ours], ignore_index=True)
    return grid[[*KEYS, "unit", "N"]]


def _grid_of_given(listed: pd.DataFrame, populations: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return the rows for those who have the conditions: every county whole, and the programme."""
    ours = listed[listed["indicator"].isin(conditions.indicators(book))][["indicator", "wave", "unit"]]
    whole = populations[populations["population"].eq("whole")].assign(group=conditions.GIVEN)
    return ours.merge(whole[["county_code", "group", "N"]], how="cross")[[*KEYS, "unit", "N"]]


def _complete(measured: pd.DataFrame, grid: pd.DataFrame) -> pd.DataFrame:
    """Return every row of the grid and what was measured beside, those without an answer as no_data."""
    own = measured.reindex(columns=[*KEYS, "value", "lo", "hi", "n", "N", "method", "status"])
    table = grid.merge(own, on=KEYS, how="outer", suffixes=("_grid", ""), validate="one_to_one")
    units = grid.drop_duplicates("indicator").set_index("indicator")["unit"]
    empty = table["status"].isna()
    return table.assign(
        unit=table["indicator"].map(units),
        N=table["N_grid"].fillna(table["N"].astype(float)),
        n=table["n"].mask(empty, 0),
        method=table["method"].mask(empty, "none"),
        status=table["status"].mask(empty, "no_data"),
    )
