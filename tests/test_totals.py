import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import calibrate, distribution, replicate, sampling, totals


def sample(seed=0, n=40):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"w": rng.uniform(1, 3, n), "county": rng.choice(list("AB"), n)})
    frame["school"], frame["x"] = rng.integers(0, 6, n), rng.uniform(1, 5, n)
    return frame.assign(y=frame["x"] + rng.normal(size=n), by=rng.choice(["p", "q"], n))


def plan(frame, **more):
    return sampling.plan(frame, "w", "county", "school", **more)


def test_full_response_has_no_sampling_error_in_any_statistic():
    frame = pd.DataFrame({"x": [1.0, 2, 4], "y": [2.0, 2, 5], "N": 3.0})
    whole = sampling.plan(frame, populations="N")
    for table in (
        totals.means(frame[["x"]], whole),
        totals.totals(frame[["x"]], whole),
        totals.ratios(frame[["x"]], frame[["y"]], whole),
    ):
        assert table["full"].all() and (table["se"] == 0).all() and (table["status"] == "full").all()
    assert totals.totals(frame[["x"]], whole)["value"].iloc[0] == 7


def test_an_item_nobody_answered_and_a_lone_school_say_so_by_count_and_nan():
    frame = pd.DataFrame({"w": 1.0, "school": [1, 1, 2], "x": [1.0, 3, np.nan], "z": np.nan})
    table = totals.means(frame[["x", "z"]], sampling.plan(frame, "w", units="school")).set_index("item")
    assert table.loc["x", "value"] == 2 and np.isnan(table.loc["x", "se"]) and table.loc["x", "df"] == 0
    assert np.isnan(table.loc["z", "value"]) and table.loc["z", "n"] == 0 and not table["full"].any()
    assert table["status"].tolist() == ["no_interval", "no_data"]


def test_a_domain_in_one_unit_a_stratum_keeps_the_variance_of_the_absent_units():
    frame = pd.DataFrame({"stratum": list("AABB"), "x": [1.0, 2, 4, 8], "by": ["d", "e", "d", "e"]})
    row = totals.means(frame[["x"]], sampling.plan(frame, strata="stratum"), frame["by"]).iloc[0]
    assert row["value"] == 2.5 and row["df"] == 0
    assert row["se"] ** 2 == pytest.approx(2 * 2 * ((1.5 / 4) ** 2 * 2))


def test_a_ratio_with_one_as_denominator_is_the_mean():
    frame = sample()
    ratio = totals.ratios(frame[["y"]], frame[["y"]] * 0 + 1, plan(frame), frame["by"])
    mean = totals.means(frame[["y"]], plan(frame), frame["by"])
    np.testing.assert_allclose(ratio[["value", "se", "n"]], mean[["value", "se", "n"]])
    assert ratio["item"].tolist() == ["y/y", "y/y"]


def test_a_ratio_over_nothing_has_no_value():
    frame = sample().assign(x=0.0)
    row = totals.ratios(frame[["y"]], frame[["x"]], plan(frame)).iloc[0]
    assert np.isnan(row["value"]) and np.isnan(row["se"])


def test_a_contrast_keeps_the_covariance_of_groups_that_share_schools():
    frame = sample()
    matrix = totals.covariance(frame[["y"]], plan(frame), frame["by"]).to_numpy()
    row = totals.contrast(frame[["y"]], plan(frame), frame["by"], {"p": -1, "q": 1}).iloc[0]
    assert row["se"] ** 2 == pytest.approx(matrix[0, 0] + matrix[1, 1] - 2 * matrix[0, 1])
    means = totals.means(frame[["y"]], plan(frame), frame["by"])
    np.testing.assert_allclose(np.sqrt(np.diag(matrix)), means["se"])
    lacking = totals.contrast(frame[["y"]], plan(frame), frame["by"], {"p": -1, "r": 1}).iloc[0]
    assert np.isnan(lacking["value"]) and np.isnan(lacking["se"])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_shares_of_an_item_add_up_to_one_with_levels_nobody_chose(seed):
    frame = sample(seed)
    answers = frame[["x"]].round().mask(np.random.default_rng(seed).random((40, 1)) < 0.1)
    table = distribution.shares(answers, plan(frame), [1, 2, 3, 4, 5, 6], frame["by"])
    assert table.groupby(["group", "item"])["value"].sum().tolist() == pytest.approx([1, 1])
    assert (table.loc[table["level"] == 6, ["value", "se"]] == 0).all(axis=None)


def test_an_answer_outside_the_levels_is_not_lost():
    frame = sample()
    with pytest.raises(ValueError, match="outside the levels"):
        distribution.shares(frame[["x"]].round(), plan(frame), [1, 2])


