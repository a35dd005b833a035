"""The answers to the items of a dimension: both ends of a scale around its middle, or the upper end alone."""

import pandas as pd
from matplotlib.patches import Patch

from yiduiyi_analysis.present import numerals, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.charts.levels import OPEN
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

REVERSED = "反向题用▼标出，按原话计，比例越低越好。"
ROOM = {"middle": 0.055, "top2": 0.2}  # what a share must come to, to have room for its number
LOOKS = {
    "low2": {"color": style.MIDDLE},
    "middle": {"color": style.FAINT},
    "top2": {"color": style.DARK},
}
NAMES = {"low2": "后两档", "middle": "中间", "top2": "前两档"}


@style.look()
def item_shares(results: Results, dimension: str) -> Chart | Markdown:
    """Return how answers divide: lower two, middle and upper two options around a line, a bar an item.

    Rule: where the lower end is not published (heads of schools: too few), the upper end alone, a point an
          item with its interval
    """
    items, subject = results.items(dimension), results.codebook.label(dimension)
    rows = results.told([f"{item}.top2" for item in items])
    if rows.empty:
        return nothing(subject)
    asked = rows["indicator"].str.rpartition(".")[0]
    ends = _ends(results, rows, asked)
    whole = ends["low2"].notna().any()
    figure, labels, turned = (_bars if whole else _points)(results, rows, asked, ends)
    who, names = results.respondents(rows["indicator"].iloc[0]), asked.tolist()
    what = "各题的作答" if whole else "各题选前两档的比例"
    means = results.end_means(names) + (results.end_means(names, "low2") if whole else "")
    how = f"{OPEN}。"
    if whole:
        middle = "中间一档为 100% 减两端，竖线穿过它的正中；" if ends["middle"].any() else ""
        how = f"{middle}白边横线为前两档比例的 95% 区间。"
    return Chart(
        figure,
        f"{results.place}{who}在“{subject}”{what}（{results.wave_label(results.wave)}）",
        f"n 为作答该题的{who}数{_population(rows, who)}。{means}"
        f"{REVERSED if turned.any() else ''}{how}{numerals.legend(rows)}",
        parts.spoken(labels, _said(rows, ends)),
    )


def _ends(results: Results, rows: pd.DataFrame, asked: pd.Series) -> pd.DataFrame:
    """Return the shares of both ends and the middle of each item, missing where either end is not told.

    Rule: the middle is what is left of one; nought on a scale that has none, whatever rounding leaves
    """
    low = results.rows(asked + ".low2").set_index("indicator")["value"].astype(float)
    ends = pd.DataFrame({"top2": rows["value"].astype(float), "low2": (asked + ".low2").map(low)})
    ends = ends.where(ends.notna().all(axis=1))
    scales = [results.codebook.scales[results.codebook.item[item].scale] for item in asked]
    middle = pd.Series([len(scale.values) > 2 * len(scale.top) for scale in scales], rows.index)
    return ends.assign(middle=(1 - ends["top2"] - ends["low2"]).clip(lower=0).where(middle, ends["top2"] * 0))


def _bars(results: Results, rows: pd.DataFrame, asked: pd.Series, ends: pd.DataFrame):
    labels, turned = _labels(results, asked)
    figure, ax = style.canvas(results.synthetic, parts.FRAME + parts.ROW * 1.15 * len(rows))
    left = {"low2": -ends["middle"] / 2 - ends["low2"], "middle": -ends["middle"] / 2}
    left["top2"] = ends["middle"] / 2
    y, edge = range(len(rows)), {"edgecolor": "white", "linewidth": 0.8}
    for name, start in left.items():
        parts.boxes(ax, y, ends[name].fillna(0), start.fillna(0), **LOOKS[name], **edge)
    _whiskers(ax, rows, ends, left["top2"])
    _numbers(ax, ends, left)
    for at in ends.index[ends["low2"].isna()]:
        ax.text(0, at, numerals.HIDDEN, ha="center", va="center")
    parts.ladder(ax, labels)
    ax.grid(visible=False)
    ax.axvline(0, color=style.SOFT, linewidth=0.9, zorder=0)
    ax.set(xlim=(min(-0.4, left["low2"].min() - 0.16), 1.0), xticks=[])
    ax.spines["bottom"].set_visible(False)
    parts.columns(ax, rows, y, "前两档（区间）", _head(rows))
    keys = [Patch(**LOOKS[name], label=NAMES[name]) for name in left if ends[name].any()]
    ax.legend(handles=keys, loc="upper left", bbox_to_anchor=(0, 0), ncols=3, borderaxespad=0.1)
    return figure, labels, turned


def _whiskers(ax, rows: pd.DataFrame, ends: pd.DataFrame, start: pd.Series) -> None:
    """Draw the interval of the upper end on its bar: a dark line with a white rim."""
    known = rows["lo"].notna() & ends["top2"].notna()
    lo, hi = (start[known] + rows[name][known].astype(float) for name in ("lo", "hi"))
    for color, width in (("white", 3.6), (style.INK, 1.4)):
        ax.hlines(lo.index, lo, hi, color=color, linewidth=width, zorder=3)


def _numbers(ax, ends: pd.DataFrame, left: dict[str, pd.Series]) -> None:
    """Write the share of the middle and of the upper end inside, that of the lower end beside its bar."""
    look = {"va": "center", "in_layout": False}
    for at, row in ends.dropna().iterrows():
        share = numerals.percent(row["low2"])
        ax.text(left["low2"][at] - 0.012, at, share, ha="right", **look)
        for name, ink, place in (
            ("middle", style.INK, 0.0),
            ("top2", "white", left["top2"][at] + min(row["top2"] / 3, 0.12)),
        ):
            if row[name] >= ROOM[name]:
                text = numerals.percent(row[name])
                ax.text(place, at, text, color=ink, ha="center", fontsize=8, zorder=4, **look)


def _points(results: Results, rows: pd.DataFrame, asked: pd.Series, ends: pd.DataFrame):
    figure, ax, labels, turned = parts.item_lines(results, rows, asked)
    parts.percents(ax, "x", -0.02, 1.02)
    parts.columns(ax, rows, range(len(rows)), "比例（区间）", _head(rows))
    ax.set_xlabel("选择前两档的比例（横线为 95% 区间）")
    return figure, labels, turned


def _labels(results: Results, asked: pd.Series) -> tuple[list[str], pd.Series]:
    """Return the words of each item, a reversed one marked, and which are reversed."""
    turned = asked.map(lambda item: results.codebook.item[item].reverse)
    words = asked.map(results.stem).where(~turned, "▼ " + asked.map(results.stem))
    return [style.wrap(text.replace("（反", "\n（反"), 16) for text in words], turned


def _said(rows: pd.DataFrame, ends: pd.DataFrame) -> list[str]:
    """Return the upper end of each item with its interval, and the lower one where it is told."""
    low = ends["low2"].map(lambda share: "" if pd.isna(share) else f"，后两档 {numerals.percent(share)}")
    return [top + said for top, said in zip(numerals.cells(rows), low, strict=True)]


def _head(rows: pd.DataFrame) -> str:
    return "n/N" if rows["N"].notna().any() else "n"


def _population(rows: pd.DataFrame, who: str) -> str:
    return f"，N 为名册{who}数" if rows["N"].notna().any() else f"；{who}总数不详，不列 N"
