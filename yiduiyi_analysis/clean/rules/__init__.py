"""The declarative rules of the codebook, applied to record tables and replies: set aside, blank or flag."""

from dataclasses import replace

import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.rules import against, found, groups, onerow
from yiduiyi_analysis.clean.rules.found import Scene
from yiduiyi_analysis.codebook import Codebook, Instrument, Item, Rule, Sheet

KINDS = {
    "range": onerow.limits, "order": onerow.order, "differ": onerow.differ, "in_window": onerow.in_window,
    "hours_per_day": onerow.hours_per_day, "same_year": onerow.same_year, "ratio": onerow.ratio,
    "needs": onerow.needs, "exclusive": onerow.exclusive, "careless": onerow.careless,
    "answered": onerow.answered, "unique": groups.unique, "same_record": groups.same_record,
    "consistent": groups.consistent, "group_size": groups.group_size, "copied_rows": groups.copied_rows,
    "copied_columns": groups.copied_columns, "alike": groups.alike, "budget_sum": groups.budget_sum,
    "repeated_total": groups.repeated_total, "implausible_total": groups.implausible_total,
    "cumulative": groups.cumulative, "never_falls": groups.never_falls,
    "headcount_roster": against.headcount_roster, "over_roster": against.over_roster,
    "linked": against.linked, "counted": against.counted, "within": against.within,
}  # fmt: skip
SAID = {"quarantine": "quarantined", "review": "review", "blank": "quarantined", "flag": "kept"}
# Kinds of field whose content may stand in the ledger: no name can be in them.
SHOWN = {"number", "date", "month"}


