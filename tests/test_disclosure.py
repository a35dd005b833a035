import clean_tables
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import disclosure

RULES = pd.DataFrame(
    {"indicator": ["R1.top2", "I02.response"], "block": ["R", ""], "least": [10, 0], "sensitive_n": [20, 0]}
)


def totals(inner):
    """Return a table of counties × (key, other) with its totals as last row and column."""
    table = np.asarray(inner, float)
    table = np.column_stack([table, table.sum(axis=1)])
    return np.vstack([table, table.sum(axis=0)])


def hide(table, least=10):
    return disclosure.pattern(table, (table > 0) & (table < least), least)


def solvable(n, hidden):
    """Return the hidden cells that the sums along rows and columns pin down, by the rank of the system."""
    rows, columns = n.shape
    unknown = np.argwhere(hidden & (n > 0))
    system = np.zeros((rows + columns, len(unknown)))
    for k, (r, c) in enumerate(unknown):
        system[r, k] = -1 if c == columns - 1 else 1
        system[rows + c, k] = -1 if r == rows - 1 else 1
    rank = np.linalg.matrix_rank(system) if len(unknown) else 0
    pinned = []
    for k, cell in enumerate(unknown):
        unit = np.eye(len(unknown))[k]
        if np.linalg.matrix_rank(np.vstack([system, unit])) == rank:
            pinned.append(tuple(cell))
    return pinned


def evidence(table, value=0.5, indicator="R1.top2"):
    places = [*"ABCDEFG"[: len(table) - 1], "all"]
    rows = [
        {"indicator": indicator, "county_code": place, "group": group, "n": n}
        for place, line in zip(places, table, strict=True)
        for group, n in zip(disclosure.GROUPS, line, strict=True)
    ]
    frame = pd.DataFrame(rows).assign(wave="W3", value=value, lo=0.4, hi=0.6, N=100, unit="rate", status="ok")
    frame["method"] = "finite/logit"
    return frame.astype(
        {"n": "Int64", "value": "Float64", "lo": "Float64", "hi": "Float64", "status": "string"}
    )


def statuses(frame):
    return frame.set_index(["county_code", "group"])["status"].to_dict()


def test_a_small_group_hides_its_county_partner_and_a_rectangle_of_another_county():
    made = statuses(disclosure.protect(evidence(totals([[4, 30], [12, 40], [50, 60]])), RULES))
    assert made["A", "key"] == "suppressed" and made["A", "other"] == "suppressed_secondary"
    assert made["B", "key"] == made["B", "other"] == "suppressed_secondary"
    assert made["C", "key"] == made["A", "all"] == made["all", "key"] == made["all", "all"] == "ok"


def test_a_hidden_row_keeps_nothing_but_its_population():
    row = disclosure.protect(evidence(totals([[4, 30], [12, 40]])), RULES).iloc[0]
    assert row[["value", "lo", "hi", "n"]].isna().all() and row["N"] == 100 and row["method"] == "none"


def test_partners_that_are_together_too_few_take_in_a_third():
    hidden = hide(totals([[4, 30], [5, 40], [50, 60]]))
    assert hidden[:3, 0].all()
    assert hide(totals([[4, 30], [6, 40], [50, 60]]))[2].sum() == 0


def test_a_county_below_the_threshold_is_not_given_back_by_the_programme():
    hidden = hide(totals([[4, 3], [12, 40], [50, 60]]))
    assert hidden[0].all() and hidden[1:3, 2].any() and not hidden[3, 2]


def test_nobody_is_no_secret_and_protects_nobody():
    hidden = hide(totals([[4, 0], [12, 40], [50, 60]]))
    assert not hidden[0, 1] and hidden[0, 2] and not solvable(totals([[4, 0], [12, 40], [50, 60]]), hidden)


def test_two_schools_a_county_hide_both_tiers_everywhere_and_leave_the_programme():
    hidden = hide(totals([[2, 7], [2, 18], [2, 2]]), least=3)
    assert hidden[:3, :2].all() and not hidden[3].any() and not hidden[:, 2].any()


