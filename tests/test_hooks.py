"""Who is told that a run is over, and what: on success, on failure, and when none could begin."""

import json
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import tiny

from yiduiyi_analysis import cli
from yiduiyi_analysis.cli import hooks, mistakes
from yiduiyi_analysis.errors import Fault

MADE = {
    "run_id": "r", "as_of": "2022-03-31", "synthetic": True,
    "reports": [
        {"key": "a", "status": "ok", "error": None},
        {"key": "b", "status": "kept", "error": "第 2 个单元"},
    ],
}  # fmt: skip


@pytest.fixture
def heard(tmp_path):
    """A command that writes down what it was told, and how to read that."""
    script, out = tmp_path / "hook.py", tmp_path / "heard.json"
    names = ("YIDUIYI_STATUS", "YIDUIYI_EXIT_STATUS", "YIDUIYI_COMMAND", "YIDUIYI_ERROR")
    script.write_text(
        "import json, os, sys\n"
        f"told = {{name: os.environ[name] for name in {names}}}\n"
        "body = json.loads(sys.stdin.buffer.read())\n"
        f"open({str(out)!r}, 'w', encoding='utf-8').write(json.dumps([told, body]))",
        "utf-8",
    )
    return f'"{sys.executable}" "{script}"', lambda: json.loads(out.read_text("utf-8"))


@pytest.fixture
def server():
    """A web address on this machine, the answers that it gives, and the requests that it had."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.had.append((self.headers["Content-Type"], json.loads(body)))
            self.send_response(self.server.answer)
            self.end_headers()

        def log_message(self, *_):
            return None

    with HTTPServer(("127.0.0.1", 0), Handler) as served:
        served.had, served.answer = [], 204
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield served
        served.shutdown()
        thread.join()


def address(server) -> str:
    return f"http://127.0.0.1:{server.server_port}/hook"


def test_success_is_told_with_the_summary(heard, server, capfd):
    command, read = heard
    with hooks.told("run", command, address(server)) as summary:
        summary |= hooks.reports(MADE, skipped=3) | {"exit_status": 1}
    told, body = read()
    assert told == {
        "YIDUIYI_STATUS": "partial", "YIDUIYI_EXIT_STATUS": "1", "YIDUIYI_COMMAND": "run", "YIDUIYI_ERROR": ""
    }  # fmt: skip
    assert body["reports"] == {"ok": 1, "kept": 1, "failed": 0, "unchanged": 3}
    assert body["failures"] == [{"key": "b", "status": "kept", "error": "第 2 个单元"}]
    assert body["run_id"] == "r" and body["started_at"] <= body["finished_at"]
    assert server.had == [("application/json; charset=utf-8", body)]
    assert capfd.readouterr().err == ""


def test_what_stops_a_run_is_told_and_stays_what_it_was(heard):
    command, read = heard
    with pytest.raises(mistakes.Told) as stopped, hooks.told("run", command, None):
        raise Fault("没有评估结果", do="请先运行 yiduiyi run")
    assert (stopped.value.status, stopped.value.message) == (2, "错误：没有评估结果。请先运行 yiduiyi run")
    told, body = read()
    assert told["YIDUIYI_STATUS"] == "failed" and body["error"] == "没有评估结果。请先运行 yiduiyi run"


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_asked_to_end_tells_so(heard, number):
    command, read = heard
    with pytest.raises(mistakes.Told) as stopped, hooks.told("run", command, None):
        signal.raise_signal(number)
    assert stopped.value.status == 130 and read()[1]["status"] == "interrupted"


@pytest.mark.parametrize(
    ("on_finish", "answer", "says"),
    [
        ("exit 3", 204, "--on-finish 没有成功（退出状态 3）"),
        (None, 500, "--webhook 没有成功（对方答复 500"),
    ],
)
def test_a_hook_that_fails_is_one_line_and_changes_nothing(server, on_finish, answer, says, capfd):
    server.answer = answer
    with hooks.told("run", on_finish, address(server)) as summary:
        summary["exit_status"] = 0
    told = capfd.readouterr().err
    assert says in told and told.count("\n") == 1 and summary["exit_status"] == 0


def test_an_address_where_nobody_listens_is_one_line(server, capfd):
    with hooks.told("run", None, "http://127.0.0.1:1/"):
        pass
    told = capfd.readouterr().err
    assert "--webhook 没有成功" in told and told.count("\n") == 1


def test_a_hook_that_does_not_end_is_ended(monkeypatch, capfd):
    monkeypatch.setattr(hooks, "COMMAND_SECONDS", 0.3)
    with hooks.told("run", f'"{sys.executable}" -c "import time; time.sleep(60)"', None):
        pass
    assert "已中止" in capfd.readouterr().err


def test_the_command_line_tells_that_a_run_could_not_begin(tmp_path, monkeypatch, heard, capfd):
    command, read = heard
    ws = tiny.workspace(tmp_path / "ws", [tiny.programme_report("summary")], summary=tiny.notebook("# 总"))
    monkeypatch.setenv("YIDUIYI_ROOT", str(ws.root))
    assert cli.run(["report", "--county", "成都", "--on-finish", command]) == 2
    assert read()[0]["YIDUIYI_STATUS"] == "failed" and "没有“成都”这个县" in read()[1]["error"]
    assert capfd.readouterr().err.count("\n") == 1
    assert cli.run(["report", "--webhook", "ftp://x"]) == 2
    assert "请以 http:// 或 https:// 开头" in capfd.readouterr().err
