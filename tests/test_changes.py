"""A change is the difference of two levels, with the errors of both, and never tells a hidden one."""

import clean_tables
import numpy as np
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import changes, disclosure, indicators

BOOK = clean_tables.BOOK
KEYS = ["level", "county_code", "group"]
SIZES = {
    "A": [(20, True), (30, True), (12, False)],
    "B": [(40, True), (15, True), (25, False)],
    "C": [(30, True), (26, False)],
}
ROSTER = clean_tables.schools(SIZES)
FULL = dict(zip(ROSTER["school_id"], ROSTER["teachers"].astype(int), strict=True))


def evidence(clean):
    """Return open evidence, the protection rules and what is a change of what."""
    return indicators.evidence(clean, BOOK, disclosure.units(clean.schools, BOOK.thresholds.mean_min))


def two_waves(before, after, **more):
    """Return evidence of teachers who answered W0 and W3: replies of each school in either."""
    replies = pd.concat(
        [clean_tables.responses("I02", wave, n) for wave, n in (("W0", before), ("W3", after))],
        ignore_index=True,
    )
    answers = more.pop("answers", clean_tables.answers)(replies)
    return evidence(clean_tables.clean(ROSTER, replies, answers=answers))[0]


def some(share):
    return {school: max(6, round(n * share)) for school, n in FULL.items()}


def pick(table, indicator, county="all", wave="W3", group="all"):
    at = {"indicator": indicator, "county_code": county, "wave": wave, "group": group}
    return table[(table[list(at)] == pd.Series(at)).all(axis=1)].iloc[0]


@pytest.fixture(scope="module")
def programme():
    return evidence(clean_tables.programme())


def beside(table, pairs):
    """Return every change with the level before and after it."""
    moved = table.merge(pairs, on=["indicator", "wave"])
    levels = table.rename(columns={"indicator": "level"})
    found = moved.merge(levels, on=[*KEYS, "wave"], suffixes=("", "_after"))
    levels = levels.rename(columns={"wave": "base"})
    return found.merge(levels, on=[*KEYS, "base"], suffixes=("", "_before"))


def test_the_earlier_wave_is_the_first_that_asked_the_same(programme):
    pairs = programme[2].set_index(["indicator", "wave"])["base"]
    assert pairs["R6.top2_change", "W2"] == pairs["R6.top2_change", "W3"] == "W1"
    assert pairs["B.mean_change", "W2"] == pairs["five_both.rate_change", "W3"] == "W0"
    assert pairs["L.mean_change", "W3"] == "W2" and pairs["I01.gap_change", "W3"] == "W0"
    assert ("R6.top2_change", "W1") not in pairs and ("L.mean_change", "W2") not in pairs
    assert not any("response" in name or "done" in name for name, _ in pairs.index)


def test_a_change_is_the_difference_of_its_levels_and_counts_the_later_wave(programme):
    table, _, pairs = programme
    rows = beside(table, pairs[~pairs["indicator"].str.contains("_sd|_process")])
    rows = rows[rows["value"].notna()]
    assert len(rows) > 1000
    assert np.allclose(
        rows["value"].astype(float), (rows["value_after"] - rows["value_before"]).astype(float)
    )
    assert (rows["n"] == rows["n_after"]).all() and (rows["N"].eq(rows["N_after"]) | rows["N"].isna()).all()
    assert set(rows["unit"]) == {"points", "rate_points"}


def test_the_squares_of_two_half_widths_add_up(programme):
    table, _, pairs = programme
    rows = beside(table, pairs[pairs["indicator"].isin(["B.mean_change", "E1.mean_change"])])
    rows = rows[rows["status"].eq("ok") & rows["method"].eq("finite/change")]
    half, after, before = (
        ((rows[f"hi{when}"] - rows[f"lo{when}"]) / 2).astype(float) for when in ("", "_after", "_before")
    )
    assert len(rows) > 50 and np.allclose(half**2, after**2 + before**2)


def test_an_item_turned_round_changes_the_sign_and_keeps_the_width():
    def turned(replies):
        table = clean_tables.answers(replies)
        return table.assign(value=6 - table["value"])

    one, other = two_waves(some(0.7), some(0.8)), two_waves(some(0.7), some(0.8), answers=turned)
    for county in ("A", "all"):
        a, b = pick(one, "B1.mean_change", county), pick(other, "B1.mean_change", county)
        assert (a["value"], a["lo"], a["hi"]) == pytest.approx((-b["value"], -b["hi"], -b["lo"]))


