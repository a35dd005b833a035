"""The pieces that several figures share: intervals, columns of text, an axis of percents, a grid of tiles."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import ListedColormap
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import offset_copy

from yiduiyi_analysis.present import numerals, style
from yiduiyi_analysis.present.results import Results

ROW = 0.27  # inches a row of a horizontal figure
FRAME = 0.75  # inches for the axis below
FIRST, SECOND = 8, 92  # points from the right edge of the axes to the two columns of text
ROWS, COLUMNS = "row", "column"  # ids of the texts that name them
WHITE_FROM = 0.6  # of a shade: from here white letters have a contrast of 4.5 and more
PAPER = {"boxstyle": "square,pad=0.06", "facecolor": "white", "edgecolor": "none"}  # keeps lines off letters
SHADES = ListedColormap(style.RAMP)


def intervals(ax: Axes, rows: pd.DataFrame, y, color: str = style.DARK, marker: str = "o") -> None:
    """Draw one row of evidence a line: a point and its interval, or the mark of a hidden cell at the left."""
    if rows.empty:
        return
    y = pd.Series(list(y), index=rows.index, dtype=float)
    known = rows["status"].isin(numerals.SHOWN) & rows["value"].notna()
    sure = known & rows["lo"].notna()
    ends = rows[["lo", "hi"]][sure].astype(float)
    ax.hlines(y[sure], ends["lo"], ends["hi"], color=color, linewidth=1.6)
    face = [color if has_interval else "white" for has_interval in sure[known]]
    value = rows["value"][known].astype(float)
    ax.scatter(value, y[known], 30, c=face, edgecolors=color, marker=marker, zorder=3)
    for at, text in zip(y[~known], numerals.cells(rows[~known]), strict=True):
        ax.text(0.01, at, text, transform=ax.get_yaxis_transform(), va="center")


def beside(ax: Axes, y, texts, shift: int = FIRST, color: str = style.INK) -> None:
    """Write a text at each height of y, `shift` points to the right of the axes."""
    where = offset_copy(ax.get_yaxis_transform(), ax.figure, shift, 0, units="points")
    for at, text, wide in zip(y, texts, widest(texts), strict=True):
        if text:
            ax.text(1, at, text, transform=where, va="center", color=color, fontsize=8, in_layout=wide)


def columns(ax: Axes, rows: pd.DataFrame, y, head: str, count_head: str = "n/N") -> None:
    """Write value with interval and denominator to the right of every row, under two small heads."""
    top = [min(y) - 0.85]
    beside(ax, top, [head], color=style.SOFT)
    beside(ax, top, [count_head], SECOND, style.SOFT)
    numbers(ax, rows, y, SECOND)


def numbers(ax: Axes, rows: pd.DataFrame, y, second: int) -> None:
    """Write figure and denominator of every row at its right, `second` points to the next; a mark once."""
    figures, counts = numerals.cells(rows), numerals.denominators(rows)
    beside(ax, y, figures)
    beside(ax, y, [n if n != figure else "" for figure, n in zip(figures, counts, strict=True)], second)


def named(ax: Axes, y, labels, size: float = 8.5, gap: float = 3.5) -> None:
    """Name heights at the left of the axes: texts alone, since a tick is five things to draw and measure."""
    ax.yaxis.set_major_locator(NullLocator())
    ax.yaxis.set_visible(False)  # else it is measured and laid out, though there is nothing on it
    where = offset_copy(ax.get_yaxis_transform(), ax.figure, -gap, 0, units="points")
    look = {"transform": where, "ha": "right", "va": "center", "fontsize": size, "gid": ROWS}
    for at, label, wide in zip(y, labels, widest(labels), strict=True):
        ax.text(0, at, label, in_layout=wide, **look)


def widest(texts) -> list[bool]:
    """Tell which of some texts may be the widest, since the layout need not measure the others."""
    wide = [
        max(sum(1.0 if ord(letter) > 0x2000 else 0.6 for letter in line) for line in text.split("\n"))
        for text in texts
    ]
    most = max(wide, default=0.0)
    return [width > most - 1.5 for width in wide]


def under(ax: Axes, x, labels, size: float = 8.5) -> None:
    """Name places of x under the axes, as `named` does those of y."""
    ax.xaxis.set_major_locator(NullLocator())
    ax.xaxis.set_visible(False)
    where = offset_copy(ax.get_xaxis_transform(), ax.figure, 0, -4, units="points")
    for at, label in zip(x, labels, strict=True):
        ax.text(at, 0, label, transform=where, ha="center", va="top", fontsize=size, gid=COLUMNS)


def ends(ax: Axes, x, y, texts) -> None:
    """Write a text at the end of each horizontal bar."""
    where = offset_copy(ax.transData, ax.figure, 3, 0, units="points")
    for right, at, text in zip(x, y, texts, strict=True):
        ax.text(right, at, text, transform=where, va="center", fontsize=8, in_layout=False)


def heading(text: str, width: int) -> str:
    """Return a panel's title, broken before its bracket where it is too long for a line."""
    return text if len(text) <= width else style.wrap(text.replace("（", "\n（"), width)


