"""What a printed cell says, as numbers: 78%（75–80） over 246/314 is value, ends of the interval, n and N.

The grammar is that of `numerals` and of the tables; what a column means is the same in all its cells.
"""

import re
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
from pandas.api import types

from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.display import Table

VALUE, LO, HI, UNIT, DONE, SAMPLE, WHOLE = "数值", "下限", "上限", "单位", "完成数", "n", "N"
STATE, BEST, WORST, HEARD, ALL, SAID = "状态", "名次起", "名次止", "有数的县", "全部县", "说明"
ORDER = (STATE, VALUE, LO, HI, UNIT, DONE, SAMPLE, WHOLE, BEST, WORST, HEARD, ALL, SAID)
MARKS = (numerals.HIDDEN, numerals.ABSENT, numerals.NOT_ASKED)
WORDS = ("是", "否", "上升", "下降")  # what stands for a figure in a column of figures
COUNT_HEADING = "n/N"

MOST_DIGITS = 15  # that Excel keeps of a number
MOST_PLACES = 10

# Thousands parted or not; a nought before another digit makes a code of it, as 001 is.
_N = r"[−+]?(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*|0)(?:\.\d+)?"
_DIGITS = re.compile(r"[\d,.]+")
_LEVEL = re.compile(
    rf"(?P<value>{_N}%?)"
    rf"(?:\n?（(?:(?P<lo>{_N})(?:–| 至 )(?P<hi>{_N})|(?P<said>{numerals.CENSUS}|{numerals.UNSURE}))）)?"
    r"(?:\n(?P<unit>百分点|分))?"
    rf"(?:\n(?P<count>(?P<n>{_N})(?:/(?P<N>{_N}))?|N=(?P<roster>{_N})|[{numerals.ABSENT}*]))?"
    r"(?:\n名次 (?P<best>\d+)(?:–(?P<worst>\d+))?)?"
    r"(?:[\n，](?:(?P<heard>\d+)/(?P<all>\d+) 县|(?P<some>部分县)))?"
)
_FINISHED = re.compile(
    rf"(?P<done>{_N})/(?P<n>{_N})(?:\nN=(?P<N>{_N}))?(?:[\n，](?P<heard>\d+)/(?P<all>\d+) 县)?"
)
_COVERED = re.compile(rf"(?P<state>\D+) (?P<n>{_N})/(?P<N>{_N})")
_TARGET = re.compile(rf"(?P<sign>[≥≤])(?P<value>{_N}%?)")


