"""Change between waves as evidence: what has an earlier wave, how far it moved, what stays hidden."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import change, disclosure, estimate, sampling
from yiduiyi_analysis.analyse.inputs import PROGRAMME, WHOLE
from yiduiyi_analysis.analyse.samples import Sample
from yiduiyi_analysis.codebook import Codebook, Instrument

CHANGE, IN_SD, PROCESS = "_change", "_change_sd", "_change_process"
UNITS = {"rate": "rate_points", "points": "points", "gap": "points"}
PRINTED = {"rate_points": "rate", "sd": "points"}
PLACE = ["indicator", "wave", "county_code", "group"]
SCHOOLS = 8


def listed(levels: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return the changes that a catalogue of levels implies, a row a change × later wave.

    In:     levels: `catalogue.table`
    Out:    its columns, and level (the indicator that changes) and base (the earlier wave); unit is
            rate_points (a difference of shares), points or sd; block and thresholds are those of the level
    Rule:   from the earliest wave that asked the same items, for estimates and not for counts; a mean of a
            teacher or student scale also in standard deviations of the programme at that wave
    """
    told = levels[levels["unit"].isin(UNITS) & levels["compared"]]
    subject = told["indicator"].str.rpartition(".")[0]
    columns = (told["instrument"], subject, told["wave"])
    asked = [_asked(book.instruments[i], s, w) for i, s, w in zip(*columns, strict=True)]
    base = told.assign(asked=asked).groupby(["indicator", "asked"])["wave"].transform("first")
    told = told.assign(level=told["indicator"], base=base)[base.ne(told["wave"])]
    plain = told.assign(indicator=told["indicator"] + CHANGE, unit=told["unit"].map(UNITS))
    scales = {d.id for tool in book.instruments.values() if tool.unit != "school" for d in tool.dimensions}
    in_sd = told[told["indicator"].str.rpartition(".")[0].isin(scales)]
    in_sd = in_sd.assign(indicator=in_sd["indicator"] + IN_SD, unit="sd")
    return pd.concat([plain, in_sd], ignore_index=True)


