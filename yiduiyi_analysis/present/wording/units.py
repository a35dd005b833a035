"""One published unit: whom the page speaks for, and how many of them answered."""

from yiduiyi_analysis.present import numerals, records
from yiduiyi_analysis.present.display import Markdown, nothing
from yiduiyi_analysis.present.results import Results


def unit_heading(results: Results, unit_id: str) -> Markdown:
    """Return the line under the title: county, unit, wave, date of the data, whether they are synthetic."""
    labels = results.units.loc[results.units["unit_id"].eq(unit_id), "unit_label"]
    label = labels.iloc[0] if len(labels) else unit_id
    parts = [results.place, label, results.wave_label(results.wave), f"数据截至 {results.meta['as_of']}"]
    if results.synthetic:
        parts.append("合成数据，只用于演示")
    return Markdown(f"**{' · '.join(parts)}**")


def unit_response(results: Results, unit_id: str) -> Markdown:
    """Return how many of the unit's teachers answered, wave by wave, beside the county."""
    rate = results.rates[0]
    own = results.rows([rate], waves=results.waves, groups=[f"{records.UNIT}{unit_id}"])
    if own.empty:
        return nothing("本单元教师的应答率")
    said = "，".join(
        f"{results.wave_label(row.wave)} {numerals.cell(row)}（{numerals.denominator(row)}）"
        for row in own.itertuples()
    )
    whole = results.one(rate)
    beside = (
        f"；全县{results.wave_label(results.wave)} {numerals.cell(whole)}（{numerals.denominator(whole)}）"
    )
    return Markdown(f"本单元教师问卷的应答率：{said}{beside if whole is not None else ''}。")
