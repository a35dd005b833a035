"""Rules that rows answer together: what may stand once, sums of budgets, series that grow, answers alike."""

import pandas as pd

from yiduiyi_analysis.clean.rules import found
from yiduiyi_analysis.clean.rules.found import Scene
from yiduiyi_analysis.codebook import Rule

CENT = 0.005
RISING = 0.6  # of the steps of a running total rise; a month of holidays adds nothing
LONGER = 3  # months more, and twice the growth, where one column alone must tell
KEEP = {"first": "first", "last": "last", "none": False}
# What a record has besides what its reporter wrote.
NOT_WRITTEN = {"record_id", "instrument", "wave", "flags", "file", "sheet", "row"}


def unique(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the rows beyond the one to keep of those that share `by`; those that lack a part share none."""
    by = found.names(rule.by)
    known = _in_order(frame[frame[by].notna().all(axis=1)])
    again = known.duplicated(by, keep=KEEP[rule.keep])
    return found.cells(frame, again.reindex(frame.index, fill_value=False), by[0])


def same_record(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the records that share the sheet's key: with `first`, those that say the same once more."""
    written = [name for name in frame.columns if name not in NOT_WRITTEN]
    by = written if rule.keep == "first" else found.names(scene.sheet.key)
    again = _in_order(frame).duplicated(by, keep=KEEP[rule.keep]).reindex(frame.index)
    return found.cells(frame, again, scene.sheet.key[0])


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    order = [name for name in ("submitted_at", "file", "sheet", "row") if name in frame]
    return frame.sort_values(order, kind="stable")


def consistent(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return all rows of a group that do not agree on a column."""
    by = found.names(rule.by)
    parts = []
    for name in found.names(rule.columns):
        several = frame.groupby(by)[name].transform("nunique").gt(1)
        parts.append(found.cells(frame, several, name))
    return found.together(parts).drop_duplicates("at", ignore_index=True)


def group_size(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return all rows of a group that is too large."""
    by = found.names(rule.by)
    size = frame.groupby(by)[by[0]].transform("size")
    return found.cells(frame, size.gt(rule.max), by[0], "共 " + found.written(size) + " 份")


def copied_rows(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the rows of a group that agree in every column."""
    by, columns = found.names(rule.by), found.names(rule.columns)
    full = frame[frame[columns].notna().sum(axis=1).ge(rule.at_least) & frame[by].notna().all(axis=1)]
    alike = full.duplicated([*by, *columns], keep=False)
    return found.cells(frame, alike.reindex(frame.index, fill_value=False), None)


def copied_columns(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the rows whose two raters agree throughout, where nearly all rows of their group do."""
    columns = found.names(rule.columns)
    half = len(columns) // 2
    both = frame[frame[columns].notna().all(axis=1)]
    one, other = both[columns[:half]].to_numpy(float), both[columns[half:]].to_numpy(float)
    alike = pd.Series((one == other).all(axis=1), both.index, dtype=bool)
    group = alike.groupby([both[name] for name in found.names(rule.by)])
    bad = alike & group.transform("mean").ge(rule.share) & group.transform("size").ge(rule.at_least)
    return found.cells(frame, bad.reindex(frame.index, fill_value=False), columns[half])


def alike(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the rows of a group of which more than `share` answer everything alike."""
    by, columns = found.names(rule.by), found.names(rule.columns)
    full = frame[frame[[*by, *columns]].notna().all(axis=1)]
    size = full.groupby(by)[by[0]].transform("size")
    same = full.groupby([*by, *columns])[by[0]].transform("size")
    bad = size.ge(rule.at_least) & same.ge(rule.share * size)
    told = "全班 " + found.written(size) + " 份，相同 " + found.written(same) + " 份"
    return found.cells(frame, bad.reindex(frame.index, fill_value=False), None, told)


def budget_sum(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the rows of a group that paid more than its budget; a group without a budget is none."""
    paid, budget = found.names(rule.columns)
    group = frame.groupby(found.names(rule.by), dropna=False)
    spent, given = (group[name].transform("sum", min_count=1) for name in (paid, budget))
    told = "支出合计 " + found.written(spent) + "，预算 " + found.written(given)
    return found.cells(frame, spent > given + CENT, paid, told)


def repeated_total(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return an amount that a group repeats, but for the first time it is written."""
    name, by = found.names(rule.columns)[0], found.names(rule.by)
    given = _in_order(frame[found.true(frame[name].gt(0))])
    again = given.duplicated([*by, name]).reindex(frame.index, fill_value=False)
    return found.cells(frame, again, name)


def implausible_total(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the row of a group that is the sum of all others."""
    name = found.names(rule.columns)[0]
    group = frame.groupby(found.names(rule.by), dropna=False)[name]
    rest = group.transform("sum") - frame[name]
    bad = group.transform("count").ge(rule.at_least) & frame[name].gt(0) & (rest - frame[name]).abs().lt(CENT)
    return found.cells(frame, bad, name, "其余各行之和 " + found.written(rest))


def cumulative(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the columns of a group that are running totals.

    Rule: a column looks like one when it has `at_least` periods, never falls, mostly rises and ends at
          `share` times its start or more; two such columns tell, or one that does so for longer
    """
    by, columns = found.names(rule.by), found.names(rule.columns)
    rows = frame.sort_values([*by, rule.order], kind="stable")
    keys = [rows[name] for name in by]
    looks, surely = {}, {}
    for name in columns:
        value = rows[name].astype("Float64")
        step = value.groupby(keys).diff()
        series = value.groupby(keys)
        periods, first, last = (series.transform(what) for what in ("count", "first", "last"))
        grown = last / first.clip(lower=1)
        rises = step.gt(0).groupby(keys).transform("sum") >= RISING * (periods - 1)
        never = ~found.true(step.lt(0)).groupby(keys).transform("any")
        looks[name] = never & found.true(periods.ge(rule.at_least) & rises & grown.ge(rule.share))
        surely[name] = looks[name] & found.true(periods.ge(rule.at_least + LONGER) & grown.ge(2 * rule.share))
    two = pd.DataFrame(looks).sum(axis=1).ge(2)
    told = "自 " + rows[rule.order].astype("string").groupby(keys).transform("min") + " 起只增不减"
    return found.together(
        [found.cells(rows, (two & looks[name] | surely[name]) & rows[name].notna(), name, told)
         for name in columns]
    )  # fmt: skip


def never_falls(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return what is lower than it was before."""
    by = found.names(rule.by)
    rows = frame.sort_values([*by, rule.order], kind="stable")
    parts = []
    for name in found.names(rule.columns):
        before = rows.groupby(by)[name].shift()
        told = "由 " + found.written(before) + " 降为 " + found.written(rows[name])
        parts.append(found.cells(rows, rows[name] < before, name, told))
    return found.together(parts)
