"""Notebooks run for real: side by side, apart from each other, and ended when they must be."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
import tiny

from yiduiyi_analysis import codebook
from yiduiyi_analysis.publish import execute, jobs, kernels

BOOK = codebook.load(tiny.CODEBOOK)
META = {"synthetic": True, "as_of": "2022-03-31"}

SEEN = """import json, os, sys
from IPython.display import Markdown
keep = ("YIDUIYI_ROOT", "OPENBLAS_NUM_THREADS", "PYTHONDONTWRITEBYTECODE")
seen = {"code": county_code, "cwd": os.getcwd(), "env": {k: os.environ.get(k) for k in keep}}
open("seen.json", "w").write(json.dumps(seen))
name = {"513431": "昭觉县", "513432": "喜德县"}[county_code]
Markdown(f"{name}的内容")"""
FAIL_ONE = "assert county_code != '513432', '喜德县的数据有问题'"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """One run: two counties, one failing; a notebook that kills its kernel; one not fit to publish."""
    root = tmp_path_factory.mktemp("house")
    reports = [tiny.county_report(), tiny.programme_report("dies"), tiny.programme_report("fetches")]
    ws = tiny.workspace(
        root,
        reports,
        county_evaluation=tiny.notebook(SEEN, FAIL_ONE, parameters='county_code = "513431"'),
        dies=tiny.notebook("import os\nos._exit(1)"),
        fetches=tiny.notebook("# 总报告", f"{tiny.SHOW}\nHTML('<img src=\"https://example.org/a.png\">')"),
    )
    todo = [
        *jobs.plan(ws, BOOK, counties=["昭觉", "喜德"]),
        *jobs.plan(ws, BOOK, only=["dies", "fetches"]),
    ]
    seen = []
    work = root / "work"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        made = execute.run(
            todo, ws, work, META, workers=4, done=seen.append, limits=execute.Limits(60, 60, attempts=2)
        )
    assert sorted(outcome.job.key for outcome in seen) == sorted(job.key for job in todo)
    assert [outcome.job for outcome in made] == todo
    return ws, work, {outcome.job.key: outcome for outcome in made}


def test_a_report_is_made_with_its_own_parameters(outcomes):
    good = outcomes[2]["513431/county_evaluation"]
    assert good.ok and good.attempts == 1 and good.seconds > 0
    text = good.documents["html"].read_text("utf-8")
    assert "昭觉县的内容" in text and "喜德县" not in text


def test_a_failing_county_stops_no_other_and_is_not_tried_again(outcomes):
    bad = outcomes[2]["513432/county_evaluation"]
    assert not bad.ok and bad.attempts == 1 and not bad.documents
    assert "喜德县的数据有问题" in bad.error and "\n" not in bad.error


def test_a_dead_kernel_is_tried_again(outcomes):
    dead = outcomes[2]["dies"]
    assert not dead.ok and dead.attempts == 2 and "Kernel" in dead.error


def test_a_document_that_asks_another_host_is_not_published(outcomes):
    unfit = outcomes[2]["fetches"]
    assert not unfit.ok and "向外部请求" in unfit.error and "example.org" in unfit.error


def test_each_notebook_runs_apart(outcomes):
    ws, work, _ = outcomes
    folders = [work / "513431/county_evaluation", work / "513432/county_evaluation"]
    first, second = (json.loads((folder / "seen.json").read_text()) for folder in folders)
    assert (first["code"], second["code"]) == ("513431", "513432")
    assert [first["cwd"], second["cwd"]] == [str(folder) for folder in folders]
    assert first["env"] == {
        "YIDUIYI_ROOT": str(ws.root),
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": None,
    }


def test_the_error_line_names_no_path_of_this_machine(outcomes):
    ws, _, made = outcomes
    assert all(str(ws.root) not in (outcome.error or "") for outcome in made.values())


def test_a_job_past_its_time_is_ended_with_its_kernel(tmp_path):
    ws = tiny.workspace(tmp_path, [tiny.programme_report("slow")], slow=tiny.notebook(sleeping(tmp_path)))
    limits = execute.Limits(cell_seconds=60, job_seconds=6, attempts=2)
    (outcome,) = execute.run(jobs.plan(ws, BOOK), ws, tmp_path / "work", META, limits=limits)
    assert not outcome.ok and outcome.attempts == 1 and "6 秒" in outcome.error
    assert is_gone(tmp_path / "pid")


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_nothing_outlives_a_killed_run(tmp_path):
    ws = tiny.workspace(tmp_path, [tiny.programme_report("slow")], slow=tiny.notebook(sleeping(tmp_path)))
    script = (
        "import sys; from pathlib import Path; from yiduiyi_analysis import codebook, workspace;"
        "from yiduiyi_analysis.publish import execute, jobs; ws = workspace.find(sys.argv[1]);"
        "book = codebook.load(ws.codebook);"
        f"execute.run(jobs.plan(ws, book), ws, Path(sys.argv[1], 'work'), {META!r})"
    )
    run = subprocess.Popen([sys.executable, "-c", script, str(ws.root)])
    wait_for(lambda: (tmp_path / "pid").exists(), 60)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert is_gone(tmp_path / "pid")


def test_sockets_lie_in_files_where_their_names_are_short_enough(monkeypatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", "/tmp/yd-short")
    posix, other = ("ipc", "/tmp/yd-short/k"), ("tcp", "127.0.0.1")
    short = kernels.Kernel()
    assert (short.transport, short.ip) == (posix if os.name == "posix" else other)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", "/tmp/" + "long" * 30)
    assert kernels.Kernel().transport == "tcp"


def sleeping(folder) -> str:
    return f"import os, time\nopen({str(folder / 'pid')!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"


def is_gone(file) -> bool:
    """Tell whether the process whose number stands in `file` ends within a few seconds."""
    pid = int(file.read_text())

    def over():
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        return True

    return wait_for(over)


def wait_for(condition, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def test_a_folder_that_cannot_be_written_stops_no_other_report(tmp_path):
    ws = tiny.workspace(
        tmp_path / "house",
        [tiny.programme_report("one"), tiny.programme_report("two")],
        one=tiny.notebook("# 一"),
        two=tiny.notebook("# 二\n\n正文"),
    )
    todo, work = jobs.plan(ws, BOOK), tmp_path / "work"
    work.mkdir()
    (work / "one").write_text("in the way", "utf-8")
    formats = ("xlsx", "docx")
    bad, good = execute.run(todo, ws, work, META, formats=formats, limits=execute.Limits(60, 60))
    assert not bad.ok and "FileExistsError" in bad.error and str(tmp_path) not in bad.error
    assert good.ok and sorted(good.documents) == ["docx", "xlsx"]
