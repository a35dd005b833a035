"""Record sheets as people keep them: told by their headings, read by kind, linked, and nothing lost."""

import pandas as pd
import pytest
from forms_made import BOOK, ROOT, SIKAI, export, save_xlsx, workspace
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.clean import pipeline, records, roster
from yiduiyi_analysis.clean.records import fields, periods, sheets
from yiduiyi_analysis.clean.survey import written
from yiduiyi_analysis.errors import Fault

SCHOOLS = roster.read(ROOT / "data" / "source" / "annex2_2020_375.txt", BOOK.counties).schools
KEY = bytes(range(32))
SIKAI_ID = SCHOOLS.loc[SCHOOLS["school"] == SIKAI, "school_id"].item()
USUAL = {
    "activities": {
        "活动编号": "HD-1", "开始日期": "2021-03-05", "结束日期": "2021-03-06", "形式": "送教进校",
        "主题": "识字", "主办单位": "某院", "县": "昭觉县", "参加学校": SIKAI, "学时": "6", "参加人数": "12",
    },
    "participation": {
        "活动编号": "HD-1", "县": "昭觉县", "学校": SIKAI, "教师代码": "T8K2Q", "身份": "参加教师",
        "实际学时": "6", "是否完成": "是",
    },
    "platform_months": {
        "月份": "2021-03", "县": "昭觉县", "学校": SIKAI, "活跃教师数": "3", "登录次数": "9",
        "课例上传数": "1", "微课观看分钟": "90", "双师课节数": "0",
    },
    "funds": {
        "县": "昭觉县", "支出单位": "县教师进修校", "经费来源": "国培", "年度": "2021", "支出类别": "讲课",
        "预算（元）": "10000", "已支付（元）": "800", "凭证号": "pz-1", "支付日期": "2021-03-05",
    },
    "institutions": {
        "对接的县": "昭觉县", "轮次": "终期", "填报单位": "承训单位", "团队人数": "9",
        "其中高级职称人数": "3", "本轮进校天数": "20", "“1+1+N”到位单位数": "4",
    },
}  # fmt: skip


def table(name: str, *rows: dict, headings: dict | None = None, **said):
    """Return a table of one sheet: the usual row but for what each of `rows` says."""
    names = list(USUAL[name])
    lines = [[{**USUAL[name], **row}[name_] for name_ in names] for row in rows]
    return export([[(headings or {}).get(one, one) for one in names], *lines], **said)


def come(*tables):
    """Return the clean tables of these exports, and the ledger."""
    got = [records.read(one, sheets.recognise(one, BOOK), BOOK) for one in tables]
    done, said = records.tables([one for one, _ in got], SCHOOLS, BOOK, KEY)
    return done, pd.concat([*(part for _, part in got), said], ignore_index=True)


def cell(name: str, column: str, field: str, text: str):
    """Return what one cell of a sheet becomes, and the rules that it calls."""
    done, said = come(table(name, {column: text}))
    value = done[name][field].item()
    return (None if pd.isna(value) else value), said["rule"].tolist()


@pytest.mark.parametrize("name", USUAL)
def test_a_sheet_is_known_by_its_headings_whatever_its_file_is_called(name):
    assert sheets.recognise(table(name, {}, file="新建.xlsx"), BOOK).sheet.id == name


@pytest.mark.parametrize(
    "header", ["3、学时", "学时（学时）", "*学时", "第3题 学时", " 学 时 ", "学时(学时)"]
)
def test_numbers_and_units_do_not_hide_a_heading(header):
    done, said = come(table("activities", {}, headings={"学时": header}))
    assert done["activities"]["hours"].tolist() == [6] and said.empty


@pytest.mark.parametrize(("written", "field"), [("预算", "budget_yuan"), ("已支付", "paid_yuan")])
def test_a_unit_may_be_left_out_but_two_columns_are_never_confused(written, field):
    found = sheets.recognise(table("funds", {}, headings={f"{written}（元）": written}), BOOK)
    assert found.places[field] == list(USUAL["funds"]).index(f"{written}（元）")
    scored = [
        {"目标（评分者一）": "goal_1", "目标（评分者二）": "goal_2"}.get(f.stem)
        for f in BOOK.sheet["cases"].columns
    ]
    assert sheets._field("目标", sheets._names(BOOK.sheet["cases"])) is None and "goal_1" in scored


