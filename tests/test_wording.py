"""Sentences carry their denominator, interval and response rate, and claim no cause."""

import dataclasses
import re

import pandas as pd
import pytest
from evidence_fixture import SIZES, county, edit, hidden, programme, without, workspace_at

from yiduiyi_analysis import codebook
from yiduiyi_analysis.present import lint, numerals, results, wording

CAUSAL = re.compile(
    r"提升了|带来|促使|促进了|导致|使得|由于项目|归功于|成效归因|得益于|(?<!不能)归因于项目|因为项目"
)
SENTENCES = {
    "heading": wording.heading,
    "summary": lambda held: wording.summary(held, "R6.top2", "five_both.rate"),
    "overview": wording.overview,
    "response": wording.response,
    "level": lambda held: wording.level(held, "R6.top2", "five_both.rate"),
    "changes": lambda held: wording.changes(held, "R6.top2", "B6.top2", "B.mean", "five_both.rate"),
    "levels": lambda held: wording.levels(held, "R6.top2", "B.mean"),
    "gap": wording.gap,
    "milestones": wording.milestones,
    "county_tasks": lambda held: wording.completion(held, "C"),
    "school_tasks": lambda held: wording.completion(held, "S"),
    "intake": wording.intake,
    "roster": wording.roster,
    "suppressed": wording.suppressed,
    "limits": wording.limits,
    "no_control": wording.no_control,
    "latest": lambda held: wording.latest(
        held, "活动", "I07.activities", "I07.schools", "I09.executed", "I05.score"
    ),
    "clauses": wording.clauses,
    "advice": wording.advice,
}


@pytest.mark.parametrize("name", SENTENCES)
@pytest.mark.parametrize("code", [None, *SIZES])
def test_no_sentence_claims_a_cause_or_shows_a_missing_value(name, code):
    text = str(SENTENCES[name](county(code) if code else programme()))
    assert not CAUSAL.search(text)
    assert not re.search(r"nan|<NA>|None|\.\d{3}", text)


@pytest.mark.parametrize(
    "name", sorted(set(SENTENCES) - {"heading", "suppressed", "limits", "no_control", "advice"})
)
def test_without_evidence_there_is_one_line(name):
    held = without(county(), ".*")
    gone = ("schools", "counties", "intake", "milestones", "clauses")
    bare = dataclasses.replace(held, **{table: getattr(held, table).iloc[:0] for table in gone})
    text = str(SENTENCES[name](bare))
    assert "没有可用的数据" in text and "\n" not in text


def test_a_heading_of_data_without_times_says_that_the_day_is_unknown():
    held = county()
    undated = dataclasses.replace(held, meta=held.meta | {"as_of": None})
    assert "数据截至 不详" in str(wording.heading(undated)) and "数据截至 不详" in repr(undated)


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


def test_silent_schools_are_counted_where_response_is_told():
    held = county()
    units = held.evidence["indicator"].eq("I02.response") & held.evidence["group"].str.startswith("unit:")
    units &= held.evidence["wave"].eq("W3")
    silent = dataclasses.replace(held, evidence=held.evidence.assign(n=held.evidence["n"].mask(units, 5)))
    assert "应答率为 0" not in str(wording.response(silent))
    first = units & units.groupby(units).cumcount().eq(0)
    people, whole = (int(held.evidence.loc[rows, "N"].sum()) for rows in (first, units))
    silent = dataclasses.replace(
        silent, evidence=silent.evidence.assign(n=silent.evidence["n"].mask(first, 0))
    )
    assert f"有 1 个，共有专任教师 {people}/{whole} 名（" in str(wording.response(silent))


def test_students_have_no_population_and_no_response_rate():
    text = str(wording.level(county(), "five_both.rate"))
    assert "应答率" not in text and re.search(r"n \d+）", text)


def test_a_hidden_level_says_why():
    assert "不公布（保护个人信息）" in str(wording.level(hidden(county(), "R6.top2"), "R6.top2"))


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


