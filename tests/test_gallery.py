"""The pictures of the README are there, small, linked in both languages and say that they are synthetic."""

import re
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.zh-CN.md"]
SHOWN = {"index", "html", "docx", "pdf", "xlsx", "figure"}
LARGEST = 250_000


def linked(readme: str) -> list[str]:
    """Return the pictures of the gallery that a README shows, in its order."""
    return re.findall(r"!\[[^\]]+\]\((docs/gallery/[^)]+)\)", (ROOT / readme).read_text("utf-8"))


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_shows_a_page_of_each_format(readme):
    assert {Path(path).stem for path in linked(readme)} == SHOWN
    assert "make gallery" in (ROOT / readme).read_text("utf-8")


def test_both_languages_show_the_same_pictures():
    assert linked(READMES[0]) == linked(READMES[1])


def test_every_picture_is_there_small_and_shown():
    there = sorted((ROOT / "docs" / "gallery").glob("*.png"))
    assert {path.stem for path in there} == SHOWN
    for path in there:
        assert path.stat().st_size < LARGEST, path.name
        with Image.open(path) as picture:
            assert picture.width >= 800, path.name


@pytest.mark.parametrize(
    ("readme", "said"), [("README.md", "synthetic data"), ("README.zh-CN.md", "合成数据")]
)
def test_the_reader_is_told_what_the_pictures_are_made_from(readme, said):
    text = (ROOT / readme).read_text("utf-8")
    told = text[: text.index("docs/gallery/")].splitlines()[-8:]
    assert said in "\n".join(told)
