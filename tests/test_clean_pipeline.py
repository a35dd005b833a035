import json
import shutil

import pandas as pd
import pytest
from forms_made import BOOK, EXPORTS, SIKAI, answered, save_csv, save_xlsx, table, workspace
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.clean import answers, intake, pipeline, survey
from yiduiyi_analysis.clean.survey import duplicates, flags
from yiduiyi_analysis.errors import Fault

TABLES = ["schools", "helpers", "counties", "ledger", "intake"]
PARTS = ["responses", "answers", "ratings", *BOOK.sheet]


@pytest.fixture
def ws(tmp_path):
    return workspace(tmp_path)


def teachers(ws, *rows, wave="W3", file=None):
    return save_csv(ws.incoming / (file or f"教师问卷{wave}.csv"), table("I02", wave, list(rows)))


def read(ws, name) -> pd.DataFrame:
    return pd.read_parquet(ws.clean / f"{name}.parquet")


def everything(ws) -> dict[str, bytes]:
    return {str(p.relative_to(ws.clean)): p.read_bytes() for p in sorted(ws.clean.rglob("*")) if p.is_file()}


def aside(ws) -> dict[int, str]:
    told = read(ws, "ledger")
    whole = [rule.id for rule in BOOK.rules.values() if rule.whole_row]
    return told[told["rule"].isin(whole)].set_index("row")["rule"].to_dict()


def test_all_tables_of_the_contract_are_written(ws):
    teachers(ws, answered("I02", "W3"))
    save_csv(ws.incoming / "学校诊断W3自评.csv", table("I01", "W3", [answered("I01", "W3", 2)]))
    summary = pipeline.run(ws)
    assert (summary.exit_status, summary.faults) == (0, [])
    assert {name: len(read(ws, name)) for name in ["schools", "responses", "ratings"]} == {
        "schools": 70,
        "responses": 2,
        "ratings": 22,
    }
    assert list(read(ws, "answers").columns) == list(answers.ANSWERS)
    responses = read(ws, "responses")
    assert list(responses.columns) == list(pipeline.RESPONSES)
    assert responses["county_code"].tolist() == ["513431"] * 2
    assert sorted(p.name for p in (ws.clean / "answers.parquet").iterdir()) == ["513431.parquet"]
    meta = json.loads((ws.clean / "meta.json").read_text("utf-8"))
    latest = dict.fromkeys(BOOK.counties["county_code"]) | {"513431": "2022-03-01"}
    assert meta.pop("latest") == latest
    assert meta == {"synthetic": False, "as_of": "2022-03-01", "source": "incoming", "waves": ["W3"]}
    assert {p.stem for p in ws.clean.iterdir()} == {*TABLES, *PARTS, "meta"}


def test_rows_read_are_rows_kept_and_rows_set_aside_in_every_file(ws):
    for path in EXPORTS.iterdir():
        shutil.copy(path, ws.incoming)
    teachers(
        ws,
        answered("I02", "W3", I02_school="没有的学校"),
        answered("I02", "W3", I02_school=""),
        file="又一份W3.csv",
    )
    (ws.incoming / "坏.csv").write_bytes(b"")
    summary = pipeline.run(ws)
    table_ = summary.intake
    assert (table_["rows_read"] == table_["rows_kept"] + table_["rows_set_aside"]).all()
    assert table_["rows_read"].sum() == 3 + 3 + 2 + 2
    assert table_["rows_kept"].sum() == len(read(ws, "responses")) == 2 + 2
    assert summary.exit_status == 1


def test_a_file_of_which_no_row_counts_says_why(ws):
    teachers(ws, answered("I02", "W3"))
    teachers(ws, *[answered("I02", "W3", I02_school="没有的学校")] * 2, file="又一份W3.csv")
    told = pipeline.run(ws).intake.set_index("file")["message"]
    assert told["又一份W3.csv"].startswith("没有一行计入，多因")
    assert pd.isna(told["教师问卷W3.csv"])


def test_a_file_that_tells_a_lie_about_its_rows_is_an_error_of_the_program():
    rows = [{"file": "a", "sheet": pd.NA, "rows_read": 3, "synthetic": False, "status": "read"}]
    none = pd.DataFrame(columns=["file", "sheet", "row", "rule"])
    with pytest.raises(AssertionError, match="3 rows read"):
        intake.reconcile(rows, none, none, none, BOOK)


