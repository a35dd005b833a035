"""The clean tables that evidence is made from, and the places every figure is given for."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Instrument, Sheet

PROGRAMME = "all"
WHOLE = "all"
TIERS = {True: "key", False: "other"}


@dataclass(frozen=True)
class Clean:
    """The clean tables, as `clean` writes them; records: by the id of their sheet, none where none came."""

    schools: pd.DataFrame
    responses: pd.DataFrame
    answers: pd.DataFrame
    ratings: pd.DataFrame
    deliverables: pd.DataFrame
    records: dict[str, pd.DataFrame] = field(default_factory=dict)

    def sheet(self, sheet: Sheet) -> pd.DataFrame:
        """Return the records of one sheet with is_key (NA without a school); empty where none came."""
        kinds = {"county": "county_code", "school": "school_id"}
        names = [
            "wave",
            *(kinds.get(f.kind, f.id) for f in sheet.columns if f.kind not in ("wave", "private")),
        ]
        frame = self.records.get(sheet.id)
        frame = pd.DataFrame(columns=names, dtype="str") if frame is None else frame.reindex(columns=names)
        tier = self.schools.set_index("school_id")["is_key"].astype("boolean")
        at = frame["school_id"] if "school_id" in frame else pd.Series(pd.NA, frame.index, dtype="str")
        return frame.assign(is_key=at.map(tier).astype("boolean").array)

    def replies(self, tool: Instrument) -> pd.DataFrame:
        """Return the responses of one instrument from schools of the roster, with is_key."""
        asked = self.responses["wave"].isin(tool.waves)
        ours = self.responses[asked & (self.responses["instrument"] == tool.id)]
        roster = self.schools[["school_id", "county_code", "is_key"]]
        columns = ["response_id", "wave", "school_id", "cluster"]
        return ours[columns].merge(roster, on="school_id", how="inner", validate="many_to_one")


def spread(frame: pd.DataFrame) -> pd.DataFrame:
    """Return each row once for every place it counts in: county and programme, each whole and by key/other.

    In:     county_code, is_key (NA: no tier, the whole only)
    Out:    the same rows with `group`; county_code is "all" for the programme
    """
    tier = frame["is_key"].map(TIERS)
    both = pd.concat([frame.assign(group=WHOLE), frame.assign(group=tier)[tier.notna()]])
    return pd.concat([both, both.assign(county_code=PROGRAMME)], ignore_index=True)


def populations(schools: pd.DataFrame) -> pd.DataFrame:
    """Return N in every place: population, county_code, group, N.

    Rule:   teachers, schools; counties, all schools (whole places only); each school (groups school:<id>); of
            no known number: unknown, whole (no tiers), programme (no counties)
    """
    sizes = {"teachers": schools["teachers"].astype(float), "schools": 1.0}
    table = spread(schools[["county_code", "is_key"]].assign(**sizes))
    sums = table.groupby(["county_code", "group"], as_index=False)[["teachers", "schools"]].sum()
    whole = sums.loc[sums["group"] == WHOLE, ["county_code", "group"]]
    number = np.where(whole["county_code"] == PROGRAMME, schools["county_code"].nunique(), 1.0)
    counties = whole.assign(population="counties", N=number)
    alike = sums[sums["group"].eq(WHOLE)].assign(population="all schools").rename(columns={"schools": "N"})
    known = sums.melt(["county_code", "group"], var_name="population", value_name="N")
    nothing = [
        rows[["county_code", "group"]].assign(population=name, N=np.nan)
        for name, rows in (
            ("unknown", sums), ("whole", whole), ("programme", whole[whole["county_code"] == PROGRAMME]),
        )
    ]  # fmt: skip
    each = schools[["county_code"]].assign(group="school:" + schools["school_id"].astype("str"), N=1.0)
    parts = [known, counties, alike[[*known]], *nothing, each.assign(population="each school")]
    return pd.concat(parts, ignore_index=True)
