"""Rated lessons and cases: means that stand for teachers, the raters' agreement, candidates, quotes."""

import clean_tables
import numpy as np
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import disclosure, indicators, quotes, rated, raters

BOOK = clean_tables.BOOK
ROSTER = clean_tables.schools({"A": [(20, True), (10, False), (9, False)], "B": [(30, True)]})
NOBODY = clean_tables.responses("I02", "W3", {})
ITEMS = [f"ob{k}" for k in range(1, 11)]
FIRST = ["goal_1", "process_1", "engage_1", "proof_1"]
SECOND = ["goal_2", "process_2", "engage_2", "proof_2"]


def clean(**sheets):
    tables = {name: clean_tables.sheet(name, rows) for name, rows in sheets.items()}
    return clean_tables.clean(ROSTER, NOBODY, records=tables)


def lesson(number, teacher, score, observer="o", school="A-001", wave="W2", **more):
    marks = dict.fromkeys(ITEMS, score)
    return (
        {"lesson_no": number, "teacher": teacher, "observer": observer, "school_id": school, "wave": wave}
        | marks
        | more
    )


def case(number, first, second, version=1, status=1, **more):
    marks = dict.fromkeys(FIRST, first) | dict.fromkeys(SECOND, second)
    row = {"case_no": number, "teacher": f"t{number}", "school_id": "A-001", "wave": "W2", "status": status}
    return row | {"version": version, "type": 2, "subject": 1, "grade": 3} | marks | more


def evidence(data):
    table, rules, _ = indicators.evidence(data, BOOK, disclosure.units(ROSTER, 10))
    return disclosure.rounded(disclosure.protect(table, rules)).set_index(
        ["indicator", "county_code", "group", "wave"]
    )


def test_a_teacher_counts_once_with_the_mean_of_what_was_rated():
    rows = [
        lesson("1", "a", 2),
        lesson("2", "a", 4),
        lesson("3", "b", 5, ob1=3),
        lesson("4", "c", 1, school="A-002"),
    ]
    sample = rated.samples(BOOK.instruments["I11"], clean(observations=rows), BOOK)[0]
    means = sample.scores.set_index([sample.frame["school_id"]])
    assert sample.name == "lesson" and len(means) == 3
    assert means["I11.mean"].tolist() == pytest.approx([3, 4.8, 1])
    assert means["I11.ob1"].tolist() == [3, 3, 1] and sample.ranges["I11.ob1"] == (1, 5)


def test_a_mean_has_an_interval_from_its_schools_and_none_from_one_school():
    rows = [lesson(str(k), f"t{k}", 2 + k % 3, school=f"A-00{1 + k % 3}") for k in range(12)]
    rows += [lesson(f"b{k}", f"u{k}", 3 + k % 2, school="B-001") for k in range(10)]
    table = evidence(clean(observations=rows))
    row = table.loc["I11.mean", "A", "all", "W2"]
    assert (row["n"], row["value"], row["status"], row["method"]) == (12, 3, "ok", "lesson/taylor")
    assert row["lo"] < 3 < row["hi"] and pd.isna(row["N"])
    assert table.loc["I11.ob3", "B", "all", "W2"][["value", "status"]].tolist() == [3.5, "no_interval"]
    assert table.loc["I11.mean", "A", "other", "W2"]["status"] == "suppressed", "eight teachers"


def test_a_lesson_rated_twice_is_a_pair_and_once_is_none():
    rng = np.random.default_rng(1)
    true = rng.integers(1, 6, 14)
    marks = np.clip(true[:, None] + rng.integers(-1, 2, (14, 2)), 1, 5)
    rows = [lesson(str(k), f"t{k}", marks[k, who], observer="pq"[who]) for k in range(14) for who in range(2)]
    rows += [lesson("x", "tx", 3), lesson("1", "t1", 5, wave="W3", school="B-001")]
    table = rated.agreement(BOOK.instruments["I11"], clean(observations=rows), BOOK)
    wanted = raters.icc(pd.DataFrame(marks.astype(float))).set_index("name").loc["ICC(A,1)"]
    assert table[["indicator", "county_code", "wave", "n", "status"]].to_numpy().tolist() == [
        ["I11.agreement", "all", "W2", 14, "ok"]
    ]
    assert table["value"].iloc[0] == pytest.approx(wanted["value"]) and table["lo"].iloc[0] == pytest.approx(
        wanted["lo"]
    )


