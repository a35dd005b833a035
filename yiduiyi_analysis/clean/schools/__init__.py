"""A school's name as someone wrote it → the school on the roster, or candidates for a person to decide."""

import re

import pandas as pd
from rapidfuzz import fuzz

from yiduiyi_analysis.clean.schools import naming, verdicts
from yiduiyi_analysis.clean.schools.decisions import Decisions
from yiduiyi_analysis.clean.schools.register import Reading, Register, School, register
from yiduiyi_analysis.clean.schools.verdicts import Verdict
from yiduiyi_analysis.errors import Fault

COLUMNS = ["status", "school_id", "school", "candidates"]
MOST_CANDIDATES = 10
# A bare figure is not harmless: it may be the number of a second school.
_HARMLESS = re.compile(
    rf"(?:初?{naming.FIGURE}{{1,4}}年?级|初{naming.FIGURE})?(?:{naming.FIGURE}{{1,3}}班)?|{naming.FIGURE}{{1,4}}人"
    r"|公章|盖章|全称|教师|校长|.{0,4}片区内?|本部|校本部|寄宿制|公办"
)
_DIVISIONS = {"小学部": {"central", "complete", "primary"}, "初中部": {"junior", "middle"}}


def match(names: pd.DataFrame, schools: pd.DataFrame, codebook) -> pd.DataFrame:
    """Return for each written name the school it stands for, or the candidates for a person.

    In:     names: name, and county if known (full or short name, with or without the region, or the code)
            schools: the roster: school_id, county_code, county, school
            codebook: its tables aliases, townships, lookalikes and counties
    Out:    same index and order as `names`: status (matched | review | none), school_id and school (as
            printed; only when matched), candidates ("id name; id name", likest first; only for review)
    Rule:   a person's decision wins; else the name is compared part by part (county, township, own name,
            kind), one doubt is forgiven, and two doubts, two schools that fit or a contradiction go to review
    Raises: Fault if `names` has no column name, or a row of the alias table is not usable
    """
    if "name" not in names:
        raise Fault("缺少这一列", column="name", row=1, do="请补上 name 列（学校名称）；county 列可空")
    county = names["county"] if "county" in names else pd.Series(pd.NA, index=names.index)
    written = [
        column.astype("string").fillna("").str.replace("\x1f", " ") for column in (county, names["name"])
    ]
    codes, unique = pd.factorize(written[0] + "\x1f" + written[1])
    book = register(schools, codebook)
    asked = [tuple(key.split("\x1f")) for key in unique]
    answers = pd.DataFrame(_answers(asked, book, Decisions(codebook.aliases, book)), columns=COLUMNS)
    return answers.astype("string").take(codes).set_axis(names.index)


def _answers(asked: list[tuple[str, str]], book: Register, decisions: Decisions) -> list[tuple]:
    """Return a row of COLUMNS for each (county, name), in order."""
    counties = {county: book.county(county) for county in {county for county, _ in asked}}
    read = []
    for county, name in asked:
        whole, outer, notes = naming.readings(name, book.variants)
        texts = [whole, outer, *(note.lstrip("原现即") for note in notes)]
        read.append(([book.read(text, counties[county]) for text in texts], notes))
    found = verdicts.of({reading for readings, _ in read for reading in readings}, book)
    return [_answer(readings, notes, found, decisions) for readings, notes in read]


def _answer(
    readings: list[Reading], notes: list[str], verdicts: dict[Reading, Verdict], decisions: Decisions
) -> tuple:
    """Return the row of COLUMNS for one name: `readings` are the whole, the same without notes, each note."""
    found = [verdicts[reading] for reading in readings]
    candidates = frozenset().union(*(verdict.candidates for verdict in found))
    if ruled := decisions.on(readings[0]):
        status, named = ruled
        school = next(iter(named)) if status == "matched" else None
        candidates = candidates | named if status == "review" else frozenset()
    else:
        school = _without_notes(readings, notes, found)
        status = "matched" if school else "review" if candidates else "none"
    if school:
        return status, school.id, school.name, ""
    ranked = sorted(candidates, key=lambda s: (-fuzz.ratio(readings[0].rest, s.rest), s.id))
    return status, pd.NA, pd.NA, "; ".join(f"{s.id} {s.name}" for s in ranked[:MOST_CANDIDATES])


def _without_notes(readings: list[Reading], notes: list[str], found: list[Verdict]) -> School | None:
    """Return the school of a name with notes in brackets, if they add nothing that contradicts it."""
    whole, outer = found[0].school, found[1].school
    if whole and outer and whole != outer:
        return None
    if whole or not outer:
        return whole
    rest = zip(notes, readings[2:], found[2:], strict=True)
    return outer if all(_agrees(note, reading, outer, verdict) for note, reading, verdict in rest) else None


def _agrees(note: str, reading: Reading, school: School, verdict: Verdict) -> bool:
    """Return whether a note says nothing that is not true of the school."""
    if _HARMLESS.fullmatch(note) or verdict.school == school:
        return True
    if note in _DIVISIONS:
        return school.parts.level in _DIVISIONS[note]
    if reading.clash or reading.county not in (None, school.county) or reading.body:
        return False
    return reading.level in ("", school.parts.level)
