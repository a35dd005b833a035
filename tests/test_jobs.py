"""Which reports a run makes, and what stops it before it starts."""

import json

import pandas as pd
import pytest
import tiny
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiduiyi_analysis import codebook
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.publish import jobs

BOOK = codebook.load(tiny.CODEBOOK)
COUNTY = tiny.notebook(parameters='county_code = "513431"\nwave = "W3"')


@pytest.fixture
def ws(tmp_path):
    reports = [
        tiny.programme_report("summary", parameters={"wave": "W3"}),
        tiny.county_report(parameters={"wave": "W3"}),
        tiny.programme_report("audit"),
    ]
    notebooks = {
        "summary": tiny.notebook(),
        "county_evaluation": COUNTY,
        "audit": tiny.notebook(parameters=""),
    }
    return tiny.workspace(tmp_path, reports, **notebooks)


def test_one_report_a_county_and_one_for_the_programme(ws):
    keys = [job.key for job in jobs.plan(ws, BOOK)]
    assert keys[0] == "summary" and keys[-1] == "audit"
    assert keys[1:-1] == [f"{code}/county_evaluation" for code in BOOK.counties["county_code"]]


@pytest.mark.parametrize("written", ["513431", "昭觉县", "昭觉"])
def test_a_county_goes_by_code_or_name(ws, written):
    (job,) = jobs.plan(ws, BOOK, counties=[written])
    assert (job.county_code, job.county, job.title) == ("513431", "昭觉县", "昭觉县评估报告")
    assert job.parameters == {"wave": "W3", "county_code": "513431"}


def test_an_unknown_county_is_told_the_seven(ws):
    with pytest.raises(Fault) as fault:
        jobs.plan(ws, BOOK, counties=["成都市"])
    assert all(county in str(fault.value) for county in BOOK.counties["county"])


def test_only_selects_by_name_and_knows_the_names(ws):
    assert [job.key for job in jobs.plan(ws, BOOK, only=["audit"])] == ["audit"]
    with pytest.raises(Fault, match=r"sumary.*summary"):
        jobs.plan(ws, BOOK, only=["sumary"])


def test_a_programme_report_for_one_county_is_nothing(ws):
    with pytest.raises(Fault, match="没有要生成的报告"):
        jobs.plan(ws, BOOK, counties=["昭觉"], only=["summary"])


def test_a_wave_replaces_the_default_where_a_report_has_one(ws):
    planned = jobs.plan(ws, BOOK, wave="W2")
    assert {job.parameters.get("wave") for job in planned} == {"W2", None}
    assert {job.wave for job in planned} == {BOOK.waves["W2"].label, None}
    with pytest.raises(Fault, match=r"W9.*W0"):
        jobs.plan(ws, BOOK, wave="W9")


@pytest.mark.parametrize(("answered", "wave"), [(["W0", "W1"], "W1"), (["W2", "W0"], "W2"), ([], "W3")])
def test_the_latest_wave_is_the_last_one_that_has_answers(ws, answered, wave):
    write(ws, [tiny.programme_report("summary", parameters={"wave": "latest"})])
    (ws.results / "meta.json").write_text(json.dumps({"waves": answered}), "utf-8")
    assert jobs.plan(ws, BOOK)[0].parameters == {"wave": wave}
    assert jobs.plan(ws, BOOK, wave="W0")[0].parameters == {"wave": "W0"}


def test_a_wave_that_is_none_stops_the_run(ws):
    write(ws, [tiny.programme_report("summary", parameters={"wave": "W9"})])
    with pytest.raises(Fault, match="没有“W9”这个轮次"):
        jobs.plan(ws, BOOK)


@pytest.mark.parametrize("name", ["../summary", "a/b", "", ".hidden", "a b"])
def test_a_name_that_would_leave_its_folder_is_refused(ws, name):
    write(ws, [tiny.programme_report("summary") | {"name": name}])
    with pytest.raises(Fault, match="第 1 份报告的 name"):
        jobs.catalogue(ws)


def test_a_misspelt_parameter_stops_the_run(ws):
    write(ws, [tiny.programme_report("summary", parameters={"wvae": "W2"})])
    with pytest.raises(Fault, match=r"summary\.ipynb.*wvae.*wave"):
        jobs.plan(ws, BOOK)


def test_a_mistake_in_a_report_not_asked_for_stops_nothing(ws):
    write(ws, [tiny.programme_report("audit"), tiny.programme_report("summary", parameters={"wvae": "W2"})])
    assert len(jobs.plan(ws, BOOK, only=["audit"])) == 1


def test_a_code_given_as_a_number_stops_the_run(ws):
    write(ws, [{**tiny.county_report(), "each": "programme", "parameters": {"county_code": 513431}}])
    with pytest.raises(Fault, match=r"county_code = 513431.*类型"):
        jobs.plan(ws, BOOK)


def test_a_county_report_needs_a_notebook_that_takes_a_county(ws):
    write(ws, [tiny.county_report("summary")])
    with pytest.raises(Fault, match="county_code"):
        jobs.plan(ws, BOOK)