def test_everybody_or_nobody_in_a_group_below_twenty_is_hidden():
    table = totals([[15, 30], [40, 40]])
    frame = evidence(table)
    frame.loc[0, "value"] = 1.0
    assert statuses(disclosure.protect(frame, RULES))["A", "key"] == "suppressed"
    assert statuses(disclosure.protect(evidence(table), RULES))["A", "key"] == "ok"


def test_indicators_of_one_block_share_the_pattern_of_their_smallest_n():
    rules = pd.concat([RULES, RULES.iloc[:1].assign(indicator="R2.top2")])
    both = pd.concat(
        [evidence(totals([[9, 30], [12, 40]])), evidence(totals([[11, 30], [12, 40]]), indicator="R2.top2")]
    )
    made = disclosure.protect(both.reset_index(drop=True), rules)
    assert made.iloc[:9]["status"].tolist() == made.iloc[9:]["status"].tolist()


def test_public_facts_and_published_units_are_left_alone():
    frame = evidence(totals([[4, 30], [12, 40]]), indicator="I02.response")
    assert statuses(disclosure.protect(frame, RULES)) == statuses(frame)
    unit = evidence(totals([[4, 30], [12, 40]])).assign(group="unit:A-001")
    assert disclosure.protect(unit, RULES)["value"].notna().all()


def test_no_answers_at_all_is_an_empty_answer():
    assert disclosure.protect(evidence(totals([[0, 0]])).iloc[:0], RULES).empty


tables = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=7).map(totals)


@settings(max_examples=150, deadline=None)
@given(tables)
def test_no_hidden_cell_is_solved_by_subtraction_and_no_shown_cell_is_small(table):
    hidden = hide(table)
    assert solvable(table, hidden) == []
    assert not ((table > 0) & (table < 10) & ~hidden).any()
    assert not hidden[table == 0].any()


@settings(max_examples=150, deadline=None)
@given(tables)
def test_what_a_shown_total_leaves_over_is_never_a_small_group(table):
    hidden = hide(table)
    for n, gone in ((table, hidden), (table.T, hidden.T)):
        left = np.where(gone[:, :-1], n[:, :-1], 0).sum(axis=1)
        assert not (gone[:, :-1].any(axis=1) & ~gone[:, -1] & (left < 10)).any()


@settings(max_examples=100, deadline=None)
@given(tables, st.integers(0, 2**32 - 1))
def test_cells_on_no_cycle_are_exactly_those_that_algebra_solves(table, seed):
    hidden = (np.random.default_rng(seed).random(table.shape) < 0.5) & (table > 0)
    assert [tuple(cell) for cell in np.argwhere(disclosure.recoverable(hidden))] == solvable(table, hidden)


@pytest.mark.parametrize(
    ("teachers", "units"),
    [([12, 30], 2), ([1, 2, 30, 40], 2), ([8, 13, 21], 2), ([4, 7, 10], 2), ([1, 1, 15, 19], 2), ([3], 1)],
)
def test_small_schools_join_and_what_is_still_too_small_takes_in_the_next(teachers, units):
    roster = clean_tables.schools({"A": [(size, False) for size in teachers]})
    made = disclosure.units(roster, 10).merge(roster, on="school_id")
    assert made["unit_id"].nunique() == units
    if sum(teachers) >= 10:
        assert made.groupby("unit_id")["teachers"].sum().min() >= 10


def test_every_published_unit_of_the_real_roster_has_ten_teachers_and_a_name():
    roster = clean_tables.gold_roster()
    made = disclosure.units(roster, 10).merge(roster, on=["school_id", "county_code"])
    assert len(made) == 70 and made.groupby("unit_id")["teachers"].sum().min() >= 10
    assert made.groupby("unit_id")["county_code"].nunique().eq(1).all()
    joined = made[made["unit_id"].str.contains("+", regex=False)]
    assert (made["teachers"] < 10).sum() == 25 and joined["unit_label"].str.match(r".+等\d+所").all()
