"""Explorations of the clean microdata: for a researcher's own eyes, never for a published report."""

import pandas as pd

from yiduiyi_analysis.present import numerals, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

SHADES = (style.DARK, style.RAMP[2], style.PALE, style.AMBER[0], style.MIDDLE)


@style.look()
def distribution(results: Results, answers: pd.DataFrame, dimension: str) -> Chart | Markdown:
    """Return the unweighted distribution of the answers to each item of a dimension, as stacked bars.

    In: answers: one row a response and item: item_id, value, missing
    """
    items = results.items(dimension)
    known = answers[answers["item_id"].isin(items) & answers["value"].notna()]
    if known.empty:
        return nothing(results.codebook.label(dimension))
    scale = results.codebook.scales[results.codebook.item[items[0]].scale]
    told = {option.value: option.label for option in scale.options if option.value is not None}
    labels = {value: told[value] for value in sorted(told, reverse=True)}
    stems = [results.codebook.item[item].stem for item in items]
    figure, ax = style.canvas(results.synthetic, parts.FRAME + 0.4 + parts.ROW * 1.2 * len(items))
    _filled(ax, known["item_id"].map(items.index), known["value"].map(labels), list(labels.values()))
    parts.ladder(ax, [style.wrap(stem, 14) for stem in stems])
    parts.percents(ax, "x")
    given = known.groupby("item_id")["value"]
    counts, top = given.size(), given.agg(lambda values: values.isin(scale.top).mean())
    parts.beside(ax, range(len(items)), [f"n={counts.get(item, 0)}" for item in items])
    ax.set(xlabel="占作答者的比例（未加权）", ylabel="")
    return Chart(
        figure,
        f"“{results.codebook.label(dimension)}”各题的作答分布（未加权，仅供探索）",
        "n 为作答该题的人数；未加权，没有区间，不得用于正式报告。",
        parts.spoken(stems, [f"前两档 {numerals.percent(top.get(item, 0.0))}" for item in items]),
    )


def _filled(ax, rows: pd.Series, answers: pd.Series, labels: list[str]) -> None:
    """Draw the shares of each row end to end, the first label at the left, and name the labels above."""
    import seaborn as sns  # half a second of imports that no published figure needs

    frame = pd.DataFrame({"row": rows, "answer": answers}).reset_index(drop=True)
    look = {"edgecolor": "white", "linewidth": 0.8, "alpha": 1, "shrink": 0.7}
    # seaborn puts the last of the order first
    order = {"hue_order": labels[::-1], "palette": [_shade(k, len(labels)) for k in range(len(labels))][::-1]}
    sns.histplot(frame, y="row", hue="answer", multiple="fill", discrete=True, ax=ax, **order, **look)
    where = {"bbox_to_anchor": (1, 1.0), "borderaxespad": 0.2, "title": None, "reverse": True}
    sns.move_legend(ax, "lower right", ncols=len(labels), handlelength=1.2, columnspacing=1, **where)


def _shade(k: int, of: int) -> str:
    """Return the fill of the k-th of `of` steps: two hues, from dark to pale and to the other."""
    return SHADES[round(k * (len(SHADES) - 1) / max(of - 1, 1))]
