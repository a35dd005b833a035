"""Of more counties than a figure can show legibly: the ends of them, and words that say so."""

import pandas as pd

from yiduiyi_analysis.present.results import Results

LINES, COLUMNS = 7, 4  # counties of each end that are shown as lines, as columns
LEAST, FRAME, LINE = 3.3, 0.9, 0.29  # inches of height: of a panel, of what is around its lines, of a line


def lines(results: Results, rows: pd.DataFrame, indicator: str) -> tuple[dict[str, str], str]:
    """Return the places that panels show, a line each, and what is said of the others.

    In:   rows: evidence of all places; indicator: the one by which the ends are told
    Out:  county_code → name, in the order of the codebook, the programme last; "" where all are shown
    """
    names = results.codebook.places()
    value = rows[rows["indicator"] == indicator].set_index("county_code")["value"].astype(float)
    kept = _ends(value.reindex(list(names)).drop("all"), LINES)
    names = {code: name for code, name in names.items() if code in {*kept, "all"}}
    left = len(results.codebook.counties) - len(names) + 1
    return names, _said(results.name(indicator), LINES, left)


def columns(values: pd.Series, subject: str) -> tuple[list[str], str]:
    """Return the counties that a grid shows, a column each, and what is said of the others.

    In:   values: what is compared, a value a county
    """
    kept = _ends(values.astype(float), COLUMNS)
    return kept, _said(subject, COLUMNS, len(values) - len(kept))


def height(places: int) -> float:
    """Return inches of height for panels with so many lines."""
    return max(LEAST, FRAME + LINE * places)


def _ends(values: pd.Series, each: int) -> list[str]:
    """Return all names of a few, else those of the lowest and of the highest, in the order given."""
    if len(values) <= 2 * each:
        return list(values.index)
    order = values.dropna().sort_values(kind="stable").index
    ends = {*order[:each], *order[-each:]}
    return [name for name in values.index if name in ends]


def _said(subject: str, each: int, left: int) -> str:
    if left <= 0:
        return ""
    return f"县数太多：图中只有“{subject}”最低和最高的各 {each} 个县，另 {left} 个县没有画出，各县的数见表。"
