"""Records → the counties and schools of the roster, and to the records of other sheets."""

import re

import pandas as pd

from yiduiyi_analysis.clean import ledger, link, schools
from yiduiyi_analysis.clean.records import fields
from yiduiyi_analysis.clean.survey import written
from yiduiyi_analysis.codebook import Codebook, Sheet

_BETWEEN = re.compile(r"[、，,;；\n/]+")
_WHOLE = re.compile(
    r"(?:本?片区|全县|本县)?(?:全部|所有|各)(?:的?学校|校)|(?:全片区|全县)(?:全部|所有|各)?学校"
)


def placed(
    rows: pd.DataFrame, sheet: Sheet, roster: pd.DataFrame, book: Codebook
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records with county_code, and school_id if the sheet has it, and the ledger of the others.

    Rule: a record whose county or school is not certain is set aside; an optional school may stay blank
    """
    school = next((field for field in sheet.columns if field.kind == "school"), None)
    if school is None:
        return _in_county(rows, book)
    alone = rows["school"].map(written.key).isin(fields.EMPTY) & school.optional
    linked, unlinked = link.to_schools(rows[~alone], roster, book)
    without, unknown = _in_county(rows[alone].assign(school_id=pd.NA), book)
    whole = pd.concat([part for part in (linked, without) if len(part)] or [linked])
    return whole.astype({"school_id": "string"}), ledger.concat([unlinked, unknown])


def _in_county(rows: pd.DataFrame, book: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    codes = rows["county"].map(link.county_codes(rows["county"], book)).astype("string")
    strange = codes.isna()
    said = ledger.rows(rows[strange], column="县", rule="county_unknown", action="quarantined",
                       before=written.place(rows["county"][strange]),
                       note="不是本项目的县，未计入")  # fmt: skip
    return rows.assign(county_code=codes)[~strange], said


def listed(
    rows: pd.DataFrame, field: str, heading: str, roster: pd.DataFrame, book: Codebook
) -> tuple[pd.Series, pd.DataFrame]:
    """Return the ids, ;-joined, of the schools that a cell lists, and the ledger of names that stay unsure.

    In:   rows: county_code, and in `field` names with 、 between them, or that all schools of the county came
    Rule: an unsure name is left out and told; the record stays
    """
    plain = rows[field].map(written.key)
    whole = plain.map(lambda text: bool(_WHOLE.fullmatch(text)))
    of_county = roster.groupby("county_code")["school_id"].agg(";".join)
    names = rows[field].where(~whole, "").str.split(_BETWEEN.pattern, regex=True).explode().str.strip()
    names = names[~names.map(written.key).isin(fields.EMPTY)]
    asked = pd.DataFrame({"name": names, "county": rows["county_code"].reindex(names.index)})
    found = schools.match(asked.reset_index(drop=True), roster, book).set_axis(names.index)
    sure = found["status"] == "matched"
    together = found.loc[sure, "school_id"].groupby(level=0).agg(lambda ids: ";".join(dict.fromkeys(ids)))
    ids = together.reindex(rows.index).astype("string")
    ids = ids.mask(whole, rows["county_code"].map(of_county))
    doubts = rows.loc[names.index[~sure], ["file", "sheet", "row", "county_code"]]
    told = {
        "before": written.place(names[~sure]).to_numpy(),
        "after": found.loc[~sure, "candidates"].to_numpy(),
    }
    said = ledger.rows(doubts.assign(**told), column=heading, rule="schools_unsure", action="review",
                       note="认不准是哪一所学校，这所未计入，其余照计")  # fmt: skip
    return ids, said


def waves(rows: pd.DataFrame, sheet: Sheet, tables: dict[str, pd.DataFrame]) -> pd.Series:
    """Return the waves of records without a period of their own: that of the record to which they link.

    Rule: NA where they link to none, or to records of two waves
    """
    wave = rows["wave"]
    for field, other in sheet.links.items():
        known = tables[other].dropna(subset=[field, "wave"]).groupby(field)["wave"].unique()
        one = known[known.str.len() == 1].str[0]
        wave = wave.fillna(rows[field].map(one).astype("string"))
    return wave
