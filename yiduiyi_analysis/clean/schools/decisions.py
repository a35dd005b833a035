"""What people decided about names: the codebook's school_aliases.csv, checked."""

from collections import defaultdict

import pandas as pd

from yiduiyi_analysis.clean.schools import naming
from yiduiyi_analysis.clean.schools.register import Reading, Register, School
from yiduiyi_analysis.errors import Fault

STATUSES = ("matched", "review", "none")
ANYWHERE = "*"  # a decision on a name, whatever the county

Decision = tuple[str, frozenset[School]]  # status, and the schools it names


class Decisions:
    """Decisions by written name and county.

    Rule:   one that names a county holds only where that county is given, for 中心校 means another school
            in the next county: without a county the name goes to review; one that names none holds either way
    """

    def __init__(self, aliases: pd.DataFrame, book: Register):
        self._ruled: dict[tuple[str, str | None], Decision] = {}
        self._elsewhere: dict[str, frozenset[School]] = defaultdict(frozenset)
        schools = {school.id: school for school in book.ids.values()}
        for row, line in enumerate(aliases.fillna("").to_dict("records"), 2):
            whole = naming.readings(line["name"], book.variants)[0]
            reading = book.read(whole, book.county(line["county"]))
            school = schools.get(line["school_id"])
            mistake = _mistake(line, reading, school) or self._rule(line["decision"], reading, school)
            if mistake:
                column, message, do = mistake
                raise Fault(message, file="school_aliases.csv", row=row, column=column, do=do)

    def _rule(self, status: str, reading: Reading, school: School | None) -> tuple[str, str, str] | None:
        """Note a decision; return what is wrong if another one was made on the same name."""
        named = frozenset([school] if school else [])
        if reading.county:
            counties = [reading.county]
            self._elsewhere[reading.rest] |= named
        else:
            counties = [None, school.county if school else ANYWHERE]
        for county in counties:
            if self._ruled.setdefault((reading.rest, county), (status, named)) != (status, named):
                return "name", "同一名称已有另一个决定", "请只留一行"
        return None

    def on(self, reading: Reading) -> Decision | None:
        """Return the decision on a name, None where nobody decided or the county clashes."""
        if reading.clash:
            return None
        ruled = self._ruled.get((reading.rest, reading.county)) or self._ruled.get((reading.rest, ANYWHERE))
        if not ruled and reading.county is None and reading.rest in self._elsewhere:
            return "review", self._elsewhere[reading.rest]
        return ruled


def _mistake(line: dict, reading: Reading, school: School | None) -> tuple[str, str, str] | None:
    """Return what is wrong with a row of the table: column, message, what to do."""
    if line["decision"] not in STATUSES:
        return "decision", f"不认识的决定“{line['decision']}”", "请填 matched、review 或 none"
    if not reading.rest or reading.clash:
        return "name", "没有名称，或名称与县名矛盾", "请改正 county 列或 name 列"
    if (line["decision"] == "matched") != bool(school) or bool(line["school_id"]) != bool(school):
        return "school_id", "学校代码与决定不符", "matched 须填名单中的 school_id，其余留空"
    if school and reading.county not in (None, school.county):
        return "county", f"{school.name}不在这个县", "请改正 county 列或 school_id 列"
    if not line["decided_by"].strip():
        return "decided_by", "没有写明由谁决定", "请填决定人"
    return None
