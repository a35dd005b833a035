import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import multiplicity

FAMILY = st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=30)
METHODS = [multiplicity.bh, multiplicity.by, multiplicity.holm]


def test_by_hand():
    assert multiplicity.bh([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.04, 0.04])
    assert multiplicity.holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert multiplicity.by([0.01, 0.04, 0.03]).tolist() == pytest.approx(
        np.array([0.03, 0.04, 0.04]) * 11 / 6
    )


@pytest.mark.parametrize("method", METHODS)
@given(FAMILY)
def test_missing_tests_are_no_tests_and_order_is_kept(method, family):
    p = np.array(family)
    made, known = method(p), ~np.isnan(p)
    assert (np.isnan(made) == ~known).all()
    np.testing.assert_array_equal(made[known], method(p[known]))
    assert (made[known] >= p[known]).all() and (made[known] <= 1).all()
    order = np.argsort(p[known], kind="stable")
    assert (np.diff(made[known][order]) >= 0).all()


def test_a_table_keeps_its_shape_and_a_value_that_is_no_probability_is_refused():
    assert multiplicity.bh(np.full((2, 3), 0.5)).shape == (2, 3)
    with pytest.raises(ValueError, match="between 0 and 1"):
        multiplicity.holm([0.5, 1.2])
