import clean_tables
import gold
import numpy as np
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import agreement, estimate

ROSTER = clean_tables.schools({"A": [(10, True)] + [(5, False)] * 4, "B": [(10, True), (8, False)]})


def rated(rows):
    """Return ratings of one wave from (school, rater, task, level) rows."""
    table = pd.DataFrame(rows, columns=["school_id", "rater", "task_id", "level"])
    missing = np.where(table["level"].isna(), "not_applicable", None)
    return table.assign(wave="W0", level=pd.array(table["level"], dtype="Int64"), missing=missing)


def pairs(*levels, county="A", task="T1.1"):
    schools = [f"{county}-{number:03d}" for number in range(1, len(levels) + 1)]
    both = zip(schools, levels, strict=True)
    return rated([(s, rater, task, v[k]) for s, v in both for k, rater in enumerate(agreement.RATERS)])


def reference():
    """Return the reference ratings: 70 schools in their counties, and their ratings."""
    table = pd.read_csv(gold.DATA / "prog_selfexpert.csv")
    long = table.melt(["school", "indicator"], ["self", "expert"], var_name="rater", value_name="level")
    long = long.rename(columns={"school": "school_id", "indicator": "task_id"}).assign(
        wave="W0", missing=None
    )
    return long.assign(level=long["level"].astype("Int64")), clean_tables.gold_roster()


def test_mean_bias_of_the_totals_and_its_interval_equal_r():
    ratings, _ = reference()
    tasks = sorted(ratings["task_id"].unique())
    difference, _ = agreement.levels(ratings, tasks)["gap"]
    total = -difference.sum(axis=1).reset_index(drop=True)
    plan = estimate.design(pd.DataFrame({"weight": 1.0, "stratum": "all", "psu": total.index}))
    row = estimate.means(total.to_frame("t"), plan, pd.Series("all", total.index)).iloc[0]
    lo, hi = estimate.interval(row["value"], row["se"], row["df"])
    expected = gold.answer("selfexpert.blandaltman")
    assert (row["n"], row["value"], lo, hi) == pytest.approx(
        tuple(expected[k] for k in ("n", "bias", "bias.lo", "bias.hi")), rel=gold.RTOL
    )


def test_a_county_with_all_its_schools_rated_has_a_gap_and_no_interval():
    ratings, roster = reference()
    table = agreement.gap(ratings, roster, ["k01"])
    assert (
        len(table) == 7 and table["full"].all() and table["lo"].isna().all() and table["value"].notna().all()
    )


def test_the_gap_is_paired_and_its_interval_knows_the_countys_other_schools():
    table = agreement.gap(pairs((1, 2), (2, 2), (2, 4)), ROSTER, ["T1.1"]).iloc[0]
    se = np.std([1, 0, 2], ddof=1) / np.sqrt(3) * np.sqrt(1 - 3 / 5)
    assert table["value"] == 1 and table["n"] == 3 and table["se"] == pytest.approx(se)
    assert table["hi"] - table["value"] == pytest.approx(4.302653 * se, rel=1e-6)


def test_a_school_without_one_of_the_two_ratings_is_left_out():
    table = agreement.gap(pairs((1, 2), (2, 3), (4, None)), ROSTER, ["T1.1"]).iloc[0]
    assert table["n"] == 2 and table["value"] == 1


def test_one_school_alone_has_a_gap_without_interval():
    table = agreement.gap(pairs((1, 3)), ROSTER, ["T1.1"]).iloc[0]
    assert table["value"] == 2 and np.isnan(table["lo"]) and not table["full"]


def test_several_experts_count_as_their_mean():
    two = rated(
        [("A-001", "expert", "T1.1", 2), ("A-001", "expert", "T1.1", 3), ("A-001", "self", "T1.1", 4)]
    )
    level, applies = agreement.levels(two, ["T1.1", "T1.2"])["expert"]
    assert level["T1.1"].tolist() == [2.5] and applies.to_numpy().tolist() == [[True, False]]


def test_no_rating_at_all_is_an_empty_answer():
    empty = rated([("A-001", "self", "T1.1", 1)]).iloc[:0]
    assert agreement.gap(empty, ROSTER, ["T1.1"]).empty
