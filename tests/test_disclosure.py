import clean_tables
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import disclosure

RULES = pd.DataFrame(
    {
        "indicator": ["R1.top2", "I02.response"],
        "block": ["R", ""],
        "within": "",
        "least": [10, 0],
        "sensitive_n": [20, 0],
    }
)


ENDS = pd.DataFrame(
    {
        "indicator": ["R1.top2", "R1.low2"],
        "block": ["R", "R/low2"],
        "within": ["R/low2", ""],
        "least": [10, 20],
        "sensitive_n": [20, 20],
    }
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
    made = disclosure.protect(frame, RULES)
    assert made["value"].isna()[0]
    # fifteen people answered, as the response tells: a word for "too few" would give the 100 % away
    assert statuses(made)["A", "key"] == "suppressed_secondary"
    assert statuses(disclosure.protect(evidence(table), RULES))["A", "key"] == "ok"


def test_a_total_of_everybody_is_hidden_where_it_tells_what_a_hidden_part_said():
    frame = evidence(totals([[4, 30], [40, 40], [50, 60]]), value=0.5)
    frame.loc[frame["county_code"] == "A", "value"] = 1.0
    assert statuses(disclosure.protect(frame, RULES))["A", "all"].startswith("suppressed")
    frame.loc[frame["county_code"] == "A", "value"] = 0.99
    assert statuses(disclosure.protect(frame, RULES))["A", "all"] == "ok"


@pytest.mark.parametrize("place", [("all", "key"), ("all", "all")])
def test_a_programme_total_of_nobody_is_hidden_like_that_of_a_county(place):
    frame = evidence(totals([[4, 30], [40, 40], [50, 60]]))
    frame.loc[(frame["county_code"] == place[0]) & (frame["group"] == place[1]), "value"] = 0.0
    assert statuses(disclosure.protect(frame, RULES))[place].startswith("suppressed")


def test_a_total_of_counties_does_not_tell_that_what_whole_and_part_leave_over_all_said_the_same():
    """Nobody of A, C and the key schools of B: the programme less the others of B, D and E would tell."""
    said, heads = np.array([[0, 0], [0, 1], [0, 0], [1, 2], [1, 1]]), np.array([[2, 6]] * 5)
    rules = pd.DataFrame(
        {"indicator": ["P1.top2"], "block": ["P1"], "within": "", "least": [3], "sensitive_n": [20]}
    )
    values = (totals(said) / totals(heads)).ravel()
    made = disclosure.protect(evidence(totals(heads), values, "P1.top2"), rules)
    shown = made[made["value"].notna()].set_index(["county_code", "group"])
    told, left = shown["value"] * shown["n"], totals(said)[-1, -1]
    for county in "ABCDE":
        whole = (county, "all") in shown.index
        left -= sum(told[cell] for cell in shown.index if cell[0] == county and (cell[1] == "all") == whole)
    assert ("all", "all") in shown.index and left > 0.5


def test_what_is_hidden_in_an_item_is_hidden_in_every_mean_of_it():
    chain = [
        ("T6.1.gap", "T6.1", "T6"),
        ("T6.gap", "T6", "I01"),
        ("I01.gap", "I01", ""),
        ("T6.2.gap", "T6.2", "T6"),
    ]
    rules = pd.DataFrame(chain, columns=["indicator", "block", "within"]).assign(least=3, sensitive_n=0)
    sizes = dict.fromkeys(rules["indicator"], totals([[0, 4], [0, 7], [0, 9]])) | {
        "T6.1.gap": totals([[0, 2], [0, 7], [0, 9]])
    }
    frame = pd.concat([evidence(table, indicator=name) for name, table in sizes.items()], ignore_index=True)
    made = disclosure.protect(frame, rules)
    made = made[(made["county_code"] == "A") & (made["group"] == "all")].set_index("indicator")["status"]
    assert made["T6.1.gap"] == "suppressed" and made["T6.2.gap"] == "ok"
    assert made["T6.gap"] == made["I01.gap"] == "suppressed_secondary"


# teachers and replies of five cells of one county's other schools; the second is a school of eight
CELLS = pd.DataFrame({"N": [47, 8, 14, 13, 21], "r": [46, 7, 13, 12, 13]})


def solutions(value, digits):
    """Return the numbers of the second cell that whole answers in every cell allow for a published share."""
    sums = [np.arange(r + 1) * N / r / CELLS["N"].sum() for N, r in CELLS.itertuples(index=False)]
    others = np.zeros(1)
    for part in (sums[0], *sums[2:]):
        others = (others[:, None] + part).ravel()
    others.sort()
    ends = [np.searchsorted(others, value - sums[1] + step * digits) for step in (-1, 1)]
    return np.flatnonzero(ends[1] > ends[0])


@settings(max_examples=20, deadline=None)
@given(st.tuples(*(st.floats(0.3, 0.7) for _ in CELLS["r"])))
def test_a_published_share_has_many_solutions_in_whole_answers_a_school(shares):
    counts = np.rint(CELLS["r"] * np.array(shares))
    value = float((counts * CELLS["N"] / CELLS["r"]).sum() / CELLS["N"].sum())
    frame = evidence(totals([[50, 91]]), value=value)
    shown = disclosure.rounded(frame)["value"][0]
    assert len(solutions(value, 1e-12)) < 4
    assert len(solutions(shown, 0.005)) == 8


def test_rounding_is_that_of_a_report_and_leaves_counts_alone():
    frame = evidence(totals([[50, 91]]), value=0.125).iloc[:4].reset_index(drop=True)
    frame["unit"], frame["value"] = ["rate", "points", "gap", "rate"], [0.125, 2.675, -0.005, 1 / 3]
    frame["status"] = ["ok", "full", "no_interval", "count"]
    made = disclosure.rounded(frame.astype({"value": "Float64"}))
    assert made["value"].tolist() == [0.12, 2.68, 0.0, 1 / 3]
    assert str(made["value"].dtype) == "Float64" and made["lo"][0] == 0.4


flags = st.lists(st.tuples(st.sampled_from("ABCDEFG"), st.integers(1, 9)), unique_by=lambda row: row[0])


@settings(max_examples=150, deadline=None)
@given(flags)
def test_few_flagged_persons_are_told_of_no_county_and_none_is_lost(rows):
    table = pd.DataFrame(rows, columns=["county_code", "rows"]).assign(instrument="I02", rule="late")
    table = table.astype({"county_code": "string", "rows": "Int64"})
    made = disclosure.counts(table, ["instrument", "rule"], {"I02": 5})
    shown, pool = made[made["county_code"].notna()], made[made["county_code"].isna()]
    assert made["rows"].sum() == table["rows"].sum() and list(made) == list(table)
    assert (shown["rows"] >= 5).all() and len(pool) == (table["rows"] < 5).any()
    if len(pool) and len(shown):
        assert pool["rows"].item() >= 5 and len(table) - len(shown) >= 2


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


def test_a_hidden_total_stands_for_what_it_hides_only():
    """The programme less the shown counties leaves two hidden totals; less what they show, eight people."""
    n = totals([[30, 4], [40, 4], [50, 60], [40, 70]])
    hidden = np.zeros(n.shape, bool)
    hidden[[0, 0, 1, 1], [1, 2, 1, 2]] = True
    more = disclosure._thin_line(n, hidden, 10)
    assert more is not None and (more & ~hidden).sum() == 1
    assert disclosure._thin_line(totals([[30, 4], [40, 6], [50, 60], [40, 70]]), hidden, 10) is None


def test_a_measure_nobody_has_in_a_hidden_cell_hides_what_would_follow():
    """Without experts in the key schools of A, its other schools are the whole county."""
    self_mean = evidence(totals([[2, 12], [2, 8], [2, 9], [2, 7]]), indicator="T1.1.self_mean")
    gap = evidence(totals([[0, 12], [2, 8], [2, 9], [2, 7]]), indicator="T1.1.gap")
    gap["status"] = gap["status"].mask(gap["n"] == 0, "no_data")
    rules = pd.DataFrame({"indicator": ["T1.1.self_mean", "T1.1.gap"], "block": "T1.1", "within": ""})
    made = disclosure.protect(pd.concat([self_mean, gap]), rules.assign(least=3, sensitive_n=0))
    hidden = made[made["status"].str.startswith("suppressed")].groupby(["indicator", "county_code"]).size()
    assert hidden["T1.1.self_mean"].to_dict() == {"A": 2, "B": 2, "C": 2, "D": 2}
    assert hidden["T1.1.gap", "A"] == 2 and (hidden["T1.1.gap"] == 3).sum() == 1, "two totals, one partner"
    shown = made["county_code"].eq("A") & made["group"].eq("key") & made["indicator"].eq("T1.1.gap")
    assert made.loc[shown, "status"].tolist() == ["no_data"]


def both_ends(inner, low=0.0):
    """Return what is hidden of the upper and of the lower end of one item, a Series a place each."""
    table = totals(inner)
    rows = pd.concat([evidence(table), evidence(table, value=low, indicator="R1.low2")])
    made = disclosure.protect(rows, ENDS).set_index(["indicator", "county_code", "group"])["status"]
    gone = made.str.startswith("suppressed").astype(bool)
    return gone["R1.top2"], gone["R1.low2"]


def test_that_nobody_chose_the_lower_two_hides_nothing_of_the_upper_and_is_told_of_twenty_only():
    top, low = both_ends([[15, 30], [12, 40], [50, 60]])
    assert not top.any() and low["A", "key"] and low["B", "key"]
    assert not low["C"].any(), "shown, though nobody there chose them"


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=6),
    st.sampled_from([0.0, 0.1]),
)
@settings(max_examples=12, deadline=None)
def test_the_lower_end_is_hidden_where_the_upper_is_and_never_the_other_way_round(inner, share):
    top, low = both_ends(inner, share)
    assert (low | ~top).all()
    alone = disclosure.protect(evidence(totals(inner)), ENDS)["status"].str.startswith("suppressed")
    assert top.tolist() == alone.tolist(), "what is told of the upper end does not hang on the lower"
