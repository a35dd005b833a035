"""The roster: the programme's schools, counties and helping units, from 附件2 or a later year's table."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.roster import annex, annex_units, reconcile, spreadsheet
from yiduiyi_analysis.clean.roster.annex import FIELDS, WHOLE_ROW

SCHOOLS = {
    "school_id": "string",
    "county_code": "string",
    "county": "string",
    "area": "string",
    "school": "string",
    "is_key": "bool",
    "teachers": "Int64",
    "institution": "string",
    "source_line": "Int64",
    "repair": "string",
}
HELPERS = ["county_code", "county", "institution", "helper"]
COUNTIES = {
    "county_code": "string",
    "county": "string",
    "area": "string",
    "institution": "string",
    "schools_declared": "Int64",
    "teachers_declared": "Int64",
    "key_declared": "Int64",
    "other_declared": "Int64",
    "helpers_named": "Int64",
    "helpers_note": "string",
}
NOT_NAMED = "原文缺失"


@dataclass(frozen=True)
class Roster:
    """The programme's units, and what was done to read them.

    schools:  one row a school in printed order, columns SCHOOLS; teachers NA where the source has no number
    helpers:  one row a named helping unit, columns HELPERS; a unit that is not named has no row
    counties: one row a county in printed order, columns COUNTIES; counts as printed, NA where not printed
    ledger:   one row a repair, a doubt or a count that does not add up, by line of the source
    """

    schools: pd.DataFrame
    helpers: pd.DataFrame
    counties: pd.DataFrame
    ledger: pd.DataFrame


def read(path: Path | str, counties: pd.DataFrame) -> Roster:
    """Return the roster in a file: .txt is the printed annex; .csv, .xlsx, .xls a table, one row a school.

    In:     counties: the codebook's county_code, county, short, area, also
    Raises: Fault naming file and row for a file that cannot be read as a roster
    """
    path = Path(path)
    if path.suffix.lower() == ".txt":
        return parse(path, counties)
    schools, repairs = spreadsheet.read(path, ways_to_write(counties))
    return _roster(schools, _named(spreadsheet.blocks(schools), counties), [repairs], path)


def parse(path: Path | str, counties: pd.DataFrame) -> Roster:
    """Return the roster printed in 附件2: faults put right where that is certain, and told where it is not.

    In:     counties: the codebook's county_code, county, short, area, also
    Rule:   no count is ever made up or changed; school_id is the county's code and the printed order in it
    Source: 川教函〔2020〕375号, 附件2
    Raises: Fault when the file holds no such table, or a county's row or its 重点 schools cannot be told
    """
    path, codes = Path(path), ways_to_write(counties)
    rows, placed = annex.read(annex.text(path), path.name, set(codes))
    total = rows[rows["kind"] == "total"]
    rows, located = annex_units.locate(rows.drop(total.index), codes, path.name)
    blocks, continued = annex_units.counties(rows)
    blocks = _named(blocks, counties)
    schools, singled = annex_units.schools(rows, blocks, path.name)
    placed["county_code"] = placed["row"].map(rows.set_index("line")["county_code"])
    doubts = [annex_units.odd_names(schools), reconcile.counts(schools, blocks, total)]
    return _roster(_numbered(schools), blocks, [placed, located, continued, singled, *doubts], path)


def ways_to_write(counties: pd.DataFrame) -> dict[str, str]:
    """Return county_code by every way the codebook knows to write a county: code, name, short, others."""
    also = counties["also"].fillna("").str.split(";")
    ways = counties[["county_code", "county", "short"]].assign(also=also).explode("also")
    codes = ways.assign(code=ways["county_code"]).melt(id_vars="code", value_name="way")
    return codes[codes["way"] != ""].set_index("way")["code"].to_dict()


def _numbered(schools: pd.DataFrame) -> pd.DataFrame:
    order = schools.groupby("county_code").cumcount() + 1
    ids = schools["county_code"] + "-" + order.astype("string").str.zfill(3)
    return schools.assign(school_id=ids, source_line=schools["line"])


def _named(blocks: pd.DataFrame, counties: pd.DataFrame) -> pd.DataFrame:
    return blocks.assign(county=counties.set_index("county_code")["county"].reindex(blocks.index))


def _roster(schools: pd.DataFrame, blocks: pd.DataFrame, parts: list[pd.DataFrame], path: Path) -> Roster:
    """Return the roster in its published shape: a county's facts from `blocks`, one ledger of all parts."""
    unnamed = blocks["helpers"].isna()
    said = ledger.concat([*parts, _unnamed(blocks[unnamed])]).assign(file=path.name)
    said = said.sort_values("row", kind="stable", ignore_index=True)
    named = [annex.split(cell) for cell in blocks["helpers"].fillna("")]
    lists = blocks.assign(
        helper=pd.Series(named, blocks.index, dtype=object)
    )  # no list has a type of its own
    helpers = lists.explode("helper").dropna(subset="helper").reset_index()
    note = unnamed.map({True: NOT_NAMED, False: ""})
    counties = lists.assign(helpers_named=lists["helper"].map(len), helpers_note=note).reset_index()
    facts = blocks[["county", "area", "institution"]]
    schools = schools.drop(columns=facts.columns, errors="ignore").join(facts, on="county_code")
    schools = schools.assign(repair=schools["source_line"].map(_repairs(said)))
    return Roster(
        schools[list(SCHOOLS)].astype(SCHOOLS).reset_index(drop=True),
        helpers[HELPERS].astype("string"),
        counties[list(COUNTIES)].astype(COUNTIES),
        said,
    )


def _unnamed(blocks: pd.DataFrame) -> pd.DataFrame:
    facts = blocks.reset_index().rename(columns={"line": "row"})
    cells = {"column": FIELDS["helpers"], "rule": "helpers_missing", "action": "kept"}
    return ledger.rows(facts, **cells, note=f"{NOT_NAMED}，不填补")


def _repairs(said: pd.DataFrame) -> pd.Series:
    """Return the rules by which a school's own cells were repaired, by line."""
    own = said["column"].isin([WHOLE_ROW, FIELDS["school"], FIELDS["teachers"]])
    return said[own & (said["action"] == "repaired")].groupby("row")["rule"].agg(";".join)