def ladder(ax: Axes, labels: list[str], y=None) -> None:
    """Name the rows of a horizontal figure, the first on top, without a frame."""
    y = list(range(len(labels)) if y is None else y)
    named(ax, y, labels)
    ax.set_ylim(max(y) + 0.6, min(y) - 0.6)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)


def boxes(ax: Axes, places, sizes, starts=0.0, thick: float = 0.66, upright: bool = False, **look):
    """Draw bars side by side and return them as one thing to draw; matplotlib's own are one thing each.

    In: places: of their middles; look: as of a PolyCollection, or `color` of the fill alone
    """
    at, start, end = np.broadcast_arrays(places, starts, np.add(starts, sizes))
    low, high = at - thick / 2, at + thick / 2
    corners = np.array([(start, low), (start, high), (end, high), (end, low)], float).transpose(2, 0, 1)
    look = {"edgecolor": "none", "facecolor": look.pop("color", None)} | look
    drawn = PolyCollection(corners[..., ::-1] if upright else corners, **look)
    sticky = drawn.sticky_edges.y if upright else drawn.sticky_edges.x
    sticky.extend(np.unique(start))
    return ax.add_collection(drawn)


def bars(ax: Axes, rows: pd.DataFrame, y: list[float], labels: list[str]) -> None:
    """Draw one bar a row with its text on the right; the whole of several parts has its own colour."""
    whole = (rows["group"] == "all") & rows["group"].ne("all").any()
    colors = [style.MIDDLE if w else style.DARK for w in whole]
    boxes(ax, y, rows["value"].fillna(0).astype(float), color=colors)
    ladder(ax, labels, y)
    percents(ax, "x")
    numbers(ax, rows, y, 40)


def percents(ax: Axes, which: str, lo: float = 0.0, hi: float = 1.0) -> None:
    """Show shares (0–1) as percents on axis `which`, x or y."""
    axis = getattr(ax, f"{which}axis")
    axis.set_major_locator(FixedLocator((0, 0.25, 0.5, 0.75, 1)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: numerals.percent(value)))
    ax.set(**{f"{which}lim": (lo, hi)})


def near(ax: Axes, x, y, lift: int, texts, size: float = 8, box: dict | None = PAPER) -> None:
    """Write each text centred, `lift` points above (below, if negative) its point, off the lines beneath."""
    where = offset_copy(ax.transData, ax.figure, 0, lift, units="points")
    look = {"transform": where, "ha": "center", "va": "bottom" if lift > 0 else "top", "bbox": box}
    for left, height, text in zip(x, y, texts, strict=True):
        ax.text(left, height, text, fontsize=size, zorder=4, in_layout=False, **look)


def told(ax: Axes, rows: pd.DataFrame, y) -> None:
    """Write the figure of each row and its n in brackets above its point, where it is shown."""
    known = (rows["status"].isin(numerals.SHOWN) & rows["value"].notna()).to_numpy()
    shown, at = rows[known], np.asarray(y)[known]
    texts = [f"{numerals.number(row.value, row.unit)}（{row.n}）" for row in shown.itertuples()]
    near(ax, shown["value"].astype(float), at, 5, texts, 6.8)


