"""Shares of 0 % and 100 %: who all said the same is told by them, alone or by what a total leaves over."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse.inputs import PROGRAMME, WHOLE


def alone(rows: pd.DataFrame, n: np.ndarray, few: np.ndarray) -> np.ndarray:
    """Return the shares of 0 % or 100 % that tell what a small group said: its own, or a total's over it.

    In:     rows: evidence with its rules; n: answers behind each row; few: rows hidden for too few
    """
    extreme = _extreme(rows)
    own = extreme & (n < rows["sensitive_n"].to_numpy(float))
    line = rows.assign(secret=few | own).groupby(["indicator", "wave"])["secret"]
    county, tier = (
        rows.assign(secret=few | own).groupby(["indicator", "wave", name])["secret"].transform("any")
        for name in ("county_code", "group")
    )
    whole, programme = rows["group"] == WHOLE, rows["county_code"] == PROGRAMME
    over = np.select([whole & programme, whole, programme], [line.transform("any"), county, tier], False)
    return own | (extreme & over)


def together(rows: pd.DataFrame, n: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Return what else must be hidden, since a total less its shown parts says that the hidden are all alike.

    In:     rows, n: as `alone`; hidden: rows hidden so far
    Rule:   in each line of counties or of tiers whose hidden parts all say 0 % or all say 100 %: the smallest
            shown part, the total where no part is shown
    """
    more = np.zeros(len(rows), bool)
    held = rows.assign(at=np.arange(len(rows)), people=n, hidden=hidden, extreme=_extreme(rows))
    held = held[(held["unit"] == "rate") & (held["sensitive_n"] > 0) & (held["people"] > 0)]
    for across, total in (("county_code", PROGRAMME), ("group", WHOLE)):
        along = "group" if across == "county_code" else "county_code"
        part = held[across] != total
        for _, line in held.assign(part=part).groupby(["indicator", "wave", along], sort=False):
            secret, shown = line[line["part"] & line["hidden"]], line[~line["hidden"]]
            alike = secret["extreme"].all() and len(set(secret["value"])) == 1
            if alike and (~shown["part"]).any():
                beside = shown[shown["part"]] if shown["part"].any() else shown
                more[beside.sort_values(["people", across])["at"].iloc[0]] = True
    return more


def _extreme(rows: pd.DataFrame) -> np.ndarray:
    """Return the shares of 0 % or 100 % of what may be sensitive."""
    found = (rows["unit"] == "rate") & rows["value"].isin([0, 1]) & (rows["sensitive_n"] > 0)
    return found.fillna(False).to_numpy(bool)