def test_a_sheet_that_lacks_a_needed_column_names_it():
    one = table("activities", {}, headings={"学时": "别的"}, file="帮扶活动日志.xlsx")
    with pytest.raises(Fault, match="缺少列 学时"):
        sheets.recognise(one, BOOK)


def test_a_column_that_nobody_asked_for_is_told_and_left():
    one = table("activities", {}, headings={"主题": "活动主题"})
    more = export([[*one.headers, "地点", "主题", "合成数据"], [*one.frame.iloc[0], "校内", "又一题", ""]])
    done, said = come(more)
    assert done["activities"]["topic"].tolist() == ["识字"]
    assert said[["rule", "column"]].to_numpy().tolist() == [
        ["column_unknown", "地点"],
        ["column_repeated", "主题"],
    ]


@pytest.mark.parametrize(
    ("text", "value", "rules"),
    [
        ("送教进校", 3, []), ("送教", 3, []), ("3", 3, []), ("C.送教进校", 3, []),
        ("讲座", None, ["value_unknown"]), ("", None, ["field_blank"]),
    ],
)  # fmt: skip
def test_a_choice_is_taken_by_wording_or_value(text, value, rules):
    assert cell("activities", "形式", "form", text) == (value, rules)


@pytest.mark.parametrize(
    ("text", "value", "rules"),
    [
        ("800", 800, []), ("1,200.50", 1200.5, []), ("￥1，200元", 1200, []), ("800元", 800, []),
        ("-5", -5, []), ("1.2万元", 12000, ["number_rewritten"]), ("约八百", None, ["value_unknown"]),
        ("12;34", None, ["value_unknown"]),
        ("—", None, ["field_blank"]),
    ],
)  # fmt: skip
def test_a_number_is_taken_with_its_unit_and_nothing_is_guessed(text, value, rules):
    assert cell("funds", "已支付（元）", "paid_yuan", text) == (value, rules)


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        ("形式", "线上培训", "线上培训"),
        ("形式", "没有", "没有"),
        ("形式", "王线上", "〔已隐去〕"),
        ("形式", "吉克阿木", "〔已隐去〕"),
        ("形式", "李老师送教", "〔已隐去〕"),
        ("形式", "跟岗研修李小平", "〔已隐去〕"),
        ("学时", "十二学时", "十二学时"),
        ("学时", "约6天", "约6天"),
        ("学时", "6.5.1", "6.5.1"),
        ("学时", "万三", "〔已隐去〕"),
        ("学时", "王小明", "〔已隐去〕"),
        ("学时", "13800001234转2", "〔已隐去〕"),
        ("开始日期", "五月六日", "五月六日"),
    ],
)
def test_what_was_no_value_is_shown_where_it_cannot_be_a_person(column, text, told):
    said = come(table("activities", {column: text}))[1]
    assert said["before"].dropna().tolist() == [told]


def test_a_task_whose_progress_nobody_knows_shows_what_was_written():
    head = ["县", "学校", "轮次", "任务代码", "进展", "文件名称", "审定日期"]
    said = come(export([head, ["昭觉县", SIKAI, "W2", "S1", "已经实施", "", "三月五日"]]))[1]
    assert {"已经实施", "三月五日"} <= set(said["before"].dropna())


@settings(max_examples=60, deadline=None)
@given(st.text("王李张赵沙马吉克阿木曲比小明丽伟军芳强", min_size=2, max_size=4))
def test_a_name_in_a_column_of_options_is_never_told(name):
    for field in (field for sheet in BOOK.sheet.values() for field in sheet.columns if field.scale):
        shown = written.shown(pd.Series([name]), fields.wordings(BOOK.scales[field.scale]), amounts=True)
        assert shown.tolist() == [written.HIDDEN]


def test_a_county_that_the_school_contradicts_is_what_must_be_corrected():
    said = come(table("platform_months", {"县": "普格县", "学校": "喜德县依兹觉中心小学校"}))[1]
    row = said[said["rule"] == "school_review"].iloc[0]
    assert row["note"].startswith("所填县（普格县）与校名的县不符") and "改正县" in row["note"]
    assert row["before"] == "喜德县依兹觉中心小学校" and row["after"].count("喜德县") == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from(["", "元", " 元", "人"]))
