"""Which indicators the codebook implies, by the kind of each item: their waves, units and protection."""

import pandas as pd

from yiduiyi_analysis.analyse import exam, records
from yiduiyi_analysis.codebook import Codebook, Indicator, Instrument, Item

SCORED = ("likert", "frequency", "habit")
MEANS = {"self_mean": "points", "expert_mean": "points", "gap": "gap"}
REACHED = {"self_ok": "rate", "expert_ok": "rate"}
PERSONS = "人"
ENDS = {"teacher": ("top2", "low2"), "student": ("top2", "low2"), "head": ("top2",)}
LIMITS = ["block", "within", "least", "sensitive_n", "population"]
COLUMNS = ["indicator", "instrument", "wave", "unit", *LIMITS]


def table(book: Codebook, of_counties: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Return one row per indicator × wave in which it is asked.

    In:     of_counties: deliverables that counties report, not schools
    Out:    indicator, instrument, wave, unit (points|rate|count|gap|score|stage, or what the indicator
            names), block (indicators protected as one), within (the block that averages this one or asks
            more of its cells, hidden where this is; "" for none), least (people or schools behind a
            published cell; 0: a public fact), sensitive_n,
            population (what N counts: teachers|schools|counties|all schools|each school; nothing: unknown;
            nothing and no tiers: whole; programme only: programme), compared (whether a difference of two
            waves is a change), persons (how many of them a total of persons must come to, 0: it is none)
    Rule:   how far deliverables are, funds, activities and platform are public facts: the plan asks that
            they be told, and they say nothing of a person
    """
    makers = {"school": _school, "deliverable": _deliverable, "teacher": _person, "student": _person}
    makers |= {"head": _head, "test": _test, "record": _record}
    rows = [row for tool in book.instruments.values() for row in makers[tool.unit](tool, book)]
    listed = pd.DataFrame(rows, columns=COLUMNS).explode("wave", ignore_index=True)
    own = listed["block"].isin(of_counties)
    listed = listed[~(own & listed["population"].eq("each school"))].reset_index(drop=True)
    own = listed["block"].isin(of_counties)
    few = listed["indicator"].isin(_of_persons(book)) * book.thresholds.count_min
    public, single = listed["least"].eq(0), listed["indicator"].isin(_uncompared(book))
    single |= listed["indicator"].str.endswith(".low2")
    places = listed["population"].where(~own, "counties")
    return listed.assign(population=places, compared=~public & ~single, persons=few)


def gains(book: Codebook) -> pd.DataFrame:
    """Return the gains of tests as `changes.listed` returns changes, with their level and first wave."""
    rows = []
    for tool in (tool for tool in book.instruments.values() if tool.unit == "test"):
        level = next((entry.id for entry in exam.named(tool, book, "score")), None)
        for entry in exam.named(tool, book, "gain"):
            head = {
                "indicator": entry.id,
                "instrument": tool.id,
                "unit": entry.unit,
                "population": "teachers",
            }
            rows += [head | {"wave": wave, "level": level, "base": tool.waves[0]} for wave in tool.waves[1:]]
    return pd.DataFrame(
        rows, columns=["indicator", "instrument", "wave", "unit", "population", "level", "base"]
    )


def persons(book: Codebook) -> dict[str, int]:
    """Return for each instrument how many of its respondents a count must hold: persons, or schools."""
    counts = dict.fromkeys(["teacher", "student", "test"], book.thresholds.count_min)
    return {tool.id: counts.get(tool.unit, book.thresholds.school_min) for tool in book.instruments.values()}


def scored_items(tool: Instrument, book: Codebook) -> list[Item]:
    """Return the items of a questionnaire for persons that give a mean and a top-two share."""
    return [i for i in _scale_items(tool) if book.scales[i.scale].kind in SCORED]


def ends(item: Item, book: Codebook) -> dict[str, list[int]]:
    """Return the options at either end of an item's scale: top2, and low2, as many of the lowest."""
    scale = book.scales[item.scale]
    return {"top2": scale.top, "low2": sorted(set(scale.values) - set(scale.top))[: len(scale.top)]}


def tasks(tool: Instrument, book: Codebook) -> list[Item]:
    """Return the items of a diagnosis that are rated in levels."""
    return [i for i in _scale_items(tool) if book.scales[i.scale].kind == "level"]


def deliverables(tool: Instrument, book: Codebook) -> list[Item]:
    """Return the items of a record sheet that report progress."""
    return [i for i in _scale_items(tool) if book.scales[i.scale].kind == "progress"]


def numbers(tool: Instrument) -> list[Item]:
    """Return the items of a questionnaire for heads that ask for a number, of which sums are told."""
    return [i for i in tool.items if i.kind == "number" and i.role is None] if tool.unit == "head" else []


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
    least = book.thresholds.mean_min, book.thresholds.sensitive_n, "teachers" if census else "unknown"
    count = (
        ("rate", "", "", 0, 0, "teachers")
        if census
        else ("count", f"{tool.id}.response", "", book.thresholds.count_min, 0, "unknown")
    )
    rows = [(f"{tool.id}.response", tool.id, tool.waves, *count)]
    items = scored_items(tool, book)
    for item in items:
        block = tool.id if tool.composites else item.dimension or item.id
        limits = _with_low(block), *least
        rows += [
            (f"{item.id}.{measure}", tool.id, tool.waves_of(item), unit, block, *limits)
            for measure, unit in (("mean", "points"), ("top2", "rate"))
        ]
        rows.append((f"{item.id}.low2", tool.id, tool.waves_of(item), "rate", *_of_low(block, least)))
    for name, members in dimensions(items).items():
        block = tool.id if tool.composites else name
        limits = _with_low(block), *least
        rows.append((f"{name}.mean", tool.id, _waves(tool, members), "points", block, *limits))
    limits = tool.id, _with_low(tool.id), *least
    return rows + [(f"{c.id}.rate", tool.id, tool.waves, "rate", *limits) for c in tool.composites]


def _with_low(block: str) -> str:
    """Return the block of the lower ends of a block: hidden wherever it is, for the same people answered."""
    return f"{block}/low2"


def _of_low(block: str, least: tuple) -> tuple:
    """Return the limits of the lower ends: told of as many people as a share of 0 % may be told of.

    Why: that nobody chose the lower two is common, so that hiding such a cell for its value would tell it
    """
    _, sensitive_n, population = least
    return _with_low(block), "", sensitive_n, sensitive_n, population


def _head(tool: Instrument, book: Codebook) -> list[tuple]:
    """Return what heads say of their schools: hidden item by item, and where a few all say one thing."""
    rows = [(f"{tool.id}.response", tool.id, tool.waves, "rate", "", "", 0, 0, "schools")]
    items = scored_items(tool, book)
    averaged = {item.id: name for name, members in dimensions(items).items() for item in members}
    limits = book.thresholds.school_min, book.thresholds.sensitive_n, "schools"
    for item in items:
        block = item.id, averaged.get(item.id, "")
        rows.append((f"{item.id}.mean", tool.id, tool.waves_of(item), "points", *block, *limits))
        rows.append((f"{item.id}.top2", tool.id, tool.waves_of(item), "rate", *block, *limits))
    for name, members in dimensions(items).items():
        rows.append((f"{name}.mean", tool.id, _waves(tool, members), "points", name, "", *limits))
    whole = book.thresholds.school_min, 0, "all schools"
    for item in numbers(tool):
        rows.append((f"{item.id}.total", tool.id, tool.waves_of(item), "count", item.id, "", *whole))
    return rows


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
        rows += [
            (f"{item.id}.{measure}", tool.id, tool.waves_of(item), unit, item.id, "", 0, 0, "schools")
            for measure, unit in measures.items()
        ]
        rows.append(
            (f"{item.id}.stage", tool.id, tool.waves_of(item), "stage", item.id, "", 0, 0, "each school")
        )
    return rows


def _test(tool: Instrument, book: Codebook) -> list[tuple]:
    limits = tool.id, "", book.thresholds.mean_min, book.thresholds.sensitive_n, "teachers"
    rows = [(f"{tool.id}.response", tool.id, tool.waves, "rate", "", "", 0, 0, "teachers")]
    rows += [(f"{d.id}.score", tool.id, tool.waves, "score", *limits) for d in tool.dimensions]
    for entry in records.indicators(tool, book, ("score", "pass")):
        rows.append((entry.id, tool.id, tool.waves, entry.unit, *limits))
    for entry in records.indicators(tool, book, ("kr20",)):
        rows.append((entry.id, tool.id, tool.waves, entry.unit, entry.id, "", limits[2], 0, "programme"))
    return rows


def _record(tool: Instrument, book: Codebook) -> list[tuple]:
    figures = records.indicators(tool, book)
    rows = [row for entry in figures for row in _figure(entry, tool, book)]
    for entry in records.indicators(tool, book, ("mean", "agreement")):
        population = "unknown" if entry.kind == "mean" else "programme"
        names = [entry.id, *(f"{tool.id}.{name}" for name in entry.columns if entry.each)]
        limits = entry.id, "", book.thresholds.mean_min, 0, population
        rows += [(name, tool.id, tool.waves, entry.unit, *limits) for name in names]
    return rows


def _figure(entry: Indicator, tool: Instrument, book: Codebook) -> list[tuple]:
    """Return the rows of a figure of records: of persons protected, else a public fact."""
    sheet = book.sheet[entry.sheet]
    tiers = any(field.kind == "school" for field in sheet.columns)
    population = entry.over if entry.kind == "reach" else "unknown" if tiers else "whole"
    least = book.thresholds.count_min if records.of_persons(entry, sheet) else 0
    names = records.names(entry, sheet, book)
    return [(name, tool.id, tool.waves, entry.unit, name, "", least, 0, population) for name in names]


def _of_persons(book: Codebook) -> set[str]:
    """Return the totals that count persons."""
    tools = book.instruments.values()
    return {f"{item.id}.total" for tool in tools for item in numbers(tool) if item.unit == PERSONS}


def _uncompared(book: Codebook) -> set[str]:
    """Return what has no plain change: scores of unlike forms, what was counted, what is programme only."""
    kinds = {"score", "pass", "kr20", "agreement", *records.FIGURES}
    plain = {
        f"{d.id}.score" for tool in book.instruments.values() if tool.unit == "test" for d in tool.dimensions
    }
    entries = [entry for entry in book.indicators.values() if entry.kind in kinds]
    told = [
        name for e in entries for name in (records.names(e, book.sheet[e.sheet], book) if e.by else [e.id])
    ]
    return plain | set(told)


def _waves(tool: Instrument, items: list[Item]) -> list[str]:
    """Return the waves in which any of `items` was asked, in the order of the instrument."""
    asked = {wave for item in items for wave in tool.waves_of(item)}
    return [wave for wave in tool.waves if wave in asked]
