import numpy as np
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import index


def scaled():
    return pd.DataFrame({"plan": [0.2, 0.9, 0.5], "deed": [0.8, 0.1, 0.5]}, list("abc"))


def test_goalposts_are_fixed_ends():
    values = pd.DataFrame({"x": [1.0, 5, np.nan], "late": [0.0, 30, 15]})
    made = index.goalposts(values, {"x": 1, "late": 30}, {"x": 5, "late": 0})
    assert (
        made["x"].tolist()[:2] == [0, 1] and made["late"].tolist() == [1, 0, 0.5] and np.isnan(made["x"][2])
    )
    with pytest.raises(ValueError, match="outside its goalposts"):
        index.goalposts(values, 0, 4)
    with pytest.raises(ValueError, match="coincide"):
        index.goalposts(values, 1, 1)


def test_another_units_value_moves_nobodys_index():
    before = index.arithmetic(index.goalposts(pd.DataFrame({"x": [2.0, 3]}), 1, 5))
    after = index.arithmetic(index.goalposts(pd.DataFrame({"x": [2.0, 5]}), 1, 5))
    assert before["value"][0] == after["value"][0]


def test_means_of_indicators_by_hand():
    assert index.arithmetic(scaled(), {"plan": 3, "deed": 1})["value"]["a"] == pytest.approx(0.35)
    assert index.geometric(scaled())["value"]["b"] == pytest.approx(0.3)
    assert index.geometric(pd.DataFrame({"x": [0.0], "y": [1.0]}))["value"][0] == pytest.approx(0.1)
    assert index.arithmetic(scaled().mask(scaled() == 0.9))["status"]["b"] == "no_data"


def test_ranks_share_ties_and_leave_out_the_missing():
    assert index.ranks(pd.Series([1.0, 3, 3, np.nan]))["value"].tolist()[:3] == [3, 1.5, 1.5]


def test_random_weights_are_seeded_and_show_which_ranks_hang_on_them():
    table = index.robustness(scaled())
    pd.testing.assert_frame_equal(table, index.robustness(scaled()))
    assert table.loc["a", ["lo", "hi"]].tolist() == [1, 3] and table["first"].sum() == pytest.approx(1)
    best = scaled().assign(plan=[1.0, 0.2, 0.3], deed=[1.0, 0.2, 0.3])
    assert index.robustness(best).loc["a"].tolist() == [1, 1, 1, 1, "ok"]


def test_a_unit_that_lacks_an_indicator_is_not_ranked():
    table = index.robustness(scaled().mask(scaled() == 0.9))
    assert table.loc["b", "rank":"first"].isna().all() and table.loc["a", "first"] > 0
    assert (index.robustness(scaled() * np.nan)["status"] == "no_data").all()