def test_any_amount_comes_back_as_written(whole, cents, unit):
    texts = pd.Series([f"{whole:,}.{cents:02d}{unit}"], dtype="str")
    values, said = fields._numbers(texts, BOOK.sheet["funds"].field["paid_yuan"])
    assert values.item() == pytest.approx(whole + cents / 100) and not sum(map(len, said))


@pytest.mark.parametrize("text", ["2021-03-05", "2021/3/5", "2021.3.5", "2021年3月5日", "44260", "20210305"])
def test_a_date_is_a_day_however_it_is_written(text):
    assert cell("funds", "支付日期", "date", text) == (pd.Timestamp("2021-03-05"), [])


@pytest.mark.parametrize(
    "text", ["2021-03", "2021年3月", "2021/3", "2021.03", "202103", "2021-03-01 00:00:00", "44256"]
)
def test_a_month_is_a_month_however_it_is_written(text):
    assert cell("platform_months", "月份", "month", text) == ("2021-03", [])


def test_what_is_no_date_is_missing_and_told_and_its_row_stays():
    assert cell("funds", "支付日期", "date", "去年春天") == (None, ["time_unreadable"])


@pytest.mark.parametrize(
    ("day", "wave"),
    [
        ("2020-07-13", None), ("2020-07-14", "W0"), ("2020-10-31", "W0"), ("2020-11-01", "W1"),
        ("2021-01-01", "W2"), ("2022-03-31", "W3"), ("2022-04-01", None),
    ],
)  # fmt: skip
def test_a_record_belongs_to_the_first_wave_that_had_not_closed(day, wave):
    done, _ = come(table("activities", {"开始日期": day}))
    told = done["activities"]["wave"].item()
    assert (None if pd.isna(told) else told) == wave


def test_a_month_counts_where_any_of_its_days_does():
    tool = BOOK.instruments["I07"]
    months = pd.Series(["2020-06", "2020-07", "2022-03", "2022-04", None], dtype="string")
    assert periods.by_date(months, tool, BOOK).fillna("").tolist() == ["", "W0", "W3", "", ""]


def test_a_wave_that_nobody_can_tell_sets_the_row_aside():
    done, said = come(table("institutions", {"轮次": "第几轮"}, {"轮次": "W2"}))
    assert done["institutions"]["wave"].tolist() == ["W2"]
    assert said[["row", "rule"]].to_numpy().tolist() == [[2, "record_unreadable"]]


def test_participants_take_the_wave_of_their_activity():
    done, _ = come(
        table("activities", {}, {"活动编号": "hd-2 ", "开始日期": "2022-03-01"}),
        table("participation", {}, {"活动编号": "ＨＤ-2"}, {"活动编号": "没有这次"}),
    )
    assert done["participation"].sort_values("row")["wave"].fillna("").tolist() == ["W2", "W3", ""]
    assert done["participation"]["activity_no"].tolist() == ["HD-1", "HD-2", "没有这次"]


def test_all_schools_of_a_county_came_or_the_ones_that_are_listed():
    other = SCHOOLS.loc[SCHOOLS["county_code"] == "513431", "school"].iloc[0]
    cells = ["片区全部学校", f"{SIKAI}、{other}，{SIKAI}", f"{SIKAI}；不存在的学校", ""]
    done, said = come(table("activities", *({"参加学校": cell_} for cell_ in cells)))
    listed = done["activities"]["schools"]
    assert listed[0].split(";") == SCHOOLS.loc[SCHOOLS["county_code"] == "513431", "school_id"].tolist()
    first = SCHOOLS.loc[SCHOOLS["school"] == other, "school_id"].item()
    assert listed[1:3].tolist() == [f"{SIKAI_ID};{first}", SIKAI_ID] and pd.isna(listed[3])
    assert said[["row", "rule"]].to_numpy().tolist() == [[4, "schools_unsure"]]


def test_where_a_record_belongs_must_be_certain():
    rows = [{"学校": "没有这所学校"}, {"学校": ""}, {}]
    done, said = come(table("platform_months", *rows), table("funds", {"县": "冕宁县"}))
    assert done["platform_months"][["row", "school_id"]].to_numpy().tolist() == [[4, SIKAI_ID]]
    assert done["funds"].empty
    assert sorted(said["rule"]) == ["county_unknown", "school_blank", "school_none"]


