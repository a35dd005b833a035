"""What an outsider can work out: the interval of each hidden count, from everything that is published."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

TOLERANCE = 1e-6


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


def narrowed(low, high) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the sums that hold in each of many tables narrow its cells, exactly.

    In:     low, high: tables × places × (key, other, all), what is known of a cell by itself, finite; all is
            key + other in every place, and the last place, the programme, is the sum of the others
    Out:    least and greatest value, of the same shape; NaN in a table that contradicts itself
    Rule:   what (key, other) can be in a place is a polygon with sides along key, other and their sum; such
            polygons add up side by side, so that the others' sum is one too, and the programme less it
            bounds the place: as `intervals` of all sums, in time that grows with the places alone
    """
    low, high = _summed(np.asarray(low, float), np.asarray(high, float))
    torn = (low > high + TOLERANCE).any(axis=(1, 2))
    inside, whole = np.s_[:, :-1], np.s_[:, -1:]
    floor, top = (ends[inside].sum(axis=1, keepdims=True) for ends in (low, high))
    least = np.maximum(low, np.concatenate([low[whole] - (top - high[inside]), floor], axis=1))
    most = np.minimum(high, np.concatenate([high[whole] - (floor - low[inside]), top], axis=1))
    least, most = _summed(least, most)
    torn |= (least > most + TOLERANCE).any(axis=(1, 2))
    return tuple(np.where(torn[:, None, None], np.nan, ends) for ends in (least, np.maximum(least, most)))


def _summed(low, high) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds of key, other and all that the sum of each place leaves."""
    key, other, both = (np.s_[:, :, at] for at in range(3))
    least = [low[both] - high[other], low[both] - high[key], low[key] + low[other]]
    most = [high[both] - low[other], high[both] - low[key], high[key] + high[other]]
    return np.maximum(low, np.stack(least, axis=2)), np.minimum(high, np.stack(most, axis=2))
