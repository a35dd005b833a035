"""Faults planted in exported sheets: headers, dates, durations, marks of missing answers, wrong codes."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Codebook, Item
from yiduiyi_analysis.demo.exports import Table
from yiduiyi_analysis.demo.streams import stream

EPOCH = pd.Timestamp("1899-12-30")
MISSING_MARKS = {
    "text": {"blank": ["(空)", ""], "skipped": ["(跳过)"]},
    "score": {"blank": ["(空)", ""], "skipped": ["(跳过)"]},
    "code": {"blank": ["-2", "(空)", ""], "skipped": ["-3"]},
}
MARK_NAMES = {
    "(空)": "mark_empty_word",
    "(跳过)": "mark_skipped_word",
    "-2": "mark_minus_2",
    "-3": "mark_minus_3",
    "": "mark_blank",
}
ODD_DATES, ODD_DURATIONS = 0.02, 0.04
INVALID_PER_FILE = 2
WITH_UNIT, SPARE = 3, 12
# A school's figures that cannot be: item, what is written, fault, rule.
FIGURES = [
    ("PUPILS", 0, "no_pupils", "pupils_range"),
    ("PUPILS", "三百来人", "number_in_words", "value_unknown"),
    ("BOARDERS", lambda told: int(told["PUPILS"]) + 20, "more_boarders_than_pupils", "boarders_over_pupils"),
    ("BOARDERS", 9000, "boarders_out_of_range", "boarders_range"),
    ("RETURNED", lambda told: int(told["PUPILS"]) + 5, "more_returned_than_pupils", "returned_over_pupils"),
    ("ONLINE", 500, "too_many_activities", "online_range"),
]
UNKNOWN_LABEL = "看不清"


def spoil(table: Table, book: Codebook, seed: int) -> None:
    """Write the missing answers and plant the sheet's own faults; copied submissions get no other fault."""
    rng = stream(seed, "sheet", table.file)
    _missing(table, book, rng)
    if table.batch.copy:
        for row, number in enumerate(table.people["number"]):
            _note(table, row, None, "duplicate_export", "quarantined", number=int(number))
    else:
        _other_texts(table, book)
        _dates(table, rng)
        _durations(table, rng)
        _visits(table, book, rng)
        _invalid(table, book, rng)
        _figures(table, rng)
    _note_headers(table, book)
    _space_headers(table, book, rng)


def _note(table: Table, row, key, fault: str, action: str, **detail) -> None:
    table.notes.append((row if row is None else int(row), key, fault, action, detail))


def _missing(table: Table, book: Codebook, rng) -> None:
    """Mark each missing answer in one of the platform's ways; who sends twice sends the same twice."""
    for at, key in enumerate(table.keys):
        written = key in book.item and book.item[key].kind == "text"
        for reason, ways in (
            MISSING_MARKS["text" if written else table.mode].items() if key in table.missing else ()
        ):
            rows = np.flatnonzero(table.missing[key] == reason)
            marks = _drawn(ways, table, rng)[rows] if len(rows) else ()
            for row, mark in zip(rows, marks, strict=True):
                number = mark in ("-2", "-3") and table.batch.suffix == "xlsx"
                table.cells[row, at] = int(mark) if number else mark
                if not table.batch.copy:
                    _note(table, row, key, MARK_NAMES[mark], f"missing:{reason}")


def _drawn(ways: list[str], table: Table, rng) -> np.ndarray:
    drawn = rng.choice(ways, len(table.people)).astype(object)
    second = np.flatnonzero(table.people["second"])
    drawn[second] = drawn[second - 1]
    return drawn


def _other_texts(table: Table, book: Codebook) -> None:
    """Note the written-in options, and those that hold the separator themselves."""
    for key in [key for key in table.keys if key in book.item and book.item[key].other]:
        inside = pd.Series(table.cells[:, table.column(key)], dtype="str").str.extract(
            r"〖(.*)〗", expand=False
        )
        for row, text in inside.dropna().items():
            _note(table, row, key, "separator_in_other" if "┋" in text else "other_text", "kept")


def _dates(table: Table, rng) -> None:
    """Print some submission times as other programs leave them."""
    at, people = table.column("submitted"), table.people
    rows = rng.permutation(np.flatnonzero(~people["paired"]))[: max(8, round(ODD_DATES * len(people)))]
    for turn, row in enumerate(rows):
        time = people.loc[row, "submitted_at"]
        serial = (time - EPOCH) / pd.Timedelta(days=1)
        excel = table.batch.suffix == "xlsx"
        cell, fault = [
            (f"{time.year}/{time.month}/{time.day} {time:%H:%M}", "date_without_seconds"),
            (f"{time:%Y-%m-%d %H:%M:%S}", "date_with_dashes"),
            (round(serial, 8) if excel else f"{serial:.8f}", "date_as_serial"),
            (
                time.to_pydatetime() if excel else f"{time:%Y/%m/%d %H:%M:%S}",
                "date_as_excel_date" if excel else "date_padded",
            ),
        ][turn % 4]
        if fault == "date_without_seconds":
            people.loc[row, "submitted_at"] = time.floor("min")
        table.cells[row, at] = cell
        _note(table, row, "submitted", fault, "repaired", right=str(people.loc[row, "submitted_at"]))


