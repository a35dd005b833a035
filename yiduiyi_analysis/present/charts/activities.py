"""Activities over the months and whom they reached."""

from yiduiyi_analysis.present import numerals, records, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results


@style.look()
def calendar(results: Results, indicator: str) -> Chart | Markdown:
    """Return a calendar: a row a form of an indicator, a column a month, darker for more."""
    forms = records.parts(results, indicator)
    subject, rows = results.name(indicator), records.by_month(results, forms)
    if rows.empty:
        return nothing(f"{subject}：逐月")
    months = records.months(results)
    names = [records.short(results, form, indicator) for form in forms]
    counts = rows.pivot_table(index="indicator", columns="month", values="value", aggfunc="first")
    texts = rows.assign(text=numerals.cells(rows)).pivot_table(
        index="indicator", columns="month", values="text", aggfunc="first"
    )
    counts, texts = (
        grid.reindex(index=forms, columns=months).set_axis(names, axis=0) for grid in (counts, texts)
    )
    counts = counts.astype(float).where(counts.astype(float) > 0)
    texts = texts.astype(object).where(texts.notna() & texts.ne("0"), "")
    figure, ax = style.canvas(results.synthetic, 0.55 + 0.3 * len(forms), covered=True)
    shades = (counts / counts.max().max()).set_axis(parts.months(months), axis=1)
    parts.tiles(ax, shades, texts, 7, 7.5, gap=12)  # the gap leaves the corner to the stamp
    told = [
        (f"{name}{month}", text)
        for name, row in zip(names, texts.to_numpy(), strict=True)
        for month, text in zip(months, row, strict=True)
        if text
    ]
    return Chart(
        figure,
        f"{results.place}{subject}：逐月、分形式（截至{results.wave_label(results.wave)}）",
        "格内为该月开始的活动次数，颜色越深次数越多，空格为没有记录；次数不说明参加的人数和时长。"
        f"是记录的计数，没有 n/N，也没有区间。{numerals.legend(rows)}",
        parts.spoken([label for label, _ in told], [text for _, text in told]),
    )


@style.look()
def coverage(results: Results, *indicators: str) -> Chart | Markdown:
    """Return shares of the roster reached, wave by wave: a bar an indicator and wave, with its n/N."""
    rows = results.told(indicators, waves=results.waves)
    if rows.empty:
        return nothing("、".join(map(results.name, indicators)))
    told = rows.groupby("wave")["status"].transform(lambda status: status.ne("no_data").any())
    before = "、".join(results.wave_label(wave) for wave in rows["wave"][~told].unique())
    rows = rows[told].reset_index(drop=True)
    names = [results.name(name) for name in rows["indicator"]]
    labels = [f"{name} {results.wave_label(wave)}" for name, wave in zip(names, rows["wave"], strict=True)]
    y = parts.apart(rows)
    figure, ax = style.canvas(results.synthetic, parts.FRAME + parts.ROW * 0.76 * max(y))
    parts.grouped(ax, results, rows, y, names)
    ax.set_xlabel("比例（右侧为比例与 n/N）")
    entries = [results.codebook.indicators.get(name) for name in dict.fromkeys(rows["indicator"])]
    grown = "各轮从项目开始累计到该轮。" if all(entry and entry.cumulative for entry in entries) else ""
    return Chart(
        figure,
        f"{results.place}：{'、'.join(dict.fromkeys(map(results.name, rows['indicator'])))}",
        f"n 为到达的人数或校数，N 为名册上的人数或校数；是记录的比，没有区间。{grown}"
        f"{before and f'{before}没有数据，不列。'}{numerals.legend(rows)}",
        parts.spoken(labels, parts.texts(rows)),
    )
