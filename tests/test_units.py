"""Figures of published units: which there are, what is hidden, and that no total gives it back."""

import clean_tables
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import audit, catalogue, changes, disclosure, indicators, units

BOOK = clean_tables.BOOK
RULES = pd.DataFrame(
    {"indicator": ["R1.top2", "R.mean"], "block": "R", "within": "", "least": 10, "sensitive_n": 20}
)


def roster(sizes):
    """Return a roster of one county, every school of the other tier, and its published units."""
    schools = clean_tables.schools({"A": [(size, False) for size in sizes]})
    return units.places(disclosure.units(schools, 10), schools, 10)


def evidence(sizes, people, share=0.5, mean=3.0):
    """Return open evidence of one county: its totals and its units, `people` answering in each."""
    where = roster(sizes)
    people = dict(zip(where["group"], people, strict=True))
    total = sum(people.values())
    cells = [("all", total), ("other", total), *people.items()]
    shares = share if isinstance(share, dict) else {}
    rows = [
        {"indicator": name, "county_code": "A", "group": group, "wave": "W3", "n": n, "N": 100, "unit": unit,
         "value": (shares.get(group, 0.5) if shares else share) if unit == "rate" else mean}
        for name, unit in (("R1.top2", "rate"), ("R.mean", "points"))
        for group, n in cells
    ]  # fmt: skip
    frame = pd.DataFrame(rows).assign(lo=pd.NA, hi=pd.NA, method="finite/logit", status="ok")
    frame["status"] = np.where(frame["n"] > 0, "ok", "no_data")
    frame.loc[frame["n"] == 0, "value"] = np.nan
    numbers = {"n": "Int64", "N": "Int64", "value": "Float64", "lo": "Float64", "hi": "Float64"}
    return frame.astype(numbers | {"status": "string"}), where


def statuses(frame, indicator="R1.top2"):
    rows = frame[(frame["indicator"] == indicator) & frame["group"].str.startswith("unit:")]
    return rows["status"].tolist()


def found(frame, where):
    """Return what the attacker finds."""
    return set(audit.findings(frame, RULES, where)["what"])


def protected(*arguments, **more):
    frame, where = evidence(*arguments, **more)
    return units.protect(disclosure.protect(frame, RULES), RULES, where), where


def test_units_get_the_scale_means_of_teachers_and_the_items_a_clause_counts_on():
    told = units.indicators(catalogue.table(BOOK), BOOK)
    assert {"R.mean", "L.mean", "O.mean", "B.mean", "E.mean", "R6.top2", "B3.top2"} <= told
    assert not told & {"R1.top2", "R6.mean", "I01.gap", "P1.top2", "I05.score", "five_both.rate"}


def test_small_schools_are_one_unit_and_a_unit_of_both_tiers_has_none():
    schools = clean_tables.schools({"A": [(30, True), (6, True), (5, False), (20, False)]})
    where = units.places(disclosure.units(schools, 10), schools, 10).set_index("group")
    assert where.loc["unit:A-002+1", "N"] == 11 and pd.isna(where.loc["unit:A-002+1", "tier"])
    assert where.loc[["unit:A-001", "unit:A-004"], "tier"].tolist() == ["key", "other"]


def test_one_unit_of_too_few_takes_the_smallest_other_with_it():
    made, where = protected([40, 30, 12], [35, 25, 8])
    assert statuses(made) == ["ok", "suppressed_secondary", "suppressed"] == statuses(made, "R.mean")
    hidden = made[made["status"].str.startswith("suppressed")]
    assert hidden[["value", "n"]].isna().all(axis=None) and set(hidden["method"]) == {"none"}
    assert found(made, where) == set()


def test_two_units_of_too_few_that_are_together_too_few_take_in_a_third():
    assert statuses(protected([40, 11, 12], [35, 4, 5])[0]) == [
        "suppressed_secondary",
        "suppressed",
        "suppressed",
    ]
    assert statuses(protected([40, 11, 12], [35, 6, 5])[0]) == ["ok", "suppressed", "suppressed"]


def test_a_silent_unit_is_no_secret_and_protects_nobody():
    assert statuses(protected([40, 30, 12], [35, 0, 8])[0]) == [
        "suppressed_secondary",
        "no_data",
        "suppressed",
    ]


def test_everybody_alike_in_a_unit_is_hidden_with_another():
    share = {"unit:A-003": 1.0}
    made, _ = protected([40, 30, 15], [35, 25, 15], share=share)
    assert statuses(made) == ["ok", "suppressed_secondary", "suppressed_secondary"]


@pytest.mark.parametrize(("share", "people"), [(0.0, 21), (1.0, 35), (0.004, 30)])
def test_a_share_that_prints_as_none_or_all_is_hidden_on_a_unit_of_any_size(share, people):
    made, where = protected([40, 50, 60], [people, 45, 55], share={"unit:A-001": share})
    gone = ["suppressed_secondary", "suppressed_secondary", "ok"]
    assert statuses(made) == gone == statuses(made, "R.mean")
    assert found(made, where) == set()
    cell = made["indicator"].eq("R1.top2") & made["group"].eq("unit:A-001")
    shown = {"value": round(share), "n": people, "status": "ok"}
    leaking = made.assign(**{name: made[name].mask(cell, value) for name, value in shown.items()})
    assert "人数少而全体一致，却已公布" in found(leaking, where)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_tier_of_which_one_unit_answered_hides_the_share_that_the_unit_hides(share):
    frame, where = evidence([40, 50], [25, 0], share=share)
    made = disclosure.protect(frame, RULES, units.sole(frame, where))
    made = units.protect(made, RULES, where)
    assert made.loc[made["n"].gt(0) | made["value"].notna()].empty
    assert "总数减去已公布的单元可推出" not in found(made, where)
    frame, where = evidence([40, 50], [25, 30], share=share)
    assert not units.sole(frame, where).any()