def _durations(table: Table, rng) -> None:
    at, seconds = table.column("duration"), table.people["duration_s"].astype(int)
    rows = rng.permutation(len(seconds))[: max(4, round(ODD_DURATIONS * len(seconds)))]
    for turn, row in enumerate(rows):
        minutes, rest = divmod(int(seconds[row]), 60)
        words = f"{minutes}分{rest}秒" if minutes else f"0分{rest}秒"
        cell, fault = [(words, "duration_in_minutes"), (str(seconds[row]), "duration_without_unit")][turn % 2]
        table.cells[row, at] = cell
        _note(table, row, "duration", fault, "repaired", right=int(seconds[row]))


def _visits(table: Table, book: Codebook, rng) -> None:
    """Write dates that people type in the ways that people type them."""
    for key in [key for key in table.keys if key in book.item and book.item[key].kind == "date"]:
        at = table.column(key)
        for row, day in enumerate(pd.to_datetime(pd.Series(table.cells[:, at]))):
            serial = (day - EPOCH).days
            cell, fault = [
                (f"{day:%Y-%m-%d}", ""),
                (f"{day.year}/{day.month}/{day.day}", ""),
                (f"{day.year}年{day.month}月{day.day}日", "date_in_words"),
                (f"{day.year}.{day.month}.{day.day}", "date_with_dots"),
                (serial if table.batch.suffix == "xlsx" else str(serial), "date_as_serial"),
            ][rng.choice(5, p=[0.5, 0.3, 0.08, 0.06, 0.06])]
            table.cells[row, at] = cell
            if fault:
                _note(table, row, key, fault, "repaired", right=f"{day:%Y-%m-%d}")


def _invalid(table: Table, book: Codebook, rng) -> None:
    """Put codes that no option has, or words that no option has."""
    graded = [key for key in table.keys if key in book.item and _marked(book.item[key])]
    for row in rng.permutation(_sound(table))[:INVALID_PER_FILE]:
        key = str(rng.choice(graded))
        if table.missing.loc[row, key]:
            continue
        beyond = len(book.scales[book.item[key].scale].options) + int(rng.integers(1, 5))
        cell = UNKNOWN_LABEL if table.mode == "text" else beyond
        table.cells[row, table.column(key)] = cell
        table.given.loc[row, key], table.missing.loc[row, key] = np.nan, "invalid"
        _note(
            table,
            row,
            key,
            "unknown_label" if table.mode == "text" else "code_out_of_range",
            "missing:invalid",
        )


def _sound(table: Table) -> pd.Index:
    """Return the rows of a survey that are kept and carry no fault yet."""
    noted = {
        row for row, *_, action, _ in table.notes if row is not None and not action.startswith("missing")
    }
    sound = (table.people["action"] == "kept") & ~table.people[["touched", "paired"]].any(axis=1)
    return table.people.index[sound & ~table.people.index.isin(list(noted))]


def _figures(table: Table, rng) -> None:
    """Let schools report figures that cannot be, or that are no figures, and write units behind others."""
    rows = list(rng.permutation(_sound(table)))
    for key, cell, fault, rule in FIGURES:
        if key not in table.given or len(rows) < SPARE:
            continue
        row = int(rows.pop())
        cell = cell(table.given.loc[row]) if callable(cell) else cell
        table.cells[row, table.column(key)] = cell
        table.given.loc[row, key], table.missing.loc[row, key] = np.nan, "invalid"
        blanked = rule != "value_unknown"
        _note(table, row, key, fault, f"blank:{rule}" if blanked else "missing:invalid", rule=rule)
    for key in [key for key, *_ in FIGURES[:1] if key in table.given]:
        for row in rows[:WITH_UNIT]:
            right = int(table.given.loc[row, key])
            table.cells[row, table.column(key)] = f"{right}人"
            _note(table, row, key, "number_with_unit", "repaired", right=right)


def _marked(item: Item) -> bool:
    return (item.kind == "scale" and not item.role) or item.key is not None


def _note_headers(table: Table, book: Codebook) -> None:
    """Note what the header row hides."""
    extra, points = table.batch.extra, table.batch.mode == "points"
    for at, (key, header) in enumerate(zip(table.keys, table.headers, strict=True)):
        item = book.item.get(key)
        if key == "inserted":
            _note(table, None, key, "inserted_question", "kept")
            _note(table, None, table.keys[at + 1], "renumbered", "repaired", item_id=table.keys[at + 1])
        if item is None:
            continue
        likert = item.scale and book.scales[item.scale].kind == "likert"
        hidden = {
            "bare_matrix_header": item.matrix and item.matrix not in header and not header[0].isdigit(),
            "reversed_print": table.mode == "code" and table.wave in item.printed,
            "label_drift": "drift" in extra and likert,
            "points_suffix": points and item.kind == "scale",
        }
        for fault in [fault for fault, there in hidden.items() if there]:
            _note(table, None, key, fault, "repaired", item_id=key)
    if table.batch.encoding == "gb18030":
        _note(table, None, None, "gbk_file", "repaired")


def _space_headers(table: Table, book: Codebook, rng) -> None:
    """Leave a tab and a wide space in two headers."""
    known = [at for at, key in enumerate(table.keys) if key in book.item]
    for at, gap in zip(rng.choice(known, 2, replace=False), ["\t", "\u3000"], strict=True):
        table.headers[at] = f"{table.headers[at].rstrip()}{gap}"
        _note(table, None, table.keys[at], "header_space", "repaired", item_id=table.keys[at])
