"""Two things worked on at a time: in their order, no more at hand, and each fault at its own turn."""

import pytest

from yiduiyi_analysis.clean import beside


def test_what_is_made_comes_in_the_order_of_the_things():
    assert list(beside.each(str, range(50))) == [str(n) for n in range(50)]
    assert list(beside.each(str, [])) == []


def test_no_more_than_two_things_are_at_hand():
    taken = []
    made = beside.each(str, (taken.append(n) or n for n in range(50)))
    for used in range(10):
        assert next(made) == str(used)
        assert len(taken) == used + 2


def test_a_fault_comes_at_the_turn_of_its_thing():
    made = beside.each(lambda n: 1 // n, [1, 1, 0, 1])
    assert [next(made), next(made)] == [1, 1]
    with pytest.raises(ZeroDivisionError):
        next(made)


def test_a_fault_in_the_things_themselves_is_not_swallowed():
    def things():
        yield 1
        raise OSError

    with pytest.raises(OSError):
        list(beside.each(str, things()))


def test_with_more_hands_more_is_at_hand_and_the_order_is_kept():
    taken = []
    made = beside.each(str, (taken.append(n) or n for n in range(50)), hands=3)
    for used in range(10):
        assert next(made) == str(used)
        assert len(taken) == used + 4