def tiles(
    ax: Axes,
    values: pd.DataFrame,
    texts: pd.DataFrame,
    size: float = 8.5,
    heads: float = 8.5,
    gap: float = 3.5,
) -> None:
    """Draw a grid of tiles, darker for more (0–1), each with its own text; an empty tile stays white.

    In: size, heads: points of the letters inside and around; gap: points between the rows' names and the grid
    """
    shades = values.astype(float).clip(0, 1)
    look = {"cmap": SHADES, "vmin": 0, "vmax": 1, "edgecolors": "white", "linewidth": 1.5}
    ax.pcolormesh(np.ma.masked_invalid(shades.to_numpy()), **look)
    inks = np.select([shades.isna(), shades >= WHITE_FROM], [style.SOFT, "white"], style.INK)
    look = {"ha": "center", "va": "center", "fontsize": size, "in_layout": False}
    for (row, column), text in np.ndenumerate(texts.to_numpy(object)):
        if text:
            ax.text(column + 0.5, row + 0.5, text, color=inks[row, column], **look)
    high = offset_copy(ax.get_xaxis_transform(), ax.figure, 0, 3.5, units="points")
    for column, head in enumerate(shades.columns):
        ax.text(column + 0.5, 1, head, gid=COLUMNS, fontsize=heads, transform=high, ha="center", va="bottom")
    named(ax, np.arange(len(shades)) + 0.5, shades.index, heads, gap)
    ax.set(ylim=(len(shades), 0), xlim=(0, shades.shape[1]))
    ax.set_axis_off()


def months(months: list[str]) -> list[str]:
    """Return the ticks of months: its number; January and the first one carry their year below."""
    return [
        f"{int(month[5:])}\n{month[:4]}" if k == 0 or month.endswith("-01") else str(int(month[5:]))
        for k, month in enumerate(months)
    ]


def spoken(labels, texts) -> str:
    """Return labels and values as one sentence, for a figure's alternative text."""
    said = "；".join(f"{label} {text}" for label, text in zip(labels, texts, strict=True))
    return said.replace("\n", "") + "。"


def item_lines(results: Results, rows: pd.DataFrame, asked: pd.Series):
    """Return figure, axes, labels and which items are reversed: a line an item with its interval.

    Rule: a reversed item is marked by shape and colour, since its high value is the bad one
    """
    labels = [style.wrap(results.stem(item).replace("（反", "\n（反"), 16) for item in asked]
    figure, ax = style.canvas(results.synthetic, FRAME + 0.2 + ROW * 1.2 * len(rows))
    turned, y = asked.map(lambda item: results.codebook.item[item].reverse), pd.Series(range(len(rows)))
    intervals(ax, rows[~turned], y[~turned])
    intervals(ax, rows[turned], y[turned], color=style.MIDDLE, marker="v")
    ladder(ax, labels)
    return figure, ax, labels, turned


def apart(rows: pd.DataFrame) -> list[float]:
    """Return the height of each row's bar, a line for its name above each indicator."""
    first = rows["indicator"] != rows["indicator"].shift()
    return (pd.Series(range(len(rows))) + first.cumsum()).tolist()


def grouped(ax: Axes, results: Results, rows: pd.DataFrame, y: list[float], names: list[str]) -> None:
    """Draw one bar an indicator and wave, the waves named at the left, the indicators above their bars."""
    bars(ax, rows, y, [results.wave_label(wave) for wave in rows["wave"]])
    ax.set_ylim(max(y) + 0.6, -0.5)
    first = rows["indicator"] != rows["indicator"].shift()
    where = offset_copy(ax.transData, ax.figure, -4, 0, units="points")
    for at, name in zip(pd.Series(y)[first.to_numpy()], pd.Series(names)[first.to_numpy()], strict=True):
        ax.text(0, at - 0.95, name, transform=where, va="center")


def texts(rows: pd.DataFrame, gap: str = " ") -> list[str]:
    """Return each row's figure and n/N; the mark alone where neither is told."""
    pairs = zip(numerals.cells(rows), numerals.denominators(rows), strict=True)
    return [figure if figure == count else f"{figure}{gap}{count}" for figure, count in pairs]
