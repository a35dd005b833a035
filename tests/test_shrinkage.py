import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import shrinkage

SEEDS = st.integers(0, 10_000)


def units(seed, n=12, tau=1.0):
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.2, 2, n)
    return rng.normal(3, np.sqrt(tau + v)), v


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_paule_mandel_makes_the_weighted_spread_what_it_should_be(seed):
    y, v = units(seed)
    tau2 = shrinkage.between(y, v)
    weight = 1 / (v + tau2)
    mean = (weight * y).sum() / weight.sum()
    spread = (weight * (y - mean) ** 2).sum()
    assert spread == pytest.approx(11) if tau2 > 0 else spread <= 11


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_reml_is_where_the_restricted_likelihood_is_greatest(seed):
    y, v = units(seed)

    def likelihood(tau2):
        w = 1 / (v + tau2)
        mean = (w * y).sum() / w.sum()
        return (np.log(w).sum() - np.log(w.sum()) - (w * (y - mean) ** 2).sum()) / 2

    best = shrinkage.between(y, v, method="reml")
    near = [max(best + step, 0) for step in (-0.05, -0.001, 0.001, 0.05)]
    assert all(likelihood(best) >= likelihood(x) - 1e-10 for x in near)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from(shrinkage.METHODS))
def test_estimates_lie_between_their_own_value_and_the_mean(seed, method):
    y, v = units(seed)
    table = shrinkage.shrink(y, v, np.repeat(["a", "b", "c"], 4), method)
    low, high = np.minimum(table["mean"], y), np.maximum(table["mean"], y)
    assert ((table["shrunk"] >= low - 1e-12) & (table["shrunk"] <= high + 1e-12)).all()
    assert table["own"].between(0, 1).all()


def test_a_school_without_answers_takes_its_county_mean():
    table = shrinkage.shrink([1.0, 3, np.nan, 9], [1.0, 1, np.nan, 1], ["a", "a", "a", "b"], tau2=1.0)
    assert table["shrunk"].tolist() == pytest.approx([1.5, 2.5, 2, 9])
    nobody = shrinkage.shrink([np.nan], [np.nan])
    assert np.isnan(nobody["shrunk"].iloc[0]) and nobody["status"].tolist() == ["no_data"]
    assert table["status"].tolist() == ["ok", "ok", "group_mean", "ok"]


def test_a_unit_alone_stays_and_says_that_the_spread_is_unknown():
    table = shrinkage.shrink([2.0], [0.5])
    assert table["shrunk"].iloc[0] == 2 and table["status"].tolist() == ["too_few"]
    assert shrinkage.between([2.0], [0.5]).reason == "too_few"


def test_exact_values_stay_and_pool_the_others():
    table = shrinkage.shrink([2.0, 2.2, 2.1], [0.0, 5.0, 5.0])
    assert table["shrunk"].iloc[0] == pytest.approx(2) and table["tau2"].iloc[0] == 0
    assert table["shrunk"].iloc[1] == pytest.approx(2, abs=1e-6)
    assert shrinkage.shrink([2.0, 3.0], [0.0, 0.0])["shrunk"].tolist() == pytest.approx([2, 3])


def test_equal_values_have_no_spread_beyond_sampling():
    assert shrinkage.between([2.0, 2, 2], [1.0, 2, 3]) == 0
    assert shrinkage.between([2.0, 2, 2], [1.0, 2, 3], method="reml") == 0


def test_what_cannot_be_a_variance_is_refused():
    with pytest.raises(ValueError, match="negative"):
        shrinkage.shrink([1.0, 2.0], [1.0, -1.0])
    with pytest.raises(ValueError, match="method is one of"):
        shrinkage.between([1.0, 2.0], [1.0, 1.0], method="dl")


def test_within_variance_is_pooled_over_schools():
    made = shrinkage.pooled([2.0, 4.0, np.nan], [3, 2, 1])
    assert made["value"].tolist() == pytest.approx([8 / 9, 8 / 6, 8 / 3])
    assert shrinkage.pooled([np.nan], [1])["status"].tolist() == ["too_few"]
    assert shrinkage.pooled([1.0, 2], [3, 0])["status"].tolist() == ["ok", "no_data"]
