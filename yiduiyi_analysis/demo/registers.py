"""Record workbooks: the drafts of all record sheets, put into files and tabs as counties send them."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Codebook, Instrument, Sheet
from yiduiyi_analysis.demo import (
    activities,
    cases,
    drafts,
    funds,
    institutions,
    observations,
    people,
    platform,
    scribbles,
    staff,
)  # fmt: skip
from yiduiyi_analysis.demo.drafts import Desk, Draft
from yiduiyi_analysis.demo.exports import MARK, Table
from yiduiyi_analysis.demo.names import Spellings

# Sheet → how it is sent, how its records are drawn, what is planted in them.
KEPT = {
    "cases": (cases.HOW, cases.draw, cases.spoil),
    "activities": (activities.HOW, activities.draw, activities.spoil),
    "participation": (activities.HOW, activities.attendance, activities.spoil_participation),
    "funds": (funds.HOW, funds.draw, funds.spoil),
    "platform_months": (platform.HOW, platform.draw, platform.spoil),
    "observations": (observations.HOW, observations.draw, observations.spoil),
    "institutions": (institutions.HOW, institutions.draw, institutions.spoil),
}
RENAMED = 1  # columns of a tab that are headed in other words


def tables(book: Codebook, schools: pd.DataFrame, spellings: Spellings, seed: int) -> list[Table]:
    """Return the tabs of all record workbooks, faults planted; a sheet that KEPT does not know has none."""
    schools = people.index(schools)
    desk = Desk(book, schools, staff.roll(schools, seed), spellings, seed)
    made = []
    for tool in book.instruments.values():
        for sheet in [sheet for sheet in tool.sheets if sheet.id in KEPT]:
            made += _tabs(_draft(tool, sheet, desk))
    return made


def _draft(tool: Instrument, sheet: Sheet, desk: Desk) -> Draft:
    """Return one sheet's records with all faults planted, and the wave of each told."""
    how, draw, plant = KEPT[sheet.id]
    draft = Draft(desk, tool, sheet, drafts.lay(draw(tool, desk), how, tool, sheet, desk))
    plant(draft)
    scribbles.spoil(draft)
    period = sheet.field[sheet.period] if sheet.period else None
    if period and period.kind in ("date", "month"):
        draft.rows["wave"] = drafts.waves_of(pd.to_datetime(draft.rows[period.id]), tool, desk)
    return draft


def _tabs(draft: Draft) -> list[Table]:
    """Return a draft's tabs, its rows in their order, and its faults where they then stand."""
    parts, place = [], {}
    for (file, tab), part in draft.rows.groupby(["file", "tab"], sort=False):
        place |= {row: (file, tab, at) for at, row in enumerate(part.index)}
        parts.append(_table(draft, file, tab, part))
    by_tab = {(table.file, table.sheet): table for table in parts}
    for row, name, fault, action, rule, detail in draft.faults:
        file, tab, at = place[row]
        if "same_as" in detail:
            detail = {"same_as_row": place[detail["same_as"]][2] + 2}
        by_tab[file, tab].notes.append((at, name, fault, action, {"rule": rule} | detail))
    return parts


def _table(draft: Draft, file: str, tab: str, rows: pd.DataFrame) -> Table:
    fields = draft.sheet.columns
    cells = np.column_stack([draft.cells.loc[rows.index], np.full(len(rows), MARK, object)])
    told = [f.id for f in fields if f.kind not in ("private", "county", "school", "wave")]
    true = rows.reindex(columns=["county_code", "school_id", "wave", *told, "action", "flags"])
    table = Table(
        file=file,
        sheet=tab,
        instrument=draft.tool.id,
        wave="",
        mode="records",
        batch=None,
        keys=[*(f.id for f in fields), "mark"],
        headers=[*(f.stem for f in fields), MARK],
        cells=cells,
        people=_fate(rows),
        given=pd.DataFrame(index=range(len(rows))),
        missing=pd.DataFrame(index=range(len(rows))),
        record=true.reset_index(drop=True),
        kept_as=draft.sheet.id,
    )
    _head(table, draft)
    return table


def _fate(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what truth_responses says of each record."""
    fate = rows.reindex(columns=["county_code", "school_id", "wave", "action", "flags"]).astype(object)
    blank = {"rater_name": "", "number": pd.NA, "submitted_at": pd.NaT, "duration_s": np.nan}
    return fate.assign(**blank).reset_index(drop=True)


def _head(table: Table, draft: Draft) -> None:
    """Head a column in other words that the codebook knows."""
    known = [at for at, item in enumerate(draft.sheet.columns) if item.also]
    for at in draft.rng.permutation(known)[:RENAMED]:
        item = draft.sheet.columns[at]
        table.headers[at] = str(draft.rng.choice(item.also))
        table.notes.append((None, item.id, "header_renamed", "repaired", {"column": item.id}))
