"""The knowledge test: scores as teachers' answers, the forms' classical statistics, the linked gain."""

import clean_tables
import numpy as np
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import audit, changes, disclosure, exam, indicators, testitems

BOOK = clean_tables.BOOK
TOOL = BOOK.instruments["I05"]
ROSTER = clean_tables.schools({"A": [(20, True), (14, False)], "B": [(6, False)], "C": [(30, False)]})


def answers(replies, skill):
    """Return answers, each right, wrong or left empty as `skill(person, item number, wave)` says."""
    rows = []
    for at, reply in enumerate(replies.itertuples()):
        asked = [item for item in exam.questions(TOOL) if reply.wave in TOOL.waves_of(item)]
        for number, item in enumerate(asked):
            right = skill(at, number, reply.wave)
            value = None if right is None else item.key if right else 1 + item.key % 4
            rows.append(
                (reply.response_id, reply.school_id, item.id, value, "blank" if right is None else None)
            )
    table = pd.DataFrame(rows, columns=["response_id", "school_id", "item_id", "value", "missing"])
    return table.astype({"value": "Float64", "missing": "str"})


def clean(skill, **counts):
    replies = pd.concat(
        [clean_tables.responses("I05", wave, sent) for wave, sent in counts.items()], ignore_index=True
    )
    return clean_tables.clean(ROSTER, replies, answers=answers(replies, skill))


def evidence(data):
    table, rules, pairs = indicators.evidence(data, BOOK, disclosure.units(ROSTER, 10))
    made = changes.protect(disclosure.protect(table, rules), pairs)
    return changes.rounded(made).set_index(["indicator", "county_code", "group", "wave"])


ALL = {"A-001": 20, "A-002": 14, "B-001": 6}


def test_a_score_is_the_share_right_of_the_form_and_an_empty_answer_is_not_right():
    """Of 40 items: the first 30 right; 24 right and 16 empty, which passes; 23 right."""
    rights = [30, 24, 23]
    data = clean(
        lambda at, number, wave: True if number < rights[at] else (False if at == 0 else None),
        W0={"A-001": 3},
    )
    frame = data.replies(TOOL)
    scores, shares, ranges = exam.scores(TOOL, frame, data, BOOK)
    assert scores["I05.score"].tolist() == [75, 60, 57.5] and scores["I05.pass"].tolist() == [1, 1, 0]
    assert shares == {"I05.pass"} and ranges["I05.score"] == (0, 100) and ranges["I05.pass"] == (0, 1)
    domains = scores[[f"{d.id}.score" for d in TOOL.dimensions]]
    assert np.allclose(domains.mean(axis=1), scores["I05.score"]), "every domain has as many items"


def test_who_answered_nothing_did_not_sit_the_test():
    data = clean(lambda at, number, wave: None if at == 0 else True, W0={"A-001": 3})
    scores, _, _ = exam.scores(TOOL, data.replies(TOOL), data, BOOK)
    assert scores["I05.score"].isna().tolist() == [True, False, False]


def test_the_scores_of_a_county_are_weighted_and_hidden_like_teachers_answers():
    data = clean(
        lambda at, number, wave: (at * 7 + number) % (7 + at % 5) < 5,
        W0={"A-001": 10, "A-002": 14, "B-001": 6, "C-001": 15},
    )
    table = evidence(data)
    row = table.loc["I05.score", "A", "all", "W0"]
    assert (row["unit"], row["n"], row["N"], row["status"]) == ("score", 24, 34, "ok")
    assert table.loc["I05.score", "B", "all", "W0"]["status"] == "suppressed"
    assert table.loc["I05.response", "A", "all", "W0"]["value"] == pytest.approx(24 / 34)
    assert table.loc["I05.score", "A", "all", "W2"]["status"] == "no_data"
    assert not table.index.get_level_values("indicator").str.startswith("I05.score_change").any()