def test_a_bad_file_stops_nothing_else_and_is_told_in_one_line(ws):
    teachers(ws, answered("I02", "W3"))
    good = save_xlsx(ws.incoming / "半截.xlsx", Sheet1=table("I02", "W3", [answered("I02", "W3")]))
    good.write_bytes(good.read_bytes()[:900])
    (ws.incoming / "空.csv").write_bytes(b"")
    save_csv(
        ws.incoming / "别的W3.csv", [["序号", "1、县名", "2、学校名称", "3、问"], ["1", "昭觉", SIKAI, "答"]]
    )
    lines = table("I02", "W3", [answered("I02", "W3")])
    save_csv(ws.incoming / "缺学校W3.csv", [row[:7] + row[8:] for row in lines])
    summary = pipeline.run(ws)
    assert summary.exit_status == 1
    refused = summary.intake[summary.intake["status"] == "set_aside"].set_index("file")
    assert set(refused.index) == {"半截.xlsx", "空.csv", "别的W3.csv", "缺学校W3.csv"}
    assert all(name in message and "\n" not in message for name, message in refused["message"].items())
    assert refused["rows_kept"].sum() == 0
    assert len(read(ws, "responses")) == 1


def test_when_nothing_can_be_read_nothing_is_touched(ws):
    path = teachers(ws, answered("I02", "W3"))
    pipeline.run(ws)
    before = everything(ws)
    path.write_bytes(b"")
    with pytest.raises(Fault, match="没有一个能读入"):
        pipeline.run(ws)
    assert everything(ws) == before
    assert [p.name for p in ws.clean.parent.iterdir() if p.name.startswith(".")] == [".salt"]


def test_what_may_hold_answers_but_is_not_read_is_told(ws):
    teachers(ws, answered("I02", "W3"))
    (ws.incoming / "答卷.zip").write_bytes(b"PK")
    (ws.incoming / "昭觉.xlsx").mkdir()
    summary = pipeline.run(ws)
    assert summary.exit_status == 1
    assert [str(fault).split("，")[0] for fault in summary.faults] == [
        "昭觉.xlsx：是文件夹",
        "答卷.zip：是.zip 文件",
    ]


def test_a_packed_export_alone_does_not_fall_back_on_the_demo(ws):
    (ws.incoming / "答卷.zip").write_bytes(b"PK")
    with pytest.raises(Fault, match=r"答卷\.zip"):
        pipeline.run(ws)


def test_no_exports_at_all_says_what_to_do(ws):
    with pytest.raises(Fault, match="yiduiyi demo"):
        pipeline.run(ws)


def test_real_and_synthetic_files_never_share_a_run(ws):
    teachers(ws, answered("I02", "W3"))
    teachers(ws, answered("I02", "W3"), file="合成数据_教师问卷W3.csv")
    with pytest.raises(Fault, match="既有真实数据"):
        pipeline.run(ws)
    assert not ws.clean.exists()


def test_a_synthetic_file_that_cannot_be_read_still_counts_as_synthetic(ws):
    teachers(ws, answered("I02", "W3"))
    (ws.incoming / "合成数据.csv").write_bytes(b"")
    with pytest.raises(Fault, match="既有真实数据"):
        pipeline.run(ws)


def test_a_run_repeated_gives_the_same_bytes_and_a_new_file_changes_no_id(ws):
    shutil.copy(EXPORTS / "[问卷星数据]2_2_0.xls", ws.incoming)
    teachers(ws, answered("I02", "W3"), answered("I02", "W3", 1))
    pipeline.run(ws)
    first, ids = everything(ws), set(read(ws, "responses")["response_id"])
    pipeline.run(ws)
    assert everything(ws) == first
    teachers(ws, answered("I02", "W2"), wave="W2", file="AAA_W2.csv")
    pipeline.run(ws)
    later = read(ws, "responses")["response_id"]
    assert later.is_unique and ids < set(later)


def test_the_same_form_exported_twice_counts_once_from_the_text(ws):
    for name in ("289538440_按文本_教师问卷（终期）_3_3.csv", "289538440_按序号_教师问卷（终期）_3_3.csv"):
        shutil.copy(EXPORTS / name, ws.incoming)
    pipeline.run(ws)
    assert read(ws, "responses")["mode"].tolist() == ["text"] * 2
    told = read(ws, "ledger").query("rule == 'duplicate_export'")
    assert told["file"].str.contains("按序号").all() and len(told) == 3
    assert read(ws, "intake").set_index("mode")["rows_kept"].to_dict() == {"code": 0, "text": 2}


def test_two_forms_whose_numbers_start_alike_are_not_one(ws):
    teachers(ws, answered("I02", "W3", at="2022/3/1 9:01:00"), file="甲W3.csv")
    teachers(ws, answered("I02", "W3", at="2022/3/2 9:01:00"), file="乙W3.csv")
    pipeline.run(ws)
    assert len(read(ws, "responses")) == 2


