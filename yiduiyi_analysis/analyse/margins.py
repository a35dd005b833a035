"""Published tables of counties × key/other as an attacker reads them: what sums tell of hidden cells."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import attack
from yiduiyi_analysis.analyse.disclosure import GROUPS
from yiduiyi_analysis.analyse.inputs import PROGRAMME, WHOLE

KEYS = ["indicator", "county_code", "group", "wave"]
COLUMNS = [*KEYS, "what", "lo", "hi"]
MOST = 1e5  # more than any count here: an upper end that stays there is none
SURE = 1e-6
HIGHEST_WEIGHT = 4.0
TIERS = tuple(GROUPS)  # totals of the programme: key, other, all
ROUNDED = ("ok", "full", "no_interval")


class Tables:
    """Counties × (key, other, all) with the programme's row last, one table an indicator and wave.

    Only tables with a hidden cell are kept; grids are tables × places × groups, the groups as in `GROUPS`.
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
        self.at = code, place, pd.Index(GROUPS).get_indexer(self.rows["group"])
        self.hidden = self._grid(self.rows["hidden"], False)
        present = self._grid(True, False)
        tiers = present[:, :, :2].any(axis=(1, 2), keepdims=True)
        # a county without schools of a tier has none there; a figure never told by tier leaves it open
        self.open = ~present & (~tiers | np.array([False, False, True]))
        self.first = self._grid(self.rows["status"] == "suppressed", False)
        self.least = self._grid(self.rows["least"], 0.0).max(axis=(1, 2), initial=0)
        self.size = self._grid(self.rows["N"].astype(float).fillna(MOST), 0.0)
        self.n = self._grid(self.rows["n"].astype(float).fillna(0), 0.0)
        self.answered = self._answered(rows)

    def people(self) -> pd.DataFrame:
        """Return the hidden numbers of respondents that the shown ones pin."""
        low, high = self.n, np.where(self.hidden | self.open, MOST, self.n)
        least, most = self._narrowed(low, high)
        width, half = most - least, _wide(self.least) / 2
        pinned = self.hidden & (width < 1 - SURE)
        narrow = self.hidden & self.first & (width < half - SURE) & ~pinned
        return self._told({"人数可推出": pinned, "人数的范围过窄": narrow}, least, most)

    def among_them(self) -> pd.DataFrame:
        """Return the hidden numbers in the top two, or of those who reached a level, that the shown ones pin.

        Rule:   of schools' work, that none of a group reached it is no finding, nor is what one shown total
                says by itself or follows from either; of persons it is
        """
        low, high, private = self._among()
        least, most = self._narrowed(low, high, _wide(private) >= 0)
        prior_low, prior_high = self._by_itself(low, high, most < SURE)
        width, before = most - least, prior_high - prior_low
        free = np.where(_wide(private) > 0, self.size, before)
        pinned = self.hidden & (width < 1 - SURE) & (free >= 1 - SURE)
        return self._told({"其中的人数可推出": pinned}, least, most)

    def left_over(self) -> pd.DataFrame:
        """Return the shown totals that leave over a group below the threshold, alone or less one another.

        Rule: of two totals, one of the programme and another: two counties have no group in common
        """
        found, inner = np.zeros(self.hidden.shape, bool), self.hidden[:, :-1, :2]
        told = ~(self.hidden | self.open)
        shown = np.where(self.hidden, 0, self.n)[:, :-1, :2]
        mine, rest = inner.sum(axis=2), self.n[:, :-1, 2] - shown.sum(axis=2)  # of each county
        small = told[:, :-1, 2] & (mine > 0) & self._few(rest)
        found[:, :-1, :2] |= inner & small[:, :, None]
        wholes = [self._whole(tier, inner, shown) for tier in TIERS]
        for (parts, left), tier in zip(wholes, TIERS, strict=True):
            open_, total = told[:, -1, GROUPS.index(tier)], parts.sum(axis=(1, 2))
            alone = open_ & (total > 0) & self._few(left)
            found[:, :-1, :2] |= parts & _wide(alone)
            self._less_counties(found, parts, left, open_, (inner, rest, told[:, :-1, 2]))
            for (others, theirs), other in zip(wholes, TIERS, strict=True):
                inside = ~(others & ~parts).any(axis=(1, 2)) & told[:, -1, GROUPS.index(other)]
                over = open_ & inside & (total > others.sum(axis=(1, 2))) & self._few(left - theirs)
                found[:, :-1, :2] |= parts & ~others & _wide(over)
        return self._told({"相减可得低于阈值的一组": found}, self.n * np.nan, self.n * np.nan)

    def _whole(self, tier: str, inner, shown) -> tuple[np.ndarray, np.ndarray]:
        """Return the hidden groups of one total of the programme, and what the shown leave over of it."""
        column = GROUPS.index(tier)
        mine = np.ones(2, bool) if tier == WHOLE else np.arange(2) == column
        return inner & mine, self.n[:, -1, column] - (shown * mine).sum(axis=(1, 2))

    def _less_counties(self, found, parts, left, open_, counties) -> None:
        """Mark what a total of the programme leaves over less a county's total, or that less it."""
        inner, rest, told = counties
        mine, both = inner.sum(axis=2), (inner & parts).sum(axis=2)
        total, able = parts.sum(axis=(1, 2))[:, None], open_[:, None] & told
        off = able & (both == mine) & (total > mine) & self._few(left[:, None] - rest)
        for table, county in np.argwhere(off):
            group = parts[table].copy()
            group[county] &= ~inner[table, county]
            found[table, :-1, :2] |= group
        within = able & (both == total) & (mine > total) & self._few(rest - left[:, None])
        found[:, :-1, :2] |= inner & ~parts & within[:, :, None]

    def _few(self, people: np.ndarray) -> np.ndarray:
        """Return which numbers are a group, and one below the threshold of its table."""
        least = self.least.reshape(-1, *[1] * (people.ndim - 1))
        return (people > 0) & (people < least)

    def _among(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return bounds of the number in the top two of each cell, and what kind of table it is.

        Out:    lo, hi, tables × cells; kind: 1 persons, 0 schools, −1 no share
        Rule:   a rounded share is off by half a percent; a weighted one counts up to 4 for a person who
            skipped the item, who is in the weights of the response
        """
        share = self._grid(self.rows["unit"] == "rate", False).any(axis=(1, 2))
        # of a count of those reached, the number is n itself
        share &= ~self._grid(self.rows["status"] == "count", False).any(axis=(1, 2))
        soft = self._grid(self.rows["status"].isin(ROUNDED), False)
        value = self._grid(self.rows["value"].astype(float).fillna(0), 0.0)
        slack = np.where(soft, 0.005, 0.0)
        known = self.size < MOST
        skipped = HIGHEST_WEIGHT * np.clip(self.answered - self.n, 0, None)
        heavy = np.where(soft & known, self.size, self.n)
        private = self._grid(self.rows["sensitive_n"].astype(float).fillna(0), 0.0).max(axis=(1, 2))
        # weights of schools add up to the roster in a county, not in its tiers
        tier = np.array([True, True, False])
        loose = _wide(soft.any(axis=(1, 2)) & self._of_schools(private)) & tier & known
        light = np.where(soft & known, np.maximum(self.n, self.size - skipped), self.n)
        light, heavy = np.where(loose, self.n, light), np.where(loose, HIGHEST_WEIGHT * self.n, heavy)
        low = np.where(_wide(share), np.clip(value - slack, 0, 1) * light, value)
        high = np.where(_wide(share), np.clip(value + slack, 0, 1) * heavy, value)
        low, high = np.where(self.hidden, 0, low), np.where(self.hidden, self.size, high)
        high = np.where(self.hidden & loose, HIGHEST_WEIGHT * self.size, high)
        high = np.where(self.open, MOST, high)
        return low, high, np.where(share, (private > 0).astype(int), -1)

    def _of_schools(self, private) -> np.ndarray:
        """Return the tables that schools stand behind: what is not private, and what their heads say."""
        told = self.rows["population"].eq("schools") if "population" in self.rows else False
        return (private == 0) | self._grid(told, False).any(axis=(1, 2))

    def _by_itself(self, low, high, none) -> tuple[np.ndarray, np.ndarray]:
        """Return what each shown total says of a cell by itself, and what certainties and `none` imply."""
        roof = np.where(self.hidden, high, self.size)
        least, most = np.zeros(low.shape), np.where(none, 0, roof)
        for _ in range(3):
            sure = self.hidden & (most - least < 1 - SURE)
            floor, top = np.where(sure, least, 0), np.where(sure, most, roof)
            for parts, total in (np.s_[:, :, :2], np.s_[:, :, 2:]), (np.s_[:, :-1], np.s_[:, -1:]):
                axis, shown = (2 if parts == np.s_[:, :, :2] else 1), ~self.hidden[total]
                whole = [ends[parts].sum(axis=axis, keepdims=True) for ends in (floor, top)]
                bottom = np.maximum(least[parts], low[total] - (whole[1] - top[parts]))
                ceiling = np.minimum(most[parts], high[total] - (whole[0] - floor[parts]))
                least[parts] = np.where(shown, bottom, least[parts])
                most[parts] = np.where(shown, ceiling, most[parts])
                least[total] = np.maximum(least[total], whole[0])
                most[total] = np.minimum(most[total], whole[1])
        return least, most

    def _narrowed(self, low, high, asked=True) -> tuple[np.ndarray, np.ndarray]:
        """Return `attack.narrowed` of the hidden cells that are asked about."""
        asked, ends = self.hidden & asked, attack.narrowed(low, high)
        return tuple(np.where(asked, end, np.nan) for end in ends)

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
        grid = np.full((self.number, len(self.places), len(GROUPS)), empty)
        grid[self.at] = np.asarray(values)
        return grid

    def _told(self, kinds: dict[str, np.ndarray], lo, hi) -> pd.DataFrame:
        tables = []
        for what, found in kinds.items():
            table, place, group = np.nonzero(found)
            indicator, wave = self.keys[table].get_level_values(0), self.keys[table].get_level_values(1)
            ends = lo[table, place, group], hi[table, place, group]
            where = np.array(self.places, object)[place], np.array(GROUPS, object)[group]
            columns = indicator, *where, wave, what, *ends
            tables.append(pd.DataFrame(dict(zip(COLUMNS, columns, strict=True))))
        return pd.concat(tables)


def _wide(values: np.ndarray) -> np.ndarray:
    """Return a value a table so that it meets every cell of its table."""
    return values[:, None, None]
