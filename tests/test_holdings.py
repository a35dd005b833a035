"""What the landing page says is there: each step, how fresh, and what to do where one is lacking."""

import os

from evidence_fixture import county, programme, workspace_at

from yiduiyi_analysis.present import holdings


def states(ws) -> dict[str, str]:
    table = holdings.overview(ws.root)
    return dict(zip(table.frame["位置"], table.frame["状态"], strict=True))


def test_with_results_only_the_other_steps_say_what_to_run(tmp_path):
    said = states(workspace_at(tmp_path))
    assert said["data/results"] == "可用"
    assert said["data/demo"].startswith("把导出放进 data/incoming")
    assert said["data/clean"] == said["reports/current"] == "请先运行 yiduiyi run"


def test_a_step_older_than_the_one_before_is_to_be_done_again(tmp_path):
    ws = workspace_at(tmp_path)
    export = ws.incoming / "教师问卷.csv"
    export.parent.mkdir()
    export.write_text("序号\n", "utf-8")
    os.utime(ws.results / "meta.json", (1_000_000_000, 1_000_000_000))
    assert states(ws)["data/results"] == holdings.AGAIN
    assert states(ws)["data/incoming"] == "可用"


def test_the_note_tells_the_day_the_counties_and_that_the_data_are_synthetic(tmp_path):
    ws = workspace_at(tmp_path)
    table = holdings.overview(ws.root)
    assert "数据截至 2022-03-28" in table.note and "合成数据" in table.note
    assert "七县：普格县" in table.note
    assert "基线、半年、一年、终期" in table.frame.set_index("位置")["现有"]["data/results"]


def test_results_that_cannot_be_read_stop_nothing(tmp_path):
    ws = workspace_at(tmp_path)
    (ws.results / "meta.json").write_text("{", "utf-8")
    assert "数据截至" not in holdings.overview(ws.root).note


def test_results_and_codebook_say_in_two_lines_what_they_hold():
    first, second = repr(county()).splitlines()
    assert first == "Results：昭觉县（513431），截至终期（W3），数据截至 2022-03-28，合成数据"
    assert f"evidence {len(county().evidence)}" in second
    assert repr(programme()).startswith("Results：七县，")
    first, second = repr(programme().codebook).splitlines()
    assert first.startswith("Codebook：七县，4 轮（W0、W1、W2、W3）") and "I02 教师问卷" in second
