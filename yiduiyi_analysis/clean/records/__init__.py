"""Record sheets kept in Excel → clean tables, a row a record, by the sheet that the codebook describes."""

import hashlib
from dataclasses import dataclass

import pandas as pd

from yiduiyi_analysis.clean import ledger, pseudonyms
from yiduiyi_analysis.clean.read import Export
from yiduiyi_analysis.clean.records import deliverables, fields, linking, sheets
from yiduiyi_analysis.clean.records.sheets import Found
from yiduiyi_analysis.codebook import Codebook, Sheet

HEAD = ["record_id", "instrument", "county_code"]
PLACE = {"file": "string", "sheet": "string", "row": "Int64"}
LEFT_OUT = {"county", "school", "wave", "private"}


@dataclass(frozen=True)
class Records:
    """The records of one table, decoded and not yet linked."""

    sheet: Sheet
    rows: pd.DataFrame


def read(export: Export, found: Found, book: Codebook) -> tuple[Records, pd.DataFrame]:
    """Return the records of one table, and the ledger of what was repaired, doubted or set aside."""
    by_task = deliverables.holds(found.sheet)
    rows, said = (deliverables.read if by_task else fields.read)(export, found, book)
    return Records(found.sheet, rows), ledger.concat(
        [sheets.noticed(export, found), fields.county_told(export, found), said]
    )


def columns(sheet: Sheet) -> dict[str, str]:
    """Return the columns of a sheet's clean table, in order, with their types."""
    if deliverables.holds(sheet):
        return deliverables.DELIVERABLES
    kinds = {field.id: field.kind for field in sheet.columns if field.kind not in LEFT_OUT}
    school = ["school_id"] if any(field.kind == "school" for field in sheet.columns) else []
    head = dict.fromkeys([*HEAD, *school, "wave"], "string")
    return head | fields.columns(kinds) | {"flags": "string"} | PLACE


def typed(rows: pd.DataFrame, sheet: Sheet) -> pd.DataFrame:
    """Return the records of a sheet in the columns and types of its clean table."""
    return rows.reindex(columns=list(columns(sheet))).astype(columns(sheet))


def tables(
    read_in: list[Records], roster: pd.DataFrame, book: Codebook, key: bytes
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return the clean table of every record sheet by its id, and the ledger of what else was doubted.

    In:   key: the salt with which a person's code is veiled
    Rule: a sheet of which nothing came has a table of no rows
    """
    done, said = {}, []
    for sheet in book.sheet.values():
        parts = [one.rows for one in read_in if one.sheet.id == sheet.id and len(one.rows)]
        rows = pd.concat(parts, ignore_index=True) if parts else None
        make = deliverables.table if deliverables.holds(sheet) else _table
        done[sheet.id], doubts = make(rows, sheet, roster, book)
        said.append(doubts)
    for name, table in done.items():
        if not deliverables.holds(book.sheet[name]):
            done[name] = _finished(table, book.sheet[name], done, key)
    return done, ledger.concat(said)


def _table(
    rows: pd.DataFrame | None, sheet: Sheet, roster: pd.DataFrame, book: Codebook
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records of one sheet with their county and schools, and the ledger of the others."""
    if rows is None:
        return typed(pd.DataFrame(), sheet), ledger.empty()
    rows, unplaced = linking.placed(rows, sheet, roster, book)
    said = [unplaced]
    for field in (field for field in sheet.columns if field.kind == "schools"):
        rows = rows.reset_index(drop=True)
        rows[field.id], doubts = linking.listed(rows, field.id, field.stem, roster, book)
        said.append(doubts)
    return rows, ledger.concat(said)


def _finished(rows: pd.DataFrame, sheet: Sheet, tables: dict[str, pd.DataFrame], key: bytes) -> pd.DataFrame:
    """Return one clean table: with the waves of linked records, people veiled, ids, columns in order."""
    rows = rows.assign(wave=linking.waves(rows, sheet, tables), flags="")
    for field in (field for field in sheet.columns if field.kind == "person"):
        rows[field.id] = pseudonyms.veil(rows[field.id], key)
    rows = rows.assign(record_id=_ids(rows, sheet))
    order = ["county_code", "file", "sheet", "row"]
    return typed(rows.sort_values(order, ignore_index=True), sheet)


def _ids(rows: pd.DataFrame, sheet: Sheet) -> pd.Series:
    """Return an id a record: of what its key says; where two share that, of its place in its file, too."""
    own = {"county": "county_code", "school": "school_id", "wave": "wave"}
    names = [own.get(sheet.field[name].kind, name) for name in sheet.key]
    parts = [rows[name].astype("string").fillna("") for name in dict.fromkeys(["county_code", *names])]
    known = parts[0].str.cat(parts[1:], sep="|") if len(parts) > 1 else parts[0]
    place = (
        rows["file"]
        .astype("string")
        .str.cat([rows["sheet"].astype("string").fillna(""), rows["row"].astype("string")], sep="|")
    )
    known = known.where(~known.duplicated(keep=False), known + "|" + place)
    return (sheet.id + "|" + known).map(_short_hash).astype("string")


def _short_hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