def records(
    tables: dict[str, pd.DataFrame], roster: pd.DataFrame, book: Codebook
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return the record tables as the rules leave them, and the ledger of what they did.

    In:     tables: by sheet id, linked and decoded: county_code, school_id (where the sheet has a school),
            wave, the fields, flags, file, sheet, row
    Out:    the same tables without the rows set aside; what is blanked is NA; flags joined by `;`
    Rule:   one rule after the other: what one sets aside, the next does not see
    """
    came = {name: frame.reset_index(drop=True) for name, frame in tables.items()}
    standing, said = dict(came), []
    for rule in book.rules.values():
        for name in _sheets(rule, book):
            if not len(standing.get(name, ())):
                continue
            scene = Scene(roster, book, book.sheet[name], came, standing)
            struck = KINDS[rule.kind](standing[name], rule, scene)
            stems = {found.names([field.id])[0]: field.stem for field in scene.sheet.columns}
            shown = {field.id for field in scene.sheet.columns if field.kind in SHOWN}
            said.append(_told(standing[name], struck, rule, stems, shown))
            standing[name] = _treated(standing[name], struck, rule)
    return {name: frame.reset_index(drop=True) for name, frame in standing.items()}, ledger.concat(said)


def replies(
    responses: pd.DataFrame, answers: pd.DataFrame, roster: pd.DataFrame, book: Codebook
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return responses and answers as the rules leave them, and the ledger of what they set aside or blanked.

    Rule:   a flag on how somebody answered stands in `flags` alone, where disclosure protects its counts;
            what is set aside or blanked stands in the ledger alone
    """
    said, scene = [], Scene(roster, book)
    for tool in book.instruments.values():
        rules = [rule for rule in book.rules.values() if rule.instrument == tool.id and rule.kind in KINDS]
        mine = responses[responses["instrument"] == tool.id] if rules else responses.iloc[:0]
        if mine.empty:
            continue
        frame = _wide(mine, answers[answers["instrument"] == tool.id], tool, rules)
        scene = replace(scene, answers=tuple(_graded(tool, frame)))
        stems = {item.id: item.stem for item in tool.items}
        shown = {item.id for item in tool.items if item.kind != "text"}
        for rule in rules:
            struck = KINDS[rule.kind](frame, rule, scene)
            if rule.action != "flag":
                said.append(_told(frame, struck, rule, stems, shown))
            if rule.action == "blank":
                answers = _blanked(answers, frame, struck)
                frame = _emptied(frame, struck)
            else:
                frame = _treated(frame, struck, rule)
        lost = mine.index.difference(frame.index)
        if len(lost):
            answers = answers[~answers["response_id"].isin(mine["response_id"].loc[lost])]
        responses = responses.drop(index=lost)
        responses.loc[frame.index, "flags"] = frame["flags"]
    return responses, answers, ledger.concat(said)


def _sheets(rule: Rule, book: Codebook) -> list[str]:
    """Return the sheets that a rule is about: the one it names, or all if it names nothing."""
    if rule.kind not in KINDS or rule.instrument:
        return []
    return [rule.sheet] if rule.sheet else [sheet.id for sheet in book.sheet.values() if not _by_task(sheet)]


def _by_task(sheet: Sheet) -> bool:
    """Say whether a sheet records tasks: its records are compared where their tasks are told."""
    return any(field.kind == "task" for field in sheet.columns)


def _told(frame: pd.DataFrame, struck: pd.DataFrame, rule: Rule, stems: dict, shown: set) -> pd.DataFrame:
    """Return a ledger row a struck row, or a cell where cells are blanked."""
    struck = struck if rule.action == "blank" else struck.drop_duplicates("at")
    if struck.empty:
        return ledger.empty()
    rows = frame.loc[struck["at"], ["file", "sheet", "row", "county_code"]]
    before = pd.Series(pd.NA, struck.index, dtype="string")
    for name in set(struck["column"].dropna()) & shown:
        at = struck.index[struck["column"] == name]
        before[at] = found.written(frame.loc[struck["at"][at], name]).to_numpy()
    said = rule.message + ("（" + struck["note"] + "）").fillna("")
    column = struck["column"].map(stems).astype("string").to_numpy()
    return ledger.rows(rows, rule=rule.id, column=column, before=before.to_numpy(),
                       action=SAID[rule.action], note=said.to_numpy())  # fmt: skip


def _treated(frame: pd.DataFrame, struck: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """Return the rows without those set aside; the others that were struck flagged, and their cells blank."""
    if struck.empty:
        return frame
    if rule.whole_row:
        return frame.drop(index=struck["at"].unique())
    frame, at = frame.copy(), struck["at"].unique()
    if "flags" in frame:
        frame.loc[at, "flags"] = (frame.loc[at, "flags"] + ";" + rule.id).str.lstrip(";")
    return _emptied(frame, struck) if rule.action == "blank" else frame


def _emptied(frame: pd.DataFrame, struck: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with nothing in the cells that were struck."""
    frame = frame.copy()
    for name, cells in struck.groupby("column"):
        frame.loc[cells["at"], name] = pd.NA
    return frame


def _wide(mine: pd.DataFrame, answers: pd.DataFrame, tool: Instrument, rules: list[Rule]) -> pd.DataFrame:
    """Return the responses with a column an answer that a rule asks for, under the index of `mine`."""
    asked = {name for rule in rules for name in [*rule.columns, *rule.where, *rule.positive]}
    if any(rule.kind in {"careless", "answered"} and not rule.columns for rule in rules):
        asked |= {item.id for item in tool.items if _is_graded(item)}
    there = answers[answers["item_id"].isin(asked)]
    texts = {item.id for item in tool.items if item.kind == "text"}
    columns = {}
    for name in sorted(asked - {"not_applicable"} - set(mine.columns) - set(found.CLEAN)):
        own = there[there["item_id"] == name].set_index("response_id")
        value = own["raw"].where(own["missing"].isna()) if name in texts else own["value"]
        columns[name] = value.reindex(mine["response_id"]).array
    if "not_applicable" in asked:
        count = answers[answers["missing"].eq("not_applicable")]["response_id"].value_counts()
        columns["not_applicable"] = count.reindex(mine["response_id"]).fillna(0).array
    return mine.assign(**columns)


def _graded(tool: Instrument, frame: pd.DataFrame) -> list[str]:
    return [item.id for item in tool.items if _is_graded(item) and item.id in frame]


def _is_graded(item: Item) -> bool:
    """Say whether an item is a scale or test question, one that `careless` and `answered` look at."""
    return item.role is None and (item.kind == "scale" or item.key is not None)


def _blanked(answers: pd.DataFrame, frame: pd.DataFrame, struck: pd.DataFrame) -> pd.DataFrame:
    """Return the answers, those that were struck without value and invalid."""
    cells = pd.MultiIndex.from_arrays([frame.loc[struck["at"], "response_id"], struck["column"]])
    few = answers["response_id"].isin(cells.get_level_values(0).unique())
    at = answers.index[few]
    hit = pd.MultiIndex.from_frame(answers.loc[at, ["response_id", "item_id"]]).isin(cells)
    answers = answers.copy()
    answers.loc[at[hit], "value"] = pd.NA
    answers.loc[at[hit], "missing"] = "invalid"
    return answers
