"""Letters as the figures need them: a line of text is shaped and inked once, however often it is drawn."""

from functools import lru_cache
from math import floor

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg, get_hinting_flag
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font

KEPT = 2048  # lines of text; a picture of one takes about ten kilobytes


class Canvas(FigureCanvasAgg):
    """A canvas of matplotlib's whose lines of text are kept between figures."""

    def get_renderer(self):
        """Return what draws this canvas, a new one where its size has changed."""
        width, height = self.get_width_height(physical=True)
        held = getattr(self, "renderer", None)
        if held is None or (held.width, held.height, held.dpi) != (width, height, self.figure.dpi):
            self.renderer = Pen(width, height, self.figure.dpi)
        return self.renderer


class Pen(RendererAgg):
    """matplotlib's renderer, which shapes a text to measure it, again to draw it, and inks every letter anew.

    Rule: a level, opaque text in one font is kept whole and put on a whole pixel; every other one is
          matplotlib's
    """

    def get_text_width_height_descent(self, s, prop, ismath):
        """Return the size of a line of text and how far it reaches below its baseline, in pixels."""
        if ismath or not _plain(prop):
            return super().get_text_width_height_descent(s, prop, ismath)
        return _inked(s, _file(*prop.get_family()), prop.get_size_in_points(), self.dpi)[0]

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        """Draw a line of text whose baseline begins at x, y (pixels, y from above)."""
        if ismath or angle or not (_plain(prop) and _solid(gc, mtext)):
            return super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        file, size = _file(*prop.get_family()), prop.get_size_in_points()
        (_, height, descent), left, _ = _inked(s, file, size, self.dpi)
        picture = _coloured(s, file, size, self.dpi, tuple(gc.get_rgb()))
        # the letters of a line stand on whole pixels too, each a little to the left: hence 0.3
        below = len(picture) - floor(height - descent) - 1  # rows of the picture under its baseline
        self.draw_image(gc, round(x + 0.3) + left, self.height - round(y) - below, picture)


def _plain(prop: FontProperties) -> bool:
    """Tell whether a text has one font, upright and of ordinary weight."""
    look = (prop.get_style(), prop.get_variant(), prop.get_weight(), prop.get_stretch())
    return len(prop.get_family()) == 1 and look == ("normal", "normal", "normal", "normal")


def _solid(gc, text) -> bool:
    """Tell whether letters are opaque, with smooth edges, and of no special shape."""
    shaped = text is not None and (text.get_fontfeatures() or text.get_language())
    return gc.get_antialiased() and gc.get_rgb()[3:] in ((), (1.0,)) and not shaped


@lru_cache
def _file(family: str) -> str:
    return findfont(FontProperties(family=[family]))


@lru_cache(KEPT)
def _inked(line: str, file: str, size: float, dpi: float):
    """Return a line's size with its descent, where its ink begins (pixels), and how much ink a pixel has."""
    font = get_font(file)
    font.clear()
    font.set_size(size, dpi)
    font.set_text(line, 0.0, flags=get_hinting_flag())
    width, height = font.get_width_height()
    sizes = width / 64, height / 64, font.get_descent() / 64
    font.draw_glyphs_to_bitmap(antialiased=True)
    return sizes, font.get_bitmap_offset()[0] // 64, font.get_image()


@lru_cache(KEPT)
def _coloured(line: str, file: str, size: float, dpi: float, colour: tuple) -> np.ndarray:
    """Return a line as a picture in one colour, its lowest row first."""
    ink = _inked(line, file, size, dpi)[2][::-1]
    picture = np.empty((*ink.shape, 4), np.uint8)
    picture[..., :3] = np.round(np.multiply(to_rgb(colour), 255))
    picture[..., 3] = ink
    return picture
