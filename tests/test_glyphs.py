"""Characters that the environment's fonts draw, and those that would be a box on the page."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.publish import glyphs

STANDARD = Path(__file__).parent / "data" / "characters" / "standard.txt"
LEVELS = {"一级字表": 3500, "二级字表": 3000, "三级字表": 1605}
UNDRAWN = ["𠮷", "🙂", "☑", "ༀ"]


def standard() -> dict[str, str]:
    """Return the characters of 通用规范汉字表 by level."""
    found, level = {}, None
    for line in STANDARD.read_text("utf-8").splitlines():
        if line.startswith("#"):
            level = line[2:].split("，")[0]
        else:
            found[level] = found.get(level, "") + line
    return found


def gb2312() -> str:
    """Return the characters and signs of GB2312 that have a place in Unicode."""
    places = [bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF)]
    return "".join(place.decode("gb2312", "ignore") for place in places)


def test_the_list_holds_the_8105_characters_of_the_standard():
    levels = standard()
    assert {name: len(set(levels[name])) for name in LEVELS} == LEVELS
    assert len(set("".join(levels.values()))) == 8105


def test_every_character_of_the_standard_is_drawn():
    assert glyphs.missing("".join(standard().values())) == set()


def test_every_character_of_gb2312_is_drawn():
    assert len(gb2312()) == 7445
    assert glyphs.missing(gb2312()) == set()


def test_the_signs_that_reports_use_are_drawn():
    signs = "−–—…±×÷≥≤≠≈％‰“”‘’〔〕《》、·•①⑩²³½→←↑↓▲▼●○■□★☆αβμσΣ∑√"
    assert glyphs.missing(signs) == set()


@pytest.mark.parametrize("character", UNDRAWN)
def test_a_character_without_a_shape_is_told(character):
    assert glyphs.missing(f"昭觉县{character}四开片区") == {character}


@given(st.text(alphabet=st.sampled_from("昭觉县 ab1，。\n" + "".join(UNDRAWN))))
def test_what_is_missing_is_what_stands_in_the_text(text):
    assert glyphs.missing(text) == set(text) & set(UNDRAWN)


def test_what_is_never_drawn_is_not_missed():
    assert glyphs.missing("\n\t\r \u3000\xa0\u200b\ufeff\xad✓\ufe0e葛\U000e0100") == set()


def test_a_run_stops_with_the_characters_and_the_sentence_around_the_first():
    with pytest.raises(Fault) as stopped:
        glyphs.require("先说一句。昭觉县的𠮷老师🙂说，再看看。后面还有一句🙂。")
    said = str(stopped.value)
    assert "𠮷（U+20BB7）、🙂（U+1F642）" in said and "“昭觉县的𠮷老师🙂说，再看看”" in said
    assert "先说一句" not in said and "后面" not in said and "\n" not in said


def test_a_long_sentence_is_cut_around_the_character():
    with pytest.raises(Fault) as stopped:
        glyphs.require("甲" * 500 + "𠮷" + "乙" * 500)
    assert "甲𠮷乙" in str(stopped.value) and len(str(stopped.value)) < 160


def test_text_that_is_drawn_goes_on():
    said = "昭觉县四开片区，n/N 252/314，95%区间 76–81。"
    assert glyphs.missing(said) == set()
    glyphs.require(said)
    with pytest.raises(Fault):
        glyphs.require(said + "𠮷")
