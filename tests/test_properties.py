"""What must hold of any roster and any replies, whatever the numbers are."""

import importlib.util
from pathlib import Path

import clean_tables
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import change, estimate, multiplicity, status, weights

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "coverage.py"
SCHOOL = st.tuples(st.one_of(st.just(1), st.integers(1, 40)), st.booleans())
ROSTER = st.dictionaries(st.sampled_from("ABC"), st.lists(SCHOOL, min_size=1, max_size=6), min_size=1)
SEED = st.integers(0, 2**32 - 1)


def replies(schools, rng, silent=0.3, full=False):
    """Return replies and their answers; a school is silent by chance, and none where `full`."""
    teachers = schools["teachers"].to_numpy(int)
    counts = teachers if full else rng.integers(0, teachers + 1) * (rng.random(len(teachers)) >= silent)
    rows = clean_tables.responses("I02", "W0", dict(zip(schools["school_id"], counts, strict=True)))
    answers = pd.DataFrame(rng.integers(1, 6, (len(rows), 2)).astype(float), columns=["q1", "q2"])
    return rows, answers


def estimates(rows, answers, schools, by="county_code"):
    frame = rows.join(weights.attach(rows, schools))
    plan = estimate.design(frame.assign(stratum=frame["cell"]), "population", "person")
    return estimate.means(answers, plan, frame[by] if by else pd.Series("all", frame.index))


@settings(max_examples=60, deadline=None)
@given(ROSTER, SEED)
def test_weights_add_up_to_the_roster_by_cell_county_and_province(sizes, seed):
    schools = clean_tables.schools(sizes)
    rows, _ = replies(schools, np.random.default_rng(seed))
    made = rows.join(weights.attach(rows, schools))
    cells = weights.cells(rows, schools).groupby("cell")["teachers"].sum()
    teachers = schools.groupby("county_code")["teachers"].sum().astype(float)
    for by, whole in (("cell", cells), ("county_code", teachers)):
        total = made.groupby(by)["weight"].sum()
        np.testing.assert_allclose(total, whole[total.index])
    heard = teachers[made["county_code"].unique()].sum()
    assert made["weight"].sum() == pytest.approx(heard)


@settings(max_examples=40, deadline=None)
@given(ROSTER, SEED)
def test_where_everyone_replied_nothing_is_left_to_chance(sizes, seed):
    schools = clean_tables.schools(sizes)
    rows, answers = replies(schools, np.random.default_rng(seed), full=True)
    for by in (None, "county_code", "school_id"):
        table = estimates(rows, answers, schools, by)
        assert (table["se"] == 0).all() and table["full"].all()
    np.testing.assert_allclose(weights.attach(rows, schools)["weight"], 1)


@settings(max_examples=40, deadline=None)
@given(ROSTER, SEED)
def test_the_file_a_row_came_in_changes_nothing(sizes, seed):
    """Split a school's rows over three files, read in any order: other row names, the same estimates."""
    rng, schools = np.random.default_rng(seed), clean_tables.schools(sizes)
    rows, answers = replies(schools, rng)
    file = rng.integers(0, 3, len(rows))
    order = np.argsort(file, kind="stable")
    named = [f"file-{number}-{place}" for place, number in enumerate(file[order])]
    split = rows.iloc[order].reset_index(drop=True).assign(response_id=pd.Series(named, dtype="str"))
    again = estimates(split, answers.iloc[order].reset_index(drop=True), schools)
    pd.testing.assert_frame_equal(again, estimates(rows, answers, schools))


@settings(max_examples=80, deadline=None)
@given(ROSTER, SEED, st.floats(0, 1))
def test_silent_one_teacher_and_one_school_places_give_a_value_or_say_why_not(sizes, seed, silent):
    rng, schools = np.random.default_rng(seed), clean_tables.schools(sizes)
    rows, answers = replies(schools, rng, silent)
    answers["yes"], answers["nobody"] = (answers["q1"] > 3).astype(float), np.nan
    table = estimates(rows, answers.mask(rng.random(answers.shape) < 0.2), schools)
    word = status.of(table["value"], table["se"], table["full"])
    silent_rows = (table["n"] == 0).to_numpy()
    np.testing.assert_array_equal(word == status.NO_DATA, silent_rows)
    assert (word[(table["item"] == "nobody").to_numpy()] == status.NO_DATA).all()
    known = np.isin(word, [status.OK, status.FULL])
    assert np.isfinite(table["se"][known]).all() and (table["se"][known] >= 0).all()
    shares = table[(table["item"] == "yes").to_numpy() & (word == status.OK)]
    lo, hi, _ = estimate.share_interval(shares["value"], shares["se"], shares["n"])
    assert ((lo <= shares["value"] + 1e-12) & (shares["value"] <= hi + 1e-12)).all()
    assert set(table["group"]) == set(rows["county_code"])


@settings(max_examples=40, deadline=None)
@given(ROSTER, SEED)
def test_turning_the_scale_turns_a_finite_change_and_keeps_its_error(sizes, seed):
    rng, schools = np.random.default_rng(seed), clean_tables.schools(sizes)
    waves = [replies(schools, rng) for _ in range(2)]
    plain = change.finite(*(estimates(rows, answers, schools) for rows, answers in waves))
    turned = change.finite(*(estimates(rows, 6 - answers, schools) for rows, answers in waves))
    np.testing.assert_allclose(turned["value"], -plain["value"], atol=1e-12)
    np.testing.assert_allclose(turned["se"], plain["se"], atol=1e-12)
    assert turned["status"].tolist() == plain["status"].tolist()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.data())
def test_a_smaller_p_makes_no_adjusted_p_larger_and_missing_tests_do_not_count(family, data):
    place = data.draw(st.integers(0, len(family) - 1))
    smaller = [*family]
    smaller[place] = data.draw(st.floats(0, family[place]))
    assert (multiplicity.bh(smaller) <= multiplicity.bh(family) + 1e-12).all()
    with_missing = multiplicity.bh([*family, float("nan")])
    np.testing.assert_array_equal(with_missing[:-1], multiplicity.bh(family))


@pytest.fixture(scope="module")
def simulation():
    spec = importlib.util.spec_from_file_location(SCRIPT.stem, SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_intervals_hold_the_truth_on_the_real_roster_as_often_as_they_say(simulation):
    made = simulation.replicates("A", 1, range(25))
    assert made[["value", "lo", "hi", "truth"]].notna().all(axis=None)
    inside = made["truth"].between(made["lo"], made["hi"]).groupby(made["kind"]).mean()
    assert 0.88 <= inside["finite by county"] <= 0.99  # 175 intervals: three standard errors about .95
    assert inside["finite"] >= 0.8 and inside["process"] >= 0.8
    one = simulation.replicates("A", 1, range(7, 8))
    pd.testing.assert_frame_equal(one, made[made["replicate"] == 7].reset_index(drop=True))


def test_a_promise_not_kept_is_marked(simulation):
    row = {"kind": ["finite"], "place": ["province"], "coverage": [0.5], "bias": [0.0], "half_width": [1.0]}
    table = pd.DataFrame(row).set_index(["kind", "place"])
    assert (
        "promised" in simulation.lines("A", table)[0] and "promised" not in simulation.lines("C*", table)[0]
    )
