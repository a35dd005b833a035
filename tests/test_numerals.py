"""How numbers are written: halves to even, whole percents, true minus signs, a mark for every nothing."""

from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiduiyi_analysis.present import numerals


def row(**cells):
    return SimpleNamespace(
        **{"value": 0.72, "lo": 0.68, "hi": 0.76, "n": 258, "N": 314, "unit": "rate", "status": "ok"} | cells
    )


@pytest.mark.parametrize(
    ("share", "text"), [(0.125, "12%"), (0.135, "14%"), (0.005, "0%"), (1, "100%"), (0.285, "28%")]
)
def test_percents_are_whole_and_halves_go_to_even(share, text):
    assert numerals.percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"), [(2.675, "2.68"), (2.665, "2.66"), (-0.001, "0.00"), (-0.5, "−0.50")]
)
def test_points_have_two_decimals(value, text):
    assert numerals.rounded(value, 2) == text


@given(st.floats(0, 1))
def test_a_percent_is_never_off_by_more_than_half(share):
    assert abs(Decimal(numerals.percent(share, "")) - Decimal(str(share)) * 100) <= Decimal("0.5")


@pytest.mark.parametrize(
    ("value", "text"), [(0.361, "+0.36"), (-0.361, "−0.36"), (0.001, "0.00"), (-0.001, "0.00")]
)
def test_gaps_carry_their_sign_and_nothing_has_none(value, text):
    assert numerals.number(value, "gap") == text


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ({}, "72%（68–76）"),
        ({"unit": "points", "value": 3.6, "lo": 3.41, "hi": 3.8}, "3.60（3.41–3.80）"),
        ({"unit": "gap", "value": -0.36, "lo": -0.51, "hi": 0.2}, "−0.36（−0.51 至 +0.20）"),
        ({"status": "full", "lo": pd.NA, "hi": pd.NA}, "72%（全员）"),
        ({"status": "no_interval", "lo": pd.NA, "hi": pd.NA}, "72%（无区间）"),
        ({"status": "count", "lo": pd.NA, "hi": pd.NA}, "72%"),
        ({"status": "suppressed", "value": pd.NA}, "*"),
        ({"status": "suppressed_secondary", "value": pd.NA}, "*"),
        ({"status": "no_data", "value": pd.NA, "n": 0}, "…"),
    ],
)
def test_a_cell_says_what_it_knows(cells, text):
    assert numerals.cell(row(**cells)) == text


def test_a_hidden_cell_hides_its_count_too():
    assert numerals.denominator(row(status="suppressed", n=7)) == "*"
    assert numerals.cell(row(status="suppressed", value=0.72)) == "*"


def test_denominators():
    assert numerals.denominator(row()) == "258/314"
    assert numerals.denominator(row(N=pd.NA)) == "258"
    assert numerals.denominator(row(status="no_data", n=0)) == "…"
    for method in ("records/per", "records/per+partial"):
        assert numerals.denominator(row(method=method)) == "N=314", "who is summed is no part of the roster"
    sums = row(method="records/ratio", n=123_456, N=200_000, status="count")
    assert numerals.denominator(sums) == "123,456/200,000"


@pytest.mark.parametrize(("n", "N", "text"), [(9, 9, "5/9"), (9, 12, "5/9\nN=12"), (9, pd.NA, "5/9")])
def test_finished_counts_units_with_a_record(n, N, text):
    assert numerals.finished(row(value=5 / 9, n=n, N=N, status="count")) == text


def test_a_legend_explains_only_the_marks_in_use():
    assert numerals.legend(pd.DataFrame({"status": ["ok", "full"]})) == ""
    assert (
        numerals.legend(pd.DataFrame({"status": ["ok", "suppressed_secondary"]}))
        == "* 为保护个人信息而不公布。"
    )
    assert "没有数据" in numerals.legend(pd.DataFrame({"status": ["no_data"]}))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1234567.5, "yuan", "1,234,568"),
        (-1234.0, "yuan", "−1,234"),
        (31.46, "hours", "31.5"),
        (62.25, "score", "62.2"),
        (6.34, "score_points", "+6.3"),
        (0.806, "r", "0.81"),
        (3.0, "stage", "3"),
        (85.4, "minutes", "85"),
    ],
)
def test_each_unit_has_its_places(value, unit, text):
    assert numerals.number(value, unit) == text


def test_an_end_below_nought_is_parted_by_a_word_not_a_dash():
    assert numerals.interval(-0.05, 0.6, "r") == "−0.05 至 0.60"
    assert numerals.interval(0.5, 0.6, "r") == "0.50–0.60"
