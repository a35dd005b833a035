"""Rows of evidence by what they are, and their texts as a grid: found by key, not by a search over all."""

from collections import namedtuple
from collections.abc import Iterable
from functools import cache, cached_property
from itertools import product

import numpy as np
import pandas as pd


class Lookup:
    """The evidence by indicator, county_code, group and wave; at most one row a key.

    Rule: a place's rows are listed when the first of them is asked for
    """

    def __init__(self, evidence: pd.DataFrame):
        self.evidence = evidence
        self._known: dict[str, dict[tuple, tuple[int, tuple]]] = {}

    def rows(self, indicators, places, groups, waves) -> pd.DataFrame:
        """Return the rows of every combination of what is asked, in the order asked."""
        at = [at for at, _ in self._found(indicators, places, groups, waves)]
        return self.evidence.take(np.array(at, dtype=np.intp)).reset_index(drop=True)

    def each(self, indicators, places, groups, waves) -> list[tuple]:
        """Return the same rows as named tuples of Python's own values."""
        return [row for _, row in self._found(indicators, places, groups, waves)]

    def _found(self, indicators, places, groups, waves) -> list[tuple[int, tuple]]:
        held = {place: self._of(place) for place in places}
        keys = product(*map(dict.fromkeys, (indicators, places, groups, waves)))
        return [held[place][key] for name, place, *rest in keys if (key := (name, *rest)) in held[place]]

    def _of(self, place: str) -> dict[tuple, tuple[int, tuple]]:
        """Return position and values of each row of one place, by indicator, group and wave."""
        if place not in self._known:
            at = self._places.get(place, np.array([], dtype=np.intp))
            rows = zip(at.tolist(), tuples(self.evidence.take(at)), strict=True)
            self._known[place] = {(row.indicator, row.group, row.wave): (k, row) for k, row in rows}
        return self._known[place]

    @cached_property
    def _places(self) -> dict[str, np.ndarray]:
        return self.evidence.groupby("county_code").indices


def tuples(rows: pd.DataFrame) -> list[tuple]:
    """Return rows as named tuples of Python's own values; for a few rows, faster than pandas' way."""
    named = _named(tuple(rows))
    return [named(*row) for row in rows.to_numpy(object).tolist()]


@cache
def _named(columns: tuple[str, ...]) -> type[tuple]:
    return namedtuple("Row", columns, rename=True)


def grid(texts: Iterable[tuple], rows: list, columns: list, absent) -> pd.DataFrame:
    """Return (row, column, text) as a grid of these rows and columns, numbered; a gap shows `absent`.

    Rule: of two texts for one cell the first
    """
    held: dict[tuple, str] = {}
    for row, column, text in texts:
        held.setdefault((row, column), text)
    return pd.DataFrame({column: [held.get((row, column), absent) for row in rows] for column in columns})
