"""The cells of a record sheet as text → values by the kind of their field, and what was no such value."""

import re

import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.read import Export
from yiduiyi_analysis.clean.records import periods
from yiduiyi_analysis.clean.records.sheets import Found
from yiduiyi_analysis.clean.survey import decode, times, written
from yiduiyi_analysis.codebook import Codebook, Field, Item, Scale

# Kinds whose cells stay as typed until all sheets are there: they name a place, many places or a person.
LINKED = {"county", "school", "schools"}
# Kinds without a value of their own, or whose blanks set the row aside elsewhere.
PLACES = {"county", "school", "wave", "private"}
TYPES = {"choice": "Int64", "number": "Float64", "date": "datetime64[s]"}
EMPTY = {"", "-", "/", "(空)"}
_FIGURE = re.compile(r"[¥$]?(-?\d+(?:\.\d+)?)(万?)[^\d.]{0,4}")
_MONTH = re.compile(r"(20\d\d)[-/.年]?(0?[1-9]|1[0-2])(?:月份?)?")
_COMPACT = re.compile(r"^\s*(20\d\d)([01]\d)([0-3]\d)\s*$")
_UNREAD = {
    "choice": ("value_unknown", "quarantined", "不是该列的选项，记为缺失"),
    "number": ("value_unknown", "quarantined", "不是数字，记为缺失"),
    "date": ("time_unreadable", "kept", "认不出日期，记为缺失"),
    "month": ("time_unreadable", "kept", "认不出月份，记为缺失"),
}


