"""Record sheets of 五个一 tasks → deliverables, a row a unit, task and wave."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.clean import ledger, link
from yiduiyi_analysis.clean.read import Export
from yiduiyi_analysis.clean.records import fields, periods
from yiduiyi_analysis.clean.records.sheets import Found
from yiduiyi_analysis.clean.survey import decode, written
from yiduiyi_analysis.codebook import Codebook, Instrument, Sheet

DELIVERABLES = {
    "county_code": "string",
    "unit": "string",
    "unit_id": "string",
    "code": "string",
    "wave": "string",
    "progress": "Int64",
    "missing": "string",
    "doc_title": "string",
    "approve_date": "datetime64[s]",
    "verified": "bool",
    "covered_by": "string",
}
COUNTY_TASKS = "C"
# Which column of the table each kind of field fills; a private one only tells that something was verified.
FILLS = {
    "county": "county",
    "school": "school",
    "wave": "wave",
    "task": "code",
    "choice": "progress",
    "text": "doc_title",
    "date": "approve_date",
    "covered_by": "covered_by",
}


def holds(sheet: Sheet) -> bool:
    """Say whether a sheet records tasks."""
    return any(field.kind == "task" for field in sheet.columns)


def read(export: Export, found: Found, book: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records of one sheet as text, with wave and task told, and the ledger of those without.

    Out: file, sheet, row, instrument, county, school, wave, code, progress, doc_title, approve_date,
         covered_by, verified; the verifier's name is read past
    """
    text, tool = fields.texts(export, found), found.tool
    rows = pd.DataFrame({FILLS[f.kind]: text[f.id] for f in found.sheet.columns if f.kind in FILLS})
    rows = rows.reindex(columns=list(FILLS.values()), fill_value="")
    private = [field.id for field in found.sheet.columns if field.kind == "private"]
    filled = (text[private] != "").any(axis=1).to_numpy() if private else False
    source = {**fields.source_of(export), "row": text.index, "instrument": tool.id}
    rows = rows.assign(verified=filled, **source).reset_index(drop=True)
    rows["wave"] = rows["wave"].map({one: periods.named(one, tool, book) for one in rows["wave"].unique()})
    rows["code"] = rows["code"].map({one: _task(one, tool) for one in rows["code"].unique()})
    untold = rows["wave"].isna() | rows["code"].isna()
    said = ledger.rows(rows[untold], rule="record_unreadable", action="quarantined",
                       note="看不出轮次或任务代码，未计入")  # fmt: skip
    return rows[~untold], said


