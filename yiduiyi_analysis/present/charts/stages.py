"""The school's 五个一, school by school: the stage that each task has reached."""

import pandas as pd

from yiduiyi_analysis.present import numerals, records, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.display import Chart, Markdown, nothing
from yiduiyi_analysis.present.results import Results


@style.look()
def school_stages(results: Results, level: str) -> Chart | Markdown:
    """Return a heat map of the tasks of a level: a row a school, a column a task, darker for further on."""
    tasks, schools = results.items(level), results.schools.sort_values("school_id")
    label = results.codebook.label(level)
    groups = [f"{records.SCHOOL}{school}" for school in schools["school_id"]]
    rows = results.told([f"{task}.stage" for task in tasks], groups=groups)
    if rows.empty:
        return nothing(f"{label}：学校 × 任务")
    names = schools["school"].where(~schools["is_key"].astype(bool), "■ " + schools["school"]).tolist()
    shades, texts = grids(results, rows, tasks, dict(zip(groups, names, strict=True)))
    figure, ax = style.canvas(results.synthetic, 0.6 + 0.20 * len(names), covered=True)
    shown = shades.set_axis([style.wrap(name, 8) for name in shades.columns], axis=1)
    parts.tiles(ax, shown, texts, 7.5, 7.5)
    known = int(rows["status"].isin(numerals.SHOWN).sum())
    return Chart(
        figure,
        f"{results.place}{label}：学校 × 任务（{results.wave_label(results.wave)}）",
        f"一行一所学校，共 {len(names)} 所，■ 为重点帮扶学校；一列一项任务，格内为台账所记的阶段，"
        f"颜色越深，进展越远；有记录的格 {known}/{texts.size}。"
        f"是记录，没有区间；学校照名册排列，不是名次。{numerals.LEGEND}",
        parts.spoken(
            [f"{school}{task}" for school in texts.index for task in texts.columns], texts.to_numpy().ravel()
        ),
    )


def grids(results: Results, rows: pd.DataFrame, tasks: list[str], names: dict[str, str]):
    """Return shares (0–1) and texts of stages: a row a group by `names`, a column a task."""
    scale = results.codebook.scales[results.codebook.item[tasks[0]].scale]
    labels = {option.value: option.label for option in scale.options if option.value is not None}
    known = rows["status"].isin(numerals.SHOWN) & rows["value"].notna()
    stage = rows["value"].astype("Float64").round()
    told = stage.map(labels).where(known, pd.Series(numerals.cells(rows), index=rows.index))
    rows = rows.assign(task=rows["indicator"].str.partition(".")[0], text=told.astype(object))
    rows["share"] = (stage / max(labels)).where(known)
    heads = [f"{task} {results.codebook.label(task)}" for task in tasks]
    shades, texts = (
        rows.pivot_table(index="group", columns="task", values=name, aggfunc="first")
        .reindex(index=list(names), columns=tasks)
        .set_axis(list(names.values()), axis=0)
        .set_axis(heads, axis=1)
        for name in ("share", "text")
    )
    return shades.astype(float), texts.astype(object).fillna(numerals.ABSENT)
