"""The tasks of the two 五个一: how many units have finished each, or how far the one unit is."""

import dataclasses

from yiduiyi_analysis.present import numerals, progress, style
from yiduiyi_analysis.present.charts import many, parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results


@style.look()
def deliverables(results: Results, level: str) -> Chart | Markdown:
    """Return the state of the tasks of one level (C county, S school), a column a wave."""
    title = f"{results.place}{results.codebook.label(level)}任务的完成情况"
    return _chart(results, level, progress.over_waves(results, level), title)


@style.look()
def county_deliverables(results: Results, level: str) -> Chart | Markdown:
    """Return the state of the tasks of one level at this wave, a column a county."""
    title = f"各县{results.codebook.label(level)}任务的完成情况（{results.wave_label(results.wave)}）"
    state = progress.by_county(results, level)
    kept, others = many.columns(state.shares.mean(), "各项任务的平均进展")
    state = dataclasses.replace(
        state, shares=state.shares[kept], texts=state.texts[kept], note=state.note + others
    )
    return _chart(results, level, state, title)


def _chart(results: Results, level: str, state: progress.State, title: str) -> Chart | Markdown:
    if state.texts.empty:
        return nothing(results.codebook.label(level))
    values, texts = state.shares.copy(), state.texts.fillna(numerals.ABSENT)
    values.index = [style.wrap(name, 17) for name in texts.index]
    figure, ax = style.canvas(results.synthetic, 0.45 + 0.42 * len(values), covered=True)
    wrapped = texts.map(lambda text: style.wrap(text, max(4, 34 // texts.shape[1])))
    parts.tiles(ax, values, wrapped)
    labels = [f"{name}{column}" for name in texts.index for column in texts.columns]
    note = f"{state.note}颜色越深，完成的比例或进展越高。{numerals.LEGEND}"
    return Chart(figure, title, note, parts.spoken(labels, texts.to_numpy().ravel()))
