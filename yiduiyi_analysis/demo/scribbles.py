"""Faults that any record sheet has: names, dates, months, numbers and words as people write them."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Field
from yiduiyi_analysis.demo import names
from yiduiyi_analysis.demo.drafts import WHOLE_COUNTY, Draft
from yiduiyi_analysis.demo.sheets import EPOCH

# Shares of a sheet's rows (at least two), or numbers from 1 on.
ODD = {
    "alias": 0.03, "ambiguous": 2, "wrong_county": 2, "unknown": 2, "county_short": 3, "drift": 0.02,
    "strange": 1, "unit": 3, "wide": 2, "code": 3, "person": 0.01, "phone": 1, "repeat": 2,
    "list_alias": 0.10,
}  # fmt: skip
MONTHS = [0.55, 0.15, 0.15, 0.15]
DATES = [0.82, 0.06, 0.04, 0.04, 0.04]
STRANGE_SCHOOL, STRANGE_WORD = "启明双语学校", "待定（口头）"
HIDDEN = "〔已隐去〕"
FEW = 60  # a smaller sheet gets one of each


def spoil(draft: Draft) -> None:
    """Plant them all, no two in one row but for how its dates and months are written."""
    for item in draft.sheet.columns:
        if item.kind in PLANTED:
            PLANTED[item.kind](draft, item)
    _repeat(draft)


def _amount(draft: Draft, kind: str) -> float:
    return ODD[kind] if len(draft.rows) >= FEW or ODD[kind] < 1 else 1


def _dates(draft: Draft, item: Field) -> None:
    """Write dates as people do, some as Excel's numbers or true dates."""
    there = draft.rows.index[pd.notna(draft.rows[item.id])]
    turns = draft.rng.choice(5, len(there), p=DATES)
    for row in [row for row, turn in zip(there, turns, strict=True) if turn]:
        day = draft.rows.loc[row, item.id]
        turn = turns[there.get_loc(row)]
        cell, fault = [
            (day.to_pydatetime(), "date_as_excel_date"),
            ((day - EPOCH).days, "date_as_serial"),
            (f"{day.year}.{day.month}.{day.day}", "date_with_dots"),
            (f"{day.year}年{day.month}月{day.day}日", "date_in_words"),
        ][turn - 1]
        draft.cells.loc[row, item.id] = cell
        draft.note(row, item.id, fault, "repaired", right=f"{day:%Y-%m-%d}")


def _months(draft: Draft, item: Field) -> None:
    """Write months as 2021年3月, 2021/3 or as the day that Excel makes of them."""
    there = draft.rows.index[draft.rows[item.id].notna()]
    turns = draft.rng.choice(4, len(there), p=MONTHS)
    cells = draft.cells[item.id].copy()
    for row, turn in zip(there, turns, strict=True):
        day = pd.Timestamp(f"{draft.rows.loc[row, item.id]}-01")
        cell, fault = [
            (None, ""),
            (f"{day.year}年{day.month}月", "month_in_words"),
            (f"{day.year}/{day.month}", "month_with_slash"),
            ((day - EPOCH).days, "month_as_serial"),
        ][turn]
        if fault:
            cells[row] = cell
            draft.note(row, item.id, fault, "repaired", right=f"{day:%Y-%m}")
    draft.cells[item.id] = cells


def _numbers(draft: Draft, item: Field) -> None:
    """Write numbers with their unit or in full-width figures."""
    whole = pd.to_numeric(draft.rows[item.id], errors="coerce")
    usable = whole.notna() & (whole % 1 == 0) & draft.cells[item.id].map(lambda cell: isinstance(cell, int))
    for row in draft.take(_amount(draft, "unit"), usable) if item.unit else []:
        draft.cells.loc[row, item.id] = f"{int(whole[row])}{item.unit}"
        draft.note(row, item.id, "number_with_unit", "repaired", right=float(whole[row]))
    for row in draft.take(_amount(draft, "wide"), usable):
        wide = "".join(chr(ord(figure) + 0xFEE0) for figure in str(int(whole[row])))
        draft.cells.loc[row, item.id] = wide
        draft.note(row, item.id, "number_full_width", "repaired", right=float(whole[row]))


def _choices(draft: Draft, item: Field) -> None:
    """Write an option in other words that the codebook knows, or in words that no option has."""
    options = draft.desk.book.scales[item.scale].options
    others = {option.value: option.also for option in options if option.also and option.value is not None}
    there = draft.rows[item.id].isin(list(others)) if others else pd.Series(False, draft.rows.index)
    for row in draft.take(_amount(draft, "drift"), there) if there.any() else []:
        draft.cells.loc[row, item.id] = str(draft.rng.choice(others[int(draft.rows.loc[row, item.id])]))
        draft.note(row, item.id, "label_drift", "repaired", right=int(draft.rows.loc[row, item.id]))
    if item.optional:
        return
    for row in draft.take(_amount(draft, "strange"), _loose(draft)):
        draft.put(row, item.id, np.nan, STRANGE_WORD)
        draft.note(row, item.id, "unknown_label", "missing:invalid", "value_unknown")
    for row in draft.take(_amount(draft, "strange"), _loose(draft)):
        draft.put(row, item.id, np.nan, "")
        draft.note(row, item.id, "cell_blank", "missing:blank", "field_blank")


def _loose(draft: Draft) -> pd.Series:
    """Return the rows of which nothing else hangs on one cell: not a case that counts."""
    return draft.rows.get("status", pd.Series(0, draft.rows.index)).ne(1)


