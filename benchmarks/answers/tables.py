"""Groups multi, fh, rank, sdc and index: many tests, shrinkage, ranks, hidden cells, composite index."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import attack, index, multiplicity, ranking, shrinkage


def many(gold) -> dict:
    p = gold.numbers("p")[0]
    return {
        "bh": list(multiplicity.bh(p)),
        "holm": list(multiplicity.holm(p)),
        "by": list(multiplicity.by(p)),
    }


def shrunk(labels, value, variance, method: str) -> dict:
    """Return τ², the mean, and the shrunken estimates by label."""
    table = shrinkage.shrink(value, variance, method=method)
    head = {"tau2": table["tau2"].iloc[0], "mu": table["mean"].iloc[0]}
    return head | dict(zip(labels.astype(str), table["shrunk"], strict=True))


def shrinking(gold) -> dict:
    m, e = gold.frame(0), gold.frame(1)
    made = {"pm.zero": shrunk(e["school"], e["yi"], e["se"] ** 2, "pm")}
    if m is not None:
        made |= {method: shrunk(m["study"], m["yi"], m["vi"], method) for method in ("pm", "reml")}
    return made


def ranks(gold) -> dict:
    table = ranking.joint(gold.numbers("est")[0], gold.numbers("se")[0])
    return {"klein.bonferroni": [float(rank) for end in ("best", "worst") for rank in table[end]]}


def suppression(gold) -> dict:
    counts = np.array(gold.numbers("tab"))
    one = counts < 5
    four, row = one.copy(), one.copy()
    four[[2, 1, 1], [2, 2, 3]] = True
    row[2, 1] = True
    hidden = {"primary_only": one, "row_only": row, "rectangle": four}
    return {f"attack.{name}": sides(attack.of_table(counts, cells)) for name, cells in hidden.items()}


def sides(table: pd.DataFrame) -> dict:
    """Return the intervals of hidden cells as R prints them: number|lo, number|hi."""
    return {f"{k}|{end}": value for end in ("lo", "hi") for k, value in enumerate(table[end], 1)}


def composite(gold) -> dict:
    s = gold.frame()
    mean = s.groupby(["county", "indicator"])["expert"].mean().unstack()  # noqa: PD010
    scaled = index.goalposts(mean, 0, 3)
    plain = index.arithmetic(scaled)["value"]
    return {
        "arith": plain.to_dict(),
        "geom": index.geometric(scaled)["value"].to_dict(),
        "rank.arith": index.ranks(plain)["value"].to_dict(),
    }


GROUPS = {"multi": many, "fh": shrinking, "rank": ranks, "sdc": suppression, "index": composite}
