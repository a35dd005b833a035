"""The questions of the knowledge test: how hard each is, and how well it tells takers apart."""

import pandas as pd

from yiduiyi_analysis.present import style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

LOW = 0.2  # below this a question hardly tells takers apart


@style.look()
def questions(results: Results) -> Chart | Markdown:
    """Return a point a question at this wave: share right against point-biserial correlation."""
    rows = results.testitems[results.testitems["wave"].eq(results.wave)]
    rows = rows.dropna(subset=["difficulty", "point_biserial"])
    if rows.empty:
        return nothing("测试题目的难度与区分度")
    figure, ax = style.canvas(results.synthetic, 3.4)
    domains = {domain.id: domain.label for domain in results.tool("test").dimensions}
    of = rows["item_id"].map(lambda item: results.codebook.item[item].dimension)
    faces = ("white", style.DARK, style.MIDDLE, "white", style.LIGHT)
    for k, (domain, name) in enumerate(domains.items()):
        part = rows[of == domain].astype({"difficulty": float, "point_biserial": float})
        look = {"c": faces[k % 5], "edgecolors": style.DARK, "marker": style.MARKERS[k % 5], "label": name}
        ax.scatter(part["difficulty"], part["point_biserial"], 34, zorder=3, **look)
    _name_weak(ax, rows[rows["point_biserial"].astype(float) < LOW])
    ax.axhline(LOW, color=style.SOFT, linewidth=0.9, linestyle=":")
    parts.percents(ax, "x", 0, 1)
    ax.set(xlabel="答对的比例（越靠右越容易）", ylabel="区分度（点二列相关）")
    ax.grid(axis="both")
    ax.set_axisbelow(True)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, borderaxespad=0.2)
    texts = [f"答对 {row.difficulty:.2f}，区分度 {row.point_biserial:.2f}" for row in rows.itertuples()]
    few, most = (str(int(end)) for end in (rows["n"].min(), rows["n"].max()))
    people = few if few == most else f"{few}–{most}"
    return Chart(
        figure,
        f"{results.place}知识测试各题的难度与区分度（{results.wave_label(results.wave)}）",
        f"一点一题，n 为作答该题的教师数（{people} 名），只按全项目计算，没有区间。"
        f"区分度低于 {LOW} 的题标出题号，分不开会与不会，改题时先看它们。",
        parts.spoken(rows["item_id"], texts),
    )


def _name_weak(ax, rows: pd.DataFrame) -> None:
    for row in rows.itertuples():
        at = float(row.difficulty), float(row.point_biserial)
        ax.annotate(row.item_id, at, (5, 0), textcoords="offset points", va="center", fontsize=7, zorder=4)
