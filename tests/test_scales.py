import gold
import numpy as np
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import estimate, scales


def table(*rows):
    return pd.DataFrame(rows, columns=[f"Q{k}" for k in range(1, len(rows[0]) + 1)], dtype=float)


def test_person_means_by_the_80_percent_rule_equal_r():
    wave = gold.wave(3)
    values = wave[gold.ITEMS]
    score = scales.score(values, pd.DataFrame(True, values.index, values.columns))
    plan = estimate.design(wave.assign(weight=wave["w"], stratum=wave["county"], psu=wave["school"]))
    row = estimate.means(score.to_frame("s"), plan, pd.Series("all", wave.index)).iloc[0]
    expected = gold.answer("prog.scale.person_mean")
    assert (row["n"], row["value"], row["se"]) == pytest.approx(
        tuple(expected[k] for k in ("n", "est", "se")), rel=gold.RTOL
    )


def test_four_of_five_answers_are_enough_and_three_are_not():
    values = table([1, 2, 3, 4, np.nan], [1, 2, 3, np.nan, np.nan])
    score = scales.score(values, values.notna() | True)
    assert score.tolist() == pytest.approx([2.5, np.nan], nan_ok=True)


def test_what_does_not_apply_is_not_missing():
    values = table([1, 2, 3, np.nan, np.nan])
    applicable = table([1, 1, 1, 0, 0]).astype(bool)
    assert scales.score(values, applicable).tolist() == [2]
    assert scales.score(values * np.nan, applicable & False).isna().all()


def test_reverse_items_are_turned_within_their_scale_and_others_left_alone():
    turned = scales.turned(table([1, 4], [5, np.nan]), {"Q2": (1, 4)})
    assert turned["Q2"].tolist() == pytest.approx([1, np.nan], nan_ok=True) and turned["Q1"].tolist() == [
        1,
        5,
    ]


def test_top_two_keeps_missing_apart_from_no():
    assert scales.end(pd.Series([5, 4, 3, np.nan]), [4, 5]).tolist() == pytest.approx(
        [1, 1, 0, np.nan], nan_ok=True
    )


@pytest.mark.parametrize(
    ("answers", "met"),
    [
        ([1, 1, 1, 1, np.nan], 1),
        ([1, 1, 1, 0, np.nan], np.nan),
        ([1, 1, 0, 0, np.nan], 0),
        ([1, 1, 1, 1, 1], 1),
    ],
)
def test_a_rule_over_items_waits_only_for_answers_that_decide(answers, met):
    assert scales.at_least(table(answers), 4).tolist() == pytest.approx([met], nan_ok=True)


def test_both_rules_are_met_only_together():
    rules = table([1, 1], [1, 0], [np.nan, 0], [np.nan, 1])
    assert scales.all_of(rules).tolist() == pytest.approx([1, 0, 0, np.nan], nan_ok=True)


def test_long_answers_become_one_row_a_response():
    long = pd.DataFrame(
        {"response_id": ["b", "a", "x"], "item_id": ["Q2", "Q1", "Q1"], "missing": ["not_asked", None, None]}
    )
    long["value"] = pd.array([None, 3, 5], dtype="Float64")
    values, applicable = scales.wide(long, pd.Index(["a", "b"]), ["Q1", "Q2"])
    assert values.loc["a", "Q1"] == 3 and values.isna().sum().sum() == 3
    assert applicable.to_numpy().tolist() == [[True, False], [False, False]]
