"""Faults planted in what people send: doubles, late and careless answers, names as people write them."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.demo import misfits, names
from yiduiyi_analysis.demo.answers import Form
from yiduiyi_analysis.demo.names import Spellings
from yiduiyi_analysis.demo.people import DAY

# Share of a form's submissions, by who answers; at least two of each where the fault applies.
SHARES = {
    "double_submit": {"teacher": 0.006, "test": 0.003, "head": 0.03},
    "late": {"teacher": 0.006, "student": 0.003, "school": 0.03, "head": 0.03, "test": 0.004},
    "speeder": {"teacher": 0.01, "student": 0.004, "test": 0.006},
    "straight_line": {"teacher": 0.008, "head": 0.03},
    "failed_check": {"teacher": 0.012},
    "private_text": {"teacher": 0.006, "school": 0.03, "head": 0.03},
}
NAMES = {"decidable": 0.10, "ambiguous_name": 0.004, "wrong_county": 0.004, "county_short": 0.03}
SPEEDER_SECONDS = (0.3, 1.1)
STRAIGHT_ITEMS = 10  # a block of the same answer proves nothing below so many items
LATEST_DAYS = 20
# What people write into open answers unasked: fault, sentence, number ({} two digits; all are nobody's).
SECRETS = [
    ("phone_in_text", "请联系{}，谢谢", "130000000{:02d}"),
    ("ip_in_text", "网址{}，谢谢", "192.0.2.{:02d}"),
    ("document_number_in_text", "证件{}，谢谢", "5134311900010100{:02d}"),
    ("phone_in_text", "电话{}，谢谢", "130-0000-00{:02d}"),
]
FLAGS = ["late", "speeder", "straight_line", "failed_check", "over_roster"]


def people(form: Form, spellings: Spellings) -> None:
    """Plant in `form` all that people do; people gains the expected flags, action and school_id."""
    rng = form.setting.stream("mess")
    no = dict.fromkeys([*FLAGS, "paired", "second", "touched"], False)
    form.people = form.people.assign(**no, action="kept")
    misfits.twice(form, rng)
    _late(form, rng)
    _double(form, rng)
    _flag(form, form.people.index[form.people["late"]], "submitted", "late")
    misfits.set_aside(form)
    free = _Free(form, rng)
    _careless(form, free, rng)
    misfits.spoil(form, free, rng)
    _private(form, free, rng)
    _names(form, spellings, free, rng)
    _over_roster(form)
    misfits.crowded(form)
    faulty = {row for row, *_ in form.faults}
    form.people["touched"] = form.people.index.isin(list(faulty))


class _Free:
    """Rows that carry no fault yet, handed out once."""

    def __init__(self, form: Form, rng):
        self.form, self.rng = form, rng
        self.used = set(form.people.index[form.people[["late", "paired", "again"]].any(axis=1)])
        if form.setting.tool.unit == "teacher":
            self.used |= set(form.people.index[form.people["teachers"] == 1])

    def take(self, share: float, allowed: pd.Series | None = None) -> np.ndarray:
        rows = self.form.people.index if allowed is None else self.form.people.index[allowed]
        rows = [row for row in rows if row not in self.used]
        chosen = self.rng.permutation(rows)[: _count(share, len(self.form.people))]
        self.used |= set(chosen)
        return np.sort(chosen)


def _count(share: float, n: int) -> int:
    return max(2, round(share * n)) if share else 0


def _share(form: Form, fault: str) -> float:
    return SHARES[fault].get(form.setting.tool.unit, 0.0)


def _late(form: Form, rng) -> None:
    """Let some submit after the window has closed."""
    once = form.people.index[~form.people["again"]]
    rows = rng.permutation(once)[: _count(_share(form, "late"), len(form.people))]
    days = pd.to_timedelta(rng.integers(1, LATEST_DAYS + 1, len(rows)), unit="D")
    seconds = pd.to_timedelta(rng.integers(DAY.start * 3600, DAY.stop * 3600, len(rows)), unit="s")
    late = form.people["submitted_at"].copy()
    late.loc[rows] = pd.Timestamp(form.wave.closes) + days + seconds
    form.people = form.people.assign(submitted_at=late)
    form.people.loc[rows, "late"] = True
    order = form.people["submitted_at"].sort_values(kind="stable").index
    numbers = form.people["number"].to_numpy()
    form.take(order)
    form.people = form.people.assign(number=numbers)


def _double(form: Form, rng) -> None:
    """Let some press the button twice within a minute, from one account; the first submission counts."""
    share = _share(form, "double_submit")
    if not share:
        return
    sound = ~form.people[["late", "again"]].any(axis=1) & ~(form.missing == "blank").any(axis=1)
    allowed = form.people.index[(form.people["teachers"] > 1) & sound]
    rows = np.sort(rng.permutation(allowed)[: _count(share, len(form.people))])
    order = np.sort(np.r_[form.people.index, rows])
    second = pd.Series(order).duplicated().to_numpy()
    form.take(order)
    lag = pd.to_timedelta(np.where(second, rng.integers(15, 56, len(order)), 0), unit="s")
    form.people = form.people.assign(
        submitted_at=form.people["submitted_at"] + lag,
        number=form.people["number"] + np.cumsum(second),
        second=second,
        paired=second | np.append(second[1:], False),
        action=np.where(second, "quarantined", "kept"),
    )
    numbers = form.people["number"].shift()
    form.faults += [
        (row, None, "double_submit", "quarantined", {"same_as_number": int(numbers[row])})
        for row in form.people.index[second]
    ]


def _careless(form: Form, free: _Free, rng) -> None:
    """Plant answers that are too quick, all alike, or that miss the check item."""
    asked = form.setting.asked
    checks = [item for item in asked if item.role == "check"]
    whole = ~(form.missing == "skipped").any(axis=1)
    fast = free.take(_share(form, "speeder"))
    form.people.loc[fast, "duration_s"] = np.ceil(len(asked) * rng.uniform(*SPEEDER_SECONDS, len(fast)))
    _flag(form, fast, "duration", "speeder")
    _flat(form, free, whole, checks, rng)
    for item in checks:
        missed = free.take(_share(form, "failed_check"), whole)
        options = form.setting.book.scales[item.scale].options
        wrong = [option.value for option in options if option.value not in (None, item.expect)]
        form.given.loc[missed, item.id] = rng.choice(wrong, len(missed)).astype(float)
        _flag(form, missed, item.id, "failed_check")


def _flat(form: Form, free: _Free, whole: pd.Series, checks: list, rng) -> None:
    """Give some the same answer to every scale item, where reversed items make that impossible to mean."""
    graded = [item for item in form.setting.asked if item.kind == "scale"]
    if len(graded) < STRAIGHT_ITEMS:
        return
    _unbend(form, [item.id for item in graded if item not in checks])
    if not any(item.reverse for item in graded):
        return
    rows, ids = free.take(_share(form, "straight_line"), whole), [item.id for item in graded]
    form.given.loc[rows, ids] = rng.choice([3.0, 5.0], len(rows))[:, None].repeat(len(ids), 1)
    form.missing.loc[rows, ids] = ""
    _flag(form, rows, None, "straight_line")
    for item in checks:
        _flag(form, rows, item.id, "failed_check")


def _unbend(form: Form, graded: list[str]) -> None:
    """Leave no honest respondent with one answer throughout: the first answer moves by one."""
    answers = form.given[graded]
    flat = answers.max(axis=1) == answers.min(axis=1)
    first = answers.loc[flat, graded[0]]
    form.given.loc[flat, graded[0]] = np.where(first > 2, first - 1, first + 1)


def _flag(form: Form, rows, key: str | None, flag: str) -> None:
    form.people.loc[rows, flag] = True
    form.faults += [(row, key, flag, f"flag:{flag}", {}) for row in rows]


def _private(form: Form, free: _Free, rng) -> None:
    """Let some write a telephone number, an address or a document number into an open answer."""
    open_items = [item.id for item in form.setting.asked if item.kind == "text" and item.role is None]
    if not open_items or not (share := _share(form, "private_text")):
        return
    for turn, row in enumerate(free.take(share)):
        fault, sentence, number = SECRETS[turn % len(SECRETS)]
        item, secret = open_items[turn % len(open_items)], number.format(rng.integers(10, 100))
        form.missing.loc[row, item] = ""
        form.texts.loc[row, item] = sentence.format(secret)
        form.faults.append((row, item, fault, "repaired", {"must_not_appear": secret}))


def _names(form: Form, spellings: Spellings, free: _Free, rng) -> None:
    """Write schools as people do; a name shared by schools or against its county goes to review."""
    role = {item.role: item.id for item in form.setting.asked if item.role in ("county", "school")}
    shared = form.people["school_index"].map(dict(enumerate(spellings.shared)))
    doubtful = free.take(NAMES["ambiguous_name"], shared != "")
    form.texts.loc[doubtful, role["school"]] = shared[doubtful]
    others = form.people["county"].unique()
    elsewhere = free.take(NAMES["wrong_county"], form.people["school"].str.startswith(tuple(others)))
    for row in elsewhere:
        form.texts.loc[row, role["county"]] = rng.choice(others[others != form.people.loc[row, "county"]])
    for rows, fault, key in [(doubtful, "ambiguous_name", "school"), (elsewhere, "wrong_county", "county")]:
        meant = form.people.loc[rows, "school_id"]
        form.faults += [(row, role[key], fault, "review", {"school_id": meant[row]}) for row in rows]
        form.people.loc[rows, ["action", "school_id"]] = ["review", pd.NA]
    short = free.take(NAMES["county_short"])
    brief = form.setting.book.counties.set_index("county_code")["short"]
    form.texts.loc[short, role["county"]] = form.people.loc[short, "county_code"].map(brief)
    form.faults += [(row, role["county"], "county_short", "repaired", {}) for row in short]
    _aliases(form, spellings.ways, role["school"], free.take(NAMES["decidable"]), rng)


def _aliases(form: Form, ways: list[dict], item: str, rows, rng) -> None:
    """Write each of `rows` in the next way that its school can be written in."""
    index, meant = form.people.loc[rows, "school_index"].tolist(), form.people.loc[rows, "school_id"].tolist()
    spelt = []
    for turn, (row, school) in enumerate(zip(rows, index, strict=True)):
        possible = {kind: found for kind, found in ways[school].items() if found}
        wanted = names.DECIDABLE[turn % len(names.DECIDABLE)]
        kind = wanted if wanted in possible else sorted(possible)[turn % len(possible)]
        spelt.append(str(rng.choice(possible[kind])))
        form.faults.append((row, item, f"name_{kind}", "repaired", {"school_id": meant[turn]}))
    form.texts.loc[rows, item] = spelt


def _over_roster(form: Form) -> None:
    """Flag the replies of schools that sent more of them than they have teachers."""
    if form.setting.tool.unit != "teacher":
        return
    kept = form.people[form.people["action"] == "kept"]
    replies = form.people["school_id"].map(kept["school_id"].value_counts()).fillna(0)
    rows = form.people.index[(replies > form.people["teachers"]) & (form.people["action"] == "kept")]
    _flag(form, rows, None, "over_roster")