def table(
    rows: pd.DataFrame | None, sheet: Sheet, roster: pd.DataFrame, book: Codebook
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one record a unit, task and wave, and the ledger of what was set aside or doubted.

    In:     rows: the records of all tables of the sheet, as `read` returns them; None where nothing came
    Out:    file, sheet, row and the columns of DELIVERABLES
    Rule:   county tasks belong to a county, all others to a school; progress is taken by its wording or score
    """
    if rows is None:
        return pd.DataFrame(columns=[*DELIVERABLES, "file", "sheet", "row"]), ledger.empty()
    rows, unlinked = _units(rows.reset_index(drop=True), roster, book)
    rows, undecoded = _decoded(rows, book)
    covered, doubts = _covered(rows, roster, book)
    rows = rows.assign(covered_by=covered, doc_title=written.mask(rows["doc_title"].replace("", pd.NA)))
    rows, repeated = _once(rows)
    rows = rows.sort_values(["county_code", "unit", "unit_id", "code", "wave"], ignore_index=True)
    return rows, ledger.concat([unlinked, *undecoded, doubts, *repeated])


def _task(text: str, tool: Instrument) -> str | None:
    """Return a task by its code (C1), its wording, or both."""
    plain = written.key(text)
    stems = {written.key(item.stem): item.id for item in tool.items}
    codes = {item.id.casefold(): item.id for item in tool.items}
    if plain in stems or plain in codes:
        return stems.get(plain) or codes[plain]
    head = next(
        (code for code in codes if plain.startswith(code) and not plain[len(code) :][:1].isdigit()), None
    )
    if head is None:
        return None
    worded = stems.get(plain[len(head) :].lstrip("、.-:"), codes[head])
    return codes[head] if worded == codes[head] else None


def _units(rows: pd.DataFrame, roster: pd.DataFrame, book: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records with the county or school they belong to, and the ledger of those without."""
    by_county = rows["code"].str.startswith(COUNTY_TASKS)
    own = rows[by_county]
    codes = own["county"].map(link.county_codes(own["county"], book))
    own = own.assign(unit="county", unit_id=codes, county_code=codes)
    strange = own[own["unit_id"].isna()]
    said = {
        "rule": "county_unknown",
        "action": "quarantined",
        "column": "县",
        "note": "不是本项目的县，未计入",
    }
    unknown = ledger.rows(
        strange.drop(columns="county_code"), before=written.place(strange["county"]), **said
    )
    schools, unlinked = link.to_schools(rows[~by_county], roster, book)
    schools = schools.assign(unit="school", unit_id=schools["school_id"])
    kept = pd.concat([own[own["unit_id"].notna()], schools]).sort_values("row", ignore_index=True)
    return kept, ledger.concat([unknown, unlinked])


def _decoded(rows: pd.DataFrame, book: Codebook) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return the records with progress as score and dates as dates, and the ledger of what is neither."""
    progress = np.full(len(rows), np.nan)
    missing = np.full(len(rows), None, object)
    for code in rows["code"].unique():
        at = (rows["code"] == code).to_numpy()
        progress[at], missing[at] = decode.choice(
            rows["progress"][at], book.item[code], "", decode.SCORE, book
        )
    dates = fields.days(rows["approve_date"])
    strange, undated = missing == "invalid", (dates.isna() & rows["approve_date"].ne("")).to_numpy()
    said = [
        ledger.rows(rows[strange], column="进展", rule="value_unknown", action="quarantined",
                    before=written.shown(rows["progress"][strange], _labels(rows, book)),
                    note="不是该题的选项，记为 invalid"),
        ledger.rows(rows[undated], column="审定日期", rule="time_unreadable", action="kept",
                    before=written.shown(rows["approve_date"][undated], amounts=True),
                    note="认不出日期，记为缺失"),
    ]  # fmt: skip
    return rows.assign(progress=progress, missing=missing, approve_date=dates), said


def _labels(rows: pd.DataFrame, book: Codebook) -> list[str]:
    scales = {book.item[code].scale for code in rows["code"].unique()}
    return [name for scale in scales for name in fields.wordings(book.scales[scale])]


def _covered(rows: pd.DataFrame, roster: pd.DataFrame, book: Codebook) -> tuple[pd.Series, pd.DataFrame]:
    """Return the id of the school whose plan covers a unit, NA where none is named or it is not certain."""
    named = rows[~rows["covered_by"].map(written.key).isin(["", "无", "否", "(空)"])]
    linked, unlinked = link.to_schools(named.assign(school=named["covered_by"]), roster, book)
    doubts = unlinked.assign(column="由何校规划覆盖", rule="covered_by_unsure", action="review",
                             note="认不准由哪所学校的规划覆盖，记为缺失")  # fmt: skip
    return linked["school_id"].reindex(rows.index).astype("string"), doubts


def _once(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return one record a unit, task and wave, and the ledger of the others.

    Rule: a record that says the same again counts once; records that contradict each other are all set aside
    """
    cell = ["unit_id", "code", "wave"]
    rows = rows.sort_values(["file", "sheet", "row"], kind="stable", ignore_index=True)
    again = rows.duplicated([*cell, "progress", "missing"])
    first = rows[~again]
    torn = first.duplicated(cell, keep=False).reindex(rows.index, fill_value=False)
    against = again & rows.set_index(cell).index.isin(rows[torn].set_index(cell).index)
    said = [
        ledger.rows(rows[again & ~against], rule="record_repeated", action="quarantined",
                    note="同一单位同一任务重复登记"),
        ledger.rows(rows[torn | against], rule="record_conflict", action="review",
                    note="同一单位同一任务的进展前后不一，均未计入"),
    ]  # fmt: skip
    return rows[~again & ~torn], said
