"""Heads of schools answer once for their school: estimates over schools, hidden below three."""

import clean_tables
import numpy as np
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import audit, changes, disclosure, indicators

BOOK = clean_tables.BOOK
ROSTER = clean_tables.schools(
    {"A": [(20, True), (10, True), (5, False), (2, False), (8, False)], "B": [(6, True)] * 4}
)


LARGE = clean_tables.schools({c: [(20, True)] * 5 for c in "ABCD"})


def evidence_and_rules(scores, roster, **sent):
    """Return protected evidence of heads who give `scores[wave]` to P1, school by school, and its rules."""
    replies = pd.concat(
        [clean_tables.responses("I03", wave, counts) for wave, counts in sent.items()], ignore_index=True
    )
    values = [scores[wave].pop(0) for wave in replies["wave"]]
    answers = replies[["response_id", "school_id"]].assign(item_id="P1", value=values, missing=None)
    answers = answers.astype({"value": "Float64", "missing": "str"})
    table, rules, pairs = indicators.evidence(
        clean_tables.clean(roster, replies, answers=answers), BOOK, disclosure.units(roster, 10)
    )
    return changes.rounded(changes.protect(disclosure.protect(table, rules), pairs)), rules


def evidence(scores, roster=ROSTER, **sent):
    """Return the same by indicator, county, group and wave."""
    made, _ = evidence_and_rules(scores, roster, **sent)
    return made.set_index(["indicator", "county_code", "group", "wave"])


A = [f"A-00{k}" for k in range(1, 6)]
B = [f"B-00{k}" for k in range(1, 5)]


def test_the_schools_that_answered_stand_for_those_of_their_county():
    table = evidence({"W3": [5, 4, 3, 2, 1, 4, 4, 5, 3]}, W3=dict.fromkeys(A + B, 1))
    row = table.loc["P1.mean", "A", "all", "W3"]
    assert (row["value"], row["n"], row["N"], row["status"], row["method"]) == (
        3,
        5,
        5,
        "full",
        "school/full",
    )
    assert table.loc["P1.top2", "A", "all", "W3"]["value"] == 0.4
    assert table.loc["P1.mean", "A", "key", "W3"]["status"] == "suppressed", "two schools"
    assert table.loc["I03.response", "B", "all", "W3"][["value", "n", "N"]].tolist() == [1, 4, 4]


def test_some_of_the_schools_give_an_interval_over_the_schools_of_the_county():
    table = evidence({"W3": [5, 4, 3, 2, 4, 4, 1]}, W3=dict.fromkeys(A[:4] + B[:3], 1))
    row = table.loc["P1.mean", "A", "all", "W3"]
    assert (row["value"], row["n"], row["N"], row["status"]) == (3.5, 4, 5, "ok") and row["lo"] < 3.5 < row[
        "hi"
    ]
    row = table.loc["P1.mean", "all", "all", "W3"]
    assert (
        row["value"] == pytest.approx((5 * 3.5 + 4 * 3) / 9, abs=0.005) and row["method"] == "school/taylor"
    )


def test_two_heads_are_hidden():
    table = evidence({"W3": [5, 4, 3, 2, 4, 4]}, W3=dict.fromkeys(A[:4] + B[:2], 1))
    assert table.loc["P1.mean", "B", "all", "W3"]["status"] == "suppressed"


def test_two_replies_of_one_school_share_its_weight():
    table = evidence(
        {"W3": [5, 1, 4, 3, 2, 1]}, W3={"A-001": 2, "A-002": 1, "A-003": 1, "A-004": 1, "A-005": 1}
    )
    assert table.loc["P1.mean", "all", "all", "W3"]["n"] == 5
    assert table.loc["P1.mean", "A", "all", "W3"]["value"] == pytest.approx(
        (3 + 4 + 3 + 2 + 1) / 5, abs=0.005
    )


def test_a_change_is_told_where_both_waves_are_and_an_item_only_in_its_waves():
    scores = {"W0": [2, 2, 2, 2, 5], "W3": [4, 4, 4, 4, 3]}
    table = evidence(scores, W0=dict.fromkeys(A, 1), W3=dict.fromkeys(A, 1))
    assert table.loc["P1.mean_change", "A", "all", "W3"]["value"] == pytest.approx(1.2)
    waves = table.loc["P10.top2"].index.get_level_values("wave")
    assert set(waves) == {"W2", "W3"} and table.loc["P10.top2", "A", "all", "W3"]["status"] == "no_data"


