"""With and without careless answers: what is left out, how the figures move, and that it names nobody."""

import clean_tables
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import disclosure, indicators, sensitivity

BOOK = clean_tables.BOOK
ROSTER = clean_tables.schools({"A": [(60, True), (50, True), (40, False)], "B": [(70, True), (60, False)]})
RULES = pd.DataFrame({"least": [10], "sensitive_n": [20]}, index=["R.mean"])


def programme(flagged=20, alike=0):
    """Return clean tables: the first `flagged` teachers were too fast, the last `alike` gave one answer."""
    replies = clean_tables.responses("I02", "W3", dict.fromkeys(ROSTER["school_id"], 35))
    replies.loc[: flagged - 1, "flags"] = "late;speeder"
    replies["duration_s"] = 200.0
    answers = clean_tables.answers(replies, blank=0)
    same = answers["response_id"].isin(replies["response_id"].iloc[-alike:] if alike else [])
    answers["value"] = answers["value"].mask(same, 3.0)
    low = answers["response_id"].isin(replies["response_id"].iloc[:flagged])
    answers["value"] = answers["value"].mask(low & answers["item_id"].str.startswith("R"), 1.0)
    return clean_tables.clean(ROSTER, replies, answers=answers)


def table(clean):
    made, rules, _ = indicators.evidence(clean, BOOK, disclosure.units(ROSTER, 10))
    evidence = disclosure.rounded(disclosure.protect(made, rules))
    return sensitivity.table(clean, BOOK, evidence)


def pick(made, indicator, county="all", wave="W3"):
    return made.set_index(["indicator", "county_code", "wave"]).loc[(indicator, county, wave)]


def test_leaving_out_the_flagged_moves_the_figure_and_counts_them():
    row = pick(table(programme()), "R.mean")
    assert row["n_all"] - row["n_without"] == 20 and row["value_without"] > row["value_all"]
    assert row["status"] == "ok" and row["unit"] == "points"


def test_late_answers_are_kept_and_answers_with_two_signs_left_out():
    clean = programme(flagged=0, alike=12)
    assert set(sensitivity.suspects(BOOK.instruments["I02"], clean, BOOK)) == set(
        clean.responses["response_id"].iloc[-12:]
    )
    clean.responses["flags"] = "late"
    assert len(sensitivity.suspects(BOOK.instruments["I02"], clean, BOOK)) == 12


def test_a_short_form_shows_no_signs():
    replies = clean_tables.responses("I02", "W1", dict.fromkeys(ROSTER["school_id"], 20))
    answers = clean_tables.answers(replies, blank=0).assign(value=pd.array([4.0] * 600, "Float64"))
    clean = clean_tables.clean(ROSTER, replies, answers=answers)
    assert sensitivity.suspects(BOOK.instruments["I02"], clean, BOOK).empty


@pytest.mark.parametrize(("flagged", "status"), [(0, "suppressed"), (9, "suppressed"), (10, "ok")])
def test_fewer_than_ten_left_out_are_not_told(flagged, status):
    row = pick(table(programme(flagged)), "R.mean")
    assert row["status"] == status and pd.isna(row["value_all"]) == (status == "suppressed")


def test_a_wave_nobody_answered_has_no_data_and_nothing_at_all_is_no_error():
    assert pick(table(programme()), "R.mean", wave="W2")["status"] == "no_data"
    empty = table(clean_tables.clean(ROSTER, clean_tables.responses("I02", "W3", {})))
    assert set(empty["status"]) == {"no_data"} and list(empty) == sensitivity.COLUMNS


def frame(left, n=100, value=0.5, unit="points"):
    """Return unprotected rows of one figure: so many left out in each county, and in the programme."""
    left = [*left, sum(left)]
    places = [*"ABCDEFG"[: len(left) - 1], "all"]
    rows = pd.DataFrame({"county_code": places, "n_all": n, "n_without": n - np.array(left)})
    return rows.assign(
        indicator="R.mean", wave="W3", value_all=value, value_without=value, unit=unit, status="ok"
    ).astype({"n_all": "Int64", "n_without": "Int64"})


def test_few_left_out_in_one_county_hide_a_second_one():
    made = sensitivity.protect(frame([4, 12, 15]), RULES).set_index("county_code")["status"]
    assert made.to_dict() == {"A": "suppressed", "B": "suppressed", "C": "ok", "all": "ok"}


def test_everybody_or_nobody_beside_few_left_out_is_not_told():
    assert "ok" not in set(sensitivity.protect(frame([12], value=1.0, unit="rate"), RULES)["status"])
    assert set(sensitivity.protect(frame([25], value=1.0, unit="rate"), RULES)["status"]) == {"ok"}


def test_a_hidden_level_hides_its_comparison():
    rows = frame([12, 12]).assign(status=["suppressed", "ok", "ok"])
    assert sensitivity.protect(rows, RULES)["status"].iloc[0] == "suppressed"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=7))
def test_no_subtraction_leaves_fewer_than_ten_of_those_left_out(left):
    made = sensitivity.protect(frame(left), RULES).set_index("county_code")
    told = made["status"].eq("ok")
    gone = pd.Series(left, index=made.index[:-1])
    assert (gone[told[:-1].to_numpy()] >= 10).all()
    if told["all"]:
        rest = gone[~told[:-1].to_numpy()].sum()
        assert rest == 0 or rest >= 10
    assert made.loc[~told, ["value_all", "value_without", "n_all", "n_without"]].isna().all().all()
