"""One slip of the pen between two spellings: what kind it is, and whether it may be forgiven."""

from functools import cache
from typing import NamedTuple

# Figures and directions tell two villages apart, so one that was written is meant.
DISTINCT = "〇一二两三四五六七八九十百千万东南西北上下前后左右中大小新老第内外"
ADMINISTRATIVE = frozenset("乡镇村社县州省")


class Slip(NamedTuple):
    """A difference of one character: its kind, and the places in the right spelling that it touches."""

    kind: str  # swapped-in | transposed | dropped | doubled | added
    first: int
    last: int


def between(written: str, right: str) -> Slip | None:
    """Return the slip that makes `right` into `written`; None if they differ in no or more than one way."""
    same = next((i for i, (a, b) in enumerate(zip(written, right, strict=False)) if a != b), None)
    at = min(len(written), len(right)) if same is None else same
    if len(written) == len(right):
        if written[at + 1 :] == right[at + 1 :]:
            return Slip("swapped-in", at, at) if at < len(right) else None
        swapped = written[at : at + 2] == right[at : at + 2][::-1] and written[at + 2 :] == right[at + 2 :]
        return Slip("transposed", at, at + 1) if swapped else None
    if len(written) + 1 == len(right) and written[at:] == right[at + 1 :]:
        return Slip("dropped", at, at)
    if len(written) == len(right) + 1 and written[at + 1 :] == right[at:]:
        twin = at > 0 and written[at] == written[at - 1]
        return Slip("doubled" if twin else "added", max(at - 1, 0), max(at - 1, 0))
    return None


def forgiven(written: str, right: str, fields: str, alike: frozenset, local: frozenset) -> bool:
    """Return whether `written` can only be a slip for `right`.

    In:     fields: for each character of `right` the part it belongs to: c county (which the county column
            confirms), p township, o own name, or - for a word such as 乡 or 村
            alike: same-look pairs, as frozensets
            local: the characters of the townships' names
    Rule:   a same-sound or same-look character is forgiven, unless it is a figure or a direction, or the
            whole part; a doubled one, unless it is a figure or a direction (瓦西 西小学); a dropped
            or transposed one only where enough of the name is left to tell it from a neighbour, because a
            two-character village may well be another village; for that reason a same-look character in a
            village's name is not forgiven where townships bear it too (瓦吉 for 瓦古)
    """
    slip = between(written, right)
    if slip is None or slip.kind == "added":
        return False
    part = fields[slip.first]
    size, backed = fields.count(part), "o" in fields
    if slip.kind == "doubled":
        inside = part == "p" == fields[slip.first + 1 : slip.first + 2]
        return inside or right[slip.first] not in DISTINCT
    if slip.kind == "swapped-in":
        a, b = written[slip.first], right[slip.first]
        meant = a in DISTINCT or a in ADMINISTRATIVE or (part != "-" and size < 2)
        if meant or sound(a) == sound(b):
            return not meant
        return frozenset((a, b)) in alike and not (part == "o" and a in local)
    if slip.kind == "dropped":
        told = part == "c" or size >= 4 or (part == "p" and size == 3 and backed)
        return part != "-" and told and right[slip.first] not in DISTINCT
    if fields[slip.last] != part:
        return "-" in (part, fields[slip.last])
    return part in "cp" or size >= 3


@cache
def sound(char: str) -> str:
    """Return the toneless pinyin of a character (itself where it has none)."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(char, style=Style.NORMAL))
