"""Schools: their size and tier, and what they and the experts found in the diagnosis."""

from itertools import pairwise

import pandas as pd

from yiduiyi_analysis.present import numerals, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

BANDS = {
    "1 名": (1, 1),
    "2–4 名": (2, 4),
    "5–9 名": (5, 9),
    "10–19 名": (10, 19),
    "20–49 名": (20, 49),
    "50 名及以上": (50, None),
}
TIERS = {True: "重点帮扶", False: "其余"}


@style.look()
def school_sizes(results: Results) -> Chart | Markdown:
    """Return the teachers on the roster of each school of a county, key schools marked."""
    schools = results.schools.sort_values("school_id")
    if schools.empty:
        return nothing("学校名单")
    figure, ax = style.canvas(results.synthetic, parts.FRAME + 0.25 + parts.ROW * 0.61 * len(schools))
    for is_key, name in TIERS.items():
        part = schools["is_key"].astype(bool).to_numpy() == is_key
        at = [k for k, mine in enumerate(part) if mine]
        parts.boxes(ax, at, schools["teachers"][part].astype(float), label=name, **_tier(is_key))
    parts.ends(ax, schools["teachers"], range(len(schools)), schools["teachers"].astype(str))
    parts.ladder(ax, schools["school"].tolist())
    ax.margins(x=0.1)
    ax.set_xlabel("专任教师数（人）")
    ax.legend(loc="best")
    total = int(schools["teachers"].sum())
    return Chart(
        figure,
        f"{results.place}片区学校的规模与类别",
        f"共 {len(schools)} 所学校、{total} 名专任教师；人数据川教函〔2020〕375号附件2，不是抽样，没有区间。",
        parts.spoken(schools["school"], schools["teachers"].astype(str)),
    )


@style.look()
def size_bands(results: Results) -> Chart | Markdown:
    """Return the number of schools by size band and tier."""
    schools = results.schools
    if schools.empty:
        return nothing("学校名单")
    counts = pd.DataFrame(
        {name: _banded(schools[schools["is_key"] == is_key]) for is_key, name in TIERS.items()}
    )
    figure, ax = style.canvas(results.synthetic, 2.6)
    base = pd.Series(0, index=counts.index)
    for is_key, name in TIERS.items():
        bars = ax.bar(counts.index, counts[name], width=0.62, bottom=base, label=name, **_tier(is_key))
        texts = [str(value) if value else "" for value in counts[name]]
        ax.bar_label(bars, texts, label_type="center", color="white" if is_key else style.INK)
        base = base + counts[name]
    ax.set(ylabel="学校数（所）", xlabel="专任教师数")
    ax.set_ylim(0, base.max() * 1.12)
    ax.legend(loc="upper left")
    return Chart(
        figure,
        f"{results.place}片区学校的规模分布",
        f"N＝{len(schools)} 所学校；柱内为学校数。据川教函〔2020〕375号附件2，不是抽样，没有区间。",
        parts.spoken(counts.index, [f"重点 {key} 所、其余 {other} 所" for key, other in counts.to_numpy()]),
    )


