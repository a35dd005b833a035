"""Indicators of any unit: over the waves, a panel each; and the parts of one, a line each."""

from yiduiyi_analysis.present import numerals, records, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.charts.levels import OPEN, WAVES, over_waves
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

AXES = {"points": ((0.8, 5.4), range(1, 6)), "score": ((0, 108), range(0, 101, 20))}
TIERS = {"key": "重点帮扶", "other": "其余"}
SELECTED = "重点帮扶学校是挑选出来的，两类学校本来就不同，不相减。"
NAMES = {"rate": "比例", "points": "均值（分）", "score": "得分（百分制）", "score_points": "增量（分）"}


@style.look()
def indicator_waves(results: Results, *indicators: str) -> Chart | Markdown:
    """Return indicators over the waves with their intervals, a panel each with its own scale."""
    rows = results.told(indicators, waves=results.waves)
    drawn = [name for name in indicators if name in set(rows["indicator"])]
    if not drawn:
        return nothing("、".join(map(results.name, indicators)))
    figure, axes = style.canvas(results.synthetic, 2.7, len(drawn), squeeze=False)
    for ax, name in zip(axes[0], drawn, strict=True):
        part = rows[rows["indicator"] == name].reset_index(drop=True)
        over_waves(ax, results, part)
        ax.set_title(parts.heading(results.name(name), 34 // len(drawn)), fontsize=8.5)
        _scale(ax, part["unit"].iloc[0])
    who = "、".join(dict.fromkeys(filter(None, map(results.respondents, drawn))))
    labels = [f"{results.name(row.indicator)}{results.wave_label(row.wave)}" for row in rows.itertuples()]
    subjects = "、".join(map(results.name, drawn))
    return Chart(
        figure,
        f"{results.place}{who}：{subjects}（截至{results.wave_label(results.wave)}）",
        WAVES.format(open=OPEN) + numerals.legend(rows),
        parts.spoken(labels, numerals.cells(rows)),
    )


@style.look()
def tier_waves(results: Results, indicator: str) -> Chart | Markdown:
    """Return an indicator over the waves for key schools and for the others, a panel each on one scale."""
    rows = results.told([indicator], waves=results.waves, groups=list(TIERS))
    subject = results.name(indicator)
    if rows.empty:
        return nothing(f"{subject}：重点帮扶学校与其余学校")
    figure, axes = style.canvas(results.synthetic, 2.7, len(TIERS), squeeze=False)
    for ax, (tier, name) in zip(axes[0], TIERS.items(), strict=True):
        over_waves(ax, results, rows[rows["group"] == tier].reset_index(drop=True))
        ax.set_title(f"{name}学校", fontsize=8.5)
        _scale(ax, rows["unit"].iloc[0])
    ends = [ax.get_ylim() for ax in axes[0]]
    axes[0, 0].set_ylim(min(low for low, _ in ends), max(high for _, high in ends))
    axes[0, 1].sharey(axes[0, 0])
    axes[0, 1].set_ylabel("")
    labels = [f"{TIERS[row.group]}{results.wave_label(row.wave)}" for row in rows.itertuples()]
    return Chart(
        figure,
        f"{results.place}重点帮扶学校与其余学校：{subject}（截至{results.wave_label(results.wave)}）",
        f"{WAVES.format(open=OPEN)}{SELECTED}{numerals.legend(rows)}",
        parts.spoken(labels, numerals.cells(rows)),
    )


@style.look()
def breakdown(results: Results, indicator: str) -> Chart | Markdown:
    """Return the parts of an indicator at this wave with their intervals: a line a domain or column."""
    rows = results.told(records.parts(results, indicator))
    if rows.empty:
        return nothing(f"{results.name(indicator)}：分项")
    names = [records.short(results, name, indicator) for name in rows["indicator"]]
    figure, ax = style.canvas(results.synthetic, parts.FRAME + 0.2 + parts.ROW * 1.1 * len(rows))
    parts.intervals(ax, rows, range(len(rows)))
    parts.ladder(ax, [style.wrap(name, 16) for name in names])
    unit = rows["unit"].iloc[0]
    if unit in AXES:
        ends, ticks = AXES[unit]
        ax.set(xlim=ends, xticks=list(ticks))
    ax.set_xlabel(f"{NAMES.get(unit, '')}（横线为 95% 区间）")
    parts.columns(ax, rows, range(len(rows)), "数值（区间）", "n/N" if rows["N"].notna().any() else "n")
    who = results.respondents(indicator)
    return Chart(
        figure,
        f"{results.place}{who}：{results.name(indicator)}，分项（{results.wave_label(results.wave)}）",
        f"n 为该项有数的{who or '记录'}数{'，N 为名册上的数' if rows['N'].notna().any() else ''}。"
        f"{OPEN}。{numerals.legend(rows)}",
        parts.spoken(names, numerals.cells(rows)),
    )


def _scale(ax, unit: str) -> None:
    """Show the whole scale of an indicator: percents, points from 1 to 5, a score from 0 to 100."""
    ax.set_ylabel(NAMES.get(unit, ""))
    if unit == "rate":
        parts.percents(ax, "y", -0.06, 1.12)
    elif unit in AXES:
        ends, ticks = AXES[unit]
        ax.set(ylim=ends, yticks=list(ticks))
    elif unit == "score_points":
        ax.axhline(0, color=style.SOFT, linewidth=0.9)
        ax.margins(y=0.25)
