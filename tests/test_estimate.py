import gold
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import estimate, sampling, totals


@pytest.fixture(scope="module")
def wave3():
    return gold.wave(3)


@pytest.fixture(scope="module")
def finite(wave3):
    return estimate.design(wave3.assign(weight=wave3["w"], stratum=wave3["cell"]), population="popsize")


@pytest.fixture(scope="module")
def process(wave3):
    return estimate.design(wave3.assign(weight=wave3["w"], stratum=wave3["county"], psu=wave3["school"]))


def whole(table):
    return pd.Series("all", table.index)


def assert_equal(table, by, name):
    made, expected = gold.flat(table, by), gold.answer(name)
    assert made.keys() == expected.keys()
    for key, value in expected.items():
        assert made[key] == pytest.approx(value, rel=gold.RTOL), key


def test_finite_means_of_all_items_equal_r(wave3, finite):
    assert_equal(estimate.means(wave3[gold.ITEMS], finite, whole(wave3)), "item", "prog.finite.items")


def test_process_means_of_all_items_equal_r(wave3, process):
    assert_equal(estimate.means(wave3[gold.ITEMS], process, whole(wave3)), "item", "prog.process.items")


def test_county_means_equal_r(wave3, finite, process):
    for plan, name in ((finite, "prog.finite.county.q05"), (process, "prog.process.county.q05")):
        assert_equal(estimate.means(wave3[["q05"]], plan, wave3["county"]), "group", name)


def test_county_shares_equal_r(wave3, finite):
    assert_equal(estimate.means(wave3[["top2"]], finite, wave3["county"]), "group", "prog.finite.top2.county")


def test_the_whole_distribution_of_an_item_equals_r(wave3, process):
    answers = wave3["q01"]
    steps = {f"factor(q01){k}": (answers == k).astype(float).where(answers.notna()) for k in range(1, 6)}
    table = estimate.means(pd.DataFrame(steps), process, whole(wave3))
    assert_equal(table, "item", "prog.process.dist.q01")


def test_degrees_of_freedom_equal_r(wave3, finite, process):
    ones = pd.DataFrame({"one": np.ones(len(wave3))})
    for plan, name in ((finite, "prog.finite.degf"), (process, "prog.process.degf")):
        assert estimate.means(ones, plan, whole(wave3))["df"].iloc[0] == gold.answer(name)


def test_intervals_of_a_share_equal_r(wave3, process):
    row = estimate.means(wave3[["top2"]], process, whole(wave3)).iloc[0]
    logit = gold.answer("prog.process.top2.logit")
    exact = gold.answer("prog.process.top2.kg")
    size = estimate.effective_size(row["value"], row["se"], row["n"], row["df"])
    # R fits the logit by iteration and stops at 1e-8 of the deviance, so its own digits end there
    assert estimate.logit_interval(row["value"], row["se"], row["df"]) == pytest.approx(
        list(logit.values()), rel=1e-6
    )
    assert estimate.korn_graubard(row["value"], size) == pytest.approx(list(exact.values()), rel=gold.RTOL)


def test_rare_common_and_small_shares_take_the_exact_interval():
    lo, hi, exact = estimate.share_interval(
        [0.02, 0.5, 0.97, 0.5], [0.01, 0.02, 0.01, 0.1], [300, 300, 300, 24]
    )
    assert exact.tolist() == [True, False, True, True]
    assert (lo > 0).all() and (hi < 1).all()


def test_nobody_and_everybody_have_an_interval_too():
    lo, hi, exact = estimate.share_interval([0.0, 1.0], [0.0, 0.0], [20, 20])
    assert exact.all() and lo[0] == 0 and hi[1] == 1
    assert hi[0] == pytest.approx(1 - 0.025 ** (1 / 20)) and lo[1] == pytest.approx(0.025 ** (1 / 20))


def test_finite_intervals_use_the_normal_and_few_units_the_t_quantile():
    assert estimate.quantile([np.inf, 58, 1, 0]) == pytest.approx(
        [1.959964, 2.001717, 12.706205, np.nan], nan_ok=True, rel=1e-6
    )


def test_means_of_loops_and_of_one_call_are_the_same(wave3, finite):
    at_once = estimate.means(wave3[gold.ITEMS], finite, wave3["county"]).set_index(["group", "item"])["se"]
    for county in wave3["county"].unique():
        alone = estimate.means(wave3[["q07"]], finite, wave3["county"].where(wave3["county"] == county))
        assert alone["group"].tolist() == [county]
        assert alone["se"].iloc[0] == pytest.approx(at_once[county, "q07"], rel=1e-12)


def small(n=6, population=12.0):
    return pd.DataFrame({"weight": 2.0, "stratum": "A", "psu": range(n), "population": population})


