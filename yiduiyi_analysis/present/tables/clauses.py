"""The clauses of the plan beside their evidence: present, in part, missing."""

import pandas as pd

from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.display import Markdown, Table, nothing
from yiduiyi_analysis.present.lookup import grid, tuples
from yiduiyi_analysis.present.results import Results

STATES = {"present": "有", "partial": "部分", "missing": "缺"}
NOTE = (
    "证据指编码本列在该条款下的指标到本轮为止有数：有，全部指标有数；部分，一部分有数；缺，一个也没有。"
    "后面是有数的指标数／应有的指标数。有证据不等于做到了，缺证据不等于没有做；"
    "为保护个人信息而不公布的数值，算作有证据。"
)


def clauses(results: Results) -> Table | Markdown:
    """Return the coverage of the clauses in this place: a row a clause, with what is lacking."""
    rows = coverage(results, [results.here])
    if rows.empty:
        return nothing("条款与证据")
    listed = results.codebook.clauses
    shown = pd.DataFrame(
        {
            "条款": [f"{name} {listed[name].label}" for name in rows["clause"]],
            "出处": [f"{listed[name].group}，{listed[name].source}" for name in rows["clause"]],
            "证据": [_state(row) for row in tuples(rows)],
            "还缺的指标": [_lacking(results, row.lacking) for row in tuples(rows)],
        }
    )
    title = f"{results.place}方案条款与证据（截至{results.wave_label(results.wave)}）"
    return Table(rows, title, NOTE, shown)


def county_clauses(results: Results) -> Table | Markdown:
    """Return the coverage of the clauses, a row a clause, a column a county by code, the programme last."""
    names = results.codebook.places("short")
    rows = coverage(results, list(names))
    if rows.empty:
        return nothing("各县条款与证据")
    texts = [(row.clause, row.county_code, _state(row)) for row in tuples(rows)]
    listed = results.codebook.clauses
    shown = grid(texts, list(listed), list(names), numerals.ABSENT).set_axis(list(names.values()), axis=1)
    shown.insert(0, "条款", [f"{name} {clause.label}" for name, clause in listed.items()])
    title = f"各县方案条款与证据（截至{results.wave_label(results.wave)}）"
    note = f"{NOTE}各县按行政区划代码排列，不是名次。"
    return Table(rows, title, note, shown)


def coverage(results: Results, places: list[str]) -> pd.DataFrame:
    """Return the rows of some places at this wave, in the order of the codebook."""
    rows = results.clauses
    rows = rows[rows["wave"].eq(results.wave) & rows["county_code"].isin(places)]
    rows = rows[rows["clause"].isin(results.codebook.clauses)]
    order = rows["clause"].map(list(results.codebook.clauses).index)
    return rows.assign(order=order).sort_values("order", kind="stable", ignore_index=True)


def _state(row) -> str:
    return f"{STATES.get(row.state, row.state)} {row.have}/{row.of}"


def _lacking(results: Results, listed) -> str:
    names = [name for name in str(listed).split(";") if name] if pd.notna(listed) else []
    return "；".join(map(results.name, names)) or numerals.NOT_ASKED
