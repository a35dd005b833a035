"""Replies that the codebook's rules look for: sent twice, contradicting themselves, copied by a class."""

import numpy as np
import pandas as pd

from yiduiyi_analysis.demo.answers import Form
from yiduiyi_analysis.demo.latent import EXCLUSIVE

# Who answers once a wave: how many answer twice, which answer goes, and what the rule is called.
TWICE = {"head": (2, "first", "head_repeated"), "test": (4, "second", "test_repeated")}
DAYS_LATER = (1, 4)
FEW = 0.002
ROOMY = 15  # teachers of a school that can bear one more reply
PERSONS = 0.02
LEFT_BLANK, ALIKE, LARGE = 0.6, 0.7, 90
SMALLEST_CLASS = 14


def mark(form: Form, rows, key: str | None, rule: str) -> None:
    """Note that a rule marks replies, which stay."""
    told = form.people.loc[rows, "marks"]
    form.people.loc[rows, "marks"] = (told + ";" + rule).str.lstrip(";")
    form.faults += [(row, key, rule, f"flag:{rule}", {}) for row in rows]


def twice(form: Form, rng) -> None:
    """Let some answer once more, days later; `aside` names the rule that sets one of the two aside."""
    form.people = form.people.assign(again=False, aside="", marks="")
    n, goes, rule = TWICE.get(form.setting.tool.unit, (0, "", ""))
    early = form.people["submitted_at"] < pd.Timestamp(form.wave.closes) - pd.Timedelta(days=DAYS_LATER[1])
    early &= (form.people["teachers"] >= ROOMY) | (form.setting.tool.unit == "head")
    first = np.sort(rng.permutation(form.people.index[early])[:n])
    if not len(first):
        return
    second, last = np.arange(len(form.people), len(form.people) + len(first)), form.people["number"].max()
    form.take(np.r_[form.people.index, first])
    days = pd.to_timedelta(rng.integers(DAYS_LATER[0] * 24, DAYS_LATER[1] * 24, len(first)), unit="h")
    form.people.loc[second, "submitted_at"] += days
    form.people.loc[np.r_[first, second], "again"] = True
    form.people.loc[first if goes == "first" else second, "aside"] = rule
    numbers = np.sort(np.r_[form.people["number"].to_numpy()[: second[0]], last + 1 + np.arange(len(first))])
    form.take(form.people["submitted_at"].sort_values(kind="stable").index)
    form.people = form.people.assign(number=numbers)


def set_aside(form: Form) -> None:
    """Note the replies that `twice` added, where they now stand."""
    for row in form.people.index[form.people["aside"] != ""]:
        rule = form.people.loc[row, "aside"]
        form.people.loc[row, "action"] = "quarantined"
        form.faults.append((row, None, rule, "quarantined", {"rule": rule}))


def spoil(form: Form, free, rng) -> None:
    """Plant replies that contradict themselves, a test left half done, one letter throughout."""
    whole = ~(form.missing == "skipped").any(axis=1)
    _exclusive(form, free, whole)
    _test(form, free, rng)
    _unreasoned(form, free)
    _alike(form, free, rng)


def _exclusive(form: Form, free, whole: pd.Series) -> None:
    """Let some tick the option that rules out the others, beside others."""
    for item in form.setting.asked:
        if item.kind == "multi" and item.scale in EXCLUSIVE:
            alone = f"{item.id}.{EXCLUSIVE[item.scale]}"
            rows = free.take(FEW, whole & (form.given[alone] == 0))
            form.given.loc[rows, alone] = 1.0
            mark(form, rows, item.id, "forms_contradicted")


