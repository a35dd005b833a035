"""One published unit beside its county: the levels of the teacher survey."""

from yiduiyi_analysis.present import numerals, records, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results


@style.look()
def unit_levels(results: Results, unit_id: str) -> Chart | Markdown:
    """Return the mean of each dimension of the teacher survey, the unit above, its county below."""
    names = [f"{d.id}.mean" for d in results.tool("teacher").dimensions]
    mine = records.own(results, unit_id)
    own = results.told(names, groups=[f"{records.UNIT}{unit_id}"])
    whole = results.rows(names)
    if own.empty:
        return nothing("各维度的平均得分")
    drawn = [name for name in names if name in set(own["indicator"])]
    figure, ax = style.canvas(results.synthetic, parts.FRAME + 0.5 + 0.52 * len(drawn))
    sides = ((own, -0.17, style.DARK, "o", mine), (whole, 0.17, style.MIDDLE, "D", "全县"))
    for rows, shift, color, marker, label in sides:
        rows = rows[rows["indicator"].isin(drawn)].reset_index(drop=True)
        at = [drawn.index(name) + shift for name in rows["indicator"]]
        parts.intervals(ax, rows, at, color, marker)
        ax.scatter([], [], 30, c=color, marker=marker, label=label)
        parts.numbers(ax, rows, at, parts.SECOND)
    parts.ladder(ax, [style.wrap(results.name(name), 12) for name in drawn])
    ax.set(xlim=(0.8, 5.2), xticks=range(1, 6), xlabel="均值（分，1–5；横线为 95% 区间；右侧为数值与 n/N）")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.2)
    labels = [f"{results.name(row.indicator)}{mine}" for row in own.itertuples()]
    return Chart(
        figure,
        f"教师问卷各维度的平均得分：{mine}与全县（{results.wave_label(results.wave)}）",
        f"n/N 为作答者数／名册专任教师数；全县含{mine}，两者不相减。区间只反映有人未作答。"
        f"空心点没有区间（全员作答，或只有一个抽样单元）。{numerals.legend(own)}",
        parts.spoken(labels, numerals.cells(own)),
    )
