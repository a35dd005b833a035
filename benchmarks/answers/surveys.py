"""Groups apistrat, apiclus1 and lonely: the survey designs of R's survey package."""

from functools import partial

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import calibrate, change, distribution, estimate, replicate, sampling, totals

ENDS = ("2.5 %", "97.5 %")


def named(table: pd.DataFrame, column: str, by: str = "item") -> dict:
    """Return one column of estimates by item or group."""
    return dict(zip(table[by], table[column], strict=True))


def interval(table: pd.DataFrame) -> tuple:
    """Return the ends of the t intervals of a table of estimates."""
    return estimate.interval(*(table[name].to_numpy() for name in ("value", "se", "df")))


def labelled(table: pd.DataFrame) -> dict:
    """Return t intervals as R prints them: item|2.5 %, item|97.5 %."""
    ends = zip(ENDS, interval(table), strict=True)
    return {f"{item}|{end}": v for end, side in ends for item, v in zip(table["item"], side, strict=True)}


def share_ends(table: pd.DataFrame, kind: str) -> list:
    """Return the logit or the Korn–Graubard interval of the first share of a table."""
    row = table.iloc[0]
    if kind == "logit":
        return list(map(float, estimate.logit_interval(row["value"], row["se"], row["df"])))
    size = estimate.effective_size(row["value"], row["se"], row["n"], row["df"])
    return list(map(float, estimate.korn_graubard(row["value"], size)))


def stratified(gold) -> dict:
    d = gold.frame()
    ds = sampling.plan(d, "pw", "stype", populations="fpc")
    nf = sampling.plan(d, "pw", "stype")
    three = totals.means(d[["api00", "api99", "enroll"]], ds)
    total, ratio = totals.totals(d[["enroll"]], ds), totals.ratios(d[["api.stu"]], d[["enroll"]], ds)
    by = totals.means(d[["api00"]], ds, d["stype"])
    both = totals.means(d[["api00"]], ds, d["awards"] + "." + d["comp.imp"])
    wide = totals.means(pd.DataFrame({"wide": (d["sch.wide"] == "Yes").astype(float)}), ds)
    apart = totals.contrast(d[["api00"]], ds, d["stype"], {"E": 1, "H": -1, "M": 0}).iloc[0]
    gain = totals.means(pd.DataFrame({"gain": d["api00"] - d["api99"]}), ds)
    lo, hi = interval(gain)
    copies = replicate.jackknife(ds)
    two, over = d[["api00", "enroll"]].to_numpy(float), (d[["api.stu"]].to_numpy(), d[["enroll"]].to_numpy())
    return {
        "mean.est": named(three, "value"),
        "mean.se": named(three, "se"),
        "mean.ci": labelled(three),
        "mean.se.nofpc": named(totals.means(d[["api00", "api99", "enroll"]], nf), "se"),
        "degf": three["df"].iloc[0],
        "total.est": named(total, "value"),
        "total.se": list(total["se"]),
        "total.ci": labelled(total),
        "ratio.est": named(ratio, "value"),
        "ratio.se": ratio["se"].iloc[0],
        "by.mean": named(by, "value", "group"),
        "by.se": named(by, "se", "group"),
        "by2.mean": named(both, "value", "group"),
        "by2.se": named(both, "se", "group"),
        "prop.est": list(wide["value"]),
        "prop.se": list(wide["se"]),
        "prop.ci.logit": share_ends(wide, "logit"),
        "prop.ci.beta": share_ends(wide, "beta"),
        "prop.ci.xlogit": share_ends(wide, "logit"),
        "median": list(distribution.quantiles(d[["api00"]], ds, [0.25, 0.5, 0.75])["value"]),
        "deff": named(totals.design_effect(d[["api00"]], ds), "value"),
        "deff.wr": named(totals.design_effect(d[["api00"]], ds, replacement=True), "value"),
        "contrast": {"est": apart["value"], "se": apart["se"]},
        "paired.change": {"est": gain["value"].iloc[0], "se": gain["se"].iloc[0], "lo": lo[0], "hi": hi[0]},
        "jkn.mean.se": list(replicate.se(partial(replicate.means, two), copies)),
        "jkn.ratio.se": replicate.se(partial(replicate.ratios, *over), copies)[0],
    }


def clustered(gold) -> dict:
    d = gold.frame()
    dc, nf = sampling.plan(d, "pw", units="dnum", populations="fpc"), sampling.plan(d, "pw", units="dnum")
    two = d[["api00", "enroll"]]
    with_fpc, without = totals.means(two, dc), totals.means(two, nf)
    by = totals.means(d[["api00"]], dc, d["stype"])
    wide = totals.means(pd.DataFrame({"wide": (d["sch.wide"] == "Yes").astype(float)}), dc)
    long = pd.concat([d.assign(y=d[name], t=time) for time, name in enumerate(["api99", "api00"])])
    stacked = sampling.plan(long, "pw", units="dnum")
    moved = change.everyone(long[["y"]], stacked, long["t"], (0, 1)).iloc[0]
    moved = {"est": moved["value"], "se": moved["se"]}
    scores = two.to_numpy(float)
    return {
        "mean.est": named(with_fpc, "value"),
        "mean.se": named(with_fpc, "se"),
        "mean.se.nofpc": named(without, "se"),
        "mean.ci.nofpc": labelled(without),
        "degf": without["df"].iloc[0],
        "total.se": list(totals.totals(d[["enroll"]], dc)["se"]),
        "by.mean": named(by, "value", "group"),
        "by.se": named(by, "se", "group"),
        "prop.ci.logit": share_ends(wide, "logit"),
        "prop.ci.beta": share_ends(wide, "beta"),
        "jk1.mean.se": list(replicate.se(partial(replicate.means, scores), replicate.jackknife(nf))),
        "glm.change": moved,
        "cohort.contrast": moved,
    } | calibrated(gold, d, dc)


def calibrated(gold, d: pd.DataFrame, dc: sampling.Plan) -> dict:
    two, types = d[["api00", "enroll"]], dict(zip("EHM", gold.numbers("ps")[0], strict=True))
    wide = dict(zip(["No", "Yes"], gold.numbers("rk")[1], strict=True))
    ps = calibrate.poststratify(dc, d["stype"], types)
    rk = calibrate.rake(dc, [(d["stype"], types), (d["sch.wide"], wide)])
    post, raked, total = totals.means(two, ps), totals.means(two, rk), totals.totals(d[["enroll"]], ps)
    return {
        "ps.weights": pd.Series(ps.weight).groupby(d["stype"]).first().to_dict(),
        "ps.mean": named(post, "value"),
        "ps.mean.se": named(post, "se"),
        "ps.total": named(total, "value"),
        "ps.total.se": list(total["se"]),
        "rake.weights": pd.Series(rk.weight).groupby(d["stype"] + " " + d["sch.wide"]).first().to_dict(),
        "rake.mean": named(raked, "value"),
        "rake.mean.se": named(raked, "se"),
    }


def lonely(gold) -> dict:
    d = gold.frame()
    rows = np.concatenate(
        [np.flatnonzero(d["stype"] == kind)[:n] for kind, n in (("E", 30), ("M", 20), ("H", 1))]
    )
    d = d.iloc[rows]
    plans = {rule: sampling.plan(d, "pw", "stype", lonely=rule) for rule in ("remove", "adjust", "average")}
    return {rule: totals.means(d[["api00"]], plan)["se"].iloc[0] for rule, plan in plans.items()}


GROUPS = {"apistrat": stratified, "apiclus1": clustered, "lonely": lonely}
