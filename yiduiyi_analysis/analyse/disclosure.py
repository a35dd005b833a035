"""Nothing published gives a small group away: published units, thresholds, cells a subtraction gives back."""

import numpy as np
import pandas as pd

GROUPS = ["key", "other", "all"]
PROGRAMME = "all"


def units(schools: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return the published unit of each school, a row a school.

    In:     schools: school_id, county_code, school, teachers; `least`: teachers a unit must have
    Out:    school_id, county_code, unit_id (its largest school's id, with +k for k more schools), unit_label
    Rule:   a school with `least` teachers stands alone; the small ones of a county join; what is still too
            small takes in the next smallest school
    """
    ordered = schools.sort_values(["county_code", "teachers", "school_id"])
    before = ordered.groupby("county_code")["teachers"].cumsum() - ordered["teachers"]
    small = (ordered["teachers"] < least) | ((before > 0) & (before < least))
    head = ordered["school_id"].where(~small)
    head = head.fillna(ordered["school_id"].where(small).groupby(ordered["county_code"]).transform("last"))
    several = head.groupby(head).transform("size")
    largest = ordered["school"].groupby(head).transform("last")
    unit_id = head.where(several == 1, head + "+" + (several - 1).astype(str))
    label = largest.where(several == 1, largest + "等" + several.astype(str) + "所")
    table = ordered[["school_id", "county_code"]].assign(unit_id=unit_id, unit_label=label)
    return table.sort_values("school_id", ignore_index=True)


def protect(evidence: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """Return `evidence` with the values of hidden cells removed and their status saying why, same order.

    In:     evidence: indicator, county_code, group, wave, value, lo, hi, n, unit, method, status;
            rules: indicator, block, least (persons or schools a cell needs, 0: a public fact),
            sensitive_n (below this n a share of 0 % or 100 % is hidden, 0: never)
    Out:    hidden rows have value, lo, hi, n missing, method none, status suppressed | suppressed_secondary
    Rule:   the indicators of a block share one pattern a wave, decided by their smallest n; see `pattern`
    Source: Hundepool et al. 2012
    """
    rows = evidence.reset_index(drop=True).merge(rules, on="indicator", how="left", validate="many_to_one")
    rows = rows[(rows["least"].fillna(0) > 0) & rows["group"].isin(GROUPS)]
    n = rows["n"].fillna(0).to_numpy(float)
    extreme = (rows["unit"] == "rate") & rows["value"].isin([0, 1]) & (rows["n"] < rows["sensitive_n"])
    small = (n > 0) & ((n < rows["least"].to_numpy(float)) | extreme.to_numpy(bool))
    hidden, first = _patterns(rows, n, small)
    status = evidence["status"].to_numpy(object)
    status[rows.index[hidden]] = np.where(first, "suppressed", "suppressed_secondary")[hidden]
    gone = np.isin(np.arange(len(evidence)), rows.index[hidden])
    shown = {column: evidence[column].mask(gone) for column in ["value", "lo", "hi", "n"]}
    # which interval was used would tell how few answered, or that all answered alike
    method = evidence["method"].mask(gone, "none")
    return evidence.assign(**shown, method=method, status=pd.array(status, dtype="string"))


def pattern(n: np.ndarray, small: np.ndarray, least: int) -> np.ndarray:
    """Return which cells of one table must be hidden, as a boolean table.

    In:     n: people behind each cell, places × groups, the last row and column being the totals; 0 where
            nobody answered (known to all), NaN where the cell is never published; small: cells hidden first
    Rule:   no hidden cell can be solved from the shown ones by the sums along rows and columns; where a
            total is shown, the hidden cells of its line hold `least` people together; the partners hidden
            are those with the fewest people
    """
    absent = np.isnan(n)
    hidden = small | absent
    settled = absent.copy()
    while True:
        open_ = np.argwhere(recoverable(hidden) & ~settled)
        more = _rectangle(n, hidden, *open_[0]) if len(open_) else _thin_line(n, hidden, least)
        if more is None:
            return hidden & ~absent
        if not (more & ~hidden).any():
            settled[tuple(open_[0])] = True
        hidden = hidden | more


def recoverable(hidden: np.ndarray) -> np.ndarray:
    """Return which hidden cells of a table with totals follow from the shown ones by subtraction.

    Rule:   as edges between row and column, hidden cells are solvable exactly where they lie on no cycle
    Source: Gusfield 1988, A graph theoretic approach to statistical data security
    """
    links = hidden[:, :, None] & hidden[:, None, :]
    without = links.sum(axis=0)[None] - links > 0
    reach = without | np.eye(hidden.shape[1], dtype=bool)[None]
    for _ in range(hidden.shape[1].bit_length()):
        reach = (reach[:, :, :, None] & reach[:, None, :, :]).any(axis=2)
    other = links & ~np.eye(hidden.shape[1], dtype=bool)[None]
    return hidden & ~(other & reach).any(axis=2)


def _patterns(rows: pd.DataFrame, n: np.ndarray, small: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row whether it is hidden, and whether for its own sake: one table a block and wave."""
    table = rows.groupby(["block", "wave"], sort=True).ngroup().to_numpy()
    places = [code for code in sorted(rows["county_code"].unique()) if code != PROGRAMME] + [PROGRAMME]
    at = table, pd.Index(places).get_indexer(rows["county_code"]), pd.Index(GROUPS).get_indexer(rows["group"])
    shape = (int(table.max(initial=-1)) + 1, len(places), len(GROUPS))
    people, present, first = np.full(shape, np.inf), np.zeros(shape, bool), np.zeros(shape, bool)
    np.minimum.at(people, at, np.where(n > 0, n, np.inf))
    present[at] = True
    np.logical_or.at(first, at, small)
    people = np.where(np.isfinite(people), people, np.where(present, 0, np.nan))
    least = np.zeros(shape[0])
    np.maximum.at(least, table, rows["least"].to_numpy(float))
    hidden = np.array([pattern(*one) for one in zip(people, first, least, strict=True)], bool).reshape(shape)
    return hidden[at] & (n > 0), first[at]


def _rectangle(n: np.ndarray, hidden: np.ndarray, row: int, column: int) -> np.ndarray:
    """Return the cells of the cheapest rectangle through one cell, all it can reach where there is none."""
    cost = np.where(hidden, 0.0, np.where(n > 0, n, np.inf))
    total = cost[row][None, :] + cost[:, [column]] + cost
    total[row], total[:, column] = np.inf, np.inf
    more = np.zeros_like(hidden)
    if np.isfinite(total).any():
        r, c = np.unravel_index(np.argmin(total), total.shape)
        more[[row, row, r, r], [column, c, column, c]] = True
        return more
    more[row], more[:, column] = True, True
    return more & (n > 0)


def _thin_line(n: np.ndarray, hidden: np.ndarray, least: int) -> np.ndarray | None:
    """Return one more cell for the first line whose hidden cells are too few people, None without one."""
    for table, turn in ((n, False), (n.T, True)):
        mask = hidden.T if turn else hidden
        inside, cover = table[:, :-1], mask[:, :-1]
        people = np.where(cover, np.nan_to_num(inside), 0).sum(axis=1)
        free = ~cover & (inside > 0)
        unknown = (cover & np.isnan(inside)).any(axis=1)
        thin = cover.any(axis=1) & ~mask[:, -1] & (people < least) & free.any(axis=1) & ~unknown
        if thin.any():
            line = int(np.argmax(thin))
            more = np.zeros_like(mask)
            more[line, int(np.argmin(np.where(free[line], inside[line], np.inf)))] = True
            return more.T if turn else more
    return None
