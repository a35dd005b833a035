"""One run at a time: who holds the lock is told, and a lock whose owner is gone is taken over."""

import json
import signal
import subprocess
import sys

import pytest
import tiny

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.publish import lock

HOLD = """
import sys
from yiduiyi_analysis.folders import Workspace
from yiduiyi_analysis.publish import lock
from pathlib import Path
with lock.held(Workspace(Path(sys.argv[1]))) as mine:
    mine.sign()
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def ws(tmp_path):
    return tiny.workspace(tmp_path, [])


@pytest.fixture
def other(ws):
    """Another process that holds the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(ws.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout.readline() == "held\n"
        yield child
        child.kill()


def test_a_second_run_stops_and_says_who_is_at_work(ws, other):
    with pytest.raises(Fault, match=rf"另一个运行还在进行（主机 .+，进程 {other.pid}，.+ 开始，已 0 分钟）"):
        lock.held(ws).__enter__()
    other.stdin.close()
    other.wait()
    with lock.held(ws) as mine:
        assert mine.owner_gone == {}


def test_the_lock_of_an_owner_that_was_killed_is_taken_over(ws, other):
    other.send_signal(signal.SIGKILL)
    other.wait()
    with lock.held(ws) as mine:
        assert mine.owner_gone["pid"] == other.pid and f"进程 {other.pid}" in lock.gone(mine.owner_gone)
    with lock.held(ws) as mine:
        assert mine.owner_gone == {}


def test_who_has_nothing_to_do_leaves_no_trace(ws):
    with lock.held(ws) as mine:
        mine.sign()
    path = ws.reports / lock.NAME
    before = path.stat().st_mtime_ns
    with lock.held(ws):
        pass
    assert path.stat().st_mtime_ns == before and path.read_text("utf-8") == ""


def test_what_this_process_holds_it_may_hold_once_more(ws):
    with lock.held(ws) as mine, lock.held(ws) as again:
        assert mine is again
        again.sign()
        assert json.loads((ws.reports / lock.NAME).read_text("utf-8"))["host"]


@pytest.mark.parametrize("written", ["", "{", "[]", "何"])
def test_a_lock_half_written_stops_nobody(ws, written):
    ws.reports.mkdir()
    (ws.reports / lock.NAME).write_text(written, "utf-8")
    with lock.held(ws) as mine:
        assert mine.owner_gone == {}
