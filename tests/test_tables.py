"""The tables say what the evidence says, with marks where it says nothing."""

import dataclasses
import re

import pandas as pd
import pytest
from evidence_fixture import SIZES, county, edit, hidden, programme, without, workspace_at

from yiduiyi_analysis.present import charts, numerals, results, tables
from yiduiyi_analysis.present.display import Markdown

TABLES = {
    "institutions": tables.institutions,
    "schools": tables.schools,
    "response": tables.response,
    "items": lambda held: tables.items(held, "B"),
    "dimensions": tables.dimensions,
    "habits": tables.habits,
    "county_tasks": lambda held: tables.deliverables(held, "C"),
    "school_tasks": lambda held: tables.deliverables(held, "S"),
    "stages": lambda held: tables.stages(held, "S"),
    "tiers": lambda held: tables.tiers(held, "I02.response", "R6.top2", "B.mean"),
    "diagnosis": tables.diagnosis,
    "milestones": tables.milestones,
    "sensitivity": tables.sensitivity,
    "change": lambda held: tables.change(held, "R6.top2", "B.mean", "five_both.rate", "I01.gap"),
    "reconcile": tables.reconcile,
    "repairs": tables.repairs,
    "quality": tables.quality,
    "indicators": lambda held: tables.indicators(
        held, "帮扶活动", "I07.activities", "I07.form", "I07.schools"
    ),
    "breakdown": lambda held: tables.breakdown(held, "I11.mean"),
    "clauses": tables.clauses,
}
UNIT = "513431-003"
UNITS = {
    "schools": tables.unit_schools,
    "response": tables.unit_response,
    "levels": tables.unit_levels,
    "stages": lambda held, unit: tables.unit_stages(held, unit, "S"),
}
OF_ALL = {
    "cases": tables.cases,
    "quotes": tables.quotes,
    "questions": tables.questions,
    "county_clauses": tables.county_clauses,
    "ranks": lambda held: tables.ranks(held, "R6.top2"),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("code", [None, *SIZES])
def test_each_table_shows_for_each_place(name, code):
    held = county(code) if code else programme()
    shown = TABLES[name](held)
    assert isinstance(shown, tables.Table)
    assert shown.html().count("<table") == 1 and shown.note
    assert held.place in shown.title or name in ("reconcile", "repairs")


@pytest.mark.parametrize("level", ["C", "S"])
@pytest.mark.filterwarnings("error")
def test_a_task_without_records_shows_marks_and_a_county_without_any_a_line(tmp_path, level):
    ws = workspace_at(tmp_path)

    def silent(rows, which):
        ours = rows["indicator"].str.match(rf"{level}{which}\.") & (rows["county_code"] == "513432")
        empty = {"value": None, "lo": None, "hi": None, "n": 0, "status": "no_data", "method": "none"}
        return rows.assign(**{name: rows[name].mask(ours, value) for name, value in empty.items()})

    edit(ws, "evidence", lambda rows: silent(rows, "1"))
    shown = tables.deliverables(results.read("513432", "W3", ws.root), level)
    assert "…" in shown.html() and "nan" not in shown.html().lower()
    edit(ws, "evidence", lambda rows: silent(rows, "[2-5]"))
    held = results.read("513432", "W3", ws.root)
    for none in (tables.deliverables(held, level), charts.deliverables(held, level)):
        assert isinstance(none, Markdown) and str(none) == str(tables.stages(held, level))


@pytest.mark.parametrize("name", [*TABLES, *OF_ALL, "intake"])
def test_without_evidence_there_is_a_line_and_no_crash(name):
    held = without(programme(), ".*")
    gone = (
        "schools",
        "counties",
        "helpers",
        "intake",
        "quality",
        "roster_ledger",
        "milestones",
        "sensitivity",
        "clauses",
        "candidates",
        "quotes",
        "testitems",
    )
    bare = type(held)(**{**vars(held), **{table: getattr(held, table).iloc[:0] for table in gone}})
    assert isinstance((TABLES | OF_ALL | {"intake": tables.intake})[name](bare), Markdown)


def test_a_wave_that_did_not_ask_shows_a_dash_and_a_hidden_cell_a_star():
    held = county("513434")
    shown = tables.items(held, "R").grid
    assert set(shown["基线"]) == {"—"}
    row = held.one("R1.top2")
    assert shown["终期"][0].endswith(f"\n{row.n}/{row.N}")
    assert tables.items(hidden(held, "R1.top2"), "R").grid["终期"][0] == "*"


def test_every_number_of_a_table_is_in_the_evidence():
    held = county()
    shown = tables.dimensions(held)
    points = {f"{value:.2f}" for value in shown.frame["value"].dropna()}
    cells = shown.grid.drop(columns="维度").to_numpy().ravel()
    printed = {re.match(r"[\d.]+", cell)[0] for cell in cells if cell[0].isdigit()}
    assert printed == points


def test_the_roster_adds_up_and_a_difference_shows(tmp_path):
    grid = tables.reconcile(programme()).frame
    assert grid.iloc[-1].tolist() == ["合计", 70, 70, 1902, 1902, 14, 14, 12]
    ws = workspace_at(tmp_path)
    edit(ws, "schools", lambda table: table.iloc[1:])
    other = tables.reconcile(results.read(root=ws.root)).frame
    assert other.iloc[-1]["学校：读出"] == 69 and other.iloc[-1]["学校：原文"] == 70


def test_a_county_without_named_helpers_says_the_source_lacks_them():
    assert tables.institutions(county("513432")).grid["帮扶单位"].tolist() == ["原文缺失"]


def test_small_schools_share_a_published_unit():
    grid = tables.schools(county("513430")).grid
    units = grid.loc[grid["专任教师（人）"].astype(int) < 10, "发布单元"]
    assert len(units) == 4 and units.nunique() == 1  # noqa: PD101


def test_files_read_are_kept_plus_set_aside():
    frame = tables.intake(programme()).frame
    assert (frame["读入"] == frame["保留"] + frame["搁置"]).all()


def test_rules_are_named_in_chinese_and_unknown_ones_as_they_are(tmp_path):
    assert "作答过快" in tables.quality(programme()).grid["规则"].tolist()
    ws = workspace_at(tmp_path)
    edit(ws, "quality", lambda table: table.assign(rule="brand_new"))
    assert set(tables.quality(results.read(root=ws.root)).grid["规则"]) == {"brand_new"}


def test_counties_side_by_side_keep_the_order_of_their_codes():
    grid = tables.counties(programme(), "I02.response", "R6.top2").grid
    assert grid["县"].tolist() == [*programme().codebook.counties["county"], "七县"]
    assert list(grid)[1:] == ["教师问卷（应答率）", "总体上，您对帮扶工作（前两档比例）"]


def test_a_county_is_followed_over_the_waves_beside_the_others():
    held = programme()
    shown = tables.county_waves(held, "R6.top2")
    assert shown.grid["县"].tolist() == [*held.codebook.counties["county"], "七县"]
    assert set(shown.grid["基线"]) == {"—"} and list(shown.grid)[1:] == ["基线", "半年", "一年", "终期"]
    row = held.one("R6.top2", places=["513431"])
    assert shown.grid.set_index("县").loc["昭觉县", "终期"].endswith(f"\n{row.n}/{row.N}")
    assert "不是名次" in shown.note and "独立的截面" in shown.note
    assert isinstance(tables.county_waves(without(held, ".*"), "R6.top2"), Markdown)


def test_key_schools_stand_beside_the_others_without_a_difference():
    shown = tables.tiers(programme(), "I02.response", "B.mean")
    assert shown.grid["学校"].tolist() == ["重点帮扶", "其余"] * 2
    assert shown.grid["指标"].tolist() == ["教师问卷（应答率）"] * 2 + ["应用（课堂行为）"] * 2
    assert "挑选出来的" in shown.note and "不相减" in shown.note
    done = tables.tiers(programme(), "S1.done")
    assert "%" not in "".join(done.grid["终期"]) and "已完成的学校数／有记录的学校数" in done.note
    assert "“五个一”任务的完成情况" in done.title


def test_the_stages_of_a_task_add_up_to_the_schools_with_a_record():
    shown = tables.stages(county(), "S").grid
    parts = shown.drop(columns=["任务", "n/N"])
    known = ~parts.isin(["*", "…"]).any(axis=1)
    counted = shown["n/N"].str.partition("/")[0]
    assert known.any() and (parts[known].astype(int).sum(axis=1) == counted[known].astype(int)).all()
    assert {"未启动", "已实施并验收"} < set(parts)


def test_a_reversed_item_and_the_top_two_options_are_explained_where_they_are_read():
    shown = tables.items(county(), "B")
    assert shown.grid["题目"].tolist()[-1] == "照着课本念到下课（反向题，越低越好）"
    assert "前两档指“经常”或“总是”" in shown.note and "反向题按原话计" in shown.note
    assert "反向" not in tables.items(county(), "O").note
    assert "你多久洗一次脸，“每天两次”或“每天一次”" in tables.items(county(), "X").note


def test_missing_helpers_are_no_zero():
    shown = tables.institutions(programme())
    assert shown.grid.set_index("县").loc["喜德县", "帮扶单位数（个）"] == "…"
    assert "不等于没有帮扶单位" in shown.note and "不等于" not in tables.institutions(county()).note
    assert shown.grid["县"].tolist() == programme().codebook.counties["county"].tolist()


def test_a_file_whose_rows_all_went_says_where_the_reason_is(tmp_path):
    ws = workspace_at(tmp_path)
    edit(ws, "intake", lambda table: table.assign(rows_kept=0, rows_set_aside=table["rows_read"], message=""))
    assert set(tables.intake(results.read(root=ws.root)).grid["说明"]) == {tables.register.BY_ROW}


def test_a_change_stands_beside_both_its_levels_and_says_its_unit_and_sign():
    held = programme()
    shown = tables.change(held, "R6.top2", "L.mean", "B.mean").grid
    assert shown["起点轮"].tolist() == ["半年", "一年", "基线"]
    row, now = held.one("R6.top2_change"), held.one("R6.top2")
    assert shown["本轮"][0].endswith(f"\n{now.n}/{now.N}")
    assert shown["变化"][0].endswith("\n百分点") and shown["变化"][1].endswith("\n分")
    assert shown["变化"][0].startswith(f"{numerals.number(row.value, 'rate_points')}（")
    assert shown["标准差"][0] == "—" != shown["标准差"][2] and " 至 " in shown["放到同类学校看"][2]
    note = tables.change(held, "B.mean").note
    assert "不能归因于项目" in note and "不等于没有变化" in note
    assert "放到同类学校看" not in tables.change(county(), "B.mean").grid


def test_a_change_is_a_star_where_it_is_hidden_and_left_out_where_no_wave_came_before():
    assert tables.change(hidden(county(), "B.mean_change"), "B.mean").grid["变化"].tolist() == ["*"]
    assert isinstance(tables.change(county(wave="W1"), "R.mean", "B.mean"), Markdown)


def test_changes_of_counties_keep_the_order_of_their_codes():
    held = programme()
    shown = tables.county_changes(held, "B.mean")
    assert shown.grid["县"].tolist() == [*held.codebook.counties["county"], "七县"]
    assert "不是名次" in shown.note and set(shown.grid["起点轮"]) == {"基线"}
    assert isinstance(tables.county_changes(without(held, ".*"), "B.mean"), Markdown)


def test_milestones_show_verdict_target_and_figure_and_say_that_targets_are_defaults():
    held = county()
    shown = tables.milestones(held)
    assert set(shown.grid["判定"]) <= {"是", "否", "证据不足", "未设目标"}
    first, early = shown.grid.iloc[0], held.one("R6.top2", waves=["W1"])
    assert first["目标"] == "≥85%" and first["数值"].endswith(f"\n{early.n}/{early.N}")
    assert "其中总体上，您对帮扶工作（前两档比例）：95% 区间整个达到目标" in shown.note
    reached = shown.grid[shown.grid["里程碑"].str.startswith("一年达标")].iloc[0]
    row = held.one("R6.top2", waves=["W2"])
    assert reached["目标"] == "≥85%" and reached["数值"].endswith(f"\n{row.n}/{row.N}")
    assert set(shown.grid["目标"]) >= {"100%", "≤25%"} and "≥100%" not in set(shown.grid["目标"])
    assert shown.grid.loc[shown.grid["指标"] == "效能（自我效能）", "目标"].eq("…").all()
    assert "待省教师培训项目办确认" in shown.note and "不能归因于项目" in shown.note
    assert shown.grid["里程碑"].str.startswith("两年固本").any()


def test_milestones_of_a_later_wave_are_not_told_before_it():
    grid = tables.milestones(county(wave="W1")).grid
    assert set(grid["里程碑"]) == {"半年见效（半年）"}


def test_milestones_of_counties_stand_side_by_side():
    shown = tables.county_milestones(programme())
    assert list(shown.grid)[2:] == [*programme().codebook.counties["short"], "七县"]
    assert "不是名次" in shown.note and set(shown.grid.iloc[:, 2:].to_numpy().ravel()) <= {
        "是",
        "否",
        "证据不足",
        "未设目标",
    }


def test_figures_with_and_without_careless_answers_stand_side_by_side():
    held = county()
    shown = tables.sensitivity(held)
    row = shown.frame.iloc[0]
    assert shown.grid["全部答卷"][0].endswith(f"\n{row.n_all}")
    assert shown.grid["不含可疑答卷"][0].endswith(f"\n{row.n_without}")
    assert "不说明这些答卷无效" in shown.note


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_has_its_tables_and_one_that_nobody_knows_has_a_line(name):
    shown = UNITS[name](county(), UNIT)
    assert isinstance(shown, tables.Table) and shown.note
    assert isinstance(UNITS[name](county(), "513431-999"), Markdown)


def test_a_unit_is_told_with_its_schools_its_county_and_both_counts():
    held = county()
    small = held.schools[held.schools["teachers"] < 10]
    assert tables.unit_schools(held, UNIT).grid["学校"].tolist() == small["school"].tolist()
    grid = tables.unit_levels(held, UNIT).grid
    assert grid["范围"].tolist()[:2] == ["本单元", "全县"]
    own, whole = held.one("R.mean", groups=[f"unit:{UNIT}"]), held.one("R.mean")
    assert grid["终期"][0].endswith(f"\n{own.n}/{own.N}") and grid["终期"][1].endswith(
        f"\n{whole.n}/{whole.N}"
    )
    assert "再加上其余学校中教师最少的一所" in tables.unit_schools(held, UNIT).note
    alone = "513431-001"
    assert tables.unit_levels(held, alone).grid["范围"].tolist()[:2] == ["本校", "全县"]
    assert "全县含本校" in tables.unit_levels(held, alone).note
    assert "合" not in tables.unit_schools(held, alone).note
    assert grid["基线"][0] == "—" and len(tables.unit_stages(held, UNIT, "S").grid) == len(small)


def test_a_unit_that_is_hidden_shows_stars():
    held = hidden(county(), "B.mean")
    grid = tables.unit_levels(held, UNIT).grid
    assert set(grid.loc[grid["指标"] == "应用（课堂行为）", "终期"]) == {"*"}


def test_options_of_an_indicator_become_rows_and_counts_stand_alone():
    held = county()
    grid = tables.indicators(held, "帮扶活动", "I07.activities", "I07.form", "I07.hours", "I07.schools").grid
    assert grid["指标"].tolist()[1] == "帮扶活动次数（专题培训）" and len(grid) == 9
    row = held.one("I07.schools")
    assert grid["终期"].tolist()[-1].endswith(f"{row.n}/{row.N}") and "\n" not in grid["终期"][0]
    assert "帮扶活动学时（学时）" in grid["指标"].tolist() and grid["指标"].tolist()[-1].endswith("，累计")


def test_money_is_grouped_and_a_record_that_no_wave_asked_shows_a_dash():
    grid = tables.indicators(county(), "经费执行", "I09.paid").grid
    assert grid["终期"].tolist() == ["123,456"] and grid["基线"].tolist() == ["—"]


def test_a_figure_without_all_counties_says_so_below_it_and_its_roster_alone():
    held = programme()
    rows = held.evidence
    mine = rows["indicator"].eq("I10.minutes") & rows["status"].ne("no_data")
    gone = mine & rows["county_code"].eq("513434")
    method = (
        rows["method"]
        .mask(mine, "records/per")
        .mask(mine & rows["county_code"].eq("all"), "records/per+partial")
    )
    some = rows.assign(
        method=method,
        N=rows["N"].mask(mine, 1902),
        status=rows["status"].mask(mine, "count").mask(gone, "no_data"),
    )
    held = dataclasses.replace(held, evidence=some)
    shown = tables.indicators(held, "平台", "I10.minutes")
    assert shown.grid["终期"][0].endswith("\nN=1902，6/7 县") and "有数的县数／全部县数" in shown.note
    side = tables.counties(held, "I10.minutes").grid.set_index("县").iloc[:, 0]
    assert side["七县"].endswith("\nN=1902，6/7 县") and side["喜德县"].endswith("N=1902")


def test_clauses_say_what_is_lacking_in_words():
    held = county()
    grid = tables.clauses(held).grid
    assert len(grid) == len(held.codebook.clauses) and set(grid["证据"].str[:1]) <= {"有", "部", "缺"}
    assert grid.loc[grid["证据"].str.startswith("有"), "还缺的指标"].eq("—").all()
    assert "知识测试得分（百分制）；已支付" in grid["还缺的指标"].tolist()


def test_counties_keep_the_order_of_their_codes_in_clauses():
    shown = tables.county_clauses(programme())
    assert list(shown.grid)[1:] == list(programme().codebook.places("short").values())
    assert "不是名次" in shown.note


def test_ranks_are_sets_and_never_of_institutions_or_schools():
    held = programme()
    shown = tables.ranks(held, "R6.top2", "B.mean")
    assert shown.grid["县"].tolist() == held.codebook.counties["county"].tolist()
    cells = shown.grid.iloc[:, 1:].to_numpy().ravel()
    assert all(re.search(r"名次 [1-7](–[1-7])?$|^[*…]$", cell) for cell in cells)
    assert "不是对县的评价，更不是对承训单位的评价" in shown.note and "学校不排名次" in shown.note


def test_counties_whose_intervals_meet_share_ranks_and_one_without_an_interval_may_hold_any():
    held = programme()
    mine = held.evidence["indicator"].eq("B.mean") & held.evidence["wave"].eq("W3")
    mine &= held.evidence["group"].eq("all") & held.evidence["county_code"].ne("all")
    level = held.evidence["value"].mask(mine, 3.0)
    same = held.evidence.assign(value=level, lo=held.evidence["lo"].mask(mine, 2.9))
    same["hi"] = same["hi"].mask(mine, 3.1)
    shown = tables.ranks(dataclasses.replace(held, evidence=same), "B.mean").grid
    assert set(shown.iloc[:, 1].str.rpartition("\n")[2]) == {"名次 1–7"}
    of_schools = held.evidence.assign(method=held.evidence["method"].mask(mine, "school/taylor"))
    shown = tables.ranks(dataclasses.replace(held, evidence=of_schools), "B.mean").grid
    assert set(shown.iloc[:, 1].str.rpartition("\n")[2]) == {"名次 1–7"}


def test_a_case_without_consent_is_counted_and_not_listed():
    shown = tables.cases(programme())
    assert len(shown.grid) == 4 and "另有 4 份候选的作者没有同意公开" in shown.note
    assert tables.cases(county()).grid["县"].tolist() == ["昭觉县"]
    assert set(shown.grid["学段"]) == {"小学（1–6 年级）", "…"} and "年级" not in shown.grid
    assert shown.grid.loc[shown.grid["学段"] == "…", "学科"].tolist() == ["…"]
    assert "不足 3 所学校的，全县都不列学科和学段（…）" in shown.note and "教师和学校不列" not in shown.note
    alone = programme().candidates.assign(consent=False)
    assert "另有 8 份" in str(tables.cases(dataclasses.replace(programme(), candidates=alone)))
    assert isinstance(tables.cases(county("513436")), Markdown)


def test_a_quote_has_no_county_and_no_county_has_a_quote():
    grid = tables.quotes(programme()).grid
    assert list(grid) == ["填报单位", "轮次", "原话", "份数"]
    assert isinstance(tables.quotes(county()), Markdown)


def test_only_weak_questions_are_listed():
    held = programme()
    assert tables.questions(held).grid.empty
    weak = held.testitems.assign(
        point_biserial=held.testitems["point_biserial"].mask(held.testitems["item_id"] == "K03", 0.05)
    )
    assert tables.questions(dataclasses.replace(held, testitems=weak)).grid["题号"].tolist() == ["K03"]


def test_the_diagnosis_gives_the_schools_behind_each_cell():
    held = county()
    grid, row = tables.diagnosis(held).grid, held.one(f"{held.tasks[0]}.expert_mean")
    assert grid.iloc[0]["专家评定均值"].endswith(f"\n{row.n}/{row.N}")


def test_what_one_institution_of_a_county_says_is_yes_or_no_and_no_percent():
    row = {"indicator": "I12.merged", "county_code": "513431", "group": "all", "wave": "W3", "unit": "rate"}
    row |= {"status": "count", "method": "records/share", "n": 1, "N": 1, "lo": None, "hi": None}
    held = without(county(), "I12.merged")

    def told(value, **other):
        line = pd.DataFrame([row | {"value": value, "n": int(value)} | other]).astype(
            held.evidence.dtypes[[*list(row), "value"]]
        )
        shown = dataclasses.replace(held, evidence=pd.concat([held.evidence, line], ignore_index=True))
        return tables.indicators(shown, "机构", "I12.merged").grid.iloc[0]["终期"]

    assert [told(1.0), told(0.0)] == ["是", "否"]
    assert told(1.0, N=4, n=4) == "100%\n4/4"


@pytest.mark.parametrize(
    "show",
    [
        lambda held: charts.indicator_waves(held, "I05.score", "I05.pass"),
        lambda held: charts.breakdown(held, "I05.score"),
        lambda held: charts.county_levels(held, "I05.score", "I05.pass"),
        lambda held: charts.funds(held, "I09.budget", "I09.paid", "I09.category"),
        lambda held: charts.monthly(held, "I10.active", "I10.uploads"),
        lambda held: charts.coverage(held, "I10.reporting"),
        lambda held: charts.calendar(held, "I07.form"),
        lambda held: tables.indicators(held, "知识测试", "I05.score", "I05.pass"),
        lambda held: tables.breakdown(held, "I05.score"),
        lambda held: tables.items(held, "B"),
        lambda held: tables.county_waves(held, "I05.score"),
        lambda held: tables.counties(held, "I09.budget", "I09.paid", about="经费执行"),
        lambda held: tables.ranks(held, "I05.score"),
        lambda held: tables.change(held, "R6.top2", "B.mean"),
        tables.diagnosis,
    ],
)
@pytest.mark.parametrize("wave", ["W1", "W3"])
def test_what_has_no_figure_at_all_is_one_line_that_repeats_no_place(show, wave):
    held = programme(wave)
    empty = {"value": pd.NA, "lo": pd.NA, "hi": pd.NA, "n": 0, "status": "no_data", "method": "none"}
    none = dataclasses.replace(held, evidence=held.evidence.assign(**empty).astype(held.evidence.dtypes))
    told = show(none)
    assert isinstance(told, Markdown) and "没有可用的数据" in str(told) and held.place not in str(told)
