"""Numbers no estimate can be made of are refused with a reason, and rounding is never taken for variation."""

import numpy as np
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import (
    calibrate,
    change,
    concordance,
    effect,
    estimate,
    numbers,
    raters,
    reliability,
    sampling,
    testitems,
    totals,
)

TABLE = pd.DataFrame({"a": [1.0, 2, 3, np.inf], "b": [1.0, 2, 4, 5]})


@pytest.mark.parametrize("of", [reliability.alpha, raters.icc, concordance.ac, testitems.difficulty])
def test_an_infinite_answer_is_refused(of):
    with pytest.raises(ValueError, match="infinite"):
        of(TABLE)


def test_nullable_columns_are_numbers_too():
    np.testing.assert_array_equal(numbers.of(pd.Series([1, None], dtype="Int64")), [1, np.nan])


@pytest.mark.parametrize("weight", [-1.0, np.inf, np.nan])
def test_a_weight_that_cannot_be_is_refused(weight):
    frame = pd.DataFrame({"weight": [1.0, weight], "stratum": "A", "psu": [1, 2]})
    for design in (lambda: sampling.plan(frame, "weight"), lambda: estimate.design(frame)):
        with pytest.raises(ValueError, match="weight"):
            design()


def test_a_population_of_nobody_and_a_total_nobody_carries_are_refused():
    frame = pd.DataFrame({"w": [0.0, 0.0], "N": [0, 0]})
    with pytest.raises(ValueError, match="population"):
        sampling.plan(frame, populations="N")
    with pytest.raises(ValueError, match="no weight"):
        calibrate.poststratify(sampling.plan(frame, "w"), pd.Series(["u", "u"]), {"u": 5})


def test_rounding_is_no_variation():
    assert effect.cohens_dz([1.0, 2.0], [1.3, 2.3])["status"] == "no_variation"
    assert effect.paired_t([0.1, 0.2], [0.3, 0.4])["status"] == "no_variation"
    assert effect.cohens_d([0.1] * 7, [0.1] * 9)["status"] == "no_variation"
    assert (raters.icc(pd.DataFrame(10 / 3, range(9), list("abc")))["status"] == "no_variation").all()


def test_a_huge_effect_keeps_its_interval():
    d = effect.cohens_dz([0.0, 0, 0], [1.0, 1 + 1e-6, 1 - 1e-6])
    assert d["lo"] < d["value"] < d["hi"]


def test_a_change_without_a_scale_says_so():
    table = pd.DataFrame({"item": ["q", "r"], "value": 1.0, "se": 0.1, "lo": 0.8, "hi": 1.2})
    table = table.assign(n_before=[90, 2], status="ok")
    assert list(change.standardised(table, {"q": 0.0, "r": 1.0})["status"]) == ["no_variation", "too_few"]


def test_statistics_without_a_value_say_why():
    assert effect.hedges_g([1.0, 2], [3.0])["status"] == "too_few"
    assert concordance.agreement([np.nan], [1])["status"] == "no_data"
    same = pd.DataFrame({"q": [1.0, 1, 1]})
    plan = sampling.plan(pd.DataFrame({"w": [2.0] * 3}), "w")
    assert list(totals.design_effect(same, plan)["status"]) == ["no_variation"]
    assert list(testitems.drift(same, same, ["q"])["status"]) == ["no_variation"]
