"""Nothing published gives a small group away: published units, thresholds, cells a subtraction gives back."""

import functools

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import alike
from yiduiyi_analysis.analyse.inputs import PROGRAMME

GROUPS = ["key", "other", "all"]
DIGITS = {"rate": 2, "points": 2, "gap": 2, "score": 1, "score_points": 1, "r": 2}


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


def protect(evidence: pd.DataFrame, rules: pd.DataFrame, also: np.ndarray | None = None) -> pd.DataFrame:
    """Return `evidence` with the values of hidden cells removed and their status saying why, same order.

    In:     evidence: indicator, county_code, group, wave, value, lo, hi, n, unit, method, status;
            rules: indicator, block, within (the block that averages this one), least (persons or schools a
            cell needs, 0: a public fact), sensitive_n (below it a share of 0 % or 100 % is hidden, 0: never),
            persons (a total of 1 to so many less one is hidden; left out or 0: it counts no persons);
            also: a value a row of evidence, what must be hidden besides (`units.sole`)
    Out:    hidden rows have value, lo, hi, n missing, method none; status is suppressed where the cell or
            one of its block is too small, suppressed_secondary where it is hidden for another reason
    Rule:   the indicators of a block share one pattern a wave, decided by their smallest n (see `pattern`);
            what is hidden in a block is hidden in the one that averages it; a measure that nobody has in a
            cell hidden for the others hides more, since what it hides beside that cell would follow; what a
            shown total leaves over must not all say the same (`alike.together`); a total of persons has a
            second pattern, in which the persons themselves stand behind each cell
    Source: Hundepool et al. 2012
    """
    rows = evidence.reset_index(drop=True).merge(rules, on="indicator", how="left", validate="many_to_one")
    rows = rows[(rows["least"].fillna(0) > 0) & rows["group"].isin(GROUPS)]
    n = rows["n"].fillna(0).to_numpy(float)
    few = (n > 0) & (n < rows["least"].to_numpy(float)) | _scarce(rows)
    besides = np.zeros(len(rows), bool) if also is None else also[rows.index]
    hidden, first = _hidden(rows, n, few, besides)
    hidden |= _of_persons(rows, hidden)
    place = np.arange(len(evidence))
    return hide(evidence, np.isin(place, rows.index[hidden]), np.isin(place, rows.index[hidden & first]))


def hide(evidence: pd.DataFrame, gone: np.ndarray, first: np.ndarray | bool = False) -> pd.DataFrame:
    """Return `evidence` without the numbers of some rows, their status saying why.

    In:     gone: whether a row is hidden, a value a row; first: whether for being too small itself
    """
    cut = {column: evidence[column].mask(gone) for column in ["value", "lo", "hi", "n"]}
    # which interval was used would tell how few answered, or that all answered alike
    method = evidence["method"].mask(gone, "none")
    words = np.where(first, "suppressed", "suppressed_secondary")
    status = np.where(gone, words, evidence["status"].to_numpy(object))
    return evidence.assign(**cut, method=method, status=pd.array(status, dtype="string"))


