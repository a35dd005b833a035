"""The ledger as a workbook, and what a person fills in on it."""

import shutil

import pandas as pd
import pytest
import xlsxwriter
from forms_made import BOOK, SIKAI, answered, save_csv, table, workspace

from yiduiyi_analysis import cli, codebook
from yiduiyi_analysis.clean import filled, ledger, pipeline, worklist
from yiduiyi_analysis.clean.read import cells
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.workspace import Workspace

FILE = "教师问卷W3.csv"
NOBODY = pd.DataFrame(columns=["file", "sheet", "row", "county_code", "flags"], dtype="string")


def sheets(path) -> dict[str, pd.DataFrame]:
    """Return the sheets of a workbook as text, under their heads."""
    found = {sheet.name: sheet.rows for sheet in cells.sheets(path)[1]}
    return {name: pd.DataFrame(rows[1:], columns=rows[0]) for name, rows in found.items()}


def said(*rows: dict) -> pd.DataFrame:
    usual = {"file": "乙.xlsx", "sheet": "表", "row": 2, "column": "学校", "action": "kept", "rule": "late",
             "county_code": "513431"}  # fmt: skip
    return ledger.concat([ledger.rows(**usual | row) for row in rows])


def listed(*rows: dict, replies=NOBODY) -> pd.DataFrame:
    return worklist.rows(said(*rows), replies, BOOK)


def test_rows_stand_in_the_order_in_which_a_person_works_through_them():
    order = listed(
        {"rule": "spacing", "action": "repaired", "file": "h"},
        {"rule": "late", "file": "g"},
        {"rule": "case_unscored", "file": "e"},
        {"rule": "school_none", "action": "quarantined", "file": "f"},
        {"rule": "school_review", "action": "review", "file": "a", "county_code": "513436"},
        {"rule": "school_review", "action": "review", "file": "c", "row": 9},
        {"rule": "school_review", "action": "review", "file": "b", "row": 10},
        {"rule": "school_review", "action": "review", "file": "b", "row": 9},
        {"rule": "schools_unsure", "action": "review", "file": "d"},
    )
    assert list(zip(order["文件"], order["行"], strict=True)) == [
        ("b", 9), ("b", 10), ("c", 9), ("a", 2), ("d", 2), ("e", 2), ("f", 2), ("g", 2), ("h", 2),
    ]  # fmt: skip
    assert order["县"].tolist()[:4] == ["昭觉县"] * 3 + ["美姑县"]
    assert order["轻重"].tolist()[:5] == ["必须处理"] * 4 + ["应当核对"]


def test_every_row_says_what_is_wrong_and_what_to_do_in_chinese():
    row = listed({"rule": "school_review", "action": "review", "note": "认不准"}).iloc[0]
    assert (row["规则"], row["处理"], row["说明"]) == ("校名不能确定", "待人工核定", "认不准")
    assert "school_aliases.csv" in row["怎么办"]


def test_replies_are_listed_only_where_somebody_should_look():
    replies = pd.DataFrame({"file": "丙.xlsx", "sheet": pd.NA, "row": [3, 4], "county_code": "513431",
                            "flags": ["late;over_roster", "speeder"]})  # fmt: skip
    order = listed({"rule": "late"}, replies=replies)
    assert order[["文件", "行", "规则编号"]].to_numpy().tolist() == [
        ["丙.xlsx", 3, "over_roster"], ["乙.xlsx", 2, "late"],
    ]  # fmt: skip


def test_the_workbook_has_its_four_sheets_and_the_same_bytes_each_time(tmp_path):
    rows = said(
        {"rule": "school_review", "action": "review", "before": "=1+1", "after": "http://example.org"},
        {"rule": "late", "row": pd.NA},
        {"rule": "case_unscored", "before": "3"},
    )
    for name in ("a.xlsx", "b.xlsx"):
        worklist.write(rows, NOBODY, {"乙.xlsx"}, BOOK, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    found = sheets(tmp_path / "a.xlsx")
    assert list(found) == ["待处理", "全部", "更正登记", "说明"]
    assert found["待处理"]["规则编号"].tolist() == ["school_review", "case_unscored"]
    assert len(found["全部"]) == 3 and list(found["全部"]) == list(worklist.COLUMNS)
    assert found["待处理"]["原值"].tolist() == ["=1+1", "3"], "a cell that looks like a formula stays text"
    assert list(found["更正登记"])[:9] == list(worklist.REGISTER)
    assert list(worklist.REGISTER.values()) == list(BOOK.corrections)


def test_an_empty_ledger_makes_an_empty_worklist(tmp_path):
    worklist.write(ledger.empty(), NOBODY, set(), BOOK, tmp_path / "a.xlsx")
    assert [len(sheet) for sheet in sheets(tmp_path / "a.xlsx").values()][:3] == [0, 0, 0]


# what a person fills in


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory):
    """Return a workspace that was cleaned: of two replies one names a school that nobody can tell."""
    ws = workspace(tmp_path_factory.mktemp("cleaned"))
    rows = [answered("I02", "W3", I02_school="四开学校"), answered("I02", "W3", 1)]
    save_csv(ws.incoming / FILE, table("I02", "W3", rows))
    pipeline.run(ws)
    return ws


@pytest.fixture
def ws(cleaned, tmp_path):
    """Return a test's own copy of it."""
    return Workspace(shutil.copytree(cleaned.root, tmp_path / "workspace"))


