"""The wave of a record: as its sheet names it, or by its date; and nothing for what lies outside."""

import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.records.sheets import Found
from yiduiyi_analysis.clean.survey import forms
from yiduiyi_analysis.codebook import Codebook, Instrument


def told(
    rows: pd.DataFrame, text: pd.DataFrame, found: Found, book: Codebook
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return the records with their wave, and the ledger of those set aside because they name none.

    Rule: a sheet without period gets no wave here: it takes that of the record to which it links
    """
    period = found.sheet.field.get(found.sheet.period or "")
    if period is None:
        return rows.assign(wave=pd.array([pd.NA] * len(rows), dtype="string")), []
    if period.kind != "wave":
        return rows.assign(wave=by_date(rows[period.id], found.tool, book)), []
    waves = text[period.id].map({one: named(one, found.tool, book) for one in text[period.id].unique()})
    untold = waves.isna()
    said = ledger.rows(rows[untold], column=period.stem, rule="record_unreadable", action="quarantined",
                       note="看不出轮次，未计入")  # fmt: skip
    return rows.assign(wave=waves.astype("string"))[~untold], [said]


def named(text: str, tool: Instrument, book: Codebook) -> str | None:
    """Return the one wave of an instrument that a text names, None where none or several."""
    waves = [wave for wave in forms.named_waves(text, book) if wave in tool.waves]
    return waves[0] if len(waves) == 1 else None


def by_date(when: pd.Series, tool: Instrument, book: Codebook) -> pd.Series:
    """Return the first of an instrument's waves that had not closed yet, NA outside the programme.

    In: dates, or months as 2021-03, which count from their first day to their last
    """
    first = pd.to_datetime(when).dt.normalize()
    last = first + pd.offsets.MonthEnd(0) if pd.api.types.is_string_dtype(when) else first
    wave = pd.Series(pd.NA, when.index, dtype="string")
    for name in sorted(tool.waves, key=lambda one: book.waves[one].closes, reverse=True):
        wave = wave.mask(first <= pd.Timestamp(book.waves[name].closes), name)
    inside = (last >= pd.Timestamp(book.programme.starts)) & (first <= pd.Timestamp(book.programme.ends))
    return wave.where(inside.fillna(False).astype(bool))
