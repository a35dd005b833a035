"""The knowledge test as shipped: two forms of forty questions that ten anchors join, with a balanced key."""

import shutil
from collections import Counter
from itertools import chain, groupby
from pathlib import Path

import pytest

from yiduiyi_analysis import codebook
from yiduiyi_analysis.clean.survey import decode, headers, written
from yiduiyi_analysis.errors import Fault

SHIPPED = Path(__file__).parent.parent / "data" / "codebook"
BOOK = codebook.load(SHIPPED)
TOOL = BOOK.instruments["I05"]
QUESTIONS = [item for item in TOOL.items if item.role is None]


def form(wave: str) -> list[codebook.Item]:
    """Return the questions put in `wave`, in their order."""
    return [item for item in QUESTIONS if wave in TOOL.waves_of(item)]


def anchors() -> list[codebook.Item]:
    return [item for item in QUESTIONS if TOOL.waves_of(item) == TOOL.waves]


@pytest.mark.parametrize("wave", TOOL.waves)
def test_a_form_asks_forty_questions_eight_of_each_field(wave):
    assert len(form(wave)) == 40
    assert Counter(item.dimension for item in form(wave)) == {part.id: 8 for part in TOOL.dimensions}


def test_both_later_waves_put_form_b_and_no_other_question_of_form_a_than_the_anchors():
    assert form("W2") == form("W3")
    assert [item for item in form("W0") if item in form("W2")] == anchors()


def test_ten_anchors_join_the_forms_two_of_each_field():
    assert len(anchors()) == 10
    assert set(Counter(item.dimension for item in anchors()).values()) == {2}


@pytest.mark.parametrize("wave", TOOL.waves)
def test_each_letter_is_the_key_of_a_fifth_to_three_tenths(wave):
    keys = Counter(item.key for item in form(wave))
    assert set(keys) == {1, 2, 3, 4}
    assert all(0.2 <= count / 40 <= 0.3 for count in keys.values())


def test_no_letter_is_the_key_four_times_running():
    for wave in TOOL.waves:
        assert max(len(list(run)) for _, run in groupby(item.key for item in form(wave))) <= 3


@pytest.mark.parametrize("item", QUESTIONS, ids=lambda item: item.id)
def test_a_question_has_four_options_that_a_reader_can_tell_apart_and_its_key_among_them(item):
    assert len({written.key(option) for option in item.options}) == len(item.options) == 4
    assert item.key in BOOK.scales[item.scale].values
    assert not any("以上" in option and ("都" in option or "均" in option) for option in item.options)


def test_no_two_questions_share_their_wording_or_their_options():
    assert len({written.key(item.stem) for item in QUESTIONS}) == len(QUESTIONS) == 70
    assert len({frozenset(item.options) for item in QUESTIONS}) == len(QUESTIONS)


def test_the_length_of_an_option_does_not_give_the_key_away():
    """Whoever always ticks the longest option, or the shortest, does no better than by chance."""
    for pick in [max, min]:
        hits = [item.options.index(pick(item.options, key=len)) + 1 == item.key for item in QUESTIONS]
        assert sum(hits) / len(hits) <= 0.35


def test_the_reader_knows_every_question_by_its_numbered_heading():
    put = form("W2")
    found = headers.columns([f"{n}、{item.stem}" for n, item in enumerate(put, 1)], TOOL, BOOK)
    assert [column.item for column in found] == put


def test_an_answer_reads_the_same_by_wording_and_by_letter():
    for item in QUESTIONS:
        key = decode.key(item, "W2" if "W2" in TOOL.waves_of(item) else "W0", BOOK)
        ways = [(item.options[item.key - 1], decode.TEXT), ("ABCD"[item.key - 1], decode.TEXT),
                (f"{'ABCD'[item.key - 1]}.{item.options[item.key - 1]}", decode.TEXT)]  # fmt: skip
        assert {key.cell(text, mode) for text, mode in ways} == {(float(item.key), None)}


def test_the_test_asks_for_county_school_and_the_code_that_links_persons():
    roles = chain.from_iterable([item.role] * bool(item.role) for item in TOOL.items)
    assert sorted(roles) == ["county", "person", "school"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("key: 3, waves: [W0, W2, W3]", "key: 5, waves: [W0, W2, W3]", "哪一项正确"),
        ("key: 3, waves: [W0, W2, W3]", "waves: [W0, W2, W3]", "哪一项正确"),
        ("不满十二周岁, 不满十四周岁", "不满十二周岁, 不满十二周岁", "两项相同"),
    ],
)
def test_a_mistake_in_a_question_stops_with_its_line(tmp_path, old, new, said):
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "codebook"))
    file = folder / "instruments" / "I05.yml"
    text = file.read_text("utf-8")
    line = text[: text.index(old)].count("\n") + 1
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(Fault, match=said) as caught:
        codebook.load(folder)
    assert (Path(caught.value.file).name, abs(caught.value.row - line) <= 1) == (file.name, True)
