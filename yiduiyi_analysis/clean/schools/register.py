"""The roster arranged for look-up by every accepted way to write a school, and a written name taken apart."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from yiduiyi_analysis.clean.schools import naming

UNKNOWN = "?"  # a county column that names no county of the roster
_NO_ANSWER = frozenset({"", "空", "跳过", "无", "nan", "na", "none", "null"})


class School(NamedTuple):
    """A roster school; `rest` is its name without the county, `parts` the same taken apart."""

    id: str
    name: str
    county: str
    rest: str
    parts: naming.Parts


class Form(NamedTuple):
    """One way to write what stands before the kind of a school; `fields` as `slips.forgiven` wants them.

    `direct` is false where the township is not the school's own but the one that took it in.
    """

    text: str
    fields: str
    school: School
    direct: bool


class Reading(NamedTuple):
    """A written name taken apart; `clash` says that name and county column contradict each other."""

    rest: str
    body: str
    level: str
    county: str | None
    clash: bool


@dataclass(frozen=True)
class Register:
    """A roster by county, by id as people type it, and by every accepted form."""

    places: naming.Gazetteer
    variants: dict[int, str]
    alike: frozenset
    counties: dict[str, list[School]] = field(default_factory=lambda: defaultdict(list))
    ids: dict[str, School] = field(default_factory=dict)
    forms: dict[str, dict[str, list[Form]]] = field(default_factory=dict)

    def schools(self, county: str | None) -> list[School]:
        """Return the schools of a county, or all of them."""
        return [school for code in self._scope(county) for school in self.counties.get(code, ())]

    def hits(self, body: str, county: str | None) -> list[School]:
        """Return the schools that `body` names to the letter; those named by their own township go first."""
        found = [form for code in self._scope(county) for form in self.forms.get(code, {}).get(body, ())]
        direct = {form.school for form in found if form.direct}
        return sorted(direct or {form.school for form in found})

    def direct_forms(self, county: str | None) -> list[Form]:
        """Return the forms a slip is measured against, in a known county also with its name in front."""
        forms = [
            form
            for code in self._scope(county)
            for same in self.forms.get(code, {}).values()
            for form in same
            if form.direct and form.text
        ]
        name = next((name for name, code in self.places.counties.items() if code == county), "")
        fields = "c" * (len(name) - 1) + "-"
        led = [form._replace(text=name + form.text, fields=fields + form.fields) for form in forms]
        return forms + led if county else forms

    def _scope(self, county: str | None) -> list[str]:
        return [county] if county else list(self.counties)

    def county(self, text: str) -> str | None:
        """Return the code that a county column means: None if it names none, UNKNOWN if not one of ours."""
        digits = unicodedata.normalize("NFKC", text).strip()
        if code := re.fullmatch(r"(\d{6})(?:0{3}|0{6})?(?:\.0)?", digits, re.ASCII):
            return code[1] if code[1] in self.counties else UNKNOWN
        spelled = naming.plain(text, self.variants)
        if spelled in _NO_ANSWER:
            return None
        found, rest = self.places.strip_county(spelled)
        if rest or len(found) > 1:
            return UNKNOWN
        return next(iter(found), None)

    def read(self, text: str, county: str | None) -> Reading:
        """Return a name, plain already, taken apart; `county` is what the county column means."""
        found, rest = self.places.strip_county(text)
        known = found | ({county} if county else set())
        clash = len(known) > 1 or county == UNKNOWN
        body, level = naming.split_kind(rest)
        return Reading(rest, body, level, next(iter(known)) if known and not clash else None, clash)


def register(schools: pd.DataFrame, codebook) -> Register:
    """Return a roster (school_id, county_code, county, school) arranged for look-up."""
    pairs = codebook.lookalikes
    variant = pairs["kind"].eq("variant")
    variants = {ord(b): a for a, b in pairs.loc[variant, ["a", "b"]].itertuples(index=False)}
    alike = frozenset(frozenset(pair) for pair in pairs.loc[~variant, ["a", "b"]].itertuples(index=False))
    places = naming.gazetteer(schools, codebook, variants)
    book = Register(places, variants, alike)
    for school_id, county, name in schools[["school_id", "county_code", "school"]].itertuples(index=False):
        rest = places.strip_county(naming.plain(name, variants))[1]
        school = School(school_id, name, county, rest, places.take_apart(rest, county))
        book.counties[county].append(school)
        book.ids[naming.plain(school_id, variants)] = school
        for form in _forms(school):
            book.forms.setdefault(county, defaultdict(list))[form.text].append(form)
    return book


def _forms(school: School) -> list[Form]:
    """Return every accepted way to write what stands before the kind of a school."""
    place, own, marker, _ = school.parts
    owns = {own: "o" * len(own)}
    # A name printed without a township may be the township's own.
    words = [] if not own else [marker] if marker else ["村", "社"]
    words += ["乡", "镇"] if own not in naming.COMMON and not place.stem else []
    owns |= {own + word: "o" * len(own) + "-" for word in words}
    township = _township(place.stem)
    merged = {place.into: "p" * (len(place.into) - 1) + "-"} if place.into else {}
    chained = {a + b: f + g for a, f in merged.items() for b, g in township.items()}
    printed = naming.split_kind(school.rest)[0]
    size = len(place.stem)
    forms = {printed: Form(printed, "p" * size + "-" * (len(printed) - size), school, True)}
    # The township that took it in has a centre of its own: alone it stands only before a village's name.
    for places, direct in ((merged if own else {}, False), (chained, False), (township, True)):
        for a, f in places.items():
            for b, g in owns.items():
                forms[a + b] = Form(a + b, f + g, school, direct)
    return list(forms.values())


def _township(stem: str) -> dict[str, str]:
    """Return the ways to write a township, each with its fields."""
    fields = "p" * len(stem)
    return {stem: fields, stem + "乡": fields + "-", stem + "镇": fields + "-"} if stem else {"": ""}
