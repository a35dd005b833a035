"""Figures: Chinese glyphs or an error, a mark on synthetic data only, colours that survive grey print."""

import io
from itertools import combinations, pairwise

import matplotlib as mpl
import numpy as np
import pytest
import seaborn as sns
from evidence_fixture import county
from hypothesis import example, given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from yiduiyi_analysis.present import charts, style
from yiduiyi_analysis.present.charts import parts
from yiduiyi_analysis.present.lettering import Canvas


def luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def lightness(colour: str) -> float:
    """Return CIE L* of a colour."""
    return 116 * luminance(colour) ** (1 / 3) - 16


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


def test_the_mark_lies_beneath_and_where_tiles_cover_the_paper_in_the_corner():
    figure, ax = style.canvas(True, 3)
    assert figure.texts[0].get_zorder() < ax.get_zorder() and ax.get_facecolor()[3] == 0
    figure, _ = style.canvas(True, 6, covered=True)
    assert [(text.get_text(), text.get_ha(), text.get_va()) for text in figure.texts] == [
        (style.MARK, "left", "top")
    ]


def test_the_palette_holds_every_colour_of_the_look_and_fits_four_bits():
    own = {style.DARK, style.MIDDLE, style.LIGHT, style.INK, style.SOFT, style.FAINT, style.PALE}
    assert own | {*style.RAMP, *style.AMBER} <= set(style.PALETTE) and len(set(style.PALETTE)) == 16


def test_letters_on_tiles_can_be_read():
    def contrast(one, other):
        light, dark = sorted((luminance(one), luminance(other)), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    steps = [(k + 0.5) / len(style.RAMP) for k in range(len(style.RAMP))]
    inks = ["white" if step >= parts.WHITE_FROM else style.INK for step in steps]
    assert all(contrast(a, b) >= 4.5 for a, b in zip(style.RAMP, inks, strict=True))
    assert all(b - a < -5 for a, b in pairwise(map(lightness, style.RAMP)))


def test_a_picture_in_the_look_takes_four_bits_a_pixel_and_keeps_its_colours():
    figure, ax = style.canvas(False, 2.01, width=3.01)
    ax.bar([0, 1], [1, 2], color=[style.DARK, style.MIDDLE])
    data = style.png(figure)
    picture = Image.open(io.BytesIO(data))
    picture.verify()
    assert data[24:26] == bytes([4, 3]), "bits, and colours by number"
    shown = Image.open(io.BytesIO(data)).convert("RGB")
    assert {(31, 78, 121), (217, 138, 41), (255, 255, 255)} <= {colour for _, colour in shown.getcolors(999)}
    assert shown.size == (451, 301) and round(picture.info["dpi"][0]) == style.DPI


def test_a_picture_in_other_colours_keeps_them():
    figure, ax = style.canvas(False, 2)
    ax.bar([0, 1], [1, 2], color=["#b3de69", "#bc80bd"])
    shown = Image.open(io.BytesIO(style.png(figure))).convert("RGB")
    assert {(179, 222, 105), (188, 128, 189)} <= {colour for _, colour in shown.getcolors(999)}


def test_a_letter_that_the_chinese_font_lacks_comes_from_the_next_one():
    figure, ax = style.canvas(False, 1)
    ax.set_title("教师 \u10d0")
    assert style.png(figure).startswith(b"\x89PNG")


@pytest.fixture
def settings():
    """Give a test matplotlib's settings, and put them back after it."""
    with mpl.rc_context():
        yield mpl.rcParams


def marked_line():
    with style.look():
        figure, ax = style.canvas(True, 2)
        ax.plot([0, 1], [0, 1], label="轮次")
        ax.legend()
    return style.png(figure)


def test_a_theme_set_before_does_not_change_a_figure(settings):
    own = marked_line()
    sns.set_theme(style="darkgrid", font="serif", font_scale=2, rc={"lines.linewidth": 4})
    assert marked_line() == own


def someones():
    """Return the pixels of a figure that a researcher draws in the theme of the notebook."""
    figure = Figure(figsize=(3, 2))
    canvas, ax = FigureCanvasAgg(figure), figure.subplots()
    ax.plot([0, 1], [0, 1], label="one")
    ax.set_title("title")
    ax.legend()
    canvas.draw()
    return bytes(canvas.buffer_rgba())


@pytest.mark.parametrize("theme", [mpl.rcdefaults, sns.set_theme], ids=["matplotlib", "seaborn"])
def test_figures_of_ones_own_beside_ours_stay_as_they_were(settings, theme):
    theme()
    before, held = someones(), dict(settings)
    assert charts.response_by_wave(county()).png and marked_line()
    assert dict(settings) == held and someones() == before


def test_a_figure_that_cannot_be_drawn_leaves_the_settings_too(settings):
    held = dict(settings)
    with pytest.raises(AttributeError):
        charts.response_by_wave(None)
    assert dict(settings) == held


def test_a_notebook_may_ask_for_the_look_in_its_own_figures(settings):
    sns.set_theme()
    style.use()
    assert settings["text.color"] == style.INK and settings["axes.grid"], "the rest is still its theme's"


def written(canvas, line: str, x: float, **look) -> np.ndarray:
    """Return how much ink each pixel of a figure has on which a line is written."""
    with style.look():
        figure = Figure(figsize=(2, 1), dpi=style.DPI)
        figure.text(x, 0.4, line, **look)
        drawn = canvas(figure)
        drawn.draw()
    return 255.0 - np.asarray(drawn.buffer_rgba())[..., 0]


@given(
    st.text("教师问卷半年 0123456789%（）–jg", min_size=1, max_size=9).filter(str.strip), st.floats(0, 0.3)
)
@example("44%（41–46）", 0.3)
@settings_of(max_examples=25, deadline=None)
def test_letters_stand_where_matplotlib_puts_them(line, x):
    ours, theirs = (written(canvas, line, x, fontsize=8) for canvas in (Canvas, FigureCanvasAgg))
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.02)
    for axis in (0, 1):
        places = np.arange(ours.shape[1 - axis])
        middle = [np.average(places, weights=ink.sum(axis)) for ink in (ours, theirs)]
        assert middle[0] == pytest.approx(middle[1], abs=1.5), "pixels"