def test_hidden_units_that_together_all_said_the_same_take_in_one_who_did_not():
    share = {"unit:A-002": 1.0, "unit:A-003": 1.0}
    made, _ = protected([40, 30, 11, 12], [35, 25, 8, 9], share={"unit:A-003": 1.0, "unit:A-004": 1.0})
    assert statuses(made) == ["ok", "suppressed_secondary", "suppressed", "suppressed"]
    assert statuses(protected([40, 11, 12], [35, 8, 9], share=share)[0])[0] == "suppressed_secondary"


def test_units_of_a_hidden_tier_and_units_of_both_tiers_are_hidden():
    frame, where = evidence([40, 30], [35, 25])
    tiers = frame["group"].isin(["other", "all"])
    frame.loc[tiers, ["value", "n", "status"]] = [pd.NA, pd.NA, "suppressed_secondary"]
    assert statuses(units.protect(frame, RULES, where)) == ["suppressed_secondary"] * 2
    frame, where = evidence([40, 30, 20], [35, 25, 15])
    made = units.protect(frame, RULES, where.assign(tier=[None, "other", "other"]))
    assert statuses(made) == ["suppressed_secondary", "ok", "suppressed_secondary"]


@pytest.mark.parametrize(
    ("again", "what"),
    [
        ("unit:A-002", {"总数减去已公布的单元可推出", "总数减去已公布的单元，余下低于阈值"}),
        ("unit:A-003", {"低于阈值却已公布", "总数减去已公布的单元可推出"}),
    ],
)
def test_a_hidden_unit_shown_after_all_gives_the_other_away(again, what):
    made, where = protected([40, 30, 12], [35, 25, 8])
    cell = made["group"] == again
    leak = {"value": 0.5, "n": 25 if again == "unit:A-002" else 8, "status": "ok"}
    leaking = made.assign(**{name: made[name].mask(cell, value) for name, value in leak.items()})
    assert what <= found(leaking, where)


def test_a_unit_shown_in_a_hidden_tier_and_one_of_both_tiers_are_found():
    made, where = protected([40, 30], [35, 25])
    tiers = made["group"].eq("other")
    leaking = made.assign(
        value=made["value"].mask(tiers),
        n=made["n"].mask(tiers),
        status=made["status"].mask(tiers, "suppressed"),
    )
    assert "所在的一格不公布，单元却已公布" in found(leaking, where)
    assert "跨重点与其余的单元已公布" in found(made, where.assign(tier=[None, "other"]))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(10, 30), st.floats(0, 1)), min_size=1, max_size=8))
def test_random_units_once_protected_give_nothing_away(drawn):
    sizes = [size for size, _ in drawn]
    people = [round(size * share) for size, share in drawn]
    assume(sum(people) >= 10)
    made, where = protected(sizes, people)
    assert found(made, where) == set()
    rows = made[made["indicator"].eq("R1.top2") & made["group"].str.startswith("unit:")]
    hidden = rows["status"].str.startswith("suppressed").to_numpy(bool)
    rest = np.array(people)[hidden]
    if hidden.any() and len(people) - hidden.sum() > 0:
        assert len(rest) > 1 and rest.sum() >= 10


def test_a_small_programmes_units_stand_in_the_evidence_as_they_were_estimated():
    clean = clean_tables.programme()
    of = disclosure.units(clean.schools, 10)
    table, rules, pairs = indicators.evidence(clean, BOOK, of)
    where = units.places(of, clean.schools, 10)
    made = changes.protect(units.protect(disclosure.protect(table, rules), rules, where), pairs)
    rows = made[
        made["indicator"].eq("B.mean") & made["group"].str.startswith("unit:") & made["wave"].eq("W3")
    ]
    assert len(rows) == len(where) and rows["N"].astype(float).sum() == where["N"].sum()
    shown = rows[rows["value"].notna()]
    assert shown["n"].min() >= 10 and shown["method"].str.startswith("finite/").all()
    known = catalogue.table(BOOK).drop_duplicates("indicator")
    assert audit.findings(made, known, where).empty
    assert "总数减去已公布的单元可推出" in set(audit.findings(_one_again(made, table), known, where)["what"])


def _one_again(made, table):
    """Return `made` with all but one of a tier's hidden units shown."""
    hidden = made[made["status"].str.startswith("suppressed") & made["group"].str.startswith("unit:")]
    line = hidden[hidden["indicator"] == "B.mean"].groupby(["county_code", "wave"]).size().idxmax()
    cells = hidden.index[
        (hidden["county_code"] == line[0]) & (hidden["wave"] == line[1]) & (hidden["indicator"] == "B.mean")
    ]
    leaking = made.copy()
    leaking.loc[cells[1:]] = table.loc[cells[1:]]
    return leaking
