"""Faults planted in the 五个一 record sheets: names, dates, codes, levels and headings as people write."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Scale, Sheet
from yiduiyi_analysis.demo.exports import Table
from yiduiyi_analysis.demo.names import Spellings
from yiduiyi_analysis.demo.sheets import EPOCH

# Shares of a sheet's rows, or plain counts from 1 on.
ODD = {
    "header": 2,
    "alias": 0.05,
    "ambiguous_name": 2,
    "drift": 0.08,
    "blank": 0.01,
    "invalid": 2,
    "double": 1,
    "code": 0.02,
}


def spoil(table: Table, page: Sheet, scale: Scale, spellings: Spellings, closes: pd.Timestamp, rng) -> None:
    """Plant a record sheet's faults, none of them twice in one row but for its date."""
    free = list(rng.permutation(np.flatnonzero(~table.people["steady"])))

    def take(amount: float, allowed=None) -> list[int]:
        wanted = amount if amount >= 1 else max(2, round(amount * len(table.cells)))
        rows = [row for row in free if allowed is None or allowed[row]][: int(wanted)]
        free[:] = [row for row in free if row not in set(rows)]
        return sorted(int(row) for row in rows)

    _contradictions(table, scale, closes, take)
    _dates(table, rng)
    _names(table, spellings, take, rng)
    _levels(table, scale, take, rng)
    _codes(table, take, rng)
    _header(table, page, rng)
    _double(table, take)


def _contradictions(table: Table, scale: Scale, closes: pd.Timestamp, take) -> None:
    """Plant tasks done without a document, approved after the wave, or less advanced than a wave before."""
    done = [float(value) for value in scale.top]
    top = pd.Series(table.given["progress"].isin(done))
    at = {name: table.column(name) for name in ("doc_title", "date", "progress")}
    for row in take(1, top):
        table.cells[row, [at["doc_title"], at["date"]]] = ""
        _flag(table, row, "doc_title", "done_without_document")
    later = closes + pd.Timedelta(days=20)
    for row in take(1, pd.Series(table.cells[:, at["date"]] != "")):
        table.cells[row, at["date"]] = f"{later:%Y-%m-%d}"
        _flag(table, row, "date", "approved_later")
    for row in np.flatnonzero(table.people["falls"]):
        _flag(table, int(row), "progress", "progress_falls")


def _flag(table: Table, row: int, key: str, rule: str) -> None:
    table.people.loc[row, "marks"] = rule
    table.notes.append((row, key, rule, f"flag:{rule}", {"rule": rule}))


def _dates(table: Table, rng) -> None:
    """Write approval dates as people do, some as Excel's numbers or true dates."""
    at = table.column("date")
    for row in np.flatnonzero(table.cells[:, at] != ""):
        day = pd.Timestamp(table.cells[row, at])
        cell, fault = [
            (f"{day:%Y-%m-%d}", ""),
            (day.to_pydatetime(), "date_as_excel_date"),
            ((day - EPOCH).days, "date_as_serial"),
            (f"{day.year}.{day.month}.{day.day}", "date_with_dots"),
            (f"{day.year}年{day.month}月{day.day}日", "date_in_words"),
        ][rng.choice(5, p=[0.7, 0.12, 0.08, 0.05, 0.05])]
        table.cells[row, at] = cell
        if fault:
            table.notes.append((int(row), "date", fault, "repaired", {"right": f"{day:%Y-%m-%d}"}))


def _names(table: Table, spellings: Spellings, take, rng) -> None:
    at, ids, index = table.column("school"), table.people["school_id"], table.people["school_index"]
    for turn, row in enumerate(take(ODD["alias"], ids.notna())):
        possible = {kind: found for kind, found in spellings.ways[int(index[row])].items() if found}
        kind = sorted(possible)[turn % len(possible)]
        table.cells[row, at] = str(rng.choice(possible[kind]))
        table.notes.append((row, "school", f"name_{kind}", "repaired", {"school_id": ids[row]}))
    shared = index.map(dict(enumerate(spellings.shared))).fillna("")
    for row in take(ODD["ambiguous_name"], shared != ""):
        table.cells[row, at] = shared[row]
        table.notes.append((row, "school", "ambiguous_name", "review", {"school_id": ids[row]}))
        table.people.loc[row, ["action", "school_id"]] = ["review", pd.NA]


def _levels(table: Table, scale: Scale, take, rng) -> None:
    """Write progress in other words, leave it out, or write what no level says."""
    at = table.column("progress")
    others = {option.label: option.also for option in scale.options if option.also}
    for row in take(ODD["drift"], pd.Series(table.cells[:, at]).isin(others)):
        table.cells[row, at] = str(rng.choice(others[table.cells[row, at]]))
        table.notes.append(
            (row, "progress", "label_drift", "repaired", {"right": table.given.loc[row, "progress"]})
        )
    for amount, cell, fault, reason in [
        (ODD["blank"], "", "mark_blank", "blank"),
        (ODD["invalid"], "90%", "unknown_label", "invalid"),
    ]:
        for row in take(amount):
            table.cells[row, at] = cell
            table.given.loc[row, "progress"], table.missing.loc[row, "progress"] = np.nan, reason
            table.notes.append((row, "progress", fault, f"missing:{reason}", {}))


def _codes(table: Table, take, rng) -> None:
    """Write task codes in small letters or full width."""
    at = table.column("code")
    for turn, row in enumerate(take(ODD["code"])):
        code = table.cells[row, at]
        wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
        table.cells[row, at] = [code.lower(), wide][turn % 2]
        table.notes.append((row, "code", "code_written_otherwise", "repaired", {"right": code}))


def _header(table: Table, page: Sheet, rng) -> None:
    """Head two columns in other words that the codebook knows."""
    fields = page.columns
    known = [at for at, item in enumerate(fields) if item.also]
    for at in rng.permutation(known)[: ODD["header"]]:
        table.headers[at] = str(rng.choice(fields[at].also))
        table.notes.append((None, table.keys[at], "header_renamed", "repaired", {"column": fields[at].id}))


def _double(table: Table, take) -> None:
    """Enter one record twice; the second is set aside."""
    for row in take(ODD["double"]):
        again = len(table.cells)
        table.cells = np.vstack([table.cells, table.cells[row]])
        for name in ["people", "given", "missing"]:
            frame = getattr(table, name)
            setattr(table, name, pd.concat([frame, frame.loc[[row]]], ignore_index=True))
        table.people.loc[again, "action"] = "quarantined"
        table.notes.append((again, None, "duplicate_record", "quarantined", {"same_as_row": row + 2}))
