"""Tables of evidence: response rates, levels over waves, diagnosis, the two 五个一, counties side by side."""

from collections.abc import Iterable

import pandas as pd

from yiduiyi_analysis.present import numerals, progress, records
from yiduiyi_analysis.present.charts.response import NOTE as RESPONSE_NOTE
from yiduiyi_analysis.present.display import Markdown, Table, nothing
from yiduiyi_analysis.present.lookup import grid, tuples
from yiduiyi_analysis.present.results import Results

SHARE = "records/share"
INTERVAL = "括号内为 95% 区间；"
TIERS = {"key": "重点帮扶", "other": "其余"}
SELECTED = "重点帮扶学校是挑选出来的，两类学校本来就不同，数值并列，不相减。"
RECORDS = "格内为已完成的学校数／有记录的学校数；有的学校没有记录时，另列应完成的学校数 N。是计数，没有区间。"
SECTIONS = "各轮是独立的截面，只作描述。"
SCHOOLS = "末行为 n/N：有该项评定的学校数／应评学校数，差值的 n 是两者都有的学校。"
COUNTS = "第二行为 n/N（总体人数不详时只列 n）。"


def response(results: Results) -> Table | Markdown:
    """Return the response rates, a row an instrument, a column a wave."""
    return by_wave(
        results,
        [*results.rates, f"{results.tool('student').id}.response"],
        "调查工具",
        f"{results.place}各轮调查的应答率",
        f"{RESPONSE_NOTE}学生问卷的学生总数不详，只列份数。",
    )


def items(results: Results, dimension: str) -> Table | Markdown:
    """Return the top-two shares of a dimension's items, a row an item, a column a wave."""
    label = results.codebook.label(dimension)
    asked = results.items(dimension)
    names = [f"{item}.top2" for item in asked]
    if all(row.status == "no_data" for row in results.each(names, waves=results.waves)):
        return nothing(label)
    title = f"{results.place}{results.respondents(names[0])}在“{label}”各题上选择前两档的比例"
    turned = any(results.codebook.item[item].reverse for item in asked)
    note = f"{results.end_means(asked)}{'反向题按原话计，比例越低越好。' if turned else ''}"
    stems = {name: results.stem(item) for name, item in zip(names, asked, strict=True)}
    return by_wave(results, names, "题目", title, f"{note}{INTERVAL}", stems)


def dimensions(results: Results) -> Table | Markdown:
    """Return the means of the teacher survey's dimensions, a row a dimension, a column a wave."""
    tool = results.tool("teacher")
    who = results.respondents(f"{tool.dimensions[0].id}.mean")
    title = f"{results.place}{who}各维度的平均得分（分，1–5）"
    return by_wave(
        results,
        [f"{d.id}.mean" for d in tool.dimensions],
        "维度",
        title,
        f"{INTERVAL}反向题已转正；答满八成题目者计分。",
    )


def habits(results: Results) -> Table | Markdown:
    """Return the shares of pupils who reach 五洗, 五会 and both, a column a wave."""
    names = [f"{c.id}.rate" for c in results.tool("student").composites]
    return by_wave(results, names, "指标", f"{results.place}学生“五洗五会”达标的比例", INTERVAL)


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
    rows = results.told([f"{task}.{measure}" for task in tasks for measure in measures])
    if rows.empty:
        return nothing("学校诊断")
    parts = [name.rpartition(".") for name in rows["indicator"]]
    told = [text.replace("（", "\n（") for text in _with_count(results, rows)]
    texts = [(task, measure, text) for (task, _, measure), text in zip(parts, told, strict=True)]
    shown = grid(texts, tasks, list(measures), numerals.ABSENT).set_axis(list(measures.values()), axis=1)
    shown.insert(0, "任务", [f"{task[1:]} {results.codebook.item[task].stem}" for task in tasks])
    note = f"均值为 1–4 级；达标指“达标”或“达标且有特色”；{INTERVAL}{SCHOOLS}{numerals.LEGEND}"
    title = f"{results.place}学校诊断各项任务的自评与专家评定（{results.wave_label(results.wave)}）"
    return Table(rows, title, note, shown)


def counties(results: Results, *indicators: str, about: str = "") -> Table | Markdown:
    """Return indicators county by county at this wave: a row a county by code, the programme last.

    In: about: what they are, in the title; left out, who answers
    """
    names = results.codebook.places()
    rows = results.told(indicators, places=list(names))
    if rows.empty:
        return nothing(f"各县{about or '比较'}")
    texts = zip(rows["county_code"], rows["indicator"], _with_count(results, rows), strict=True)
    shown = grid(texts, list(names), list(dict.fromkeys(rows["indicator"])), numerals.ABSENT)
    shown.columns = [results.name(name) for name in shown.columns]
    shown.insert(0, "县", list(names.values()))
    note = f"{INTERVAL}{COUNTS}{records.partly(rows)}各县按行政区划代码排列，不是名次。{numerals.LEGEND}"
    who = about or "、".join(dict.fromkeys(filter(None, map(results.respondents, rows["indicator"]))))
    title = f"各县主要指标：{who}（{results.wave_label(results.wave)}）"
    return Table(rows, title, note, shown)


def county_waves(results: Results, indicator: str) -> Table | Markdown:
    """Return one indicator over the waves: a row a county by code, the programme last, a column a wave."""
    names, subject = results.codebook.places(), results.name(indicator)
    rows = results.told([indicator], waves=results.waves, places=list(names))
    if rows.empty:
        return nothing(subject)
    shown = _across(results, rows, rows["county_code"], list(names))
    shown.insert(0, "县", list(names.values()))
    counts = f"{COUNTS}{records.partly(rows)}"
    note = f"{INTERVAL}{counts}各县按行政区划代码排列，不是名次。{SECTIONS}{numerals.LEGEND}"
    return Table(rows, f"各县各轮的水平：{subject}", note, shown)


