"""Activities of support and who took part in them: whole counties, single schools, many not reached."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Instrument
from yiduiyi_analysis.demo import scribbles, staff
from yiduiyi_analysis.demo.drafts import Desk, Draft, waves_of
from yiduiyi_analysis.demo.streams import stream

HOW = "county files"
A_COUNTY = (26, 52)
ROWS_AT_MOST = 7_000  # of the list of those who took part
FIRST, LAST = pd.Timestamp("2020-09-07"), pd.Timestamp("2022-03-20")
FORMS = [0.30, 0.12, 0.24, 0.16, 0.12, 0.06]
DAYS = {1: (1, 5), 2: (3, 10), 3: (1, 2), 4: (1, 1), 5: (1, 1), 6: (1, 3)}  # by form, from – to
HOURS_A_DAY = (3, 8)
SCHOOLS = {1: 6, 2: 4, 3: 1, 4: 5, 5: 5, 6: 2}  # by form, about so many; 专题培训 may be for all
WHOLE_COUNTY = 0.20  # of 专题培训
TOPICS = [
    "同课异构研讨",
    "校本研修制度",
    "班级管理与控辍保学",
    "国家通用语言教学",
    "小学数学课堂",
    "信息技术与双师课堂",
    "教学常规与作业设计",
    "五洗五会主题教育",
    "校长治校能力",
    "学校发展规划",
]
HOSTS = ["承训单位", "县教体局", "县教师进修学校", "片区中心校"]
GUESTS = 3  # of those present are no teachers of the county and in no list
UNLISTED = 0.18  # activities of which no list of those present was kept
ATTEND = (0.25, 0.6)
DRAWN_IN = (0.35, 1.0)  # how much more some teachers are sent than others
DONE = 0.88


def draw(tool: Instrument, desk: Desk) -> pd.DataFrame:
    """Return the activities, a row each, before any fault; head-count within the roster of their schools."""
    rng, parts = stream(desk.seed, "activities"), []
    for code, schools in desk.schools.groupby("county_code"):
        n = int(rng.integers(*A_COUNTY))
        ids, teachers = schools["school_id"].to_numpy(object), schools["teachers"].to_numpy(float)
        forms = rng.choice(np.arange(1, 7), n, p=FORMS)
        start = FIRST + pd.to_timedelta(np.sort(rng.integers(0, (LAST - FIRST).days, n)), "D")
        length = np.array([rng.integers(DAYS[f][0], DAYS[f][1] + 1) for f in forms])
        parts.append(pd.DataFrame({
            "county_code": code, "form": forms, "date_start": start,
            "date_end": start + pd.to_timedelta(length - 1, "D"),
            "hours": (length * rng.integers(HOURS_A_DAY[0], HOURS_A_DAY[1] + 1, n)).astype(float),
            "schools": [_schools(ids, teachers, form, rng) for form in forms],
        }))  # fmt: skip
    rows = pd.concat(parts, ignore_index=True)
    size = desk.schools.set_index("school_id")["teachers"].to_dict()
    most = np.array([sum(size[one] for one in some.split(";")) for some in rows["schools"]])
    present = np.clip(np.rint(most * rng.uniform(*ATTEND, len(rows))), 1, most)
    years = rows["date_start"].dt.year.astype(str)
    number = (rows.groupby(years).cumcount() + 1).astype(str).str.zfill(3)
    return rows.assign(
        activity_no="HD-" + desk.mark + years + "-" + number,
        topic=rng.choice(TOPICS, len(rows)),
        host=rng.choice(HOSTS, len(rows)),
        helper=np.where(rng.random(len(rows)) < 0.6, "帮扶学校", ""),
        headcount=present,
        listed=_listed(present, rng),
    )


def _listed(present: np.ndarray, rng) -> np.ndarray:
    """Return of which activities a list was kept: not of all, and together no more than ROWS_AT_MOST rows."""
    kept = (rng.random(len(present)) >= UNLISTED) & (present > GUESTS)
    order = rng.permutation(len(present))
    rows = np.where(kept, present - GUESTS, 0)[order].cumsum()
    within = np.empty(len(present), bool)
    within[order] = rows <= ROWS_AT_MOST
    return kept & within


def _schools(ids: np.ndarray, teachers: np.ndarray, form: int, rng) -> str:
    """Return the schools of one activity: all of the county, or some, the larger the likelier."""
    if form == 1 and rng.random() < WHOLE_COUNTY:
        return ";".join(ids)
    n = int(np.clip(rng.poisson(SCHOOLS[form]), 1, len(ids) - 1))
    weight = (teachers + 2) ** 0.6
    chosen = rng.choice(len(ids), n, replace=False, p=weight / weight.sum())
    return ";".join(ids[np.sort(chosen)])


def spoil(draft: Draft) -> None:
    """Plant what goes wrong with activities alone; those set aside or out of time have no list of persons."""
    rows, alone = draft.rows, ~draft.rows["listed"]
    _times(draft, alone)
    size = draft.desk.schools.set_index("school_id")["teachers"]
    single = ~rows["schools"].str.contains(";")
    for row in draft.take(3, single):
        most = int(size[rows.loc[row, "schools"]])
        draft.put(row, "headcount", float(most * 3 + 8), most * 3 + 8)
        draft.flag(row, "headcount", "headcount_over_roster")
    for row in draft.take(2, alone & (rows["form"] == 3)):
        draft.put(row, "schools", pd.NA, "")
        draft.flag(row, "schools", "visit_without_school")
    for row in draft.take(2, rows["listed"] & (rows["headcount"] > 12)):
        draft.put(row, "headcount", 5.0, 5)
        draft.flag(row, "headcount", "participants_over_headcount")
    for row in draft.take(2, alone):
        draft.blank(row, "headcount", 30_000, "out_of_range", "headcount_out_of_range")
    for row in draft.take(2, alone & draft.cells["schools"].str.contains("、")):
        draft.cells.loc[row, "schools"] = f"{draft.cells.loc[row, 'schools']}、{scribbles.STRANGE_SCHOOL}"
        draft.note(row, "schools", "unknown_school_listed", "left_out", "schools_unsure")


def _times(draft: Draft, alone: pd.Series) -> None:
    """Plant an end before its start, 26 hours in one day, and days after the programme."""
    rows = draft.rows
    for row in draft.take(2, alone & (rows["date_start"] < rows["date_end"])):
        start, end = rows.loc[row, ["date_start", "date_end"]]
        draft.put(row, "date_start", end, f"{end:%Y-%m-%d}")
        draft.put(row, "date_end", start, f"{start:%Y-%m-%d}")
        draft.note(row, "date_end", "end_before_start", "review", "activity_dates")
    for row in draft.take(3, alone & (rows["date_start"] == rows["date_end"])):
        draft.blank(row, "hours", 26, "hours_per_day", "hours_of_more_than_a_day")
    late = pd.Timestamp(draft.desk.book.programme.ends) + pd.Timedelta(days=25)
    for row in draft.take(3, alone):
        draft.put(row, "date_start", late, f"{late:%Y-%m-%d}")
        draft.put(row, "date_end", late, f"{late:%Y-%m-%d}")
        draft.put(row, "hours", 6.0, 6)
        draft.flag(row, "date_start", "out_of_programme", "after_programme")


def attendance(tool: Instrument, desk: Desk) -> pd.DataFrame:
    """Return who took part, a row a person and activity, before any fault."""
    activities = draw(tool, desk)
    rng, everyone, listed = stream(desk.seed, "participation"), desk.staff, activities[activities["listed"]]
    drawn_in, own = rng.uniform(*DRAWN_IN, len(everyone)), everyone.groupby("school_id").indices
    parts = []
    for at in listed.index:
        there = np.concatenate([own[one] for one in listed.loc[at, "schools"].split(";")])
        weight = drawn_in[there] ** 3
        n = int(listed.loc[at, "headcount"]) - GUESTS
        parts.append((at, rng.choice(there, n, replace=False, p=weight / weight.sum())))
    chosen = np.concatenate([persons for _, persons in parts])
    at = np.repeat([at for at, _ in parts], [len(persons) for _, persons in parts])
    rows = pd.DataFrame({"activity": at, "staff": chosen}).sort_values(
        ["activity", "staff"], ignore_index=True
    )
    held = activities.loc[rows["activity"]].reset_index(drop=True)
    who = everyone.loc[rows["staff"]].reset_index(drop=True)
    done = rng.random(len(rows)) < DONE
    share = np.where(done, 1.0, rng.choice([0.25, 0.5, 0.75], len(rows)))
    return pd.DataFrame({
        "activity_no": held["activity_no"], "county_code": who["county_code"], "school_id": who["school_id"],
        "person": who["code"], "role": np.where(who["head"], 2, 1), "hours": held["hours"] * share,
        "completed": done.astype(int), "wave": waves_of(held["date_start"], tool, desk),
        "whole": held["hours"], "together": held["schools"].str.contains(";"),
    })  # fmt: skip


def spoil_participation(draft: Draft) -> None:
    """Plant unknown activities, persons entered twice, hours and head-counts that cannot be."""
    rows = draft.rows
    for row in draft.take(3):
        draft.put(row, "activity_no", "HD-2021-999")
        draft.note(row, "activity_no", "unknown_activity", "review", "activity_unknown")
    for row in draft.take(4):
        again = draft.again(row)
        draft.put(again, "hours", draft.rows.loc[row, "hours"] + 1)
        for one in (row, again):
            draft.note(one, "person", "person_twice", "review", "record_conflict")
    for row in draft.take(3):
        more = int(rows.loc[row, "whole"]) + 20
        draft.blank(row, "hours", more, "participation_hours", "more_hours_than_the_activity")
    for row in draft.take(3, rows["completed"] == 1):
        draft.put(row, "hours", 0.0, 0)
        draft.flag(row, "hours", "completed_without_hours")
    for row in draft.take(2, rows["completed"] == 0):
        draft.blank(row, "hours", 900, "out_of_range", "hours_out_of_range")
    _crowded(draft)


def _crowded(draft: Draft) -> None:
    """Let a school of one teacher send two more to an activity."""
    size = draft.rows["school_id"].map(draft.desk.schools.set_index("school_id")["teachers"])
    strange = iter(staff.codes("X", 4, draft.rng))
    for row in draft.take(2, (size == 1) & draft.rows["together"]):
        for _ in range(2):
            again = draft.again(row)
            draft.put(again, "person", next(strange))
            draft.put(again, "role", 1, "参加教师")
            draft.flag(again, "person", "participants_over_roster")
