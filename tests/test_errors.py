"""A fault is one line that says what, where and what to do."""

import pickle

from yiduiyi_analysis.errors import Fault


def test_a_fault_tells_file_sheet_row_column_and_what_to_do():
    fault = Fault("不是整数", file="/a/b/名单.xlsx", sheet="表1", row=7, column="专任教师数", do="请改为整数")
    assert str(fault) == "名单.xlsx，工作表“表1”，第 7 行，“专任教师数”列：不是整数。请改为整数"


def test_a_fault_stays_on_one_line():
    assert "\n" not in str(Fault("第一行\n第二行", do="再试\r\n一次"))


def test_a_fault_without_a_place_is_just_its_message():
    assert str(Fault("磁盘已满")) == "磁盘已满"


def test_a_fault_travels_between_processes():
    fault = Fault("坏了", file="a.csv", row=3)
    again = pickle.loads(pickle.dumps(fault))
    assert str(again) == str(fault)
    assert again.row == 3


def test_a_notebook_shows_the_line_and_no_traceback():
    assert Fault("没有清洗结果", do="请先运行 yiduiyi clean")._render_traceback_() == [
        "错误：没有清洗结果。请先运行 yiduiyi clean"
    ]
