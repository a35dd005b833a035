"""Submissions and records → the schools of the roster, or a person decides."""

import pandas as pd

from yiduiyi_analysis.clean import ledger, schools
from yiduiyi_analysis.clean.survey import decode, written
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.errors import Fault

NOTES = {
    "review": "认不准是哪一所学校，未计入；请核对后写进 school_aliases.csv",
    "none": "名册里找不到这所学校，未计入",
    "blank": "没有填学校，未计入",
}
WRONG_COUNTY = "所填县（{}）与校名的县不符，未计入；请在更正登记里改正县（“列”写县）"


def to_schools(rows: pd.DataFrame, roster: pd.DataFrame, book: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows whose school is certain, with school_id and county_code, and the ledger of the others.

    In:     rows: county, school (as typed), file, sheet, row; roster: the schools of the programme
    Rule:   an unsure match is set aside with its candidates, never guessed
    """
    named = rows[["county", "school"]].astype("string").fillna("")
    found = schools.match(named.rename(columns={"school": "name"}), roster, book)
    blank = written.each(named["school"], written.key).isin(decode.BLANKS.keys())
    status = found["status"].mask(blank, "blank")
    known = status == "matched"
    ids = found["school_id"].where(known)
    codes = ids.map(roster.set_index("school_id")["county_code"]).astype("string")
    wrong = status.eq("review").to_numpy(bool, copy=True)
    wrong[wrong] = _wrong_county(named[wrong], found["candidates"][wrong], roster, book)
    note = status.map(NOTES).mask(wrong, written.place(named["county"]).map(WRONG_COUNTY.format))
    lost = rows[~known].assign(
        rule="school_" + status[~known],
        before=written.place(named["school"][~known]).mask(status[~known] == "blank", ""),
        after=found["candidates"][~known],
        action=status[~known].map({"review": "review"}).fillna("quarantined"),
        county_code=named["county"][~known].map(county_codes(named["county"][~known], book)),
        note=note[~known],
        column="学校",
    )
    return rows[known].assign(school_id=ids[known], county_code=codes[known]), ledger.rows(lost)


def _wrong_county(
    named: pd.DataFrame, candidates: pd.Series, roster: pd.DataFrame, book: Codebook
) -> list[bool]:
    """Return which rows give one county in its column and another one by the name of the school.

    Rule: the name begins with another county's, or all its candidates lie in others
    """
    codes = county_codes(named["county"], book)
    counties = book.counties.set_index("county")["county_code"]
    home = roster.set_index("school_id")["county_code"]

    def wrong(county: str, name: str, candidates: str) -> bool:
        own = codes[county]
        said = {code for other, code in counties.items() if name.strip().startswith(other)}
        near = {home[one.split(" ")[0]] for one in candidates.split("; ") if one}
        return own is not None and own not in (said or near or {own})

    columns = (named["county"], named["school"], candidates.fillna(""))
    return [wrong(*row) for row in zip(*columns, strict=True)]


def county_codes(names: pd.Series, book: Codebook) -> dict[str, str | None]:
    """Return the code of each county name as typed, None for one that is no county of the programme."""
    return {name: _code(name, book) for name in names.unique()}


def _code(name: str, book: Codebook) -> str | None:
    try:
        return book.county(name)[0]
    except Fault:
        return None
