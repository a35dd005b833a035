"""Protection that the attacker cannot open: what it works out is hidden with more, until it finds nothing."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import disclosure
from yiduiyi_analysis.analyse.disclosure import GROUPS
from yiduiyi_analysis.analyse.inputs import PROGRAMME, WHOLE
from yiduiyi_analysis.analyse.margins import Tables

TABLE = ["indicator", "wave"]


def protect(
    evidence: pd.DataFrame, rules: pd.DataFrame, limits: pd.DataFrame, also: np.ndarray
) -> pd.DataFrame:
    """Return `disclosure.protect` of evidence with as much more hidden as its own figures make necessary.

    In:     evidence, rules, also: as `disclosure.protect` takes them; limits: `catalogue.table`
    Rule:   beside a hidden number that several shown totals pin together, the smallest shown tier of the
            programme is hidden; where none is shown its county whole, then the programme whole
    """
    while True:
        made = disclosure.protect(evidence, rules, also)
        more = _beside(made, found(made, limits))
        if not more.any():
            return made
        also = also | more


def found(evidence: pd.DataFrame, limits: pd.DataFrame) -> pd.DataFrame:
    """Return what the attacker works out of protected evidence, printed as a report prints it."""
    limits = limits.drop_duplicates("indicator").drop(columns=["wave", "unit"], errors="ignore")
    rows = disclosure.rounded(evidence).merge(limits, on="indicator", validate="many_to_one")
    rows = rows.astype({"status": object})
    hidden = rows["status"].astype(str).str.startswith("suppressed")
    rows = rows.assign(hidden=hidden, least=rows["least"].fillna(0.0).astype(float))
    tables = Tables(rows[(rows["least"] > 0) & rows["group"].isin(GROUPS)], rows)
    if not tables.number:
        return pd.DataFrame(columns=[*TABLE, "county_code"])
    return pd.concat([tables.left_over(), tables.people(), tables.among_them()], ignore_index=True)


def _beside(evidence: pd.DataFrame, told: pd.DataFrame) -> np.ndarray:
    """Return the rows to hide beside what was found, one an indicator, wave and county."""
    more = np.zeros(len(evidence), bool)
    lines = told[[*TABLE, "county_code"]].drop_duplicates()
    if lines.empty:
        return more
    shown = evidence.assign(at=np.arange(len(evidence)))[evidence["value"].notna().to_numpy(bool)]
    shown = shown[shown["group"].isin(GROUPS)].merge(
        lines.rename(columns={"county_code": "county"}).astype(object), on=TABLE
    )
    whole, programme = shown["group"].eq(WHOLE), shown["county_code"].eq(PROGRAMME)
    own = whole & shown["county_code"].eq(shown["county"])
    rank = np.select([programme & ~whole, own, programme], [0, 1, 2], 3)
    shown = shown.assign(rank=rank)[rank < 3].sort_values(["rank", "n", "at"])
    more[shown.drop_duplicates([*TABLE, "county"])["at"]] = True
    return more
