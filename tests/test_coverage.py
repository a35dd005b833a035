"""Every clause of the plan against the evidence: no clause without an indicator and a row."""

import clean_tables
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import changes, coverage, disclosure, indicators

BOOK = clean_tables.BOOK
CLAUSES = [f"{letter}{number}" for letter in "CSMA" for number in range(1, 6)] + [
    "B2",
    "B3",
    "T1",
    "T2",
    "T3",
    "E",
]
ROSTER = clean_tables.schools({"A": [(20, True), (10, False)], "B": [(30, True)]})


def evidence(clean):
    table, rules, pairs = indicators.evidence(clean, BOOK, disclosure.units(clean.schools, 10))
    return changes.rounded(changes.protect(disclosure.protect(table, rules), pairs))


def test_every_clause_of_the_plan_has_an_indicator():
    counted = {clause for entry in BOOK.indicators.values() for clause in entry.clauses}
    assert set(CLAUSES) <= set(BOOK.clauses) and set(BOOK.clauses) <= counted


@pytest.fixture(scope="module")
def programme():
    made = evidence(clean_tables.programme())
    return made, coverage.clauses(made, BOOK)


def test_every_clause_has_a_row_in_every_county_and_wave(programme):
    made, table = programme
    assert list(table) == ["clause", "county_code", "wave", "state", "have", "of", "lacking"]
    places = {*made["county_code"]}
    assert len(places) == 8 and len(table) == len(BOOK.clauses) * 8 * len(BOOK.waves)
    assert not table.duplicated(["clause", "county_code", "wave"]).any() and table.notna().all(axis=None)
    assert set(table["clause"]) == set(BOOK.clauses) and set(table["county_code"]) == places


def test_a_state_follows_from_its_indicators(programme):
    table = programme[1]
    by = table.set_index(["clause", "county_code", "wave"])
    county = sorted(set(table["county_code"]) - {"all"})[0]
    assert by.loc["T2", county, "W3"][["state", "have", "of", "lacking"]].tolist() == ["present", 4, 4, ""]
    partial = by.loc["C2", county, "W3"]
    assert partial["state"] == "partial" and partial["lacking"] == "I10.reporting;I10.active;I10.uploads"
    missing = by.loc["B3", county, "W3"]
    assert missing["state"] == "missing" and (missing["have"], missing["of"]) == (0, 5)
    none_due = by.loc["B3", county, "W0"]
    assert (none_due["have"], none_due["of"]) == (0, 0) and none_due["lacking"].startswith("I09.budget")
    assert by.loc["M3", "all", "W3"]["of"] == by.loc["M3", county, "W3"]["of"] + 1, (
        "agreement is the programme's"
    )


def test_hidden_is_evidence_and_a_response_of_nobody_is_none():
    replies = clean_tables.responses("I02", "W3", {"A-001": 5})
    table = coverage.clauses(evidence(clean_tables.clean(ROSTER, replies)), BOOK).set_index(
        ["clause", "county_code", "wave"]
    )
    assert table.loc["C4", "A", "W3"]["have"] == 2, "five teachers, hidden"
    assert (
        table.loc["A1", "A", "W3"]["have"] == 0
        and "I01.self.response" in table.loc["A1", "A", "W3"]["lacking"]
    )


def test_evidence_of_an_earlier_wave_counts_later_and_not_before():
    records = {
        "activities": clean_tables.sheet(
            "activities", [{"activity_no": "1", "county_code": "A", "wave": "W2", "form": 1}]
        )
    }
    nobody = clean_tables.responses("I02", "W3", {})
    table = coverage.clauses(evidence(clean_tables.clean(ROSTER, nobody, records=records)), BOOK)
    table = table.set_index(["clause", "county_code", "wave"])
    have = [table.loc["A5", "A", wave]["have"] for wave in BOOK.waves]
    assert (
        have == [0, 0, 1, 1]
        and table.loc["A5", "B", "W3"]["have"] == 0
        and table.loc["A5", "all", "W3"]["have"] == 1
    )


@pytest.mark.parametrize("roster", [ROSTER, ROSTER.iloc[:1]], ids=["two counties", "one school"])
def test_with_nothing_at_all_every_figure_says_why_and_every_clause_is_missing(roster):
    nobody = clean_tables.clean(roster, clean_tables.responses("I02", "W3", {}))
    made = evidence(nobody)
    facts = made["indicator"].str.startswith("roster.")
    known = made["value"].notna()
    assert (made.loc[known & ~facts, "status"] == "count").all()
    assert (made.loc[~known, "status"] == "no_data").all() and (made.loc[~known, "n"] == 0).all()
    assert made[["unit", "method", "status"]].notna().all(axis=None)
    table = coverage.clauses(made, BOOK)
    assert set(table["state"]) == {"missing"} and table["lacking"].ne("").all()


def test_the_demos_clauses_are_all_told(demo_ws):
    table = pd.read_parquet(demo_ws.results / "clauses.parquet")
    last = table[table["wave"] == list(BOOK.waves)[-1]]
    assert set(last["clause"]) == set(BOOK.clauses) and last["county_code"].nunique() == 8
    assert (last.loc[last["county_code"] == "all", "have"] > 0).all()