def read(export: Export, found: Found, book: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records of one table, and the ledger of cells blank, repaired or without such a value.

    Out:    file, sheet, row, instrument, county, school (as typed, where the sheet has them), wave, then each
            field by its id but those of kind county, school, wave and private: a choice by its value, a
            person by what two writings of one code share (to be veiled before anything is written)
    Rule:   a cell that cannot be read is missing and its row stays; a row without wave, where the sheet
            tells it by name, is set aside
    """
    text = texts(export, found)
    source = {"file": export.file, "sheet": export.sheet, "instrument": found.tool.id}
    rows, said = pd.DataFrame({"row": text.index}, text.index).assign(**source), []
    for field in found.sheet.columns:
        heading = _heading(export, found, field)
        if field.kind in {"county", "school"}:
            rows[field.kind] = text[field.id]
        elif field.kind not in {"wave", "private"}:
            rows[field.id], doubts = _decoded(text[field.id], field, book)
            said += [ledger.rows(part, **source_of(export), column=heading) for part in doubts]
        if field.kind not in PLACES and not field.optional:
            said.append(_blank(text[field.id], export, heading))
    rows, unread = periods.told(rows, text, found, book)
    return rows.reset_index(drop=True), ledger.concat([*said, *unread])


def source_of(export: Export) -> dict[str, str | None]:
    """Return where a table came from, for a ledger row."""
    return {"file": export.file, "sheet": export.sheet}


def texts(export: Export, found: Found) -> pd.DataFrame:
    """Return the cells by field, blank where its column is lacking; a tab's county stands for blanks."""
    blank = pd.Series("", export.frame.index, dtype="str")
    cells = {
        field.id: export.texts(found.places[field.id]).str.strip() if field.id in found.places else blank
        for field in found.sheet.columns
    }
    county = found.field_of("county")
    if county and found.county:
        cells[county.id] = cells[county.id].mask(cells[county.id] == "", found.county)
    return pd.DataFrame(cells, export.frame.index)


def county_told(export: Export, found: Found) -> pd.DataFrame:
    """Return ledger rows for the blank counties that the tab or the file tells: one where all are blank."""
    county = found.field_of("county")
    if county is None or not found.county:
        return ledger.empty()
    at = found.places.get(county.id)
    blank = export.frame.index if at is None else export.frame.index[export.texts(at).str.strip() == ""]
    whole = len(blank) == len(export.frame)
    rows = pd.DataFrame({"row": pd.array([None] if whole and len(blank) else blank, dtype="Int64")})
    return ledger.rows(rows, **source_of(export), column=county.stem, rule="county_blank", action="repaired",
                       after=found.county, note="县名空着，取自工作表名或文件名")  # fmt: skip


def _heading(export: Export, found: Found, field: Field) -> str:
    at = found.places.get(field.id)
    return field.stem if at is None else export.headers[at]


def _blank(cells: pd.Series, export: Export, heading: str) -> pd.DataFrame:
    at = cells.index[cells.map(written.key).isin(EMPTY)]
    return ledger.rows(pd.DataFrame({"row": at}), **source_of(export), column=heading, rule="field_blank",
                       action="kept", note="必填的一格空着，记为缺失")  # fmt: skip


def _decoded(cells: pd.Series, field: Field, book: Codebook) -> tuple[pd.Series, list[pd.DataFrame]]:
    """Return the values of one field, and what to say of its cells, by row."""
    if field.kind in LINKED:
        return cells, []
    if field.kind == "number":
        return _numbers(cells, field)
    if field.kind == "choice":
        values = _choices(cells, field, book)
    elif field.kind == "date":
        values = days(cells)
    elif field.kind == "month":
        values = months(cells)
    else:
        return _words(cells, field.kind), []
    return values, _unread(cells, values, field, book)


def _unread(
    cells: pd.Series, values: pd.Series, field: Field, book: Codebook | None = None
) -> list[pd.DataFrame]:
    strange = values.isna() & ~cells.map(written.key).isin([*EMPTY, *decode.BLANKS])
    rule, action, note = _UNREAD[field.kind]
    labels = wordings(book.scales[field.scale]) if book and field.scale else []
    shown = written.shown(cells[strange], labels, amounts=field.kind != "choice")
    return [pd.DataFrame({"row": shown.index, "before": shown.to_numpy(), "rule": rule, "action": action,
                          "note": note})]  # fmt: skip


def wordings(scale: Scale) -> list[str]:
    """Return every wording of a scale's options."""
    return [name for option in scale.options for name in [option.label, *option.also]]


def _choices(cells: pd.Series, field: Field, book: Codebook) -> pd.Series:
    asked = Item(id=field.id, stem=field.stem, kind="single", scale=field.scale)
    values, _ = decode.choice(cells, asked, "", decode.SCORE, book)
    return pd.Series(values, cells.index).astype("Int64")


def _numbers(cells: pd.Series, field: Field) -> tuple[pd.Series, list[pd.DataFrame]]:
    """Return figures, with or without a unit; 1.2万 is told as 12000."""
    parts = cells.map(written.key).str.replace(",", "").str.extract(f"^{_FIGURE.pattern}$")
    figures = pd.to_numeric(parts[0]).astype("Float64")
    thousands = parts[1].eq("万").fillna(False).to_numpy(bool)
    values = figures.mask(thousands, (figures * 10_000).round(6))
    told = values[thousands]
    note = {"rule": "number_rewritten", "action": "repaired", "note": "以万计的数，已换算"}
    before = cells[thousands].to_numpy(object)
    after = told.map("{:.10g}".format).to_numpy(object)
    rewritten = pd.DataFrame({"row": told.index, "before": before, "after": after}).assign(**note)
    return values, [rewritten, *_unread(cells, values, field)]


def days(cells: pd.Series) -> pd.Series:
    """Return dates as `times.moments` reads them, and 20210506."""
    return times.moments(cells.str.replace(_COMPACT, r"\1-\2-\3", regex=True))


def months(cells: pd.Series) -> pd.Series:
    """Return months as 2021-03, from 2021年3月, 2021/3, 202103 or any day of it."""
    parts = cells.map(written.key).str.extract(f"^{_MONTH.pattern}$")
    worded = parts[0] + "-" + parts[1].str.zfill(2)
    return worded.fillna(days(cells).dt.strftime("%Y-%m")).astype("string")


def _words(cells: pd.Series, kind: str) -> pd.Series:
    """Return text without personal numbers, a code in capitals, a person's as its writings share it."""
    empty = cells.map(written.key).isin(EMPTY)
    if kind == "text":
        shown = written.mask(cells.astype("string"))
    elif kind == "code":
        shown = cells.str.normalize("NFKC").str.strip().str.upper()
    else:
        shown = cells.map(written.key)
    return shown.astype("string").mask(empty, pd.NA)


def columns(kinds: dict[str, str]) -> dict[str, str]:
    """Return the type of each field's column by the kind of the field."""
    return {name: TYPES.get(kind, "string") for name, kind in kinds.items()}