def test_two_raters_of_one_row_are_a_pair_where_both_rated():
    rows = [case(str(k), 1 + k % 5, 1 + (k + k % 2) % 5) for k in range(10)] + [case("x", 3, pd.NA)]
    table = rated.agreement(BOOK.instruments["I06"], clean(cases=rows), BOOK)
    assert table[["indicator", "n"]].to_numpy().tolist() == [["I06.agreement", 10]]
    assert rated.agreement(BOOK.instruments["I06"], clean(), BOOK).empty


def test_raters_who_all_say_the_same_or_one_lesson_leave_agreement_unknown():
    for rows in ([case(str(k), 3, 3) for k in range(10)], [case("1", 3, 4)]):
        table = evidence(clean(cases=rows))
        assert table.loc["I06.agreement", "all", "all", "W2"][["n", "status"]].tolist() == [0, "no_data"]


def test_candidates_are_cases_that_both_raters_found_good_and_say_nothing_of_who():
    rows = [
        case("good", 4, 5, consent=1),
        case("quiet", 5, 5, consent=0, grade=5),
        case("torn", 5, 3),
        case("once", 5, pd.NA),
        *(case(f"{k}", 3, 3, school_id=f"A-00{k}") for k in (2, 3)),
    ]
    rows += [case("void", 5, 5, status=3), case("twice", 5, 5), case("twice", 4, 4, version=2, consent=pd.NA)]
    table = rated.candidates(clean(cases=rows), BOOK)
    assert list(table) == ["county_code", "wave", "kind", "subject", "stage", "score", "raters", "consent"]
    found = table.sort_values("score").astype(object).where(table.sort_values("score").notna(), None)
    assert found[["score", "consent", "subject", "stage"]].to_numpy().tolist() == [
        [4, False, None, None], [4.5, True, 1, 1], [5, False, None, None],
    ]  # fmt: skip
    assert set(found["kind"]) == {2} and rated.candidates(clean(), BOOK).empty


def test_subject_and_stage_are_not_told_where_fewer_than_three_schools_sent_cases_of_either_stage():
    rows = [case(f"p{k}", 4, 5, consent=1, grade=k, school_id=f"A-00{k}") for k in (1, 2, 3)]
    rows += [case(f"m{k}", 4, 5, consent=1, grade=6 + k, school_id=f"A-00{k}") for k in (1, 2)]
    rows += [case("bad", 3, 3, status=3, grade=9, school_id="A-003")]
    rows += [case("far", 4, 5, consent=1, grade=8, school_id="B-001", county_code="B")]
    rows += [case("none", 4, 5, consent=1, grade=pd.NA)]
    table = rated.candidates(clean(cases=rows), BOOK)
    assert len(table) == 7 and table["consent"].all()
    assert table[["stage", "subject"]].isna().all(axis=None), "beside primary a gap would be the other stage"
    assert "grade" not in table
    rows += [case("third", 3, 3, grade=7, school_id="A-003")]
    told = rated.candidates(clean(cases=rows), BOOK)
    assert told["stage"].value_counts().to_dict() == {1: 3, 2: 2}
    assert told.loc[told["subject"].isna(), "county_code"].tolist() == ["B"]


def test_quotes_are_consented_texts_of_institutions_that_name_no_place():
    said = {"side": 2, "wave": "W3", "county_code": "A"}
    rows = [
        said | {"hardship": "路远，一天只能到一所学校", "consent": 1},
        said | {"hardship": "经费到得晚", "consent": 0},
    ]
    rows += [said | {"hardship": "昭觉的老师调走太快", "consent": 1}, said | {"hardship": " ", "consent": 1}]
    rows += [said | {"hardship": pd.NA, "consent": 1}, said | {"hardship": "人手不够", "consent": pd.NA}]
    table = quotes.table(clean(institutions=rows), BOOK)
    assert table.to_numpy().tolist() == [["institutions", 2, "W3", "路远，一天只能到一所学校"]]
    assert quotes.table(clean(cases=[case("1", 5, 5, consent=1, co_school="某校")]), BOOK).empty
