"""Sentences carry their denominator, interval and response rate, and claim no cause."""

import re

import pytest
from evidence_fixture import SIZES, county, edit, hidden, programme, without, workspace_at

from yiduiyi_analysis.present import numerals, results, wording

CAUSAL = re.compile(
    r"提升了|带来|促使|促进了|导致|使得|由于项目|归功于|成效归因|得益于|(?<!不能)归因于项目|因为项目"
)
SENTENCES = {
    "heading": wording.heading,
    "summary": lambda held: wording.summary(held, "R6.top2", "five_both.rate"),
    "overview": wording.overview,
    "response": wording.response,
    "level": lambda held: wording.level(held, "R6.top2", "five_both.rate"),
    "levels": lambda held: wording.levels(held, "R6.top2", "B.mean"),
    "gap": wording.gap,
    "county_tasks": lambda held: wording.completion(held, "C"),
    "school_tasks": lambda held: wording.completion(held, "S"),
    "intake": wording.intake,
    "roster": wording.roster,
    "suppressed": wording.suppressed,
    "limits": wording.limits,
    "no_control": wording.no_control,
}


@pytest.mark.parametrize("name", SENTENCES)
@pytest.mark.parametrize("code", [None, *SIZES])
def test_no_sentence_claims_a_cause_or_shows_a_missing_value(name, code):
    text = str(SENTENCES[name](county(code) if code else programme()))
    assert not CAUSAL.search(text)
    assert not re.search(r"nan|<NA>|None|\.\d{3}", text)


@pytest.mark.parametrize("name", set(SENTENCES) - {"heading", "suppressed", "limits", "no_control"})
def test_without_evidence_there_is_one_line(name):
    held = without(county(), ".*")
    gone = ("schools", "counties", "intake")
    bare = type(held)(**{**vars(held), **{table: getattr(held, table).iloc[:0] for table in gone}})
    text = str(SENTENCES[name](bare))
    assert "没有可用的数据" in text and "\n" not in text


def test_the_causal_words_are_seen():
    assert CAUSAL.search("项目促使教师改变") and CAUSAL.search("变化归因于项目")
    assert not CAUSAL.search(wording.NO_CONTROL)


def test_a_level_carries_interval_denominator_and_response_rate():
    held = county()
    row, rate = held.one("R6.top2"), held.one("I02.response")
    text = str(wording.level(held, "R6.top2"))
    assert f"为 {numerals.percent(row.value)}（95%区间 {numerals.interval(row.lo, row.hi, 'rate')}" in text
    assert f"n/N {row.n}/{row.N}，应答率 {numerals.percent(rate.value)}）" in text
    assert text.startswith("终期，昭觉县专任教师在“总体上，您对帮扶工作”选择“非常满意”或“比较满意”的比例为")
    assert "（反向题，越低越好）选择“经常”或“总是”" in str(wording.level(held, "B6.top2"))


def test_students_have_no_population_and_no_response_rate():
    text = str(wording.level(county(), "five_both.rate"))
    assert "应答率" not in text and re.search(r"n \d+）", text)


def test_a_hidden_level_says_why():
    assert "不公布（作答者太少）" in str(wording.level(hidden(county(), "R6.top2"), "R6.top2"))


def test_waves_stand_side_by_side_with_the_sentence_on_causes():
    text = str(wording.levels(county(), "R6.top2"))
    assert "半年" in text and "一年" in text and "终期" in text and "基线" not in text
    assert text.endswith(wording.NO_CONTROL)


def test_finished_is_told_in_schools_and_stages():
    held = county()
    row = held.one("S1.done")
    assert f"{row.N} 所中 {round(row.value * row.n)} 所完成" in str(wording.completion(held, "S"))
    assert "C1 县级教师发展“十四五”规划，已" in str(wording.completion(held, "C"))
    assert "7 个县中" in str(wording.completion(programme(), "C"))


def test_units_without_a_record_are_told(tmp_path):
    ws = workspace_at(tmp_path)
    edit(ws, "evidence", lambda t: t.assign(n=t["n"].mask(t["indicator"] == "S1.done", t["N"] - 1)))
    assert "19 所中" in str(wording.completion(results.read("513431", root=ws.root), "S"))
    assert "（N=20）" in str(wording.completion(results.read("513431", root=ws.root), "S"))


def test_the_gap_is_expert_minus_self_with_its_schools():
    held = county()
    row = held.one("I01.gap")
    text = str(wording.gap(held))
    assert f"只用两者都有的学校，专家评定减自评为 {numerals.number(row.value, 'gap')}（95%区间" in text
    for name in ("I01.self_mean", "I01.expert_mean", "I01.gap"):
        row = held.one(name)
        assert f"n/N {row.n}/{row.N} 所" in text


def test_hidden_cells_are_counted_by_kind():
    held = county("513434")
    text = str(wording.suppressed(held))
    for status in ("suppressed", "suppressed_secondary"):
        assert f" {int(held.evidence['status'].eq(status).sum())} 个" in text
    assert f"至少要有 {held.codebook.thresholds.mean_min} 名" in text


def test_the_roster_says_whether_it_adds_up(tmp_path):
    assert "两者一致" in str(wording.roster(programme()))
    ws = workspace_at(tmp_path)
    edit(ws, "schools", lambda table: table.iloc[1:])
    assert "两者不一致" in str(wording.roster(results.read(root=ws.root)))


def test_a_county_without_named_helpers_says_so():
    assert "帮扶单位原文缺失（不等于没有）" in str(wording.overview(county("513432")))
    assert "（喜德县的原文缺失）" in str(wording.overview(programme()))


def test_a_printed_count_that_differs_is_told(tmp_path):
    ws = workspace_at(tmp_path)
    row = {"rule": "count_differs", "column": "帮扶单位数", "before": "32", "after": "30", "row": 6}
    edit(ws, "roster_ledger", lambda table: table.iloc[:1].assign(**row))
    assert "帮扶单位数原文印 32，读出 30" in str(wording.roster(results.read(root=ws.root)))


def test_synthetic_data_are_called_so():
    assert "合成数据" in str(wording.heading(county()))
    assert "合成数据" not in str(wording.heading(county(synthetic=False)))


def test_every_report_can_carry_the_sentence_on_causes():
    assert str(wording.no_control(county())) == f"**{wording.NO_CONTROL}**"
    assert wording.NO_CONTROL in str(wording.limits(county()))