@dataclass(frozen=True)
class Part:
    """One number or word of a cell, and the number format in which Excel shows it as it is printed."""

    value: float | str
    look: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table: `parts` are the headings below its own, one of them "" where it is not split.

    cells: a row a dictionary of parts, empty where the cell says nothing
    """

    heading: str
    parts: tuple[str, ...]
    cells: tuple[dict[str, Part], ...]
    is_text: bool


def columns(table: Table) -> list[Column]:
    """Return a table's columns with their numbers as numbers.

    Rule: columns of the frame printed as they are keep its types; a printed grid's columns hold figures if
          every cell is a figure, a mark or one of `WORDS`. A number that was rounded to be printed is given
          in full where the frame has one row that prints so
    """
    if table.shown is None:
        return [_typed(str(name), table.frame.iloc[:, at]) for at, name in enumerate(table.frame)]
    full = _full(table.frame)
    return [
        _printed(str(name), table.shown.iloc[:, at].tolist(), full) for at, name in enumerate(table.shown)
    ]


def read(text: str, full: dict[tuple[str, str], float] | None = None) -> dict[str, Part] | None:
    """Return the parts of one printed figure, None for any other text.

    In:   full: (value, n/N) as printed → the value before it was rounded
    Rule: a code is no figure: one with a nought before another digit, or with more digits than Excel keeps
    """
    if any(sum(map(str.isdigit, run)) > MOST_DIGITS for run in _DIGITS.findall(text)):
        return None
    if found := _LEVEL.fullmatch(text):
        return _level(found.groupdict(), full or {})
    if found := _FINISHED.fullmatch(text):
        return _numbers(found.groupdict() | {"N": found["N"] or found["n"]})
    if found := _COVERED.fullmatch(text):
        return {STATE: Part(found["state"])} | _numbers({"n": found["n"], "N": found["N"]})
    if found := _TARGET.fullmatch(text):
        number = _number(found["value"])
        return {VALUE: Part(number.value, f'"{found["sign"]}"{number.look}')}
    return None


def look(places: int, percent: bool = False, signed: bool = False, parted: bool = False) -> str:
    """Return an Excel number format: a true minus sign, a plus where asked; `parted`: thousands apart."""
    digits = ("#,##0" if parted else "0") + ("." + "0" * places if places else "") + ("%" if percent else "")
    return f"{'+' if signed else ''}{digits};−{digits};{digits}"


def displayed(part: Part) -> str:
    """Return what Excel shows for a part: fifteen digits at most, halves rounded away from nought."""
    if isinstance(part.value, str):
        return part.value
    prefix, _, number = part.look.partition(";")[0].rpartition('"')
    percent, signed = number.endswith("%"), number.startswith("+")
    places = len(number.rstrip("%").partition(".")[2])
    exact = Decimal(f"{part.value:.{MOST_DIGITS}g}") * (100 if percent else 1)
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{abs(rounded):,f}" if "," in number else f"{abs(rounded):f}"
    sign = "−" if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{prefix.strip(chr(34))}{sign}{text}{'%' if percent else ''}"


def _typed(heading: str, values: pd.Series) -> Column:
    """Return a column of the frame: numbers where its type says so, else text."""
    is_number = types.is_numeric_dtype(values) and not types.is_bool_dtype(values)
    if not is_number:
        return _text(heading, [_shown(value) for value in values])
    held = [None if pd.isna(value) else value.item() if hasattr(value, "item") else value for value in values]
    places = max((_places(value) for value in held if value is not None and _is_kept(value)), default=0)
    cells = [_number_or_text(value, look(places)) for value in held]
    return Column(heading, ("",), tuple({"": cell} for cell in cells), is_text=False)


def _number_or_text(value: float | None, shown: str) -> Part:
    if value is None:
        return Part(numerals.ABSENT)
    return Part(float(value), shown) if _is_kept(value) else Part(str(value))


def _is_kept(value: float) -> bool:
    """Tell whether Excel keeps and shows a number: digits enough, and not so small that it looks like 0."""
    return value == 0 or 10**-MOST_PLACES <= abs(value) < 10**MOST_DIGITS


def _places(value: float) -> int:
    """Return how many decimals a number has as it is printed; a nought after the point is none."""
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return min(max(-exponent, 0), MOST_PLACES)


def _printed(heading: str, texts: list[str], full: dict) -> Column:
    told = [text for text in texts if text and text not in MARKS]
    found = {text: read(text, full) for text in dict.fromkeys(told)}
    figures = [parts for parts in found.values() if parts]
    if any(parts is None and text not in WORDS for text, parts in found.items()):
        return _text(heading, texts)
    if not figures:
        return replace(_text(heading, texts), is_text=bool(told) or not any(texts))
    if heading == COUNT_HEADING:  # what looks like so many done of so many is the denominator itself
        found = {
            text: {SAMPLE: p[DONE], WHOLE: p[SAMPLE]} if p and DONE in p else p for text, p in found.items()
        }
    used = {name for parts in found.values() if parts for name in parts}
    first = next((name for name in (VALUE, DONE, STATE, SAMPLE) if name in used), VALUE)
    cells = [_cell(text, found, first) for text in texts]
    used |= {name for cell in cells for name in cell}
    parts = tuple(name for name in ORDER if name in used)
    if parts == (VALUE,):
        return Column(heading, ("",), tuple({"": c[VALUE]} if c else {} for c in cells), is_text=False)
    return Column(heading, parts, tuple(cells), is_text=False)


def _cell(text: str, found: dict, first: str) -> dict[str, Part]:
    return found.get(text) or ({first: Part(text)} if text else {})


def _text(heading: str, texts: list[str]) -> Column:
    return Column(heading, ("",), tuple({"": Part(text)} if text else {} for text in texts), is_text=True)


def _level(found: dict[str, str | None], full: dict[tuple[str, str], float]) -> dict[str, Part]:
    percent = found["value"].endswith("%")
    parts = _numbers(found, percent)
    exact = Part(full.get((found["value"], found["count"] or ""), parts[VALUE].value), parts[VALUE].look)
    # Halves are printed to the even digit, which Excel would not show: such a number stays as it is printed.
    if not found["unit"] and displayed(exact) == displayed(parts[VALUE]):
        parts[VALUE] = exact
    if found["roster"]:
        parts[WHOLE] = _number(found["roster"])
    if found["count"] in MARKS:
        parts[SAMPLE] = Part(found["count"])
    if found["best"] and not found["worst"]:
        parts[WORST] = parts[BEST]
    words = {UNIT: found["unit"], SAID: found["said"], HEARD: found["some"]}
    return parts | {name: Part(word) for name, word in words.items() if word}


def _numbers(found: dict[str, str | None], percent: bool = False) -> dict[str, Part]:
    """Return the numbers of a cell; the ends of a percentage's interval are percentages too."""
    names = {"value": VALUE, "lo": LO, "hi": HI, "done": DONE, "n": SAMPLE, "N": WHOLE}
    names |= {"best": BEST, "worst": WORST, "heard": HEARD, "all": ALL}
    ends = ("lo", "hi") if percent else ()
    told = {name: f"{text}%" if name in ends else text for name, text in found.items() if text}
    return {names[name]: _number(text) for name, text in told.items() if name in names}


def _number(text: str) -> Part:
    percent, signed = text.endswith("%"), text[0] in "+−"
    plain = text.rstrip("%").replace("−", "-").replace(",", "")
    places = len(plain.partition(".")[2])
    value = round(float(plain) / 100, places + 2) if percent else float(plain)
    return Part(value, look(places, percent, signed, parted="," in text))


def _full(frame: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return the values of evidence rows by how they and their n/N are printed, where one value prints so."""
    if not {"value", "n", "N", "unit", "status"} <= set(frame.columns):
        return {}
    rows = frame[frame["value"].notna() & frame["status"].isin(numerals.SHOWN)]
    found: dict[tuple[str, str], set[float]] = {}
    for row in rows.itertuples():
        for count in (numerals.denominator(row), ""):
            found.setdefault((numerals.number(row.value, row.unit), count), set()).add(float(row.value))
    return {key: values.pop() for key, values in found.items() if len(values) == 1}


def _shown(value) -> str:
    return (
        numerals.ABSENT if pd.isna(value) else ("否", "是")[value] if isinstance(value, bool) else str(value)
    )
