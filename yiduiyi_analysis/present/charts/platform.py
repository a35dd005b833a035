"""The platform month by month: shares as a line, counts as bars, a panel each."""

import pandas as pd

from yiduiyi_analysis.present import numerals, records, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results


@style.look()
def monthly(results: Results, *indicators: str) -> Chart | Markdown:
    """Return indicators over the months, a panel each, one below the other."""
    rows = records.by_month(results, indicators)
    drawn = [name for name in indicators if name in set(rows["indicator"])]
    if not drawn:
        return nothing(f"{'、'.join(map(results.name, indicators))}：逐月")
    months = [month for month in records.months(results) if month >= rows["month"].min()]
    figure, axes = style.canvas(results.synthetic, 0.4 + 1.35 * len(drawn), rows=len(drawn), squeeze=False)
    for ax, name in zip(axes[:, 0], drawn, strict=True):
        ax.set(xlim=(-0.6, len(months) - 0.4), xticks=[])
        _panel(ax, rows[rows["indicator"] == name].sort_values("month", ignore_index=True), months)
        ax.set_title(results.name(name), fontsize=8.5)
    parts.under(axes[-1, 0], range(len(months)), parts.months(months))
    labels = [f"{row.month}{results.name(row.indicator)}" for row in rows.itertuples()]
    shares = rows["unit"].eq("rate").any()
    return Chart(
        figure,
        f"{results.place}：{'、'.join(map(results.name, drawn))}（截至{results.wave_label(results.wave)}）",
        f"点上或柱上为当月的数值；{'比例的分母 N 为当月有月报的学校的名册专任教师数；' if shares else ''}"
        f"没有月报的月份空着，不等于零。是记录，没有 n/N 的为计数，没有区间。{numerals.legend(rows)}",
        parts.spoken(labels, [_said(row) for row in rows.itertuples()]),
    )


def _panel(ax, rows: pd.DataFrame, months: list[str]) -> None:
    at, value, box = rows["month"].map(months.index), rows["value"].astype(float), None
    if rows["unit"].iloc[0] == "rate":
        ax.plot(at, value, color=style.DARK, marker="o", markersize=4)
        parts.percents(ax, "y", 0, 1.2)
        ax.set_yticks([0, 0.5, 1])
        box = parts.PAPER  # the line runs through its own figures
    else:
        parts.boxes(ax, at, value.fillna(0), thick=0.62, upright=True, color=style.DARK)
        ax.margins(y=0.28)
        ax.set_ylim(bottom=0)
    parts.near(ax, at, value.fillna(0), 3, numerals.cells(rows), 6.5, box)
    ax.grid(axis="y")
    ax.set_axisbelow(True)


def _said(row) -> str:
    count = numerals.denominator(row)
    return f"{numerals.cell(row)}（n/N {count}）" if pd.notna(row.N) else numerals.cell(row)
