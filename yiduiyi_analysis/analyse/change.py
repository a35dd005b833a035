"""Change between two waves: of everyone, of those who answered both times, and in standard deviations."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import effect, estimate, numbers, sampling, status, totals
from yiduiyi_analysis.analyse.sampling import Plan

FEW = 50
STAYERS = ["item", "value", "se", "df", "lo", "hi", "n", "match_rate"]
STAYERS += ["stayed_baseline", "left_baseline", "status"]


def everyone(scores: pd.DataFrame, plan: Plan, wave, pair: tuple, by=None) -> pd.DataFrame:
    """Return the change of every item's mean in every group, both waves in one design, a row a group × item.

    In:     scores: one row per response of either wave, a column an item; plan: the design of the stacked
            rows (the same school is the same unit in both waves); wave: of each row; pair: (before, after)
    Out:    group, item, value (after − before), se, lo, hi (t with df), n_before, n_after, df, status
    Rule:   the covariance of the waves is kept; NaN where a wave has no answers, no interval where one unit
            alone answered
    Source: Kish 1965, ch. 12
    """
    wave = pd.Series(np.asarray(wave))
    by = pd.Series("all" if by is None else np.asarray(by), index=wave.index).where(wave.isin(pair))
    labels = np.sort(by.dropna().unique())
    late = (wave == pair[1]).to_numpy()
    count = max(len(labels), 1)
    data = totals.domains(scores, plan, by)
    cells = totals.Domains(
        data.scores, data.answered, data.weight, data.group * 2 + late, np.arange(2 * count), data.items
    )
    mean, score = totals.influence(cells)
    score = np.where(late[:, None], score, -score)
    psus, strata, short = sampling.freedom(data.answered, plan, data.group, count)
    spread = sampling.variance(score, plan, data.group, count, data.answered)
    value, n = mean[1::2] - mean[::2], cells.sums(data.answered.astype(float)).astype(int)
    se = np.sqrt(np.where(~np.isnan(value) & ((psus > 1) | ~short), spread, np.nan))
    lo, hi = estimate.interval(value, se, psus - strata)
    columns = {"value": value, "se": se, "lo": lo, "hi": hi, "n_before": n[::2], "n_after": n[1::2]}
    return _long(labels, data.items, columns | {"df": psus - strata, "status": status.of(value, lo)})


def finite(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the change of means for a finite population, a row a group × item of either table.

    In:     two tables of `estimate.means`: group, item, value, se, n, full
    Out:    group, item, value, se, lo, hi (normal), n_before, n_after, full (everyone answered both times),
            status
    Rule:   non-response of the two waves is independent, so variances add up; NaN where a wave is lacking
    Source: Kish 1965, § 12.4
    """
    keys, columns = ["group", "item"], ["value", "se", "n", "full"]
    both = before[keys + columns].merge(
        after[keys + columns], "outer", keys, suffixes=("_before", "_after"), validate="one_to_one"
    )
    value = both["value_after"] - both["value_before"]
    se = np.sqrt(both["se_before"] ** 2 + both["se_after"] ** 2)
    lo, hi = estimate.interval(value, se)
    n = {f"n_{when}": both[f"n_{when}"].fillna(0).astype(int) for when in ("before", "after")}
    full = both["full_before"].eq(True) & both["full_after"].eq(True)
    return both[keys].assign(
        value=value, se=se, lo=lo, hi=hi, **n, full=full, status=status.of(value, se, full)
    )


def stayers(
    before: pd.DataFrame, after: pd.DataFrame, person: str, items: list[str], **design
) -> pd.DataFrame:
    """Return the mean within-person change of those who answered an item in both waves, a row an item.

    In:     one row per response: `person` (NA: unknown) and the items; `after` also holds the columns that
            `design` names, as `sampling.plan` takes them (weight, strata, units, populations, lonely)
    Out:    item, value, se, lo, hi (t with df), n, df, match_rate (n over the answers of the later wave),
            stayed_baseline and left_baseline (plain means before, of stayers and of those not seen again;
            NaN of nobody), status
    Rule:   weight, stratum and unit are those of the later wave; units without a stayer are not units
    Source: Kish 1965, § 12.4; Lohr, Sampling, § 9
    Raises: ValueError if a person answered twice in a wave: decide first which answer counts
    """
    for table in (before, after):
        if table[person].dropna().duplicated().any():
            raise ValueError(f"a {person} occurs twice in one wave: decide first which answer counts")
    order = before.dropna(subset=[person]).set_index(person)[items].reindex(after[person])
    matched = after[person].notna() & after[person].isin(set(before[person].dropna()))
    rows = [
        _stayers(before, after, person, item, order[item].to_numpy(float), matched, design) for item in items
    ]
    return pd.DataFrame(rows, columns=STAYERS)


