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


LINES = np.array([[1, 1, -1, 0, 0], [0, 1, 0, 1, -1]])  # a + b = c, b + d = e


def test_many_tables_are_narrowed_at_once_as_each_by_itself():
    lo = np.array([[0, 0, 10, 4, 9], [0, 0, 10, 0, 9], [0, 0, 3, 0, 9.0]])
    hi = np.array([[99, 99, 10, 4, 9], [99, 99, 10, 99, 9], [99, 99, 3, 99, 9.0]])
    least, most = attack.narrowed(LINES, lo, hi, lo < hi)
    assert [[*ends] for ends in zip(least[0, :2], most[0, :2], strict=True)] == [[5, 5], [5, 5]]
    assert np.isnan(least[0, 2:]).all() and most[1, [0, 1, 3]].tolist() == [10, 9, 9]
    assert most[2, [0, 1, 3]].tolist() == [3, 3, 9] and least[2, 3] == 6


def test_a_table_that_contradicts_itself_spoils_no_other():
    lo, hi = (
        np.array([[0, 0, 10, 4, 9], [0, 0, 1, 0, 5.0]]),
        np.array([[99, 99, 10, 4, 9], [0, 1, 1, 3, 5.0]]),
    )
    least, most = attack.narrowed(LINES, lo, hi, lo < hi)
    assert np.isnan(least[1]).all() and least[0, 0] == most[0, 0] == 5
    least, most = attack.narrowed(LINES, lo[1:], hi[1:], (lo < hi)[1:])
    assert np.isnan(least).all() and np.isnan(most).all()
