"""What the seven training institutions and seven county bodies say of themselves; some do not file."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Instrument
from yiduiyi_analysis.demo.drafts import Desk, Draft
from yiduiyi_analysis.demo.streams import stream

HOW = "wave tabs"
FILED = 0.86
HARDSHIPS = ["山路远，专家进校一次往返两天", "县里研训人员少，一人兼三个学科", "平台账号发了，网络跟不上",
             "培训时间与学校教学冲突",
             "跟岗名额少，村小教师出不来"]  # fmt: skip


def draw(tool: Instrument, desk: Desk) -> pd.DataFrame:
    """Return the self-reports, a row a county, side and wave that was filed, before any fault."""
    rng = stream(desk.seed, "institutions")
    rows = (
        pd.DataFrame({"county_code": sorted(desk.book.counties["county_code"])})
        .merge(pd.DataFrame({"side": [1, 2]}), how="cross")
        .merge(pd.DataFrame({"wave": tool.waves, "turn": range(len(tool.waves))}), how="cross")
    )
    n, trains = len(rows), rows["side"] == 1
    arrived = np.minimum(0.35 + 0.2 * rows["turn"], 0.95)
    team = rng.integers(6, 26, n)
    merged = np.minimum(rng.integers(0, 2, n) + (rows["turn"] > 0) * (rng.random(n) < 0.5), 2)
    rows = rows.assign(
        team=team.astype(float),
        senior=rng.binomial(team, 0.3).astype(float),
        school_days=(rng.poisson(9 + 14 * rows["turn"]) * np.where(trains, 1, 2)).astype(float),
        in_place=np.where(trains, rng.binomial(9, arrived), 0).astype(float),
        independent=np.where(trains, np.nan, rng.poisson(1.5 + 3 * rows["turn"])),
        merged=np.where(trains, np.nan, merged),
        hardship=rng.choice(HARDSHIPS, n),
        consent=rng.choice([1, 0], n, p=[0.6, 0.4]),
    )
    return rows[rng.random(n) < FILED]


def spoil(draft: Draft) -> None:
    """Plant numbers in words and more senior members than members."""
    for turn, row in enumerate(draft.take(4)):
        value = int(draft.rows.loc[row, "school_days"])
        cell, fault = [(f"{value}天", "number_with_unit"), (f"约{value}天", "number_with_about")][turn % 2]
        if fault == "number_with_about":
            draft.put(row, "school_days", np.nan, cell)
            draft.note(row, "school_days", fault, "missing:invalid", "value_unknown")
        else:
            draft.put(row, "school_days", float(value), cell)
            draft.note(row, "school_days", fault, "repaired", right=value)
    for row in draft.take(2):
        draft.put(row, "team", np.nan, "十余人")
        draft.note(row, "team", "number_in_words", "missing:invalid", "value_unknown")
    for row in draft.take(2):
        more = int(draft.rows.loc[row, "team"]) + 4
        draft.blank(row, "senior", more, "senior_over_team", "more_senior_than_members")
    for row in draft.take(2):
        draft.blank(row, "school_days", 400, "out_of_range", "days_out_of_range")
