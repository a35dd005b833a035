"""The codebook as shipped, and the line that a mistake in it is reported with."""

import re
import shutil
from pathlib import Path

import pytest

from yiduiyi_analysis import codebook
from yiduiyi_analysis.errors import Fault

SHIPPED = Path(__file__).parent.parent / "data" / "codebook"


@pytest.fixture(scope="module")
def book() -> codebook.Codebook:
    return codebook.load(SHIPPED)


@pytest.fixture
def copy(tmp_path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "codebook"))


def edit(file: Path, old: str, new: str) -> int:
    """Replace `old` once and return the line where it stood."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_seven_counties_by_code_name_and_short_name(book):
    assert len(book.counties) == 7
    for written in ["513431", "昭觉县", "昭觉", " 昭觉县 "]:
        assert book.county(written) == ("513431", "昭觉县")
    assert book.county("越嶲县") == ("513434", "越西县")


def test_an_unknown_county_lists_the_known_ones(book):
    with pytest.raises(Fault, match="昭觉县 513431"):
        book.county("冕宁县")
    with pytest.raises(Fault):
        book.county("")


def test_the_management_standard_has_six_duties_and_twenty_two_tasks(book):
    diagnosis = book.instruments["I01"]
    assert len(diagnosis.dimensions) == 6
    assert len([item for item in diagnosis.items if item.scale == "LVL4"]) == 22


def test_every_indicator_has_a_chinese_name(book):
    assert book.label("R1.top2") == "培训内容贴近我的课堂（前两档比例）"
    assert book.label("five_both.rate").startswith("五洗五会双达标")
    assert book.label("roster.teachers") == "专任教师数"
    assert book.label("I01.self.response") == "学校诊断·自评（应答率）"
    assert book.subject("T1.1.gap") == "维护学生平等入学权利"
    assert book.label("no.such") == "no.such"


def test_a_form_printed_the_other_way_round_keeps_its_values(book):
    item = book.item["E1"]
    assert [o.value for o in book.option_order(item, "W0")] == [1, 2, 3, 4, 5]
    assert [o.value for o in book.option_order(item, "W2")] == [5, 4, 3, 2, 1]


MISTAKES = [
    ("instruments/I02.yml", "id: R2,", "id: R1,", "编号重复"),
    ("instruments/I02.yml", "scale: SAT5", "scale: SAT9", "SAT9 没有定义"),
    ("instruments/I02.yml", "dimension: R,", "dimension: Z,", "维度 Z 没有定义"),
    ("instruments/I02.yml", "kind: scale, scale: SAT5", "kind: scala, scale: SAT5", "kind"),
    ("instruments/I02.yml", "waves: [W1, W2, W3], clauses", "waves: [W9], clauses", "W9"),
    ("instruments/I04.yml", "items: [X1,", "items: [X9,", "X9"),
    ("instruments/I04.yml", "conditions: [WATER", "conditions: [WATTER", "没有题目 WATTER"),
    ("instruments/I04.yml", "conditions: [WATER", "conditions: [SEX", "题目 SEX 不是"),
    ("instruments/I04.yml", "conditions: [WATER", "conditions: [CLASS", "题目 CLASS 不是"),
    ("instruments/I02.yml", "kind: survey", "kind: survey\nconditions: [STAGE]", "只用于"),
    (
        "instruments/I01.yml",
        "kind: survey",
        "kind: surveys",
        "I01：kind 没有 surveys 这个值，应为 survey 或 records",
    ),
    ("waves.yml", "id: W1", "id: W0", "W0 重复"),
    ("waves.yml", "opens: 2020-12-01", "opens: someday", "opens"),
    ("scales.yml", "label: 满意度（1–5）", "labl: 满意度", "labl"),
    ("scales.yml", "kind: likert", "kind: [likert", "YAML"),
    ("waves.yml", "id: W1, label: 半年, opens: 2020-12-01", "id: W1, label: 半年, opens: 2020-10-01", "重叠"),
    ("waves.yml", "closes: 2020-10-31", "closes: 2020-08-31", "早于"),
    ("waves.yml", "opens: 2020-12-01", "opens: 2020-13-01", "日期写错了"),
    ("counties.csv", "513429,布拖县", "513428,布拖县", "重复"),
    ("counties.csv", "交际河片区,", "交际河片区,,,", "比表头多"),
    ("counties.csv", "102.879,27.593", "27.593,102.879", "经纬度"),
    ("counties.csv", "102.879,27.593", "102.879,", "经纬度"),
    ("counties.csv", "102.879,27.593", "102.879E,27.593", "经纬度"),
    ("instruments/I02.yml", "expect: 4", "expect: 9", "expect"),
    ("instruments/I02.yml", "stem: 您的教龄", "stem: 您任教的学段", "题干“您任教的学段”相同"),
    ("disclosure.yml", "mean_min: 10", "mean_min: -1", "正整数"),
    ("milestones.yml", "wave: W1", "wave: W9", "没有轮次"),
    ("milestones.yml", "indicator: S1.done", "indicator: S9.done", "没有这个指标"),
    ("milestones.yml", "indicator: B6.top2, better: down", "indicator: B6.top2, better: up", "反向题"),
    ("milestones.yml", "R6.top2, better: up, rule", "R6.top2, better: down, rule", "应为 up"),
    ("milestones.yml", "target: 0.25", "target: 25", "0 与 1 之间"),
    ("milestones.yml", "R6.top2, better: up, rule", "R6.low2, better: up, rule", "应为 down"),
    ("milestones.yml", "better: up}", "better: upp}", "better 没有 upp 这个值，应为 up 或 down"),
    ("advice.yml", "indicator: I02.response", "indicator: I02.respons", "没有指标 I02.respons"),
    ("advice.yml", "bound: 0.8, problem: 教师问卷", "problem: 教师问卷", "须有 bound"),
    ("lights.yml", "indicator: I02.response", "indicator: I02.respons", "没有指标 I02.respons"),
    ("lights.yml", "indicator: I01.self.response, ", "", "须写 indicator"),
    ("lights.yml", "rules: [late]", "rules: [latte]", "没有规则 latte"),
    ("lights.yml", "kind: hidden, green", "kind: hidden, rules: [late], green", "只有 kind: rows"),
    ("lights.yml", "green: 0.9, red: 0.5", "green: 0.5, red: 0.5", "不应相等"),
    (
        "advice.yml",
        "when: lacking, problem: 没有专家",
        "when: never, problem: 没有专家",
        "when 没有 never 这个值",
    ),
]


SHEET_MISTAKES = [
    ("I07", "id: participation\n", "id: activities\n", "编号与I07.yml重复"),
    ("I07", "id: activities\n", "id: answers\n", "编号与别的表重复"),
    ("I07", "scale: FORMS6", "scale: FORMS9", "FORMS9 没有定义"),
    ("I07", "kind: choice, scale: ROLE", "kind: choice", "要写 scale"),
    ("I07", "kind: number, stem: 学时", "kind: number, scale: ROLE, stem: 学时", "要写 scale"),
    ("I07", "id: topic, kind: text", "id: topic, kind: words", "topic：kind 没有 words 这个值$"),
    ("I07", "stem: 主办单位", "stem: 主题", "与 topic 相同"),
    ("I07", "id: helper, kind: text", "id: row, kind: text", "留给清洗后的表"),
    ("I07", "min: 1, max: 3000", "min: 9000, max: 3000", "min 大于 max"),
    ("I07", "kind: text, stem: 主题", "kind: text, max: 3, stem: 主题", "只有 kind: number"),
    ("I10", "id: active, kind: number", "id: active, kind: covered_by", "只有 kind: number"),
]
WHOLE_SHEET_MISTAKES = [
    ("I07", "period: date_start", "period: hours", "不是轮次、日期或月份"),
    ("I07", "key: [activity_no, person]", "key: [activity_no, name_no]", "没有这个字段 name_no"),
    ("I07", "activity_no: activities", "activity_no: nothing", "对不上"),
    ("I07", "id: person, kind: person", "id: school, kind: person", "字段编号 school 重复"),
    ("I07", "{id: schools, kind: schools,", "{id: county_2, kind: county,", "kind: county 用了两次"),
    ("I12", "{id: county, kind: county,", "{id: county, kind: text,", "没有 kind: county"),
    ("I08", "id: progress, kind: choice, scale: PROG5,", "id: progress, kind: text,", "缺少进展"),
]
INDICATOR_MISTAKES = [
    (
        "clauses: [A2, A3, A4, A5], instrument: I07, kind: count",
        "clauses: [A9], instrument: I07, kind: count",
        "没有条款 A9",
    ),
    ("instrument: I10, kind: reach", "instrument: I19, kind: reach", "没有工具 I19"),
    ("kind: count, sheet: activities, unit", "kind: count, sheet: cases, unit", "没有表 cases"),
    ("kind: count, sheet: activities, by: form", "kind: count, by: form", "要写 sheet"),
    ("columns: [uploads]", "columns: [uploaded]", "uploaded 不是表"),
    ("columns: [uploads]", "columns: [classroom]", "应是 number"),
    ("columns: [person], over: teachers", "columns: [role], over: teachers", "应是"),
    ("over: budget_yuan", "over: budget", "over: budget 不能用在这里"),
    ("columns: [active], over: roster", "columns: [active]", "要写 over"),
    ("columns: [schools], over: schools, unit", "columns: [schools], over: pupils, unit", "over: pupils"),
    ("by: form", "by: topic", "by 的 topic"),
    ("where: {side: [1]}", "where: {team: [1]}", "where 的 team"),
    ("where: {status: [1]}", "where: {status: [7]}", "没有分值 7"),
    ("among: {role: [1], completed: [0, 1]}, ", "", "要写 among"),
    ("kind: gain, unit: score_points", "kind: gain, sheet: cases, unit: score_points", "没有表 cases"),
    ("instrument: I05, kind: kr20", "instrument: I02, kind: kr20", "只用于测试"),
    ("at_least: 60, ", "", "要写 at_least"),
    ("unit: minutes", "unit: hour", "unit 应为"),
    ("label: 预算, ", "", "缺少 label"),
    ("id: E6.top2", "id: E9.top2", "没有题目、维度或任务"),
    ("id: E6.top2", "id: E4.top2", "编号 E4.top2 重复"),
    ("kind: kr20", "kind: alpha", r"[\w.]+：kind 没有 alpha 这个值$"),
    (
        "sheet: institutions, unit: count, better: up}",
        "sheet: institutions, unit: count, monthly: true}",
        "不能 monthly",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), [
    *((f"instruments/{name}.yml", *rest) for name, *rest in SHEET_MISTAKES),
    *(("indicators.yml", *rest) for rest in INDICATOR_MISTAKES),
    ("clauses.yml", "id: C2,", "id: C1,", "编号 C1 重复"),
    ("clauses.yml", "source: 一}", "sauce: 一}", "sauce"),
    ("programme.yml", "starts: 2020-07-14", "starts: July", "starts"),
])  # fmt: skip
def test_a_mistake_in_a_sheet_or_an_indicator_stops_with_its_line(copy, file, old, new, said):
    line = edit(copy / file, old, new)
    with pytest.raises(Fault, match=said) as caught:
        codebook.load(copy)
    told = line_of_entry(copy / file, caught.value.row)
    assert caught.value.row == line or told == line_of_entry(copy / file, line)
    assert Path(caught.value.file).name == Path(file).name


def line_of_entry(file: Path, line: int) -> str:
    """Return what a line of a list of entries is about: the id that it gives."""
    return re.search(r"id: ([^,}\n]+)", file.read_text("utf-8").splitlines()[line - 1] + " id: ?")[1]


@pytest.mark.parametrize(("name", "old", "new", "said"), WHOLE_SHEET_MISTAKES)
def test_a_sheet_that_contradicts_itself_is_named_with_its_line(copy, name, old, new, said):
    file = copy / "instruments" / f"{name}.yml"
    edit(file, old, new)
    with pytest.raises(Fault, match=said) as caught:
        codebook.load(copy)
    assert "id: " in file.read_text("utf-8").splitlines()[caught.value.row - 1]


@pytest.mark.parametrize(("file", "old", "new", "said"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_a_mistake_stops_with_its_file_and_line(copy, file, old, new, said):
    line = edit(copy / file, old, new)
    with pytest.raises(Fault, match=said) as caught:
        codebook.load(copy)
    assert caught.value.row is not None
    assert abs(caught.value.row - line) <= 1
    assert Path(caught.value.file).name == Path(file).name


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("waves.yml", "id: W3,", "id: W1,", "编号 W1 重复"),
        ("instruments/I02.yml", "id: R6,", "id: R1,", "R1：编号重复"),
        ("instruments/I02.yml", "title: 教师问卷", "title: 教师问卷\ntitle: 教师", "键 title 写了两次"),
        ("disclosure.yml", "mean_min: 10", "mean_min: 10\nmean_min: 1", "键 mean_min 写了两次"),
    ],
)
def test_what_stands_there_twice_is_told_at_the_second(copy, file, old, new, said):
    line = edit(copy / file, old, new) + new.count("\n")
    with pytest.raises(Fault, match=said) as caught:
        codebook.load(copy)
    assert (caught.value.row, Path(caught.value.file).name) == (line, Path(file).name)


def test_a_kind_that_looks_like_another_asks_whether_it_was_meant(copy):
    edit(copy / "rules.yml", "kind: hours_per_day", "kind: hour_per_day")
    with pytest.raises(Fault, match=r"^.*hours_per_day：kind 没有 hour_per_day 这个值，是不是 hours_per_day"):
        codebook.load(copy)


def test_an_example_is_one_of_the_options(copy):
    file = copy / "instruments" / "I07.yml"
    line = edit(file, "example: 跟岗研修", "example: 讲座")
    with pytest.raises(Fault, match="form：example 的 讲座 不是") as caught:
        codebook.load(copy)
    assert caught.value.row == line


def test_a_table_without_a_column_says_which(copy):
    edit(copy / "townships.csv", "county,old", "county,before")
    with pytest.raises(Fault, match="缺少列 old"):
        codebook.load(copy)


def test_a_missing_file_is_named(copy):
    (copy / "scales.yml").unlink()
    with pytest.raises(Fault, match=r"scales\.yml"):
        codebook.load(copy)


def test_an_empty_file_says_so(copy):
    (copy / "scales.yml").write_text("", "utf-8")
    with pytest.raises(Fault, match=r"scales\.yml.*空"):
        codebook.load(copy)


@pytest.mark.parametrize("row", ["甲*,I99,W2,text,", "甲*,I02,W9,text,", "甲*,I02,W2,words,"])
def test_a_form_that_nothing_knows_names_its_line_and_column(copy, row):
    edit(copy / "forms.csv", "note\n", f"note\n{row}\n")
    with pytest.raises(Fault, match="不认识") as caught:
        codebook.load(copy)
    assert (caught.value.row, Path(caught.value.file).name) == (2, "forms.csv")


def test_an_instrument_without_a_school_question_is_refused(copy):
    edit(copy / "instruments" / "I02.yml", "role: school, ", "")
    with pytest.raises(Fault, match="school"):
        codebook.load(copy)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("scales.yml", "top: [4, 5]", "top: [4, 9]", "SAT5 的 top"),
        (
            "scales.yml",
            "{value: 4, label: 比较满意",
            "{value: 5, label: 比较满意",
            "SAT5 有两个选项的分值都是 5",
        ),
        ("scales.yml", "also: [很满意]", "also: [一般]", "SAT5 有两个选项的写法都是 一般"),
        ("instruments/I08.yml", "kind: covered_by,", "kind: school,", "kind: school 用了两次"),
    ],
)
def test_entries_that_contradict_each_other_are_named(copy, file, old, new, said):
    edit(copy / file, old, new)
    with pytest.raises(Fault, match=said) as caught:
        codebook.load(copy)
    assert caught.value.row is not None


@pytest.mark.parametrize("since", ["", "  since: W3\n"])
def test_a_target_that_must_hold_names_an_earlier_wave(copy, since):
    edit(copy / "milestones.yml", "  since: W2\n", since)
    with pytest.raises(Fault, match="更早的 since") as caught:
        codebook.load(copy)
    assert caught.value.row is not None


def test_the_shipped_milestones_are_defaults_and_name_the_three_of_the_plan(book):
    assert [mark.label for mark in book.milestones.values()] == ["半年见效", "一年达标", "两年固本"]
    goals = [goal for mark in book.milestones.values() for goal in mark.goals]
    assert not any(goal.confirmed for goal in goals) and any(goal.target is None for goal in goals)
