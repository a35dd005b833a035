"""What a ranking can claim: the ranks each unit may hold, all units at once."""

import numpy as np
import pandas as pd
from scipy.special import ndtri

from yiduiyi_analysis.analyse import status


def joint(value: pd.Series, se: pd.Series, level: float = 0.95) -> pd.DataFrame:
    """Return the joint set of ranks of each unit, 1 = highest, in the order given.

    In:     estimate and standard error of each unit
    Out:    value, rank (ties share their mean), best, worst (whole numbers), status (ok, no_interval: no
            standard error, no_data: no value, NA)
    Rule:   simultaneous intervals (Bonferroni) of all units; a unit ranks below another only where their
            intervals do not meet. A unit without a standard error may hold any rank. With probability of at
            least `level`, all true ranks lie in the sets at once
    Source: Klein, Wright & Wieczorek 2020
    """
    value, se = pd.Series(value, dtype=float), pd.Series(se, dtype=float)
    known = value.notna().to_numpy()
    half = ndtri(1 - (1 - level) / (2 * max(known.sum(), 1))) * se.fillna(np.inf).to_numpy()
    lo, hi = value.to_numpy() - half, value.to_numpy() + half
    lo, hi = lo[known], hi[known]
    best = 1 + len(lo) - np.searchsorted(np.sort(lo), hi, "right")
    worst = len(lo) - np.searchsorted(np.sort(hi), lo)
    table = pd.DataFrame({"value": value, "rank": value.rank(ascending=False)})
    for name, ranks in (("best", best), ("worst", worst)):
        table[name] = pd.Series(ranks, value.index[known], dtype="Int64").reindex(value.index)
    return table.assign(status=status.of(value, se))
