"""Figures: Chinese glyphs or an error, a mark on synthetic data only, colours that survive grey print."""

import io
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from yiduiyi_analysis.present import style


def lightness(colour: str) -> float:
    """Return CIE L* of a colour."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear))
    return 116 * luminance ** (1 / 3) - 16


def test_colours_stay_apart_in_grey_print():
    levels = [lightness(colour) for colour in (style.DARK, style.MIDDLE, style.LIGHT)]
    assert all(b - a > 18 for a, b in pairwise(levels)), levels


@pytest.mark.parametrize(
    "text", ["反应（对帮扶工作的满意度）", "“五洗五会” 68%–76%，−0.36 ≥ ①〔2020〕…—·", "喜德县则约中心小学校"]
)
def test_chinese_draws_without_a_missing_glyph(text):
    figure, ax = style.canvas(False, 1)
    ax.set_title(text)
    assert style.png(figure).startswith(b"\x89PNG")


def test_a_character_without_a_glyph_stops_the_drawing():
    figure, ax = style.canvas(False, 1)
    ax.set_title("\U000f0000")
    with pytest.raises(UserWarning, match="Glyph"):
        style.png(figure)


@pytest.mark.parametrize(("height", "times"), [(1, 1), (3, 1), (6, 2), (9, 3)])
def test_synthetic_figures_are_marked_all_over(height, times):
    figure, _ = style.canvas(True, height)
    assert [text.get_text() for text in figure.texts] == [style.MARK] * times


def test_real_figures_are_never_marked():
    figure, _ = style.canvas(False, 3)
    assert figure.texts == []


def test_one_figure_gives_the_same_bytes_twice():
    def draw():
        figure, ax = style.canvas(True, 2)
        ax.plot([0, 1], [0, 1])
        return style.png(figure)

    assert draw() == draw()


def test_the_paper_stays_white_and_the_size_as_asked():
    figure, ax = style.canvas(False, 2, width=4)
    ax.plot([0, 1], [0, 1])
    picture = Image.open(io.BytesIO(style.png(figure)))
    assert picture.size == (4 * style.DPI, 2 * style.DPI)
    assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("建立教师专业发展支持体系", ["建立教师专业", "发展支持体系"]),
        ("专家讲得清楚啊，能听懂", ["专家讲得清楚", "啊，能听懂"]),
        ("专家讲得很清楚、能听懂的", ["专家讲得很清", "楚、能听懂的"]),
        ("专家讲得清楚、能听懂的话", ["专家讲得清楚、", "能听懂的话"]),
        ("5/9\nN=12", ["5/9", "N=12"]),
        ("短", ["短"]),
    ],
)
def test_no_line_begins_with_a_closing_mark(text, lines):
    assert style.wrap(text, 6).split("\n") == lines
