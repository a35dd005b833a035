import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import attack

COUNTS = np.array([[20, 50, 10, 5], [8, 19, 22, 8], [17, 32, 12, 3]])


def test_one_hidden_cell_is_given_away_by_its_margins():
    table = attack.of_table(COUNTS, COUNTS < 5)
    assert table[["lo", "hi"]].to_numpy().tolist() == [[3, 3]] and attack.pinned(table).all()


def test_a_rectangle_of_hidden_cells_is_not():
    hidden = np.zeros(COUNTS.shape, bool)
    hidden[np.ix_([1, 2], [2, 3])] = True
    table = attack.of_table(COUNTS, hidden)
    assert not attack.pinned(table).any() and table["cell"].tolist() == [(1, 2), (2, 2), (1, 3), (2, 3)]
    assert table["hi"].tolist() == [30, 15, 11, 11]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_true_count_always_lies_in_its_interval_in_any_dimension(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 12, (3, 3, 2))
    table = attack.of_table(counts, rng.random(counts.shape) < 0.5, [(0, 1), (1, 2), (0, 2)])
    assert (table["status"] == "ok").all()
    assert ((table["lo"] <= table["count"] + 1e-7) & (table["count"] <= table["hi"] + 1e-7)).all()


def test_a_rounded_sum_leaves_room():
    exact = attack.intervals([[1, 1]], [10])
    rounded = attack.intervals([[1, 1]], [10], slack=0.5)
    assert exact["hi"].tolist() == [10, 10] and rounded["hi"].tolist() == [10.5, 10.5]


def test_sums_of_hidden_counts_can_be_asked_about():
    equations, totals = [[1, 1, 0], [0, 1, 1]], [5, 7]
    made = attack.intervals(equations, totals, targets=[[1, 1, 0], [1, 0, -1], [0, 0, 0]])
    assert made[["lo", "hi"]].to_numpy().tolist() == [[5, 5], [-2, -2], [0, 0]]


def test_a_count_in_no_sum_is_open_above_unless_bounded():
    free = attack.intervals([[1, 0]], [4])
    assert free["status"].tolist() == ["ok", "unbounded"] and free["hi"].tolist() == [4, np.inf]
    assert attack.intervals([[1, 0]], [4], upper=[9, 6])["hi"].tolist() == [4, 6]
    assert attack.pinned(free).tolist() == [True, False]


def test_sums_that_contradict_each_other_say_so_where_they_do():
    made = attack.intervals([[1, 0], [1, 0], [0, 1]], [4, 5, 2])
    assert made["status"].tolist() == ["infeasible", "ok"] and np.isnan(made["lo"][0])
    assert attack.pinned(made).tolist() == [False, True]


def test_nothing_hidden_is_nothing_to_find():
    assert attack.of_table(COUNTS, COUNTS < 0).empty


@pytest.mark.parametrize("wanted", [1, 3])
def test_an_interval_is_pinned_by_how_many_counts_it_holds(wanted):
    table = attack.intervals([[1, 1]], [2])
    assert attack.pinned(table, wanted).all() == (wanted == 3)


def sums(places: int) -> np.ndarray:
    """Return the sums of a table of places × (key, other, all), the programme last: parts 1, total −1."""
    row = np.kron(np.eye(places), [1, 1, -1])
    return np.vstack([row, np.kron([*[1] * (places - 1), -1], np.eye(3))])


@given(seed=st.integers(0, 10_000), places=st.integers(2, 5))
@settings(max_examples=40, deadline=None)
def test_tables_of_counties_are_narrowed_as_far_as_all_their_sums_together_allow(seed, places):
    chance = np.random.default_rng(seed)
    inner = chance.integers(0, 9, (3, places - 1, 2)).astype(float)
    table = np.concatenate([inner, inner.sum(axis=2, keepdims=True)], axis=2)
    table = np.concatenate([table, table.sum(axis=1, keepdims=True)], axis=1)
    hidden = chance.random(table.shape) < 0.5
    low = np.where(hidden, np.maximum(table - chance.integers(0, 9, table.shape), 0), table)
    high = np.where(hidden, table + chance.integers(0, 9, table.shape), table)
    least, most = attack.narrowed(low, high)
    for number in range(len(table)):
        down, up = low[number].ravel(), high[number].ravel()
        spread = attack.intervals(sums(places), -sums(places) @ down, upper=up - down)
        assert np.allclose(least[number].ravel(), down + spread["lo"], atol=1e-6)
        assert np.allclose(most[number].ravel(), down + spread["hi"], atol=1e-6)


def test_a_table_that_contradicts_itself_spoils_no_other():
    sound = [[[2, 3, 5], [1, 4, 5], [3, 7, 10]]]
    low = np.array([*sound, *sound], float)
    high = low.copy()
    high[0, 0] = 99
    low[1, 0, 0] = high[1, 0, 0] = 4
    least, most = attack.narrowed(low, high)
    assert np.isnan(least[1]).all() and np.isnan(most[1]).all()
    assert np.array_equal(least[0], low[0]) and np.array_equal(most[0], low[0])
