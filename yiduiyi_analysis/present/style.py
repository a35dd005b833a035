"""The one look of all figures: fonts by path, colours that survive grey print, the mark of synthetic data."""

import io
import struct
import warnings
import zlib
from contextlib import contextmanager
from functools import cache

import matplotlib as mpl
import numpy as np
import pylopdf_fonts_zh_cn as fonts
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image, ImageChops

from yiduiyi_analysis.present.layout import Margins
from yiduiyi_analysis.present.lettering import Canvas
from yiduiyi_analysis.present.origin import MARK

WIDTH = 6.6  # inches: the text width of an A4 page with 28 and 26 mm margins, and a little air
DPI = 150
COLOURS = 96  # of a picture in colours of its own
FAR, FEW = 48, 0.004  # of 255, and of all pixels: what so few colours may be off
MISSING_GLYPH = r"Glyph .* missing from"

# Dark, middle and light differ in lightness (L* about 32, 64, 86), so they stay apart in grey print and for
# every kind of colour blindness; outlines and markers say the same thing a second time.
DARK, MIDDLE, LIGHT = "#1f4e79", "#d98a29", "#c6d9ea"
INK, SOFT, FAINT, PALE = "#222222", "#6b6b6b", "#d9d9d9", "#eeeeee"
RAMP = ("#e6edf5", LIGHT, "#9dbad6", "#527a9f", DARK)  # from little to much
AMBER = ("#ecc48f", "#f6e3cb")  # paler than the middle one
# All that a figure is drawn in, and the greys and tints between: the edges of letters need no more.
PALETTE = ("#ffffff", PALE, FAINT, "#b4b4b4", "#8f8f8f", SOFT, "#474747", INK, *RAMP, MIDDLE, *AMBER)
SOLID = {"color": DARK}
OUTLINED = {"facecolor": LIGHT, "edgecolor": SOFT, "linewidth": 0.6}
MARKERS = ("o", "s", "^", "D", "v")