@pytest.mark.parametrize(
    "look", [{"rotation": 30}, {"weight": "bold"}, {"family": ["DejaVu Sans", "serif"]}, {"alpha": 0.5}]
)
def test_letters_that_are_not_plain_are_as_matplotlib_draws_them(look):
    ours, theirs = (written(canvas, "n=3", 0.2, **look) for canvas in (Canvas, FigureCanvasAgg))
    assert np.array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("line", "x"), [(" ", 0.2), ("半年\n\n一年", 0.2), ("半年半年", -0.1), ("半年半年", 0.95)]
)
def test_a_blank_line_and_letters_across_the_edge_can_be_drawn(line, x):
    ours, theirs = (written(canvas, line, x, fontsize=8) for canvas in (Canvas, FigureCanvasAgg))
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.05)


def test_letters_keep_their_colour():
    figure, ax = style.canvas(False, 1)
    ax.text(0, 0.5, "■■■", color=style.MIDDLE, fontsize=20)
    shown = Image.open(io.BytesIO(style.png(figure))).convert("RGB")
    assert (217, 138, 41) in {colour for _, colour in shown.getcolors(999)}


def labelled(layout=None):
    """Return a figure of two panels with labels of different sizes around them."""
    figure, axes = style.canvas(False, 2.4, 2, rows=2)
    if layout:
        figure.set_layout_engine(layout)
    for k, ax in enumerate(axes.flat):
        ax.plot([0, 10 ** (k * 2)], [0, 10 ** (k * 3)])
        ax.set_title("各县的水平" * (k == 0))
        ax.set_ylabel("比例\n（%）" * (k == 3))
    style.png(figure)
    return figure


def test_one_pass_puts_axes_where_the_two_of_matplotlib_put_them():
    ours, theirs = labelled(), labelled("constrained")
    for one, other in zip(ours.axes, theirs.axes, strict=True):
        assert one.get_position().bounds == pytest.approx(other.get_position().bounds, abs=0.02)


def test_nothing_around_the_axes_is_cut_off_and_no_two_panels_touch():
    figure = labelled()
    boxes = [ax.get_tightbbox() for ax in figure.axes]
    whole = figure.bbox
    assert all(whole.x0 <= box.x0 and box.x1 <= whole.x1 for box in boxes)
    assert all(whole.y0 <= box.y0 and box.y1 <= whole.y1 for box in boxes)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


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
