"""Clauses of the plan against the evidence: of each, what is there, what is lacking, in every county."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import records
from yiduiyi_analysis.codebook import Codebook, Indicator

PRESENT, PARTIAL, MISSING = "present", "partial", "missing"
COLUMNS = {"clause": "string", "county_code": "string", "wave": "string", "state": "string"}
COLUMNS |= {"have": "Int64", "of": "Int64", "lacking": "string"}


def clauses(evidence: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return for every clause, place and wave how many of its indicators have evidence by then.

    In:     evidence: protected; a hidden figure is evidence, a response of nobody is none
    Out:    clause, county_code ("all": the programme), wave, state (present | partial | missing), have, of
            (indicators that were due by then and are told of such a place), lacking (their ids, ;-joined; all
            of the clause's where none was due)
    """
    known = _known(evidence, book)
    places = sorted(evidence["county_code"].dropna().unique())
    order = list(book.waves)
    links = [
        (name, entry.id)
        for name in book.clauses
        for entry in book.indicators.values()
        if name in entry.clauses
    ]
    links = pd.DataFrame(links, columns=["clause", "entry"])
    every = links.groupby("clause")["entry"].agg(";".join)
    cells = pd.MultiIndex.from_product([book.clauses, places], names=["clause", "county_code"])
    parts = []
    for at, wave in enumerate(order):
        due = known[known["wave"].isin(order[: at + 1])].groupby(["county_code", "entry"])["there"].any()
        told = links.merge(due.reset_index(), on="entry")
        counted = told.groupby(list(cells.names))["there"].agg(["sum", "size"])
        absent = told[~told["there"]].groupby(list(cells.names))["entry"].agg(";".join)
        table = counted.rename(columns={"sum": "have", "size": "of"}).reindex(cells, fill_value=0)
        table = table.assign(lacking=absent.reindex(cells).fillna("").astype("str"), wave=wave).reset_index()
        parts.append(
            table.assign(lacking=table["lacking"].where(table["of"] > 0, table["clause"].map(every)))
        )
    table = pd.concat(parts, ignore_index=True)
    full, none = table["have"].eq(table["of"]), table["have"].eq(0)
    state = np.select([none, full], [MISSING, PRESENT], PARTIAL)
    return table.assign(state=state)[list(COLUMNS)].astype(COLUMNS)


def _known(evidence: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Return the rows of evidence that belong to an indicator, with its id and whether they say anything."""
    ids = [(name, entry.id) for entry in book.indicators.values() for name in _names(entry, book)]
    rows = evidence.merge(pd.DataFrame(ids, columns=["indicator", "entry"]), on="indicator")
    silent = rows["indicator"].str.endswith(".response") & rows["n"].eq(0).fillna(False)
    return rows.assign(there=(rows["status"].ne("no_data") & ~silent).astype(bool))


def _names(entry: Indicator, book: Codebook) -> list[str]:
    """Return the ids under which an indicator stands in the evidence."""
    return [entry.id] if entry.by is None else list(records.names(entry, book.sheet[entry.sheet], book))