def test_a_gap_that_is_not_told_says_whether_it_is_hidden_or_not_there_and_why():
    def told(*names, status="no_data"):
        held = county()
        mine = held.evidence["indicator"].isin([f"I01.{name}" for name in names])
        at = held.evidence.assign(status=held.evidence["status"].mask(mine, status))
        return str(wording.gap(dataclasses.replace(held, evidence=at)))

    assert told("gap", status="suppressed_secondary").startswith(
        "终期，昭觉县学校诊断自评与专家评定的差值不公布：两者都有的学校不足 3 所，或公布后能推出"
    )
    assert "的差值没有数据：本轮没有专家评定。" in told("gap", "expert_mean")
    assert "的差值没有数据：本轮没有自评和专家评定。" in told("gap", "expert_mean", "self_mean")
    assert "的差值没有数据：没有一所学校两者都有。" in told("gap")
    assert "自评不公布，专家评定 " in told("self_mean", status="suppressed")


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


def moved(indicator: str, value, lo, hi, unit: str, status: str = "ok", held=None):
    """Return results in which one change is as given, beside the levels that it lies between."""
    held = without(held or county(), f"{indicator}_change")
    row = {"indicator": f"{indicator}_change", "county_code": held.here, "group": "all", "wave": "W3"}
    row |= {"value": value, "lo": lo, "hi": hi, "n": 251, "N": 314, "unit": unit, "method": "finite/change"}
    row = pd.DataFrame([row | {"status": status}]).astype(dict.fromkeys(("value", "lo", "hi"), "Float64"))
    return dataclasses.replace(held, evidence=pd.concat([held.evidence, row], ignore_index=True))


def told(indicator: str, *figures, **where) -> str:
    return str(wording.changes(moved(indicator, *figures, **where), indicator))


def test_a_change_carries_interval_denominators_and_response_of_both_waves():
    held = county()
    (early, late), (then, now) = (
        [held.one(name, waves=[wave]) for wave in ("W1", "W3")] for name in ("R6.top2", "I02.response")
    )
    text = told("R6.top2", 0.09, 0.05, 0.13, "rate_points")
    assert text.startswith("- 终期与半年相比，昭觉县专任教师在“总体上，您对帮扶工作”")
    assert "的比例上升 9 个百分点（95%区间 5–13；" in text
    assert f"n/N：半年 {early.n}/{early.N}，终期 {late.n}/{late.N}；" in text
    assert f"应答率：半年 {numerals.percent(then.value)}，终期 {numerals.percent(now.value)}）" in text
    assert "独立的截面" in text and text.endswith(wording.NO_CONTROL)


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ((0.06, 0.01, 0.11, "points"), "上升 0.06 分（95%区间 0.01–0.11"),
        ((-0.06, -0.11, -0.01, "points"), "下降 0.06 分（95%区间 −0.11 至 −0.01"),
        ((0.06, -0.01, 0.13, "points"), "相差 +0.06 分（95%区间 −0.01 至 0.13"),
        ((-0.06, -0.13, 0.01, "points"), "相差 −0.06 分（95%区间 −0.13 至 0.01"),
        ((0.06, 0.002, 0.13, "points"), "相差 +0.06 分（95%区间 0.00–0.13"),
        ((0.06, None, None, "points", "full"), "上升 0.06 分（两轮都是全员作答"),
        ((0.0, None, None, "points", "full"), "数值相同（两轮都是全员作答"),
        ((0.06, None, None, "points", "no_interval"), "相差 +0.06 分（无区间"),
        ((None, None, None, "points", "suppressed"), "升降不公布（保护个人信息）"),
        ((None, None, None, "points", "no_data"), "升降没有数据"),
    ],
)
def test_direction_is_told_only_where_the_printed_interval_leaves_out_nought(figures, said):
    text = told("B.mean", *figures)
    assert said in text
    assert ("现有数据不能判断升降" in text) == said.startswith("相差")
    assert "没有变化" not in text and "没有显著变化" not in text


def test_the_direction_of_a_reversed_item_is_explained():
    text = told("B6.top2", -0.04, -0.07, -0.01, "rate_points")
    assert "（反向题，越低越好）" in text and "下降 4 个百分点" in text and "，是好的方向。" in text
    assert "，是不好的方向。" in told("B6.top2", 0.04, 0.01, 0.07, "rate_points")
    assert "方向" not in told("B6.top2", 0.04, -0.01, 0.09, "rate_points")
    assert "方向" not in told("B5.top2", 0.04, 0.01, 0.07, "rate_points")


