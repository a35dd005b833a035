"""A county's results hold nothing of another county, and say what to run where there are none."""

import dataclasses
import shutil

import pandas as pd
import pytest
from evidence_fixture import SIZES, county, edit, programme, workspace_at

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present import results


def frames(held: results.Results) -> dict[str, pd.DataFrame]:
    found = {field.name: getattr(held, field.name) for field in dataclasses.fields(held)}
    return {name: table for name, table in found.items() if isinstance(table, pd.DataFrame)}


@pytest.mark.parametrize("code", SIZES)
def test_a_county_holds_no_row_of_another_nor_of_the_programme(code):
    for name, table in frames(county(code)).items():
        assert table.empty or set(table["county_code"]) == {code}, name
    assert set(county(code).evidence["group"]) > {"all", "key", "other"}


def test_files_hold_several_counties_so_a_county_sees_none():
    assert county().intake.empty
    assert not programme().intake.empty


def test_the_programme_holds_every_county_and_the_total():
    assert set(programme().evidence["county_code"]) == {*SIZES, "all"}


def test_later_waves_stay_out():
    held = county(wave="W1")
    assert set(held.evidence["wave"].dropna()) == {"W0", "W1"}
    assert held.waves == ["W0", "W1"]
    assert "W3" not in set(held.quality["wave"])
    assert "roster.schools" in set(held.evidence["indicator"])


def test_a_county_is_known_by_name_too():
    assert county("昭觉").county_code == "513431"
    assert county("昭觉").place == "昭觉县"
    assert programme().place == "七县"


def test_rows_come_in_the_order_asked():
    found = county().rows(["L2.top2", "B1.top2"], waves=["W3", "W0"])
    assert list(zip(found["indicator"], found["wave"], strict=True)) == [
        ("L2.top2", "W3"),
        ("B1.top2", "W3"),
        ("B1.top2", "W0"),
    ]


def test_one_is_none_where_the_evidence_holds_nothing():
    assert county().one("R1.top2", waves=["W0"]) is None
    assert county().one("R1.top2").indicator == "R1.top2"


@pytest.mark.parametrize(
    ("indicator", "tool", "who"),
    [
        ("R1.top2", "I02", "专任教师"),
        ("B.mean", "I02", "专任教师"),
        ("I01.gap", "I01", "学校"),
        ("I01.self.response", "I01", "学校"),
        ("T1.1.gap", "I01", "学校"),
        ("five_both.rate", "I04", "学生"),
        ("S1.done", "I08", "任务"),
        ("roster.schools", None, ""),
    ],
)
def test_each_indicator_knows_its_instrument(indicator, tool, who):
    assert county().instrument_of(indicator) == tool
    assert county().respondents(indicator) == who


def test_a_scale_knows_its_top():
    assert [county().highest(name) for name in ("B.mean", "I01.gap", "X1.mean", "H.mean")] == [5, 4, 4, 5]


def test_no_results_yet_says_what_to_run(tmp_path):
    ws = workspace_at(tmp_path)
    shutil.rmtree(ws.results)
    with pytest.raises(Fault, match=r"还没有分析结果.*yiduiyi run"):
        results.read("513431", root=ws.root)


def test_an_unknown_county_or_wave_is_a_fault(tmp_path):
    ws = workspace_at(tmp_path)
    with pytest.raises(Fault, match="成都"):
        results.read("成都", root=ws.root)
    with pytest.raises(Fault, match=r"W9.*W0、W1、W2、W3"):
        results.read("513431", "W9", root=ws.root)


def test_text_is_plain_so_that_missing_is_not_unknown(tmp_path):
    ws = workspace_at(tmp_path)
    edit(ws, "quality", lambda table: table.assign(county_code=table["county_code"].mask(table.index == 0)))
    held = results.read("513428", root=ws.root)
    assert set(held.quality["county_code"]) == {"513428"}


def test_results_older_than_a_table_read_as_empty_and_a_county_has_its_own_clauses_only(tmp_path):
    ws = workspace_at(tmp_path)
    for name in results.LATER:
        path = ws.results / f"{name}.parquet"
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    held = results.read("513431", root=ws.root)
    assert all(getattr(held, name).empty for name in results.LATER)
    assert set(county().clauses["county_code"]) == {"513431"} and set(county().clauses["wave"]) == set(
        county().waves
    )
    assert county().quotes.empty and county().testitems.empty and not programme().quotes.empty


def test_an_indicator_with_words_of_its_own_goes_by_them():
    held = county()
    assert held.name("I07.schools") == "有活动到达的学校比例"
    assert [held.respondents(name) for name in ("I07.schools", "I06.teachers", "PM.mean", "I05.score")] == [
        "学校",
        "专任教师",
        "学校负责人",
        "专任教师",
    ]
