"""Tables of evidence: response rates, levels over waves, diagnosis, the two 五个一, counties side by side."""

import pandas as pd

from yiduiyi_analysis.present import numerals, progress
from yiduiyi_analysis.present.charts.response import NOTE as RESPONSE_NOTE
from yiduiyi_analysis.present.display import Markdown, Table, nothing
from yiduiyi_analysis.present.results import Results

INTERVAL = "括号内为 95% 区间；"
COUNTS = "第二行为 n/N（总体人数不详时只列 n）。"


def response(results: Results) -> Table | Markdown:
    """Return the response rates, a row an instrument, a column a wave."""
    return _by_wave(
        results,
        [*results.rates, f"{results.tool('student').id}.response"],
        "调查工具",
        f"{results.place}各轮调查的应答率",
        f"{RESPONSE_NOTE}学生问卷的学生总数不详，只列份数。",
    )


def items(results: Results, dimension: str) -> Table | Markdown:
    """Return the top-two shares of a dimension's items, a row an item, a column a wave."""
    label = results.codebook.label(dimension)
    names = [f"{item}.top2" for item in results.items(dimension)]
    who = results.respondents(names[0])
    title = f"{results.place}{who}在“{label}”各题上选择前两档的比例"
    turned = [
        results.codebook.item[item].stem
        for item in results.items(dimension)
        if results.codebook.item[item].reverse
    ]
    note = f"“{turned[0]}”是反向题，按原话计，比例越低越好。" if turned else ""
    return _by_wave(results, names, "题目", title, f"{INTERVAL}{note}")


def dimensions(results: Results) -> Table | Markdown:
    """Return the means of the teacher survey's dimensions, a row a dimension, a column a wave."""
    tool = results.tool("teacher")
    who = results.respondents(f"{tool.dimensions[0].id}.mean")
    title = f"{results.place}{who}各维度的平均得分（分，1–5）"
    return _by_wave(
        results,
        [f"{d.id}.mean" for d in tool.dimensions],
        "维度",
        title,
        f"{INTERVAL}反向题已转正；答满八成题目者计分。",
    )


def habits(results: Results) -> Table | Markdown:
    """Return the shares of pupils who reach 五洗, 五会 and both, a column a wave."""
    names = [f"{c.id}.rate" for c in results.tool("student").composites]
    return _by_wave(results, names, "指标", f"{results.place}学生“五洗五会”达标的比例", INTERVAL)


def deliverables(results: Results, level: str) -> Table | Markdown:
    """Return the state of one level's 五个一, a row a task, a column a wave."""
    return _states(
        results,
        level,
        progress.over_waves(results, level),
        f"{results.place}{results.codebook.label(level)}任务的完成情况",
    )


def county_deliverables(results: Results, level: str) -> Table | Markdown:
    """Return the state of one level's 五个一 at this wave, a row a task, a column a county."""
    title = f"各县{results.codebook.label(level)}任务的完成情况（{results.wave_label(results.wave)}）"
    return _states(results, level, progress.by_county(results, level), title)


def diagnosis(results: Results) -> Table | Markdown:
    """Return the school diagnosis at this wave, a row a task: self, expert, gap, shares at standard."""
    tasks = results.tasks
    measures = {
        "self_mean": "自评均值",
        "expert_mean": "专家评定均值",
        "gap": "差值（专家减自评）",
        "self_ok": "自评达标比例",
        "expert_ok": "专家评定达标比例",
    }
    rows = results.rows([f"{task}.{measure}" for task in tasks for measure in measures])
    if rows.empty:
        return nothing("学校诊断")
    parts = rows["indicator"].str.rpartition(".")
    texts = [text.replace("（", "\n（") for text in numerals.cells(rows)]
    wide = rows.assign(task=parts[0], measure=parts[2], text=texts).pivot_table(
        index="task", columns="measure", values="text", aggfunc="first"
    )
    shown = wide.reindex(index=tasks, columns=list(measures)).fillna(numerals.ABSENT).rename(columns=measures)
    shown.insert(0, "任务", [f"{task[1:]} {results.codebook.item[task].stem}" for task in tasks])
    note = f"均值为 1–4 级；达标指“达标”或“达标且有特色”；{INTERVAL}{_schools(rows)}{numerals.LEGEND}"
    title = f"{results.place}学校诊断各项任务的自评与专家评定（{results.wave_label(results.wave)}）"
    return Table(rows, title, note, shown.reset_index(drop=True))


def counties(results: Results, *indicators: str) -> Table | Markdown:
    """Return indicators county by county at this wave: a row a county by code, the programme last."""
    known = results.codebook.counties
    names = dict(zip(known["county_code"], known["county"], strict=True)) | {"all": "七县"}
    rows = results.rows(indicators, places=list(names))
    if rows.empty:
        return nothing("各县比较")
    wide = rows.assign(text=_with_count(rows)).pivot_table(
        index="county_code", columns="indicator", values="text", aggfunc="first"
    )
    shown = wide.reindex(index=list(names), columns=list(dict.fromkeys(rows["indicator"]))).fillna(
        numerals.ABSENT
    )
    shown.columns = [results.name(name) for name in shown.columns]
    shown.insert(0, "县", list(names.values()))
    note = f"{INTERVAL}{COUNTS}各县按行政区划代码排列，不是名次。{numerals.LEGEND}"
    return Table(
        rows, f"各县主要指标（{results.wave_label(results.wave)}）", note, shown.reset_index(drop=True)
    )


def _by_wave(
    results: Results, indicators, head: str, title: str, note: str, counted: bool = True
) -> Table | Markdown:
    """Return indicators over the waves, a row an indicator; a wave that did not ask it shows a dash."""
    rows = results.rows(indicators, waves=results.waves)
    if rows.empty:
        return nothing(title)
    wide = rows.assign(text=_with_count(rows)).pivot_table(
        index="indicator", columns="wave", values="text", aggfunc="first"
    )
    names = list(dict.fromkeys(rows["indicator"]))
    shown = wide.reindex(index=names, columns=results.waves).astype("str").fillna(numerals.NOT_ASKED)
    shown.columns = [results.wave_label(wave) for wave in shown.columns]
    shown.insert(0, head, [results.codebook.subject(name) for name in names])
    return Table(rows, title, f"{note}{COUNTS}{numerals.LEGEND}", shown.reset_index(drop=True))


def _states(results: Results, level: str, state: progress.State, title: str) -> Table | Markdown:
    if state.texts.empty:
        return nothing(results.codebook.label(level))
    shown = state.texts.fillna(numerals.ABSENT).rename_axis("任务").reset_index()
    shown.columns.name = None
    return Table(state.shares, title, f"{state.note}{numerals.LEGEND}", shown)


def _with_count(rows: pd.DataFrame) -> list[str]:
    """Return the value of every row over its n/N, the mark alone where there is no value."""
    pairs = zip(numerals.cells(rows), numerals.denominators(rows), strict=True)
    return [value if value in (count, numerals.ABSENT) else f"{value}\n{count}" for value, count in pairs]


def _schools(rows: pd.DataFrame) -> str:
    known = rows["N"].dropna()
    return f"应评学校 N＝{int(known.max())} 所。" if len(known) else ""
