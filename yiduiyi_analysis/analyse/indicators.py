"""Clean tables → evidence rows, by the kinds the codebook knows; no item is named here."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import catalogue, changes, counts, estimate, samples
from yiduiyi_analysis.analyse.inputs import PROGRAMME, TIERS, WHOLE, Clean
from yiduiyi_analysis.analyse.samples import Sample
from yiduiyi_analysis.codebook import Codebook

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
            those without an answer too; indicator, block, within, least, sensitive_n of the levels; and
            indicator, wave, level, base of the changes (see `changes.listed`)
    Rule:   status is ok | full (everyone answered) | no_interval | count | no_data; `method` says which
            design and interval, or why there is none
    """
    levels_listed = catalogue.table(book, counts.of_counties(clean.deliverables))
    pairs = changes.listed(levels_listed, book)
    processes = changes.process_listed(pairs)
    listed = pd.concat([levels_listed, pairs], ignore_index=True)
    tools, least = book.instruments.values(), book.thresholds.mean_min
    parts = [table for tool in tools for table in counts.responses(tool, clean, units, least)]
    parts += [counts.deliverables(tool, clean, book) for tool in tools if tool.unit == "deliverable"]
    stacked = []
    for sample in (sample for tool in tools for sample in samples.of(tool, clean, book)):
        parts += _estimated(sample, pairs, clean.schools["county_code"].nunique())
        stacked.append(changes.process(sample, processes))
    filled = [part for part in parts if len(part)] or [pd.DataFrame(columns=[*COLUMNS], dtype=object)]
    populations = counts.populations(clean.schools)
    table = _complete(pd.concat(filled, ignore_index=True), listed, populations)
    extra = [_of_process(part, processes, populations) for part in stacked if len(part)]
    table = changes.settled(_skipped(table), pairs)
    table = pd.concat([counts.roster(clean.schools), table, *extra], ignore_index=True)
    rules = levels_listed.drop_duplicates("indicator")[
        ["indicator", "block", "within", "least", "sensitive_n"]
    ]
    pairs = pd.concat([pairs, processes], ignore_index=True)[["indicator", "wave", "level", "base"]]
    return table[[*COLUMNS]].astype(COLUMNS).sort_values(KEYS, ignore_index=True), rules, pairs


def estimates(sample: Sample) -> pd.DataFrame:
    """Return the estimates of a sample for counties and the programme, each whole and by key/other.

    Out:    one row an indicator × wave × county_code × group with answers: value, se, n, df, full
    """
    frame = sample.frame
    plan = estimate.design(frame, "population" if "population" in frame else None, "person")
    tables = []
    for county in (frame["county_code"], PROGRAMME):
        for group in (WHOLE, frame["is_key"].map(TIERS)):
            place = (frame["wave"] + "|" + county + "|" + group).astype(object)
            tables.append(estimate.means(sample.scores, plan, place))
    table = pd.concat(tables, ignore_index=True).rename(columns={"item": "indicator"})
    table = table[table["n"] > 0].reset_index(drop=True)
    place = table["group"].str.split("|", expand=True).reindex(columns=range(3))
    table[["wave", "county_code", "group"]] = place.to_numpy(object)
    # With no degree of freedom there is no interval to give, whatever the design.
    table["se"] = table["se"].where((table["df"] > 0) | table["full"])
    return table


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


def _complete(measured: pd.DataFrame, listed: pd.DataFrame, populations: pd.DataFrame) -> pd.DataFrame:
    """Return every indicator × wave × place, those without an answer as no_data; N counts the population."""
    grid = listed[["indicator", "wave", "population"]].merge(populations, on="population")
    own = measured.reindex(columns=[*KEYS, "value", "lo", "hi", "n", "N", "method", "status"])
    table = grid.merge(own, on=KEYS, how="outer", suffixes=("_grid", ""), validate="one_to_one")
    units = listed.drop_duplicates("indicator").set_index("indicator")["unit"]
    empty = table["status"].isna()
    return table.assign(
        unit=table["indicator"].map(units),
        N=table["N_grid"].fillna(table["N"].astype(float)),
        n=table["n"].mask(empty, 0),
        method=table["method"].mask(empty, "none"),
        status=table["status"].mask(empty, "no_data"),
    )
