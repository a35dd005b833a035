"""Silence, one teacher, one school, a wave nobody answered: always a value or a reason, never a traceback."""

import copy
import dataclasses
import pickle

import clean_tables
import numpy as np
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import (
    agreement,
    careless,
    change,
    changes,
    concordance,
    disclosure,
    distribution,
    effect,
    estimate,
    index,
    indicators,
    milestones,
    multiplicity,
    polychoric,
    ranking,
    raters,
    reliability,
    sampling,
    scales,
    sensitivity,
    shrinkage,
    status,
    testitems,
    totals,
    weights,
)

pytestmark = pytest.mark.filterwarnings("error")

BOOK = clean_tables.BOOK
ROSTER = clean_tables.schools(
    {"A": [(20, True), (30, True), (1, False), (1, False), (12, False)], "B": [(40, True), (15, False)]}
)
MOST, NOBODY = (18, 25, 1, 1, 11, 30, 12), (0,) * 7
KNOWN = ["ok", "full", "count", "no_interval"]
HIDDEN = ["no_data", "suppressed", "suppressed_secondary"]
WORDS = {status.OK, status.FULL, status.NO_DATA, status.NO_INTERVAL, status.TOO_FEW, status.NO_VARIATION}
WORDS |= {shrinkage.GROUP_MEAN}


def replies(before, after):
    waves = (("W0", before), ("W3", after))
    parts = [
        clean_tables.responses("I02", wave, dict(zip(ROSTER["school_id"], sent, strict=True)))
        for wave, sent in waves
    ]
    return pd.concat(parts, ignore_index=True)


def teachers(before=MOST, after=MOST, **tables):
    return clean_tables.clean(ROSTER, replies(before, after), **tables)


def skipped(items=1):
    """Return the programme in which everybody skipped the first `items` items."""
    answers = clean_tables.answers(replies(MOST, MOST))
    gone = answers["item_id"].isin(answers["item_id"].unique()[:items])
    missing = answers["missing"].mask(gone, "blank")
    return teachers(answers=answers.assign(value=answers["value"].mask(gone), missing=missing))


def unrated():
    """Return the programme with a form of every school, all of them blank."""
    ratings, deliverables = clean_tables.ratings(ROSTER), clean_tables.deliverables(ROSTER)
    ratings["level"] = pd.array([pd.NA] * len(ratings), "Int64")
    deliverables["progress"] = pd.array([pd.NA] * len(deliverables), "Int64")
    return teachers(ratings=ratings.assign(missing="blank"), deliverables=deliverables)


SITUATIONS = {
    "silent schools": lambda: teachers((0, 25, 1, 0, 0, 30, 12)),
    "one-teacher schools silent": lambda: teachers((18, 25, 0, 0, 11, 30, 12), (18, 25, 0, 0, 11, 30, 12)),
    "one-teacher schools reply thrice": lambda: teachers((18, 25, 3, 3, 11, 30, 12)),
    "a county with one responding school": lambda: teachers((18, 25, 1, 1, 11, 0, 3), (0, 5, 0, 0, 0, 30, 0)),
    "the first wave nobody answered": lambda: teachers(before=NOBODY),
    "the last wave nobody answered": lambda: teachers(after=NOBODY),
    "an item all skipped": skipped,
    "all items skipped": lambda: skipped(99),
    "nobody at all": lambda: teachers(NOBODY, NOBODY),
    "one school rated": lambda: teachers(
        NOBODY,
        NOBODY,
        ratings=clean_tables.ratings(ROSTER.head(1)),
        deliverables=clean_tables.deliverables(ROSTER.head(1)),
    ),
    "forms without a rating": unrated,
    "two classes of three students": lambda: clean_tables.clean(
        ROSTER, clean_tables.responses("I04", "W3", {"A-001": 1, "B-001": 3}, clusters=2)
    ),
}


def book(clean):
    """Return the codebook of the instruments that come up, so that a test takes a second."""
    tools = ("I01", "I08") if len(clean.ratings) else ("I02", "I04")
    entries = {name: entry for name, entry in BOOK.indicators.items() if entry.instrument in tools}
    return dataclasses.replace(
        BOOK, instruments={name: BOOK.instruments[name] for name in tools}, indicators=entries
    )


