"""Which school a name that was taken apart stands for, or may stand for.

One doubt is forgiven: no county given, 中心 left out, or one slip of the pen. Two doubts, or two schools
that fit, name none.
"""

from collections import defaultdict
from typing import NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from yiduiyi_analysis.clean.schools import naming, slips
from yiduiyi_analysis.clean.schools.register import Form, Reading, Register, School

# Kinds that people use for one another where a village's or a school's own name is given.
_VILLAGE = frozenset({"primary", "complete", "point", "school", "any", ""})
# Kinds that do not say how far the school goes.
_UNNAMED = frozenset({"school", "any", "", "point"})
_SECONDARY = frozenset({"middle", "junior"})
_CENTRAL = frozenset({"central", "complete"})


class Verdict(NamedTuple):
    """The one school a reading stands for, if any, and those it may stand for."""

    school: School | None
    candidates: frozenset[School]


def of(readings: set[Reading], book: Register) -> dict[Reading, Verdict]:
    """Return the verdict on each reading: to the letter first, then with one slip forgiven."""
    verdicts, left = {}, defaultdict(list)
    for reading in readings:
        hits = book.hits(reading.body, reading.county) if reading.rest else []
        if school := book.ids.get(reading.rest):
            wrong = reading.clash or reading.county not in (None, school.county)
            verdicts[reading] = Verdict(None if wrong else school, frozenset([school]))
        elif hits:
            school = None if reading.clash else _pick(hits, reading, book, slip=False)
            verdicts[reading] = Verdict(school, frozenset(hits) | related(reading, book))
        elif reading.rest:
            left[reading.county].append(reading)
        else:
            verdicts[reading] = Verdict(None, frozenset())
    for county, group in left.items():
        verdicts |= _slipped(group, county, book)
    return verdicts


def related(reading: Reading, book: Register) -> frozenset[School]:
    """Return the schools whose township, or whose own name, stands in the written name."""

    def stands(school: School) -> bool:
        stem, own, body = school.parts.place.stem, school.parts.own, reading.body
        township = stem and (body.startswith(stem) or stem + "乡" in body or stem + "镇" in body)
        telling = len(own) > 1 and (own not in naming.COMMON or reading.county)
        return bool(township or (telling and own in body))

    return frozenset(school for school in book.schools(reading.county) if stands(school))


def _slipped(readings: list[Reading], county: str | None, book: Register) -> dict[Reading, Verdict]:
    """Return the verdict on readings of one county that name no school to the letter."""
    forms, schools = book.direct_forms(county), book.schools(county)
    bodies = _alike([reading.body for reading in readings], [form.text for form in forms])
    names = _alike([reading.rest for reading in readings], [school.rest for school in schools])
    verdicts = {}
    for row, reading in enumerate(readings):
        near = [forms[column] for column in bodies[row]]
        school = None if reading.clash else _one_slip(near, reading, book)
        elsewhere = book.hits(reading.body, None) if reading.body else []
        candidates = {form.school for form in near} | {schools[column] for column in names[row]}
        verdicts[reading] = Verdict(school, candidates | {*elsewhere} | related(reading, book))
    return verdicts


def _alike(written: list[str], right: list[str]) -> dict[int, list[int]]:
    """Return for each written text (by position) the texts of `right` that it resembles.

    Rule:   up to two changes of a character, one in a text under five characters
    """
    distance = process.cdist(written, right, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    most = np.array([1 if len(text) < 5 else 2 for text in written])
    near = defaultdict(list)
    for row, column in np.argwhere(distance <= most[:, None]):
        near[row].append(column)
    return near


def _one_slip(near: list[Form], reading: Reading, book: Register) -> School | None:
    """Return the one school that the reading can only be a slip for."""
    fitting = [
        form for form in near if slips.between(reading.body, form.text) and _fit(form.school, reading, book)
    ]
    excused = {
        form.school
        for form in fitting
        if slips.forgiven(reading.body, form.text, form.fields, book.alike, book.places.characters)
        and not _another_township(reading, form.school, book)
    }
    bodies = {form.school.parts[:2] for form in fitting}
    if len(bodies) != 1 or excused != {form.school for form in fitting}:
        return None
    return _pick(sorted(excused), reading, book, slip=True)


def _another_township(reading: Reading, school: School, book: Register) -> bool:
    """Return whether the name begins with a township of any county that is not the school's own."""
    return any(
        reading.body.startswith(town) and reading.body[len(town) : len(town) + 1] in {"", "乡", "镇"}
        for towns in book.places.towns.values()
        for town in towns
        if town != school.parts.place.stem
    )


def _pick(hits: list[School], reading: Reading, book: Register, slip: bool) -> School | None:
    """Return the one school among `hits` that the reading stands for with at most one doubt."""
    fits = {school: _fit(school, reading, book) for school in hits}
    exact = [school for school in hits if fits[school] == "exact"]
    chosen = exact or [school for school in hits if fits[school]]
    if len(chosen) != 1 or fits[chosen[0]] == "rival":
        return None
    school = chosen[0]
    nowhere = reading.county is None
    nameless = nowhere and not school.parts.place.stem and school.parts.own in naming.COMMON
    doubts = slip + nowhere + nameless + (fits[school] == "loose")
    return school if doubts <= 1 else None


def _fit(school: School, reading: Reading, book: Register) -> str:
    """Return how the written kind suits a school: exact | weak | loose (中心 left out) | rival | "" (not)."""
    written, printed = reading.level, school.parts.level
    place, own = school.parts.place.stem, school.parts.own
    if written == printed:
        return "exact"
    if {written, printed} == _SECONDARY:
        return "weak" if own or place else ""
    if own and printed == "central":
        return "loose" if written in {"primary", "complete", "school", "any"} else ""
    if own:
        kinds = {written, printed}
        if not kinds <= _VILLAGE or not (written or place):
            return ""
        # 希望学校 and 希望小学 may be two gifts to one township.
        mixed = bool(kinds & _UNNAMED) and not kinds <= _UNNAMED
        return "rival" if mixed and own in naming.COMMON else "weak"
    if written in _CENTRAL:
        return "exact" if printed in _CENTRAL else "weak" if printed == "primary" and place else ""
    if printed in _CENTRAL | {"primary"} and written in {"primary", "school", "any"}:
        return "rival" if _rivals(school, reading, book) else "loose"
    return ""


def _rivals(school: School, reading: Reading, book: Register) -> bool:
    """Return whether a second school of the township, or of a village of its name, fits as well."""
    stem, any_kind = school.parts.place.stem, reading.level != "primary"
    return any(
        other.parts.own == stem
        or (other.parts.place.stem == stem and (any_kind or other.parts.level in _VILLAGE | {"central"}))
        for other in book.schools(school.county)
        if other.id != school.id
    )
