"""Groups prog and selfexpert: answers shaped like the programme's own."""

import numpy as np
import pandas as pd

from answers.surveys import share_ends
from yiduiyi_analysis.analyse import (
    change,
    concordance,
    distribution,
    effect,
    estimate,
    raters,
    reliability,
    sampling,
    scales,
    totals,
    weights,
)

ITEMS = [f"q{number:02d}" for number in range(1, 13)]


def matrix(table: pd.DataFrame, by: str, **columns: str) -> dict:
    """Return estimates as R prints a matrix: row|column."""
    rows = table[by].astype(str)
    return {
        f"{row}|{name}": value
        for name, column in columns.items()
        for row, value in zip(rows, table[column], strict=True)
    }


def answers(gold) -> pd.DataFrame:
    a = gold.frame()
    top = (a["q01"] >= 4).astype(float).where(a["q01"].notna())
    return a.assign(q04=6 - a["q04"], top2=top, weight=a["w"])


def programme(gold) -> dict:
    a = answers(gold)
    d0, d3 = (a[a["wave"] == wave].reset_index(drop=True) for wave in (0, 3))
    f3 = estimate.design(d3.assign(stratum=d3["cell"]), population="popsize")
    p3 = sampling.plan(d3, "w", "county", "school")
    all3 = pd.Series("all", d3.index)
    finite = estimate.means(d3[ITEMS], f3, all3)
    one = pd.DataFrame({"one": np.ones(len(d3))})
    top = totals.means(d3[["top2"]], p3)
    ends = {"est": "value", "se": "se"}
    spread = distribution.shares(d3[["q01"]], p3, [1, 2, 3, 4, 5])
    spread["row"] = "factor(q01)" + spread["level"].astype(str)
    counts = {f"n{wave}": len(d) for wave, d in ((0, d0), (3, d3))}
    sums = {f"sumw{wave}": d["w"].sum() for wave, d in ((0, d0), (3, d3))}
    return (
        {
            "n.sumw": counts | sums | {"kish3": weights.kish(d3["w"])},
            "finite.degf": estimate.means(one, f3, all3)["df"].iloc[0],
            "process.degf": totals.means(one, p3)["df"].iloc[0],
            "finite.items": matrix(finite, "item", **ends),
            "process.items": matrix(totals.means(d3[ITEMS], p3), "item", **ends),
            "finite.county.q05": matrix(estimate.means(d3[["q05"]], f3, d3["county"]), "group", **ends),
            "process.county.q05": matrix(totals.means(d3[["q05"]], p3, d3["county"]), "group", **ends),
            "finite.top2.county": matrix(estimate.means(d3[["top2"]], f3, d3["county"]), "group", **ends),
            "process.top2.kg": share_ends(top, "beta"),
            "process.top2.logit": share_ends(top, "logit"),
            "process.dist.q01": matrix(spread, "row", **ends),
        }
        | changes(a, d0, d3)
        | scores(d3, p3)
    )


def changes(a: pd.DataFrame, d0: pd.DataFrame, d3: pd.DataFrame) -> dict:
    whole = sampling.plan(a, "w", "county", "school")
    stack = change.everyone(a[["q05"]], whole, a["wave"], (0, 3)).iloc[0]
    answered = a[a["q05"].notna()]
    plan = sampling.plan(answered, "w", "county", "school")
    county = change.everyone(answered[["q05"]], plan, answered["wave"], (0, 3), answered["county"])
    stayed = change.stayers(d0, d3, "pid", ["q05"], weight="w", strata="county", units="school").iloc[0]
    return {
        "change.stack.q05": {"est": stack["value"], "se": stack["se"], "degf": stack["df"]},
        "change.stack.county": matrix(county, "group", est="value", se="se", df="df"),
        "change.matched.q05": {"n": stayed["n"], "est": stayed["value"], "se": stayed["se"]},
        "cliff.weighted.q05": effect.shift(a[["q05"]], whole, a["wave"], (0, 3))["value"].iloc[0],
    }


def scores(d3: pd.DataFrame, p3: sampling.Plan) -> dict:
    person = scales.score(d3[ITEMS], pd.DataFrame(True, d3.index, ITEMS))
    mean = totals.means(pd.DataFrame({"score": person}), p3).iloc[0]
    icc = raters.icc_groups(d3[["q05"]], d3["school"]).iloc[0]
    return {
        "alpha.wave3": reliability.alpha(d3[ITEMS]),
        "scale.person_mean": {"n": mean["n"], "est": mean["value"], "se": mean["se"]},
        "icc1.school": {name: icc[name] for name in ("icc1", "k0", "icc2")},
    }


def selfexpert(gold) -> dict:
    s = gold.frame()
    pairs, counts = s[["self", "expert"]], concordance.table(s["self"], s["expert"])
    sums = s.groupby("school")[["self", "expert"]].sum()
    bias = raters.bland_altman(sums["self"], sums["expert"])
    near = concordance.agreement(s["self"], s["expert"])
    icc = raters.icc(sums)
    values = {kind: concordance.kappa(counts, kind)["value"] for kind in ("none", "linear", "quadratic")}
    return {
        "kappa.quadratic": {"kappa": values["none"], "wkappa": values["quadratic"]},
        "kappa.linear": values["linear"],
        "ac2.quadratic": concordance.ac(pairs, "quadratic")["value"],
        "icc.totals": dict(zip(icc["kind"], icc["value"], strict=True)),
        "blandaltman": {name.replace("_", "."): value for name, value in bias.items()},
        "exact.adjacent": {"exact": near["exact"], "within1": near["within1"]},
    }


GROUPS = {"prog": programme, "selfexpert": selfexpert}