def test_full_response_has_no_sampling_error():
    frame = small(population=6.0)
    row = estimate.means(
        pd.DataFrame({"x": range(6)}), estimate.design(frame, "population"), whole(frame)
    ).iloc[0]
    assert row["se"] == 0 and row["full"]


def test_an_item_nobody_answered_has_no_value_and_says_how_many_answered():
    frame = small()
    row = estimate.means(pd.DataFrame({"x": np.full(6, np.nan)}), estimate.design(frame), whole(frame)).iloc[
        0
    ]
    assert np.isnan(row["value"]) and row["n"] == 0 and not row["full"]


def test_one_answer_out_of_many_has_no_standard_error():
    frame = small(1)
    row = estimate.means(pd.DataFrame({"x": [3.0]}), estimate.design(frame, "population"), whole(frame)).iloc[
        0
    ]
    assert row["value"] == 3 and np.isnan(row["se"]) and row["df"] == 0


def test_single_units_of_several_strata_have_an_error_and_no_t_interval():
    frame = small(3, 9.0).assign(stratum=["A", "B", "B"])
    scores = pd.DataFrame({"x": [1.0, 3.0, np.nan], "all": [1.0, 3.0, 5.0]})
    table = estimate.means(scores, estimate.design(frame), whole(frame)).set_index("item")
    # A alone is centred at the mean of all, B at its own: one scores 1/2, its partner nought
    alone, pair = ((1 - 2) / 2) ** 2, 2 * 2 * (1 / 4) ** 2
    assert table.loc["x", "se"] == pytest.approx(np.sqrt(alone + pair))
    assert table["df"].to_dict() == {"x": 0, "all": 1}
    assert np.isnan(estimate.interval(*table.loc["x", ["value", "se", "df"]])).all()
    general = totals.means(scores, sampling.plan(frame, "weight", "stratum", "psu")).set_index("item")
    pd.testing.assert_series_equal(general["se"], table["se"])


def test_a_lone_unit_in_a_wider_domain_is_centred_at_the_domain_mean():
    frame = small(3, 9.0)
    frame["stratum"] = ["A", "A", "B"]
    row = estimate.means(pd.DataFrame({"x": [1.0, 3.0, 5.0]}), estimate.design(frame), whole(frame)).iloc[0]
    lonely, pair = ((5 - 3) / 3) ** 2, 2 * 2 * (1 / 3) ** 2
    assert row["se"] == pytest.approx(np.sqrt(lonely + pair))


def test_a_units_rows_beyond_its_persons_do_not_raise_n():
    frame = small(6).assign(person=[1 / 3] * 3 + [1.0] * 3)
    plan = estimate.design(frame, person="person")
    assert (
        estimate.means(pd.DataFrame({"x": [1.0, np.nan, 2, 3, 4, 5]}), plan, whole(frame))["n"].iloc[0] == 3
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 10))
def test_scaling_weights_and_shuffling_rows_change_nothing(seed, factor):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"weight": rng.uniform(1, 3, 40), "stratum": rng.choice(list("AB"), 40)})
    frame["psu"], group = rng.integers(0, 6, 40), pd.Series(rng.choice(["x", "y"], 40))
    scores = pd.DataFrame(rng.normal(size=(40, 3))).mask(rng.random((40, 3)) < 0.1)
    base = estimate.means(scores, estimate.design(frame), group)
    order = rng.permutation(40)
    heavy = frame.iloc[order].assign(weight=lambda f: f["weight"] * factor)
    again = estimate.means(scores.iloc[order], estimate.design(heavy), group.iloc[order])
    pd.testing.assert_frame_equal(base, again)
    turned = estimate.means(6 - scores, estimate.design(frame), group)
    np.testing.assert_allclose(turned["se"], base["se"])
    np.testing.assert_allclose(turned["value"], 6 - base["value"])


def test_a_group_that_cuts_strata_and_schools_counts_the_absent_units_as_nought():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"weight": rng.uniform(1, 3, 30), "stratum": np.repeat(["A", "B"], 15)})
    frame["psu"], frame["population"] = np.tile(range(5), 6), 20.0
    scores, group = (
        pd.DataFrame({"x": rng.normal(size=30)}),
        pd.Series(np.where(frame["psu"] < 2, "few", "rest")),
    )
    row = estimate.means(scores, estimate.design(frame, "population"), group).set_index("group").loc["few"]
    inside = (group == "few") * frame["weight"]
    mean = (inside * scores["x"]).sum() / inside.sum()
    by_unit = (inside * (scores["x"] - mean) / inside.sum()).groupby([frame["stratum"], frame["psu"]]).sum()
    by_stratum = by_unit.groupby("stratum").agg(["size", "var"])
    expected = ((1 - by_stratum["size"] / 20) * by_stratum["size"] * by_stratum["var"]).sum()
    assert row["value"] == pytest.approx(mean) and row["se"] == pytest.approx(np.sqrt(expected))
