"""The tables say what the evidence says, with marks where it says nothing."""

import re

import pytest
from evidence_fixture import SIZES, county, edit, hidden, programme, without, workspace_at

from yiduiyi_analysis.present import results, tables
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
    "diagnosis": tables.diagnosis,
    "reconcile": tables.reconcile,
    "repairs": tables.repairs,
    "quality": tables.quality,
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("code", [None, *SIZES])
def test_each_table_shows_for_each_place(name, code):
    held = county(code) if code else programme()
    shown = TABLES[name](held)
    assert isinstance(shown, tables.Table)
    assert shown.html().count("<table") == 1 and shown.note
    assert held.place in shown.title or name in ("reconcile", "repairs")


@pytest.mark.parametrize("name", [*TABLES, "intake"])
def test_without_evidence_there_is_a_line_and_no_crash(name):
    held = without(programme(), ".*")
    gone = ("schools", "counties", "helpers", "intake", "quality", "roster_ledger")
    bare = type(held)(**{**vars(held), **{table: getattr(held, table).iloc[:0] for table in gone}})
    assert isinstance((TABLES | {"intake": tables.intake})[name](bare), Markdown)


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
    assert len(units) == 4 and units.nunique() == 1


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
    assert list(grid)[1:] == ["教师问卷", "总体上，您对帮扶工作"]
