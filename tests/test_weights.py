import clean_tables
import gold
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import weights


def design(sizes, counts):
    """Return the design of one wave: sizes {county: [(teachers, key)]}, counts {school_id: replies}."""
    roster = clean_tables.schools(sizes)
    return weights.attach(clean_tables.responses("I02", "W0", counts), roster)


@pytest.mark.parametrize("wave", [0, 3])
def test_cells_weights_and_populations_equal_the_reference(wave):
    given_ = gold.wave(wave)
    replies = given_.rename(columns={"pid": "response_id", "school": "school_id"})
    made = weights.attach(replies, clean_tables.gold_roster())
    cell = made["cell"].str.replace("-key-", "-重点-").str.replace("-other-", "-其余-")
    assert cell.tolist() == given_["cell"].tolist()
    assert made["sr"].tolist() == given_["sr"].tolist()
    assert made["psu"].tolist() == given_["psu"].tolist()
    columns = {"N_cell": "N_cell", "r_cell": "r_cell", "weight": "w", "population": "popsize"}
    for ours, theirs in columns.items():
        np.testing.assert_allclose(made[ours], given_[theirs], rtol=1e-12)


def test_kish_effective_size_equals_the_reference():
    assert weights.kish(gold.wave(3)["w"]) == pytest.approx(
        gold.answer("prog.n.sumw")["kish3"], rel=gold.RTOL
    )


def test_half_of_the_teachers_and_five_of_them_make_a_school_self_representing():
    made = design({"A": [(10, True), (11, False), (8, False)]}, {"A-001": 5, "A-002": 5, "A-003": 4})
    assert made.groupby("cell")["sr"].first().to_dict() == {"A-001": True, "A-other-P": False}


def test_a_weak_pool_takes_in_the_smallest_self_representing_school_of_the_county():
    sizes = {"A": [(30, True), (12, False), (10, False), (1, False)]}
    made = design(sizes, {"A-001": 20, "A-002": 9, "A-003": 9, "A-004": 1})
    assert set(made["cell"]) == {"A-001", "A-002", "A-P"}
    pooled = made[made["cell"] == "A-P"]
    assert set(pooled["psu"]) == {"A-003", "A-004"} and pooled["weight"].iloc[0] == pytest.approx(11 / 10)


def test_a_silent_school_leans_on_one_other_whose_teachers_are_then_the_psus():
    made = design({"A": [(30, True), (12, False), (4, False)]}, {"A-001": 20, "A-002": 9})
    pooled = made[made["cell"] == "A-P"]
    assert pooled["psu"].nunique() == 9 and pooled["population"].eq(16).all() and not pooled["sr"].any()


def test_the_only_responding_school_of_a_county_stands_for_it_through_its_teachers():
    made = design({"A": [(6, True), (40, False)]}, {"A-002": 4})
    assert set(made["cell"]) == {"A-P"} and made["psu"].nunique() == 4
    assert made["weight"].sum() == pytest.approx(46)


def test_a_weight_above_four_is_met_by_pooling():
    sizes = {"A": [(100, False), (1, False), (22, True), (25, True)]}
    made = design(sizes, {"A-001": 10, "A-002": 1, "A-003": 21, "A-004": 20})
    assert made["weight"].max() <= 4 and set(made["cell"]) == {"A-P", "A-004"}


def test_replies_beyond_the_roster_speak_for_no_more_teachers_than_there_are():
    made = design({"A": [(1, False), (20, True), (5, False)]}, {"A-001": 3, "A-002": 12, "A-003": 4})
    one_teacher = made.iloc[:3]
    assert one_teacher["person"].sum() == pytest.approx(1)
    assert one_teacher["weight"].sum() == pytest.approx(6 / 5)


def test_a_response_of_an_unknown_school_is_refused():
    with pytest.raises(ValueError, match="B-001"):
        design({"A": [(10, True)]}, {"B-001": 1})


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_weights_add_up_to_the_roster_in_every_cell_that_answered(data):
    teachers = data.draw(st.lists(st.integers(1, 60), min_size=1, max_size=12))
    replies = [data.draw(st.integers(0, size + 2)) for size in teachers]
    keys = [data.draw(st.booleans()) for _ in teachers]
    roster = clean_tables.schools({"A": list(zip(teachers, keys, strict=True))})
    counts = dict(zip(roster["school_id"], replies, strict=True))
    made = weights.attach(clean_tables.responses("I02", "W0", counts), roster)
    cells = weights.cells(clean_tables.responses("I02", "W0", counts), roster)
    totals = made.groupby("cell")["weight"].sum()
    expected = cells.groupby("cell")["teachers"].sum()[totals.index]
    np.testing.assert_allclose(totals, expected)
    assert cells["cell"].notna().all()
    if len(totals):
        assert made["weight"].sum() == pytest.approx(sum(teachers))


def test_the_order_of_the_rows_changes_nothing():
    roster = clean_tables.gold_roster()
    replies = gold.wave(0).rename(columns={"pid": "response_id", "school": "school_id"})
    made = weights.attach(replies, roster)
    shuffled = weights.attach(replies.sample(frac=1, random_state=3), roster.sample(frac=1, random_state=4))
    pd.testing.assert_frame_equal(shuffled.sort_index(), made)


def test_schools_of_a_county_are_a_simple_random_sample_of_it():
    roster = clean_tables.schools({"A": [(5, True), (6, False), (7, False)], "B": [(9, True)]})
    frame = roster.iloc[[0, 1, 3]].assign(wave="W0")
    made = weights.of_schools(frame, roster)
    assert made["weight"].tolist() == [1.5, 1.5, 1.0] and made["population"].tolist() == [3, 3, 1]


def test_students_without_a_class_key_count_as_one_class_a_school():
    frame = pd.DataFrame(
        {"wave": "W0", "county_code": "A", "school_id": ["A-001", "A-001", "A-002"], "cluster": None}
    )
    assert weights.of_classes(frame)["psu"].nunique() == 2