def test_one_person_is_one_pseudonym_and_the_code_is_nowhere():
    codes = ["T8K2Q", "ｔ８ｋ２ｑ", " T8 K2Q", "T9999"]
    done, said = come(table("participation", *({"教师代码": code} for code in codes)))
    people = done["participation"].sort_values("row")["person"]
    assert len(set(people.iloc[:3])) == 1 and len(set(people)) == 2
    assert people.str.fullmatch("[0-9a-f]{16}").all()
    assert "8K2Q" not in done["participation"].to_csv().upper() + said.to_csv().upper()


def test_names_and_numbers_of_persons_are_not_kept():
    one = table("activities", {"主题": "识字（联系 13800001234）"})
    private = export([[*one.headers, "联系人"], [*one.frame.iloc[0], "阿依某某"]])
    done, said = come(private)
    assert (
        "1380000" not in done["activities"].to_csv()
        and "阿依" not in done["activities"].to_csv() + said.to_csv()
    )


def test_ids_of_records_depend_on_nothing_but_the_record():
    rows = [{}, {"活动编号": "HD-2"}, {"活动编号": "HD-2", "主题": "又一次"}]
    ids = come(table("activities", *rows))[0]["activities"].set_index("row")["record_id"]
    again = come(table("activities", rows[1], rows[0], file="改名.csv"))[0]["activities"].set_index("row")[
        "record_id"
    ]
    assert ids.is_unique and ids[2] == again[3]


def test_a_sheet_of_which_nothing_came_has_its_columns_all_the_same():
    done, _ = come(table("funds", {}))
    for name, sheet in BOOK.sheet.items():
        if name != "deliverables":
            assert dict(done[name].dtypes.astype(str)) == records.columns(sheet), name


def test_a_workbook_of_several_tabs_is_read_tab_by_tab(tmp_path):
    ws = workspace(tmp_path)
    usual = {name: [[*USUAL[name]], [*USUAL[name].values()]] for name in USUAL}
    no_county = [name for name in USUAL["platform_months"] if name != "县"]
    month = [no_county, [USUAL["platform_months"][name] for name in no_county]]
    save_xlsx(
        ws.incoming / "各县汇总.xlsx",
        活动=[["帮扶活动日志（昭觉）"], ["填报人：见末页"], *usual["activities"]],
        名单=usual["participation"],
        昭觉县=month,
        说明=[["请按时填报"]],
    )
    summary = pipeline.run(ws)
    counted = summary.intake.set_index("sheet")[["instrument", "rows_read", "rows_kept"]]
    assert counted.to_dict("index") == {
        "活动": {"instrument": "I07", "rows_read": 1, "rows_kept": 1},
        "名单": {"instrument": "I07", "rows_read": 1, "rows_kept": 1},
        "昭觉县": {"instrument": "I10", "rows_read": 1, "rows_kept": 1},
    }
    kept = pd.read_parquet(ws.clean / "platform_months.parquet")
    assert kept[["county_code", "school_id", "wave"]].to_numpy().tolist() == [["513431", SIKAI_ID, "W2"]]
    assert sorted(p.name for p in (ws.clean / "activities.parquet").iterdir()) == ["513431.parquet"]
    assert sorted(p.name for p in (ws.clean / "cases.parquet").iterdir()) == ["empty.parquet"]
    said = pd.read_parquet(ws.clean / "ledger.parquet").set_index("sheet").loc["昭觉县"]
    assert (said["rule"], said["after"]) == ("county_blank", "昭觉县") and pd.isna(said["row"])


def test_a_blank_county_is_that_of_the_file_and_is_told():
    rows = [{}, {"县": ""}]
    done, said = come(table("funds", *rows, file="经费台账_昭觉县.csv"))
    assert done["funds"]["county_code"].tolist() == ["513431"] * 2
    assert said[["row", "rule"]].to_numpy().tolist() == [[3, "county_blank"]]
    unknown, _ = come(table("funds", *rows, file="经费台账.csv"))
    assert unknown["funds"]["row"].tolist() == [2]