def test_a_double_submit_within_a_minute_counts_once(ws):
    same = {"number": 1, "at": "2022/3/1 9:00:00"}, {"number": 2, "at": "2022/3/1 9:00:40"}
    later, other = (
        {"number": 3, "at": "2022/3/1 9:05:00"},
        {"number": 4, "at": "2022/3/1 9:05:20", "R1": "一般"},
    )
    teachers(ws, *[answered("I02", "W3", **cells) for cells in (*same, later, other)])
    pipeline.run(ws)
    assert aside(ws) == {3: "duplicate_submit"}
    assert read(ws, "responses")["row"].tolist() == [2, 4, 5]


def meeting(ws, wave, *details, **cells):
    """Return row → flags of what is kept of a staff meeting: the same answers every ten seconds."""
    rows = [
        answered(
            "I02", wave, at=f"{BOOK.waves[wave].opens:%Y/%m/%d} 9:00:{10 * n:02d}", detail=detail, **cells
        )
        for n, detail in enumerate(details)
    ]
    teachers(ws, *rows, wave=wave)
    pipeline.run(ws)
    return read(ws, "responses").set_index("row")["flags"].to_dict()


def test_colleagues_who_agree_on_a_short_form_are_kept_as_doubtful(ws):
    assert meeting(ws, "W1", "N/A", "直接访问", "N/A") == {2: "", 3: "maybe_duplicate", 4: "maybe_duplicate"}
    assert aside(ws) == {}


def test_of_one_account_only_the_first_of_two_submissions_counts(ws):
    assert meeting(ws, "W1", "阿依", "曲木", "阿依") == {2: "", 3: ""}
    assert aside(ws) == {4: "duplicate_submit"}


def test_two_accounts_with_the_same_answers_are_two_people_even_on_a_long_form(ws):
    assert meeting(ws, "W3", "阿依", "曲木", CHECK="比较符合") == {2: "", 3: ""}


def test_a_wording_that_many_rows_share_is_a_channel_and_no_account(ws):
    assert set(meeting(ws, "W1", *["教研群"] * 4).values()) == {"", "maybe_duplicate"}
    assert aside(ws) == {}


def test_the_same_long_answers_from_two_addresses_are_kept_as_doubtful(ws):
    at = ["2022/3/1 9:00:00", "2022/3/1 9:00:40"]
    teachers(ws, *[answered("I02", "W3", at=t, ip=f"192.0.2.{n}") for n, t in enumerate(at, 1)])
    pipeline.run(ws)
    assert read(ws, "responses")["flags"].str.contains("maybe_duplicate").tolist() == [False, True]


def test_two_small_exports_of_two_schools_are_not_one_form(ws):
    same = {"number": 1, "at": "2022/3/1 9:00:00"}
    teachers(ws, answered("I02", "W3", **same), file="甲W3.csv")
    other = {"I02_county": "布拖县", "I02_school": "布拖县交际河中学"}
    teachers(ws, answered("I02", "W3", 1, **same, **other), file="乙W3.csv")
    pipeline.run(ws)
    assert len(read(ws, "responses")) == 2


def test_a_line_pasted_twice_counts_once(ws):
    row = answered("I02", "W3", number=5, at="2022/3/1 9:00:00")
    teachers(ws, row, row, answered("I02", "W3", number=5, at="2022/3/1 9:30:00", R1="一般"))
    pipeline.run(ws)
    assert aside(ws) == {3: "duplicate_id"}


def test_an_unsure_school_goes_to_a_person_with_its_candidates(ws):
    teachers(
        ws,
        answered("I02", "W3", I02_school="四开学校"),
        answered("I02", "W3", I02_school="王小明"),
        answered("I02", "W3"),
    )
    pipeline.run(ws)
    told = read(ws, "ledger").set_index("row").loc[[2, 3]]
    assert told["rule"].isin(["school_review", "school_none"]).all()
    assert "513431-" in told.loc[2, "after"] and told.loc[2, "action"] == "review"
    assert "王小明" not in told.to_csv()
    assert told.loc[2, "county_code"] == "513431"


def test_nothing_personal_is_written_anywhere(ws):
    lines = table("I02", "W3", [answered("I02", "W3", BEST="联系 13800001234", R2="王小明")])
    lines[0] += ["您的姓名", "手机号码", "用户ID"]
    lines[1] += ["王小明", "13900001234", "wx_77"]
    save_csv(ws.incoming / "教师问卷W3.csv", lines)
    summary = pipeline.run(ws)
    out = "".join(read(ws, name).to_csv() for name in [*TABLES, *PARTS]) + str(summary)
    for secret in ("王小明", "13800001234", "13900001234", "wx_77", "192.0.2.1"):
        assert secret not in out