def test_students_and_schools_change_by_their_own_measure():
    assert re.search(r"n：基线 \d+，终期 \d+）", told("five_both.rate", 0.02, 0.01, 0.03, "rate_points"))
    assert "差值下降 0.10 级（" in told("I01.gap", -0.1, -0.2, -0.05, "points")
    assert "应答率：基线" in told("I01.self_mean", -0.1, -0.2, -0.05, "points")


def test_without_a_change_there_is_one_line():
    text = str(wording.changes(without(county(), ".*_change"), "B.mean"))
    assert "没有可用的数据" in text and "\n" not in text


def verdicts(held, **given):
    """Return results that carry one verdict."""
    row = {"milestone": "one_year", "indicator": "R6.top2", "county_code": held.here, "wave": "W3"}
    row |= {"verdict": "是", "target": 0.5, "reason": "区间整个在目标的好的一侧"}
    return dataclasses.replace(held, milestones=pd.DataFrame([row | given]))


def test_a_verdict_stands_with_the_level_that_decided_it():
    held = county()
    text = str(wording.milestones(verdicts(held)))
    assert text.startswith("- 一年达标（终期）：**是**。昭觉县专任教师在“总体上，您对帮扶工作”")
    assert f"为 {numerals.percent(held.one('R6.top2').value)}（95%区间" in text
    assert "），目标 ≥50%，待确认的默认值；区间整个在目标的好的一侧。" in text


def test_a_verdict_on_a_change_stands_with_the_change():
    given = {"milestone": "half_year", "indicator": "five_both.rate", "target": None}
    held = moved("five_both.rate", 0.09, 0.05, 0.13, "rate_points")
    text = str(wording.milestones(verdicts(held, **given)))
    assert "半年见效（终期）" in text and "上升 9 个百分点（95%区间 5–13" in text and "，目标" not in text
    bare = without(county(), "five_both.rate_change")
    text = str(wording.milestones(verdicts(bare, **given)))
    assert "比例：基线 " in text and "；一年 " in text and "；终期 " in text and text.count("95%区间") == 3


def test_a_verdict_without_target_or_figures_says_so():
    unset = verdicts(county(), verdict="未设目标", target=None, reason="编码本没有给出目标")
    assert "；编码本没有给出目标。" in str(wording.milestones(unset)) and "**未设目标**" in str(
        wording.milestones(unset)
    )
    lacking = verdicts(hidden(county(), "R6.top2"), verdict="证据不足", reason="数值不公布")
    assert "：**证据不足**。“总体上，您对帮扶工作”；数值不公布。" in str(wording.milestones(lacking))


def test_a_verdict_on_records_has_no_response_rate_and_a_target_of_all_no_sign():
    done = verdicts(county(), indicator="S1.done", milestone="two_years", target=1.0)
    text = str(wording.milestones(done))
    assert "应答率" not in text and "n/N" in text and "，目标 100%，待确认" in text
    fewer = verdicts(county(), indicator="B6.top2", milestone="two_years", target=0.25)
    less = str(wording.milestones(fewer))
    assert "，目标 ≤25%，待确认" in less and "应答率" in less


def test_a_quotation_inside_a_quotation_has_single_marks():
    text = str(wording.milestones(verdicts(county(), indicator="S1.done", milestone="two_years")))
    assert "“‘一校一策’学校发展规划”的完成比例为" in text and "““" not in text


def test_without_milestones_there_is_one_line():
    bare = dataclasses.replace(county(), milestones=county().milestones[:0])
    assert "没有可用的数据" in str(wording.milestones(bare))
    other = verdicts(county(), county_code="513432")
    assert "没有可用的数据" in str(wording.milestones(other))


def test_the_limits_tell_the_facts_of_the_run():
    held = programme()
    text = str(wording.limits(held))
    for wave in ("W0", "W1", "W2", "W3"):
        assert (
            f"{held.wave_label(wave)} {numerals.percent(held.one('I02.response', waves=[wave]).value)}"
            in text
        )
    late = int(held.quality.query("rule == 'late'")["rows"].sum())
    assert f"在窗口之外提交 {late} 份" in text and "短时间内重复提交" not in text
    assert str(wording.suppressed(held)) in text


