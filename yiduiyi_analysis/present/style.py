"""The one look of all figures: fonts by path, colours that survive grey print, the mark of synthetic data."""

import io
import warnings
from functools import cache

import matplotlib as mpl
import numpy as np
import pylopdf_fonts_zh_cn as fonts
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

MARK = "合成数据"
WIDTH = 6.6  # inches: the text width of an A4 page with 28 and 26 mm margins, and a little air
DPI = 150
COLOURS = 96
MISSING_GLYPH = r"Glyph .* missing from"

# Dark, middle and light differ in lightness (L* about 32, 64, 86), so they stay apart in grey print and for
# every kind of colour blindness; hatches and markers say the same thing a second time.
DARK, MIDDLE, LIGHT = "#1f4e79", "#d98a29", "#c6d9ea"
INK, SOFT, FAINT = "#222222", "#6b6b6b", "#d9d9d9"
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\")
MARKERS = ("o", "s", "^", "D", "v")

RC = {
    "axes.edgecolor": SOFT,
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
    "hatch.color": "white",
    "hatch.linewidth": 0.8,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "text.color": INK,
    "xtick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.color": SOFT,
    "ytick.labelcolor": INK,
    "ytick.major.size": 0,
}


def use() -> None:
    """Give every figure made from now on this look; a character without a glyph stops the drawing."""
    mpl.rcParams.update(RC | {"font.family": [_family(), "DejaVu Sans"]})
    warnings.filterwarnings("error", message=MISSING_GLYPH)


def canvas(synthetic: bool, height: float, columns: int = 1, width: float = WIDTH, rows: int = 1, **options):
    """Return (figure, axes) in this look, marked where the data are synthetic.

    In: height, width: inches; options: as of Figure.subplots
    """
    use()
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, **options)
    if synthetic:
        mark(figure)
    return figure, axes


def mark(figure: Figure) -> None:
    """Write 合成数据 across the figure, once every three inches of its height."""
    times = max(1, round(figure.get_figheight() / 3))
    for k in range(times):
        text = figure.text(0.5, (k + 0.5) / times, MARK, fontsize=44, color=SOFT, alpha=0.16, rotation=18)
        text.set(ha="center", va="center", in_layout=False, zorder=10, gid="synthetic")


def png(figure: Figure) -> bytes:
    """Return the figure as a PNG of few colours, the same bytes for the same figure.

    Raises: UserWarning where a character has no glyph
    """
    figure.set_dpi(DPI)
    canvas = FigureCanvasAgg(figure)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=MISSING_GLYPH)
        canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    held = io.BytesIO()
    # Flat colours and their edges need no more; a third of the bytes, and no difference to the eye.
    picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        held, "PNG", dpi=(DPI, DPI)
    )
    return held.getvalue()


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
def _family() -> str:
    """Register the Chinese font by its path, and return its family name."""
    path = str(fonts.sans_path())
    font_manager.fontManager.addfont(path)
    return font_manager.FontProperties(fname=path).get_name()
