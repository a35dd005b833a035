"""Rules that one row answers by itself: its ranges, order, dates, hours, what it should have filled in."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.clean.rules import found
from yiduiyi_analysis.clean.rules.found import Scene
from yiduiyi_analysis.codebook import Rule


def limits(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the numbers outside the rule's limits, or without any, outside those of their fields."""
    parts = []
    for name, low, high in _limited(rule, scene):
        bad = frame[name].lt(low) | frame[name].gt(high)
        bad = bad & frame[name].ne(0) if rule.zero else bad
        parts.append(found.cells(frame, bad, name, _span(low, high)))
    return found.together(parts)


def _span(low: float, high: float) -> str:
    if high == np.inf:
        return f"应不小于 {low:g}"
    return f"应不大于 {high:g}" if low == -np.inf else f"应在 {low:g}–{high:g} 之间"


def _limited(rule: Rule, scene: Scene) -> list[tuple[str, float, float]]:
    if rule.columns:
        own = [(name, rule.min, rule.max) for name in found.names(rule.columns)]
    else:
        own = [(f.id, f.min, f.max) for f in scene.sheet.columns if f.kind == "number"]
    return [
        (name, -np.inf if low is None else low, np.inf if high is None else high) for name, low, high in own
    ]


def order(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the first of two columns where it is above, or after, the second."""
    one, other = found.names(rule.columns)
    told = found.written(frame[one]) + " 大于 " + found.written(frame[other])
    if pd.api.types.is_datetime64_any_dtype(frame[one]):
        told = found.written(frame[one]) + " 晚于 " + found.written(frame[other])
    return found.cells(frame, frame[one] > frame[other], one, told)


def differ(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the rows whose two columns say the same."""
    one, other = found.names(rule.columns)
    return found.cells(frame, frame[one].eq(frame[other]), other)


def in_window(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the dates and months outside the programme, outside every wave, or after their wave closed."""
    parts = []
    for name in _dated(rule, scene):
        first, last = _days(frame[name])
        bad = _outside(first, last, frame, rule, scene)
        parts.append(found.cells(frame, bad, name, found.written(frame[name])))
    return found.together(parts)


def _dated(rule: Rule, scene: Scene) -> list[str]:
    if rule.columns:
        return found.names(rule.columns)
    period = scene.sheet.field.get(scene.sheet.period or "")
    return [period.id] if period and period.kind in {"date", "month"} else []


def _days(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the first and the last day that a date or a month covers."""
    if pd.api.types.is_datetime64_any_dtype(values):
        day = values.dt.normalize()
        return day, day
    first = pd.to_datetime(values, format="%Y-%m", errors="coerce")
    return first, first + pd.offsets.MonthEnd(0)


def _outside(first: pd.Series, last: pd.Series, frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.Series:
    waves, programme = scene.book.waves, scene.book.programme
    if rule.window == "programme":
        return last.lt(pd.Timestamp(programme.starts)) | first.gt(pd.Timestamp(programme.ends))
    if rule.window == "closes":
        closes = pd.to_datetime(frame["wave"].map({wave.id: wave.closes for wave in waves.values()}))
        return first.gt(closes)
    within = [
        last.ge(pd.Timestamp(wave.opens)) & first.le(pd.Timestamp(wave.closes)) for wave in waves.values()
    ]
    return first.notna() & ~np.logical_or.reduce(within)


def hours_per_day(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the hours that the days from start to end cannot hold."""
    hours, start, end = (frame[name] for name in found.names(rule.columns))
    days = pd.Series((end.dt.normalize() - start.dt.normalize()).dt.days + 1, frame.index, dtype="Float64")
    told = found.written(days) + " 天 " + found.written(hours) + " 学时"
    return found.cells(frame, days.ge(1) & (hours > days * rule.max), rule.columns[0], told)


def same_year(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the dates of another year than the one written beside them."""
    year, date = found.names(rule.columns)
    other = frame[year].notna() & frame[date].notna() & frame[year].ne(frame[date].dt.year.astype("Float64"))
    told = found.written(frame[year]) + " 年度，" + found.written(frame[date])
    return found.cells(frame, other, date, told)


def ratio(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the first of two columns where it is more than `max` times the second."""
    one, other = found.names(rule.columns)
    told = found.written(frame[one]) + " ÷ " + found.written(frame[other])
    return found.cells(frame, frame[other].gt(0) & (frame[one] > frame[other] * rule.max), one, told)


def needs(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return, of the rows that the rule is about, those that did not fill in what it asks for.

    Rule: a cell that another rule blanked was filled in
    """
    about = pd.Series(True, frame.index)
    for name, values in zip(found.names(list(rule.where)), rule.where.values(), strict=True):
        about &= frame[name].isin(values)
    for name in found.names(rule.positive):
        about &= found.true(frame[name].gt(0))
    columns = found.names(rule.columns)
    came = scene.came[scene.sheet.id].loc[frame.index] if scene.came else frame
    there = pd.DataFrame({name: _filled(came[name]) for name in columns}, frame.index)
    lacking = ~there.any(axis=1) if rule.any else ~there.all(axis=1)
    return found.cells(frame, about & lacking, columns[0])


def _filled(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values):
        return found.true(values.ne(0)) & values.notna()
    return values.notna() & values.astype("string").str.strip().fillna("").ne("")


def exclusive(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the rows that tick an option and others that it rules out."""
    one, *others = found.names(rule.columns)
    return found.cells(frame, frame[one].eq(1) & frame[others].eq(1).any(axis=1), one)


def careless(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the rows that give one answer nearly throughout."""
    values = _matrix(frame, rule, scene)
    given = (~np.isnan(values)).sum(axis=1)
    most = np.zeros(len(frame))
    for value in np.unique(values[~np.isnan(values)]):
        most = np.maximum(most, (values == value).sum(axis=1))
    bad = (given >= rule.at_least) & (most >= rule.share * given) & (given > 0)
    return found.cells(frame, pd.Series(bad, frame.index), None)


def answered(frame: pd.DataFrame, rule: Rule, scene: Scene) -> pd.DataFrame:
    """Return the rows that answer less than `share` of the questions."""
    values = _matrix(frame, rule, scene)
    given = (~np.isnan(values)).sum(axis=1)
    return found.cells(frame, pd.Series(given < rule.share * values.shape[1], frame.index), None)


def _matrix(frame: pd.DataFrame, rule: Rule, scene: Scene) -> np.ndarray:
    columns = found.names(rule.columns) or list(scene.answers)
    return frame[columns].astype("Float64").to_numpy(float, na_value=np.nan)