def test_quantiles_by_hand_and_at_exact_shares():
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4], "w": [1.0, 1, 1, 1]})
    at = [0.25, 0.5, 0.51, 1.0]
    values = {
        rule: distribution.quantiles(frame[["x"]], sampling.plan(frame, "w"), at, rule=rule)["value"].tolist()
        for rule in distribution.RULES
    }
    assert values == {"math": [1, 2, 3, 4], "school": [1.5, 2.5, 3, 4]}


def test_woodruff_intervals_hold_the_quantile_and_end_where_shares_do():
    frame = sample(3, 400).assign(school=lambda f: f.index)
    table = distribution.quantiles(frame[["x"]], plan(frame), [0.001, 0.5], frame["by"])
    middle = table[table["at"] == 0.5]
    assert (middle["lo"] <= middle["value"]).all() and (middle["hi"] >= middle["value"]).all()
    np.testing.assert_allclose(middle["se"], (middle["hi"] - middle["lo"]) / 2 / 1.965, rtol=0.01)
    assert table.loc[table["at"] == 0.001, "lo"].isna().all()


def test_quantiles_of_nobody_are_missing():
    frame = sample().assign(x=np.nan)
    row = distribution.quantiles(frame[["x"]], plan(frame), 0.5).iloc[0]
    assert np.isnan(row["value"]) and np.isnan(row["lo"]) and row["n"] == 0


def test_what_is_too_rough_is_not_printed():
    value, lo, hi = [0.5, 0.5, 0.5, 0.02, np.nan], [0.4, 0.3, 0.4, 0, np.nan], [0.6, 0.7, 0.6, 0.04, np.nan]
    made = distribution.publishable(value, lo, hi, [40, 40, 20, 40, 40])
    assert made.tolist() == [True, False, False, True, False]


def test_a_design_effect_of_a_plain_sample_is_one():
    frame = pd.DataFrame({"x": [1.0, 2, 4, 7], "w": 3.0})
    effect = totals.design_effect(frame[["x"]], sampling.plan(frame, "w"), replacement=True)
    assert effect["value"].iloc[0] == pytest.approx(1)
    assert np.isnan(totals.design_effect(frame[["x"]] * 0, sampling.plan(frame, "w"))["value"].iloc[0])


def test_poststratified_weights_meet_their_totals_and_explain_what_they_fit():
    frame = sample()
    fitted = calibrate.poststratify(plan(frame), frame["by"], {"p": 70, "q": 30})
    assert pd.Series(fitted.weight).groupby(frame["by"]).sum().tolist() == pytest.approx([70, 30])
    dummy = pd.DataFrame({"p": (frame["by"] == "p").astype(float)})
    row = totals.totals(dummy, fitted).iloc[0]
    assert row["value"] == pytest.approx(70) and row["se"] == pytest.approx(0, abs=1e-9)


def test_raked_weights_meet_both_margins():
    frame = sample()
    margins = [(frame["by"], {"p": 60, "q": 40}), (frame["county"], {"A": 30, "B": 70})]
    fitted = pd.Series(calibrate.rake(plan(frame), margins).weight)
    for column, whole in margins:
        assert fitted.groupby(column).sum().to_dict() == pytest.approx(whole)


def test_margins_that_do_not_fit_are_refused():
    frame = sample()
    with pytest.raises(ValueError, match="do not agree on the categories: r"):
        calibrate.poststratify(plan(frame), frame["by"], {"p": 70, "q": 20, "r": 10})
    with pytest.raises(ValueError, match="do not meet"):
        calibrate.rake(plan(frame), [(frame["by"], {"p": 60, "q": 40}), (frame["county"], {"A": 3, "B": 7})])


def test_the_jackknife_of_a_plain_mean_is_its_standard_error():
    frame = pd.DataFrame({"x": [1.0, 2, 4, 9, 3], "N": 10.0})
    for whole in ((), ("N",)):
        design = sampling.plan(frame.assign(w=1.0), "w", populations=whole)
        copies = replicate.jackknife(design)
        made = replicate.se(lambda weight: replicate.means(frame[["x"]].to_numpy(), weight), copies)
        assert made[0] == pytest.approx(totals.means(frame[["x"]], design)["se"].iloc[0])


def test_a_jackknife_without_units_to_leave_out_has_no_error():
    frame = pd.DataFrame({"x": [1.0, 2.0], "school": 1})
    copies = replicate.jackknife(sampling.plan(frame, units="school"))
    assert np.isnan(
        replicate.se(lambda weight: replicate.means(frame[["x"]].to_numpy(), weight), copies)
    ).all()
