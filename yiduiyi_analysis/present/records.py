"""What the figures of records and tests consist of: the parts of an indicator, its months, its last wave."""

import pandas as pd

from yiduiyi_analysis.codebook import Indicator
from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.results import Results, evident

MONTH = "month:"
SCHOOL = "school:"
UNIT = "unit:"


def own(results: Results, unit_id: str) -> str:
    """Return what a page calls its unit: 本校 where it is one school, 本单元 where it is several."""
    return "本校" if results.units["unit_id"].eq(unit_id).sum() == 1 else "本单元"


def parts(results: Results, indicator: str) -> list[str]:
    """Return the indicators that one is given by: an option, a column or a domain of the test each."""
    book = results.codebook
    entry = book.indicators.get(indicator)
    if entry is None:
        return []
    if entry.kind == "score":
        return [f"{domain.id}.score" for domain in book.instruments[entry.instrument].dimensions]
    if entry.by:
        return [f"{entry.id}.{value}" for value in _options(results, entry)]
    return [f"{entry.instrument}.{column}" for column in entry.columns] if entry.each else []


def expanded(results: Results, indicators) -> list[str]:
    """Return indicators with those that come by option replaced by their parts."""
    entries = results.codebook.indicators
    return [
        name
        for given in indicators
        for name in (parts(results, given) if given in entries and entries[given].by else [given])
    ]


def short(results: Results, part: str, whole: str) -> str:
    """Return the words of a part alone: 专题培训 for 帮扶活动次数（专题培训）."""
    entry = results.codebook.indicators.get(whole)
    if entry and entry.by:
        return _options(results, entry)[int(part.rpartition(".")[2])]
    return results.name(part)


def months(results: Results) -> list[str]:
    """Return the months from the programme's first to the last of this wave, as 2021-03."""
    programme, wave = results.codebook.programme, results.codebook.waves[results.wave]
    last = min(programme.ends, wave.closes)
    return [str(month) for month in pd.period_range(programme.starts, last, freq="M")]


def by_month(results: Results, indicators) -> pd.DataFrame:
    """Return the monthly evidence of this place, with its `month`, up to this wave; none without a figure."""
    rows = results.evidence
    wanted = rows["indicator"].isin(list(indicators)) & rows["county_code"].eq(results.here)
    rows = rows[wanted & rows["group"].str.startswith(MONTH)]
    rows = rows.assign(month=rows["group"].str.removeprefix(MONTH))
    return evident(rows[rows["month"].isin(months(results))].reset_index(drop=True))


def latest(results: Results, indicator: str, **where):
    """Return the row of the last wave up to this one in which an indicator has a value or is hidden."""
    rows = results.each([indicator], waves=results.waves[::-1], **where)
    told = (row for row in rows if row.status in numerals.SHOWN or row.status.startswith("suppressed"))
    return next(told, None)


def heard(results: Results, row) -> str:
    """Return of how many counties a figure of the programme is, where not of all: 6/7 县; else nothing."""
    if row.status not in numerals.SHOWN or not str(getattr(row, "method", "")).endswith("+partial"):
        return ""
    if results.county_code:  # the evidence of one county does not tell how many others have the figure
        return "部分县"
    codes = results.codebook.counties["county_code"].tolist()
    own = results.each([row.indicator], waves=[row.wave], groups=[row.group], places=codes)
    return f"{sum(county.status != 'no_data' for county in own)}/{len(codes)} 县"


def partly(rows: pd.DataFrame) -> str:
    """Return what 6/7 县 in a table means; nothing where every figure is of all counties."""
    some = rows["method"].str.endswith("+partial") & rows["status"].isin(numerals.SHOWN)
    return "“县”前为有数的县数／全部县数，没有数的县不在其中。" if some.any() else ""


def unit_of(results: Results, indicator: str) -> str:
    """Return the word for what an indicator is counted in: 元, 学时, 人; nothing for a plain number."""
    entry = results.codebook.indicators.get(indicator)
    item = results.codebook.item.get(indicator.removesuffix(".total"))
    if item and item.unit:
        return item.unit
    return numerals.UNITS.get(entry.unit or "", "") if entry else ""


def _options(results: Results, entry: Indicator) -> dict[int, str]:
    field = results.codebook.sheet[entry.sheet].field[entry.by]
    options = results.codebook.scales[field.scale].options
    return {option.value: option.label for option in options if option.value is not None}
