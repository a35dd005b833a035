"""Lesson cases that teachers hand in: some twice, some rated once or not at all, some ratings copied."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Instrument
from yiduiyi_analysis.demo import staff
from yiduiyi_analysis.demo.drafts import Desk, Draft
from yiduiyi_analysis.demo.streams import stream

HOW = "county tabs"
REACH = (0.25, 0.68)  # share of a county's teachers who hand in a case
FIRST, LAST = pd.Timestamp("2020-11-05"), pd.Timestamp("2022-03-25")
TYPES, STATUS = [0.34, 0.24, 0.42], [0.70, 0.19, 0.11]
SECOND_VERSION, ONE_RATER, UNRATED = 0.14, 0.12, 0.07
RATED = ["goal", "process", "engage", "proof"]
MARKS = [f"{part}_{rater}" for rater in (1, 2) for part in RATED]
COPYING_COUNTY = 4  # place in the order of codes of the county whose second rater copies the first
QUALITY = {"goal": 3.5, "process": 3.35, "engage": 3.1, "proof": 2.75}  # evidence of improvement is rarest
CONSENT = [0.55, 0.45]


def draw(tool: Instrument, desk: Desk) -> pd.DataFrame:
    """Return the cases, a row a version, before any fault."""
    rng = stream(desk.seed, "cases")
    reach = rng.uniform(*REACH, desk.staff["county_index"].max() + 1)[desk.staff["county_index"]]
    rows = desk.staff[rng.random(len(desk.staff)) < reach].reset_index(names="person")
    n, county = len(rows), rows["county_index"].to_numpy()
    number = rows.groupby("county_index").cumcount() + 1
    rows = rows.assign(
        case_no=[f"KL-{desk.mark}{c + 1}{k:03d}" for c, k in zip(county, number, strict=True)],
        teacher=rows["code"],
        type=rng.choice([1, 2, 3], n, p=TYPES),
        submit_date=FIRST + pd.to_timedelta((rng.beta(1.6, 1.2, n) * (LAST - FIRST).days).astype(int), "D"),
        version=1.0,
        status=rng.choice([1, 2, 3], n, p=STATUS),
        consent=rng.choice([1, 0], n, p=CONSENT),
        **{name: rng.binomial(1, share, n) for name, share in
           {"plan": 0.93, "video": 0.55, "reflection": 0.71}.items()},
    )  # fmt: skip
    rows = rows.assign(co_school=_partners(rows, desk, rng), **_ratings(rows, rng))
    return _revised(rows, rng)


def _partners(rows: pd.DataFrame, desk: Desk, rng) -> np.ndarray:
    """Return the other school of a lesson that two schools taught."""
    return np.where(rows["type"] == 2, rng.choice(desk.schools["school"], len(rows)), "")


def _ratings(rows: pd.DataFrame, rng) -> dict[str, np.ndarray]:
    """Return four marks by each of two raters; some cases got one rater, some none."""
    n = len(rows)
    lesson = rng.normal(0, 0.6, n) - 0.5 * (rows["status"] == 3) + 0.25 * (rows["submit_date"] > "2021-06-30")
    alone, none = rng.random(n) < ONE_RATER, rng.random(n) < UNRATED
    marks = {}
    for rater, strict in (1, 0.0), (2, 0.15):
        for part in RATED:
            place = QUALITY[part] + lesson - strict + rng.normal(0, 0.55, n)
            left_out = none | (alone & (rater == 2))
            marks[f"{part}_{rater}"] = np.where(left_out, np.nan, np.clip(np.rint(place), 1, 5))
    return marks


def _revised(rows: pd.DataFrame, rng) -> pd.DataFrame:
    """Add a second version of some cases, handed in later and a little better; what counts is complete."""
    early = rows["submit_date"] < LAST - pd.Timedelta(days=60)
    again = rows[early & (rng.random(len(rows)) < SECOND_VERSION)]
    later = again["submit_date"] + pd.to_timedelta(rng.integers(14, 50, len(again)), "D")
    better = again[MARKS] + (rng.random((len(again), len(MARKS))) < 0.3)
    again = again.assign(version=2.0, submit_date=later, status=1, **better.clip(upper=5))
    rows = pd.concat([rows, again], ignore_index=True).sort_values(["county_code", "case_no", "version"])
    status = rows["status"].mask((rows["status"] == 1) & rows[MARKS].isna().any(axis=1), 2)
    valid = status == 1
    return rows.assign(
        status=status,
        plan=rows["plan"].mask(valid, 1),
        video=rows["video"].mask(valid & (rows["type"] == 3), 1),
    )


def spoil(draft: Draft) -> None:
    """Plant what goes wrong with cases alone."""
    _incomplete(draft)
    _crowded(draft)
    rows = draft.rows
    for turn, row in enumerate(draft.take(4, rows["status"] != 1)):
        name, cell = [("engage_1", 6), ("proof_2", 0.5), ("goal_2", 0), ("process_1", 3.5)][turn]
        draft.put(row, name, np.nan, cell)
        draft.note(row, name, "mark_out_of_range", "missing:invalid", "value_unknown")
    for row in draft.take(2):
        draft.put(row, "status", np.nan, "已通过评审")
        draft.note(row, "status", "unknown_status", "missing:invalid", "value_unknown")
    for row in draft.take(2):
        draft.blank(row, "version", 40, "out_of_range", "version_out_of_range")
    early = pd.Timestamp(draft.desk.book.programme.starts) - pd.Timedelta(days=40)
    for row in draft.take(3):
        draft.put(row, "submit_date", early, f"{early:%Y-%m-%d}")
        draft.flag(row, "submit_date", "out_of_programme", "before_programme")
    _conflict(draft)
    _copied(draft)


def _incomplete(draft: Draft) -> None:
    """Let cases count as valid that lack a mark, every material, the recording or the partner."""
    rows = draft.rows
    valid = rows["status"] == 1
    for row in draft.take(4, valid):
        draft.put(row, MARKS[turn := row % len(MARKS)], np.nan, "")
        draft.flag(row, MARKS[turn], "case_unscored")
    for row in draft.take(3, valid & (rows["type"] == 1)):
        for name in ("plan", "video", "reflection"):
            draft.put(row, name, 0, "否")
        draft.flag(row, "plan", "case_without_material")
    for row in draft.take(3, valid & (rows["type"] == 3)):
        draft.put(row, "video", 0, "否")
        draft.flag(row, "video", "recording_without_video")
    for row in draft.take(3, rows["type"] == 2):
        draft.put(row, "co_school", "")
        draft.flag(row, "co_school", "paired_without_partner")


def _crowded(draft: Draft) -> None:
    """Let a school of one teacher hand in cases of two, and one teacher teach at two schools."""
    size = draft.rows["school_id"].map(draft.desk.schools.set_index("school_id")["teachers"])
    alone = (size == 1) & ~draft.rows["teacher"].duplicated(keep=False)
    strange = iter(staff.codes("X", 4, draft.rng))
    for row in draft.take(2, alone):
        again = draft.again(row)
        draft.put(again, "teacher", next(strange))
        draft.put(again, "case_no", draft.rows.loc[row, "case_no"] + "B")
        for one in (row, again):
            draft.flag(one, "teacher", "case_over_roster")
    versions = draft.rows.groupby("teacher").cumcount()
    twice = draft.rows["teacher"].map(draft.rows["teacher"].value_counts()) == 2
    school = draft.desk.schools.set_index("school_id")
    for row in draft.take(2, (versions == 1) & twice & (size > 4)):
        first = draft.rows.index[draft.rows["teacher"] == draft.rows.loc[row, "teacher"]][0]
        near = school[
            (school["county_code"] == draft.rows.loc[row, "county_code"]) & (school["teachers"] > 20)
        ]
        if (beside := near.index[near.index != draft.rows.loc[row, "school_id"]]).empty:
            continue
        other = beside[0]
        draft.rows.loc[row, "school_id"], draft.cells.loc[row, "school"] = other, school["school"][other]
        draft.hold([first])
        for one in (first, row):
            draft.flag(one, "school", "teacher_two_schools")


def _conflict(draft: Draft) -> None:
    """Enter one version twice, and differently: nobody knows which is right."""
    for row in draft.take(2, ~draft.rows["teacher"].duplicated(keep=False)):
        again = draft.again(row)
        later = draft.rows.loc[row, "submit_date"] + pd.Timedelta(days=3)
        draft.put(again, "submit_date", later, f"{later:%Y-%m-%d}")
        for one in (row, again):
            draft.note(one, "case_no", "version_conflict", "review", "record_conflict")


def _copied(draft: Draft) -> None:
    """Let one county's second rater write down what the first one wrote."""
    half, codes = len(RATED), sorted(draft.rows["county_code"].unique())
    both = (draft.rows["county_code"] == codes[COPYING_COUNTY % len(codes)]) & draft.rows[MARKS].notna().all(
        axis=1
    )
    for one, other in zip(MARKS[:half], MARKS[half:], strict=True):
        draft.rows.loc[both, other] = draft.rows.loc[both, one]
        draft.cells.loc[both, other] = draft.cells.loc[both, one]
    draft.hold(draft.rows.index[both])
    for row in draft.rows.index[both]:
        draft.flag(row, MARKS[half], "case_scores_copied")
