import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import effect, sampling

SCORES = st.lists(st.integers(1, 5), min_size=2, max_size=12)


def dominance(x, y):
    return np.sign(np.subtract.outer(np.asarray(x, float), np.asarray(y, float)))


def test_the_small_sample_factor_is_exact_and_ends_at_one():
    assert effect.correction([2, 10, np.inf]) == pytest.approx([0.5641896, 0.9227456, 1], rel=1e-6)
    assert np.isnan(effect.correction([1, 0, -3])).all()


def test_d_and_g_by_hand():
    d, g = effect.cohens_d([2, 4, 6], [1, 3, 5]), effect.hedges_g([2, 4, 6, np.nan], [1, 3, 5])
    assert d["value"] == pytest.approx(0.5) and d["df"] == 4
    assert g["value"] == pytest.approx(0.5 * effect.correction(4)) and g["lo"] < 0 < g["value"] < g["hi"]


def test_the_noncentral_interval_holds_t_at_its_ends():
    from scipy.stats import nct

    d = effect.cohens_d([5, 6, 7, 9], [1, 3, 5])
    t = d["value"] / np.sqrt(1 / 4 + 1 / 3)
    ends = [nct.cdf(t, 5, d[end] / np.sqrt(1 / 4 + 1 / 3)) for end in ("lo", "hi")]
    assert ends == pytest.approx([0.975, 0.025], abs=1e-6)


@pytest.mark.parametrize("pair", [([], [1, 2]), ([1], [2]), ([2, 2], [2, 2]), ([3, 3, 3], [2, 2])])
def test_where_nothing_varies_there_is_no_size(pair):
    made = effect.hedges_g(*pair)
    assert np.isnan([effect.cohens_d(*pair)["value"], made["hi"]]).all()
    assert made["status"] == ("too_few" if len(pair[0]) < 2 else "no_variation")


def test_pairs_are_pairs():
    before, after = [1.0, 2, 3, np.nan], [2.0, 4, 3, 9]
    assert effect.glass(before, after) == pytest.approx(1)
    assert effect.d_av(before, after) == pytest.approx(1)
    assert effect.cohens_dz(before, after)["value"] == pytest.approx(1)
    t = effect.paired_t(before, after)
    assert (t["value"], t["t"], t["df"]) == pytest.approx((1, np.sqrt(3), 2))
    assert t["p"] == pytest.approx(0.2254033)


@pytest.mark.parametrize("pair", [([], []), ([1.0], [2.0]), ([1.0, 1.0], [2.0, 2.0])])
def test_pairs_that_do_not_vary_have_no_size(pair):
    assert np.isnan([effect.glass(*pair), effect.d_av(*pair), effect.cohens_dz(*pair)["value"]]).all()
    assert np.isnan(effect.paired_t(*pair)["t"])


@settings(max_examples=60, deadline=None)
@given(SCORES, SCORES)
def test_cliff_counts_who_is_above(x, y):
    made, back = effect.cliff(x, y), effect.cliff(y, x)
    assert made["value"] == pytest.approx(dominance(x, y).mean())
    assert back["value"] == pytest.approx(-made["value"])
    assert back["lo"] == pytest.approx(-made["hi"], nan_ok=True)
    assert -1 <= made["lo"] <= made["hi"] <= 1


@settings(max_examples=40, deadline=None)
@given(SCORES, SCORES)
def test_cliffs_variance_is_that_of_the_dominance_matrix(x, y):
    matrix = dominance(x, y)
    delta, (n, m) = matrix.mean(), matrix.shape
    if abs(delta) == 1:
        return
    rows, columns = matrix.mean(axis=1) - delta, matrix.mean(axis=0) - delta
    variance = m**2 * (rows**2).sum() + n**2 * (columns**2).sum() - ((matrix - delta) ** 2).sum()
    expected = effect._asymmetric(delta, variance / (n * m * (n - 1) * (m - 1)), n + m - 2)
    made = effect.cliff(x, y)
    assert (made["lo"], made["hi"]) == pytest.approx(expected, nan_ok=True)


def test_groups_wholly_apart_keep_their_end():
    made = effect.cliff([4, 5, 5], [1, 2])
    assert made["value"] == made["hi"] == 1 and made["lo"] < 1
    assert np.isnan(effect.cliff([1], [2])["lo"]) and np.isnan(effect.cliff([], [2])["value"])


def stacked():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {"w": rng.uniform(1, 3, 80), "wave": np.repeat([0, 1], 40), "school": rng.integers(0, 8, 80)}
    )
    return frame.assign(q=rng.integers(1, 6, 80).astype(float), z=3.0, none=np.nan)


def test_the_weighted_shift_counts_pairs_by_both_weights():
    frame = stacked()
    table = effect.shift(
        frame[["q", "z", "none"]], sampling.plan(frame, "w", units="school"), frame["wave"], (0, 1)
    )
    before, after = frame[frame["wave"] == 0], frame[frame["wave"] == 1]
    weights = np.multiply.outer(after["w"].to_numpy(), before["w"].to_numpy())
    expected = (dominance(after["q"], before["q"]) * weights).sum() / weights.sum()
    rows = table.set_index("item")
    assert rows.loc["q", "value"] == pytest.approx(expected) and rows.loc["q", "se"] > 0
    assert rows.loc["q", "df"] == 7 and rows.loc["z", "value"] == rows.loc["z", "se"] == 0
    assert np.isnan(rows.loc["none", "value"]) and rows.loc["none", "n_after"] == 0
    assert rows["status"].tolist() == ["ok", "ok", "no_data"]


def test_the_shift_leaves_out_one_school_at_a_time():
    frame = stacked()
    columns, pair = frame[["q"]], (0, 1)
    full = effect.shift(columns, sampling.plan(frame, "w", units="school"), frame["wave"], pair)["se"].iloc[0]
    values = []
    for school in range(8):
        part = frame[frame["school"] != school]
        plan = sampling.plan(part, "w", units="school")
        values.append(effect.shift(part[["q"]], plan, part["wave"], pair)["value"].iloc[0])
    assert full == pytest.approx(np.sqrt(7 / 8 * ((np.array(values) - np.mean(values)) ** 2).sum()))
