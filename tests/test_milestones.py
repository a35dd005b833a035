"""A milestone says 是 or 否 only where the interval does, and 证据不足 where nothing else is honest."""

import dataclasses

import clean_tables
import pandas as pd
import pytest
from evidence_fixture import NUMBERS, county, programme

from yiduiyi_analysis import codebook
from yiduiyi_analysis.analyse import milestones

BOOK = clean_tables.BOOK


def judge(rule, rows, better="up", target=None, indicator="R6.top2", wave="W2", since=None):
    """Return the verdict on one goal from rows of (indicator, wave, value, lo, hi, more)."""
    goal = codebook.Goal(indicator=indicator, better=better, target=target)
    mark = codebook.Milestone(id="m", label="m", wave=wave, rule=rule, since=since, goals=[goal])
    book = dataclasses.replace(BOOK, milestones={"m": mark})
    columns = {"county_code": "A", "group": "all", "n": 50, "N": 60, "unit": "rate", "status": "ok"}
    table = pd.DataFrame(
        [
            columns | dict(zip(["indicator", "wave", "value", "lo", "hi"], row[:5], strict=True)) | row[5]
            for row in (([*given, {}] if len(given) == 5 else given) for given in rows)
        ]
    ).astype(NUMBERS)
    return milestones.verdicts(table, book).iloc[0]


@pytest.mark.parametrize(
    ("ends", "better", "verdict"),
    [
        ((0.01, 0.11), "up", "是"),
        ((-0.01, 0.09), "up", "证据不足"),
        ((0.0, 0.1), "up", "证据不足"),
        ((-0.11, -0.01), "up", "否"),
        ((-0.11, -0.01), "down", "是"),
        ((0.01, 0.11), "down", "否"),
    ],
)
def test_a_change_counts_only_if_its_interval_excludes_no_change_in_the_good_direction(ends, better, verdict):
    row = judge("improved", [("R6.top2_change", "W2", sum(ends) / 2, *ends)], better)
    assert row["verdict"] == verdict and (row["lo"], row["hi"]) == ends and row["n"] == 50


def test_without_an_earlier_wave_there_is_no_verdict():
    row = judge("improved", [("R6.top2", "W1", 0.8, 0.75, 0.85)], wave="W1")
    assert row["verdict"] == "证据不足" and "没有更早一轮" in row["reason"] and pd.isna(row["value"])


@pytest.mark.parametrize(
    ("status", "said"), [("suppressed", "不公布"), ("no_data", "没有数据"), ("no_interval", "没有区间")]
)
@pytest.mark.parametrize("rule", ["improved", "reached"])
def test_what_is_hidden_lacking_or_without_interval_decides_nothing(rule, status, said):
    name = "R6.top2_change" if rule == "improved" else "R6.top2"
    row = judge(rule, [(name, "W2", None, None, None, {"status": status, "n": None})], target=0.5)
    assert row["verdict"] == "证据不足" and said in row["reason"]


@pytest.mark.parametrize(
    ("value", "ends", "better", "verdict"),
    [
        (0.9, (0.85, 0.95), "up", "是"),
        (0.9, (0.84, 0.95), "up", "证据不足"),
        (0.8, (0.75, 0.84), "up", "否"),
        (0.8, (0.75, 0.85), "down", "是"),
        (0.9, (0.86, 0.95), "down", "否"),
    ],
)
def test_a_target_is_reached_if_the_whole_interval_reaches_it(value, ends, better, verdict):
    row = judge("reached", [("R6.top2", "W2", value, *ends)], better, target=0.85)
    assert row["verdict"] == verdict and row["target"] == 0.85


def test_where_all_answered_the_value_decides():
    whole = {"status": "full", "n": 60}
    assert judge("reached", [("R6.top2", "W2", 0.85, None, None, whole)], target=0.85)["verdict"] == "是"
    assert judge("reached", [("R6.top2", "W2", 0.84, None, None, whole)], target=0.85)["verdict"] == "否"
    still = judge("improved", [("R6.top2_change", "W2", 0.0, None, None, whole)])
    assert still["verdict"] == "否"


def test_a_count_with_units_without_a_record_is_judged_at_both_ends():
    def done(reported, value):
        given = {"status": "count", "n": reported, "N": 10}
        return judge(
            "reached", [("S1.done", "W2", value, None, None, given)], target=0.8, indicator="S1.done"
        )["verdict"]

    assert [done(10, 0.8), done(9, 8 / 9), done(8, 7 / 8), done(8, 0.5)] == ["是", "是", "证据不足", "否"]