def through(clean):
    """Return the evidence before and after protection, verdicts and sensitivity."""
    ours = book(clean)
    units = disclosure.units(clean.schools, BOOK.thresholds.mean_min)
    open_, rules, pairs = indicators.evidence(clean, ours, units)
    shown = changes.rounded(changes.protect(disclosure.protect(open_, rules), pairs))
    return open_, shown, milestones.verdicts(shown, ours), sensitivity.table(clean, ours, shown)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_each_row_has_a_value_or_a_status_that_says_why_not(situation):
    *tables, verdicts, moved = through(SITUATIONS[situation]())
    for table in tables:
        assert table["status"].isin(KNOWN + HIDDEN).all()
        assert (table["value"].notna() == table["status"].isin(KNOWN)).all()
        assert (table["lo"].notna() == table["status"].eq("ok")).all()
        assert (table["lo"].isna() == table["hi"].isna()).all()
        assert table[["method", "unit"]].notna().all(axis=None)
        assert (table["method"].eq("none") == table["status"].isin(HIDDEN)).all()
        assert (table["n"] <= table["N"]).fillna(True).all()
        assert not table.duplicated(indicators.KEYS).any()
    assert verdicts["verdict"].isin(["是", "否", "证据不足", "未设目标"]).all()
    assert verdicts["reason"].str.len().gt(0).all()
    assert moved["status"].isin(["ok", "suppressed", "no_data"]).all()
    assert (moved["value_without"].notna() == moved["status"].eq("ok")).all()


def test_a_wave_nobody_answered_has_no_data_and_no_change():
    open_ = through(teachers(before=NOBODY))[0].dropna(subset="wave")
    first = open_[open_["wave"].eq("W0") & open_["indicator"].str.endswith(".mean")]
    moved = open_[open_["indicator"].str.endswith(".mean_change") & open_["N"].notna()]
    assert len(first) and first["status"].eq("no_data").all() and first["n"].eq(0).all()
    assert len(moved) and moved["status"].eq("no_data").all()


@pytest.mark.parametrize("column", ["response_id", "school_id"])
def test_a_reply_twice_or_of_a_school_outside_the_roster_is_refused(column):
    sent = replies(MOST, MOST)
    sent.loc[0, column] = {"response_id": sent.loc[1, "response_id"], "school_id": "Z-001"}[column]
    answers = clean_tables.answers(replies(MOST, MOST))
    with pytest.raises(ValueError, match="occurs twice" if column == "response_id" else "roster: Z-001"):
        through(clean_tables.clean(ROSTER, sent, answers=answers))


NONE = np.nan
TABLES = {
    "nobody": pd.DataFrame({"a": [], "b": [], "c": []}, dtype=float),
    "one person": pd.DataFrame({"a": [1.0], "b": [2.0], "c": [3.0]}),
    "all skipped": pd.DataFrame(NONE, range(4), list("abc")),
    "one answer": pd.DataFrame({"a": [2.0, NONE, NONE], "b": [NONE] * 3, "c": [NONE] * 3}),
    "an item skipped": pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, 2, 4], "c": [NONE] * 3}),
    "no variation": pd.DataFrame(1.0, range(3), list("abc")),
    "an item does not vary": pd.DataFrame({"a": [1.0, 0, 1], "b": [0.0, 0, 1], "c": [1.0, 1, 1]}),
    "no item": pd.DataFrame(index=range(3)),
}
PAIRS = {
    "nobody": ([], []),
    "one": ([1.0], [2.0]),
    "no pair": ([1.0, NONE], [NONE, 2.0]),
    "equal": ([1.0, 1, 1], [1.0, 1, 1]),
    "same gain": ([1.0, 2, 3], [2.0, 3, 4]),
    "one side": ([1.0, 2, 3], []),
}


def row_plan(x, lone=False):
    frame = pd.DataFrame({"w": np.ones(len(x)), "stratum": np.arange(len(x)) if lone else 0})
    return sampling.plan(frame, "w", "stratum")