def numbers(given, roster=ROSTER, wave="W3"):
    """Return protected evidence of what heads said of PUPILS and RETURNED: school → (pupils, returned)."""
    replies = clean_tables.responses("I03", wave, dict.fromkeys(given, 1))
    rows = [
        (reply.response_id, reply.school_id, item, value)
        for reply in replies.itertuples()
        for item, value in zip(("PUPILS", "RETURNED"), given[reply.school_id], strict=True)
    ]
    answers = pd.DataFrame(rows, columns=["response_id", "school_id", "item_id", "value"]).assign(
        missing=None
    )
    answers = answers.astype({"value": "Float64", "missing": "str"})
    clean = clean_tables.clean(roster, replies, answers=answers)
    table, rules, _ = indicators.evidence(clean, BOOK, disclosure.units(roster, 10))
    made = disclosure.protect(table, rules)
    return made, rules


def total(made, item, county="all", wave="W3"):
    keys = ["indicator", "county_code", "group", "wave"]
    return made.set_index(keys).loc[f"{item}.total", county, "all", wave]


GIVEN = {f"{c}-00{k}": (100 + k, 6) for c in "ABCD" for k in range(1, 6)}


def test_what_heads_report_is_the_sum_of_those_who_gave_the_number():
    given = GIVEN | {"A-001": (250, 0), "A-002": (None, 2)}
    given.pop("A-005")
    made, _ = numbers(given, LARGE)
    row = total(made, "PUPILS", "A")
    assert row[["value", "n", "N"]].tolist() == [250 + 103 + 104, 3, 5]
    assert row[["unit", "method", "status"]].tolist() == ["count", "school/total", "count"]
    assert total(made, "RETURNED", "A")[["value", "n"]].tolist() == [0 + 2 + 6 + 6, 4]
    assert total(made, "PUPILS")[["value", "n", "N"]].tolist() == [457 + 3 * 515, 18, 20]
    assert set(made.loc[made["indicator"].eq("PUPILS.total"), "group"]) == {"all"}
    assert total(made, "PUPILS", wave="W0")["status"] == "no_data"
    assert not made["indicator"].str.startswith("PUPILS.total_change").any()


def test_two_replies_of_one_school_count_as_their_mean():
    replies = clean_tables.responses("I03", "W3", {"A-001": 2, "A-002": 1, "A-003": 1})
    answers = replies[["response_id", "school_id"]].assign(item_id="ONLINE", value=[2, 4, 5, 6], missing=None)
    answers = answers.astype({"value": "Float64", "missing": "str"})
    clean = clean_tables.clean(ROSTER, replies, answers=answers)
    table = indicators.evidence(clean, BOOK, disclosure.units(ROSTER, 10))[0]
    row = total(table, "ONLINE", "A")
    assert row[["value", "n"]].tolist() == [3 + 5 + 6, 3]
    assert total(table, "ONLINE")["method"] == "school/total+partial", "nobody of B answered"


def test_two_schools_are_hidden_with_the_smallest_other_county_and_the_programme_stays():
    given = {school: told for school, told in GIVEN.items() if school not in ("A-003", "A-004", "A-005")}
    made, _ = numbers(given, LARGE)
    assert total(made, "PUPILS", "A")["status"] == "suppressed"
    gone = [c for c in "BCD" if total(made, "PUPILS", c)["status"] == "suppressed_secondary"]
    assert len(gone) == 1 and total(made, "PUPILS")["value"] == 203 + 3 * 515


