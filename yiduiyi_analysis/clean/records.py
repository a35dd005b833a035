"""Record sheets kept in Excel → deliverables, a row a unit, task and wave; and diagnoses → ratings."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.clean import ledger, link
from yiduiyi_analysis.clean.read import Export
from yiduiyi_analysis.clean.survey import decode, forms, times, written
from yiduiyi_analysis.codebook import Codebook, Instrument
from yiduiyi_analysis.errors import Fault

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
RATINGS = {
    "county_code": "string",
    "school_id": "string",
    "wave": "string",
    "rater": "string",
    "rater_no": "string",
    "task_id": "string",
    "level": "Int64",
    "missing": "string",
    "response_id": "string",
}
COUNTY_TASKS = "C"
ENOUGH = 0.6


def instrument(export: Export, book: Codebook) -> Instrument | None:
    """Return the record sheet that a table is, None where it is none.

    Raises: Fault naming the column that a record sheet lacks
    """
    said = forms.registered(export, book).get("instrument")
    for tool in (tool for tool in book.instruments.values() if tool.kind == "records"):
        places = _places(export, tool)
        needed = [column for column in tool.columns if not column.optional]
        lacking = [column.stem for column in needed if column.id not in places]
        titled = any(title in f"{export.file} {export.title}" for title in [tool.title, *tool.titles])
        like = len(needed) - len(lacking) >= ENOUGH * len(needed) or (titled and len(places) >= 2)
        if said == tool.id or (said is None and like):
            if lacking:
                raise Fault(f"{tool.title}缺少列 {'、'.join(lacking)}", file=export.file, sheet=export.sheet,
                            row=export.header_row, do="请补上表头")  # fmt: skip
            return tool
    return None


def _places(export: Export, tool: Instrument) -> dict[str, int]:
    """Return where each field stands, by the wording of its heading."""
    known = {written.key(name): column.id for column in tool.columns for name in [column.stem, *column.also]}
    places: dict[str, int] = {}
    for position, header in enumerate(export.headers):
        if field := known.get(written.key(header)):
            places.setdefault(field, position)
    return places


def sheet(export: Export, tool: Instrument, book: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records of one sheet as text, with wave and task told, and the ledger of those without.

    Out: file, sheet, row, instrument, county, school, wave, code, progress, doc_title, approve_date,
         covered_by, verified; the verifier's name is read past
    """
    rows = _fields(export, tool)
    rows["wave"] = rows["wave"].map({text: _wave(text, tool, book) for text in rows["wave"].unique()})
    rows["code"] = rows["code"].map({text: _task(text, tool) for text in rows["code"].unique()})
    untold = rows["wave"].isna() | rows["code"].isna()
    said = ledger.rows(rows[untold], rule="record_unreadable", action="quarantined",
                       note="看不出轮次或任务代码，未计入")  # fmt: skip
    return rows[~untold].assign(instrument=tool.id), said


def deliverables(
    rows: pd.DataFrame, roster: pd.DataFrame, book: Codebook
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one record a unit, task and wave, and the ledger of what was set aside or doubted.

    In:     rows: the records of all sheets, as `sheet` returns them
    Out:    file, sheet, row and the columns of DELIVERABLES
    Rule:   county tasks belong to a county, all others to a school; progress is taken by its wording or score
    """
    rows, unlinked = _units(rows.reset_index(drop=True), roster, book)
    rows, undecoded = _decoded(rows, book)
    covered, doubts = _covered(rows, roster, book)
    rows = rows.assign(covered_by=covered, doc_title=written.mask(rows["doc_title"].replace("", pd.NA)))
    rows, repeated = _once(rows)
    rows = rows.sort_values(["county_code", "unit", "unit_id", "code", "wave"], ignore_index=True)
    return rows, ledger.concat([unlinked, *undecoded, doubts, *repeated])


def _fields(export: Export, tool: Instrument) -> pd.DataFrame:
    """Return the sheet's cells by field, blank where it lacks one; of a private one, if it is filled."""
    places, frame = _places(export, tool), export.frame
    blank = pd.Series("", frame.index, dtype="str")
    cells = {c.id: frame[places[c.id]].str.strip() if c.id in places else blank for c in tool.columns}
    private = [column.id for column in tool.columns if column.role == "private"]
    filled = np.any([cells[name] != "" for name in private], axis=0) if private else False
    roles = {column.role if column.role not in {"date"} else "approve_date": cells[column.id]
             for column in tool.columns if column.role != "private"}  # fmt: skip
    source = {"file": export.file, "sheet": export.sheet, "row": frame.index}
    return pd.DataFrame(roles).assign(verified=filled, **source).reset_index(drop=True)


def _wave(text: str, tool: Instrument, book: Codebook) -> str | None:
    named = [wave for wave in forms.named_waves(text, book) if wave in tool.waves]
    return named[0] if len(named) == 1 else None


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
    dates = times.moments(rows["approve_date"])
    strange, undated = missing == "invalid", (dates.isna() & rows["approve_date"].ne("")).to_numpy()
    said = [
        ledger.rows(rows[strange], column="进展", rule="value_unknown", action="quarantined",
                    before=written.shown(rows["progress"][strange]), note="不是该题的选项，记为 invalid"),
        ledger.rows(rows[undated], column="审定日期", rule="time_unreadable", action="kept",
                    before=written.shown(rows["approve_date"][undated]), note="认不出日期，记为缺失"),
    ]  # fmt: skip
    return rows.assign(progress=progress, missing=missing, approve_date=dates), said


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


def ratings(answers: pd.DataFrame, responses: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return the levels that schools and experts gave, a row a response and task, columns RATINGS."""
    rated = [tool for tool in book.instruments.values() if any(item.role == "rater" for item in tool.items)]
    tasks = [item.id for tool in rated for item in tool.items if item.kind == "scale"]
    given = answers[answers["item_id"].isin(tasks)].drop(columns=["county_code", "school_id", "wave"])
    who = responses[["response_id", "county_code", "school_id", "wave", "rater", "rater_no"]]
    table = given.merge(who, on="response_id", how="inner").rename(
        columns={"item_id": "task_id", "value": "level"}
    )
    return table.reindex(columns=list(RATINGS)).astype(RATINGS)
