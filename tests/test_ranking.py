import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import ranking


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0, 2)), min_size=1, max_size=10))
def test_the_sets_hold_the_ranks_and_are_those_of_pairs(units):
    value, se = (pd.Series(x) for x in zip(*units, strict=True))
    table = ranking.joint(value, se)
    half = ranking.ndtri(1 - 0.05 / 2 / len(value)) * se
    lo, hi = (value - half).to_numpy(), (value + half).to_numpy()
    assert table["best"].tolist() == [1 + (lo > end).sum() for end in hi]
    assert table["worst"].tolist() == [len(lo) - (hi < end).sum() for end in lo]
    assert ((table["best"] <= table["rank"]) & (table["rank"] <= table["worst"])).all()


def test_a_unit_without_error_may_be_anywhere_and_one_without_value_is_not_ranked():
    table = ranking.joint(
        pd.Series([1.0, 5, 9, np.nan], list("abcd")), pd.Series([0.1, np.nan, 0.1, 0.1], list("abcd"))
    )
    assert table.loc["b", ["best", "worst"]].tolist() == [1, 3]
    assert table.loc["a", ["best", "worst"]].tolist() == [2, 3] and table.loc["c", "best"] == 1
    assert table.loc["d", ["rank", "best", "worst"]].isna().all()
    assert table["status"].tolist() == ["ok", "no_interval", "ok", "no_data"]


def test_ties_share_their_rank():
    table = ranking.joint(pd.Series([2.0, 2.0]), pd.Series([0.0, 0.0]))
    assert table["rank"].tolist() == [1.5, 1.5] and table["worst"].tolist() == [2, 2]
