"""The words of cleaning rules in the reports come from the codebook."""

import dataclasses

import pandas as pd
from clean_tables import BOOK
from evidence_fixture import programme

from yiduiyi_analysis.analyse import pipeline
from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.codebook.labels import ACTIONS, SEVERITIES
from yiduiyi_analysis.present import rules, tables


def test_every_action_of_the_ledger_has_a_chinese_name():
    assert set(ACTIONS) == ledger.ACTIONS
    assert set(SEVERITIES) == {rule.severity for rule in BOOK.rules.values()}


def test_rules_of_the_demo_have_a_chinese_name(demo_ws):
    known = pd.concat(
        [pd.read_parquet(demo_ws.results / f"{name}.parquet") for name in ("quality", "roster_ledger")]
    )
    assert set(known["rule"]) <= set(BOOK.rules)


def test_an_unknown_rule_stays_as_it_is_and_is_a_note():
    told = pd.Series(["late", "brand_new", "record_conflict"])
    assert rules.names(told, BOOK).tolist()[:2] == ["在窗口之外提交", "brand_new"]
    assert rules.actions(pd.Series(["kept", "brand_new"])).tolist() == ["保留并标记", "brand_new"]
    assert rules.severities(told, BOOK).tolist() == ["备查", "备查", "必须处理"]
    assert rules.severities(told, BOOK).max() == "备查"


def test_a_row_with_several_cells_of_one_rule_counts_once_and_whole_columns_each_time():
    at = {"file": "a.xlsx", "sheet": "s", "county_code": "513431", "action": "quarantined"}
    cells = [(3, "logins", "platform_cumulative"), (3, "dual", "platform_cumulative")]
    cells += [(4, "logins", "platform_cumulative"), (3, "uploads", "out_of_range")]
    cells += [(pd.NA, "甲", "column_unknown"), (pd.NA, "乙", "column_unknown")]
    said = ledger.concat([ledger.rows(row=row, column=name, rule=rule, **at) for row, name, rule in cells])
    intake = pd.DataFrame({"file": ["a.xlsx"], "sheet": ["s"], "instrument": ["I10"], "wave": [pd.NA]})
    nobody = pd.DataFrame({"instrument": [], "wave": [], "county_code": [], "flags": []}, dtype="string")
    made = pipeline.quality({"ledger": said, "intake": intake, "responses": nobody}, {})
    struck = made.set_index("rule")["rows"].to_dict()
    assert struck == {"platform_cumulative": 2, "out_of_range": 1, "column_unknown": 2}


def test_the_rules_by_county_add_up_and_stand_by_gravity():
    held = programme()
    frame = tables.rules_by_county(held).frame
    assert frame["合计"].sum() == held.quality["rows"].sum()
    counties = frame.drop(columns=["轻重", "规则", "处理", "合计"])
    assert (counties.sum(axis=1) == frame["合计"]).all() and len(counties.columns) == 7
    assert frame["轻重"].tolist() == sorted(frame["轻重"], key=list(SEVERITIES.values()).index)
    pooled = dataclasses.replace(held, quality=held.quality.assign(county_code=None))
    assert list(tables.rules_by_county(pooled).frame)[3:] == ["县不明", "合计"]


def test_the_rules_by_file_name_what_matters_most_and_leave_out_how_people_answered():
    held = programme()
    frame = tables.rules_by_file(held).frame
    of_files = held.quality.dropna(subset="file")
    assert frame[list(SEVERITIES.values())].sum(axis=1).sum() == of_files["rows"].sum()
    assert set(frame["文件"]) == set(of_files["file"])
    assert frame["最要紧的几条"].str.startswith("校名不能确定").all()
    assert not frame["最要紧的几条"].str.contains("作答过快").any()


def test_without_counts_each_table_is_one_line():
    bare = dataclasses.replace(programme(), quality=programme().quality[:0])
    for table in (tables.rules_by_county, tables.rules_by_file):
        assert "没有可用的数据" in str(table(bare))
