"""Pupils who have what a habit takes: figures of them alone, and nothing of those who lack it."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import disclosure, scales
from yiduiyi_analysis.analyse.inputs import PROGRAMME, WHOLE, Clean
from yiduiyi_analysis.codebook import Codebook, Instrument

GIVEN = "given"
LACKING = "lacking"  # all others; only open evidence holds it, to tell what a subtraction leaves over
CELL = ["block", "wave", "county_code"]


def group(tool: Instrument, frame: pd.DataFrame, clean: Clean, book: Codebook) -> pd.Series | None:
    """Return for each response whether it has every condition of its instrument; None where it names none.

    Out:    given | lacking; who left one of them open is not known to have it
    """
    if not tool.conditions:
        return None
    values, _ = scales.wide(clean.answers, pd.Index(frame["response_id"]), tool.conditions)
    tops = {name: book.scales[book.item[name].scale].top for name in tool.conditions}
    has = pd.DataFrame({name: values[name].isin(top) for name, top in tops.items()}).all(axis=1)
    return pd.Series(np.where(has, GIVEN, LACKING), frame.index)


def indicators(book: Codebook) -> frozenset[str]:
    """Return the figures that are told of those with the conditions: the rules of their instruments."""
    tools = [tool for tool in book.instruments.values() if tool.conditions]
    return frozenset(f"{rule.id}.rate" for tool in tools for rule in tool.composites)


def protect(evidence: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """Return `evidence` without those who lack the conditions, and those who have them hidden where needed.

    In:     evidence: wholes after `disclosure.protect`, `given` and `lacking` still open; rules: as it takes
    Rule:   shown where the whole is shown and both the pupils with the conditions and the others are as many
            as a mean needs, and neither are few and all alike; of the counties that the programme's figure
            leaves over there are none, or at least two with as many pupils of both kinds (see `_hidden`).
            Figures of a block share one pattern; one word for all that is hidden, so that it does not tell
            which of the two kinds is small
    """
    rows = evidence.merge(rules, on="indicator", how="left", validate="many_to_one")
    rows.index = evidence.index
    ours = rows[rows["group"].isin([GIVEN, LACKING])]
    wholes = rows[rows["group"].eq(WHOLE) & rows["indicator"].isin(ours["indicator"])]
    gone = {key for key, part in _cells(ours, wholes).groupby(CELL[:2]) for key in _hidden(*key, part)}
    at = ours[ours["group"].eq(GIVEN)]
    at = at.index[[key in gone for key in at[CELL].itertuples(index=False, name=None)]]
    hidden = disclosure.hide(evidence, evidence.index.isin(at))
    return hidden[evidence["group"].ne(LACKING)].reset_index(drop=True)


def left_over(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what follows of pupils by subtracting those with the conditions from all, or from each other.

    In:     rows: published evidence with least and hidden (bool)
    Out:    indicator, county_code, group, wave, what, lo, hi (the pupils that follow)
    """
    keys = ["indicator", "county_code", "wave"]
    whole, mine = rows[rows["group"].eq(WHOLE)], rows[rows["group"].eq(GIVEN)]
    table = mine.merge(whole[[*keys, "n", "hidden"]], on=keys, how="left", suffixes=("", "_whole"))
    n, of_all = (table[name].astype(float).fillna(0.0) for name in ("n", "n_whole"))
    table = table.assign(n=n, rest=of_all - n)
    shown, open_ = ~table["hidden"] & (table["n"] > 0), ~table["hidden_whole"].eq(True)
    small = table[shown & open_ & (table["rest"] < table["least"] - 0.5)]
    found = [
        _named(table[shown & ~open_], "全部不公布，有条件的却已公布", np.nan),
        _named(small, "全部减去有条件的，余下低于阈值", small["rest"]),
        *(_of_counties(part) for _, part in table.groupby(["indicator", "wave"])),
    ]
    return pd.concat(found, ignore_index=True)


