import numpy as np
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import testitems

RIGHT = pd.DataFrame({"a": [1, 1, 1, 0], "b": [1, 1, 0, 0], "c": [1, 0, 0, 0]}, dtype=float)


def test_difficulty_counts_those_who_answered():
    made = testitems.difficulty(RIGHT.assign(d=[np.nan, 1, np.nan, 0], e=np.nan))
    assert made["value"].tolist()[:4] == [0.75, 0.5, 0.25, 0.5] and made.loc["e", "status"] == "no_data"
    assert testitems.difficulty(RIGHT, [1, 1, 1, 3])["value"]["a"] == 0.5


def test_kr20_by_hand():
    pq = 0.75 * 0.25 + 0.25 + 0.25 * 0.75
    assert testitems.kr20(RIGHT) == pytest.approx(1.5 * (1 - pq / 1.25))


def test_point_biserial_is_a_correlation_with_or_without_the_item_itself():
    total = RIGHT.sum(axis=1)
    whole, rest = (testitems.point_biserial(RIGHT, rest)["value"] for rest in (False, True))
    for item in RIGHT:
        assert whole[item] == pytest.approx(RIGHT[item].corr(total))
        assert rest[item] == pytest.approx(RIGHT[item].corr(total - RIGHT[item]))
    assert testitems.point_biserial(RIGHT.assign(d=1.0)).loc["d", "status"] == "no_variation"


def test_discrimination_parts_the_strong_from_the_weak():
    assert testitems.discrimination(RIGHT)["value"].tolist() == [1, 1, 1]
    assert (testitems.discrimination(RIGHT.head(1))["status"] == "too_few").all()


def forms(shift):
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(4000, 1)), rng.normal(shift, 1, size=(4000, 1))
    names = [f"{kind}{k}" for kind in ("anchor", "own") for k in range(8)]
    hard = np.linspace(-1, 1, 16)
    before, after = (
        (trait + rng.normal(size=(4000, 16)) > level).astype(float)
        for trait, level in ((first, hard), (second, hard + np.repeat([0, 0.8], 8)))
    )
    return pd.DataFrame(before, columns=names), pd.DataFrame(after, columns=names), names[:8]


def test_a_harder_second_form_hides_no_gain():
    before, after, anchors = forms(0.5)
    made = testitems.linked_gain(before, after, anchors)
    raw = after.sum(axis=1).mean() - before.sum(axis=1).mean()
    same_form = 16 * made["anchor_gain"]
    assert raw < 1 < made["gain"] and made["gain"] == pytest.approx(same_form, rel=0.1)
    assert made["lo"] < made["gain"] < made["hi"] and made["n_before"] == 4000


def test_the_same_group_and_form_gain_nothing():
    before, _, anchors = forms(0)
    made = testitems.linked_gain(before, before, anchors)
    assert made["gain"] == 0 and made["lo"] < 0 < made["hi"]


def test_an_anchor_that_moved_alone_is_seen():
    before, after, anchors = forms(0.3)
    after = after.assign(anchor3=1 - after["anchor3"] * (np.arange(4000) % 2))
    table = testitems.drift(before, after, anchors).set_index("item")
    assert table["shift"].abs().idxmax() == "anchor3" and table["shift"].sum() == pytest.approx(0, abs=1e-9)


def test_nobody_to_compare_is_missing():
    before, after, anchors = forms(0)
    made = testitems.linked_gain(before.head(1), after.head(0), anchors)
    assert made["status"] == "too_few"
    assert np.isnan([made["gain"], made["se"], made["sd_gain"]]).all() and made["n_after"] == 0
    with pytest.raises(KeyError):
        testitems.linked_gain(before, after.drop(columns="anchor1"), anchors)
