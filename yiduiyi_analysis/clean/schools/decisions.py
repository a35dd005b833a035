"""What people decided about names: the codebook's school_aliases.csv, checked."""

from collections import defaultdict

import pandas as pd

from yiduiyi_analysis.clean.schools import naming
from yiduiyi_analysis.clean.schools.register import Reading, Register, School
from yiduiyi_analysis.errors import Fault

STATUSES = ("matched", "review", "none")
ANYWHERE = "*"  # a decision on a name, whatever the county

Decision = tuple[str, School | None]


class Decisions:
    """Decisions by written name and county; without a county those hold that stand alone on a name."""

    def __init__(self, aliases: pd.DataFrame, book: Register):
        self._ruled: dict[tuple[str, str | None], Decision] = {}
        by_name = defaultdict(set)
        schools = {school.id: school for school in book.ids.values()}
        for row, line in enumerate(aliases.fillna("").to_dict("records"), 2):
            whole = naming.readings(line["name"], book.variants)[0]
            reading = book.read(whole, book.county(line["county"]))
            school = schools.get(line["school_id"])
            if mistake := _mistake(line, reading, school):
                column, message, do = mistake
                raise Fault(message, file="school_aliases.csv", row=row, column=column, do=do)
            county = school.county if school else reading.county or ANYWHERE
            self._ruled[reading.rest, county] = line["decision"], school
            by_name[reading.rest].add((line["decision"], school))
        for name, ruled in by_name.items():
            if len(ruled) == 1:
                self._ruled[name, None] = ruled.pop()

    def on(self, reading: Reading) -> Decision | None:
        """Return the decision (status, school) on a name, None where nobody decided or the county clashes."""
        if reading.clash:
            return None
        return self._ruled.get((reading.rest, reading.county)) or self._ruled.get((reading.rest, ANYWHERE))


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
