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
    Rule:   in each line of counties or of tiers whose hidden parts all say 0 % or all say 100 %, and where
            the programme less shown counties, and shown tiers of hidden ones, leaves over such parts: the
            smallest shown part, the total where no part is shown
    """
    held = rows.assign(at=np.arange(len(rows)), people=n, hidden=hidden)
    held = held[(held["unit"] == "rate") & (held["sensitive_n"] > 0) & (held["people"] > 0)]
    table, more = ["indicator", "wave"], np.zeros(len(rows), bool)
    counties, tiers = held["county_code"].ne(PROGRAMME), held["group"].ne(WHOLE)
    for line, part, asked in (
        ([*table, "group"], counties, held),
        ([*table, "county_code"], tiers, held),
        (table, counties, held[_pieces(held, counties, tiers)]),
    ):
        number = asked.groupby(line, sort=False, dropna=False).ngroup().to_numpy()
        more[asked["at"].to_numpy()[_beside(asked, number, part[asked.index].to_numpy(bool))]] = True
    return more


def _pieces(held: pd.DataFrame, counties: pd.Series, tiers: pd.Series) -> np.ndarray:
    """Return the rows that make up the programme: counties whole, in tiers where only a tier is shown."""
    line = ["indicator", "wave", "county_code"]
    told = held.assign(whole=~held["hidden"] & ~tiers, tier=~held["hidden"] & tiers).groupby(
        line, dropna=False
    )
    apart = (told["tier"].transform("any") & ~told["whole"].transform("any") & counties).to_numpy(bool)
    return apart == tiers.to_numpy(bool)


def _beside(held: pd.DataFrame, line: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Return the places in `held` of what each line with a shown total hides beside its hidden parts alike.

    In:     line: the number of each row's line; part: whether a row is a part of it, not its total
    """
    shown, value = ~held["hidden"].to_numpy(bool), held["value"].to_numpy(float)
    secret = part & ~shown
    # all are 0 %, or all are 100 %: as many secrets as secrets that are the one or the other
    number, none, every = (
        np.bincount(line[of], minlength=line.max(initial=-1) + 1)
        for of in (secret, secret & (value == 0), secret & (value == 1))
    )
    told = np.zeros(len(number), bool)
    told[line[shown & ~part]] = True
    asked = (number > 0) & ((none == number) | (every == number)) & told
    able = np.flatnonzero(shown & asked[line])
    # a shown part before the total, the smallest first
    order = [held[name].to_numpy()[able] for name in ("group", "county_code", "people")]
    able = able[np.lexsort([*order, ~part[able]])]
    return able[~pd.Series(line[able]).duplicated().to_numpy()]


def _extreme(rows: pd.DataFrame) -> np.ndarray:
    """Return the shares of 0 % or 100 % of what may be sensitive."""
    found = (rows["unit"] == "rate") & rows["value"].isin([0, 1]) & (rows["sensitive_n"] > 0)
    return found.fillna(False).to_numpy(bool)