@pytest.mark.parametrize(
    "words",
    ["脱贫攻坚", "国培计划", "撤并", "疫情", "季节", "教师流动", "向均值回归", "按期望作答", "标准会变",
     "承训单位完全重合", "不给学校排名", "看过学校的自评", "有限总体", "2020 年", "四舍六入五成双"],
)  # fmt: skip
def test_the_limits_name_every_threat(words):
    assert words in str(wording.limits(county()))


def test_a_countys_limits_tell_its_own_flags_only():
    text = str(wording.limits(county("513432")))
    late = int(county("513432").quality.query("rule == 'late'")["rows"].sum())
    assert f"在窗口之外提交 {late} 份" in text and "不在县报告中列出" in text
    assert "没有可列出的标记" in str(
        wording.limits(dataclasses.replace(county(), quality=county().quality[:0]))
    )


def test_records_are_told_with_what_stands_behind_them():
    held = county()
    text = str(
        wording.latest(held, "活动", "I07.activities", "I07.schools", "I07.hours", "I09.paid", "I05.score")
    )
    reached = held.one("I07.schools")
    assert (
        f"有活动到达的学校比例（终期） {numerals.percent(reached.value)}（n/N {reached.n}/{reached.N}）"
        in text
    )
    assert "帮扶活动学时（终期） 31.5 学时" in text and "已支付（终期） 123,456 元" in text
    assert "知识测试得分（百分制）（终期）" in text and "95%区间" in text
    assert not [fault for fault in lint.text(f"<p>{text}</p>") if "没有分母" in fault]


def test_the_latest_wave_that_asked_is_told_and_a_hidden_figure_says_so():
    assert "（一年）" in str(wording.latest(without_wave(county(), "W3"), "测试", "I05.score"))
    assert "不公布" in str(wording.latest(hidden(county(), "I05.score"), "测试", "I05.score"))


def without_wave(held, wave):
    return dataclasses.replace(held, evidence=held.evidence[held.evidence["wave"] != wave])


def recorded(held, indicator, **cells):
    mine = held.evidence["indicator"].eq(indicator)
    changed = {name: held.evidence[name].mask(mine, value) for name, value in cells.items()}
    return dataclasses.replace(held, evidence=held.evidence.assign(**changed))


def test_a_ratio_of_sums_tells_both_sums():
    sums = {"value": 0.85, "n": 850_000, "N": 1_000_000, "status": "count", "method": "records/ratio"}
    text = str(wording.latest(recorded(county(), "I09.executed", **sums), "经费", "I09.executed"))
    assert "85%（已支付（元）／预算（元），n/N 850,000/1,000,000 元）" in text
    active = str(wording.latest(recorded(county(), "I10.active", **sums), "平台", "I10.active"))
    assert "85%（活跃教师数／名册教师，逐月相加，n/N 850,000/1,000,000）" in active


def test_a_figure_of_some_counties_says_of_how_many():
    held = recorded(programme(), "I10.minutes", method="records/per+partial", status="count", N=1902)
    gone = held.evidence["county_code"].eq("513434") & held.evidence["indicator"].eq("I10.minutes")
    held = dataclasses.replace(
        held, evidence=held.evidence.assign(status=held.evidence["status"].mask(gone, "no_data"))
    )
    assert "（名册 N 1902，6/7 县）" in str(wording.latest(held, "平台", "I10.minutes"))
    filed = {"value": 10, "n": 10, "N": 14, "status": "count", "method": "records/count"}
    held = recorded(programme(), "I12.filed", **filed)
    assert "10（10 个单位填报／应填 14）" in str(wording.latest(held, "机构", "I12.filed"))


def test_clauses_without_evidence_are_named():
    held = county()
    rows = held.clauses[held.clauses["wave"] == "W3"]
    missing = rows.loc[rows["state"] == "missing", "clause"]
    text = str(wording.clauses(held))
    assert f"{len(held.codebook.clauses)} 条条款中" in text and f"没有证据的 {len(missing)} 条" in text
    assert all(f"{name} {held.codebook.clauses[name].label}" in text for name in missing)
    assert "不等于做到了" in text


