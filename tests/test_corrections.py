"""The register of corrections: applied to the text of an export, with guards, and told in the ledger."""

import dataclasses

import pandas as pd
import pytest
from forms_made import BOOK, SIKAI, answered, export, save_csv, table, workspace
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis import cli
from yiduiyi_analysis.clean import corrections, pipeline
from yiduiyi_analysis.errors import Fault

FILE = "教师问卷W3.csv"
HEAD = ["活动编号", "开始日期", "参加人数", "参加学校", "备注"]


@pytest.fixture
def ws(tmp_path):
    return workspace(tmp_path)


def entry(**cells) -> dict[str, str]:
    usual = {"file": "表.csv", "sheet": "", "row": "2", "column": "参加人数", "expect": "30", "replace": "3",
             "reason": "与签到表不符", "decided_by": "省项目办", "decided_at": "2022-04-01"}  # fmt: skip
    return usual | cells


def book(*lines: dict[str, str]):
    """Return the codebook with these lines in its register."""
    return dataclasses.replace(BOOK, corrections=pd.DataFrame(list(lines), columns=list(BOOK.corrections)))


def sheet(*rows: list[str]):
    return export(
        [HEAD, *(rows or [["A", "2021-05-06", "30", SIKAI, ""], ["B", "2021-05-07", "8", "", "好"]])]
    )


def applied(*lines: dict[str, str]):
    came = sheet()
    (done,), said = corrections.apply([came], book(*lines))
    cells = [(row, at) for row in done.frame.index for at in done.frame]
    changed = [cell for cell in cells if done.frame.loc[cell] != came.frame.loc[cell]]
    return {(row, HEAD[at]): done.frame.loc[row, at] for row, at in changed}, said


def test_an_entry_changes_its_cell_and_no_other_and_is_told_with_its_reason():
    changed, said = applied(entry())
    assert changed == {(2, "参加人数"): "3"}
    told = said.iloc[0]
    assert told[["file", "row", "column", "rule", "before", "after", "action"]].tolist() == [
        "表.csv", 2, "参加人数", "corrected", "30", "3", "repaired",
    ]  # fmt: skip
    assert "与签到表不符" in told["note"] and "第 2 行" in told["note"]


def test_the_export_itself_is_not_touched():
    came = sheet()
    corrections.apply([came], book(entry()))
    assert came.frame.loc[2, 2] == "30"


@pytest.mark.parametrize(
    "column", ["参加人数", "C", "人数"], ids=["heading", "letter", "part of the heading"]
)
def test_a_column_may_be_named_as_printed_by_letter_or_in_part(column):
    assert applied(entry(column=column))[0] == {(2, "参加人数"): "3"}


def test_a_column_may_be_named_as_the_codebook_does():
    came = export([["活动编号", "起始日期", "x"], ["A", "2021-05-06", ""]])
    (done,), _ = corrections.apply(
        [came], book(entry(column="开始日期", expect="2021-05-06", replace="2021-05-07"))
    )
    assert done.frame.loc[2, 1] == "2021-05-07"


def test_a_cell_may_be_emptied_and_an_empty_one_filled():
    changed, _ = applied(entry(replace=""), entry(column="备注", expect="", replace="已核"))
    assert changed == {(2, "参加人数"): "", (2, "备注"): "已核"}


def test_an_entry_whose_file_did_not_come_is_noted_and_does_nothing():
    changed, said = applied(entry(file="另一份.csv"))
    assert changed == {}
    assert said[["file", "row", "rule"]].to_numpy().tolist() == [["corrections.csv", 2, "correction_unused"]]


@pytest.mark.parametrize(
    ("wrong", "column", "said"),
    [
        ({"expect": "31"}, "expect", "已不是登记的内容"),
        ({"row": "9"}, "row", "不是数据行"),
        ({"row": "1"}, "row", "不是数据行"),
        ({"row": "二"}, "row", "不是行号"),
        ({"column": "金额"}, "column", "没有这一列"),
        ({"column": "参加"}, "column", "有几列"),
        ({"sheet": "活动"}, "sheet", "找不到这个工作表"),
        ({"reason": ""}, "reason", "缺少"),
        ({"decided_by": " "}, "decided_by", "缺少"),
        ({"decided_at": "昨天"}, "decided_at", "不是日期"),
        ({"replace": "30"}, "replace", "等于没改"),
    ],
)
def test_an_entry_that_does_not_hold_stops_with_its_line(wrong, column, said):
    first = entry(column="备注", expect="", replace="已核")
    with pytest.raises(Fault, match=said) as told:
        applied(first, entry(**wrong))
    assert (told.value.file, told.value.row, told.value.column) == ("corrections.csv", 3, column)


