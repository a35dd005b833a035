"""How a school's name is written: one spelling for the text, and its words for place, own name and kind."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from yiduiyi_analysis.clean.schools.slips import DISTINCT

LONGEST = 80  # characters of a name, brackets and all
MOST_NOTES = 9
# Words that many schools of a county share: without a township or a county they name nothing.
COMMON = frozenset({"", "希望", "民族", "逸夫", "实验", "附属", "城关", "第一", "第二", "第三"})
NUMERALS = str.maketrans("0123456789", "〇一二三四五六七八九")
FIGURE = "[〇一二三四五六七八九十]"
_NOTE = re.compile(r"[(\[{【〔〖]([^(\[{【〔〖)\]}】〕〗]*)(?:[)\]}】〕〗]|$)")
# One character before 老师 is a surname; a long number is a telephone, never the number of a school.
_TAIL = re.compile(
    rf"(?<=[校学点园小中])(?:{FIGURE}年级(?:{FIGURE}{{0,3}}班)?)?"
    rf"(?:[^学校{DISTINCT}]?(?:教师|老师|校长)|{FIGURE}{{7,}})?$"
)
_TWICE = re.compile(r"^(.{4,})\1$")
_TOWN_WORD = r"(?:(?:[^族乡镇]{1,3}族)?乡|镇|街道(?:办事处)?)"
_PRINTED_TOWN = re.compile(r"^(.{2,6}?)[乡镇]")

# Longest first: 中心小学校 is one word, not 中心 and 小学校. The level says what may stand for what.
_KINDS = (
    ("central", r"中心(?:完全|完)?(?:小学校|小学|学校|小校|小|校)"),
    ("complete", r"完全小学校?|完小校?"),
    ("kindergarten", r"(?:中心)?幼儿园|幼儿教学点|幼教点|幼儿班|学前班"),
    ("half", r"(?:高级|初级)小学校?|高小|初小"),
    ("nine-year", r"九年(?:一贯)?制?(?:义务教育)?学校|一贯制学校"),
    ("upper", r"高级中学校?|完全中学校?|高中|完中"),
    ("vocational", r"职业(?:高级|高)?中学校?|职业技术学校|职高|职中"),
    ("junior", r"初级中学校?|初中学校|初中校?"),
    ("middle", r"中学校?"),
    ("primary", r"小学校?|小校?"),
    ("point", r"教学点|校点|教点|点校"),
    ("school", r"学校"),
    ("any", r"校"),
)
_KIND = re.compile("(?:" + "|".join(f"(?P<k{n}>{words})" for n, (_, words) in enumerate(_KINDS)) + ")$")


class Place(NamedTuple):
    """A township by its stem (四开 for 四开乡 and 四开镇), and the full name of the one that took it in."""

    stem: str
    into: str = ""


class Parts(NamedTuple):
    """A roster school's name taken apart; what is not written is empty."""

    place: Place
    own: str
    marker: str
    level: str


def plain(text: str, variants: dict[int, str]) -> str:
    """Return `text` in one width and one form of each character, letters and figures only."""
    wide = unicodedata.normalize("NFKC", text).lower().translate(NUMERALS).translate(variants)
    return "".join(char for char in wide if unicodedata.category(char)[0] in "LN")


def readings(text: str, variants: dict[int, str]) -> tuple[str, str, list[str]]:
    """Return a name with its brackets opened, the name without them, and what stood in them.

    Rule:   class and role behind the kind of school (三年级2班, 老师) are left out; a text too long for a
            name is no name; a name written twice over is read once
    """
    wide = unicodedata.normalize("NFKC", text)
    if len(plain(wide, variants)) > LONGEST:
        return "", "", []
    notes, outer = [], wide
    while len(notes) < MOST_NOTES and (found := _NOTE.search(outer)):
        notes.append(plain(found[1], variants))
        outer = outer[: found.start()] + outer[found.end() :]
    whole, outer = (_TWICE.sub(r"\1", _TAIL.sub("", plain(part, variants))) for part in (wide, outer))
    return whole, outer, [note for note in notes if note]


def split_kind(text: str) -> tuple[str, str]:
    """Return what stands before the kind of school, and its level ("" where no kind is written)."""
    found = _KIND.search(text)
    if not found:
        return text, ""
    return text[: found.start()], _KINDS[int(found.lastgroup[1:])][0]


def stem(township: str) -> str:
    """Return a township's name without 乡, 镇 or 街道."""
    return re.sub(f"{_TOWN_WORD}$", "", township) or township


