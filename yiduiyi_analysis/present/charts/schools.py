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


def school_sizes(results: Results) -> Chart | Markdown:
    """Return the teachers on the roster of each school of a county, key schools marked."""
    schools = results.schools.sort_values("school_id")
    if schools.empty:
        return nothing("学校名单")
    figure, ax = style.canvas(results.synthetic, parts.FRAME + 0.25 + parts.ROW * 0.85 * len(schools))
    for is_key, name in TIERS.items():
        part = schools["is_key"].astype(bool).to_numpy() == is_key
        at = [k for k, mine in enumerate(part) if mine]
        bars = ax.barh(at, schools["teachers"][part].astype(float), height=0.66, label=name, **_tier(is_key))
        ax.bar_label(bars, padding=3, fontsize=8)
    parts.ladder(ax, schools["school"].tolist())
    ax.set_xlabel("专任教师数（人）")
    ax.legend(loc="best")
    total = int(schools["teachers"].sum())
    return Chart(
        figure,
        f"{results.place}片区学校的规模与类别",
        f"共 {len(schools)} 所学校、{total} 名专任教师；人数据川教函〔2020〕375号附件2，不是抽样，没有区间。",
        parts.spoken(schools["school"], schools["teachers"].astype(str)),
    )


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


def self_expert(results: Results) -> Chart | Markdown:
    """Return the self-rated and the expert-rated mean of every task, joined by a line, and the paired gap."""
    tasks = results.tasks
    sides = {name: results.told([f"{task}.{name}_mean" for task in tasks]) for name in ("self", "expert")}
    gaps = results.rows([f"{task}.gap" for task in tasks])
    if all(rows.empty for rows in sides.values()):
        return nothing("学校诊断")
    figure, ax = style.canvas(results.synthetic, parts.FRAME + 0.5 + parts.ROW * 0.92 * len(tasks))
    y = _spaced(results, tasks)
    both = pd.DataFrame({name: _by_task(rows) for name, rows in sides.items()}).reindex(tasks).astype(float)
    ax.hlines([y[t] for t in tasks], both.min(axis=1), both.max(axis=1), color=style.FAINT, linewidth=3)
    for name, marker, color, face, label in (
        ("self", "o", style.MIDDLE, "white", "学校自评"),
        ("expert", "s", style.DARK, style.DARK, "专家评定"),
    ):
        ax.scatter(
            both[name],
            list(y.values()),
            30,
            c=face,
            edgecolors=color,
            linewidths=1.6,
            marker=marker,
            label=label,
            zorder=3,
        )
    parts.ladder(ax, [f"{task[1:]} {results.codebook.item[task].stem}" for task in tasks], list(y.values()))
    ax.set(xlim=(0.9, 4.1), xticks=range(1, 5), xlabel="平均等级（1 未达标—4 达标且有特色）")
    parts.beside(ax, -1.0, "差值（95% 区间）", color=style.SOFT)
    for row in gaps.itertuples():
        parts.beside(ax, y[row.indicator.rpartition(".")[0]], numerals.cell(row))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.2)
    return Chart(
        figure,
        f"{results.place}学校诊断：自评与专家评定的平均等级（{results.wave_label(results.wave)}）",
        f"差值＝专家评定减自评，括号内为 95% 区间，只用两者都有的学校{_schools(gaps)}。"
        f"专家评定前看过自评，差值是修正的幅度，不是独立的一致性。{numerals.legend(gaps)}",
        parts.spoken([results.codebook.item[t].stem for t in tasks], _pairs(both)),
    )


def _tier(is_key: bool) -> dict:
    if is_key:
        return {"color": style.DARK}
    return {"color": style.LIGHT, "hatch": "////", "edgecolor": style.SOFT, "linewidth": 0.5}


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