def tiers(results: Results, *indicators: str) -> Table | Markdown:
    """Return indicators over the waves for key schools and for the others: two rows an indicator."""
    rows = results.told(indicators, waves=results.waves, groups=list(TIERS))
    if rows.empty:
        return nothing("重点帮扶学校与其余学校")
    pairs = [(name, tier) for name in dict.fromkeys(rows["indicator"]) for tier in TIERS]
    shown = _across(results, rows, zip(rows["indicator"], rows["group"], strict=True), pairs)
    shown.insert(0, "指标", [results.name(name) for name, _ in pairs])
    shown.insert(1, "学校", [TIERS[tier] for _, tier in pairs])
    done = rows["indicator"].str.endswith(".done").all()
    what = "“五个一”任务的完成情况" if done else "的水平"
    title = f"{results.place}重点帮扶学校与其余学校{what}"
    note = f"{RECORDS if done else INTERVAL + COUNTS}{records.partly(rows)}{SELECTED}"
    return Table(rows, title, f"{note}{SECTIONS}{numerals.LEGEND}", shown)


def stages(results: Results, level: str) -> Table | Markdown:
    """Return how many units stand at each stage of each task at this wave: a row a task, a column a stage."""
    tasks = results.items(level)
    scale = results.codebook.scales[results.codebook.item[tasks[0]].scale]
    labels = {option.value: option.label for option in scale.options if option.value is not None}
    rows = results.told([f"{task}.progress.{value}" for task in tasks for value in labels])
    if rows.empty:
        return nothing(results.codebook.label(level))
    parts = [name.split(".") for name in rows["indicator"]]  # task, progress, value
    texts = zip(parts, numerals.cells(rows), strict=True)
    shown = grid(
        ((part[0], labels[int(part[-1])], text) for part, text in texts),
        tasks,
        list(labels.values()),
        numerals.ABSENT,
    )
    counted = [(part[0], "n/N", text) for part, text in zip(parts, numerals.denominators(rows), strict=True)]
    shown["n/N"] = grid(counted, tasks, ["n/N"], numerals.ABSENT)
    shown.insert(0, "任务", [f"{task} {results.codebook.label(task)}" for task in tasks])
    title = (
        f"{results.place}{results.codebook.label(level)}任务所处的阶段（{results.wave_label(results.wave)}）"
    )
    note = (
        f"格内为处在该阶段的单位数；n/N 为有记录的单位数／应有的单位数。是计数，没有区间。{numerals.LEGEND}"
    )
    return Table(rows, title, note, shown)


def by_wave(
    results: Results, indicators, head: str, title: str, note: str, names: dict[str, str] | None = None
) -> Table | Markdown:
    """Return indicators over the waves, a row an indicator; a wave that did not ask it shows a dash."""
    rows = results.told(indicators, waves=results.waves)
    if rows.empty:
        return nothing(title.removeprefix(results.place))
    known = list(dict.fromkeys(rows["indicator"]))
    shown = _across(results, rows, rows["indicator"], known)
    shown.insert(0, head, [(names or {}).get(name) or results.codebook.subject(name) for name in known])
    note = f"{note}{COUNTS}{records.partly(rows)}{numerals.LEGEND}"
    return Table(rows, title, note, shown)


def _across(results: Results, rows: pd.DataFrame, keys: Iterable, order: list) -> pd.DataFrame:
    """Return value and n/N of rows with a column a wave; a wave that did not ask shows a dash.

    In: keys: what each of the rows belongs to; order: these keys, a row of the grid each
    """
    texts = zip(keys, rows["wave"], _with_count(results, rows), strict=True)
    shown = grid(texts, order, results.waves, numerals.NOT_ASKED)
    return shown.set_axis([results.wave_label(wave) for wave in results.waves], axis=1)


def _states(results: Results, level: str, state: progress.State, title: str) -> Table | Markdown:
    if state.texts.empty:
        return nothing(results.codebook.label(level))
    shown = state.texts.fillna(numerals.ABSENT).rename_axis("任务").reset_index()
    shown.columns.name = None
    return Table(state.rows, title, f"{state.note}{numerals.LEGEND}", shown)


def _with_count(results: Results, rows: pd.DataFrame) -> list[str]:
    """Return the value of every row over its n/N, the mark alone where there is no value.

    Rule: a figure of the programme without all counties says of how many it is: 20 over 3/7，3/7 县
    """
    texts = [(valued(row), records.heard(results, row)) for row in tuples(rows)]
    return [f"{text}{'，' if chr(10) in text else chr(10)}{of}" if of else text for text, of in texts]


def valued(row) -> str:
    """Return 72%（68–76） over 258/314; of records, how many units have finished: 5/9; a count alone: 38.

    Rule: a share of one is no share: what the one record of a county says is 是 or 否
    """
    if row.method == SHARE and row.N == 1 and row.county_code != "all" and pd.notna(row.value):
        return "是" if row.value == 1 else "否"
    if row.indicator.endswith(".done"):
        return numerals.finished(row)
    value, count = numerals.cell(row), numerals.denominator(row)
    if row.status == "count" and pd.isna(row.N):
        return value
    return value if value in (count, numerals.ABSENT) else f"{value}\n{count}"
