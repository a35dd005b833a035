import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import concordance, raters, sampling

PAIRS = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=3, max_size=30)


def test_exact_and_near_agreement():
    assert concordance.agreement([1, 2, 3, np.nan], [1, 3, 1, 2]) == {
        "exact": pytest.approx(1 / 3),
        "within1": pytest.approx(2 / 3),
        "n": 3,
        "status": "ok",
    }
    assert np.isnan(concordance.agreement([], [])["exact"])


def test_kappa_by_hand():
    table = pd.DataFrame([[20, 5], [10, 15]])
    assert concordance.kappa(table)["value"] == pytest.approx((0.7 - 0.5) / 0.5)
    assert concordance.kappa(table * 4)["se"] == pytest.approx(concordance.kappa(table)["se"] / 2)


def test_levels_nobody_used_keep_their_distance_when_named():
    first, second = [1, 2, 4, 4, 1], [1, 4, 4, 2, 2]
    short = concordance.kappa(concordance.table(first, second), "quadratic")["value"]
    whole = concordance.kappa(concordance.table(first, second, [1, 2, 3, 4]), "quadratic")["value"]
    assert short != pytest.approx(whole)
    apart = np.subtract.outer(first, second) ** 2
    assert whole == pytest.approx(1 - np.mean(np.diag(apart)) / apart.mean())
    with pytest.raises(ValueError, match="outside the levels"):
        concordance.table(first, second, [1, 2])


@settings(max_examples=50, deadline=None)
@given(PAIRS, st.sampled_from(concordance.WEIGHTS))
def test_kappa_does_not_care_who_is_first_or_for_order_or_copies(pairs, weights):
    a, b = np.array(pairs, float).T
    value = concordance.kappa(concordance.table(a, b), weights)["value"]
    for x, y in ((b, a), (a[::-1], b[::-1]), (np.tile(a, 3), np.tile(b, 3))):
        assert concordance.kappa(concordance.table(x, y), weights)["value"] == pytest.approx(
            value, nan_ok=True
        )


def test_one_level_alone_says_nothing():
    table = concordance.table([2, 2], [2, 2], [1, 2, 3])
    nobody = concordance.kappa(concordance.table([np.nan], [1]))
    assert np.isnan([concordance.kappa(table)["value"], nobody["value"]]).all()
    assert (concordance.kappa(table)["status"], nobody["status"]) == ("no_variation", "no_data")
    assert concordance.ac(pd.DataFrame({"a": [2, 2], "b": [2, 2]}))["value"] == 1
    with pytest.raises(ValueError, match="weights in"):
        concordance.kappa(table, "cubic")


def test_ac1_by_hand_and_with_a_rating_lacking():
    ratings = pd.DataFrame({"a": [1, 1, 2, 2], "b": [1, 1, 1, 2]}, dtype=float)
    chance = 2 * (5 / 8) * (3 / 8)
    assert concordance.ac(ratings)["value"] == pytest.approx((0.75 - chance) / (1 - chance))
    more = pd.concat([ratings, pd.DataFrame({"a": [2.0, np.nan], "b": [np.nan, np.nan]})])
    share = (2 * 1 + 0.5 + 0) / 5
    chance = 2 * share * (1 - share)
    made = concordance.ac(more)
    assert made["n"] == 5 and made["value"] == pytest.approx((0.75 - chance) / (1 - chance))
    assert np.isnan(concordance.ac(pd.DataFrame({"a": [1.0], "b": [np.nan]}))["value"])


def test_many_raters_who_agree_are_perfect():
    ratings = pd.DataFrame(np.repeat([[1.0], [2], [3]], 4, axis=1))
    made = concordance.ac(ratings, "quadratic")
    assert made["value"] == pytest.approx(1) and made["hi"] == 1