def test_a_count_improves_if_it_rose_whatever_the_missing_records_say():
    def rise(before, after, n=10):
        rows = [
            ("S1.done", wave, value, None, None, {"status": "count", "n": n, "N": 10})
            for wave, value in (("W0", before), ("W2", after))
        ]
        return judge("improved", rows, indicator="S1.done")["verdict"]

    assert [rise(0.1, 0.4), rise(0.4, 0.4), rise(0.4, 0.1), rise(0.2, 0.3, n=9)] == [
        "是",
        "否",
        "否",
        "证据不足",
    ]


def test_no_target_gives_no_verdict_but_the_figure():
    row = judge("reached", [("R6.top2", "W2", 0.9, 0.85, 0.95)])
    assert row["verdict"] == "未设目标" and row["value"] == 0.9 and pd.isna(row["target"])


@pytest.mark.parametrize(
    ("then", "now", "verdict"),
    [
        ((0.9, 0.88, 0.92), (0.91, 0.89, 0.93), "是"),
        ((0.92, 0.9, 0.94), (0.9, 0.88, 0.92), "是"),
        ((0.98, 0.97, 0.99), (0.9, 0.88, 0.92), "否"),
        ((0.9, 0.88, 0.92), (0.85, 0.83, 0.87), "证据不足"),
        ((0.9, 0.88, 0.92), (0.8, 0.78, 0.82), "否"),
        ((None, None, None), (0.9, 0.88, 0.92), "证据不足"),
    ],
)
def test_a_target_holds_if_it_is_reached_and_has_not_fallen_back(then, now, verdict):
    before = {"status": "suppressed" if then[0] is None else "ok"}
    rows = [("R6.top2", "W2", *then, before), ("R6.top2", "W3", *now)]
    assert judge("held", rows, target=0.85, wave="W3", since="W2")["verdict"] == verdict


def test_a_goal_may_have_a_rule_of_its_own_beside_its_milestone():
    goals = [
        codebook.Goal(indicator="R6.top2", better="up", target=0.85, rule="reached"),
        codebook.Goal(indicator="B.mean", better="up"),
    ]
    mark = codebook.Milestone(id="m", label="m", wave="W1", rule="improved", goals=goals)
    columns = {"county_code": "A", "group": "all", "wave": "W1", "n": 50, "N": 60, "status": "ok"}
    table = pd.DataFrame(
        [
            columns | {"indicator": "R6.top2", "value": 0.9, "lo": 0.87, "hi": 0.93, "unit": "rate"},
            columns | {"indicator": "B.mean_change", "value": 0.1, "lo": -0.1, "hi": 0.3, "unit": "points"},
        ]
    ).astype(NUMBERS)
    told = milestones.verdicts(table, dataclasses.replace(BOOK, milestones={"m": mark}))
    assert told["verdict"].tolist() == ["是", "证据不足"] and told["value"].tolist() == [0.9, 0.1]


def test_the_half_year_judges_satisfaction_by_its_level_since_nothing_was_asked_before():
    table = programme().milestones
    early = table[table["milestone"].eq("half_year")].set_index(["indicator", "county_code"])
    assert early.loc[("R6.top2", "all"), "target"] == 0.85
    assert pd.notna(early.loc[("R6.top2", "all"), "value"])
    assert not early["reason"].str.contains("没有更早一轮").any()


def test_every_place_has_a_verdict_on_every_goal():
    table = programme().milestones
    goals = sum(len(mark.goals) for mark in BOOK.milestones.values())
    assert len(table) == 8 * goals and not table["verdict"].isna().any()
    assert set(county().milestones["county_code"]) == {"513431"}


def test_a_share_of_those_reached_by_records_is_judged_as_it_is_recorded():
    """Nobody is unknown where a record is kept: 30 of 60 are half, not between a quarter and three."""
    half = {"status": "count", "n": 30, "N": 60, "method": "records/reach"}
    for target, verdict in ((0.5, "是"), (0.6, "否")):
        row = judge(
            "reached",
            [("I06.recorded", "W2", 0.5, None, None, half)],
            target=target,
            indicator="I06.recorded",
        )
        assert row["verdict"] == verdict
