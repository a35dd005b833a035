"""The attacker against what is published: planted leaks are found and refused, protected tables are not."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import test_export
import test_scan
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis import cli, codebook
from yiduiyi_analysis.analyse import audit, disclosure
from yiduiyi_analysis.present import display
from yiduiyi_analysis.publish import execute, export, jobs, pipeline, scan

COUNTIES = ["513428", "513429", "513430"]
RULES = pd.DataFrame(
    {"indicator": ["R1.top2"], "block": ["R"], "within": "", "least": [10], "sensitive_n": [20]}
)
INNER = [[40, 8], [60, 30], [50, 20]]  # key, other
QUOTED = "校长每周都来听我的课并且当面指导"


def published(inner=INNER, wave="W3", protected=True, share=0.5) -> pd.DataFrame:
    """Return the published evidence of R1.top2, the same share of people everywhere."""
    n = np.asarray(inner)
    n = np.column_stack([n, n.sum(axis=1)])
    n = np.vstack([n, n.sum(axis=0)])
    places = [*[f"5134{at:02}" for at in range(28, 27 + len(n))], "all"]
    rows = [
        {"indicator": "R1.top2", "county_code": place, "group": group, "wave": wave, "n": int(n), "N": int(n)}
        for place, line in zip(places, n, strict=True)
        for group, n in zip(disclosure.GROUPS, line, strict=True)
    ]
    frame = pd.DataFrame(rows).assign(value=share, lo=0.4, hi=0.6, unit="rate", method="finite/logit")
    frame.loc[frame["n"] == 0, "value"] = np.nan
    frame["status"] = np.where(frame["n"] > 0, "ok", "no_data")
    numbers = {"n": "Int64", "N": "Int64", "value": "Float64", "lo": "Float64", "hi": "Float64"}
    frame = frame.astype(numbers | {"status": "string"})
    return disclosure.rounded(disclosure.protect(frame, RULES) if protected else frame)


def at(frame, county, group):
    return (frame["county_code"] == county) & (frame["group"] == group)


def shown_again(frame, county, group, n=8) -> pd.DataFrame:
    """Return `frame` with one hidden cell shown after all."""
    cell = at(frame, county, group)
    assert frame.loc[cell, "status"].str.startswith("suppressed").all()
    there = {"value": 0.5, "n": n, "status": "ok"}
    return frame.assign(**{name: frame[name].mask(cell, value) for name, value in there.items()})


def kinds(frame) -> set[str]:
    return set(audit.findings(frame, RULES)["what"])


def test_protected_evidence_gives_nothing_away():
    assert (published()["status"] == "suppressed").any() and kinds(published()) == set()


def test_a_published_complement_of_one_is_found():
    leaking = shown_again(published(), "513428", "key", 40)
    found = audit.findings(leaking, RULES)
    cell = found[(found["county_code"] == "513428") & (found["what"] == "人数可推出")]
    assert cell[["group", "lo", "hi"]].to_numpy().tolist() == [["other", 8.0, 8.0]]
    assert "相减可得低于阈值的一组" in set(found["what"])


def test_a_cell_below_its_threshold_is_found():
    assert "低于阈值却已公布" in kinds(published(protected=False))
    assert "人数少而全体一致，却已公布" in kinds(published([[40, 12]], share=1.0, protected=False))


def test_a_wave_that_gives_back_what_another_hides_is_found():
    both = pd.concat([published(wave="W0"), published([[40, 12], [60, 30], [50, 20]], wave="W3")])
    assert kinds(both) == set()
    change = published([[40, 12], [60, 30], [50, 20]]).assign(indicator="R1.top2_change")
    found = audit.findings(pd.concat([both, change]), RULES)
    hidden = published()["status"].str.startswith("suppressed").sum()
    assert len(found) == hidden and set(found["what"]) == {"变化已公布，可还原一轮不公布的水平"}


def test_a_cell_hidden_in_one_row_or_figure_and_shown_in_another_is_found():
    twice = pd.concat([published(), published(protected=False)[lambda f: at(f, "513428", "key")]])
    assert "同组的另一指标公布了它" in {*audit._uneven(_with_rules(twice))["what"]}
    other = published(protected=False)[["indicator", "county_code", "group", "wave", "value"]]
    assert len(audit._elsewhere(published(), "table", other)) == 4


def test_the_lower_end_shown_where_the_upper_is_hidden_is_found():
    ends = pd.concat([RULES, RULES.assign(indicator="R1.low2", block="R/low2", least=20)])
    rules = ends.assign(within=["R/low2", ""])
    top = published()
    both = pd.concat([top, published([[40, 40], [60, 30], [50, 20]]).assign(indicator="R1.low2")])
    found = audit._uneven(_with_rules(both, rules))
    assert set(found["what"]) == {"同组的另一指标公布了它"} and len(found) == top["value"].isna().sum()
    quiet = pd.concat([published([[40, 30], [60, 30]]), top.assign(indicator="R1.low2")])
    assert audit._uneven(_with_rules(quiet, rules)).empty, "fewer may be told of the lower end"


def _with_rules(frame, rules=RULES):
    rows = frame.merge(rules, on="indicator")
    return rows.assign(hidden=rows["status"].str.startswith("suppressed").astype(bool))


def test_a_group_that_two_totals_leave_over_is_found():
    """The programme less a county: what is hidden of the others is eight people."""
    frame = published([[40, 30], [60, 4], [50, 4]], protected=False)
    gone = ["513429", "513430"]
    cells = frame["county_code"].isin(gone) & frame["group"].isin(["other", "all"])
    values = {"value": pd.NA, "n": pd.NA}
    frame = frame.assign(**{name: frame[name].mask(cells, value) for name, value in values.items()})
    frame["status"] = frame["status"].mask(cells, "suppressed")
    assert "相减可得低于阈值的一组" in kinds(frame)


@pytest.mark.parametrize(("share", "found"), [(1.0, {"其中的人数可推出"}), (0.5, set())])
def test_a_total_so_high_that_both_hidden_parts_follow_is_found(share, found):
    frame = published([[40, 30], [60, 30]], share=share, protected=False)
    cells = frame["group"].isin(["key", "other"]) & (frame["county_code"] != "all")
    values = {"value": pd.NA, "n": pd.NA, "status": "suppressed"}
    frame = frame.assign(**{name: frame[name].mask(cells, value) for name, value in values.items()})
    assert kinds(frame) == found


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=6))
def test_random_tables_once_protected_give_nothing_away(inner):
    assert kinds(published(inner)) == set()
    few = np.asarray(inner)
    if ((few > 0) & (few < 10)).any():
        assert kinds(published(inner, protected=False)) != set()


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    """A workspace of three reports: a fair one, one with a chart label, one with a comment quoted."""
    picture = f"data:image/png;base64,{test_export.png()}"
    label = f'{tiny.SHOW}\nHTML(\'<img alt="联系人 13800138000" src="{picture}">\')'
    made = tiny.workspace(
        tmp_path_factory.mktemp("audit"),
        [tiny.programme_report(name) for name in ("fair", "chart", "quoting")],
        fair=tiny.notebook("# 总报告\n\n共 70 所学校，1902 名教师"),
        chart=tiny.notebook("# 总报告", label),
        quoting=tiny.notebook("# 总报告", f"{tiny.SHOW}\nMarkdown('有人说：“{QUOTED[1:]}。”')"),
    )
    (made.clean / "answers.parquet").mkdir(parents=True)
    answers = pd.DataFrame({"item_id": ["WISH"], "raw": [QUOTED]})
    answers.to_parquet(made.clean / "answers.parquet" / "513428.parquet")
    made.source.mkdir()
    published().to_parquet(made.results / "evidence.parquet")
    return made


@pytest.mark.parametrize("form", ["html", "docx", "pdf", "xlsx"])
def test_what_one_form_gives_away_keeps_back_all(ws, tmp_path, form):
    page = export.Page("总报告", None, None, "2022-03-31", synthetic=True)
    made = {}
    for name, said in {"good": "共 70 所学校", "bad": "联系人 13800138000"}.items():
        folder = tmp_path / name
        folder.mkdir()
        notebook = tiny.notebook("# 总报告", "x")
        shown = display.Table(pd.DataFrame({"说明": [said]}), "说明")._repr_mimebundle_()
        notebook["cells"][-1]["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": shown}]
        (folder / "executed.ipynb").write_text(json.dumps(notebook), "utf-8")
        made[name] = export.documents(folder / "executed.ipynb", folder, page)
    gate = pipeline.Gate(ws, codebook.load(ws.codebook), None)
    job = jobs.Job("fair", ws.notebooks / "fair.ipynb", "总报告", {})
    for documents, error in ((made["good"], None), (made["good"] | {form: made["bad"][form]}, "手机号码")):
        gate.outcome(execute.Outcome(job, documents))
        judged = gate.judged["fair"]
        assert judged.error == (f"未通过披露审计：{error}" if error else None)
        assert judged.documents == ({} if error else documents)


def test_what_only_the_web_page_would_say_keeps_back_the_other_forms_too(ws):
    """A chart's words are in no workbook, but they are read before it is published."""
    done = pipeline.run(ws, only=["chart", "fair"], formats=["xlsx"])
    assert {outcome.job.key: outcome.error for outcome in done.outcomes} == {
        "fair": None,
        "chart": "未通过披露审计：手机号码",
    }
    assert sorted(path.name for path in ws.current.glob("*.*") if path.stem == "fair") == ["fair.xlsx"]