HABITS = ("five_washes.rate", "five_both.rate")


def test_pupils_who_have_all_conditions_are_told_beside_all():
    text = str(wording.conditions(county(), *HABITS))
    assert text.count("\n") == 1 and "家里或学校里有自来水、热水和洗澡的地方的学生中，“五洗达标" in text
    row = county().one(HABITS[0])
    assert " 75%（95%区间 66–84，n " in text and f"不分条件为 {numerals.percent(row.value)}（95%区间" in text


def test_pupils_with_conditions_that_are_hidden_or_not_there_are_said_to_be():
    held = county()
    given = held.evidence["group"].eq("given")
    gone = dict.fromkeys(("value", "lo", "hi", "n"), pd.NA) | {"status": "suppressed_secondary"}
    masked = {name: held.evidence[name].mask(given, value) for name, value in gone.items()}
    text = str(
        wording.conditions(dataclasses.replace(held, evidence=held.evidence.assign(**masked)), *HABITS)
    )
    assert "为不公布（保护个人信息）；不分条件为" in text and "75%" not in text
    bare = dataclasses.replace(held, evidence=held.evidence[~given])
    assert "没有可用的数据" in str(wording.conditions(bare, *HABITS))


def rule(**given) -> codebook.Advice:
    told = {"id": "x", "section": "教师", "problem": "低", "advice": "看"}
    return codebook.Advice(**told | given)


@pytest.mark.parametrize(
    ("bound", "when", "found"),
    [(0.9, "below", True), (0.1, "below", False), (None, "lacking", False), (0.1, "above", True)],
)
def test_a_rule_finds_what_lies_wholly_on_its_side(bound, when, found):
    assert wording.holds(county(), rule(indicator="R6.top2", when=when, bound=bound)) is found


def test_a_rule_cannot_tell_where_its_bound_lies_within_the_interval_or_the_figure_is_hidden():
    held = county()
    row = held.one("R6.top2")
    assert wording.holds(held, rule(indicator="R6.top2", when="below", bound=row.value)) is None
    assert wording.holds(hidden(held, "R6.top2"), rule(indicator="R6.top2", when="below", bound=0.9)) is None
    assert wording.holds(without(held, "R6.*"), rule(indicator="R6.top2", when="below", bound=0.9)) is None
    assert wording.holds(without(held, "R6.*"), rule(indicator="R6.top2", when="lacking"))


def test_each_advice_carries_its_figures_and_never_a_cause():
    held = county()
    text = str(wording.advice(held))
    lines = [line for line in text.splitlines() if re.match(r"\d+\. ", line)]
    assert len(lines) > 5 and all("依据：" in line and "建议：" in line for line in lines)
    assert f"共 {len(held.codebook.advice)} 条规则，提出 {len(lines)} 条" in text
    assert text.endswith(wording.NO_CONTROL)
    assert not lint.text("".join(f"<p>{line}</p>" for line in [*lines, wording.NO_CONTROL]))
    bare = str(wording.advice(without(held, "I05.*")))
    assert "没有知识测试成绩" in bare and "“知识测试得分（百分制）”没有数据" in bare


def test_a_unit_page_names_its_schools_and_says_who_answered():
    held = county()
    assert "昭觉县小规模学校" in str(wording.unit_heading(held, "513431-003"))
    row = held.one("I02.response", groups=["unit:513431-003"])
    assert "所学校，合为一页，下称本单元：不足 10 名教师的学校全县合在一起" in str(
        wording.unit_heading(held, "513431-003")
    )
    text = str(wording.unit_response(held, "513431-003"))
    assert text.startswith("本单元教师问卷的应答率：")
    assert "本页说的是一所学校，下称本校。" in str(wording.unit_heading(held, "513431-001"))
    assert str(wording.unit_response(held, "513431-001")).startswith("本校教师问卷的应答率：")
    assert f"终期 80%（{row.n}/{row.N}）" in text and "全县终期" in text
    assert "没有可用的数据" in str(wording.unit_response(held, "513431-999"))
