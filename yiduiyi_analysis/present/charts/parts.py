"""The pieces that several figures share: intervals, columns of text, an axis of percents, a grid of tiles."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MultipleLocator

from yiduiyi_analysis.present import numerals, style
from yiduiyi_analysis.present.results import Results

ROW = 0.27  # inches a row of a horizontal figure
FRAME = 0.75  # inches for the axis below
FIRST, SECOND = 8, 92  # points from the right edge of the axes to the two columns of text
WHITE_FROM = 0.6  # of a shade: from here white letters have a contrast of 4.5 and more
HALO = [withStroke(linewidth=2, foreground="white")]
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


def beside(ax: Axes, y: float, text: str, shift: int = FIRST, color: str = style.INK) -> None:
    """Write `text` at height y, `shift` points to the right of the axes."""
    place = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points"}
    ax.annotate(
        text, (1, y), (shift, 0), va="center", color=color, fontsize=8, annotation_clip=False, **place
    )


def columns(ax: Axes, rows: pd.DataFrame, y, head: str, count_head: str = "n/N") -> None:
    """Write value with interval and denominator to the right of every row, under two small heads."""
    beside(ax, min(y) - 0.85, head, color=style.SOFT)
    beside(ax, min(y) - 0.85, count_head, SECOND, style.SOFT)
    for at, value, count in zip(y, numerals.cells(rows), numerals.denominators(rows), strict=True):
        beside(ax, at, value)
        beside(ax, at, count if value != count else "", SECOND)


def ladder(ax: Axes, labels: list[str], y=None) -> None:
    """Name the rows of a horizontal figure, the first on top, without a frame."""
    y = list(range(len(labels)) if y is None else y)
    ax.set_yticks(y, labels)
    ax.set_ylim(max(y) + 0.6, min(y) - 0.6)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)


def bars(ax: Axes, rows: pd.DataFrame, y: list[float], labels: list[str]) -> None:
    """Draw one bar a row with its text on the right; the whole of several parts has its own colour."""
    whole = (rows["group"] == "all") & rows["group"].ne("all").any()
    colors = [style.MIDDLE if w else style.DARK for w in whole]
    ax.barh(y, rows["value"].fillna(0).astype(float), height=0.66, color=colors)
    ladder(ax, labels, y)
    percents(ax, "x")
    pairs = zip(y, numerals.cells(rows), numerals.denominators(rows), strict=True)
    for at, rate, count in pairs:
        beside(ax, at, rate)
        beside(ax, at, count if count != rate else "", 40)


def percents(ax: Axes, which: str, lo: float = 0.0, hi: float = 1.0) -> None:
    """Show shares (0–1) as percents on axis `which`, x or y."""
    axis = getattr(ax, f"{which}axis")
    axis.set_major_locator(MultipleLocator(0.25))
    axis.set_major_formatter(FuncFormatter(lambda value, _: numerals.percent(value)))
    ax.set(**{f"{which}lim": (lo, hi)})


def near(ax: Axes, x: float, y: float, lift: int, text: str, size: float = 8) -> None:
    """Write `text` centred, `lift` points above (below, if negative) a point, with a halo against lines."""
    side = "bottom" if lift > 0 else "top"
    where = {"textcoords": "offset points", "ha": "center", "va": side}
    ax.annotate(text, (x, y), (0, lift), fontsize=size, path_effects=HALO, zorder=4, **where)


def tiles(ax: Axes, values: pd.DataFrame, texts: pd.DataFrame, size: float = 8.5) -> None:
    """Draw a grid of tiles, darker for more (0–1), each with its own text; an empty tile stays white."""
    shades = values.astype(float).clip(0, 1)
    look = {"cmap": SHADES, "vmin": 0, "vmax": 1, "edgecolors": "white", "linewidth": 1.5}
    ax.pcolormesh(np.ma.masked_invalid(shades.to_numpy()), **look)
    for (row, column), text in np.ndenumerate(texts.to_numpy(object)):
        shade = shades.iloc[row, column]
        ink = style.SOFT if pd.isna(shade) else "white" if shade >= WHITE_FROM else style.INK
        ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=ink, fontsize=size)
    ax.set_xticks(np.arange(shades.shape[1]) + 0.5, shades.columns)
    ax.set_yticks(np.arange(shades.shape[0]) + 0.5, shades.index)
    ax.set(ylim=(len(shades), 0))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.xaxis.tick_top()


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
    for at, name in zip(pd.Series(y)[first.to_numpy()], pd.Series(names)[first.to_numpy()], strict=True):
        ax.annotate(name, (0, at - 0.95), (-4, 0), textcoords="offset points", va="center")


def texts(rows: pd.DataFrame, gap: str = " ") -> list[str]:
    """Return each row's figure and n/N; the mark alone where neither is told."""
    pairs = zip(numerals.cells(rows), numerals.denominators(rows), strict=True)
    return [figure if figure == count else f"{figure}{gap}{count}" for figure, count in pairs]
