"""Money: budget beside what was paid, and what it was paid for."""

import pandas as pd

from yiduiyi_analysis.present import numerals, records, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

WAN = 10_000


@style.look()
def funds(results: Results, budget: str, paid: str, category: str) -> Chart | Markdown:
    """Return budget and payments up to each wave (left), and the make-up of the payments (right)."""
    rows = results.told([budget, paid], waves=results.waves)
    shares = results.rows(records.parts(results, category))
    if rows.empty:
        return nothing("经费执行")
    figure, axes = style.canvas(results.synthetic, 2.7, 2, width_ratios=[1.15, 1])
    waves = [wave for wave in results.waves if wave in set(rows["wave"])]
    looks = {budget: style.OUTLINED, paid: style.SOLID}
    for shift, name in ((-0.19, budget), (0.19, paid)):
        part = rows[rows["indicator"] == name]
        at = [waves.index(wave) + shift for wave in part["wave"]]
        height = part["value"].fillna(0).astype(float) / WAN
        parts.boxes(axes[0], at, height, thick=0.36, upright=True, label=results.name(name), **looks[name])
        parts.near(axes[0], at, height, 2, [_wan(row) for row in part.itertuples()], 7, box=None)
    parts.under(axes[0], range(len(waves)), [results.wave_label(wave) for wave in waves])
    axes[0].set_ylabel("累计（万元）")
    axes[0].margins(y=0.12)
    axes[0].legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.2)
    _composition(axes[1], results, shares, category)
    labels = [f"{results.name(row.indicator)}{results.wave_label(row.wave)}" for row in rows.itertuples()]
    labels += [results.name(name) for name in shares["indicator"]]
    return Chart(
        figure,
        f"{results.place}经费：预算、已支付与支出构成（截至{results.wave_label(results.wave)}）",
        "左：从项目开始累计，单位万元，“…”为台账没有填预算，方案没有写下达额，不推算。"
        f"右：各类支出占已支付的比例，分母 N＝已支付总额。是台账的数，没有区间。{numerals.legend(rows)}",
        parts.spoken(labels, [*numerals.cells(rows), *numerals.cells(shares)]),
    )


def _composition(ax, results: Results, shares, category: str) -> None:
    """Draw one bar a category of spending with its share beside it."""
    if shares.empty:
        ax.set_axis_off()
        return
    names = [records.short(results, name, category) for name in shares["indicator"]]
    shown = shares["value"].fillna(0).astype(float)
    parts.boxes(ax, range(len(shares)), shown, thick=0.62, color=style.DARK)
    parts.ladder(ax, names)
    parts.percents(ax, "x", 0, 1)
    parts.beside(ax, range(len(shares)), numerals.cells(shares))
    ax.set_xlabel("占已支付的比例")


def _wan(row) -> str:
    known = row.status in numerals.SHOWN and pd.notna(row.value)
    return numerals.rounded(row.value / WAN, 1) if known else numerals.cell(row)
