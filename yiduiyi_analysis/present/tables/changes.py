"""Tables of change: from the first wave that asked to this one, an indicator a row or a county a row."""

import pandas as pd

from yiduiyi_analysis.analyse import changes
from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.display import Markdown, Table, nothing
from yiduiyi_analysis.present.lookup import tuples
from yiduiyi_analysis.present.results import Results

NOTE = (
    "变化＝本轮减起点，只比两轮都问过的同样题目；起点是最早问到它的一轮。百分数之差写作百分点，由未修约的估计相减，"
    "可能与两轮数值之差相差 1 个末位。括号内为 95% 区间，第二行为各轮的 n/N（总体人数不详时只列 n）。"
    "区间含 0 时，这些数据分不清升降，不等于没有变化。两轮作答者不一定相同；应答率见应答率一节。"
    "本评估无对照组，变化不能归因于项目。"
)
IN_SD = "“标准差”一列是变化相当于全项目起点那一轮个人得分标准差的几倍。"
PROCESS = (
    "“放到同类学校看”以学校为抽样单元，回答换一批同样的学校会在什么范围；"
    "“变化”一列只回答若名册上的都作答会在什么范围。"
)
NAMES = {"rate_points": "百分点", "points": "分"}


def change(results: Results, *indicators: str) -> Table | Markdown:
    """Return how far each level moved from its first wave to this one: a row a level, such as `B.mean`."""
    rows = _rows(results, indicators, [results.here])
    if rows.empty:
        return nothing("两轮之间的变化")
    shown = _grid(results, rows)
    shown.insert(0, "指标", [results.name(level) for level in rows["level"]])
    in_sd, process = (_beside(results, rows, kind) for kind in (changes.IN_SD, changes.PROCESS))
    note = NOTE
    if set(in_sd) != {numerals.NOT_ASKED}:
        shown, note = shown.assign(标准差=in_sd), note + IN_SD
    if set(process) != {numerals.NOT_ASKED}:
        shown, note = shown.assign(放到同类学校看=process), note + PROCESS
    title = f"{results.place}从起点到{results.wave_label(results.wave)}的变化"
    return Table(rows, title, note + numerals.LEGEND, shown)


def county_changes(results: Results, indicator: str) -> Table | Markdown:
    """Return how far one level moved in each county: a row a county by code, the programme last."""
    names = results.codebook.places()
    rows = _rows(results, [indicator], list(names))
    if rows.empty:
        return nothing(f"{results.name(indicator)}的变化")
    shown = _grid(results, rows)
    shown.insert(0, "县", rows["county_code"].map(names))
    order = "各县按行政区划代码排列，不是名次；一县只有一家承训单位，县间差别不说明承训单位的优劣。"
    title = f"各县的变化：{results.name(indicator)}（{results.wave_label(results.wave)}）"
    return Table(rows, title, f"{NOTE}{order}{numerals.LEGEND}", shown)


def signed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of change whose points are written with their sign."""
    return rows.assign(unit=rows["unit"].replace({"points": "gap"}))


def _rows(results: Results, levels, places: list[str]) -> pd.DataFrame:
    """Return the evidence of changes at this wave, with level, base and what the level is called."""
    rows = results.told([f"{level}{changes.CHANGE}" for level in levels], places=places)
    base = [results.bases.get((name, results.wave)) for name in rows["indicator"]]
    rows = rows.assign(level=rows["indicator"].str.removesuffix(changes.CHANGE), base=base)
    return rows.dropna(subset="base", ignore_index=True)


def _grid(results: Results, rows: pd.DataFrame) -> pd.DataFrame:
    """Return first wave, both levels and the change, as text."""
    moves = tuples(rows)
    then, now = ([_level(results, row, wave) for row in moves] for wave in ("base", "wave"))
    moved = [
        text if text in (numerals.HIDDEN, numerals.ABSENT) else f"{text}\n{NAMES[unit]}"
        for text, unit in zip(numerals.cells(signed(rows)), rows["unit"], strict=True)
    ]
    first = rows["base"].map(results.wave_label)
    return pd.DataFrame({"起点轮": first, "起点": then, "本轮": now, "变化": moved})


def _level(results: Results, row, which: str) -> str:
    """Return the level at one of the two waves of a change, over its n/N."""
    found = results.one(row.level, waves=[getattr(row, which)], places=[row.county_code])
    if found is None:
        return numerals.ABSENT
    value, count = numerals.cell(found), numerals.denominator(found)
    return value if value in (count, numerals.ABSENT) else f"{value}\n{count}"


def _beside(results: Results, rows: pd.DataFrame, kind: str) -> list[str]:
    """Return another reading of each change, a dash where there is none."""
    found = [results.one(f"{level}{kind}") for level in rows["level"]]
    return [numerals.NOT_ASKED if row is None else numerals.cell(_signed(row)) for row in found]


def _signed(row):
    return row._replace(unit="gap") if row.unit == "points" else row
