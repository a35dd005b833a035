"""The command line as a person meets it: exit status, one line for a mistake, nothing half done."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import tiny
import xlsxwriter
from test_lock import HOLD

from yiduiyi_analysis import cli
from yiduiyi_analysis.clean import namelist
from yiduiyi_analysis.errors import Fault

COMMANDS = (
    *("demo", "clean", "match", "template", "analyse", "report", "run", "audit", "status", "verify", "prune"),
)
SOURCE = Path(__file__).parents[1] / "data" / "source"


@pytest.fixture
def ws(tmp_path, monkeypatch):
    """A workspace of two reports, one of which always fails; --root reaches it without being given."""
    monkeypatch.setenv("YIDUIYI_ROOT", str(tmp_path))
    ws = tiny.workspace(
        tmp_path,
        [tiny.programme_report("summary"), tiny.programme_report("broken")],
        summary=tiny.notebook("# 概况\n\n正文"),
        broken=tiny.notebook("raise ValueError('没有数据')"),
    )
    ws.source.mkdir()
    for file in SOURCE.iterdir():
        (ws.source / file.name).write_bytes(file.read_bytes())
    return ws


def test_help_is_complete_and_quick_to_come():
    code = (
        "import sys; from yiduiyi_analysis import cli; cli.run(['--help']);"
        "sys.exit(bool({'pandas', 'matplotlib', 'papermill', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, "help imports what it does not need"
    assert all(command in done.stdout for command in COMMANDS) and "--root" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_chinese(command, capsys):
    assert cli.run([command, "--help"]) == 0
    told = capsys.readouterr().out
    assert "显示本帮助" in told and "Show this message" not in told
    assert "用法：" in told and "Usage" not in told and "OPTIONS" not in told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["frob"], "没有命令 frob"),
        (["run", "extra"], "多出参数 extra"),
        (["report", "--wave"], "选项 --wave 后面缺少值"),
        (["report", "--jobs", "x"], "--jobs 的值不对：应是整数"),
        (["report", "--x"], "没有选项 --x"),
        (["match"], "缺少 names"),
        (["report", "--jobs", "0"], "--jobs 的值不对：至少是 1"),
        (["report", "--county", "成都"], "没有“成都”这个县"),
        (["report", "--only", "nothing"], "没有报告“nothing”"),
        (["report", "--formats", "html,word"], "没有“word”这种格式。可用：html,docx,pdf,xlsx"),
        (["run", "--formats", "PPT"], "没有“ppt”这种格式"),
        (["report", "--formats"], "选项 --formats 后面缺少值"),
        (["report", "--wave", "W9"], "没有“W9”这个轮次"),
        (["match", "absent.csv", "--out", "x.csv"], "absent.csv：打不开"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(ws, arguments, says, capfd):
    assert cli.run(arguments) == 2
    told = capfd.readouterr()
    assert told.err.startswith("错误：") and says in told.err and told.err.count("\n") == 1
    assert not ws.runs.exists()


def test_outside_a_project_it_says_how_to_point_to_one(ws, tmp_path_factory, monkeypatch, capsys):
    monkeypatch.setenv("YIDUIYI_ROOT", "")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert cli.run(["status"]) == 2
    assert "--root" in capsys.readouterr().err


def test_an_unexpected_fault_shows_a_line_and_leaves_a_log(ws, monkeypatch, capsys):
    monkeypatch.setattr("yiduiyi_analysis.publish.manifest.evidence_meta", lambda ws: {}["as_of"])
    assert cli.run(["report"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "Traceback" not in told and "KeyError" in told
    (log,) = (ws.root / ".yiduiyi" / "log").iterdir()
    assert str(log) in told and "Traceback" in log.read_text("utf-8")


@pytest.mark.parametrize(("number", "says"), [(28, "磁盘已满"), (13, "没有权限"), (30, "文件夹只读")])
def test_what_the_system_refuses_is_told_in_one_line(ws, number, says, monkeypatch, capsys):
    def refuse(ws):
        raise OSError(number, "refused", str(ws.reports / "x"))

    monkeypatch.setattr("yiduiyi_analysis.publish.manifest.evidence_meta", refuse)
    assert cli.run(["report"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"错误：{says}（") and told.count("\n") == 1
    assert not (ws.root / ".yiduiyi" / "log").exists()


def test_what_the_system_refuses_a_library_is_told_too(ws, monkeypatch, capsys):
    def refuse(ws):
        raise xlsxwriter.exceptions.FileCreateError(OSError(28, "No space left on device"))

    monkeypatch.setattr("yiduiyi_analysis.publish.manifest.evidence_meta", refuse)
    assert cli.run(["report"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("错误：磁盘已满。") and "请腾出空间后再运行" in told and told.count("\n") == 1


def test_an_unexpected_fault_on_a_full_disk_is_still_one_line(ws, monkeypatch, capsys):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("yiduiyi_analysis.publish.manifest.evidence_meta", lambda ws: {}["as_of"])
    monkeypatch.setattr(Path, "write_text", full)
    assert cli.run(["report"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "KeyError" in told and "Traceback" not in told


def test_an_interrupt_is_no_traceback(ws, monkeypatch, capsys):
    def interrupt(ws):
        raise KeyboardInterrupt

    monkeypatch.setattr("yiduiyi_analysis.publish.manifest.evidence_meta", interrupt)
    assert cli.run(["report"]) == 130
    assert "已中断" in capsys.readouterr().err


def test_reports_are_published_and_a_failure_is_status_1(ws, capfd):
    assert cli.run(["report"]) == 1
    told = capfd.readouterr()
    assert "1 份报告已发布，1 份失败" in told.out
    assert "summary  完成" in told.err and "broken  失败" in told.err and "没有数据" in told.err
    assert (ws.current / "summary.html").exists() and not (ws.current / "broken.html").exists()
    (run,) = ws.runs.iterdir()
    assert [folder.name for folder in (run / "work").iterdir()] == ["broken"]
    assert cli.run(["status"]) == 0
    told = capfd.readouterr().out
    assert "正常" in told and "没有数据" in told and "合成数据" in told
    assert sorted(path.suffix for path in ws.current.glob("summary.*")) == [".docx", ".html", ".pdf", ".xlsx"]
    assert cli.run(["report", "--only", "summary", "--formats", "pdf,docx"]) == 0
    assert sorted(path.suffix for path in ws.current.glob("summary.*")) == [".docx", ".pdf"]


def test_status_tells_what_is_stale_and_why(ws, capfd):
    assert cli.run(["report", "--formats", "html"]) == 1
    with (ws.notebooks / "summary.ipynb").open("a") as notebook:
        notebook.write(" ")
    capfd.readouterr()
    assert cli.run(["status"]) == 0
    told = capfd.readouterr().out
    assert "需要更新" in told and "笔记本" in told
    (ws.current / "summary.html").unlink()
    assert cli.run(["status"]) == 0
    assert "笔记本、成品缺失" in capfd.readouterr().out
    assert cli.run(["verify"]) == 1
    assert capfd.readouterr().out.splitlines()[-1] == "summary.html：缺少"


def test_verify_and_prune_say_what_they_did(ws, capfd):
    assert cli.run(["verify"]) == 2
    assert "还没有发布报告" in capfd.readouterr().err
    for _ in range(2):
        assert cli.run(["report", "--only", "summary", "--formats", "html"]) == 0
    assert cli.run(["verify"]) == 0
    assert "核对了 1 份成品：全部相符" in capfd.readouterr().err
    assert cli.run(["prune", "--keep", "1"]) == 0
    assert "删去了 1 次旧的运行" in capfd.readouterr().out
    assert cli.run(["prune", "--keep", "1"]) == 0
    assert "没有可删的旧运行" in capfd.readouterr().out and cli.run(["verify"]) == 0


def test_a_second_run_stops_at_once(ws, capfd):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(ws.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        for command in (["run"], ["report"], ["clean"], ["analyse"], ["prune", "--keep", "1"]):
            assert cli.run(command) == 2
            told = capfd.readouterr().err
            assert "另一个运行还在进行" in told and f"进程 {other.pid}" in told and told.count("\n") == 1
        other.stdin.close()


def test_events_are_one_json_object_a_line(ws, capfd):
    assert cli.run(["report", "--log-json", "--formats", "html"]) == 1
    told = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    names = ["run_started", "step_started", "reports_planned", "report_finished", "report_finished"]
    assert [event["event"] for event in told] == [*names, "step_finished", "run_finished"]
    states = {event["key"]: event["status"] for event in told if event["event"] == "report_finished"}
    assert states == {"summary": "ok", "broken": "failed"}
    assert told[-1]["status"] == "partial" and told[-1]["failures"][0]["key"] == "broken"
    assert cli.run(["report", "--log-json", "--county", "成都"]) == 2
    told = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [event["event"] for event in told] == ["run_started", "step_started", "run_finished", "error"]


def test_the_root_may_be_given(ws, monkeypatch, capsys):
    monkeypatch.setenv("YIDUIYI_ROOT", "/nowhere")
    assert cli.run(["--root", str(ws.root), "status"]) == 0
    assert "尚未生成" in capsys.readouterr().out


def test_a_template_is_written_where_asked_and_named_by_its_instrument(ws, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.run(["template", "I07"]) == 0
    assert "I07_帮扶活动日志_模板.xlsx" in capsys.readouterr().out
    assert cli.run(["template", "I02", "--wave", "W1", "--out", "短卷.xlsx"]) == 0
    assert {"I07_帮扶活动日志_模板.xlsx", "短卷.xlsx"} <= {path.name for path in tmp_path.iterdir()}
    assert cli.run(["template", "I77"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("错误：没有“I77”这个工具") and told.count("\n") == 1


class TestNameLists:
    """yiduiyi match."""

    ROWS = [
        ["编号", "county", "备注", "name"],
        ["007", "昭觉县", "带,逗号\n和换行", "四开乡中心小学"],
        ["008", "", "", ""],
        ["007", "昭觉县", "再来一次", "四开乡中心小学"],
        ["009", "昭觉县", "", "不存在的学校名"],
    ]

    def write(self, path: Path, rows=None, encoding="utf-8") -> Path:
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(rows or self.ROWS)
        return path

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_every_row_and_column_comes_back_in_order(self, ws, tmp_path, encoding, capsys):
        names, out = self.write(tmp_path / "names.csv", encoding=encoding), tmp_path / "out" / "matched.csv"
        assert cli.run(["match", str(names), "--out", str(out)]) == 0
        with out.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == [*self.ROWS[0], "status", "school_id", "school", "candidates"]
        assert [row[:4] for row in rows] == self.ROWS[1:]
        assert rows[0][4] == "matched" and rows[0][5].startswith("513431-") and rows[0][4:] == rows[2][4:]
        assert rows[1][4] != "matched" and rows[3][4] != "matched"
        assert out.read_bytes().startswith(b"\xef\xbb\xbf")
        assert "4 行：matched 2" in capsys.readouterr().out

    def test_a_matched_list_is_matched_anew(self, ws, tmp_path):
        names, out = self.write(tmp_path / "names.csv"), tmp_path / "matched.csv"
        assert cli.run(["match", str(names), "--out", str(out)]) == 0
        once = out.read_bytes()
        assert cli.run(["match", str(out), "--out", str(out)]) == 0
        assert out.read_bytes() == once

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ("县,name\n昭觉,四开\n".encode(), "第 1 行：缺少列 county"),
            (b"", "文件是空的"),
            (b"\n\n", "文件是空的"),
            (b"county,name,name\n", "列名重复：name"),
            (b"county,name,school\n", "已有列 school"),
            ("county,name\n昭觉,四开,多\n".encode(), "第 2 行：有 3 个单元格"),
            (b"county,name\n\xff\xff,x\n", "编码"),
            (b"PK\x03\x04\x00\x00", "不是 CSV"),
        ],
    )
    def test_a_list_that_cannot_be_read_leaves_everything_as_it_was(
        self, ws, tmp_path, content, says, capsys
    ):
        (tmp_path / "names.csv").write_bytes(content)
        out = tmp_path / "matched.csv"
        out.write_text("旧", "utf-8")
        assert cli.run(["match", str(tmp_path / "names.csv"), "--out", str(out)]) == 2
        told = capsys.readouterr().err
        assert "names.csv" in told and says in told and told.count("\n") == 1
        assert out.read_text("utf-8") == "旧" and not list(tmp_path.glob(".matched*"))

    def test_a_place_that_cannot_be_written_is_named(self, ws, tmp_path):
        (tmp_path / "file").write_text("", "utf-8")
        table = pd.DataFrame({"name": ["四开乡中心小学"]})
        with pytest.raises(Fault, match="写不进去"):
            namelist._write(table, tmp_path / "file" / "matched.csv")
