"""The two 五个一 as grids of text: the stage where one unit reports, else how many units have finished."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Scale
from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.lookup import grid, tuples
from yiduiyi_analysis.present.results import Results


@dataclass(frozen=True)
class State:
    """A row a task, a column a wave or county: share done or stage (0–1), text, what the text means.

    rows: the evidence behind them
    """

    shares: pd.DataFrame
    texts: pd.DataFrame
    note: str
    rows: pd.DataFrame


def over_waves(results: Results, level: str) -> State:
    """Return the state of one level's tasks in every wave up to this one."""
    names = {wave: results.wave_label(wave) for wave in results.waves}
    return _state(results, level, "wave", names, waves=results.waves)


def by_county(results: Results, level: str) -> State:
    """Return the state of one level's tasks at this wave in every county."""
    counties = results.codebook.counties
    names = dict(zip(counties["county_code"], counties["county"], strict=True))
    return _state(results, level, "county_code", names, places=list(names))


def finished_means(results: Results, level: str) -> str:
    """Return what counts as finished, in the scale's own words."""
    scale = _scale(results, level)
    return "或".join(f"“{option.label}”" for option in scale.options if option.value in scale.top)


def _state(results: Results, level: str, across: str, names: dict, **where) -> State:
    tasks = results.items(level)
    done = results.told([f"{task}.done" for task in tasks], **where)
    if done.empty:
        return State(pd.DataFrame(), pd.DataFrame(), "", done)
    if done["N"].eq(1).all():
        rows, note = _stages(results, level, where), "格内为该任务所处的阶段，依县的台账；是记录，没有区间。"
    else:
        rows = done.assign(share=done["value"], text=[numerals.finished(row) for row in tuples(done)])
        note = (
            f"格内为已完成的单位数／有记录的单位数；完成指{finished_means(results, level)}。"
            "有的单位没有记录时，另列应完成的单位数 N。是计数，没有区间。"
        )
    asked = [name.partition(".")[0] for name in rows["indicator"]]
    named = [f"{task} {results.codebook.label(task)}" for task in tasks]
    shares, texts = (
        grid(zip(asked, rows[across], told, strict=True), tasks, list(names), np.nan)
        .set_axis(named, axis=0)
        .set_axis(list(names.values()), axis=1)
        for told in (rows["share"].astype(float), rows["text"])
    )
    # A grid that nobody filled has no text in it for pandas to see: say what it holds.
    return State(shares.astype(float), texts.astype(object), note, rows)


def _stages(results: Results, level: str, where: dict) -> pd.DataFrame:
    """Return one row a task with the stage that its one unit has reached."""
    labels = {o.value: o.label for o in _scale(results, level).options if o.value is not None}
    known = list(labels)
    stages = {f"{task}.progress.{value}": value for task in results.items(level) for value in known}
    rows = results.rows(stages, **where)
    reached = rows[rows["value"].eq(1).fillna(False)]
    stage = reached["indicator"].map(stages).astype(int)
    return reached.assign(share=stage / max(known), text=stage.map(labels))


def _scale(results: Results, level: str) -> Scale:
    return results.codebook.scales[results.codebook.item[results.items(level)[0]].scale]
