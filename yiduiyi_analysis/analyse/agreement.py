"""What schools say of themselves against what experts measured."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.analyse import estimate, scales, status, weights

RATERS = ("self", "expert")


def levels(ratings: pd.DataFrame, tasks: list[str]) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Return for `self`, `expert` and `gap` (expert − self) the levels and their applicability.

    In:     ratings: wave, school_id, rater (self | expert), task_id, level, missing
    Out:    pairs of tables indexed by (wave, school_id), a column a task: level (points, NaN where none)
            and whether the task applies; `gap` holds the schools with both ratings
    Rule:   several raters of one kind count as their mean
    """
    tables = {rater: _table(ratings[ratings["rater"] == rater], tasks) for rater in RATERS}
    both = tables["self"][0].index.intersection(tables["expert"][0].index)
    own, expert = ([table.loc[both] for table in tables[rater]] for rater in RATERS)
    return tables | {"gap": (expert[0] - own[0], expert[1] & own[1])}


def gap(
    ratings: pd.DataFrame, roster: pd.DataFrame, tasks: list[str], by: str = "county_code"
) -> pd.DataFrame:
    """Return the mean gap expert − self of every task, paired by school, a row a group × task.

    In:     ratings of one wave; roster: school_id, county_code and the column `by`
    Out:    group, item, value, se, n, df, full, lo, hi (points), status
    Rule:   schools of a county are a simple random sample of it with finite population correction;
            where all of them have both ratings, or one alone does, there is no interval
    Source: Lohr, Sampling: Design and Analysis, ch. 2
    Raises: ValueError if a rating names a school outside the roster
    """
    weights.check_schools(ratings["school_id"], roster)
    difference, _ = levels(ratings, tasks)["gap"]
    frame = difference.index.to_frame(index=False).merge(
        roster, on="school_id", how="left", validate="many_to_one"
    )
    plan = estimate.design(weights.of_schools(frame, roster), population="population")
    table = estimate.means(difference, plan, frame[by])
    lo, hi = estimate.interval(table["value"], table["se"], table["df"])
    known = ~table["full"] & (table["se"] > 0)
    lo, hi = lo.where(known), hi.where(known)
    return table.assign(lo=lo, hi=hi, status=status.of(table["value"], lo, table["full"]))


def _table(ratings: pd.DataFrame, tasks: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    put = ~ratings["missing"].isin(scales.NOT_PUT)
    rated = ratings.assign(
        put=put.astype(float), level=ratings["level"].astype("Float64").to_numpy(float, na_value=np.nan)
    )
    cells = rated.groupby(["wave", "school_id", "task_id"])
    # not pivot_table: it would drop a school none of whose tasks has a level
    level, put = (part.unstack() for part in (cells["level"].mean(), cells["put"].max()))  # noqa: PD010
    return level.reindex(columns=tasks), put.reindex(columns=tasks).fillna(0).astype(bool)