def _cells(ours: pd.DataFrame, wholes: pd.DataFrame) -> pd.DataFrame:
    """Return a row a block × wave × county: the fewest pupils of each kind, and whether it may be told.

    Out:    given, lacking (pupils), there, least, free (bool), alike (0 % or 100 % of those who have them)
    """
    people = ours["n"].astype(float).fillna(0.0)
    extreme = ours["value"].isin([0, 1]) & (people > 0)
    ours = ours.assign(people=people, extreme=extreme, alike=extreme & (people < ours["sensitive_n"]))
    kinds = ours.pivot_table(index=CELL, columns="group", values="people", aggfunc="min")
    table = kinds.reindex(columns=[GIVEN, LACKING]).fillna(0.0)
    asked = wholes.assign(
        closed=wholes["status"].astype("str").str.startswith("suppressed"),
        there=wholes["status"].ne("no_data"),
    ).groupby(CELL)[["closed", "there", "least"]]
    table = table.join(asked.agg({"closed": "any", "there": "any", "least": "max"}))
    alike = ours.groupby(CELL)["alike"].any()
    both = (table[GIVEN] >= table["least"]) & (table[LACKING] >= table["least"])
    table["free"] = both & table["there"] & ~table["closed"] & ~alike.reindex(table.index, fill_value=False)
    table["alike"] = ours[ours["group"].eq(GIVEN)].groupby(CELL)["extreme"].any()
    return table.reset_index()


def _hidden(block: str, wave: str, cells: pd.DataFrame) -> list[tuple]:
    """Return the cells of one block and wave that must be hidden.

    Rule: the table of counties × (one kind, the other, both) has its pattern from `disclosure.pattern` for
          each kind; only one of them is printed, and the other follows from it, so both share one pattern
    """
    place = cells["county_code"].ne(PROGRAMME)
    cells = cells.assign(last=~place).sort_values(["last", "county_code"])
    heard = (cells["there"].fillna(False) | (cells[GIVEN] + cells[LACKING] > 0)).to_numpy(bool)
    hidden = heard & ~cells["free"].to_numpy(bool)
    # all or none of the programme's: so did those of every county that is hidden
    hidden[-1] |= bool(hidden[:-1].any() and cells["alike"].iloc[-1])
    least, before = cells["least"].max(), None
    while before is None or (hidden != before).any():
        before = hidden
        for kind in (GIVEN, LACKING):
            people = cells[kind].to_numpy(float)
            n = np.column_stack([people, np.full(len(cells), np.nan), cells[[GIVEN, LACKING]].sum(axis=1)])
            secret = np.zeros(n.shape, bool)
            secret[:, 0] = hidden & (people > 0)
            hidden = hidden | disclosure.pattern(n, secret, least)[:, 0]
    codes = cells["county_code"].to_numpy(object)[hidden & heard]
    return [(block, wave, code) for code in codes]


def _of_counties(part: pd.DataFrame) -> pd.DataFrame:
    """Return the counties that one figure of the programme, less the counties shown, gives back."""
    inside = part["county_code"].ne(PROGRAMME)
    total, counties = part[~inside & ~part["hidden"] & (part["n"] > 0)], part[inside]
    secret = counties[counties["hidden"]]
    if total.empty or secret.empty:
        return _named(secret.iloc[:0], "", np.nan)
    told = counties[~counties["hidden"]]
    least = part["least"].max() - 0.5
    over = {name: total[name].sum() - told[name].sum() for name in ("n", "rest")}
    small = [people for people in over.values() if 0.5 < people < least]
    if len(secret) > 1 and not small:
        return _named(secret.iloc[:0], "", np.nan)
    what = "总数减去已公布的县可推出" if len(secret) == 1 else "总数减去已公布的县，余下低于阈值"
    return _named(secret, what, min(small, default=over["n"]))


def _named(rows: pd.DataFrame, what: str, people) -> pd.DataFrame:
    rows = rows.assign(what=what, lo=people, hi=people)
    return rows[["indicator", "county_code", "group", "wave", "what", "lo", "hi"]]
