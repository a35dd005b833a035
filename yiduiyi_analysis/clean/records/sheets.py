"""Which record sheet a table is, told by its headings, and where each field stands."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.read import SYNTHETIC_MARK, Export
from yiduiyi_analysis.clean.survey import forms, written
from yiduiyi_analysis.codebook import Codebook, Field, Instrument, Sheet
from yiduiyi_analysis.errors import Fault

ENOUGH = 0.6
ENOUGH_WHEN_TITLED = 1 / 3
_NUMBER = re.compile(
    r"^\*?\s*(?:第\s*\d+\s*[题列项]|\d+(?=[、.:)\s])|\(\d+\)|[一二三四五六七八九十]+、)[\s、.:)]*\*?"
)
_UNIT = re.compile(r"\([^()]*\)$|\[[^\[\]]*\]$|/[^/]{1,3}$")


@dataclass(frozen=True)
class Found:
    """The record sheet that a table is; places: field → position of its column; county: as the tab says."""

    tool: Instrument
    sheet: Sheet
    places: dict[str, int]
    county: str | None = None

    def field_of(self, kind: str) -> Field | None:
        """Return the first field of this kind."""
        return next((field for field in self.sheet.columns if field.kind == kind), None)


def recognise(export: Export, book: Codebook) -> Found | None:
    """Return the record sheet that a table is, None where it is none.

    Rule:   forms.csv, else the sheet of whose needed headings most are there: ENOUGH of them, or
            ENOUGH_WHEN_TITLED where file, tab or title bears its name; a tab named after one county
            stands for a county column
    Raises: Fault naming the columns that the sheet lacks
    """
    said, county = forms.registered(export, book).get("instrument"), _county_named(export, book)
    label, best, rank = f"{export.file} {export.sheet or ''} {export.title}", None, (-1.0, False, 0)
    for tool in (tool for tool in book.instruments.values() if said in (None, tool.id)):
        for sheet in tool.sheets:
            found = Found(tool, sheet, _places(export.headers, sheet), county)
            titled = any(title in label for title in [sheet.title, tool.title, *sheet.titles, *tool.titles])
            share = 1 - len(_lacking(found)) / len(_needed(sheet))
            enough = ENOUGH_WHEN_TITLED if titled else ENOUGH
            alike = share >= enough and len(found.places) > 1
            if (alike or said == tool.id) and (share, titled, len(found.places)) > rank:
                best, rank = found, (share, titled, len(found.places))
    if best and (lacking := _lacking(best)):
        raise Fault(f"{best.tool.title}缺少列 {'、'.join(lacking)}", file=export.file, sheet=export.sheet,
                    row=export.header_row, do="请补上表头")  # fmt: skip
    return best


def noticed(export: Export, found: Found) -> pd.DataFrame:
    """Return ledger rows for the columns that no field explains, or that repeat one."""
    taken, rows = set(found.places.values()), []
    names = _names(found.sheet)
    for position, header in enumerate(export.headers):
        if header and position not in taken and SYNTHETIC_MARK not in header:
            rule = "column_repeated" if _field(header, names) else "column_unknown"
            rows.append((rule, *forms.NOTICED[rule][:1], header))
    if not rows:
        return ledger.empty()
    frame = pd.DataFrame(rows, columns=["rule", "action", "column"])
    return ledger.rows(frame, file=export.file, sheet=export.sheet, row=export.header_row,
                       note="编码本里没有这一列，或与前面的列重复，未读取")  # fmt: skip


def _needed(sheet: Sheet) -> list[Field]:
    return [field for field in sheet.columns if not field.optional]


def _lacking(found: Found) -> list[str]:
    there = {field.id for field in found.sheet.columns if field.kind == "county" and found.county}
    return [field.stem for field in _needed(found.sheet) if field.id not in {*found.places, *there}]


def _places(headings: list[str], sheet: Sheet) -> dict[str, int]:
    """Return where each field stands, by the wording of its heading; the first of two columns counts."""
    names, places = _names(sheet), {}
    for position, header in enumerate(headings):
        if field := _field(header, names):
            places.setdefault(field, position)
    return places


def _names(sheet: Sheet) -> dict[str, str]:
    """Return the field of each wording: in full, and without unit where that leaves no doubt."""
    full = {written.key(name): field.id for field in sheet.columns for name in [field.stem, *field.also]}
    bare = {_bare(name): field for name, field in full.items()}
    count = Counter(name for name, _ in {(_bare(name), field) for name, field in full.items()})
    return {name: field for name, field in bare.items() if count[name] == 1} | full


def _field(header: str, names: dict[str, str]) -> str | None:
    plain = unicodedata.normalize("NFKC", header).strip()
    whole = written.key(plain)
    numberless = written.key(_NUMBER.sub("", plain).strip("* "))
    return names.get(whole) or names.get(numberless) or names.get(_bare(numberless))


def _bare(name: str) -> str:
    return _UNIT.sub("", name)


def _county_named(export: Export, book: Codebook) -> str | None:
    """Return the one county that the tab names, else the one that the file or its title names."""
    for label in (export.sheet or "", f"{export.file} {export.title}"):
        named = [row.county for row in book.counties.itertuples() if row.short in label]
        if len(named) == 1:
            return named[0]
    return None