def test_everyone_answering_twice_needs_no_interval_and_one_skipped_item_takes_that_word_away():
    table = two_waves(FULL, FULL, answers=lambda replies: clean_tables.answers(replies, blank=0))
    assert pick(table, "B1.mean_change")["status"] == "full"

    def skipped(replies):
        answers = clean_tables.answers(replies, blank=0)
        answers.loc[answers["item_id"].eq("B1").idxmax(), "value"] = pd.NA
        return answers

    row = pick(two_waves(FULL, FULL, answers=skipped), "B1.mean_change")
    assert row["status"] == "no_interval" and row["value"] == row["value"]


def test_waves_in_which_other_counties_answered_have_no_change_for_the_programme():
    silent = {school: n for school, n in some(0.8).items() if not school.startswith("C")}
    table = two_waves(some(0.7), silent)
    assert pick(table, "B1.mean_change")["status"] == "no_data" and pd.isna(
        pick(table, "B1.mean_change")["value"]
    )
    assert pick(table, "B1.mean_change", "A")["status"] == "ok"
    assert pick(table, "B1.mean_change", "C")["status"] == "no_data"


def test_a_process_is_told_of_the_programme_only_and_of_enough_schools(programme):
    table = programme[0]
    rows = table[table["indicator"].str.endswith("_process")]
    assert set(rows["county_code"]) == set(rows["group"]) == {"all"} and rows["lo"].notna().all()
    wide = pick(table, "B.mean_change_process")
    own = pick(table, "B.mean_change")
    assert wide["value"] == pytest.approx(own["value"]) and wide["n"] == own["n"]
    assert not two_waves(some(0.7), some(0.8))["indicator"].str.endswith("_process").any()


def test_a_change_in_standard_deviations_has_one_unit_in_all_places(programme):
    table = programme[0]
    units = [
        pick(table, "B.mean_change", place)["value"] / pick(table, "B.mean_change_sd", place)["value"]
        for place in ["all", *table["county_code"].unique()[:3]]
    ]
    assert units == pytest.approx([units[0]] * len(units)) and 0 < units[0] < 2
    assert not table["indicator"].isin(["B1.mean_change_sd", "T1.self_mean_change_sd"]).any()


def test_no_change_is_shown_of_which_a_level_is_hidden(programme):
    table, rules, pairs = programme
    made = changes.protect(disclosure.protect(table, rules), pairs)
    rows = beside(made, pairs)
    hidden = (
        rows[["status_before", "status_after"]].apply(lambda s: s.str.startswith("suppressed")).any(axis=1)
    )
    told = rows[hidden]
    assert len(told) > 100 and told[["value", "lo", "hi"]].isna().all().all()
    known = told["status"].ne("no_data")
    assert told["status"][known].str.startswith("suppressed").all() and told["n"][known].isna().all()
    assert rows[~hidden]["status"].isin(["ok", "full", "no_interval", "no_data"]).all()
    few = told[["status_before", "status_after"]].eq("suppressed").any(axis=1)
    assert told["status"][known & few].eq("suppressed").all()


def test_changes_leave_the_pattern_of_levels_as_it_is(programme):
    table, rules, pairs = programme
    levels = ~table["indicator"].isin(pairs["indicator"])
    alone = disclosure.protect(table[levels].reset_index(drop=True), rules)
    beside_changes = changes.protect(disclosure.protect(table, rules), pairs)[levels].reset_index(drop=True)
    assert alone.equals(beside_changes)


def test_changes_are_cut_to_the_digits_of_levels_without_a_negative_nought(programme):
    made = changes.rounded(programme[0])
    moved = made[made["unit"].isin(["rate_points", "sd"]) & made["value"].notna()]
    ends = moved[["value", "lo", "hi"]].astype(float)
    assert np.allclose(ends * 100, (ends * 100).round(), equal_nan=True)
    assert not (np.signbit(ends) & ends.eq(0)).any().any()
    assert set(moved["unit"]) == {"rate_points", "sd"}
