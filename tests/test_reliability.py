import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import polychoric, reliability


def answers(seed=0, n=200, k=5, noise=1.0):
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=(n, 1))
    return pd.DataFrame(trait + noise * rng.normal(size=(n, k)), columns=[f"q{i}" for i in range(k)])


def test_alpha_by_hand():
    items = pd.DataFrame({"a": [1.0, 2, 3], "b": [1.0, 3, 2]})
    assert reliability.alpha(items) == pytest.approx(2 * (1 - 2 / 3))
    assert reliability.alpha_standardised(items) == pytest.approx(2 * 0.5 / 1.5)
    assert reliability.item_rest(items)["value"].tolist() == pytest.approx([0.5, 0.5])
    assert (reliability.alpha_if_dropped(items)["status"] == "too_few").all()


def test_items_that_are_one_and_the_same_are_perfect():
    items = pd.DataFrame({k: [1.0, 2, 5] for k in "abc"})
    assert reliability.alpha(items) == pytest.approx(1)
    assert reliability.alpha_if_dropped(items)["value"].tolist() == pytest.approx([1, 1, 1])


@pytest.mark.parametrize(
    "items",
    [
        pd.DataFrame({"a": [1.0, 2.0]}),
        pd.DataFrame({"a": [1.0], "b": [2.0]}),
        pd.DataFrame({"a": [2.0, 2.0], "b": [3.0, 3.0]}),
        pd.DataFrame({"a": [1.0, np.nan], "b": [np.nan, 2.0]}),
        pd.DataFrame({"a": [], "b": []}, dtype=float),
    ],
)
def test_where_there_is_nothing_to_compare_there_is_no_coefficient(items):
    made = [reliability.alpha(items), reliability.alpha_standardised(items), reliability.omega(items)]
    assert np.isnan(made).all() and reliability.item_rest(items)["value"].isna().all()


def test_skipped_answers_count_by_pair_or_not_at_all():
    items = answers().mask(np.random.default_rng(1).random((200, 5)) < 0.1)
    whole, pairs = reliability.alpha(items), reliability.alpha(items, pairwise=True)
    assert whole == reliability.alpha(items.dropna()) and pairs == pytest.approx(whole, abs=0.05)
    assert pairs != whole


def test_feldts_interval_holds_alpha():
    lo, hi = reliability.feldt(0.8, 100, 5)
    assert lo == pytest.approx(0.733, abs=5e-3) and hi == pytest.approx(0.856, abs=5e-3)
    assert np.isnan(reliability.feldt(0.8, 1, 5)).all()


@pytest.mark.parametrize("kind", reliability.KINDS)
def test_omega_finds_the_loadings_that_made_the_items(kind):
    loading = np.array([0.9, 0.7, 0.5, 0.6])
    rng = np.random.default_rng(3)
    x = rng.normal(size=(100_000, 1)) * loading + rng.normal(size=(100_000, 4)) * np.sqrt(1 - loading**2)
    items = pd.DataFrame(x)
    made, unique = reliability.factor(items, kind)
    assert made == pytest.approx(loading, abs=0.01) and unique == pytest.approx(1 - loading**2, abs=0.01)
    expected = loading.sum() ** 2 / (loading.sum() ** 2 + (1 - loading**2).sum())
    assert reliability.omega(items, kind) == pytest.approx(expected, abs=0.005)


def test_three_items_have_the_closed_solution():
    items = answers(4, 300, 3)
    r = items.corr().to_numpy()
    expected = np.sqrt(
        [r[0, 1] * r[0, 2] / r[1, 2], r[0, 1] * r[1, 2] / r[0, 2], r[0, 2] * r[1, 2] / r[0, 1]]
    )
    assert reliability.factor(items, "correlation")[0] == pytest.approx(expected, rel=1e-5)


def test_an_item_explained_wholly_keeps_half_a_percent():
    wanted = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])
    made, _ = np.linalg.qr(np.random.default_rng(5).normal(size=(60, 4)) + np.array([[5, 0, 0, 0]]))
    made = made[:, 1:] - made[:, 1:].mean(axis=0)
    made = made @ np.linalg.inv(np.linalg.cholesky(np.cov(made.T))).T @ np.linalg.cholesky(wanted).T
    items = pd.DataFrame(made)
    _, unique = reliability.factor(items, "correlation")
    assert unique.min() == pytest.approx(reliability.LEAST_UNIQUE) and 0 < reliability.omega(items) < 1
    assert np.isnan(reliability.omega(items.assign(twin=items[0])))
    with pytest.raises(ValueError, match="kind is one of"):
        reliability.factor(items, "ordinal")


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_shuffling_and_turning_all_items_change_nothing(seed):
    items = answers(seed, 50)
    again = 6 - items.sample(frac=1, random_state=seed)
    for function in (reliability.alpha, reliability.omega):
        assert function(again) == pytest.approx(function(items), rel=1e-6)


def test_the_normal_of_two_is_what_it_is_known_to_be():
    assert polychoric.normal2(0, 0, 0.5) == pytest.approx(1 / 3)
    assert polychoric.normal2([1, -1], [2, 0.5], 0) == pytest.approx(
        [0.841345 * 0.977250, 0.158655 * 0.691462], rel=1e-5
    )
    assert polychoric.normal2(50, 1, 0.3) == pytest.approx(0.841345, rel=1e-5)
    assert polychoric.normal2(0, -1, 0.9) == pytest.approx(0.158655, abs=2e-3)


def test_polychorics_find_the_correlation_behind_the_categories():
    rng = np.random.default_rng(6)
    x = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 20_000)
    items = pd.DataFrame(
        {"a": np.digitize(x[:, 0], [-1, 0.3, 1.2]), "b": np.digitize(x[:, 1], [-0.5, 0.5]), "c": 1}
    )
    table = polychoric.matrix(items.astype(float))
    assert table.loc["a", "b"] == pytest.approx(0.6, abs=0.02) and np.isnan(table.loc["a", "c"])
    holes = items[["a", "b"]].astype(float).mask(rng.random((20_000, 2)) < 0.05)
    assert polychoric.matrix(holes).loc["a", "b"] == pytest.approx(0.6, abs=0.02)