def test_a_report_that_gives_something_away_is_not_published(ws, monkeypatch, capsys):
    monkeypatch.setenv("YIDUIYI_ROOT", str(ws.root))
    done = pipeline.run(ws)
    errors = {outcome.job.key: outcome.error for outcome in done.outcomes}
    assert errors == {
        "fair": None,
        "chart": "未通过披露审计：手机号码",
        "quoting": "未通过披露审计：作答者的原话（连续 10 字以上）",
    }
    assert done.exit_status == 1 and [e.key for e in done.manifest.failures] == ["chart", "quoting"]
    assert sorted(path.name for path in ws.current.glob("[!im]*")) == [
        f"fair.{form}" for form in ("docx", "html", "pdf", "xlsx")
    ]
    assert "手机号码" in (ws.current / "index.html").read_text("utf-8")
    capsys.readouterr()
    assert cli.run(["audit"]) == 0 and capsys.readouterr().out == ""
    _refuses_evidence(ws, capsys)


def _refuses_evidence(ws, capsys):
    """Evidence that fails publishes nothing: the last good set stays, and says why."""
    leaking = shown_again(published(), "513428", "key", 40)
    leaking.to_parquet(ws.results / "evidence.parquet")
    before = (ws.current / "fair.html").read_bytes()
    assert cli.run(["report"]) == 1
    assert "未通过披露审计" in capsys.readouterr().err
    assert (ws.current / "fair.html").read_bytes() == before
    assert cli.run(["status"]) == 0 and "保留上次版本" in capsys.readouterr().out
    assert cli.run(["audit"]) == 1
    told = capsys.readouterr()
    assert "R1.top2 普格县 其余学校 W3：人数可推出" in told.out and "处发现" in told.err
    assert cli.run(["audit", "--run", "nothing"]) == 2


def test_an_excel_cell_that_gives_something_away_is_refused(ws, tmp_path):
    book = codebook.load(ws.codebook)
    seen = []
    gate = pipeline.Gate(ws, book, seen.append)
    fair = execute.Outcome(jobs.every(ws, book)[0], {"xlsx": test_scan.workbook(tmp_path / "a.xlsx", 63)})
    gate.outcome(fair)
    gate.outcome(replace(fair, documents={"xlsx": test_scan.workbook(tmp_path / "b.xlsx", 13800138000)}))
    (tmp_path / "c.xlsx").write_bytes(b"")
    gate.outcome(replace(fair, documents={"xlsx": tmp_path / "c.xlsx"}))
    assert [outcome.ok for outcome in seen] == [True, False, False]
    assert seen[1].error == "未通过披露审计：手机号码" and "无法检查" in seen[2].error


def test_a_hidden_figure_is_known_by_the_name_that_reports_print(ws):
    book = codebook.load(ws.codebook)
    published().assign(group="all", status="suppressed").to_parquet(ws.results / "evidence.parquet")
    kept = scan.secrets(ws, book)
    name = f"普格县{book.label('R1.top2')}终期"
    assert scan.text([f"{name} 63%"], kept) and not scan.text([f"{name} *"], kept)