def assert_told(made, values=("value",)):
    """Assert that a number, a table or a dict has its value, or a word for why there is none."""
    if isinstance(made, pd.DataFrame):
        assert made["status"].isin(WORDS).all()
        for name in values:
            assert not (made[name].isna() & made["status"].isin([status.OK, status.FULL])).any()
        ok = made[made["status"].eq(status.OK)]
        assert ok[[name for name in ("se", "lo", "hi") if name in made]].notna().all(axis=None)
    elif isinstance(made, dict):
        assert made["status"] in WORDS
        assert made["status"] != status.OK or not any(pd.isna(part) for part in made.values())
    else:
        assert not np.isnan(made) or made.reason in WORDS - {status.OK}


NUMBERS = {
    "alpha": reliability.alpha,
    "alpha by pairs": lambda x: reliability.alpha(x, pairwise=True),
    "alpha standardised": reliability.alpha_standardised,
    "omega": reliability.omega,
    "kr20": testitems.kr20,
    "feldt": lambda x: reliability.feldt(reliability.alpha(x), len(x), x.shape[1])[0],
    "between": lambda x: shrinkage.between(x.sum(axis=1), x.mean(axis=1).abs()),
    "kish": lambda x: weights.kish(x.sum(axis=1)),
}
OF_ITEMS = {
    "alpha if dropped": reliability.alpha_if_dropped,
    "item rest": reliability.item_rest,
    "difficulty": testitems.difficulty,
    "point biserial": lambda x: testitems.point_biserial(x, rest=False),
    "discrimination": testitems.discrimination,
    "polychoric": polychoric.pairs,
    "average run": careless.average_run,
    "irv": careless.irv,
    "mahalanobis": careless.mahalanobis,
    "even-odd": lambda x: careless.even_odd(x, [2, x.shape[1] - 2] if x.shape[1] > 2 else [x.shape[1]]),
    "seconds": lambda x: careless.seconds_per_item(x.sum(axis=1), x.notna().sum(axis=1)),
    "pooled": lambda x: shrinkage.pooled(x.var(axis=1), x.notna().sum(axis=1)),
    "shrink": lambda x: shrinkage.shrink(x.mean(axis=1), x.var(axis=1)),
    "rank": lambda x: ranking.joint(x.mean(axis=1), x.var(axis=1)),
    "icc": raters.icc,
    "icc of groups": lambda x: raters.icc_groups(x, np.arange(len(x)) // 2).rename(columns={"icc1": "value"}),
    "means": lambda x: totals.means(x, row_plan(x)),
    "means of lone units": lambda x: totals.means(x, row_plan(x, True)),
    "total": lambda x: totals.totals(x, row_plan(x)),
    "ratio": lambda x: totals.ratios(x, x, row_plan(x)),
    "contrast": lambda x: totals.contrast(x, row_plan(x, True), np.arange(len(x)) % 2, {0: -1, 1: 1}),
    "design effect": lambda x: totals.design_effect(x, row_plan(x)),
    "quantile": lambda x: distribution.quantiles(x, row_plan(x), [0.25, 0.5]),
    "shares": lambda x: distribution.shares(x, row_plan(x), [0, 1, 2, 3, 4]),
    "estimate": lambda x: finite(x),
    "finite change": lambda x: change.finite(finite(x.head(1)), finite(x)),
    "change": lambda x: change.everyone(x, row_plan(x), np.arange(len(x)) % 2, (0, 1)),
    "shift": lambda x: effect.shift(x, row_plan(x), np.arange(len(x)) % 2, (0, 1)),
    "ac": lambda x: pd.DataFrame([concordance.ac(x)]),
    "stayers": lambda x: stayers(x),
    "in SD": lambda x: change.standardised(
        change.everyone(x, row_plan(x), np.arange(len(x)) % 2, (0, 1)), change.spread(x, np.ones(len(x)))
    ),
    "robustness": lambda x: index.robustness(x / 4).rename(columns={"rank": "value"}),
    "index": lambda x: index.geometric(x / 4),
    "drift": lambda x: testitems.drift(x == 1.0, x == 2.0, list(x)).rename(columns={"shift": "value"}),
}
OF_PAIRS = {
    "cohens d": effect.cohens_d,
    "hedges g": effect.hedges_g,
    "cliff": effect.cliff,
    "kappa": lambda a, b: concordance.kappa(concordance.table(a, b)),
    "clustered": lambda a, b: concordance.kappa_clustered(a, b, row_plan(a)),
    "agreement": concordance.agreement,
    "bland-altman": raters.bland_altman,
    "d av": effect.d_av,
    "glass": effect.glass,
    "dz": effect.cohens_dz,
    "t": effect.paired_t,
    "polychoric": lambda a, b: polychoric.pair(pd.Series(a), pd.Series(b)),
}
ALONE = ("cohens d", "hedges g", "cliff")


def finite(x):
    frame = pd.DataFrame({"weight": np.ones(len(x)), "stratum": 1, "psu": np.arange(len(x)), "population": 9})
    return estimate.means(x, estimate.design(frame, "population"), pd.Series("all", x.index))


def stayers(x):
    frame = x.assign(person=np.arange(len(x)), w=1.0)
    return change.stayers(frame.head(2), frame, "person", list(x), weight="w")


@pytest.mark.parametrize("answers", TABLES)
@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_is_known_or_says_why_not(name, answers):
    assert_told(NUMBERS[name](TABLES[answers]))


@pytest.mark.parametrize("answers", TABLES)
@pytest.mark.parametrize("name", OF_ITEMS)
def test_a_row_is_known_or_says_why_not(name, answers):
    x = TABLES[answers]
    if name in ("robustness", "index") and x.shape[1] == 0:
        with pytest.raises(ValueError, match="needs an indicator"):
            OF_ITEMS[name](x)
    else:
        assert_told(OF_ITEMS[name](x))


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("name", OF_PAIRS)
def test_a_comparison_is_known_or_says_why_not(name, pair):
    first, second = PAIRS[pair]
    if pair == "one side" and name not in ALONE:
        with pytest.raises(ValueError):
            OF_PAIRS[name](first, second)
    else:
        assert_told(OF_PAIRS[name](first, second))


def test_an_unknown_number_keeps_its_reason():
    unknown = reliability.alpha(TABLES["no variation"])
    assert repr(unknown) == f"{unknown}" == "nan (no_variation)" and np.isnan(unknown + 1)
    assert pickle.loads(pickle.dumps(unknown)).reason == copy.copy(unknown).reason == "no_variation"
    assert pd.DataFrame([{"value": unknown}])["value"].dtype == float
    assert reliability.alpha(TABLES["nobody"]).reason == "too_few"
    assert reliability.feldt(unknown, 30, 4)[1].reason == "no_variation"


def test_units_of_one_in_every_stratum_leave_no_interval():
    x = TABLES["an item does not vary"]
    table = totals.means(x[["a"]], row_plan(x, lone=True))
    assert table["df"].eq(0).all() and table["se"].gt(0).all()
    assert table["status"].tolist() == ["no_interval"]


def test_the_covariance_of_a_mean_that_is_not_known_is_not_nought():
    x = TABLES["an item skipped"]
    assert totals.covariance(x, row_plan(x)).loc[("all", "c")].isna().all()


def test_adjusted_p_of_no_test_is_no_test():
    assert len(multiplicity.holm([])) == 0 and np.isnan(multiplicity.bh([NONE])).all()


def test_scores_and_gaps_of_nobody_are_none():
    values, put = scales.wide(clean_tables.answers(replies(NOBODY, NOBODY)), pd.Index([]), ["R1"])
    assert scales.score(values, put).empty and scales.end(values["R1"], [4, 5]).empty
    assert agreement.gap(clean_tables.ratings(ROSTER).iloc[:0], ROSTER, ["T1.1"]).empty
    one = agreement.gap(clean_tables.ratings(ROSTER.head(1), waves=["W0"]), ROSTER, ["T1.1"])
    assert one["status"].tolist() == ["no_interval"] and one["lo"].isna().all()
    with pytest.raises(ValueError, match="roster: A-001"):
        agreement.gap(clean_tables.ratings(ROSTER.head(1)), ROSTER.tail(1), ["T1.1"])