def test_a_gain_through_anchors_is_that_of_the_library_in_points_of_a_hundred():
    rng = np.random.default_rng(2)
    able, hard = rng.normal(0, 1, 80), rng.normal(0, 1, 40)
    data = clean(
        lambda at, number, wave: able[at] + (0.5 if wave == "W2" else 0) > hard[number] + rng.normal(),
        W0=ALL,
        W2=ALL,
    )
    table = exam.gains(TOOL, data, BOOK).set_index(["county_code", "group", "wave"])
    frame = data.replies(TOOL)
    marks = exam.right(TOOL, frame, data)
    forms = [marks[frame["wave"] == wave].dropna(axis=1, how="all") for wave in ("W0", "W2")]
    anchors = [item for item in forms[0] if item in forms[1]]
    wanted = testitems.linked_gain(*forms, anchors)
    row = table.loc["all", "all", "W2"]
    assert len(anchors) == 10 and row["value"] == pytest.approx(wanted["gain"] * 2.5)
    assert row[["lo", "hi"]].tolist() == pytest.approx([wanted["lo"] * 2.5, wanted["hi"] * 2.5])
    assert set(table.index.get_level_values("wave")) == {"W2"} and row["n"] == 40
    shown = evidence(data)
    assert shown.loc["I05.gain", "B", "all", "W2"]["status"] == "suppressed", "as its level"
    assert shown.loc["I05.gain", "A", "key", "W2"]["unit"] == "score_points"
    assert shown.loc["I05.gain", "all", "all", "W3"]["status"] == "no_data"


def test_a_gain_shown_beside_a_hidden_score_is_found():
    cells = [("I05.score", "W0", "suppressed"), ("I05.score", "W2", "ok"), ("I05.gain", "W2", "ok")]
    rows = pd.DataFrame(cells, columns=["indicator", "wave", "status"])
    rows = rows.assign(county_code="A", group="all", unit="score", value=60.0, n=24, N=34)
    rows.loc[0, ["value", "n"]] = np.nan
    rules = pd.DataFrame(
        {"indicator": ["I05.score"], "block": "I05", "within": "", "least": 10, "sensitive_n": 20}
    )
    found = audit.findings(rows, rules, gains={"I05.gain": "I05.score"})
    assert "变化已公布，可还原一轮不公布的水平" in set(found["what"])
    assert "变化已公布，可还原一轮不公布的水平" not in set(audit.findings(rows.iloc[:2], rules)["what"])


def test_reliability_and_items_are_told_of_the_programme_only():
    rng = np.random.default_rng(3)
    able = rng.normal(0, 1.5, 80)
    data = clean(lambda at, number, wave: able[at] > rng.normal(), W0=ALL, W2={"A-001": 9})
    table = exam.reliabilities(TOOL, data, BOOK).set_index("wave")
    frame = data.replies(TOOL)
    form = exam.right(TOOL, frame, data)[frame["wave"] == "W0"].dropna(axis=1, how="all")
    assert table.loc["W0", "value"] == pytest.approx(testitems.kr20(form)) and table.loc["W0", "n"] == 40
    made = evidence(data)
    assert set(made.loc["I05.kr20"].index.get_level_values("county_code")) == {"all"}
    assert made.loc["I05.kr20", "all", "all", "W2"]["status"] == "suppressed", "nine persons"
    items = exam.items(data, BOOK)
    early, late = (items[items["wave"] == wave] for wave in ("W0", "W2"))
    assert len(early) == len(late) == 40 and early["difficulty"].between(0, 1).all()
    assert late[["n", "difficulty", "point_biserial"]].isna().all(axis=None)
    assert early["difficulty"].iloc[0] == round(float(form[early["item_id"].iloc[0]].mean()), 2)


def test_a_test_that_all_pass_alike_has_no_gain_and_no_reliability_and_says_so():
    data = clean(lambda at, number, wave: True, W0=ALL, W2=ALL)
    table = evidence(data)
    for name in ("I05.gain", "I05.kr20"):
        assert table.loc[name, "all", "all", "W2"][["n", "status"]].tolist() == [0, "no_data"]


def test_without_a_test_nothing_is_known_and_nothing_breaks():
    nobody = clean_tables.clean(ROSTER, clean_tables.responses("I02", "W3", {}))
    assert exam.items(nobody, BOOK).empty and exam.gains(TOOL, nobody, BOOK).empty
    table = evidence(nobody)
    rows = table[table.index.get_level_values("indicator").str.startswith("I05")]
    assert set(rows["status"]) == {"no_data"} and (rows["n"] == 0).all()
