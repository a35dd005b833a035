"""The place of axes on a figure: every text around them is measured once, and the rest is theirs."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import LayoutEngine

PAD = 3 / 72  # inches of air around each axes and what belongs to it


class Margins(LayoutEngine):
    """A layout in one pass, for axes in one grid whose labels keep their size wherever the axes stand.

    Rule: as matplotlib's constrained layout, which measures all twice, since its labels might grow or shrink;
          what is told `set_in_layout(False)` is not measured
    """

    _adjust_compatible = True
    _colorbar_gridspec = False

    def set(self, **kwargs) -> None:
        """Take no parameters: there are none."""

    def execute(self, fig: Figure) -> None:
        """Give every axes of the grid its place."""
        axes = [ax for ax in fig.axes if ax.get_subplotspec() is not None]
        if not axes:
            return
        grid = axes[0].get_gridspec()
        left, right = np.zeros((2, grid.ncols))
        top, bottom = np.zeros((2, grid.nrows))
        for ax in axes:
            rows, columns = ax.get_subplotspec().rowspan, ax.get_subplotspec().colspan
            west, south, east, north = _around(ax)
            left[columns.start] = max(left[columns.start], west)
            right[columns.stop - 1] = max(right[columns.stop - 1], east)
            top[rows.start] = max(top[rows.start], north)
            bottom[rows.stop - 1] = max(bottom[rows.stop - 1], south)
        starts, ends = _shares(left, right, grid.get_width_ratios(), fig.get_figwidth())
        tops, feet = _shares(top, bottom, grid.get_height_ratios(), fig.get_figheight())
        for ax in axes:
            rows, columns = ax.get_subplotspec().rowspan, ax.get_subplotspec().colspan
            x, y = starts[columns.start], 1 - feet[rows.stop - 1]
            ax.set_position((x, y, ends[columns.stop - 1] - x, 1 - tops[rows.start] - y))
            ax.set_in_layout(True)


def _around(ax) -> tuple[float, float, float, float]:
    """Return the inches that an axes' labels take on its left, below, on its right and above."""
    dpi, box = ax.figure.dpi, ax.get_tightbbox(for_layout_only=True)
    own = ax.get_position(original=True).transformed(ax.figure.transFigure)
    sides = (own.x0 - box.x0, own.y0 - box.y0, box.x1 - own.x1, box.y1 - own.y1)
    return tuple(max(0.0, side / dpi) + PAD for side in sides)


def _shares(before, after, ratios, whole: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where each column begins and ends, as shares of the figure; none is left without a width."""
    left = max(whole - before.sum() - after.sum(), 0.1 * whole)
    sizes = left * np.asarray(ratios, float) / np.sum(ratios)
    ends = np.cumsum(before + sizes + after) - after
    return (ends - sizes) / whole, ends / whole
