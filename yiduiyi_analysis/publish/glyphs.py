"""Which characters the fonts that come with the environment cannot draw, before a reader sees a box."""

import unicodedata
from functools import cache

import pylopdf_fonts_zh_cn as fonts

from yiduiyi_analysis.errors import Fault

SENTENCE_ENDS = "。！？；\n"
SHOWN = 40  # characters of a sentence
NO_SHAPE = {"Cc", "Cf", "Zl", "Zp", "Zs"}  # spaces, line ends and marks that say how to set a text
NAMED = 8


def missing(text: str) -> set[str]:
    """Return the characters of `text` that neither Chinese font draws.

    Rule:   a font of the reader's machine does not count; what is never drawn has no shape to miss
    """
    drawn = _drawn()
    return {character for character in set(text) if not drawn[ord(character)] and _has_shape(character)}


def require(text: str) -> None:
    """Stop on a character without a shape.

    Raises: Fault that names the characters and the sentence around the first of them
    """
    absent = missing(text)
    if not absent:
        return
    absent = sorted(absent, key=text.index)
    named = "、".join(f"{character}（U+{ord(character):04X}）" for character in absent[:NAMED])
    more = f" 等 {len(absent)} 个" if len(absent) > NAMED else ""
    raise Fault(
        f"字体里没有这些字：{named}{more}；首次出现在“{_sentence(text, text.index(absent[0]))}”",
        do="请在数据或笔记本里换用通行的写法",
    )


def _has_shape(character: str) -> bool:
    selects = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return not selects and unicodedata.category(character) not in NO_SHAPE


def _sentence(text: str, at: int) -> str:
    """Return the sentence around a place, no longer than a line."""
    start = max(text.rfind(end, 0, at) for end in SENTENCE_ENDS) + 1
    ends = [found for end in SENTENCE_ENDS if (found := text.find(end, at)) >= 0]
    start = max(start, at - SHOWN // 2)
    return text[start : min([*ends, start + SHOWN, len(text)])].strip()


@cache
def _drawn() -> bytearray:
    """Return for each character of Unicode whether one of the fonts has a shape for it."""
    from fontTools.ttLib import TTFont

    known = bytearray(0x110000)
    for path in (fonts.sans_path(), fonts.serif_path()):
        with TTFont(path, lazy=True) as font:
            for code in font.getBestCmap():
                known[code] = 1
    return known