def test_doubtful_answers_are_flagged_and_kept(ws):
    usual = {"took": "900秒", "L6": "一般", "R1": "非常满意"}
    rows = [
        answered("I02", "W3", 2, **usual, CHECK="比较符合"),
        answered("I02", "W3", 2, **usual, CHECK="比较符合", at="2022/4/9 9:00:00"),
        answered("I02", "W3", 2, **usual | {"took": "12秒"}, CHECK="比较符合", at="2022/3/2 9:00:00"),
        answered("I02", "W3", 2, CHECK="比较符合", at="2022/3/3 9:00:00"),
        answered("I02", "W3", 2, **usual, CHECK="一般", at="2022/3/4 9:00:00"),
    ]
    teachers(ws, *rows)
    pipeline.run(ws)
    found = read(ws, "responses").set_index("row")["flags"]
    assert found.to_dict() == {2: "", 3: "late", 4: "speeder", 5: "straight_line", 6: "failed_check"}


def test_more_answers_than_teachers_flag_the_school(ws):
    days = [f"2022/3/{n} 9:00:00" for n in (1, 2, 3, 4)]
    schools = pipeline.roster.read(pipeline.roster_file(ws), BOOK.counties).schools
    alone = schools[schools["teachers"] == 1].iloc[0]
    where = {"I02_county": alone["county"], "I02_school": alone["school"]}
    teachers(
        ws, *[answered("I02", "W3", **where, at=day) for day in days[:2]], answered("I02", "W3", at=days[2])
    )
    pipeline.run(ws)
    found = read(ws, "responses")
    flagged = found["flags"].str.contains("over_roster")
    assert found[flagged]["school_id"].unique().tolist() == [alone["school_id"]]
    assert flagged.sum() == 2


def test_a_diagnosis_nobody_signed_is_set_aside(ws):
    save_csv(
        ws.incoming / "学校诊断W3.csv",
        table("I01", "W3", [answered("I01", "W3", RATER=""), answered("I01", "W3")]),
    )
    pipeline.run(ws)
    assert aside(ws) == {2: "rater_unknown"}


def test_a_table_whose_every_row_is_crooked_is_all_set_aside(ws):
    teachers(ws, answered("I02", "W2"), wave="W2")
    lines = table("I02", "W3", [answered("I02", "W3")])
    save_csv(ws.incoming / "教师问卷W3.csv", [lines[0], [*lines[1], "多"], [*lines[1], "多"]])
    table_ = pipeline.run(ws).intake.set_index("file")
    assert table_.loc["教师问卷W3.csv", ["rows_read", "rows_kept", "rows_set_aside"]].tolist() == [2, 0, 2]


def test_pupils_of_one_class_form_one_cluster(ws):
    rows = [
        answered("I04", "W3", CLASS=name, at=f"2022/3/{n} 9:00:00")
        for n, name in enumerate(["1班", "１班", "2班"], 1)
    ]
    save_csv(ws.incoming / "学生W3.csv", table("I04", "W3", rows))
    pipeline.run(ws)
    clusters = read(ws, "responses").sort_values("row")["cluster"].tolist()
    assert clusters[0] == clusters[1] != clusters[2]
    assert "班" not in "".join(clusters)


def test_the_roster_of_a_later_year_wins_over_the_annex_and_two_are_a_fault(ws):
    assert pipeline.roster_file(ws).suffix == ".txt"
    (ws.source / "名册2022.csv").write_text("x", "utf-8")
    assert pipeline.roster_file(ws).name == "名册2022.csv"
    (ws.source / "名册2023.csv").write_text("x", "utf-8")
    with pytest.raises(Fault, match="2 份学校名册"):
        pipeline.roster_file(ws)


# the sieve, in properties


def submissions(minutes: list[int], file: str, mode: str) -> pd.DataFrame:
    rows = pd.DataFrame(index=range(len(minutes))).assign(
        file=file, sheet="", row=range(2, len(minutes) + 2), instrument="I02", wave="W3", mode=mode,
        number=[str(n) for n in range(len(minutes))], digest=minutes, county="", school="",
        submitted_at=pd.Timestamp("2022-03-01") + pd.to_timedelta(minutes, unit="min"),
    )  # fmt: skip
    return rows.astype({"file": "string", "sheet": "string", "mode": "string"})


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 9999), min_size=1, max_size=12), st.integers(1, 12))
def test_of_two_exports_of_one_form_each_number_counts_once_and_nothing_is_lost(minutes, earlier):
    late, early = submissions(minutes, "b", "code"), submissions(minutes[:earlier], "a", "text")
    both = pd.concat([late, early], ignore_index=True)
    kept, said = duplicates.exported_twice(both)
    assert sorted(kept["number"]) == sorted(late["number"])
    assert len(kept) + len(said) == len(both)
    assert kept.loc[kept["number"].isin(early["number"]), "mode"].eq("text").all()


def test_flags_of_no_submissions_are_no_flags():
    none = pd.DataFrame(columns=list(survey.ROWS)).astype(survey.ROWS).assign(school_id="", twin=False)
    schools = pd.DataFrame({"school_id": ["a"], "teachers": [1]})
    assert flags.mark(none, schools, BOOK).empty
