"""Groups bfi, agree, effect and careless: reliability, agreement, effect sizes, signs of carelessness."""

from answers.programme import ITEMS
from yiduiyi_analysis.analyse import careless, concordance, effect, polychoric, raters, reliability


def bfi(gold) -> dict:
    b = gold.frame()
    turned = ["A1", "C4", "C5"]
    b[turned] = 7 - b[turned]
    a, c = (b[[f"{letter}{k}" for k in range(1, 6)]].dropna() for letter in "AC")
    lo, hi = reliability.feldt(reliability.alpha(a), len(a), 5)
    poly = polychoric.matrix(a).to_numpy()
    return {
        "alpha.A": reliability.alpha(a),
        "alpha.C": reliability.alpha(c),
        "alpha.std.A": reliability.alpha_standardised(a),
        "alpha.A.feldt": {"lo": lo, "hi": hi},
        "alpha.A.drop": reliability.alpha_if_dropped(a)["value"].to_dict(),
        "item_rest.A": reliability.item_rest(a)["value"].to_dict(),
        "omega.A": reliability.omega(a),
        "omega.C": reliability.omega(c),
        "omega.A.cor": reliability.omega(a, "correlation"),
        "polychoric.A": [poly[i, j] for j in range(5) for i in range(j)],
    }


def agree(gold) -> dict:
    icc = raters.icc(gold.frame())
    absolute = icc[icc["name"] == "ICC(A,1)"].iloc[0]
    made = {
        "icc.sf": dict(zip(icc["kind"], icc["value"], strict=True)),
        "icc.sf.ci": {
            f"{kind}|{end}": row[end]
            for kind, row in icc.set_index("kind").iterrows()
            for end in ("lo", "hi")
        },
        "icc.sf.irr": {"icc": absolute["value"], "lo": absolute["lo"], "hi": absolute["hi"]},
    }
    return made | vision(gold)


def vision(gold) -> dict:
    v = gold.frame(1)
    if v is None:
        return {}
    counts = concordance.table(v["right"], v["left"], counts=v["n"])
    plain, fair = concordance.kappa(counts), concordance.kappa(counts, "quadratic")
    other = concordance.kappa(counts, "quadratic", error="psych")
    long = v.loc[v.index.repeat(v["n"]), ["right", "left"]]
    ends = {"k.lo": plain["lo"], "k.hi": plain["hi"], "w2.lo": other["lo"], "w2.hi": other["hi"]}
    return {
        "kappa.vision": {"kappa": plain["value"], "w2": fair["value"]} | ends,
        "kappa.vision.vcd": {
            "k": plain["value"],
            "k.ase": plain["se"],
            "w2": fair["value"],
            "w2.ase": fair["se"],
        },
        "ac1.vision": {
            "ac1": concordance.ac(long)["value"],
            "ac2": concordance.ac(long, "quadratic")["value"],
        },
    }


def sizes(gold) -> dict:
    sleep, an = gold.frame(0), gold.frame(1)
    pre, post = sleep["pre"], sleep["post"]
    gain = (an["Postwt"] - an["Prewt"]).groupby(an["Treat"])
    f, g = gain.get_group("FT"), gain.get_group("Cont")
    t, df = effect.paired_t(pre, post), [5, 9, 41, 200]
    return {
        "hedges.g.indep": list(effect.hedges_g(f, g).values())[:3],
        "cohens.d.indep": list(effect.cohens_d(f, g).values())[:3],
        "cohens.dz": list(effect.cohens_dz(pre, post).values())[:3],
        "dav": effect.d_av(pre, post),
        "glass.pre": effect.glass(pre, post),
        "J.exact": {f"df{k}": value for k, value in zip(df, effect.correction(df), strict=True)},
        "cliff": list(effect.cliff(f, g).values())[:3],
        "ttest": {name: t[name] for name in ("t", "p", "lo", "hi")},
    }


def carelessness(gold) -> dict:
    a = gold.frame()
    cd = a.loc[a["wave"] == 3, ITEMS]
    cc = cd.dropna()
    return {
        "n": {"all": len(cd), "complete": len(cc)},
        "longstring": list(careless.longstring(cc)),
        "avgstr": list(careless.average_run(cc)["value"][:50]),
        "irv": list(careless.irv(cc)["value"]),
        "irv.na": list(careless.irv(cd)["value"][:100]),
        "mahad": list(careless.mahalanobis(cc)["value"]),
        "evenodd": list(careless.even_odd(cc, [4, 4, 4])["value"][:100]),
    }


GROUPS = {"bfi": bfi, "agree": agree, "effect": sizes, "careless": carelessness}
