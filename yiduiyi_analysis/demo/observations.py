"""Lessons observed with ten marks: one in seven by two observers, one of them lenient."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Instrument
from yiduiyi_analysis.demo import staff
from yiduiyi_analysis.demo.drafts import Desk, Draft
from yiduiyi_analysis.demo.streams import stream

HOW = "wave files"
LESSONS, TWICE, OBSERVERS = 170, 0.15, 14
MARKS = {"ob1": 3.5, "ob2": 3.6, "ob3": 3.1, "ob4": 2.8, "ob5": 2.6, "ob6": 3.2, "ob7": 3.4, "ob8": 3.0,
         "ob9": 3.7, "ob10": 3.0}  # fmt: skip
GROWTH = {"W2": (0.12, 0.15), "W3": (0.15, 0.18)}  # mean and spread over counties, in marks
LESSON, EYE, MARK = 0.55, 0.25, 0.5


def draw(tool: Instrument, desk: Desk) -> pd.DataFrame:
    """Return the sheets of marks, a row a lesson and observer, before any fault."""
    codes = staff.codes("G", OBSERVERS, stream(desk.seed, "observers"))
    parts = [_wave(desk, desk.book.waves[wave], codes) for wave in tool.waves]
    rows = pd.concat(parts, ignore_index=True)
    number = rows.groupby("lesson").ngroup() + 1
    return rows.assign(lesson_no=[f"GC-{desk.mark}{k:04d}" for k in number])


def _wave(desk: Desk, wave, codes: list[str]) -> pd.DataFrame:
    rng, counties = stream(desk.seed, "observations", wave.id), desk.staff["county_index"].max() + 1
    lessons = desk.staff.loc[np.sort(rng.choice(len(desk.staff), LESSONS, replace=False))].reset_index(
        drop=True
    )
    mean, spread = GROWTH.get(wave.id, (0.0, 0.0))
    pace = stream(desk.seed, "observed").normal(0, 1, counties)[lessons["county_index"]]
    lessons = lessons.assign(
        lesson=wave.id + lessons.index.astype(str).str.zfill(4),
        wave=wave.id,
        date=pd.Timestamp(wave.opens)
        + pd.to_timedelta(rng.integers(0, (wave.closes - wave.opens).days + 1, LESSONS), "D"),
        teacher=lessons["code"],
        helper=rng.choice([1, 2, 3, 4], LESSONS, p=[0.1, 0.35, 0.35, 0.2]),
        place=mean + spread * pace + rng.normal(0, LESSON, LESSONS),
    )
    both = lessons[rng.random(LESSONS) < TWICE]
    first = rng.integers(0, OBSERVERS, LESSONS)
    second = (first[both.index] + rng.integers(1, OBSERVERS, len(both))) % OBSERVERS
    seen = pd.concat([lessons, both], ignore_index=True)
    return _marked(seen.assign(eye=np.r_[first, second]), codes, desk, rng)


def _marked(rows: pd.DataFrame, codes: list[str], desk: Desk, rng) -> pd.DataFrame:
    """Return the rows with ten marks; an observer is as strict in every lesson."""
    strict = stream(desk.seed, "strictness").normal(0, EYE, OBSERVERS)
    strict[0] = 0.8
    place = rows["place"].to_numpy() + strict[rows["eye"]]
    marks = {
        name: np.clip(np.rint(at + place + rng.normal(0, MARK, len(rows))), 1, 5)
        for name, at in MARKS.items()
    }
    flat = np.ptp(np.column_stack(list(marks.values())), axis=1) == 0
    marks["ob10"] = np.where(flat, np.where(marks["ob10"] > 2, marks["ob10"] - 1, 2), marks["ob10"])
    return rows.assign(observer=np.array(codes)[rows["eye"]], **marks)


def spoil(draft: Draft) -> None:
    """Plant teachers who observe themselves, marks all alike or copied, days out of time."""
    rows = draft.rows
    once = ~rows["lesson_no"].duplicated(keep=False)
    for row in draft.take(3, once):
        draft.put(row, "observer", rows.loc[row, "teacher"])
        draft.note(row, "observer", "observes_oneself", "quarantined", "observed_self")
    for turn, row in enumerate(draft.take(6)):
        name, cell = [("ob4", 6), ("ob9", 0.5), ("ob1", 0)][turn % 3]
        draft.put(row, name, np.nan, cell)
        draft.note(row, name, "mark_out_of_range", "missing:invalid", "value_unknown")
    for row in draft.take(2, once):
        for name in MARKS:
            draft.put(row, name, 3.0, 3)
        draft.flag(row, "ob1", "observation_flat")
    middle = draft.desk.book.waves[draft.tool.waves[1]]
    before = pd.Timestamp(middle.opens) - pd.Timedelta(days=12)
    for row in draft.take(2, once & (rows["wave"] == middle.id)):
        draft.put(row, "date", before, f"{before:%Y-%m-%d}")
        draft.flag(row, "date", "observed_outside_wave")
    late = pd.Timestamp(draft.desk.book.programme.ends) + pd.Timedelta(days=9)
    for row in draft.take(2, once & (rows["wave"] == draft.tool.waves[-1])):
        draft.put(row, "date", late, f"{late:%Y-%m-%d}")
        draft.flag(row, "date", "out_of_programme", "after_programme")
        draft.flag(row, "date", "observed_outside_wave")
    _pairs(draft, once)


def _pairs(draft: Draft, once: pd.Series) -> None:
    """Plant second observers who copy the first, and two lessons under one number."""
    rows = draft.rows
    first = ~once & ~rows["lesson_no"].duplicated() & rows[list(MARKS)].notna().all(axis=1)
    for turn, row in enumerate(draft.take(4, first)):
        other = rows.index[(rows["lesson_no"] == rows.loc[row, "lesson_no"]) & (rows.index != row)][0]
        draft.hold([other])
        if turn % 2:
            day = rows.loc[other, "date"] + pd.Timedelta(days=1 if rows.loc[other, "date"].day < 15 else -1)
            draft.put(other, "date", day, f"{day:%Y-%m-%d}")
        for name in [] if turn % 2 else MARKS:
            draft.put(other, name, rows.loc[row, name], draft.cells.loc[row, name])
        for one in (row, other):
            if turn % 2:
                draft.note(one, "lesson_no", "two_lessons_one_number", "review", "lesson_differs")
            else:
                draft.flag(one, "ob1", "observers_copied")
