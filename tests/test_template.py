"""The template: what it refuses, what it leaves to its forks, and what is left when one of them is killed."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
import tiny

from yiduiyi_analysis import codebook
from yiduiyi_analysis.codebook import loading
from yiduiyi_analysis.publish import execute, forks, jobs

pytestmark = pytest.mark.skipif(not forks.is_possible(), reason="this system cannot fork a warm process")
META = {"synthetic": True, "as_of": "2022-03-31"}


def until(condition, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def is_gone(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


@pytest.fixture(scope="module")
def own():
    template = forks.Own(dict(os.environ))
    yield template
    template.close()
    assert not Path(template.folder.name).exists()


def job(folder, **environment) -> forks.Request:
    """Return a request for a job whose folder holds no task: it leaves a verdict of that, and ends."""
    return forks.Request("job", [str(folder)], dict(os.environ) | environment, str(folder), 0o027)


def fork(own, folder, **environment) -> forks.Child:
    with (folder / "log.txt").open("a") as log:
        return forks.fork(own.address(), job(folder, **environment), log.fileno(), log.fileno())


def test_a_fork_ends_as_it_should_and_is_reaped(own, tmp_path):
    child = fork(own, tmp_path)
    assert child.wait(60) == 0 and child.poll() == 0
    assert "FileNotFoundError" in (tmp_path / "verdict.json").read_text("utf-8")
    assert (tmp_path / "verdict.json").stat().st_mode & 0o777 == 0o640
    assert "Traceback" in (tmp_path / "log.txt").read_text("utf-8")
    assert until(lambda: not psutil.Process(own.process.pid).children())


def test_the_template_has_one_thread_and_nobody_else_may_reach_it(own, tmp_path):
    fork(own, tmp_path).wait(60)
    assert psutil.Process(own.process.pid).num_threads() == 1
    assert Path(own.folder.name).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "name", ["PYTHONPATH", "PYTHONHASHSEED", "MPLCONFIGDIR", "OMP_NUM_THREADS", "LC_ALL"]
)
def test_what_a_fork_cannot_be_is_refused(own, tmp_path, name):
    with pytest.raises(forks.Unavailable, match=name):
        fork(own, tmp_path, **{name: "7"})


def test_what_asks_no_more_loses_its_process(own, tmp_path):
    os.mkfifo(tmp_path / "task.json")  # it waits for what nobody writes
    child = fork(own, tmp_path)
    child._connection.close()
    assert until(lambda: is_gone(child.pid))


def test_signals_reach_a_fork(own, tmp_path):
    os.mkfifo(tmp_path / "task.json")
    child = fork(own, tmp_path)
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.2)
    child.terminate()
    assert child.wait(30) == -signal.SIGTERM


def test_a_killed_template_takes_its_forks_along_and_is_followed_by_another(tmp_path):
    template = forks.Own(dict(os.environ))
    try:
        os.mkfifo(tmp_path / "task.json")
        child = fork(template, tmp_path)
        template.process.kill()
        assert child.wait(30) == -signal.SIGKILL and until(lambda: is_gone(child.pid))
        template.process.wait()
        (tmp_path / "task.json").unlink()
        assert fork(template, tmp_path).wait(60) == 0 and template.starts == 2
        template.starts = forks.STARTS
        template.process.kill()
        template.process.wait()
        with pytest.raises(forks.Unavailable):
            template.address()
    finally:
        template.close()


def test_a_template_whose_owner_is_killed_ends_with_all_its_forks(tmp_path):
    os.mkfifo(tmp_path / "task.json")
    script = (
        "import os, sys; from pathlib import Path; sys.path.insert(0, 'tests');"
        "import test_template as t;"
        "own = t.forks.Own(dict(os.environ)); child = t.fork(own, Path(sys.argv[1]));"
        "pids = f'{own.process.pid} {child.pid} {own.folder.name}';"
        "Path(sys.argv[1], 'pids').write_text(pids); child.wait()"
    )
    owner = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    assert until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text(), 60)
    owner.kill()
    owner.wait()
    template, child, folder = (tmp_path / "pids").read_text().split()
    assert until(lambda: is_gone(int(template)) and is_gone(int(child)) and not Path(folder).exists())


def test_a_killed_job_is_tried_again_and_leaves_no_kernel(tmp_path):
    cells = "import os, pathlib, psutil\nonce = pathlib.Path('once')\nmine = os.getpid()"
    kill = "if not once.exists(): once.write_text(str(mine)); os.kill(int(os.environ['JPY_PARENT_PID']), 9)"
    ws = tiny.workspace(tmp_path, [tiny.programme_report("one")], one=tiny.notebook("# 一", cells, kill))
    todo = jobs.plan(ws, codebook.load(ws.codebook))
    (outcome,) = execute.run(
        todo, ws, tmp_path / "work", META, formats=["html"], limits=execute.Limits(60, 90)
    )
    assert outcome.ok and outcome.attempts == 2 and outcome.peak_mb > 0
    assert until(lambda: is_gone(int((tmp_path / "work/one/once").read_text())))


def test_without_a_template_the_same_comes_out_and_it_is_said_once(tmp_path, monkeypatch, caplog):
    reports = [tiny.programme_report(name) for name in ("one", "two")]
    warned = tiny.notebook(
        "# 一", "import warnings\nfor _ in range(2): warnings.warn('小心 /some/where/else')"
    )
    ws = tiny.workspace(tmp_path, reports, one=warned, two=warned)
    todo = jobs.plan(ws, codebook.load(ws.codebook))
    forked = execute.run(todo, ws, tmp_path / "forked", META, formats=["html"])

    def refuse(self):
        raise forks.Unavailable("on trial")

    monkeypatch.setattr(forks.Own, "address", refuse)
    ordinary = execute.run(todo, ws, tmp_path / "ordinary", META, formats=["html"])
    for one, other in zip(forked, ordinary, strict=True):
        assert one.error is None and other.error is None
        assert one.documents["html"].read_bytes() == other.documents["html"].read_bytes()
        assert one.warnings == other.warnings == ("UserWarning: 小心 …",)
    assert len([record for record in caplog.records if "on trial" in record.message]) == 1


def served(path: Path, code: str, *options: str) -> subprocess.Popen:
    """Start a template that does something of its own before it serves at `path`."""
    run = (
        "import sys; from yiduiyi_analysis.publish import template; " + code + "; template.main(sys.argv[1:])"
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(path))
        listener.listen()
        number = listener.fileno()
        return subprocess.Popen(
            [sys.executable, "-c", run, str(number), *options], stdin=subprocess.PIPE, pass_fds=[number]
        )


@pytest.fixture
def place():
    """A short path: that of a socket may have some hundred bytes."""
    with tempfile.TemporaryDirectory(prefix="yd-", ignore_cleanup_errors=True) as folder:
        yield Path(folder, "t")


def test_a_template_with_a_thread_forks_nothing(place, tmp_path):
    thread = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"
    template = served(place, thread)
    with pytest.raises(forks.Unavailable, match="threads"):
        forks.fork(str(place), job(tmp_path), 1, 2)
    template.stdin.close()
    assert template.wait(30) == 0


def test_a_shared_template_that_nobody_asks_ends_and_leaves_no_address(place):
    template = served(place, "template.ANYBODY, template.NOTEBOOK, template.IDLE = (), (), 0.5", "--anybody")
    assert template.wait(60) == 0 and not place.exists()


def test_changed_code_has_a_shared_template_of_its_own(tmp_path, near, monkeypatch):
    started = []
    (tmp_path / "code").mkdir()
    (tmp_path / "code/one.py").write_text("1")
    monkeypatch.setenv("XDG_RUNTIME_DIR", near)
    monkeypatch.setattr(forks, "PACKAGE", tmp_path / "code")
    monkeypatch.setattr(forks, "start", lambda path, *_: started.append(str(path)))
    for name in ("one.py", "one.py", "two.py"):
        (tmp_path / "code" / name).touch(exist_ok=name == "one.py")
        os.utime(tmp_path / "code/one.py", (1, 1))
        forks._fingerprint.cache_clear()  # a process keeps what it began with
        assert forks.shared() == started[-1]
    forks._fingerprint.cache_clear()
    assert started[0] == started[1] != started[2]


def test_a_codebook_is_read_ahead_until_one_of_its_files_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "_kept", {})
    ws = tiny.workspace(tmp_path, [tiny.programme_report("one")], one=tiny.notebook("# 一"))
    loading.keep(ws.codebook)
    kept = codebook.load(ws.codebook)
    assert codebook.load(ws.codebook) is kept
    file = ws.codebook / "waves.yml"
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    assert codebook.load(ws.codebook) is not kept


def test_a_template_that_was_never_asked_is_ended_at_once():
    template = forks.Own(dict(os.environ))
    template.begin()
    template.close()
    assert template.process.returncode == -signal.SIGKILL
