"""Response rates: by instrument and wave, by published unit, by county."""

import pandas as pd

from yiduiyi_analysis.present import numerals, style
from yiduiyi_analysis.present.charts import many, parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results

NOTE = "应答率＝收回的有效答卷数 ÷ 名册应答单位数（n/N）；是计数之比，没有区间。"


@style.look()
def response_by_wave(results: Results) -> Chart | Markdown:
    """Return the response rate of each instrument in each wave, a bar each, grouped by instrument."""
    rows = results.told(results.rates, waves=results.waves)
    if rows.empty:
        return nothing("应答率")
    labels = _labels(results, rows)
    y = parts.apart(rows)
    figure, ax = style.canvas(results.synthetic, parts.FRAME + parts.ROW * 0.76 * max(y))
    parts.grouped(ax, results, rows, y, [results.codebook.subject(name) for name in rows["indicator"]])
    ax.set_xlabel("应答率（右侧为应答率与 n/N）")
    title = f"{results.place}各轮调查的应答率"
    return Chart(figure, title, NOTE + numerals.legend(rows), parts.spoken(labels, parts.texts(rows)))


@style.look()
def response_by_unit(results: Results) -> Chart | Markdown:
    """Return the teachers' response rate in each published unit of a county, and in all of it below."""
    names = dict(zip("unit:" + results.units["unit_id"], results.units["unit_label"], strict=True))
    rows = results.told(results.rates[:1], groups=[*names, "all"])
    if rows.empty:
        return nothing("各发布单元的应答率")
    labels = [style.wrap(names.get(group, "全部"), 16) for group in rows["group"]]
    figure, ax = style.canvas(results.synthetic, parts.FRAME + parts.ROW * 1.15 * len(rows))
    parts.bars(ax, rows, list(range(len(rows))), labels)
    who, tool = results.respondents(results.rates[0]), results.tool("teacher").title
    ax.set_xlabel(f"应答率（右侧为应答率与 n/N，N 为名册{who}数）")
    least = results.codebook.thresholds.mean_min
    return Chart(
        figure,
        f"{results.place}各发布单元{tool}的应答率（{results.wave_label(results.wave)}）",
        f"{NOTE}不足 {least} 名教师的学校合并为一个发布单元。{numerals.legend(rows)}",
        parts.spoken(labels, parts.texts(rows)),
    )


@style.look()
def response_map(results: Results) -> Chart | Markdown:
    """Return a grid of response rates: a row an instrument and wave, a column a county, then all."""
    places = results.codebook.places()
    rows = results.told(results.rates, waves=results.waves, places=list(places))
    if rows.empty:
        return nothing("各县应答率")
    rows = rows.assign(text=parts.texts(rows, "\n"), label=_labels(results, rows))
    now = rows[rows["indicator"].eq(results.rates[0]) & rows["wave"].eq(results.wave)]
    now = now.set_index("county_code")["value"].reindex(results.codebook.counties["county_code"])
    kept, others = many.columns(now, results.name(results.rates[0]))
    places = {code: name for code, name in places.items() if code in {*kept, "all"}}
    rows = rows[rows["county_code"].isin(list(places))]
    order = results.rows(results.rates, waves=results.waves, places=["all"])
    order = _labels(results, order)
    values, texts = (
        rows.pivot_table(index="label", columns="county_code", values=name, aggfunc="first")
        .reindex(index=order, columns=list(places))
        .set_axis(list(places.values()), axis=1)
        for name in ("value", "text")
    )
    texts = texts.fillna(numerals.ABSENT)
    figure, ax = style.canvas(results.synthetic, 0.4 + 0.265 * len(values), covered=True)
    parts.tiles(ax, values, texts, 7)
    cells = [f"{county}{label}" for label in order for county in values.columns]
    note = (
        f"{NOTE}颜色每 20 个百分点深一级。{others}各县按行政区划代码排列，不表示名次。{numerals.legend(rows)}"
    )
    return Chart(figure, "各县各轮调查的应答率", note, parts.spoken(cells, texts.to_numpy().ravel()))


def _labels(results: Results, rows: pd.DataFrame) -> list[str]:
    names = results.codebook.subject
    return [f"{names(row.indicator)} {results.wave_label(row.wave)}" for row in rows.itertuples()]