@style.look()
def self_expert(results: Results) -> Chart | Markdown:
    """Return both means of every task, joined by a line, and at the right their paired gap with its interval.

    Why: a plot of difference against mean needs each school's two ratings, which are not published; and
         experts rate with the school's own rating before them, so that limits of agreement would mean little
    """
    tasks = results.tasks
    sides = {name: results.told([f"{task}.{name}_mean" for task in tasks]) for name in ("self", "expert")}
    gaps = results.rows([f"{task}.gap" for task in tasks])
    if all(rows.empty for rows in sides.values()):
        return nothing("学校诊断")
    shape = {"width_ratios": [1, 0.85], "sharey": True}
    height = parts.FRAME + 0.4 + parts.ROW * 0.63 * len(tasks)
    figure, (ax, beside) = style.canvas(results.synthetic, height, 2, **shape)
    y = _spaced(results, tasks)
    both = pd.DataFrame({name: _by_task(rows) for name, rows in sides.items()}).reindex(tasks).astype(float)
    _levels(ax, both, y)
    _gaps(beside, gaps, [y[name.rpartition(".")[0]] for name in gaps["indicator"]])
    parts.ladder(ax, [f"{task[1:]} {results.codebook.item[task].stem}" for task in tasks], list(y.values()))
    return Chart(
        figure,
        f"{results.place}学校诊断：自评与专家评定的平均等级（{results.wave_label(results.wave)}）",
        "左为平均等级；右为差值＝专家评定减自评，横线和括号内为 95% 区间，"
        f"只用两者都有的学校{_schools(gaps)}。"
        f"专家评定前看过自评，差值是修正的幅度，不是独立的一致性。{numerals.legend(gaps)}",
        parts.spoken([results.codebook.item[t].stem for t in tasks], _pairs(both)),
    )


def _levels(ax, both: pd.DataFrame, y: dict[str, float]) -> None:
    """Draw the two means of every task and the line between them, on the whole scale."""
    ax.hlines(list(y.values()), both.min(axis=1), both.max(axis=1), color=style.FAINT, linewidth=3)
    looks = {
        "self": {"c": "white", "edgecolors": style.MIDDLE, "marker": "o", "label": "学校自评"},
        "expert": {"c": style.DARK, "edgecolors": style.DARK, "marker": "s", "label": "专家评定"},
    }
    for name, look in looks.items():
        ax.scatter(both[name], list(y.values()), 26, linewidths=1.6, zorder=3, **look)
    ax.set(xlim=(0.9, 4.1), xticks=range(1, 5), xlabel="平均等级\n（1 未达标—4 达标且有特色）")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.2, handletextpad=0.2)


def _gaps(ax, gaps: pd.DataFrame, y: list[float]) -> None:
    """Draw the gap of every task with its interval around the line of no gap, its figures at the right."""
    ax.axvline(0, color=style.SOFT, linewidth=0.9)
    parts.intervals(ax, gaps, y)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.set_xlabel("差值\n（专家评定减自评）")
    ax.spines["left"].set_visible(False)
    parts.beside(ax, [-1.0], ["差值（95% 区间）"], color=style.SOFT)
    parts.beside(ax, y, numerals.cells(gaps))


def _tier(is_key: bool) -> dict:
    return style.SOLID if is_key else style.OUTLINED


def _banded(schools: pd.DataFrame) -> pd.Series:
    size = schools["teachers"].astype("Int64")
    return pd.Series(
        {name: int(size.between(lo, hi or size.max()).sum()) for name, (lo, hi) in BANDS.items()}
    )


def _spaced(results: Results, tasks: list[str]) -> dict[str, float]:
    """Return the height of every task; a little air parts one duty from the next."""
    duties = [results.codebook.item[task].dimension for task in tasks]
    steps = [0.0] + [1.0 if a == b else 1.5 for a, b in pairwise(duties)]
    return dict(zip(tasks, pd.Series(steps).cumsum(), strict=True))


def _by_task(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(rows["value"].to_numpy(), index=rows["indicator"].str.rpartition(".")[0])


def _schools(gaps: pd.DataFrame) -> str:
    known = gaps["n"].dropna()
    if known.empty:
        return ""
    lo, hi, whole = int(known.min()), int(known.max()), gaps["N"].dropna()
    n = f"{lo}" if lo == hi else f"{lo}–{hi}"
    return f"（n/N＝{n}/{int(whole.max())} 所）" if len(whole) else f"（n＝{n} 所）"


def _pairs(both: pd.DataFrame) -> list[str]:
    text = both.map(lambda value: numerals.ABSENT if pd.isna(value) else numerals.rounded(value, 2))
    return [f"自评 {own}，专家 {expert}" for own, expert in text.to_numpy()]
