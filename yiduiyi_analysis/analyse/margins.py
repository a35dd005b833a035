"""Published tables of counties × key/other as an attacker reads them: what sums tell of hidden cells."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import attack
from yiduiyi_analysis.analyse.disclosure import GROUPS
from yiduiyi_analysis.analyse.inputs import PROGRAMME

KEYS = ["indicator", "county_code", "group", "wave"]
COLUMNS = [*KEYS, "what", "lo", "hi"]
MOST = 1e5  # more than any count here: an upper end that stays there is none
SURE = 1e-6
HIGHEST_WEIGHT = 4.0
ROUNDED = ("ok", "full", "no_interval")


class Tables:
    """Counties × (key, other, all) with the programme's row last, one table an indicator and wave.

    Only tables with a hidden cell are kept; cells are flat, 24 for seven counties.
    """

    def __init__(self, guarded: pd.DataFrame, rows: pd.DataFrame):
        spoilt = guarded.groupby(["indicator", "wave"])["hidden"].transform("any").astype(bool)
        self.rows = guarded[spoilt]
        pairs = pd.MultiIndex.from_frame(self.rows[["indicator", "wave"]].astype(object))
        code, self.keys = pd.factorize(pairs)
        self.number = len(self.keys)
        counties = sorted(set(self.rows["county_code"]) - {PROGRAMME})
        self.places = [*counties, PROGRAMME]
        place = pd.Index(self.places).get_indexer(self.rows["county_code"])
        self.at = code, place * 3 + pd.Index(GROUPS).get_indexer(self.rows["group"])
        self.lines = _lines(len(self.places))
        self.hidden = self._grid(self.rows["hidden"], False)
        present = self._grid(True, False)
        tiers = present.reshape(self.number, -1, 3)[:, :, :2].any(axis=(1, 2))
        # a county without schools of a tier has none there; a figure never told by tier leaves it open
        self.open = ~present & (~tiers[:, None] | (np.arange(present.shape[1]) % 3 == 2))
        self.first = self._grid(self.rows["status"] == "suppressed", False)
        self.least = self._grid(self.rows["least"], 0.0).max(axis=1, initial=0)
        self.size = self._grid(self.rows["N"].astype(float).fillna(MOST), 0.0)
        self.n = self._grid(self.rows["n"].astype(float).fillna(0), 0.0)
        self.answered = self._answered(rows)

    def people(self) -> pd.DataFrame:
        """Return the hidden numbers of respondents that the shown ones pin."""
        low, high = self.n, np.where(self.hidden | self.open, MOST, self.n)
        least, most = self._narrowed(low, high)
        width, half = most - least, self.least[:, None] / 2
        pinned = self.hidden & (width < 1 - SURE)
        narrow = self.hidden & self.first & (width < half - SURE) & ~pinned
        return self._told({"人数可推出": pinned, "人数的范围过窄": narrow}, least, most)

    def among_them(self) -> pd.DataFrame:
        """Return the hidden numbers in the top two, or of those who reached a level, that the shown ones pin.

        Rule:   of schools' work, that none of a group reached it is no finding, nor is what one shown total
                says by itself or follows from either; of persons it is
        """
        low, high, private = self._among()
        least, most = self._narrowed(low, high, private[:, None] >= 0)
        prior_low, prior_high = self._by_itself(low, high, most < SURE)
        width, before = most - least, prior_high - prior_low
        free = np.where(private[:, None] > 0, self.size, before)
        pinned = self.hidden & (width < 1 - SURE) & (free >= 1 - SURE)
        return self._told({"其中的人数可推出": pinned}, least, most)

    def left_over(self) -> pd.DataFrame:
        """Return the shown totals that leave over a group below the threshold, alone or less one another."""
        found, inner = np.zeros(self.hidden.shape, bool), np.arange(self.hidden.shape[1]).reshape(-1, 3)
        inner = inner[:-1, :2].ravel()
        for table in range(self.number):
            total = np.setdiff1d(np.arange(self.hidden.shape[1]), inner)
            total = total[~(self.hidden | self.open)[table, total]]
            inside = _inside(len(self.places))[total]
            rest = self.n[table, total] - (inside & ~self.hidden[table]) @ self.n[table]
            parts = (inside & self.hidden[table])[:, inner].astype(int)
            parts, rest = np.vstack([parts, _less(parts)]), np.concatenate([rest, _less(rest)])
            group = (parts >= 0).all(axis=1) & parts.any(axis=1)
            small = group & (rest > 0) & (rest < self.least[table])
            found[table, inner] = parts[small].any(axis=0)
        return self._told({"相减可得低于阈值的一组": found}, self.n * np.nan, self.n * np.nan)

    def _among(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return bounds of the number in the top two of each cell, and what kind of table it is.

        Out:    lo, hi, tables × cells; kind: 1 persons, 0 schools, −1 no share
        Rule:   a rounded share is off by half a percent; a weighted one counts up to 4 for a person who
            skipped the item, who is in the weights of the response
        """
        share = self._grid(self.rows["unit"] == "rate", False).any(axis=1)
        # of a count of those reached, the number is n itself
        share &= ~self._grid(self.rows["status"] == "count", False).any(axis=1)
        soft = self._grid(self.rows["status"].isin(ROUNDED), False)
        value = self._grid(self.rows["value"].astype(float).fillna(0), 0.0)
        slack = np.where(soft, 0.005, 0.0)
        known = self.size < MOST
        skipped = HIGHEST_WEIGHT * np.clip(self.answered - self.n, 0, None)
        heavy = np.where(soft & known, self.size, self.n)
        private = self._grid(self.rows["sensitive_n"].astype(float).fillna(0), 0.0).max(axis=1)
        # weights of schools add up to the roster in a county, not in its tiers
        tier = np.arange(soft.shape[1]) % 3 < 2
        loose = soft.any(axis=1, keepdims=True) & tier & known & self._of_schools(private)[:, None]
        light = np.where(soft & known, np.maximum(self.n, self.size - skipped), self.n)
        light, heavy = np.where(loose, self.n, light), np.where(loose, HIGHEST_WEIGHT * self.n, heavy)
        low = np.where(share[:, None], np.clip(value - slack, 0, 1) * light, value)
        high = np.where(share[:, None], np.clip(value + slack, 0, 1) * heavy, value)
        low, high = np.where(self.hidden, 0, low), np.where(self.hidden, self.size, high)
        high = np.where(self.hidden & loose, HIGHEST_WEIGHT * self.size, high)
        high = np.where(self.open, MOST, high)
        return low, high, np.where(share, (private > 0).astype(int), -1)

    def _of_schools(self, private) -> np.ndarray:
        """Return the tables that schools stand behind: what is not private, and what their heads say."""
        told = self.rows["population"].eq("schools") if "population" in self.rows else False
        return (private == 0) | self._grid(told, False).any(axis=1)

    def _by_itself(self, low, high, none) -> tuple[np.ndarray, np.ndarray]:
        """Return what each shown total says of a cell by itself, and what certainties and `none` imply."""
        roof = np.where(self.hidden, high, self.size)
        least, most = np.zeros(low.shape), np.where(none, 0, roof)
        for _ in range(3):
            sure = self.hidden & (most - least < 1 - SURE)
            floor, top = np.where(sure, least, 0), np.where(sure, most, roof)
            for line in self.lines:
                parts, total = np.flatnonzero(line > 0), np.flatnonzero(line < 0)
                shown = ~self.hidden[:, total]
                beside = [ends[:, parts].sum(axis=1, keepdims=True) - ends[:, parts] for ends in (top, floor)]
                bottom = np.maximum(least[:, parts], low[:, total] - beside[0])
                ceiling = np.minimum(most[:, parts], high[:, total] - beside[1])
                least[:, parts] = np.where(shown, bottom, least[:, parts])
                most[:, parts] = np.where(shown, ceiling, most[:, parts])
                whole = floor[:, parts].sum(axis=1), top[:, parts].sum(axis=1)
                least[:, total[0]] = np.maximum(least[:, total[0]], whole[0])
                most[:, total[0]] = np.minimum(most[:, total[0]], whole[1])
        return least, most

    def _narrowed(self, low, high, asked=True) -> tuple[np.ndarray, np.ndarray]:
        """Return `attack.narrowed` of the hidden cells, equal tables solved once."""
        asked = self.hidden & asked
        every = np.hstack([low, high, asked])
        once, back = np.unique(every, axis=0, return_inverse=True)
        low, high, asked = np.split(once, 3, axis=1)
        least, most = attack.narrowed(self.lines, low, high, asked.astype(bool))
        return least[back.ravel()] + 0.0, most[back.ravel()] + 0.0

    def _answered(self, rows: pd.DataFrame) -> np.ndarray:
        """Return who answered the instrument at all, tables × cells; N where that is not published."""
        if "instrument" not in rows:
            return self.size
        told = rows[rows["indicator"] == rows["instrument"].astype(str) + ".response"]
        number = told.drop_duplicates(KEYS).set_index(["instrument", "county_code", "group", "wave"])["n"]
        keys = pd.MultiIndex.from_frame(self.rows[["instrument", "county_code", "group", "wave"]])
        own = number.astype(float).reindex(keys).to_numpy()
        return self._grid(np.where(np.isnan(own), self.rows["N"].astype(float).fillna(MOST), own), 0.0)

    def _grid(self, values, empty) -> np.ndarray:
        grid = np.full((self.number, 3 * len(self.places)), empty)
        grid[self.at] = np.asarray(values)
        return grid

    def _told(self, kinds: dict[str, np.ndarray], lo, hi) -> pd.DataFrame:
        tables = []
        for what, found in kinds.items():
            table, cell = np.nonzero(found)
            indicator, wave = self.keys[table].get_level_values(0), self.keys[table].get_level_values(1)
            place, group = np.array(self.places, object)[cell // 3], np.array(GROUPS, object)[cell % 3]
            columns = indicator, place, group, wave, what, lo[table, cell], hi[table, cell]
            tables.append(pd.DataFrame(dict(zip(COLUMNS, columns, strict=True))))
        return pd.concat(tables)


def _lines(places: int) -> np.ndarray:
    """Return the sums of a table, sums × cells: parts 1, total −1."""
    row = np.kron(np.eye(places), [1, 1, -1])
    column = np.kron([*[1] * (places - 1), -1], np.eye(3))
    return np.vstack([row, column])


def _inside(places: int) -> np.ndarray:
    """Return which county × tier each cell holds, cells × cells."""
    place = np.eye(places, dtype=bool)
    place[-1, :-1] = True
    tier = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0]], bool)
    inside = np.kron(place, tier).astype(bool)
    inside[:, -3:] = False
    return inside


def _less(values: np.ndarray) -> np.ndarray:
    """Return every value (or row) less every other one."""
    return (values[:, None] - values[None]).reshape(-1, *values.shape[1:])
