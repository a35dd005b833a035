"""One published unit, a school or a county's joined small schools, beside its county."""

import pandas as pd

from yiduiyi_analysis.present import numerals, records
from yiduiyi_analysis.present.charts import stages
from yiduiyi_analysis.present.display import Markdown, Table, nothing
from yiduiyi_analysis.present.lookup import grid, tuples
from yiduiyi_analysis.present.results import Results, evident
from yiduiyi_analysis.present.tables.levels import COUNTS, INTERVAL, valued
from yiduiyi_analysis.present.tables.register import TIERS

SIDES = "全县含{own}，两者并列，不相减。"


def unit_schools(results: Results, unit_id: str) -> Table | Markdown:
    """Return the schools of a unit as printed, with tier and teachers."""
    rows = _schools(results, unit_id)
    if rows.empty:
        return nothing("学校名单")
    frame = pd.DataFrame(
        {
            "学校": rows["school"].to_numpy(),
            "类别": rows["is_key"].astype(bool).map(TIERS).to_numpy(),
            "专任教师（人）": rows["teachers"].to_numpy(),
        }
    )
    least = results.codebook.thresholds.mean_min
    joined = (
        f"全县不足 {least} 名教师的学校合为本单元，合起来仍不足 {least} 名的，"
        "再加上其余学校中教师最少的一所；只公布合并后的教师数据。"
    )
    return Table(frame, "本页的学校", f"据川教函〔2020〕375号附件2。{joined if len(rows) > 1 else ''}")


def unit_response(results: Results, unit_id: str) -> Table | Markdown:
    """Return the teachers' response rate over the waves: the unit above, its county below."""
    return _beside(
        results, unit_id, results.rates[:1], "教师问卷的应答率", "应答率＝作答人数÷名册人数，没有区间；"
    )


def unit_levels(results: Results, unit_id: str) -> Table | Markdown:
    """Return the levels that are published for units, over the waves: the unit above, its county below."""
    group = f"{records.UNIT}{unit_id}"
    own = results.evidence[results.evidence["group"].eq(group)]["indicator"].unique()
    told = [d.id for d in results.tool("teacher").dimensions]
    order = [f"{name}.mean" for name in told] + [name for name in own if name.endswith(".top2")]
    names = [name for name in order if name in set(own)]
    return _beside(results, unit_id, names, "教师问卷的水平", INTERVAL)


def unit_stages(results: Results, unit_id: str, level: str) -> Table | Markdown:
    """Return the stage of each task of each school of a unit: a row a school, a column a task."""
    schools, tasks = _schools(results, unit_id), results.items(level)
    groups = records.SCHOOL + schools["school_id"]
    rows = results.told([f"{task}.stage" for task in tasks], groups=groups.tolist())
    label = results.codebook.label(level)
    if rows.empty:
        return nothing(label)
    _, texts = stages.grids(results, rows, tasks, dict(zip(groups, schools["school"], strict=True)))
    shown = texts.rename_axis("学校").rename_axis(None, axis=1).reset_index()
    title = f"{label}任务所处的阶段（{results.wave_label(results.wave)}）"
    return Table(rows, title, f"格内为台账所记的阶段，是记录，没有区间。{numerals.LEGEND}", shown)


def _schools(results: Results, unit_id: str) -> pd.DataFrame:
    own = results.units.loc[results.units["unit_id"].eq(unit_id), "school_id"]
    return results.schools[results.schools["school_id"].isin(own)].sort_values("school_id", ignore_index=True)


def _beside(results: Results, unit_id: str, names: list[str], title: str, note: str) -> Table | Markdown:
    """Return indicators of a unit and of its county, two rows an indicator, a column a wave."""
    mine = records.own(results, unit_id)
    places = {f"{records.UNIT}{unit_id}": mine, "all": "全县"}
    rows = results.rows(names, waves=results.waves, groups=list(places))
    if evident(rows[rows["group"] != "all"]).empty:
        return nothing(title)
    known = dict.fromkeys(rows["indicator"])
    pairs = [(name, group) for name in known for group in places]
    texts = (((row.indicator, row.group), row.wave, valued(row)) for row in tuples(rows))
    shown = grid(texts, pairs, results.waves, numerals.NOT_ASKED)
    shown = shown.set_axis([results.wave_label(wave) for wave in results.waves], axis=1)
    shown.insert(0, "指标", [results.name(name) for name, _ in pairs])
    shown.insert(1, "范围", [places[group] for _, group in pairs])
    told = f"{note}{COUNTS}{SIDES.format(own=mine)}{numerals.LEGEND}"
    return Table(rows, title, told, shown)
