"""Knowledge tests: scores estimated like teachers' answers, and the classical statistics of the forms."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import numbers, records, reliability, scales, testitems
from yiduiyi_analysis.analyse.inputs import PROGRAMME, WHOLE, Clean, spread
from yiduiyi_analysis.codebook import Codebook, Indicator, Instrument, Item

ITEMS = {
    "item_id": "string",
    "wave": "string",
    "n": "Int64",
    "difficulty": "Float64",
    "point_biserial": "Float64",
}
POINTS = 100


def questions(tool: Instrument) -> list[Item]:
    """Return the items that have a right answer."""
    return [item for item in tool.items if item.key is not None]


def named(tool: Instrument, book: Codebook, kind: str) -> list[Indicator]:
    """Return the indicators of one kind of one test."""
    return records.indicators(tool, book, (kind,))


def right(tool: Instrument, frame: pd.DataFrame, clean: Clean) -> pd.DataFrame:
    """Return 1 for a right answer, 0 for a wrong or an empty one, NaN for an item not put; frame's rows.

    Rule: who answered nothing at all did not sit the test
    """
    keys = {item.id: item.key for item in questions(tool)}
    values, put = scales.wide(clean.answers, pd.Index(frame["response_id"]), list(keys))
    sat = values.notna().any(axis=1)
    marks = values.eq(pd.Series(keys, dtype=float)).astype(float).where(put & sat.to_numpy()[:, None])
    return marks.set_axis(frame.index)


def scores(tool: Instrument, frame: pd.DataFrame, clean: Clean, book: Codebook):
    """Return the scores of a test (rows × indicators), which are 0/1, and the range of each.

    Out:    the test's score and each domain's `<dimension>.score`, 0–100; 1 for who passed
    """
    marks = right(tool, frame, clean)
    total = _percent(marks)
    columns = {entry.id: total for entry in named(tool, book, "score")}
    for domain in tool.dimensions:
        own = [item.id for item in questions(tool) if item.dimension == domain.id]
        columns[f"{domain.id}.score"] = _percent(marks[own])
    ranges = dict.fromkeys(columns, (0, POINTS))
    passed = {
        entry.id: total.ge(entry.at_least or 0).astype(float).where(total.notna())
        for entry in named(tool, book, "pass")
    }
    table = pd.DataFrame(columns | passed, index=frame.index)
    return table, frozenset(passed), ranges | dict.fromkeys(passed, (0, 1))


def gains(tool: Instrument, clean: Clean, book: Codebook) -> pd.DataFrame:
    """Return the gain since the first wave through the items that both forms hold, in points of 100.

    Out:    as `records.figures`, with lo and hi, a row an indicator × wave × place that has both waves
    Rule:   `testitems.linked_gain` on those who sat: unweighted, samples of two independent waves, on the
            scale of the first wave's form
    """
    entries, frame, marks = named(tool, book, "gain"), *_sat(tool, clean)
    if not entries or frame.empty:
        return records.NONE
    rows, first = [], tool.waves[0]
    places = spread(frame.assign(at=np.arange(len(frame))))
    of = {key: part["at"].to_numpy() for key, part in places.groupby(["wave", "county_code", "group"])}
    for (wave, county, group), later in of.items():
        before = of.get((first, county, group))
        if wave == first or before is None:
            continue
        found = _gain(marks.iloc[before], marks.iloc[later])
        if found:
            rows.append({"wave": wave, "county_code": county, "group": group} | found)
    parts = [pd.DataFrame(rows).assign(indicator=entry.id) for entry in entries if rows]
    return pd.concat(parts, ignore_index=True) if parts else records.NONE


def reliabilities(tool: Instrument, clean: Clean, book: Codebook) -> pd.DataFrame:
    """Return KR-20 of each wave's form with Feldt's interval, programme only, as `records.figures`."""
    frame, marks = _sat(tool, clean)
    rows = []
    for entry in named(tool, book, "kr20"):
        for wave, part in frame.groupby("wave"):
            form = _form(marks.loc[part.index])
            value = testitems.kr20(form)
            lo, hi = reliability.feldt(value, len(form), form.shape[1])
            rows.append(
                {"indicator": entry.id, "wave": wave, "value": value, "lo": lo, "hi": hi, "n": len(form)}
            )
    if not rows:
        return records.NONE
    table = pd.DataFrame(rows).dropna(subset="value")
    place = {"county_code": PROGRAMME, "group": WHOLE, "N": np.nan, "method": "classical/kr20"}
    return table.assign(**place, status=np.where(table["lo"].notna(), "ok", "no_interval"))


def items(clean: Clean, book: Codebook) -> pd.DataFrame:
    """Return how hard each question was and how well it parts strong from weak, a row an item × wave.

    Out:    item_id, wave, n, difficulty (share right), point_biserial (with the rest of the form); nothing
            but the id where fewer sat than a mean needs
    """
    parts = [pd.DataFrame(columns=list(ITEMS))]
    for tool in (tool for tool in book.instruments.values() if tool.unit == "test"):
        frame, marks = _sat(tool, clean)
        for wave, part in frame.groupby("wave"):
            form = _form(marks.loc[part.index])
            table = pd.DataFrame(
                {
                    "difficulty": testitems.difficulty(form)["value"],
                    "point_biserial": testitems.point_biserial(form)["value"],
                }
            )
            table = table.round(2).assign(n=float(len(form)))
            if len(form) < book.thresholds.mean_min:
                table[:] = np.nan
            parts.append(table.assign(wave=wave).rename_axis("item_id").reset_index()[list(ITEMS)])
    return pd.concat([part.astype(object) for part in parts], ignore_index=True).astype(ITEMS)


def _percent(marks: pd.DataFrame) -> pd.Series:
    """Return the share right in points of 100; the sum first, so that 24 of 40 is 60 and not a hair less."""
    return POINTS * marks.sum(axis=1, min_count=1) / marks.notna().sum(axis=1)


def _sat(tool: Instrument, clean: Clean) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return those who sat the test, and their marks."""
    frame = clean.replies(tool)
    marks = right(tool, frame, clean)
    sat = marks.notna().any(axis=1)
    return frame[sat].reset_index(drop=True), marks[sat].reset_index(drop=True)


def _form(marks: pd.DataFrame) -> pd.DataFrame:
    """Return the items that a wave put, of the persons to whom all of them were put."""
    return marks.loc[:, marks.notna().any()].dropna()


def _gain(before: pd.DataFrame, after: pd.DataFrame) -> dict | None:
    old, new = _form(before), _form(after)
    anchors = [item for item in old if item in new]
    if not anchors:
        return None
    found = testitems.linked_gain(old, new, anchors)
    if np.isnan(found["gain"]):
        return None
    share = POINTS / old.shape[1]
    ends = {"value": share * found["gain"], "lo": share * found["lo"], "hi": share * found["hi"]}
    known = bool(np.isfinite(numbers.of([found["lo"]]))[0])
    head = {"n": found["n_after"], "N": np.nan, "method": "classical/linked"}
    return ends | head | {"status": "ok" if known else "no_interval"}