def test_a_few_returned_pupils_are_hidden_none_is_told_and_partners_make_five_together():
    nobody = {f"A-00{k}": (100, 0) for k in range(1, 6)}
    made, _ = numbers(GIVEN | nobody, LARGE)
    assert total(made, "RETURNED", "A")[["value", "status"]].tolist() == [0, "count"]
    few = {f"B-00{k}": (100, int(k == 1) * 4) for k in range(1, 6)}
    made, rules = numbers(GIVEN | nobody | few, LARGE)
    assert total(made, "RETURNED", "B")["status"] == "suppressed"
    assert pd.isna(total(made, "RETURNED", "B")["n"]) and total(made, "PUPILS", "B")["value"] == 500
    hidden = [c for c in "ABCD" if pd.isna(total(made, "RETURNED", c)["value"])]
    assert len(hidden) >= 2 and total(made, "RETURNED")["value"] == 4 + 60
    assert set(hidden) & {"C", "D"}, "none and four are four together"
    assert leaks(made, rules) == set()


def leaks(made, rules):
    rules = rules.assign(instrument="I03")
    mine = made[made["indicator"].isin(["RETURNED.total", "PUPILS.total", "I03.response"])]
    return set(audit.findings(mine, rules)["what"])


def test_the_audit_finds_a_few_persons_shown_or_left_over():
    few = {f"B-00{k}": (100, int(k == 1) * 4) for k in range(1, 6)}
    nobody = {f"A-00{k}": (100, 0) for k in range(1, 6)}
    made, rules = numbers(GIVEN | nobody | few, LARGE)
    cell = made["indicator"].eq("RETURNED.total") & made["county_code"].eq("B") & made["wave"].eq("W3")
    shown = {"value": 4.0, "n": 5, "status": "count"}
    leaking = made.assign(**{name: made[name].mask(cell, value) for name, value in shown.items()})
    assert "人数少却已公布" in leaks(leaking, rules)
    others = made["indicator"].eq("RETURNED.total") & made["county_code"].isin(list("CD"))
    shown = {"value": 30.0, "n": 5, "status": "count"}
    leaking = made.assign(**{n: made[n].mask(others & made["wave"].eq("W3"), v) for n, v in shown.items()})
    assert "总数减去已公布的县，余下只有几人" in leaks(leaking, rules)


def test_a_total_that_is_never_told_by_tier_stands_for_itself():
    n = np.array([[np.nan, np.nan, 2], [np.nan, np.nan, 7], [np.nan, np.nan, 9], [np.nan, np.nan, 18]])
    hidden = disclosure.pattern(n, n < 3, 3)
    assert hidden[:, 2].tolist() == [True, True, False, False]


@pytest.mark.parametrize("said", [1, 5])
def test_what_all_the_heads_of_a_county_say_alike_is_hidden_with_their_mean(said):
    mixed = [5, 4, 3, 2, 1]
    sent = {f"{c}-00{k}": 1 for c in "ABCD" for k in range(1, 6)}
    table = evidence({"W3": [said] * 5 + mixed * 3}, roster=LARGE, W3=sent)
    for name in ("P1.top2", "P1.mean"):
        assert table.loc[name, "A", "all", "W3"]["status"].startswith("suppressed"), name
        hidden = table.loc[name].xs("W3", level="wave")
        gone = {c for c in "BCD" if pd.isna(hidden.loc[(c, "all"), "value"])}
        assert len(gone) == 1 and pd.notna(hidden.loc[("all", "all"), "value"]), name
    shown = table[table["unit"].eq("rate") & table["n"].lt(20) & ~table["status"].eq("count")]
    assert not shown["value"].isin([0, 1]).any()


def test_the_audit_finds_a_share_of_all_or_none_of_a_few_heads():
    sent = {f"{c}-00{k}": 1 for c in "ABCD" for k in range(1, 6)}
    made, rules = evidence_and_rules({"W3": [5] * 5 + [5, 4, 3, 2, 1] * 3}, LARGE, W3=sent)
    rules = rules.assign(instrument="I03")
    mine = made[made["indicator"].isin(["P1.top2", "P1.mean", "I03.response"])]
    assert audit.findings(mine, rules).empty
    cell = mine["indicator"].eq("P1.top2") & mine["county_code"].eq("A") & mine["wave"].eq("W3")
    shown = {"value": 1.0, "n": 5, "status": "full"}
    leaking = mine.assign(**{name: mine[name].mask(cell, value) for name, value in shown.items()})
    assert "人数少而全体一致，却已公布" in set(audit.findings(leaking, rules)["what"])