def test_clustered_kappa_leaves_out_whole_schools():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"school": np.repeat(range(10), 6), "a": rng.integers(0, 4, 60)})
    frame["b"] = np.clip(frame["a"] + rng.integers(-1, 2, 60), 0, 3)
    made = concordance.kappa_clustered(frame["a"], frame["b"], sampling.plan(frame, units="school"))
    plain = concordance.kappa(concordance.table(frame["a"], frame["b"]), "quadratic")
    parts = [frame[frame["school"] != school] for school in range(10)]
    values = [concordance.kappa(concordance.table(p["a"], p["b"]), "quadratic")["value"] for p in parts]
    assert made["value"] == pytest.approx(plain["value"]) and made["df"] == 9
    assert made["se"] == pytest.approx(np.sqrt(0.9 * ((values - np.mean(values)) ** 2).sum()))


def test_clustered_kappa_of_one_school_has_no_error():
    frame = pd.DataFrame({"school": 1, "a": [1, 2, 3], "b": [1, 2, 2]})
    made = concordance.kappa_clustered(frame["a"], frame["b"], sampling.plan(frame, units="school"))
    assert made["value"] > 0 and np.isnan(made["lo"]) and made["status"] == "no_interval"


def test_intraclass_correlations_of_raters_who_agree_or_differ_by_a_constant():
    same = raters.icc(pd.DataFrame({"a": [1.0, 2, 4], "b": [1.0, 2, 4]}))
    shifted = raters.icc(pd.DataFrame({"a": [1.0, 2, 4], "b": [2.0, 3, 5]})).set_index("name")["value"]
    assert same["value"].tolist() == pytest.approx([1] * 6)
    assert shifted["ICC(C,1)"] == pytest.approx(1) and shifted["ICC(A,1)"] < 0.9


@pytest.mark.parametrize(
    "ratings",
    [
        pd.DataFrame({"a": [1.0], "b": [2.0]}),
        pd.DataFrame({"a": [1.0, 2.0]}),
        pd.DataFrame({"a": [3.0, 3], "b": [3.0, 3]}),
        pd.DataFrame({"a": [np.nan, 1], "b": [1, np.nan]}),
    ],
)
def test_too_little_to_compare_is_missing(ratings):
    assert raters.icc(ratings)["value"].isna().all()


def test_icc_of_schools_equals_the_analysis_of_variance():
    scores = pd.DataFrame({"q": [1.0, 2, 3, 5, 6, np.nan, 9]})
    row = raters.icc_groups(scores, ["a", "a", "a", "b", "b", "b", "c"]).iloc[0]
    mean = 26 / 6
    between = (3 * (2 - mean) ** 2 + 2 * (5.5 - mean) ** 2 + (9 - mean) ** 2) / 2
    within, k0 = 2.5 / 3, (6 - 14 / 6) / 2
    assert row["k0"] == pytest.approx(k0) and row["groups"] == 3 and row["n"] == 6
    assert row["icc1"] == pytest.approx((between - within) / (between + (k0 - 1) * within))
    assert row["icc2"] == pytest.approx((between - within) / between)


def test_icc_without_groups_or_without_colleagues_is_missing():
    scores = pd.DataFrame({"q": [1.0, 2.0]})
    for groups in (["a", "a"], ["a", "b"]):
        assert raters.icc_groups(scores, groups)[["icc1", "icc2"]].isna().all(axis=None)


def test_bland_altman_by_hand():
    made = raters.bland_altman([2, 4, 6, np.nan], [1, 1, 1, 1])
    assert (made["n"], made["bias"], made["sd"]) == (3, 3, 2)
    assert made["loa_hi"] == pytest.approx(3 + 3.92) and made["bias_lo"] == pytest.approx(
        3 - 4.302653 * 2 / 3**0.5
    )
    assert made["loa_lo_lo"] < made["loa_lo"] < made["loa_lo_hi"]
    assert np.isnan(raters.bland_altman([1], [2])["sd"]) and np.isnan(raters.bland_altman([], [])["bias"])
