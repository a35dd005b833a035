"""Which indicators the codebook implies, by the kind of each item: their waves, units and protection."""

import pandas as pd

from yiduiyi_analysis.codebook import Codebook, Instrument, Item

SCORED = ("likert", "frequency", "habit")
MEANS = {"self_mean": "points", "expert_mean": "points", "gap": "gap"}
REACHED = {"self_ok": "rate", "expert_ok": "rate"}
COLUMNS = ["indicator", "instrument", "wave", "unit", "block", "within", "least", "sensitive_n", "population"]


def table(book: Codebook, of_counties: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Return one row per indicator × wave in which it is asked.

    In:     of_counties: deliverables that counties report, not schools
    Out:    indicator, instrument, wave, unit (points|rate|count|gap), block (indicators protected as one),
            within (the block that averages this one, "" for none), least (people or schools behind a
            published cell; 0: a public fact), sensitive_n, population (teachers|schools|counties|unknown):
            what N counts
    Rule:   what a county reports of itself is a public fact
    """
    makers = {"school": _school, "deliverable": _deliverable, "teacher": _person, "student": _person}
    rows = [row for tool in book.instruments.values() for row in makers[tool.unit](tool, book)]
    listed = pd.DataFrame(rows, columns=COLUMNS).explode("wave", ignore_index=True)
    public = listed["block"].isin(of_counties)
    return listed.assign(
        least=listed["least"].where(~public, 0), population=listed["population"].where(~public, "counties")
    )


def persons(book: Codebook) -> dict[str, int]:
    """Return for each instrument how many of its respondents a count must hold: persons, or schools."""
    counts = {"teacher": book.thresholds.count_min, "student": book.thresholds.count_min}
    return {tool.id: counts.get(tool.unit, book.thresholds.school_min) for tool in book.instruments.values()}


def scored_items(tool: Instrument, book: Codebook) -> list[Item]:
    """Return the items of a questionnaire for persons that give a mean and a top-two share."""
    return [i for i in _scale_items(tool) if book.scales[i.scale].kind in SCORED]


def tasks(tool: Instrument, book: Codebook) -> list[Item]:
    """Return the items of a diagnosis that are rated in levels."""
    return [i for i in _scale_items(tool) if book.scales[i.scale].kind == "level"]


def deliverables(tool: Instrument, book: Codebook) -> list[Item]:
    """Return the items of a record sheet that report progress."""
    return [i for i in _scale_items(tool) if book.scales[i.scale].kind == "progress"]


def dimensions(items: list[Item]) -> dict[str, list[Item]]:
    """Return the items of each dimension that can be averaged: those that share one scale."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        if item.dimension:
            groups.setdefault(item.dimension, []).append(item)
    return {name: group for name, group in groups.items() if len({i.scale for i in group}) == 1}


def _scale_items(tool: Instrument) -> list[Item]:
    return [item for item in tool.items if item.kind == "scale" and item.role is None]


def _person(tool: Instrument, book: Codebook) -> list[tuple]:
    census = tool.unit == "teacher"
    limits = "", book.thresholds.mean_min, book.thresholds.sensitive_n, "teachers" if census else "unknown"
    count = (
        ("rate", "", "", 0, 0, "teachers")
        if census
        else ("count", f"{tool.id}.response", "", book.thresholds.count_min, 0, "unknown")
    )
    rows = [(f"{tool.id}.response", tool.id, tool.waves, *count)]
    items = scored_items(tool, book)
    for item in items:
        block = tool.id if tool.composites else item.dimension or item.id
        rows += [
            (f"{item.id}.{measure}", tool.id, tool.waves_of(item), unit, block, *limits)
            for measure, unit in (("mean", "points"), ("top2", "rate"))
        ]
    for name, members in dimensions(items).items():
        block = tool.id if tool.composites else name
        rows.append((f"{name}.mean", tool.id, _waves(tool, members), "points", block, *limits))
    return rows + [(f"{c.id}.rate", tool.id, tool.waves, "rate", tool.id, *limits) for c in tool.composites]


def _school(tool: Instrument, book: Codebook) -> list[tuple]:
    items = tasks(tool, book)
    least = book.thresholds.school_min
    rows = [
        (f"{tool.id}.{r}.response", tool.id, tool.waves, "rate", "", "", 0, 0, "schools")
        for r in ("self", "expert")
    ]
    groups = dimensions(items)
    averaged = {item.id: name for name, members in groups.items() for item in members}
    for item in items:
        above = averaged.get(item.id, tool.id)
        rows += [
            (f"{item.id}.{measure}", tool.id, tool.waves_of(item), unit, item.id, above, least, 0, "schools")
            for measure, unit in (MEANS | REACHED).items()
        ]
    for name, members in ({tool.id: items} | groups).items() if items else ():
        above = "" if name == tool.id else tool.id
        rows += [
            (f"{name}.{measure}", tool.id, _waves(tool, members), unit, name, above, least, 0, "schools")
            for measure, unit in MEANS.items()
        ]
    return rows


def _deliverable(tool: Instrument, book: Codebook) -> list[tuple]:
    rows = [(f"{tool.id}.response", tool.id, tool.waves, "rate", "", "", 0, 0, "schools")]
    for item in deliverables(tool, book):
        measures = {"done": "rate"} | {
            f"progress.{value}": "count" for value in sorted(book.scales[item.scale].values)
        }
        least = book.thresholds.school_min
        rows += [
            (f"{item.id}.{measure}", tool.id, tool.waves_of(item), unit, item.id, "", least, 0, "schools")
            for measure, unit in measures.items()
        ]
    return rows


def _waves(tool: Instrument, items: list[Item]) -> list[str]:
    """Return the waves in which any of `items` was asked, in the order of the instrument."""
    asked = {wave for item in items for wave in tool.waves_of(item)}
    return [wave for wave in tool.waves if wave in asked]
