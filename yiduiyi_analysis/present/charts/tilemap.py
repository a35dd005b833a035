"""The counties as tiles, each roughly where it lies among the others: a sketch, no map of boundaries."""

import math

import numpy as np
import pandas as pd
from matplotlib.patches import FancyBboxPatch
from scipy.optimize import linear_sum_assignment

from yiduiyi_analysis.present import numerals, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.charts.levels import ORDER
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

MOST = 40  # counties a page can show as tiles that can be read
TILE = 0.72  # inches of height
HALF = 0.45  # of a cell: half the side of its tile


@style.look()
def tile_map(results: Results, indicator: str) -> Chart | Markdown:
    """Return one indicator county by county: its value, interval and n/N in a tile, the tiles as they lie.

    Rule: darker for more of the whole scale; a hidden county is white with its mark; needs lon and lat of
          every county in data/codebook/counties.csv
    """
    counties = results.codebook.counties
    rows = results.told([indicator], places=counties["county_code"].tolist())
    places = counties[["lon", "lat"]].apply(pd.to_numeric, errors="coerce")
    if places.isna().any(axis=None) or len(counties) > MOST:
        return Markdown("（示意图：编码本没有写下各县的经纬度，或县数太多，本图从略；数值见各县的表。）")
    if rows.empty:
        return nothing(f"{results.name(indicator)}：各县示意图")
    at, (height, width) = cells(places)
    figure, ax = style.canvas(results.synthetic, TILE * height + 0.3)
    ax.set_axis_off()
    ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    ax.set_title("示意：上北下南，不表示边界和面积", fontsize=8, color=style.SOFT)
    rows = rows.set_index("county_code").reindex(counties["county_code"]).reset_index()
    rows = rows.assign(status=rows["status"].fillna("no_data"))
    for (y, x), name, row in zip(at, counties["county"], rows.itertuples(), strict=True):
        _tile(ax, x, y, name, row, shade(results, row))
    told = [f"{name} {text}" for name, text in zip(counties["county"], parts.texts(rows), strict=True)]
    return Chart(
        figure,
        f"各县“{results.name(indicator)}”示意图（{results.wave_label(results.wave)}）",
        "示意：方格只照各县的相对方位摆放，不表示边界和面积，不作为划界依据。格内为数值、95% 区间和 n/N；"
        f"颜色分五级，越深越高。{ORDER}{numerals.legend(rows)}",
        "；".join(told).replace("\n", "") + "。",
    )


def cells(places: pd.DataFrame) -> tuple[np.ndarray, tuple[int, int]]:
    """Return the cell (row, column) of each place on a grid, and the grid's size.

    In:   lon, lat in degrees, a row a place
    Rule: the grid has one row more than needed, so that there is air; every place gets a cell of its own, and
          all together lie as near as they can to where they belong
    """
    width = math.ceil(math.sqrt(len(places)))
    height = math.ceil(len(places) / width) + 1
    grid = np.argwhere(np.ones((height, width)))
    x, y = places["lon"].to_numpy(float), -places["lat"].to_numpy(float)
    own = np.column_stack([_spread(y) * (height - 1), _spread(x) * (width - 1)])
    far = ((own[:, None] - grid[None]) ** 2).sum(axis=2)
    return grid[linear_sum_assignment(far)[1]], (height, width)


def _spread(values: np.ndarray) -> np.ndarray:
    return (values - values.min()) / (np.ptp(values) or 1)


def shade(results: Results, row) -> float | None:
    """Return where a value lies on its whole scale (0–1), None where it is not shown or on no such scale."""
    if row.status not in numerals.SHOWN or pd.isna(row.value):
        return None
    tops = {"rate": (0, 1), "score": (0, 100)}
    low, high = tops.get(row.unit) or (1, results.highest(row.indicator) if row.unit == "points" else 0)
    return (row.value - low) / (high - low) if low <= row.value <= high and high > low else None


def _tile(ax, x: int, y: int, name: str, row, shade: float | None) -> None:
    color = "white" if shade is None else parts.SHADES(shade)
    ink = "white" if shade is not None and shade >= parts.WHITE_FROM else style.INK
    box = {"boxstyle": "round,pad=0,rounding_size=0.04", "facecolor": color, "edgecolor": style.SOFT}
    ax.add_patch(FancyBboxPatch((x - HALF, y - HALF), 2 * HALF, 2 * HALF, linewidth=0.7, **box))
    figure, count = numerals.cell(row), numerals.denominator(row)
    lines = [(name, 9), (figure, 8.5), (count if count != figure else "", 7.5)]
    for step, (text, size) in zip((-0.24, 0.02, 0.26), lines, strict=True):
        ax.text(x, y + step, text, ha="center", va="center", color=ink, fontsize=size, in_layout=False)
