"""What makes a kept submission doubtful: marked, never dropped."""

import pandas as pd

from yiduiyi_analysis.codebook import Codebook

FASTEST_SECONDS_AN_ITEM = 2.0
NAMES = ("late", "speeder", "straight_line", "failed_check", "over_roster", "maybe_duplicate")


def mark(rows: pd.DataFrame, roster: pd.DataFrame, book: Codebook) -> pd.Series:
    """Return the flags of each submission, joined by `;`, empty where there is none.

    In:     rows: wave, submitted_at, duration_s, items, same, failed, instrument, school_id, twin
    Rule:   late           submitted on a day outside the wave's window
            speeder        less than 2 s a question
            straight_line  one answer to all of ten or more scale items, reversed ones included
            failed_check   the check item answered otherwise than asked
            over_roster    more teachers of the school answered in the wave than the roster has
            maybe_duplicate  answers like one of the same school less than a minute before, sender unknown
    """
    flags = {
        "late": _late(rows, book),
        "speeder": rows["duration_s"] < FASTEST_SECONDS_AN_ITEM * rows["items"],
        "straight_line": rows["same"],
        "failed_check": rows["failed"],
        "over_roster": _over_roster(rows, roster, book),
        "maybe_duplicate": rows["twin"],
    }
    joined = pd.Series("", rows.index)
    for name in NAMES:
        joined = joined + flags[name].map({True: f"{name};", False: ""})
    return joined.str.rstrip(";").astype("string")


def _late(rows: pd.DataFrame, book: Codebook) -> pd.Series:
    day = rows["submitted_at"].dt.normalize()
    waves = pd.DataFrame({wave.id: [wave.opens, wave.closes] for wave in book.waves.values()})
    opens, closes = (rows["wave"].map(pd.to_datetime(dates)) for _, dates in waves.iterrows())
    return day.notna() & ~day.between(opens, closes)


def _over_roster(rows: pd.DataFrame, roster: pd.DataFrame, book: Codebook) -> pd.Series:
    teachers = rows["school_id"].map(roster.set_index("school_id")["teachers"])
    answered = rows.groupby(["instrument", "wave", "school_id"])["row"].transform("size")
    by_teacher = rows["instrument"].isin(
        [tool.id for tool in book.instruments.values() if tool.unit in {"teacher", "test"}]
    )
    return by_teacher & (answered > teachers).fillna(False).astype(bool)
