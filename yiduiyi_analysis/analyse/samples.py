"""Clean tables → scores with the design they came by, ready to estimate."""

from dataclasses import dataclass

import pandas as pd

from yiduiyi_analysis.analyse import agreement, catalogue, conditions, exam, scales, weights
from yiduiyi_analysis.analyse.inputs import Clean
from yiduiyi_analysis.codebook import Codebook, Instrument, Item


@dataclass(frozen=True)
class Sample:
    """Scores of one instrument with the design they came by.

    name:   the design: finite (teachers by the cell rule) | school | class | lesson (of rated records)
    frame:  a row a response: wave, county_code, is_key and the columns of `weights`
    scores: same rows, a column an indicator, NaN where unanswered
    shares: the columns that are 0/1
    ranges: the lowest and highest possible value of every column
    given:  whether a row has what its instrument's rules take (`conditions.group`); None: nothing is asked
    """

    name: str
    frame: pd.DataFrame
    scores: pd.DataFrame
    shares: frozenset[str]
    ranges: dict[str, tuple[int, int]]
    given: pd.Series | None = None


def of(tool: Instrument, clean: Clean, book: Codebook) -> list[Sample]:
    """Return what is to be estimated from the answers to one instrument: nothing where nobody answered."""
    if tool.unit == "school":
        return _diagnosis(tool, clean, book)
    if tool.unit not in ("teacher", "student", "head", "test"):
        return []
    frame = clean.replies(tool)
    if frame.empty:
        return []
    if tool.unit == "student":
        given = conditions.group(tool, frame, clean, book)
        design = frame.join(weights.of_classes(frame))
        return [Sample("class", design, *_scores(tool, frame, clean, book), given)]
    if tool.unit == "head":
        design = weights.of_schools(frame, clean.schools)
        return [Sample("school", frame.join(design), *_scores(tool, frame, clean, book))]
    scored = exam.scores if tool.unit == "test" else _scores
    designs = pd.concat([weights.attach(part, clean.schools) for _, part in frame.groupby("wave")])
    designs = designs.assign(stratum=frame["wave"] + "|" + designs["cell"])
    return [Sample("finite", frame.join(designs), *scored(tool, frame, clean, book))]


def _scores(tool: Instrument, frame: pd.DataFrame, clean: Clean, book: Codebook):
    """Return means, shares at the ends, scale scores, composites (rows × indicators), the shares, the ranges.

    Rule: an item keeps the direction in which it was asked; within a scale, reverse items are turned
    """
    items = catalogue.scored_items(tool, book)
    values, put = scales.wide(clean.answers, pd.Index(frame["response_id"]), [item.id for item in items])
    values.index = put.index = frame.index
    shares = {
        f"{item.id}.{end}": scales.end(values[item.id], catalogue.ends(item, book)[end])
        for item in items
        for end in catalogue.ENDS[tool.unit]
    }
    tops = pd.DataFrame({item.id: shares[f"{item.id}.top2"] for item in items}, frame.index)
    shares |= _composites(tool, tops)
    turned = scales.turned(values, {item.id: _range(item, book) for item in items if item.reverse})
    columns = {f"{item.id}.mean": values[item.id] for item in items}
    ranges = {f"{item.id}.mean": _range(item, book) for item in items} | dict.fromkeys(shares, (0, 1))
    for name, members in catalogue.dimensions(items).items():
        ids = [item.id for item in members]
        columns[f"{name}.mean"] = scales.score(turned[ids], put[ids])
        ranges[f"{name}.mean"] = _range(members[0], book)
    return pd.DataFrame(columns | shares, index=frame.index), frozenset(shares), ranges


def _range(item: Item, book: Codebook) -> tuple[int, int]:
    values = [option.value for option in book.scales[item.scale].options if option.value is not None]
    return min(values), max(values)


def _composites(tool: Instrument, tops: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the yes/no rules of an instrument; a rule over rules stands after those it names."""
    rules: dict[str, pd.Series] = {}
    for rule in tool.composites:
        if rule.all_of:
            rules[rule.id] = scales.all_of(pd.DataFrame({name: rules[name] for name in rule.all_of}))
        else:
            rules[rule.id] = scales.at_least(tops[rule.items], rule.at_least or len(rule.items))
    return {f"{name}.rate": column for name, column in rules.items()}


def _diagnosis(tool: Instrument, clean: Clean, book: Codebook) -> list[Sample]:
    """Return the self, the expert and the paired sample of a school diagnosis."""
    tasks = catalogue.tasks(tool, book)
    scores = {tool.id: tasks} | catalogue.dimensions(tasks)
    ours = clean.ratings[clean.ratings["wave"].isin(tool.waves)]
    samples = []
    for kind, (level, put) in agreement.levels(ours, [task.id for task in tasks]).items():
        place = level.index.to_frame(index=False)
        place = place.merge(clean.schools, on="school_id", validate="many_to_one")
        if place.empty:
            continue
        rows = pd.MultiIndex.from_frame(place[["wave", "school_id"]])
        level, put = (table.loc[rows].reset_index(drop=True) for table in (level, put))
        measure = "gap" if kind == "gap" else f"{kind}_mean"
        columns = {f"{task.id}.{measure}": level[task.id] for task in tasks}
        for name, members in scores.items():
            ids = [task.id for task in members]
            columns[f"{name}.{measure}"] = scales.score(level[ids], put[ids])
        shares = {} if kind == "gap" else _reached(kind, tasks, level, book)
        ranges = _level_ranges(columns, tasks, book) | dict.fromkeys(shares, (0, 1))
        frame = place[["wave", "county_code", "school_id", "is_key"]]
        frame = frame.join(weights.of_schools(frame, clean.schools))
        samples.append(Sample("school", frame, pd.DataFrame(columns | shares), frozenset(shares), ranges))
    return samples


def _level_ranges(columns: dict, tasks: list[Item], book: Codebook) -> dict[str, tuple[int, int]]:
    """Return the range of each level and, for a gap, of a difference of levels."""
    ends = [_range(task, book) for task in tasks]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return {name: (low - high, high - low) if name.endswith(".gap") else (low, high) for name in columns}


def _reached(kind: str, tasks: list[Item], level: pd.DataFrame, book: Codebook) -> dict[str, pd.Series]:
    """Return whether each task reached the lowest of its scale's top levels; NaN where it has no level."""
    least = {task.id: min(book.scales[task.scale].top) for task in tasks}
    known = {task: level[task].notna() for task in least}
    return {f"{t}.{kind}_ok": (level[t] >= least[t]).astype(float).where(known[t]) for t in least}