def process_listed(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return what `listed` says of teachers' changes as those of a process: programme only, a row a pair."""
    ours = pairs[(pairs["population"] == "teachers") & (pairs["unit"] != "sd")]
    return ours.assign(indicator=ours["level"] + PROCESS)


def of(estimates: pd.DataFrame, sample: Sample, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return how far each figure of a sample moved, in every place that has both waves.

    In:     estimates: `indicators.estimates` of the sample; pairs: `listed`
    Out:    indicator, wave, county_code, group, value, lo, hi, n (of the later wave), method, status
    Rule:   non-response of the two waves is independent, so variances add up; normal for teachers, t with
            Welch's degrees of freedom for schools and classes; no interval where a wave's answers are all
            equal or one unit's, and none is needed where all answered both times. A programme figure needs
            the same counties in both waves
    Source: Kish 1965, § 12.4; Welch 1947
    """
    wide = _both(estimates, pairs[pairs["unit"] != "sd"])
    early, late = (_side(wide, when) for when in ("before", "after"))
    moved = change.finite(early, late)
    df = np.inf if sample.name == "finite" else _welch(early, late)
    lo, hi = estimate.interval(moved["value"].to_numpy(float), moved["se"].to_numpy(float), df)
    ends = np.array([sample.ranges[name] for name in wide["level"]], float).reshape(-1, 2)
    widest = ends[:, 1] - ends[:, 0]
    same = [(part["se"] == 0) & ~part["full"].astype(bool) for part in (early, late)]
    full, lone = moved["full"].to_numpy(bool), np.isnan(lo)
    equal = (same[0] | same[1]).to_numpy(bool)
    reason = np.select([full, lone, equal], ["full", "one-psu", "all-equal"], "change").astype(object)
    none = full | lone | equal
    table = wide[[*PLACE, "level", "base"]].assign(
        value=moved["value"], n=moved["n_after"],
        lo=np.where(none, np.nan, np.maximum(lo, -widest)), hi=np.where(none, np.nan, np.minimum(hi, widest)),
        method=sample.name + "/" + reason, status=np.select([full, none], ["full", "no_interval"], "ok"),
    )  # fmt: skip
    return pd.concat([table, *_in_sd(table, sample, pairs)], ignore_index=True).drop(
        columns=["level", "base"]
    )


def process(sample: Sample, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the programme's changes as those of such a programme in schools like these, a row a figure.

    In:     pairs: `process_listed`
    Out:    as `of`
    Rule:   teachers only; schools are the units, counties the strata, both waves in one design so that the
            covariance is kept; nothing where the weights amount to fewer than 8 schools of one size
    Source: Kish 1965, ch. 12
    """
    frame, parts = sample.frame, []
    pairs = pairs[pairs["level"].isin(sample.scores)]
    for (before, after), asked in pairs.groupby(["base", "wave"]) if sample.name == "finite" else ():
        rows = frame["wave"].isin([before, after])
        size = frame[rows].groupby(["wave", "school_id"])["weight"].sum()
        enough = size.groupby("wave").sum() ** 2 / (size**2).groupby("wave").sum()
        if set(enough.index) != {before, after} or enough.min() < SCHOOLS:
            continue
        plan = sampling.plan(frame[rows], "weight", ["county_code"], ["school_id"])
        scores = sample.scores.loc[rows, list(asked["level"])]
        moved = change.everyone(scores, plan, frame.loc[rows, "wave"], (before, after))
        persons = scores[frame.loc[rows, "wave"] == after].notna().mul(frame["person"], axis=0).sum()
        n = np.floor(moved["item"].map(persons) + 1e-9)
        parts.append(moved.assign(wave=after, n=n, indicator=moved["item"] + PROCESS))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["value"])
    table = table[table["value"].notna()].assign(county_code=PROGRAMME, group=WHOLE, method="process/change")
    return table.reindex(columns=[*PLACE, "value", "lo", "hi", "n", "method", "status"])


def settled(evidence: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return `evidence` in which a change is called full only if both its levels are."""
    early, late = _statuses(evidence, pairs)
    short = evidence["status"].eq("full") & early.notna() & ~(early.eq("full") & late.eq("full"))
    method = evidence["method"].mask(short, evidence["method"].str.replace("/full", "/item-skipped"))
    return evidence.assign(status=evidence["status"].mask(short, "no_interval"), method=method)


def protect(evidence: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return `evidence` with every change hidden of which a level is hidden, same order.

    In:     evidence: its levels after `disclosure.protect`; pairs: `listed` and `process_listed`
    Rule:   what is shown of a change follows from two shown levels, so that it gives back no hidden one
    """
    early, late = _statuses(evidence, pairs)
    first = early.eq("suppressed") | late.eq("suppressed")
    gone = (first | early.eq("suppressed_secondary") | late.eq("suppressed_secondary")).fillna(False)
    gone &= evidence["status"].ne("no_data")
    return disclosure.hide(evidence, gone.to_numpy(bool), first.fillna(False).to_numpy(bool))


def rounded(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return `evidence` rounded as `disclosure.rounded` does, differences of shares and SDs too."""
    cut = disclosure.rounded(evidence.assign(unit=evidence["unit"].replace(PRINTED)))
    signless = {name: cut[name] + 0.0 for name in ("value", "lo", "hi")}  # no −0
    return cut.assign(**signless, unit=evidence["unit"])


def _asked(tool: Instrument, subject: str, wave: str) -> str:
    """Return the items behind a subject that a wave asked, as one text."""
    rules = {rule.id: rule for rule in tool.composites}
    named = [rules[name] for name in [subject, *getattr(rules.get(subject), "all_of", [])] if name in rules]
    own = {item for rule in named for item in rule.items}
    items = [i for i in tool.items if subject in (i.id, i.dimension, tool.id) or i.id in own]
    return ";".join(item.id for item in items if wave in tool.waves_of(item))


def _both(estimates: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates of both waves of each change side by side, a row a change × place.

    Rule: a programme row whose counties are not the same in both waves has none
    """
    named = pairs[["indicator", "level", "wave", "base"]]
    rows, at = estimates.rename(columns={"indicator": "level"}), ["indicator", *PLACE[1:], "level", "base"]
    late = rows.merge(named, on=["level", "wave"])
    early = rows.rename(columns={"wave": "base"}).merge(named, on=["level", "base"])
    wide = late.merge(early, on=at, suffixes=("_after", "_before"))
    heard = [_counties(part) for part in (early, late, wide)]
    heard = pd.concat(heard, axis=1).fillna(0)
    same = heard.index[heard.min(axis=1) == heard.max(axis=1)]
    known = pd.MultiIndex.from_frame(wide[["level", "wave"]]).isin(same)
    return wide[known | wide["county_code"].ne(PROGRAMME)].reset_index(drop=True)


def _counties(rows: pd.DataFrame) -> pd.Series:
    inside = rows["group"].eq(WHOLE) & rows["county_code"].ne(PROGRAMME)
    return rows[inside].groupby(["level", "wave"]).size()


def _side(wide: pd.DataFrame, when: str) -> pd.DataFrame:
    """Return one wave of `_both` as `change.finite` takes it, each row a group of its own."""
    columns = {name: wide[f"{name}_{when}"] for name in ("value", "se", "n", "full", "df")}
    return pd.DataFrame({"group": np.arange(len(wide)), "item": wide["level"], **columns})


def _in_sd(table: pd.DataFrame, sample: Sample, pairs: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the changes of scale means in the programme's standard deviations at the earlier wave."""
    frame, parts = sample.frame, []
    scales = pairs.loc[pairs["unit"] == "sd", "level"].unique()
    for base, rows in table[table["level"].isin(scales)].groupby("base"):
        then = frame["wave"] == base
        scores = sample.scores.loc[then, rows["level"].unique()]
        sd, n = change.spread(scores, frame.loc[then, "weight"]), scores.notna().sum()
        moved = rows.assign(item=rows["level"], n_before=rows["level"].map(n), se=np.nan)
        moved = change.standardised(moved, sd).dropna(subset="value")
        parts.append(moved.assign(indicator=moved["level"] + IN_SD).drop(columns=["item", "n_before", "se"]))
    return parts


def _welch(early: pd.DataFrame, late: pd.DataFrame) -> np.ndarray:
    """Return the degrees of freedom of a difference of two means, each with an error of its own."""
    squares, total = 0.0, 0.0
    for part in (early, late):
        variance, df = part["se"].to_numpy(float) ** 2, part["df"].to_numpy(float)
        squares = squares + np.where(variance > 0, variance**2 / np.maximum(df, 1), 0)
        total = total + variance
    return np.where(squares > 0, total**2 / np.where(squares > 0, squares, 1), np.inf)


def _statuses(evidence: pd.DataFrame, pairs: pd.DataFrame) -> list[pd.Series]:
    """Return for each row of evidence the status of its earlier and its later level, NA where it is none."""
    known = evidence.set_index(PLACE)["status"]
    at = evidence[PLACE].merge(
        pairs[["indicator", "wave", "level", "base"]], on=["indicator", "wave"], how="left"
    )
    found = []
    for wave in ("base", "wave"):
        keys = pd.MultiIndex.from_frame(at[["level", wave, *PLACE[2:]]].astype(object))
        found.append(pd.Series(known.reindex(keys).array, evidence.index, dtype="string"))
    return found