def standardised(change: pd.DataFrame, sd) -> pd.DataFrame:
    """Return `change` in standard deviations of the baseline: value, se, lo and hi divided by `sd`.

    In:     change: any table above; sd: a number, or item → number
    Rule:   times Hedges' correction where fewer than 50 answered before; NaN, with status no_variation, where
            the baseline did not vary, and too_few where the correction needs more answers (df > 1)
    Source: Hedges 2007; Cumming 2012, ch. 11
    """
    scale = change["item"].map(sd) if isinstance(sd, dict | pd.Series) else pd.Series(sd, change.index)
    n = change["n_before"] if "n_before" in change else change["n"]
    shrink = np.where(n < FEW, effect.correction(n - 1), 1.0)
    factor = shrink / scale.astype(float).where(lambda s: s > 0)
    made = change.assign(**{name: change[name] * factor for name in ("value", "se", "lo", "hi")})
    if "status" not in change:
        return made
    lost = made["value"].isna() & change["value"].notna()
    why = np.where(np.isnan(shrink), status.TOO_FEW, status.NO_VARIATION)
    return made.assign(status=made["status"].mask(lost, why))


def spread(scores: pd.DataFrame, weight) -> pd.Series:
    """Return the weighted standard deviation of every item, NaN below two answers (`standardised` says so).

    Rule:   Σw(x − mean)² / Σw × n / (n − 1), as R's svyvar
    """
    values, weight = numbers.of(scores), numbers.of(weight)[:, None]
    answered = ~np.isnan(values) & (weight != 0)
    weight, n = weight * answered, answered.sum(axis=0)
    values, whole = np.where(answered, values, 0.0), np.where(n > 0, weight.sum(axis=0), 1.0)
    mean = (weight * values).sum(axis=0) / whole
    squares = (weight * (values - mean) ** 2).sum(axis=0) / whole
    sd = np.sqrt(np.where(n > 1, squares * n / np.maximum(n - 1, 1), np.nan))
    sd = np.where(sd <= numbers.SAME * np.abs(values).max(axis=0, initial=0), 0.0, sd)
    return pd.Series(sd, scores.columns)


def _stayers(before, after, person, item, first, matched, design) -> dict:
    gain = after[item].to_numpy(float) - first
    kept = ~np.isnan(gain)
    frame = after[kept]
    row = {"value": np.nan, "se": np.nan, "df": 0.0}
    if kept.any():
        table = totals.means(pd.DataFrame({item: gain[kept]}), sampling.plan(frame, **design))
        row = table[["value", "se", "df"]].iloc[0].to_dict()
    lo, hi = estimate.interval(row["value"], row["se"], row["df"])
    left = before.loc[~before[person].isin(set(after[person].dropna())), item]
    answered = after[item].notna().sum()
    return {
        "item": item, **row, "lo": float(lo), "hi": float(hi), "n": int(kept.sum()),
        "match_rate": kept.sum() / answered if answered else np.nan,
        "stayed_baseline": first[kept].mean() if kept.any() else np.nan,
        "left_baseline": left.mean(), "status": status.word(row["value"], lo),
    }  # fmt: skip


def _long(labels, items, tables: dict) -> pd.DataFrame:
    groups, width = len(labels), len(items)
    head = {"group": np.repeat(np.asarray(labels), width), "item": np.tile(np.asarray(items), groups)}
    return pd.DataFrame(head | {name: table[:groups].ravel() for name, table in tables.items()})
