"""1+1+N: who stands beside whom, from the helping units to the schools of the area."""

from matplotlib.collections import LineCollection

from yiduiyi_analysis.present import numerals, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

LINE = 0.18  # inches a name
HELPERS, LEADS, BODY, SCHOOLS = 0.30, 0.42, 0.575, 0.69  # places of the four columns, of the figure's width
EXPERTS, CENTRE = "教育部\n专家团队", "研训机构"
BOX = {"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": style.DARK, "linewidth": 1.2}


@style.look()
def network(results: Results) -> Chart | Markdown:
    """Return the network of one county: experts, institution and helping units; county body and schools."""
    facts, schools = results.counties, results.schools.sort_values("school_id")
    if facts.empty or schools.empty or not results.county_code:
        return nothing("“1+1+N”网络图")
    place, helpers = facts.iloc[0], results.helpers["helper"].tolist()
    names = [style.wrap(name, 17) for name in helpers or ["原文缺失"]]
    lines = max(name.count("\n") + 1 for name in names)
    tall = max(lines * len(names), len(schools), 6)
    figure, ax = style.canvas(results.synthetic, LINE * (tall + 2))
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(tall - 0.4, -1.6))
    middle = (tall - 1) / 2
    _boxes(ax, place["institution"], f"{place['county']}\n{CENTRE}", middle)
    _helpers(ax, names, _spread(len(names), tall, lines), middle, bool(helpers))
    _schools(ax, schools, tall, middle)
    named = "、".join(helpers) or "原文缺失"
    listed = "、".join(schools["school"])
    return Chart(
        figure,
        f"{results.place}{place['area']}“1+1+N”对“1+1+N”",
        f"据川教函〔2020〕375号附件2：{len(helpers)} 个列名的帮扶单位、{len(schools)} 所学校，"
        f"括号内为专任教师数；方块为重点帮扶学校，圆点为其余学校。"
        "连线只表示附件2 里的对接，不是往来的多少；是名单，没有区间。"
        f"{'' if helpers else '帮扶单位原文缺失，不等于没有。'}",
        parts.spoken(["承训单位", "帮扶单位", "学校"], [place["institution"], named, listed]),
    )


def _boxes(ax, institution: str, body: str, middle: float) -> None:
    top = max(min(middle * 0.4, middle - 2.8), -0.4)
    ax.plot([LEADS, LEADS], [top, middle], color=style.SOFT, linewidth=1.2, zorder=1)
    ax.plot([LEADS, BODY], [middle, middle], color=style.DARK, linewidth=2.4, zorder=1)
    for x, y, text in (
        (LEADS, top, EXPERTS),
        (LEADS, middle, style.wrap(institution, 6)),
        (BODY, middle, body),
    ):
        ax.text(x, y, text, ha="center", va="center", bbox=BOX, zorder=3, in_layout=False)


def _helpers(ax, names: list[str], heights: list[float], middle: float, known: bool) -> None:
    ax.text(HELPERS, -1.1, "帮扶单位（N）", ha="right", va="center", color=style.SOFT)
    _links(ax, HELPERS + 0.012, heights, LEADS, middle, known)
    ax.scatter([HELPERS + 0.012] * len(heights), heights, 16, c=style.SOFT, zorder=2)
    for y, name in zip(heights, names, strict=True):
        ax.text(HELPERS, y, name, ha="right", va="center", fontsize=7.5, in_layout=False)


def _schools(ax, schools, tall: int, middle: float) -> None:
    ax.text(SCHOOLS + 0.02, -1.1, "片区学校（N）", va="center", color=style.SOFT)
    heights, keys = _spread(len(schools), tall), schools["is_key"].astype(bool)
    _links(ax, SCHOOLS, heights, BODY, middle, True)
    for key, face, marker in ((True, style.DARK, "s"), (False, "white", "o")):
        at = [y for y, own in zip(heights, keys, strict=True) if own == key]
        ax.scatter([SCHOOLS] * len(at), at, 22, c=face, edgecolors=style.DARK, marker=marker, zorder=2)
    for y, school in zip(heights, schools.itertuples(), strict=True):
        text = f"{school.school}（{numerals.rounded(school.teachers)}）"
        ax.text(SCHOOLS + 0.02, y, text, va="center", fontsize=7.5)


def _links(ax, x: float, heights: list[float], to: float, middle: float, known: bool) -> None:
    lines = [[(x, y), (to, middle)] for y in heights]
    look = {"colors": style.FAINT, "linewidths": 0.9, "linestyles": "-" if known else ":"}
    ax.add_collection(LineCollection(lines, zorder=0, **look))


def _spread(count: int, tall: int, lines: int = 1) -> list[float]:
    """Return the heights of `count` names, centred, no further apart than two lines or those of a name."""
    step = min(max(2.0, lines), (tall - 1) / max(count - 1, 1))
    start = (tall - 1 - step * (count - 1)) / 2
    return [start + step * k for k in range(count)]
