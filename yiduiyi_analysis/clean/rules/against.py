"""Rules that compare a table with something else: the roster, or another table."""

import pandas as pd

from yiduiyi_analysis.clean.rules import found
from yiduiyi_analysis.clean.rules.found import Scene
from yiduiyi_analysis.codebook import Rule


def headcount_roster(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the head-counts above the teachers of the one school that a row names."""
    name = found.names(rule.columns)[0]
    listed = frame["school_id"] if "school_id" in frame else frame["schools"]
    teachers = scene.teachers(listed.astype("string"))
    told = found.written(frame[name]) + " 人，名册 " + found.written(teachers) + " 人"
    return found.cells(frame, frame[name] > teachers, name, told)


def over_roster(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the rows of a school that names more persons than its roster has teachers."""
    name, by = found.names(rule.columns)[0], [*found.names(rule.by), "school_id"]
    rows = frame
    for column, values in zip(found.names(list(rule.where)), rule.where.values(), strict=True):
        rows = rows[rows[column].isin(values)]
    named = rows.groupby(by)[name].transform("nunique").astype("Float64")
    teachers = scene.teachers(rows["school_id"].astype("string"))
    told = found.written(named) + " 人，名册 " + found.written(teachers) + " 人"
    return found.cells(rows, named > teachers, name, told)


def linked(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the codes that the other table, as it came, does not hold."""
    name = found.names(rule.columns)[0]
    known = scene.came[rule.other][name].dropna().unique()
    lost = frame[name].notna() & ~frame[name].isin(known)
    return found.cells(frame, lost, name, found.written(frame[name]))


def counted(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the head-counts below the rows that the other table has for them."""
    name, by = found.names(rule.columns)[0], found.names(rule.by)
    rows = scene.tables[rule.other].groupby(by).size().rename("rows")
    there = frame[by].join(rows, on=by)["rows"].astype("Float64")
    told = "登记 " + found.written(frame[name]) + " 人，名单 " + found.written(there) + " 人"
    return found.cells(frame, there > frame[name], name, told)


def within(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return what is above the same column of the other table."""
    name, by = found.names(rule.columns)[0], found.names(rule.by)
    whole = scene.tables[rule.other].groupby(by)[name].max().rename("whole")
    most = frame[by].join(whole, on=by)["whole"]
    told = found.written(frame[name]) + "，全部 " + found.written(most)
    return found.cells(frame, frame[name] > most, name, told)
