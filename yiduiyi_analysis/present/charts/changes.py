"""Changes with their intervals around a line of no change: items of a dimension, counties side by side."""

import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from yiduiyi_analysis.present import numerals, style
from yiduiyi_analysis.present.charts import many, parts
from yiduiyi_analysis.present.charts.levels import OPEN, ORDER
from yiduiyi_analysis.present.charts.shares import REVERSED
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

NOTE = (
    "变化＝本轮减最早问到它的一轮，只比同样的题；横线为 95% 区间，{open}；竖线是“没有变化”，"
    "区间碰到它时分不清升降，不等于没有变化。本评估无对照组，变化不能归因于项目。"
)
UNITS = {"rate_points": "变化（百分点）", "points": "变化（分）"}


@style.look()
def item_changes(results: Results, dimension: str) -> Chart | Markdown:
    """Return how far the top-two share of each item of a dimension moved, a line an item."""
    items, subject = results.items(dimension), results.codebook.label(dimension)
    rows = _signed(results.told([f"{item}.top2_change" for item in items]))
    if rows.empty:
        return nothing(f"{subject}各题的变化")
    who = results.respondents(rows["indicator"].iloc[0])
    asked = rows["indicator"].str.rpartition(".")[0]
    figure, ax, labels, turned = parts.item_lines(results, rows, asked)
    _around_nought(ax, "rate_points")
    parts.columns(ax, rows, range(len(rows)), "变化（区间）", "n/N" if rows["N"].notna().any() else "n")
    return Chart(
        figure,
        f"{results.place}{who}在“{subject}”各题选前两档比例的变化（到{results.wave_label(results.wave)}）",
        f"{NOTE.format(open=OPEN)}n 为本轮作答该题的{who}数。{results.end_means(asked.tolist())}"
        f"{REVERSED if turned.any() else ''}{numerals.legend(rows)}",
        parts.spoken(labels, numerals.cells(rows)),
    )


@style.look()
def county_changes(results: Results, *indicators: str) -> Chart | Markdown:
    """Return how far levels moved, a panel each, a line a county by code, the programme last."""
    asked = [f"{name}_change" for name in indicators]
    rows = _signed(results.told(asked, places=list(results.codebook.places())))
    drawn = [name for name in indicators if f"{name}_change" in set(rows["indicator"])]
    if not drawn:
        return nothing("各县的变化")
    names, others = many.lines(results, rows, f"{drawn[0]}_change")
    rows, high = rows[rows["county_code"].isin(list(names))], many.height(len(names))
    figure, axes = style.canvas(results.synthetic, high, len(drawn), sharey=True, squeeze=False)
    for ax, name in zip(axes[0], drawn, strict=True):
        part = rows[rows["indicator"] == f"{name}_change"].reset_index(drop=True)
        _panel(ax, part, list(names))
        ax.set_title(parts.heading(results.name(name), 34 // len(drawn)), fontsize=8.5)
    parts.ladder(axes[0, 0], list(names.values()))
    labels = [f"{names[row.county_code]}{results.name(row.indicator)}" for row in rows.itertuples()]
    subjects = "、".join(dict.fromkeys(results.name(name).partition("（")[0] for name in drawn))
    note = f"{NOTE.format(open=OPEN)}点旁为变化，括号内为本轮作答人数 n。{others}{ORDER}"
    title = f"各县到{results.wave_label(results.wave)}的变化：{subjects}"
    note += numerals.legend(rows)
    return Chart(figure, title, note, parts.spoken(labels, numerals.cells(rows)))


def _signed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of change whose points are written with their sign."""
    return rows.assign(unit=rows["unit"].replace({"points": "gap"}))


def _panel(ax, part: pd.DataFrame, places: list[str]) -> None:
    whole, y = part["county_code"] == "all", part["county_code"].map(places.index).astype(int)
    parts.intervals(ax, part[~whole], y[~whole])
    parts.intervals(ax, part[whole], y[whole], color=style.MIDDLE, marker="D")
    parts.told(ax, part, y)
    _around_nought(ax, "rate_points" if part["unit"].iloc[0] == "rate_points" else "points")
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)


def _around_nought(ax, unit: str) -> None:
    """Draw the line of no change and name the axis; shares are told in points of a hundred."""
    ax.axvline(0, color=style.SOFT, linewidth=0.9)
    ax.margins(x=0.12)
    ax.set_xlabel(UNITS[unit])
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    if unit == "rate_points":
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: numerals.number(value, unit)))
