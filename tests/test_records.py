import pandas as pd
import pytest
from forms_made import BOOK, ROOT, export, save_xlsx

from yiduiyi_analysis.clean import read, records, roster
from yiduiyi_analysis.clean.records import deliverables, ratings, sheets
from yiduiyi_analysis.errors import Fault

TOOL, SHEET = BOOK.instruments["I08"], BOOK.sheet["deliverables"]
HEADER = ["县", "学校", "轮次", "任务代码", "进展", "文件名称", "审定日期", "核验人", "由何校规划覆盖"]
CENTRAL, POINT = "昭觉县四开乡中心小学校", "昭觉县四开乡三湾村小学校"


@pytest.fixture(scope="module")
def schools():
    return roster.read(ROOT / "data" / "source" / "annex2_2020_375.txt", BOOK.counties).schools


def line(**cells) -> list[str]:
    usual = {"县": "昭觉县", "学校": CENTRAL, "轮次": "W2", "任务代码": "S1", "进展": "已实施并验收"}
    return [{**usual, **cells}.get(name, "") for name in HEADER]


def read_in(lines, schools, file="五个一台账.xlsx"):
    table = export([HEADER, *lines], file)
    got, unread = records.read(table, sheets.recognise(table, BOOK), BOOK)
    kept, said = deliverables.table(got.rows, SHEET, schools, BOOK)
    return kept, pd.concat([unread, said])


def test_a_record_is_one_task_of_one_school_or_county_in_one_wave(schools):
    kept, said = read_in([line(), line(学校="", 任务代码="C3", 进展="初稿", 核验人="某某")], schools)
    county, school = kept.to_dict("records")
    assert (county["unit"], county["unit_id"], county["code"], county["progress"]) == (
        "county",
        "513431",
        "C3",
        2,
    )
    assert (school["unit"], school["county_code"], school["code"], school["progress"]) == (
        "school",
        "513431",
        "S1",
        4,
    )
    assert (bool(county["verified"]), bool(school["verified"])) == (True, False)
    assert said.empty
    assert "某某" not in kept.to_csv()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("S1", "S1"),
        ("s1", "S1"),
        ("Ｓ１", "S1"),
        ("“一校一策”学校发展规划", "S1"),
        ("S1 “一校一策”学校发展规划", "S1"),
        ("S1、规划", "S1"),
        ("C1 同课异构课堂教学案例成果", None),
        ("S12", None),
        ("规划", None),
    ],
)
def test_a_task_is_told_by_code_or_wording_and_never_by_one_against_the_other(written, code):
    assert deliverables._task(written, TOOL) == code


@pytest.mark.parametrize(
    ("written", "progress", "missing"),
    [
        ("未启动", 0, None),
        ("0", 0, None),
        ("4", 4, None),
        ("验收", 4, None),
        ("不适用", None, "not_applicable"),
        ("", None, "blank"),
        ("快了", None, "invalid"),
        ("5", None, "invalid"),
    ],
)
def test_progress_is_taken_by_wording_or_score(schools, written, progress, missing):
    kept, said = read_in([line(进展=written)], schools)
    (row,) = kept.to_dict("records")
    assert (None if pd.isna(row["progress"]) else row["progress"]) == progress
    assert (None if pd.isna(row["missing"]) else row["missing"]) == missing
    assert said["rule"].tolist() == (["value_unknown"] if missing == "invalid" else [])


def test_dates_titles_and_the_covering_school(schools):
    cells = {
        "学校": POINT,
        "文件名称": "三年规划（联系 13800001234）",
        "审定日期": "2021/6/1",
        "由何校规划覆盖": CENTRAL,
    }
    kept, said = read_in(
        [line(**cells), line(任务代码="S2", 审定日期="去年", 由何校规划覆盖="某所学校")], schools
    )
    first, second = kept.sort_values("code").to_dict("records")
    central = schools.loc[schools["school"] == CENTRAL, "school_id"].item()
    assert first["covered_by"] == central
    assert first["approve_date"] == pd.Timestamp("2021-06-01")
    assert "1380000" not in first["doc_title"]
    assert pd.isna(second["approve_date"]) and pd.isna(second["covered_by"])
    assert sorted(said["rule"]) == ["covered_by_unsure", "time_unreadable"]


def test_what_belongs_nowhere_is_set_aside_with_its_row(schools):
    lines = [
        line(轮次="W9"),
        line(任务代码="Z9"),
        line(任务代码="C1", 县="冕宁县"),
        line(学校="没有这所学校"),
        line(学校=""),
        line(),
    ]
    kept, said = read_in(lines, schools)
    assert kept["row"].tolist() == [7]
    told = said.set_index("row")["rule"].to_dict()
    assert told[2] == told[3] == "record_unreadable"
    assert told[4] == "county_unknown"
    assert told[5] in {"school_none", "school_review"}
    assert told[6] == "school_blank"


def test_the_same_record_again_counts_once_and_a_contradiction_not_at_all(schools):
    lines = [line(), line(), line(任务代码="S2"), line(任务代码="S2", 进展="初稿"), line(任务代码="S2")]
    kept, said = read_in(lines, schools)
    assert kept["code"].tolist() == ["S1"]
    assert said["rule"].value_counts().to_dict() == {"record_conflict": 3, "record_repeated": 1}
    assert set(said["row"]) == {3, 4, 5, 6}


def test_a_missing_column_is_named():
    header = [name for name in HEADER if name != "进展"]
    with pytest.raises(Fault, match="缺少列 进展"):
        sheets.recognise(export([header, ["x"] * len(header)], "五个一台账.xlsx"), BOOK)


def test_a_questionnaire_is_no_record_sheet():
    assert (
        sheets.recognise(export([["序号", "1、您所在的县", "2、您所在的学校"], ["1", "a", "b"]]), BOOK)
        is None
    )


def test_a_sheet_with_title_and_merged_county_is_read(tmp_path, schools):
    lines = [["五个一台账 合成数据"], HEADER, line(县=""), line(县="", 任务代码="C1", 学校="")]
    path = save_xlsx(tmp_path / "a.xlsx", (("台账", 2, 0, 3, "昭觉县"),), 台账=lines)
    (table,) = read.tables(path)
    got, _ = records.read(table, sheets.recognise(table, BOOK), BOOK)
    kept, _ = deliverables.table(got.rows, SHEET, schools, BOOK)
    assert kept[["unit", "row"]].to_numpy().tolist() == [["county", 4], ["school", 3]]


def test_ratings_are_the_tasks_of_diagnoses_with_their_rater():
    where = {"county_code": "513431", "school_id": "513431-001", "wave": "W3"}
    responses = pd.DataFrame([{"response_id": "a", "rater": "self", "rater_no": pd.NA, **where}])
    answers = pd.DataFrame(
        [
            {"response_id": "a", "item_id": "T1.1", "value": 3.0, "missing": pd.NA, **where},
            {"response_id": "a", "item_id": "T1.2", "value": pd.NA, "missing": "not_applicable", **where},
            {"response_id": "a", "item_id": "PROBLEM", "value": pd.NA, "missing": pd.NA, **where},
            {"response_id": "b", "item_id": "R1", "value": 3.0, "missing": pd.NA, **where},
        ]
    )
    table = ratings.table(answers, responses, BOOK)
    assert table[["task_id", "rater"]].to_numpy().tolist() == [["T1.1", "self"], ["T1.2", "self"]]
    assert table["level"].fillna(0).tolist() == [3, 0]
    assert list(table.columns) == list(ratings.RATINGS)