def _counties(draft: Draft, item: Field) -> None:
    brief = draft.desk.book.counties.set_index("county_code")["short"]
    for row in draft.take(_amount(draft, "county_short")):
        draft.cells.loc[row, item.id] = brief[draft.rows.loc[row, "county_code"]]
        draft.note(row, item.id, "county_short", "repaired")


def _schools(draft: Draft, item: Field) -> None:
    """Write schools as people do; what no one school explains is set aside."""
    rows, spellings = draft.rows, draft.desk.spellings
    index = rows["school_id"].map(draft.desk.schools.set_index("school_id")["school_index"])
    chosen = draft.take(ODD["alias"])
    for turn, row in enumerate(chosen):
        kind, way = _way(spellings.ways[int(index[row])], turn, draft)
        draft.cells.loc[row, item.id] = way
        draft.note(row, item.id, f"name_{kind}", "repaired", school_id=rows.loc[row, "school_id"])
    shared = index.map(dict(enumerate(spellings.shared))).fillna("")
    for row in draft.take(_amount(draft, "ambiguous"), shared != ""):
        draft.cells.loc[row, item.id] = shared[row]
        draft.note(row, item.id, "ambiguous_name", "review", "school_review")
    _elsewhere(draft, item)
    for row in draft.take(_amount(draft, "unknown")):
        draft.cells.loc[row, item.id] = STRANGE_SCHOOL
        draft.note(row, item.id, "unknown_school", "quarantined", "school_none")


def _elsewhere(draft: Draft, item: Field) -> None:
    """Write another county beside a school whose name says its own."""
    county = next(f.id for f in draft.sheet.columns if f.kind == "county")
    known = draft.desk.book.counties["county"]
    led = draft.cells[item.id].map(lambda cell: str(cell).startswith(tuple(known)))
    for row in draft.take(_amount(draft, "wrong_county"), led):
        other = known[known != draft.cells.loc[row, county]]
        draft.cells.loc[row, county] = str(draft.rng.choice(other))
        draft.note(row, county, "wrong_county", "review", "school_review")


def _way(ways: dict[str, list[str]], turn: int, draft: Draft) -> tuple[str, str]:
    """Return the next way to write a school, and of which kind it is."""
    possible = {kind: found for kind, found in ways.items() if found}
    wanted = names.DECIDABLE[turn % len(names.DECIDABLE)]
    kind = wanted if wanted in possible else sorted(possible)[turn % len(possible)]
    return kind, str(draft.rng.choice(possible[kind]))


def _lists(draft: Draft, item: Field) -> None:
    """Write some schools of a list by another of their names."""
    index = draft.desk.schools.set_index("school_id")["school_index"]
    several = draft.cells[item.id].str.contains("、", na=False)
    for turn, row in enumerate(draft.take(ODD["list_alias"], several)):
        ids = draft.rows.loc[row, item.id].split(";")
        written = str(draft.cells.loc[row, item.id]).split("、")
        at = turn % len(ids)
        kind, written[at] = _way(draft.desk.spellings.ways[int(index[ids[at]])], turn, draft)
        draft.cells.loc[row, item.id] = "、".join(written)
        draft.note(row, item.id, f"listed_{kind}", "repaired", schools=draft.rows.loc[row, item.id])
    for row in draft.rows.index[draft.cells[item.id] == WHOLE_COUNTY]:
        draft.note(row, item.id, "whole_county", "repaired", schools=draft.rows.loc[row, item.id])


def _codes(draft: Draft, item: Field) -> None:
    """Write codes in small letters, or with a space behind."""
    lettered = draft.cells[item.id].map(lambda cell: str(cell).lower() != str(cell))
    for turn, row in enumerate(draft.take(_amount(draft, "code"), lettered)):
        code = str(draft.cells.loc[row, item.id])
        draft.cells.loc[row, item.id] = [code.lower(), f"{code}\u3000"][turn % 2]
        draft.note(row, item.id, "code_written_otherwise", "repaired", right=code)


def _persons(draft: Draft, item: Field) -> None:
    """Write persons' codes in small letters, full width or with spaces: the same person."""
    for turn, row in enumerate(draft.take(ODD["person"])):
        code = str(draft.cells.loc[row, item.id])
        wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
        draft.cells.loc[row, item.id] = [code.lower(), wide, f" {code[:2]} {code[2:]}"][turn % 3]
        draft.note(row, item.id, "person_written_otherwise", "repaired", right=code)


def _texts(draft: Draft, item: Field) -> None:
    """Write somebody's telephone into a remark."""
    for row in draft.take(_amount(draft, "phone"), draft.cells[item.id].astype(str) != ""):
        secret = f"130000000{draft.rng.integers(10, 100)}"
        said = str(draft.cells.loc[row, item.id])
        draft.put(row, item.id, f"{said}（联系{HIDDEN}）", f"{said}（联系{secret}）")
        draft.note(row, item.id, "phone_in_text", "repaired", must_not_appear=secret)


def _repeat(draft: Draft) -> None:
    """Enter some records twice; the second is set aside."""
    for row in draft.take(_amount(draft, "repeat")):
        draft.note(draft.again(row), None, "duplicate_record", "quarantined", "record_repeated", same_as=row)


PLANTED = {
    "school": _schools, "county": _counties, "schools": _lists, "choice": _choices, "number": _numbers,
    "code": _codes, "person": _persons, "text": _texts, "date": _dates, "month": _months,
}  # fmt: skip
