"""Explorations of the clean microdata: for a researcher's own eyes, never for a published report."""

import pandas as pd

from yiduiyi_analysis.present import numerals, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

SHADES = (style.DARK, style.RAMP[2], style.PALE, style.AMBER[0], style.MIDDLE)


def distribution(results: Results, answers: pd.DataFrame, dimension: str) -> Chart | Markdown:
    """Return the unweighted distribution of the answers to each item of a dimension, as stacked bars.

    In: answers: one row a response and item: item_id, value, missing
    """
    items = results.items(dimension)
    known = answers[answers["item_id"].isin(items) & answers["value"].notna()]
    if known.empty:
        return nothing(results.codebook.label(dimension))
    scale = results.codebook.scales[results.codebook.item[items[0]].scale]
    values = sorted(scale.values, reverse=True)
    counts = pd.crosstab(known["item_id"], known["value"]).reindex(index=items, columns=values, fill_value=0)
    shares = counts.div(counts.sum(axis=1), axis=0).fillna(0)
    stems = [results.codebook.item[item].stem for item in items]
    figure, ax = style.canvas(results.synthetic, parts.FRAME + 0.4 + parts.ROW * 1.2 * len(items))
    _stack(ax, shares.rename(columns={option.value: option.label for option in scale.options}))
    parts.ladder(ax, [style.wrap(stem, 14) for stem in stems])
    parts.percents(ax, "x")
    for at, total in enumerate(counts.sum(axis=1)):
        parts.beside(ax, at, f"n={total}")
    ax.set_xlabel("占作答者的比例（未加权）")
    return Chart(
        figure,
        f"“{results.codebook.label(dimension)}”各题的作答分布（未加权，仅供探索）",
        "n 为作答该题的人数；未加权，没有区间，不得用于正式报告。",
        parts.spoken(stems, [f"前两档 {numerals.percent(top)}" for top in shares[scale.top].sum(axis=1)]),
    )


def _stack(ax, shares: pd.DataFrame) -> None:
    """Draw the shares of each row end to end, a colour a column, and name the columns above."""
    left, steps = shares.cumsum(axis=1) - shares, shares.shape[1]
    for k, label in enumerate(shares):
        ax.barh(
            range(len(shares)), shares[label], left=left[label], height=0.7, label=label, **_look(k, steps)
        )
    where = {"loc": "lower right", "bbox_to_anchor": (1, 1.0), "borderaxespad": 0.2}
    ax.legend(ncols=steps, handlelength=1.2, columnspacing=1, **where)


def _look(k: int, of: int) -> dict:
    """Return the fill of the k-th of `of` steps: two hues, from dark to pale and to the other."""
    place = round(k * (len(SHADES) - 1) / max(of - 1, 1))
    return {"color": SHADES[place], "edgecolor": "white", "linewidth": 0.8}
