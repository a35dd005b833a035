"""The lights of the front page: which figure each shows, and which colour it has at it."""

import json

import pandas as pd
import pytest
import tiny
from hypothesis import assume, given
from hypothesis import strategies as st

from yiduiyi_analysis import codebook
from yiduiyi_analysis.codebook import Light
from yiduiyi_analysis.present import lights

BOOK = codebook.load(tiny.CODEBOOK)
ZHAOJUE, XIDE = "513431", "513432"
RESPONSE = BOOK.lights["teachers"].indicator


def evidence(*rows: tuple) -> pd.DataFrame:
    """Return evidence of whole counties in W3: indicator, county, value, n, status."""
    table = pd.DataFrame(rows, columns=["indicator", "county_code", "value", "n", "status"])
    return table.assign(group="all", wave="W3")


def quality(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["rule", "county_code", "rows"])


EVIDENCE = evidence(
    (RESPONSE, ZHAOJUE, 0.8, 80, "count"),
    (RESPONSE, XIDE, 0.5, 50, "count"),
    (RESPONSE, "all", 0.65, 130, "count"),
    ("B.mean", ZHAOJUE, 3.2, 80, "ok"),
    ("B.mean", XIDE, pd.NA, pd.NA, "suppressed"),
    ("B1.mean", ZHAOJUE, pd.NA, pd.NA, "no_data"),
    ("B1.mean", XIDE, pd.NA, pd.NA, "suppressed_secondary"),
)
QUALITY = quality(("school_none", ZHAOJUE, 4), ("late", None, 13), ("merged_cell", ZHAOJUE, 90))


def shown(table: pd.DataFrame, light: str) -> dict:
    mine = table[table["light"] == light].set_index("county_code")
    return dict(zip(mine.index, zip(mine["value"].round(3), mine["state"], strict=True), strict=True))


def test_a_figure_is_the_evidence_s_own():
    found = shown(lights.shine(EVIDENCE, QUALITY, BOOK), "teachers")
    assert (found[ZHAOJUE], found[XIDE], found["all"]) == ((0.8, "green"), (0.5, "red"), (0.65, "amber"))


def test_a_county_without_the_figure_has_no_colour():
    assert shown(lights.shine(EVIDENCE, QUALITY, BOOK), "teachers")["513428"][1] == "none"


def test_rows_are_held_against_the_replies_and_notes_do_not_count():
    found = shown(lights.shine(EVIDENCE, QUALITY, BOOK), "set_aside")
    assert (found[ZHAOJUE], found[XIDE]) == ((0.05, "red"), (0.0, "green"))
    assert found["all"][0] == round(4 / 130, 3)


def test_rows_of_no_county_count_in_the_programme_only():
    found = shown(lights.shine(EVIDENCE, QUALITY, BOOK), "late")
    assert found == {"all": (0.1, "red")}


def test_what_is_hidden_and_what_is_not_there_are_two_lights():
    table = lights.shine(EVIDENCE, QUALITY, BOOK)
    assert shown(table, "hidden")[XIDE] == (round(2 / 3, 3), "red")
    assert shown(table, "absent")[XIDE] == (0.0, "green")
    assert shown(table, "absent")[ZHAOJUE] == (round(1 / 3, 3), "red")


def test_the_latest_answered_wave_is_shown(tmp_path):
    EVIDENCE.assign(wave="W2").to_parquet(tmp_path / "evidence.parquet")
    QUALITY.assign(wave="W2").to_parquet(tmp_path / "quality.parquet")
    (tmp_path / "meta.json").write_text(json.dumps({"waves": ["W0", "W2"]}), "utf-8")
    assert set(lights.read(tmp_path, BOOK)["wave"]) == {"W2"}


def test_without_evidence_no_light_is_on(tmp_path):
    assert lights.read(tmp_path, BOOK).empty


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_better_figure_never_has_a_worse_colour(green, red, one, other):
    assume(green != red)
    light = Light(id="x", label="x", kind="hidden", green=green, red=red)
    worse, better = sorted((one, other), reverse=green < red)
    order = ["red", "amber", "green"]
    assert order.index(light.state(worse)) <= order.index(light.state(better))


@pytest.mark.parametrize(("value", "colour"), [(0.8, "green"), (0.79, "amber"), (0.6, "red")])
def test_a_limit_belongs_to_its_colour(value, colour):
    assert Light(id="x", label="x", kind="hidden", green=0.8, red=0.6).state(value) == colour