def test_two_entries_on_one_cell_stop():
    with pytest.raises(Fault, match="第 2 行说的是同一格"):
        applied(entry(), entry(replace="4"))


@settings(max_examples=30, deadline=None)
@given(st.text("0123456789/-. ", max_size=8), st.text("0123456789", min_size=1, max_size=8))
def test_a_correction_applies_exactly_where_the_cell_holds_what_it_expects(there, expected):
    lines = book(entry(expect=expected, replace="改"))
    came = sheet(["A", "", there, "", ""])
    if there.strip() == expected:
        assert corrections.apply([came], lines)[0][0].frame.loc[2, 2] == "改"
    else:
        with pytest.raises(Fault, match="已不是登记的内容"):
            corrections.apply([came], lines)


def register(ws, *lines: dict[str, str]) -> None:
    pd.DataFrame(list(lines)).to_csv(ws.codebook / "corrections.csv", index=False)


def test_a_run_applies_the_register_before_anything_is_decoded(ws):
    rows = [answered("I02", "W3", I02_school="四开学校"), answered("I02", "W3", 1)]
    save_csv(ws.incoming / FILE, table("I02", "W3", rows))
    pipeline.run(ws)
    assert len(pd.read_parquet(ws.clean / "responses.parquet")) == 1
    fix = entry(file=FILE, column="学校", expect="四开学校", replace=SIKAI, reason="电话核实")
    register(ws, fix)
    pipeline.run(ws)
    assert len(pd.read_parquet(ws.clean / "responses.parquet")) == 2
    told = pd.read_parquet(ws.clean / "ledger.parquet").query("rule == 'corrected'").iloc[0]
    assert (told["row"], told["before"], told["after"]) == (2, "四开学校", SIKAI)
    assert told["county_code"] == "513431"


def test_what_no_longer_matches_stops_the_run_and_leaves_the_clean_data_alone(ws):
    save_csv(ws.incoming / FILE, table("I02", "W3", [answered("I02", "W3")]))
    pipeline.run(ws)
    before = {path: path.read_bytes() for path in ws.clean.rglob("*") if path.is_file()}
    register(ws, entry(file=FILE, column="您所在的学校", expect="旧校名", replace=SIKAI))
    with pytest.raises(Fault, match=r"corrections\.csv，第 2 行，“expect”列"):
        pipeline.run(ws)
    assert {path: path.read_bytes() for path in ws.clean.rglob("*") if path.is_file()} == before


def test_a_name_in_a_corrected_cell_never_reaches_the_ledger(ws):
    save_csv(ws.incoming / FILE, table("I02", "W3", [answered("I02", "W3", I02_school="王小明")]))
    fix = entry(file=FILE, column="您所在的学校", expect="王小明", replace=SIKAI, reason="13800001234 来电")
    register(ws, fix)
    pipeline.run(ws)
    told = pd.read_parquet(ws.clean / "ledger.parquet").to_csv()
    assert "王小明" not in told and "13800001234" not in told and SIKAI in told


def test_an_option_that_replaces_a_name_is_shown():
    _, said = applied(entry(column="备注", row="3", expect="好", replace="送教进校"))
    assert said[["before", "after"]].to_numpy().tolist() == [["〔已隐去〕", "送教进校"]]


def test_corrections_whose_file_did_not_come_are_told_one_by_one(ws, monkeypatch, capsys):
    save_csv(ws.incoming / FILE, table("I02", "W3", [answered("I02", "W3")]))
    register(ws, entry(file="甲.csv"), entry(file="乙.csv"))
    monkeypatch.setenv("YIDUIYI_ROOT", str(ws.root))
    assert cli.run(["clean"]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "没有用上" in line]
    assert ["第 2 行" in lines[0] and "甲.csv" in lines[0], "第 3 行" in lines[1], len(lines)] == [
        True,
        True,
        2,
    ]


def test_the_shipped_register_is_empty():
    assert BOOK.corrections.empty
