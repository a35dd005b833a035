import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import careless

NONE = np.nan


def form(*rows):
    return pd.DataFrame(rows, dtype=float)


def test_runs_are_broken_by_a_skipped_item():
    answers = form([3, 3, 3, 1], [3, NONE, 3, 3], [NONE, NONE, NONE, NONE], [1, 2, 1, 2])
    assert careless.longstring(answers).tolist() == [3, 2, 0, 1]
    assert careless.average_run(answers)["value"].tolist()[:2] == pytest.approx([2, 4 / 3])
    assert careless.average_run(answers)["status"][2] == "no_data"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(1, 3), min_size=6, max_size=6), min_size=1, max_size=5))
def test_runs_equal_those_counted_one_by_one(rows):
    from itertools import groupby

    lengths = [[len(list(run)) for _, run in groupby(row)] for row in rows]
    assert careless.longstring(form(*rows)).tolist() == [max(x) for x in lengths]
    assert careless.average_run(form(*rows))["value"].tolist() == pytest.approx([np.mean(x) for x in lengths])


def test_variation_within_a_person():
    made = careless.irv(form([1, 3, NONE], [2, 2, 2], [1, NONE, NONE], [NONE, NONE, NONE]))
    assert made["value"][0] == pytest.approx(2**0.5) and made["value"][1] == 0
    assert made["status"].tolist() == ["ok", "ok", "too_few", "no_data"]


def test_distance_equals_the_inverse_covariance_and_survives_items_that_repeat():
    rng = np.random.default_rng(0)
    answers = pd.DataFrame(rng.normal(size=(30, 3)), columns=list("abc"))
    centred = (answers - answers.mean()).to_numpy()
    expected = (centred @ np.linalg.inv(answers.cov().to_numpy()) * centred).sum(axis=1)
    more = answers.assign(twin=answers["a"], flat=3.0)
    np.testing.assert_allclose(careless.mahalanobis(answers)["value"], expected)
    np.testing.assert_allclose(careless.mahalanobis(more)["value"], expected)
    assert careless.mahalanobis(answers)["value"].sum() == pytest.approx(29 * 3)
    assert careless.mahalanobis(answers.drop(index=4).reindex(answers.index))["status"][4] == "no_data"


def test_even_and_odd_halves_that_agree_are_careful():
    answers = form([1, 1, 3, 3, 5, 5], [1, 5, 3, 3, 5, 1], [2, 2, 2, 2, 2, 2], [1, NONE, NONE, 2, 3, 3])
    made = careless.even_odd(answers, [2, 2, 2])
    assert made["value"].tolist() == pytest.approx([-1, 1, NONE, NONE], nan_ok=True)
    assert made["status"].tolist() == ["ok", "ok", "no_variation", "too_few"]


def test_two_signs_flag_and_one_does_not():
    rng = np.random.default_rng(1)
    answers = pd.DataFrame(rng.integers(1, 6, (60, 10))).astype(float)
    answers.iloc[0] = 3.0
    seconds = pd.Series(100.0, answers.index)
    seconds[1] = 5
    table = careless.signals(answers, seconds)
    assert table.loc[0, ["longstring", "irv", "flagged"]].all()
    assert table.loc[1, "seconds"] and not table.loc[1, "flagged"] and table.loc[1, "signals"] == 1
    assert len(table) == 60 and table["flagged"].sum() == 1


def test_what_cannot_be_computed_is_no_sign():
    answers = form([NONE, NONE], [1, NONE], [2, 4])
    table = careless.signals(answers, pd.Series([NONE, NONE, NONE]), run=2)
    assert table["signals"].tolist() == [0, 0, 0]
    assert careless.seconds_per_item(pd.Series([10.0]), [0])["status"][0] == "no_data"