RC = {
    "axes.edgecolor": SOFT,
    "axes.facecolor": "none",  # the mark lies beneath
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.7,
    "axes.prop_cycle": mpl.cycler(color=[DARK, MIDDLE, "#5b9a8b", "#8c5a8a", SOFT]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.5,
    "axes.unicode_minus": True,
    "figure.dpi": 100,
    "font.size": 8.5,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "text.color": INK,
    "text.hinting": "none",  # a third of the time of shaping, and at 150 dpi the same letters to the eye
    "xtick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.color": SOFT,
    "ytick.labelcolor": INK,
    "ytick.major.size": 0,
}
# The families of settings that a look depends on; what seaborn or a notebook set there does not stay.
LOOKS = ("axes", "errorbar", "figure", "font", "grid", "hatch", "legend", "lines", "markers", "mathtext")
LOOKS += ("patch", "path", "scatter", "text", "xaxis", "xtick", "yaxis", "ytick")
FALLBACK = "DejaVu Sans"  # for what the Chinese font lacks


def use() -> None:
    """Give all figures of a notebook this look, one's own too; a character without a glyph stops it."""
    mpl.rcParams.update(RC | {"font.family": [_family(), FALLBACK]})
    warnings.filterwarnings("error", message=MISSING_GLYPH)


@contextmanager
def look():
    """Give what is drawn within this look, whatever was set before, and leave the settings as they were."""
    held, ours = mpl.rcParams, _look()
    theirs = {name: held[name] for name, value in ours.items() if held[name] != value}
    held.update({name: ours[name] for name in theirs})
    try:
        yield
    finally:
        held.update(theirs)


def canvas(
    synthetic: bool,
    height: float,
    columns: int = 1,
    width: float = WIDTH,
    rows: int = 1,
    covered: bool = False,
    **options,
):
    """Return (figure, axes) in this look, marked where the data are synthetic.

    Rule: what is drawn on it is in this look only within `look`, or after `use`
    In: height, width: inches; covered: whether tiles will cover the paper; options: as of Figure.subplots
    """
    with look():
        figure = Figure(figsize=(width, height), dpi=DPI, layout=Margins())
        axes = figure.subplots(rows, columns, **options)
        if synthetic:
            stamp(figure) if covered else mark(figure)
    return figure, axes


def mark(figure: Figure) -> None:
    """Write 合成数据 across the paper, beneath all that is drawn, once every three inches of its height."""
    times = max(1, round(figure.get_figheight() / 3))
    for k in range(times):
        text = figure.text(0.5, (k + 0.5) / times, MARK, fontsize=44, color=PALE, rotation=18)
        text.set(ha="center", va="center", in_layout=False, zorder=-1, gid="synthetic")


def stamp(figure: Figure) -> None:
    """Write 合成数据 in a frame at the upper left, where a mark across the paper would lie under tiles."""
    text = figure.text(0.008, 1 - 0.05 / figure.get_figheight(), MARK, fontsize=7.5, color=SOFT)
    text.set(ha="left", va="top", in_layout=False, gid="synthetic")
    text.set_bbox({"boxstyle": "square,pad=0.2", "facecolor": "none", "edgecolor": SOFT, "linewidth": 0.7})


def png(figure: Figure) -> bytes:
    """Return the figure as a PNG of few colours, the same bytes for the same figure.

    Rule:   the sixteen of `PALETTE`, four bits a pixel, where they do; else as many as 96 of its own
    Raises: UserWarning where a character has no glyph
    """
    drawn = _drawn(figure)
    few = drawn.quantize(palette=_palette(), dither=Image.Dither.NONE)
    if _alike(drawn, few):
        return _indexed(np.asarray(few))
    held = io.BytesIO()
    own = drawn.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    own.save(held, "PNG", dpi=(DPI, DPI))
    return held.getvalue()


def _drawn(figure: Figure) -> Image.Image:
    """Return a figure's pixels; a font for the rest is looked into only where the first lacks a character."""
    if figure.dpi != DPI:
        figure.set_dpi(DPI)
    canvas = Canvas(figure)
    with look(), warnings.catch_warnings():
        warnings.filterwarnings("error", message=MISSING_GLYPH)
        try:
            canvas.draw()
        except UserWarning:
            for text in figure.findobj(Text):
                text.set_family([_family(), FALLBACK])
            canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


def wrap(text: str, width: int) -> str:
    """Return Chinese text broken every `width` characters; no line begins with a closing mark."""
    lines, rest = [], text
    if "\n" in text:
        return "\n".join(wrap(line, width) for line in text.split("\n"))
    while len(rest) > width + 1:
        at = width + (rest[width] in "，。、；：！？）”’》")
        lines.append(rest[:at])
        rest = rest[at:]
    return "\n".join([*lines, rest])


@cache
def _palette() -> Image.Image:
    """Return the sixteen colours as Pillow takes them."""
    holder = Image.new("P", (1, 1))
    holder.putpalette(_rgb())
    return holder


def _rgb() -> bytes:
    return b"".join(bytes.fromhex(colour[1:]) for colour in PALETTE)


def _alike(drawn: Image.Image, few: Image.Image) -> bool:
    """Tell whether a picture in few colours looks as it was drawn: hardly a pixel is far from its colour."""
    every = (max(1, drawn.width // 2), max(1, drawn.height // 2))  # a quarter of the pixels tells as well
    drawn, few = (picture.resize(every, Image.Resampling.NEAREST) for picture in (drawn, few))
    red, green, blue = ImageChops.difference(drawn, few.convert("RGB")).split()
    off = ImageChops.lighter(ImageChops.lighter(red, green), blue).histogram()
    return sum(off[FAR:]) <= FEW * drawn.width * drawn.height


def _indexed(pixels: np.ndarray) -> bytes:
    """Return a PNG of four bits a pixel. Rows go in unfiltered: a quarter smaller than Pillow makes it.

    Source: W3C, Portable Network Graphics, second edition, § 4.5 and 11
    """
    height, width = pixels.shape
    even = np.pad(pixels, ((0, 0), (0, width % 2)))
    rows = np.pad(even[:, ::2] << 4 | even[:, 1::2], ((0, 0), (1, 0)))
    a_metre = round(DPI / 0.0254)
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0),
        b"pHYs": struct.pack(">IIB", a_metre, a_metre, 1),
        b"PLTE": _rgb(),
        b"IDAT": zlib.compress(rows.tobytes(), 7),
        b"IEND": b"",
    }
    packed = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts.items()
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@cache
def _look() -> dict:
    """Return the settings of the look: matplotlib's own defaults, and over them those of `RC`."""
    default = {name: value for name, value in mpl.rcParamsDefault.items() if name.partition(".")[0] in LOOKS}
    kept = ("figure.hooks", "figure.max_open_warning", "figure.raise_window")
    for name in kept:
        default.pop(name, None)
    above = {"axes.titley": 1.0}  # where it stands anyway, without measuring ticks on top that there are not
    return default | RC | above | {"font.family": [_family()]}


@cache
def _family() -> str:
    """Register the Chinese font by its path, and return its family name."""
    path = str(fonts.sans_path())
    font_manager.fontManager.addfont(path)
    return font_manager.FontProperties(fname=path).get_name()
