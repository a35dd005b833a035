"""Levels with their intervals: dimensions and habits over waves, counties side by side."""

import pandas as pd

from yiduiyi_analysis.present import numerals, style
from yiduiyi_analysis.present.charts import many, parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

OPEN = "空心点没有区间（全员作答，或只有一个抽样单元）"
WAVES = "竖线为 95% 区间，{open}；轮次下为作答人数 n。各轮是独立的截面，作答者不一定相同；高低只作描述。"
ORDER = "各县按行政区划代码排列，不是名次；一县只有一家承训单位，县间高低不说明承训单位的优劣。"
UNITS = {
    "rate": "比例",
    "points": "均值（分）",
    "gap": "差值（分）",
    "count": "数量",
    "score": "得分（百分制）",
}


@style.look()
def dimension_waves(results: Results) -> Chart | Markdown:
    """Return the mean of each dimension of the teacher survey over the waves, a panel a dimension."""
    names = {f"{d.id}.mean": d.label for d in results.tool("teacher").dimensions}
    who = results.respondents(next(iter(names)))
    title = f"{results.place}{who}各维度的平均得分（截至{results.wave_label(results.wave)}）"
    return _wave_panels(results, names, title, "均值（分，1–5）")


@style.look()
def habit_waves(results: Results) -> Chart | Markdown:
    """Return the shares of pupils who reach each composite of 五洗五会, over the waves."""
    names = {f"{c.id}.rate": c.label for c in results.tool("student").composites}
    title = f"{results.place}学生“五洗五会”达标的比例（截至{results.wave_label(results.wave)}）"
    return _wave_panels(results, names, title, "达标学生的比例")


@style.look()
def county_levels(results: Results, *indicators: str) -> Chart | Markdown:
    """Return indicators side by side, a panel each, a line a county by code, the programme last."""
    rows = results.told(indicators, places=list(results.codebook.places()))
    drawn = [name for name in indicators if name in set(rows["indicator"])]
    if not drawn:
        return nothing("各县水平")
    names, others = many.lines(results, rows, drawn[0])
    rows, high = rows[rows["county_code"].isin(list(names))], many.height(len(names))
    figure, axes = style.canvas(results.synthetic, high, len(drawn), sharey=True, squeeze=False)
    order = list(names)
    for ax, name in zip(axes[0], drawn, strict=True):
        part = rows[rows["indicator"] == name].reset_index(drop=True)
        _county_panel(ax, part, [order.index(code) for code in part["county_code"]])
        ax.set_title(parts.heading(results.name(name), 34 // len(drawn)), fontsize=8.5)
        _scale(ax, results, part)
    parts.ladder(axes[0, 0], list(names.values()))
    labels = [f"{names[row.county_code]}{results.name(row.indicator)}" for row in rows.itertuples()]
    subjects = "、".join(dict.fromkeys(results.name(name).partition("（")[0] for name in drawn))
    return Chart(
        figure,
        f"各县{results.wave_label(results.wave)}的水平：{subjects}",
        f"横线为 95% 区间，{OPEN}；点旁为数值，括号内为 n。{others}{ORDER}{numerals.legend(rows)}",
        parts.spoken(labels, numerals.cells(rows)),
    )


def _wave_panels(results: Results, names: dict[str, str], title: str, unit: str) -> Chart | Markdown:
    rows = results.told(names, waves=results.waves)
    drawn = [name for name in names if name in set(rows["indicator"])]
    if not drawn:
        return nothing(title)
    figure, axes = style.canvas(results.synthetic, 2.7, len(drawn), sharey=True, squeeze=False)
    for ax, name in zip(axes[0], drawn, strict=True):
        over_waves(ax, results, rows[rows["indicator"] == name].reset_index(drop=True))
        ax.set_title(parts.heading(names[name], 34 // len(drawn)), fontsize=8.5)
    if (rows["unit"] == "rate").all():
        parts.percents(axes[0, 0], "y", -0.06, 1.12)
    else:
        axes[0, 0].set(ylim=(0.8, 5.4), yticks=range(1, 6))
    axes[0, 0].set_ylabel(unit)
    labels = [f"{results.name(row.indicator)}{results.wave_label(row.wave)}" for row in rows.itertuples()]
    note = WAVES.format(open=OPEN) + numerals.legend(rows)
    return Chart(figure, title, note, parts.spoken(labels, numerals.cells(rows)))


def over_waves(ax, results: Results, rows: pd.DataFrame) -> None:
    """Draw points with vertical intervals over the waves, the value above each and n below the wave."""
    at = rows["wave"].map(results.waves.index).astype(int)
    known = rows["status"].isin(numerals.SHOWN) & rows["value"].notna()
    value, sure = rows["value"].astype(float), known & rows["lo"].notna()
    ends = rows[["lo", "hi"]].astype(float)
    ax.plot(at[known], value[known], color=style.RAMP[3], linewidth=1, zorder=1)
    ax.vlines(at[sure], ends["lo"][sure], ends["hi"][sure], color=style.DARK, linewidth=1.8)
    face = [style.DARK if has_interval else "white" for has_interval in sure[known]]
    ax.scatter(at[known], value[known], 30, c=face, edgecolors=style.DARK, zorder=3)
    texts = [numerals.number(row.value, row.unit) for row in rows[known].itertuples()]
    parts.near(ax, at[known], ends["hi"].fillna(value)[known], 5, texts)
    for x, text in zip(at[~known], numerals.cells(rows[~known]), strict=True):
        ax.text(x, 0.04, text, transform=ax.get_xaxis_transform(), ha="center")
    counts = dict(zip(rows["wave"], rows["n"].where(known), strict=True))
    ticks = [_tick(results.wave_label(wave), counts.get(wave)) for wave in results.waves]
    parts.under(ax, range(len(ticks)), ticks, 7.5)
    ax.set_xlim(-0.6, len(ticks) - 0.4)
    ax.grid(axis="y")


def _tick(label: str, n) -> str:
    return label if n is None or pd.isna(n) else f"{label}\n{numerals.rounded(n)}"


def _county_panel(ax, part: pd.DataFrame, y: list[int]) -> None:
    whole, at = part["county_code"] == "all", pd.Series(y)
    parts.intervals(ax, part[~whole], at[~whole])
    parts.intervals(ax, part[whole], at[whole], color=style.MIDDLE, marker="D")
    parts.told(ax, part, y)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)


def _scale(ax, results: Results, part: pd.DataFrame) -> None:
    """Show the whole scale: percents from 0 to 100, points from 1 to its top, gaps with their zero."""
    unit = part["unit"].iloc[0]
    ax.set_xlabel(UNITS.get(unit) or numerals.UNITS.get(unit, ""))
    if unit == "rate":
        parts.percents(ax, "x", -0.14, 1.14)
    elif unit == "points":
        top = results.highest(part["indicator"].iloc[0])
        ax.set(xlim=(0.5, top + 0.5), xticks=range(1, top + 1))
    elif unit == "score":
        ax.set(xlim=(-4, 108), xticks=range(0, 101, 25))
    else:
        ax.axvline(0, color=style.SOFT, linewidth=0.9)
        ax.margins(x=0.12)
