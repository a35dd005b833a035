"""Figures computed anew are held against the published ones exactly; the first that differs stops."""

from dataclasses import replace

import pandas as pd
import pytest
from evidence_fixture import hidden, programme

from yiduiyi_analysis.analyse import changes
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present import recount

B, CODE = "B.mean", "513431"


def published():
    """Return results with the digits that evidence has."""
    return replace(programme(), evidence=changes.rounded(programme().evidence))


def found(report, **changed) -> pd.DataFrame:
    """Return the published figures in the form in which an estimate comes."""
    rows = report.rows([B], places=[CODE, "all"])
    rows = rows.drop(columns="group").rename(columns={"indicator": "item", "county_code": "group"})
    columns = ["item", "group", "value", "lo", "hi", "n"]
    return rows[columns].astype(dict.fromkeys(columns[2:], float)).assign(se=0.1, status="ok", **changed)


def test_equal_figures_stand_side_by_side_with_no_difference():
    report = published()
    own = recount.rows(report, found(report))
    table = recount.compare(report, own)
    assert table.frame[recount.FIGURES].to_numpy().tolist() == [[0, 0, 0, 0]] * 2
    assert (table.shown["重新计算"] == table.shown["已发布"]).all()
    assert table.shown["差（数值）"].tolist() == ["0", "0"]


def test_what_the_digits_of_a_report_do_not_show_is_no_difference():
    report = published()
    near = found(report)
    own = recount.rows(report, near.assign(value=near["value"] + 0.001))
    assert recount.compare(report, own).shown["差（数值）"].tolist() == ["0", "0"]


@pytest.mark.parametrize(
    ("name", "by", "said"), [("value", 0.01, "数值"), ("hi", 0.02, "区间上限"), ("n", 1, "人数")]
)
def test_a_figure_that_differs_stops_and_is_named(name, by, said):
    report = published()
    wrong = found(report)
    own = recount.rows(report, wrong.assign(**{name: wrong[name] + by}))
    with pytest.raises(Fault, match=f"昭觉县，应用.*的{said}"):
        recount.compare(report, own)


def test_a_place_that_was_not_computed_is_a_difference():
    report = published()
    own = recount.rows(report, found(report))
    with pytest.raises(Fault, match="昭觉县"):
        recount.compare(report, own.assign(value=own["value"].mask(own["county_code"].eq(CODE))))


def test_an_interval_where_all_answered_is_none():
    report = published()
    own = recount.rows(report, found(report).assign(status="full"))
    assert own["lo"].isna().all()


def test_what_is_protected_stays_so_and_nothing_to_compare_is_told():
    report = hidden(published(), B)
    own = recount.rows(report, found(published()))
    assert own[recount.FIGURES].isna().all(axis=None)
    with pytest.raises(Fault, match="没有已发布的数值可比"):
        recount.compare(report, own)
