import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import change, effect, estimate, sampling, totals


def waves(seed=0, n=60):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"w": rng.uniform(1, 3, n), "wave": rng.integers(0, 2, n)})
    frame["county"], frame["school"] = rng.choice(list("AB"), n), rng.integers(0, 5, n)
    answers = pd.DataFrame(rng.integers(1, 6, (n, 2)).astype(float), columns=["q1", "q2"])
    return frame.join(answers.mask(rng.random((n, 2)) < 0.1))


def everyone(frame, scores=None, by=None):
    plan = sampling.plan(frame, "w", "county", "school")
    return change.everyone(frame[["q1", "q2"]] if scores is None else scores, plan, frame["wave"], (0, 1), by)


def test_change_is_the_contrast_of_waves_in_one_design():
    frame = waves()
    plan = sampling.plan(frame, "w", "county", "school")
    expected = totals.contrast(frame[["q1", "q2"]], plan, frame["wave"], {0: -1, 1: 1})
    pd.testing.assert_frame_equal(
        everyone(frame)[["item", "value", "se", "df"]], expected[["item", "value", "se", "df"]]
    )


def test_change_by_county_is_the_change_within_each():
    frame = waves()
    by = everyone(frame, by=frame["county"]).set_index(["group", "item"])
    alone = everyone(
        frame.assign(county=frame["county"].where(frame["county"] == "A", "B")), by=frame["county"]
    )
    assert len(by) == 4 and (by["n_before"] + by["n_after"] > 0).all()
    np.testing.assert_allclose(by["value"], alone["value"])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.2, 5))
def test_turning_the_scale_flips_the_sign_and_keeps_the_error(seed, factor):
    frame = waves(seed)
    base, turned = everyone(frame), everyone(frame, 6 - frame[["q1", "q2"]])
    np.testing.assert_allclose(turned["value"], -base["value"], atol=1e-12)
    np.testing.assert_allclose(turned["se"], base["se"])
    order = np.random.default_rng(seed).permutation(len(frame))
    again = frame.iloc[order].assign(w=frame["w"] * factor)
    pd.testing.assert_frame_equal(everyone(again), base)


def test_a_wave_nobody_answered_has_no_change_and_says_how_many_there_were():
    frame = waves().assign(wave=0)
    table = everyone(frame)
    assert table["value"].isna().all() and table["se"].isna().all() and (table["n_after"] == 0).all()
    assert (table["status"] == "no_data").all()
    assert everyone(frame.assign(wave=5)).empty


def test_one_school_alone_has_a_change_without_interval():
    table = everyone(waves().assign(county="A", school=1))
    assert table["value"].notna().all() and table[["se", "lo", "hi"]].isna().all(axis=None)
    assert (table["status"] == "no_interval").all()


def test_finite_changes_add_their_variances():
    keys = {"item": "q", "full": False, "n": 20}
    before = pd.DataFrame(
        [{"group": "A", "value": 2.0, "se": 0.3} | keys, {"group": "B", "value": 2.0, "se": 0.3} | keys]
    )
    after = pd.DataFrame([{"group": "A", "value": 2.5, "se": 0.4} | keys])
    table = change.finite(before, after).set_index("group")
    assert table.loc["A", ["value", "se"]].tolist() == pytest.approx([0.5, 0.5])
    assert table.loc["A", "hi"] == pytest.approx(0.5 + 1.959964 * 0.5)
    assert table.loc["B", ["value", "se"]].isna().all() and table.loc["B", "n_after"] == 0


def test_everyone_in_both_waves_is_exact():
    frame = pd.DataFrame({"weight": 1.0, "stratum": "A", "psu": range(3), "N": 3.0})
    design, by = estimate.design(frame, "N"), pd.Series(["A"] * 3)
    first, second = (estimate.means(pd.DataFrame({"q": x}), design, by) for x in ([1.0, 2, 3], [2.0, 3, 4]))
    row = change.finite(first, second).iloc[0]
    assert row["full"] and row["se"] == 0 and row["lo"] == row["hi"] == 1


def persons():
    before = pd.DataFrame({"pid": ["a", "b", "c", None], "q": [1.0, 2, 5, 3]})
    after = pd.DataFrame(
        {"pid": ["b", "a", "d", None], "q": [4.0, 2, 1, 1], "w": [1.0, 3, 1, 1], "school": [1, 2, 3, 3]}
    )
    return before, after


def test_stayers_are_matched_by_person_and_weighted_by_the_later_wave():
    row = change.stayers(*persons(), "pid", ["q"], weight="w", units="school").iloc[0]
    assert row["n"] == 2 and row["value"] == pytest.approx((1 * 2 + 3 * 1) / 4)
    assert row["match_rate"] == 0.5 and row["stayed_baseline"] == 1.5 and row["left_baseline"] == 4


def test_a_person_who_answered_twice_is_a_decision_not_a_guess():
    before, after = persons()
    with pytest.raises(ValueError, match="twice"):
        change.stayers(pd.concat([before, before]), after, "pid", ["q"], weight="w")


def test_no_stayer_is_no_change():
    before, after = persons()
    row = change.stayers(before.assign(pid=None), after, "pid", ["q"], weight="w").iloc[0]
    assert row["n"] == 0 and np.isnan(row["value"]) and row["match_rate"] == 0 and row["status"] == "no_data"


def test_a_standardised_change_keeps_its_interval_in_step():
    table = everyone(waves())
    made = change.standardised(table, {"q1": 2.0, "q2": 0.0})
    factor = effect.correction(table["n_before"].iloc[0] - 1) / 2
    assert made.loc[0, ["value", "lo", "hi"]].tolist() == pytest.approx(
        (table.loc[0, ["value", "lo", "hi"]] * factor).tolist()
    )
    assert made.loc[1, ["value", "lo", "hi"]].isna().all()


def test_the_spread_is_weighted():
    scores = pd.DataFrame({"q": [1.0, 3, np.nan], "z": [2.0, np.nan, np.nan]})
    made = change.spread(scores, [3, 1, 5])
    assert made["q"] == pytest.approx(np.sqrt((3 * 0.25 + 1 * 2.25) / 4 * 2)) and np.isnan(made["z"])
