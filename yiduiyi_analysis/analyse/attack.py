"""What an outsider can work out: the interval of each hidden count, from everything that is published."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class System:
    """Published sums of hidden counts.

    equations: sums × hidden counts, how often each count enters each sum
    totals:    the published sums, less what is shown of them
    slack:     by how much a sum may be off, a value a sum (half a unit of a rounded figure)
    """

    equations: np.ndarray
    totals: np.ndarray
    slack: np.ndarray


def intervals(equations, totals, slack=0.0, upper=np.inf, targets=None) -> pd.DataFrame:
    """Return the least and the greatest value each hidden count can have, a row a count.

    In:     equations: sums × counts; totals: a value a sum; slack: how far a sum may be off, one value or
            one a sum; upper: the greatest count, one value or one a count; targets: sums of counts to ask
            about instead, targets × counts
    Out:    lo, hi, status (ok; unbounded: hi is infinite; infeasible: the published sums contradict each
            other, NaN)
    Rule:   counts are at least 0 and may be fractions, so the interval is never too narrow; each connected
            part of the system is solved by itself
    Source: Hundepool et al. 2012, ch. 4
    """
    system = System(np.atleast_2d(np.asarray(equations, float)), *_spread(totals, slack))
    count = system.equations.shape[1]
    upper = np.broadcast_to(np.asarray(upper, float), count)
    targets = np.eye(count) if targets is None else np.atleast_2d(np.asarray(targets, float))
    part = _parts(system.equations, targets)
    rows = [_range(target, system, upper, part) for target in targets]
    return pd.DataFrame(rows, columns=["lo", "hi", "status"])


def of_table(counts, hidden, margins=None) -> pd.DataFrame:
    """Return what can be worked out of each hidden cell of a table whose margins are published.

    In:     counts: a table of any number of dimensions; hidden: its shape, True where a cell is hidden;
            margins: published sums as the axes that remain, such as [(0,), (1,)] (None: all one-way margins)
    Out:    cell (its index), count, lo, hi, status; cells column by column
    """
    counts, hidden = np.asarray(counts, float), np.asarray(hidden, bool)
    cells = np.argwhere(hidden.T)[:, ::-1]
    margins = [(axis,) for axis in range(counts.ndim)] if margins is None else margins
    rows = [_margin(counts, cells, tuple(axes)) for axes in margins]
    equations = np.vstack([part[0] for part in rows])
    table = intervals(equations, np.concatenate([part[1] for part in rows]))
    table.insert(0, "count", counts[tuple(cells.T)])
    table.insert(0, "cell", [tuple(map(int, cell)) for cell in cells])
    return table


def pinned(table: pd.DataFrame, width: float = 1.0) -> pd.Series:
    """Return whether an interval holds no more than `width` whole numbers: the count is given away."""
    whole = np.floor(table["hi"] + 1e-7) - np.ceil(table["lo"] - 1e-7)
    return (whole < width) & table["status"].ne("infeasible")


def _spread(totals, slack):
    totals = np.atleast_1d(np.asarray(totals, float))
    return totals, np.broadcast_to(np.asarray(slack, float), totals.shape)


def _margin(counts, cells, axes):
    """Return one equation for each line of a margin that has hidden cells, and what they add up to."""
    line = [tuple(cell[list(axes)]) for cell in cells]
    code, lines = pd.factorize(pd.Series(line, dtype=object))
    equations = (code == np.arange(len(lines))[:, None]).astype(float)
    return equations, equations @ counts[tuple(cells.T)]


def _parts(equations: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the connected part of the system that each count belongs to."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = np.vstack([equations, targets]) != 0
    row, column = np.nonzero(links)
    size = sum(links.shape)
    graph = coo_array((np.ones(len(row)), (row, column + len(links))), shape=(size, size))
    return connected_components(graph, directed=False)[1][len(links) :]


def _range(target, system: System, upper, part) -> tuple[float, float, str]:
    from scipy.optimize import linprog

    if not target.any():
        return 0.0, 0.0, "ok"
    inside = part == part[np.flatnonzero(target)[0]]
    lines = (system.equations[:, inside] != 0).any(axis=1)
    sums, total, slack = system.equations[lines][:, inside], system.totals[lines], system.slack[lines]
    exact = slack == 0
    bounds = [(0, None if np.isinf(top) else top) for top in upper[inside]]
    loose = sums[~exact]
    ends = []
    for sign in (1, -1):
        found = linprog(
            sign * target[inside],
            np.vstack([loose, -loose]),
            np.concatenate([(total + slack)[~exact], (slack - total)[~exact]]),
            sums[exact],
            total[exact],
            bounds,
            "highs",
        )
        if found.status == 3:
            ends.append(np.inf)
        elif found.status != 0:
            return np.nan, np.nan, "infeasible"
        else:
            ends.append(sign * found.fun + 0.0)
    return *ends, "unbounded" if np.isinf(ends[1]) else "ok"


def narrowed(lines, lo, hi, asked) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the sums that hold in each of many tables narrow the cells asked about.

    In:     lines: sums × cells, each 0 over the cells (a total enters with −1); lo, hi: tables × cells,
            finite, what is known of a cell by itself; asked: tables × cells, boolean
    Out:    least and greatest value, tables × cells; NaN where not asked or a table contradicts itself
    Rule:   as `intervals`, all tables in one problem a cell and end, since none shares a cell with another
    """
    lines, lo, hi = np.asarray(lines, float), np.asarray(lo, float), np.asarray(hi, float)
    least, most = np.full(lo.shape, np.nan), np.full(lo.shape, np.nan)
    chosen = np.flatnonzero(asked.any(axis=1))
    chosen = chosen[_hold(lines, lo[chosen], hi[chosen])]
    asked = asked[chosen]
    for cell in np.flatnonzero(asked.any(axis=0)):
        wanted = asked[:, cell]
        for sign, end in ((1, least), (-1, most)):
            end[chosen[wanted], cell] = _ends(lines, lo[chosen], hi[chosen], cell, sign)[wanted]
    return least, most


def _hold(lines, lo, hi) -> np.ndarray:
    """Return which tables keep both the sums and the bounds: all asked in one problem, halved on a no."""
    if not len(lo) or _solved(lines, lo, hi, np.zeros(lo.shape)) is not None:
        return np.ones(len(lo), bool)
    if len(lo) == 1:
        return np.zeros(1, bool)
    middle = len(lo) // 2
    return np.concatenate([_hold(lines, lo[part], hi[part]) for part in (slice(middle), slice(middle, None))])


def _ends(lines, lo, hi, cell: int, sign: int) -> np.ndarray:
    """Return the least (sign 1) or greatest (−1) value of one cell in every table."""
    goal = np.zeros(lo.shape)
    goal[:, cell] = sign
    return _solved(lines, lo, hi, goal)[:, cell]


def _solved(lines, lo, hi, goal) -> np.ndarray | None:
    """Return the tables that keep sums and bounds and make Σ goal × cell least; None if there are none."""
    from scipy import sparse
    from scipy.optimize import linprog

    system = sparse.kron(sparse.eye_array(len(lo)), lines, format="csc")
    bounds = np.column_stack([lo.ravel(), hi.ravel()])
    found = linprog(goal.ravel(), A_eq=system, b_eq=np.zeros(system.shape[0]), bounds=bounds)
    return found.x.reshape(lo.shape) if found.status == 0 else None