@pytest.mark.parametrize(
    ("notebook", "says"),
    [
        (tiny.notebook(parameters="wave = 'W3'\nlabel = wave + '期'"), "label.*字面量"),
        (tiny.notebook(parameters="wave = str(3)"), "wave.*字面量"),
        (tiny.notebook(parameters="print('x')"), "print"),
        (tiny.notebook(parameters="wave = "), "第 1 行"),
        (tiny.notebook(tags=[]), "parameters 标签"),
        (tiny.notebook(("x = 1", ["parameters"])), "parameters 标签"),
        (tiny.notebook(("x = 1", ["parameters"]), tags=[]), "parameters 标签"),
        ({"nothing": 1}, "不是完整的笔记本"),
    ],
)
def test_a_parameters_cell_that_papermill_would_misread(ws, notebook, says):
    (ws.notebooks / "audit.ipynb").write_text(json.dumps(notebook), "utf-8")
    with pytest.raises(Fault, match=rf"audit\.ipynb.*{says}"):
        jobs.plan(ws, BOOK, only=["audit"])


def test_a_default_may_hold_an_equals_sign_and_a_type(ws):
    path = ws.notebooks / "audit.ipynb"
    path.write_text(json.dumps(tiny.notebook(parameters="a: str = 'x=y'  # 说明\nb = -1")), "utf-8")
    assert jobs.parameters(path) == {"a": "x=y", "b": -1}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(
    st.dictionaries(
        st.sampled_from(["wave", "county_code", "层次", "n"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=3),
    )
)
def test_any_literals_come_back_as_they_were_written(tmp_path, values):
    path = tmp_path / "any.ipynb"
    source = "\n".join(f"{name} = {value!r}" for name, value in values.items())
    path.write_text(json.dumps(tiny.notebook(parameters=source)), "utf-8")
    assert jobs.parameters(path) == values


@pytest.mark.parametrize(
    ("reports", "says"),
    [
        ([tiny.programme_report("audit"), tiny.programme_report("audit")], "重复.*audit"),
        ([{**tiny.programme_report("audit"), "paramters": {}}], "第 1 份报告的 paramters"),
        ([tiny.programme_report("a"), tiny.programme_report("b") | {"each": "school"}], "第 2 份报告的 each"),
        ([tiny.programme_report("absent")], r"absent\.ipynb.*没有这个笔记本"),
        (None, "reports.yml"),
    ],
)
def test_a_mistake_in_reports_yml_names_its_place(ws, reports, says):
    write(ws, reports)
    with pytest.raises(Fault, match=says):
        jobs.plan(ws, BOOK)


def write(ws, reports) -> None:
    (ws.notebooks / "reports.yml").write_text(json.dumps(reports, ensure_ascii=False), "utf-8")


def with_units(ws):
    """Give the workspace a page a unit: 昭觉 has two units of ten teachers, and one that is too small."""
    schools = [
        ("a", "513431", 12),
        ("b", "513431", 4),
        ("c", "513431", 7),
        ("d", "513431", 3),
        ("e", "513432", 10),
    ]
    frame = pd.DataFrame(schools, columns=["school_id", "county_code", "teachers"])
    units = frame.assign(
        unit_id=["a", "c+1", "c+1", "d", "e"], unit_label=["甲校", "丙校等2所", "丙校等2所", "丁校", "戊校"]
    )
    frame.to_parquet(ws.results / "schools.parquet")
    units.drop(columns="teachers").to_parquet(ws.results / "units.parquet")
    page = {"name": "page", "notebook": "page.ipynb", "title": "{county}{unit}反馈页", "each": "unit"}
    params = 'county_code = "513431"\nunit_id = "a"\nwave = "W3"'
    (ws.notebooks / "page.ipynb").write_text(json.dumps(tiny.notebook(parameters=params)), "utf-8")
    write(ws, [tiny.programme_report("summary"), {**page, "parameters": {"wave": "W3"}}])
    return page


def test_one_page_a_published_unit_of_enough_teachers(ws):
    with_units(ws)
    pages = [job for job in jobs.plan(ws, BOOK) if job.unit_id]
    assert [job.key for job in pages] == ["513431/schools/a", "513431/schools/c+1", "513432/schools/e"]
    assert pages[1].title == "昭觉县丙校等2所反馈页"
    assert pages[1].parameters == {"county_code": "513431", "unit_id": "c+1", "wave": "W3"}
    assert [job.key for job in jobs.plan(ws, BOOK, counties=["喜德"])] == ["513432/schools/e"]


def test_without_results_there_are_no_units_yet(ws):
    with_units(ws)
    (ws.results / "units.parquet").unlink()
    assert [job.key for job in jobs.every(ws, BOOK)] == ["summary"]


def test_two_reports_may_not_share_the_place_of_a_unit(ws):
    page = with_units(ws)
    write(ws, [page, page | {"name": "other"}])
    with pytest.raises(Fault, match="只能有一份"):
        jobs.catalogue(ws)