def fill(ws, *rows: dict[str, str], to=None):
    """Fill in the sheet of corrections as a person would: each dict changes the row at its place."""
    path = ws.clean / worklist.NAME
    found = sheets(path)
    page = found["更正登记"].copy()
    for place, row in enumerate(rows):
        for name, text in row.items():
            page.loc[place, name] = text
    path = to or path
    with xlsxwriter.Workbook(path) as out:
        for name, sheet in (found | {"更正登记": page.fillna("")}).items():
            added = out.add_worksheet(name)
            for line, values in enumerate([list(sheet), *sheet.to_numpy().tolist()]):
                added.write_row(line, 0, values)
    return path


DECIDED = {"改为": SIKAI, "理由": "电话核实", "决定人": "省项目办", "决定日期": "2022/4/1"}


def test_the_row_to_decide_is_there_with_its_place(ws):
    page = sheets(ws.clean / worklist.NAME)["更正登记"].iloc[0]
    assert page[["文件", "行", "规则"]].tolist() == [FILE, "2", "校名不能确定"]
    assert (page[worklist.TO_FILL] == "").all()


def test_what_is_filled_in_is_registered_and_the_next_run_applies_it(ws, monkeypatch, capsys):
    fill(ws, DECIDED)
    monkeypatch.setenv("YIDUIYI_ROOT", str(ws.root))
    assert cli.run(["corrections"]) == 0
    assert "登记了 1 处更正" in capsys.readouterr().out
    entry = codebook.load(ws.codebook).corrections.iloc[0]
    assert entry[["row", "expect", "replace", "decided_at"]].tolist() == [
        "2",
        "四开学校",
        SIKAI,
        "2022-04-01",
    ]
    assert filled.take_in(ws) == 0, "the same sheet again registers nothing"
    pipeline.run(ws)
    assert len(pd.read_parquet(ws.clean / "responses.parquet")) == 2
    assert sheets(ws.clean / worklist.NAME)["更正登记"].empty


def test_cleaning_does_not_write_over_what_somebody_filled_in(ws):
    path = fill(ws, DECIDED)
    before = path.read_bytes()
    with pytest.raises(Fault, match="yiduiyi corrections"):
        pipeline.run(ws)
    assert path.read_bytes() == before


def test_two_cells_of_a_row_put_right_alike_are_two_corrections(ws, monkeypatch):
    monkeypatch.setenv("YIDUIYI_ROOT", str(ws.root))
    fill(ws, DECIDED)
    assert cli.run(["corrections"]) == 0
    fill(ws, DECIDED, DECIDED | {"文件": FILE, "行": "2", "列": "别的一列"})
    with pytest.raises(Fault, match="填好的 1 处更正还没有登记"):
        pipeline.run(ws)


def test_a_copy_elsewhere_is_taken_in_too(ws, tmp_path):
    path = fill(ws, DECIDED, to=tmp_path / "改好的.xlsx")
    assert filled.take_in(ws, path) == 1


@pytest.mark.parametrize(
    ("wrong", "column", "match"),
    [
        ({"决定人": ""}, "决定人", "缺少"),
        ({"决定日期": "上周"}, "决定日期", "不是日期"),
        ({"改为": ""}, "改为", "没有填改为什么"),
        ({"改为": "四开学校"}, "改为", "本来就是这样"),
        ({"原值": "别的校名"}, "原值", "不是所写的原值"),
        ({"行": "77"}, "行", "不是数据行"),
        ({"列": "校长"}, "列", "没有这一列"),
    ],
)
def test_a_row_filled_in_wrongly_stops_with_its_row_and_registers_nothing(ws, wrong, column, match):
    fill(ws, DECIDED | {"列": "您所在的学校", "原值": ""} | wrong)
    with pytest.raises(Fault, match=match) as told:
        filled.take_in(ws)
    assert (told.value.row, told.value.column) == (2, column)
    assert codebook.load(ws.codebook).corrections.empty


def test_a_number_of_a_person_is_not_copied_into_the_register(tmp_path):
    ws = workspace(tmp_path)
    save_csv(ws.incoming / FILE, table("I02", "W3", [answered("I02", "W3", I02_school="13800001234")]))
    pipeline.run(ws)
    fill(ws, DECIDED | {"列": "您所在的学校", "原值": ""})
    with pytest.raises(Fault, match="个人号码"):
        filled.take_in(ws)


def test_a_cell_may_be_emptied(ws):
    fill(ws, DECIDED | {"列": "您所在的县", "原值": "", "改为": worklist.BLANK})
    assert filled.take_in(ws) == 1
    assert codebook.load(ws.codebook).corrections.iloc[0]["replace"] == ""


@pytest.mark.parametrize(
    ("told", "there", "same"),
    [
        ("", "44508", True), ("2021-11-08", "44508", True), ("2021-11-09", "44508", False),
        ("向阳小学", "四开小学、向阳小学", True), ("13", "13学时", True), ("31", "13学时", False),
    ],
)  # fmt: skip
def test_what_the_worklist_shows_may_be_the_cell_as_it_was_read(told, there, same):
    assert filled._tells(told, there) == same


def test_another_workbook_is_refused_in_one_line(ws):
    with pytest.raises(Fault, match="没有“更正登记”工作表"):
        filled.take_in(ws, save_csv(ws.root / "别的.csv", [["a", "b", "c"]]))
    shutil.rmtree(ws.clean)
    with pytest.raises(Fault, match="先运行 yiduiyi clean"):
        filled.take_in(ws)
