"""One published unit: whom the page speaks for, and how many of them answered."""

from yiduiyi_analysis.present import numerals, records
from yiduiyi_analysis.present.display import Markdown, nothing
from yiduiyi_analysis.present.results import Results


def unit_heading(results: Results, unit_id: str) -> Markdown:
    """Return the line under the title: county, unit, wave, date, synthetic or not; then whom it is on."""
    labels = results.units.loc[results.units["unit_id"].eq(unit_id), "unit_label"]
    label = labels.iloc[0] if len(labels) else unit_id
    parts = [results.place, label, results.wave_label(results.wave), f"数据截至 {results.as_of}"]
    if results.synthetic:
        parts.append("合成数据，只用于演示")
    return Markdown(f"**{' · '.join(parts)}**\n\n{_whom(results, len(labels))}")


def unit_response(results: Results, unit_id: str) -> Markdown:
    """Return how many of the unit's teachers answered, wave by wave, beside the county."""
    rate, mine = results.rates[0], records.own(results, unit_id)
    own = results.each([rate], waves=results.waves, groups=[f"{records.UNIT}{unit_id}"])
    if not own:
        return nothing(f"{mine}教师的应答率")
    said = "，".join(
        f"{results.wave_label(row.wave)} {numerals.cell(row)}（{numerals.denominator(row)}）" for row in own
    )
    whole = results.one(rate)
    beside = (
        f"；全县{results.wave_label(results.wave)} {numerals.cell(whole)}（{numerals.denominator(whole)}）"
    )
    return Markdown(f"{mine}教师问卷的应答率：{said}{beside if whole is not None else ''}。")


def _whom(results: Results, schools: int) -> str:
    """Return whether the page is on one school or on several, and how these came together."""
    if schools < 2:
        return "本页说的是一所学校，下称本校。"
    least = results.codebook.thresholds.mean_min
    return (
        f"本页说的是 {schools} 所学校，合为一页，下称本单元：不足 {least} 名教师的学校全县合在一起，"
        f"合起来仍不足 {least} 名的，再加上其余学校中教师最少的一所。"
    )