def _test(form: Form, free, rng) -> None:
    keyed = [item.id for item in form.setting.asked if item.key is not None]
    if not keyed:
        return
    rows = free.take(FEW)
    form.given.loc[rows, keyed] = rng.integers(1, 5, len(rows))[:, None].repeat(len(keyed), 1).astype(float)
    form.missing.loc[rows, keyed] = ""
    mark(form, rows, keyed[0], "test_same_letter")
    rows, left = free.take(FEW), keyed[-int(LEFT_BLANK * len(keyed)) :]
    form.given.loc[rows, left], form.missing.loc[rows, left] = np.nan, "blank"
    mark(form, rows, left[0], "test_unfinished")
    person = next(item.id for item in form.setting.asked if item.role == "person")
    for turn, row in enumerate(free.take(PERSONS)):
        code = form.texts.loc[row, person]
        wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
        form.texts.loc[row, person] = [code.lower(), wide, f"{code[:2]} {code[2:]}"][turn % 3]
        form.faults.append((row, person, "person_written_otherwise", "repaired", {"right": code}))


def _unreasoned(form: Form, free) -> None:
    """Let some schools say that a task does not apply, and not why."""
    if form.setting.tool.unit != "school" or "NAWHY" not in form.texts:
        return
    there = (form.missing == "not_applicable").any(axis=1) & (form.texts["NAWHY"] != "")
    rows = free.take(FEW, there)
    form.texts.loc[rows, "NAWHY"], form.missing.loc[rows, "NAWHY"] = "", "blank"
    mark(form, rows, "NAWHY", "na_without_reason")


def _alike(form: Form, free, rng) -> None:
    """Let most of one class hand in the same answers, as if one had written for all."""
    if form.setting.tool.unit != "student":
        return
    graded = [item.id for item in form.setting.asked if item.kind == "scale"]
    ready = (form.missing[graded] == "").all(axis=1) & ~form.people.index.isin(list(free.used))
    size = form.people["group"].value_counts().sort_index()
    able = ready.groupby(form.people["group"]).sum() >= ALIKE * size
    group = rng.choice(sorted(size.index[able & size.between(SMALLEST_CLASS, LARGE)]))
    rows = form.people.index[ready & (form.people["group"] == group)]
    form.given.loc[rows, graded] = form.given.loc[rows[0], graded].to_numpy()[None].repeat(len(rows), 0)
    free.used |= set(form.people.index[form.people["group"] == group])
    mark(form, rows, graded[0], "class_alike")


def crowded(form: Form) -> None:
    """Mark the class that sent more replies than a class holds."""
    if form.setting.tool.unit == "student":
        kept = form.people["action"] == "kept"
        size = form.people["group"].map(form.people.loc[kept, "group"].value_counts())
        mark(form, form.people.index[kept & (size > LARGE)], None, "class_too_large")


def copied(forms: list[Form]) -> None:
    """Let experts hand in a school's own diagnosis in place of theirs, two in a wave."""
    for expert in [form for form in forms if form.rater == "expert"]:
        own = next(f for f in forms if (f.setting.tool.id, f.wave.id, f.rater) == (
            expert.setting.tool.id, expert.wave.id, "self"))  # fmt: skip
        tasks = [item.id for item in own.setting.asked if item.kind == "scale"]
        ready = [_untouched(form, tasks) for form in (own, expert)]
        both = sorted(set(ready[0]) & set(ready[1]))
        for school in expert.setting.stream("copied").permutation(both)[:2]:
            theirs, ours = ready[0][school], ready[1][school]
            for name in ("given", "missing"):
                getattr(expert, name).loc[ours, tasks] = getattr(own, name).loc[theirs, tasks].to_numpy()
            for form, row in ((own, theirs), (expert, ours)):
                form.people.loc[row, "touched"] = True
                mark(form, [row], tasks[0], "diagnosis_copied")


def _untouched(form: Form, tasks: list[str]) -> dict[str, int]:
    """Return the row of each school whose reply carries no fault and applies to every task."""
    faulty = {row for row, *_ in form.faults}
    whole = (form.missing[tasks] == "").all(axis=1) & ~form.people.index.isin(list(faulty))
    return {school: row for row, school in form.people.loc[whole, "school_id"].items()}