def rounded(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return `evidence` with estimates cut to the digits a report prints: whole percents, 0.01 points,
    0.1 of 100.

    Rule:   halves go to even on the printed digits; counts, and shares of counts, stay exact
    Why:    the weights are known from the response rates, so that a share in full precision has one solution
            in whole answers a school: it would tell what five teachers said
    """
    fine = evidence["unit"].isin(DIGITS) & evidence["status"].isin(["ok", "full", "no_interval"])
    scale = 10.0 ** evidence["unit"].map(DIGITS).fillna(0).astype(float)
    # nine decimals first: 2.675 × 100 must be the half it prints as, not the float just below it
    cut = {name: (np.rint((evidence[name] * scale).round(9)) / scale) for name in ["value", "lo", "hi"]}
    return evidence.assign(**{name: evidence[name].mask(fine, column) for name, column in cut.items()})


def counts(table: pd.DataFrame, by: list[str], least: dict[str, int]) -> pd.DataFrame:
    """Return counts of persons by county with the small ones put together under no county (NA).

    In:     instrument, county_code, rows and the columns `by`; `least`: instrument → persons a cell needs
    Out:    one row a county_code × `by`; the sums over counties are unchanged
    Rule:   cells below the threshold are pooled; with fewer than two of them, or too few persons in all, the
            next smallest county of that line joins them, so that the pool is no county's own
    """
    ordered = table.sort_values([*by, "rows", "county_code"], ignore_index=True)
    rows, line = ordered["rows"].astype(float), [ordered[name] for name in by]
    number = ordered["instrument"].map(least).fillna(0).astype(float)
    lines = rows.groupby(line, dropna=False)
    before, first = lines.cumsum() - rows, lines.transform("min") < number
    joins = first & ((before < number) | (lines.cumcount() < 2))
    pooled = ordered.assign(county_code=ordered["county_code"].mask((rows < number) | joins))
    summed = pooled.groupby([*by, "county_code"], dropna=False, as_index=False)["rows"].sum()
    return summed[list(table)]


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
        open_ = recoverable(hidden) & ~settled
        first = np.unravel_index(np.argmax(open_), open_.shape)
        more = _rectangle(n, hidden, *first) if open_[first] else _thin_line(n, hidden, least)
        if more is None:
            return hidden & ~absent
        if not (more & ~hidden).any():
            settled[first] = True
        hidden = hidden | more


def recoverable(hidden: np.ndarray) -> np.ndarray:
    """Return which hidden cells of a table with totals follow from the shown ones by subtraction.

    Rule:   as edges between row and column, hidden cells are solvable exactly where they lie on no cycle;
            rows that hide the same columns are alike, and of more than two of them the third tells no more
    Source: Gusfield 1988, A graph theoretic approach to statistical data security
    """
    columns = hidden.shape[1]
    kinds = hidden @ (1 << np.arange(columns))
    number = np.bincount(kinds, minlength=1 << columns)
    return _on_no_cycle(tuple(np.minimum(number, 2)), columns)[kinds]


@functools.lru_cache
def _on_no_cycle(number: tuple[int, ...], columns: int) -> np.ndarray:
    """Return what each kind of row gives back, kinds × columns.

    In:     number: rows of each kind, at most two; a kind is the sum of 1, 2, 4 … of the columns it hides
    """
    kind = np.repeat(np.arange(len(number)), number)
    given = np.zeros((len(number), columns), bool)
    given[kind] = _bridges((kind[:, None] >> np.arange(columns)) % 2 == 1)
    return given


def _bridges(hidden: np.ndarray) -> np.ndarray:
    """Return which hidden cells of a few rows lie on no cycle."""
    links = hidden[:, :, None] & hidden[:, None, :]
    without = links.sum(axis=0)[None] - links > 0
    reach = without | np.eye(hidden.shape[1], dtype=bool)[None]
    for _ in range(hidden.shape[1].bit_length()):
        reach = (reach[:, :, :, None] & reach[:, None, :, :]).any(axis=2)
    other = links & ~np.eye(hidden.shape[1], dtype=bool)[None]
    return hidden & ~(other & reach).any(axis=2)


def _hidden(
    rows: pd.DataFrame, n: np.ndarray, few: np.ndarray, besides: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row whether it is hidden, and whether for too few, once nothing more must be."""
    small, measured, known = few | besides | alike.alone(rows, n, few), _by_measure(rows), {}
    while True:
        hidden, first = _patterns(rows, n, few, small, known)
        hidden, _ = _patterns(measured, n, few, hidden, known)
        more = alike.together(rows, n, hidden)
        if not more.any():
            return hidden, first
        small |= more


def _by_measure(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` with a block a measure (self_mean, gap …), within that of the same measure."""
    measure = "/" + rows["indicator"].str.replace(r".*\.", "", regex=True)
    inside = rows["within"].fillna("") != ""
    return rows.assign(
        block=rows["block"] + measure, within=rows["within"].where(~inside, rows["within"] + measure)
    )


def _persons(rows: pd.DataFrame) -> np.ndarray:
    """Return how many persons a total must come to, 0 where it counts none."""
    return rows["persons"].fillna(0).to_numpy(float) if "persons" in rows else np.zeros(len(rows))


def _scarce(rows: pd.DataFrame) -> np.ndarray:
    """Return the totals that count a few persons; none of them is nobody's secret."""
    value = rows["value"].astype(float).fillna(0.0).to_numpy()
    return (value > 0) & (value < _persons(rows))


def _of_persons(rows: pd.DataFrame, hidden: np.ndarray) -> np.ndarray:
    """Return the totals of persons hidden with those that are: what a sum leaves over is not few persons."""
    found, mine = np.zeros(len(rows), bool), _persons(rows) > 0
    if (hidden & mine).any():
        own = rows[mine].assign(least=_persons(rows)[mine])
        value = own["value"].astype(float).fillna(0.0).to_numpy()
        found[mine], _ = _patterns(own, value, hidden[mine], hidden[mine], {})
    return found


def _patterns(
    rows: pd.DataFrame, n: np.ndarray, few: np.ndarray, small: np.ndarray, known: dict
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row whether it is hidden, and whether for too few: one table a block and wave.

    In:     known: patterns found before, most of which the next round asks for again
    """
    keys = rows[["block", "wave"]].astype(object)
    number, tables = pd.factorize(pd.MultiIndex.from_frame(keys), sort=True)
    places = [code for code in sorted(rows["county_code"].unique()) if code != PROGRAMME] + [PROGRAMME]
    at = (
        number,
        pd.Index(places).get_indexer(rows["county_code"]),
        pd.Index(GROUPS).get_indexer(rows["group"]),
    )
    shape = (len(tables), len(places), len(GROUPS))
    people, present, first, thin = np.full(shape, np.inf), *(np.zeros(shape, bool) for _ in range(3))
    np.minimum.at(people, at, np.where(n > 0, n, np.inf))
    present[at] = True
    np.logical_or.at(first, at, small)
    np.logical_or.at(thin, at, few)
    people = np.where(np.isfinite(people), people, np.where(present, 0, np.nan))
    least = np.zeros(shape[0])
    np.maximum.at(least, number, rows["least"].to_numpy(float))
    above = np.full(shape[0], -1)
    above[number] = tables.get_indexer(pd.MultiIndex.from_frame(rows[["within", "wave"]].astype(object)))
    hidden = _nested(people, first, least, above, known)
    return hidden[at] & (n > 0), thin[at]


def _nested(
    people: np.ndarray, first: np.ndarray, least: np.ndarray, above: np.ndarray, known: dict
) -> np.ndarray:
    """Return the pattern of every table, each table after those it averages and hiding what they hide."""
    depth, at = np.zeros(len(above), int), above
    while (at >= 0).any():
        depth, at = depth + (at >= 0), np.where(at >= 0, above[at], -1)
    hidden, first = np.zeros(people.shape, bool), first.copy()
    for table in np.argsort(-depth, kind="stable"):
        asked = people[table].tobytes(), first[table].tobytes(), least[table]
        if asked not in known:
            known[asked] = pattern(people[table], first[table], least[table])
        hidden[table] = known[asked]
        if above[table] >= 0:
            first[above[table]] |= hidden[table] & (people[above[table]] > 0)
    return hidden


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
    """Return one more cell for the first line whose hidden cells are too few people, None without one.

    Rule: a hidden total stands for the people of its own hidden cells, since what it shows is subtracted;
          for itself where none of its cells is ever published
    """
    bare = np.isnan(n[:-1, :-1])
    secret = np.where(hidden[:-1, :-1], np.nan_to_num(n[:-1, :-1]), 0)
    people = n.copy()
    people[:-1, -1] = np.where(hidden[:-1, -1] & ~bare.all(axis=1), secret.sum(axis=1), n[:-1, -1])
    people[-1, :-1] = np.where(hidden[-1, :-1] & ~bare.all(axis=0), secret.sum(axis=0), n[-1, :-1])
    for table, turn in ((people, False), (people.T, True)):
        mask = hidden.T if turn else hidden
        inside, cover = table[:, :-1], mask[:, :-1]
        few = np.where(cover, np.nan_to_num(inside), 0).sum(axis=1) < least
        free = ~cover & (inside > 0)
        unknown = (cover & np.isnan(inside)).any(axis=1)
        thin = cover.any(axis=1) & ~mask[:, -1] & few & free.any(axis=1) & ~unknown
        if thin.any():
            line = int(np.argmax(thin))
            more = np.zeros_like(mask)
            more[line, int(np.argmin(np.where(free[line], inside[line], np.inf)))] = True
            return more.T if turn else more
    return None