@dataclass(frozen=True)
class Gazetteer:
    """The names of regions, counties and townships that the roster and the codebook know."""

    regions: tuple[str, ...]
    counties: dict[str, str]  # as written → county_code
    towns: dict[str, dict[str, Place]] = field(repr=False)  # county_code → stem → Place

    @cached_property
    def _county(self) -> re.Pattern:
        # A short name before 乡 or 镇 is a township that is called like its county.
        words = [
            re.escape(word) + ("" if _short(word) else "(?![乡镇村社])")
            for word in sorted(self.counties, key=len, reverse=True)
        ]
        return re.compile("^(" + "|".join(words) + ")" if words else "(?!)")

    @cached_property
    def _region(self) -> re.Pattern:
        return re.compile("^(?:" + "|".join(map(re.escape, (*self.regions, "省", "州"))) + ")")

    @cached_property
    def characters(self) -> frozenset[str]:
        """The characters that the names of townships are made of."""
        return frozenset("".join(stem for towns in self.towns.values() for stem in towns))

    def strip_county(self, text: str) -> tuple[frozenset[str], str]:
        """Return the codes of all counties that lead `text`, and the rest of it."""
        codes, rest = set(), text
        while True:
            if found := self._county.match(rest):
                codes.add(self.counties[found[1]])
            else:
                found = self._region.match(rest)
            if not found or (found[0] in ("省", "州") and not self._leads(rest[1:])):
                return frozenset(codes), rest
            rest = rest[found.end() :]

    def _leads(self, text: str) -> bool:
        return bool(self._county.match(text) or self._region.match(text))

    def take_apart(self, name: str, county_code: str) -> Parts:
        """Return the parts of a roster school's name, which holds no county any more."""
        body, level = split_kind(name)
        towns = self.towns.get(county_code, {})
        # 务科村 is a village even where a township is called 务科.
        leading = [town for town in towns if re.match(f"{re.escape(town)}(?![村社])", body)]
        if leading:
            place = towns[max(leading, key=len)]
            own = re.sub(f"^{_TOWN_WORD}", "", body.removeprefix(place.stem))
        elif level == "central":
            place, own = Place(body), ""
        else:
            place, own = Place(""), body
        marker = own[-1] if len(own) > 1 and own[-1] in "村社" else ""
        return Parts(place, own.removesuffix(marker), marker, level)


def gazetteer(schools: pd.DataFrame, codebook, variants: dict[int, str]) -> Gazetteer:
    """Return the place names of a roster and of the codebook's counties and townships."""
    table = codebook.townships.map(lambda text: plain(text, variants))
    above, below = table[table["county"].eq("")], table[table["county"].ne("")]
    regions = {*above["old"], *above["new"]} - {""}
    counties = _counties(schools, codebook.counties, variants)
    towns: dict[str, dict[str, Place]] = defaultdict(dict)
    for county, old, new in below[["county", "old", "new"]].itertuples(index=False):
        if old and county in counties:
            towns[counties[county]][stem(old)] = Place(stem(old), "" if stem(new) == stem(old) else new)
    places = Gazetteer(tuple(sorted(regions, key=len, reverse=True)), counties, towns)
    for code, name in schools[["county_code", "school"]].itertuples(index=False):
        body, _ = split_kind(places.strip_county(plain(name, variants))[1])
        if found := _PRINTED_TOWN.match(body):
            towns[code].setdefault(found[1], Place(found[1]))
    return places


def _counties(schools: pd.DataFrame, known: pd.DataFrame, variants: dict[int, str]) -> dict[str, str]:
    """Return the code of each county by every way to write it, each county's full name first."""
    counties: dict[str, str] = {}
    for code, county in schools[["county_code", "county"]].drop_duplicates().itertuples(index=False):
        counties |= dict.fromkeys(
            filter(None, [plain(county, variants), _short(plain(county, variants))]), code
        )
    for code, *names, also in known[["county_code", "county", "short", "also"]].itertuples(index=False):
        spelled = [plain(name, variants) for name in [*names, *re.split(r"[;；、,，|\s]+", also)]]
        counties |= dict.fromkeys(filter(None, spelled), code)
    return counties


def _short(county: str) -> str:
    """Return a county's name without 县, 市, 区 or 旗, where two characters or more are left."""
    return county[:-1] if len(county) > 2 and county[-1] in "县市区旗" else ""
