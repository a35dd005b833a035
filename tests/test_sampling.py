import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import estimate, sampling, totals

SEEDS = st.integers(0, 10_000)


def by_hand(score, frame, strata, units, populations, above="", rule="adjust"):
    """Return the variance of a total stage by stage, with loops, as a second witness."""
    if not units:
        return 0.0
    parts, lone = [], 0
    for _, rows in frame.groupby(strata[0]):
        groups = rows.groupby(units[0])
        total = np.array([score[unit.index].sum() for _, unit in groups])
        n, whole = len(total), rows[populations[0]].iloc[0]
        fraction = n / whole
        below = sum(
            by_hand(score, unit, strata[1:], units[1:], populations[1:], rule=rule) for _, unit in groups
        )
        if n == 1 and fraction < 1:
            lone += rule == "average"
            own = total[0] ** 2 * (1 - fraction) if rule == "adjust" else 0.0
        else:
            own = (1 - fraction) * n / max(n - 1, 1) * ((total - total.mean()) ** 2).sum()
        parts.append((own, fraction * below))
    stretch = len(parts) / (len(parts) - lone) if lone < len(parts) else np.nan
    return stretch * sum(own for own, _ in parts) + sum(below for _, below in parts)


def two_stages(seed):
    rng = np.random.default_rng(seed)
    rows = []
    for county in "AB":
        for school in range(rng.integers(1, 5)):
            n, silent = rng.integers(1, 5), rng.integers(0, 4)
            rows += [(county, f"{county}{school}", k, 6.0, n + silent) for k in range(n)]
    frame = pd.DataFrame(rows, columns=["county", "school", "teacher", "schools", "teachers"])
    return frame.assign(weight=rng.uniform(1, 3, len(frame)), y=rng.normal(size=len(frame)), one=0)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from(["adjust", "remove", "certainty", "average"]))
def test_two_stages_with_population_corrections_equal_the_sums_by_hand(seed, rule):
    frame = two_stages(seed)
    names = ["county", "one"], ["school", "teacher"], ["schools", "teachers"]
    plan = sampling.plan(frame, "weight", *names, lonely=rule)
    row = totals.totals(frame[["y"]], plan).iloc[0]
    score = frame["weight"] * frame["y"]
    expected = by_hand(score, frame, *names, rule=rule)
    assert row["value"] == pytest.approx(score.sum())
    assert row["se"] ** 2 == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def test_a_two_stage_total_equals_the_textbook_formula():
    frame = pd.DataFrame({"school": [1, 1, 2, 2, 2], "teacher": range(5), "y": [3.0, 5, 2, 4, 9]})
    frame = frame.assign(schools=5.0, teachers=[4.0, 4, 6, 6, 6])
    plan = sampling.plan(frame, units=["school", "teacher"], populations=["schools", "teachers"])
    row = totals.totals(frame[["y"]], plan).iloc[0]
    sums = np.array([4 * 4, 6 * 5])
    within = 4**2 * (1 - 2 / 4) * 2 / 2 + 6**2 * (1 - 3 / 6) * 13 / 3
    assert plan.weight == pytest.approx([5, 5, 5, 5, 5])
    assert row["value"] == pytest.approx(5 / 2 * sums.sum())
    assert row["se"] ** 2 == pytest.approx(5**2 * (1 - 2 / 5) * sums.var(ddof=1) / 2 + 5 / 2 * within)


def test_a_single_stage_design_gives_what_the_cell_rule_estimator_gives():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"weight": rng.uniform(1, 3, 60), "stratum": rng.choice(list("ABC"), 60)})
    frame["psu"], frame["population"] = rng.integers(0, 9, 60), 20.0
    scores = pd.DataFrame(rng.normal(size=(60, 3))).mask(rng.random((60, 3)) < 0.1)
    by = pd.Series(rng.choice(["x", "y"], 60))
    plan = sampling.plan(frame, "weight", "stratum", "psu", "population")
    columns = ["group", "item", "value", "se", "df", "full"]
    pd.testing.assert_frame_equal(
        totals.means(scores, plan, by)[columns],
        estimate.means(scores, estimate.design(frame, "population"), by)[columns],
    )


def lone():
    frame = pd.DataFrame({"stratum": list("AAABBC"), "y": [1.0, 2, 6, 4, 5, 9]})
    return frame, frame["y"] - frame["y"].mean()


@pytest.mark.parametrize("rule", ["adjust", "average", "certainty", "remove"])
def test_a_lone_unit_counts_as_the_rule_says(rule):
    frame, score = lone()
    known = (
        3 / 2 * (score[:3] - score[:3].mean()).pow(2).sum()
        + 2 * (score[3:5] - score[3:5].mean()).pow(2).sum()
    )
    expected = {"adjust": known + score[5] ** 2, "average": known * 3 / 2}.get(rule, known)
    row = totals.means(frame[["y"]], sampling.plan(frame, strata="stratum", lonely=rule)).iloc[0]
    assert (6 * row["se"]) ** 2 == pytest.approx(expected)


def test_a_lone_unit_that_is_its_whole_stratum_adds_nothing_and_is_no_fault():
    frame, _ = lone()
    frame = frame.assign(population=[9.0, 9, 9, 9, 9, 1])
    plans = [
        sampling.plan(frame, strata="stratum", populations="population", lonely=rule)
        for rule in ("fail", "average")
    ]
    first, second = (totals.means(frame[["y"]], plan)["se"].iloc[0] for plan in plans)
    assert first == pytest.approx(second) and first > 0


def test_a_design_that_cannot_be_is_refused_with_a_reason():
    frame, _ = lone()
    with pytest.raises(ValueError, match="only one unit"):
        sampling.plan(frame, strata="stratum", lonely="fail")
    with pytest.raises(ValueError, match="lonely is one of"):
        sampling.plan(frame, lonely="centre")
    with pytest.raises(ValueError, match="missing values in stratum"):
        sampling.plan(frame.assign(stratum=None), strata="stratum")


def test_populations_may_be_fractions():
    frame = pd.DataFrame({"y": [1.0, 2, 4], "population": 12.0, "fraction": 0.25})
    made = [
        totals.totals(frame[["y"]], sampling.plan(frame, populations=name))
        for name in ("population", "fraction")
    ]
    pd.testing.assert_frame_equal(*made)


def test_nobody_at_all_is_an_empty_answer():
    frame = pd.DataFrame({"weight": [], "school": [], "y": []}, dtype=float)
    plan = sampling.plan(frame, "weight", units="school")
    assert totals.means(frame[["y"]], plan).empty and totals.totals(frame[["y"]], plan).empty


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.floats(0.1, 10))
def test_scaled_weights_and_shuffled_rows_change_no_mean(seed, factor):
    frame = two_stages(seed)
    names = ["county", "one"], ["school", "teacher"], ["schools", "teachers"]
    order = np.random.default_rng(seed).permutation(len(frame))
    again = frame.iloc[order].assign(weight=frame["weight"] * factor)
    for function in (totals.means, lambda s, p, b: totals.ratios(s, s.abs() + 1, p, b)):
        base, new = (
            function(f[["y"]], sampling.plan(f, "weight", *names), f["county"]) for f in (frame, again)
        )
        pd.testing.assert_frame_equal(base, new)
