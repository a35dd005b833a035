"""Work done on a cluster: a scheduler and two workers, each a process of its own."""

import contextlib
import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from types import SimpleNamespace

import evidence_fixture
import forms_made
import pytest
import tiny

from yiduiyi_analysis import cli, codebook
from yiduiyi_analysis.clean import pipeline as cleaning
from yiduiyi_analysis.clean import read
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present import results
from yiduiyi_analysis.publish import cluster, execute, jobs, pipeline, slices, worker

REQUIRED = "YIDUIYI_CLUSTER"  # `required` makes a failure of what would be skipped
BOOK = codebook.load(tiny.CODEBOOK)
SLOW = "import time\ntime.sleep(1)\nassert county_code != '{bad}', '这个县的数据有问题'"
ZHAOJUE, XIDE = "513431", "513432"


def need_distributed() -> None:
    """Skip the test without dask.distributed, or fail where it is required."""
    if find_spec("distributed"):
        return
    why = "没有 dask.distributed，请运行 make cluster"
    if os.environ.get(REQUIRED) == "required":
        pytest.fail(f"{why}（{REQUIRED}=required）", pytrace=False)
    pytest.skip(why)


def wait_for(condition, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    """A scheduler's address and the folders of its two workers, which see nothing of a workspace."""
    need_distributed()
    home, address = tmp_path_factory.mktemp("machines"), f"tcp://127.0.0.1:{free_port()}"
    given = {name: value for name, value in os.environ.items() if name != "YIDUIYI_ROOT"}
    folders = [home / "one", home / "two"]
    dask = [sys.executable, "-m"]
    commands = [[*dask, "distributed.cli.dask_scheduler", "--host", address, "--no-dashboard"]]
    for folder in folders:
        folder.mkdir()
        told = ["--nthreads", "1", "--local-directory", str(folder), "--no-dashboard"]
        commands.append([*dask, "distributed.cli.dask_worker", address, *told])
    with contextlib.ExitStack() as undo:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        for command in commands:
            process = subprocess.Popen(command, cwd=home, env=given, **quiet)
            undo.callback(process.wait, 20)
            undo.callback(process.terminate)
        yield address, folders


@pytest.fixture
def connection(machines):
    with cluster.connected(machines[0]) as found:
        wait_for(lambda: len(found.client.nthreads()) == 2)
        yield found


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A workspace of seven county reports and one of the programme, each of a second."""
    return tiny.workspace(
        tmp_path_factory.mktemp("house"),
        [tiny.programme_report("summary"), tiny.county_report()],
        summary=tiny.notebook("# 总"),
        county_evaluation=county_notebook(),
    )


def county_notebook(bad: str = "") -> dict:
    names = dict(BOOK.counties[["county_code", "county"]].itertuples(index=False, name=None))
    shown = f"{tiny.SHOW}\nMarkdown({names!r}[county_code])"
    return tiny.notebook(SLOW.format(bad=bad), shown, parameters="county_code = ''")


def held(folders) -> list[str]:
    """Return the files that workers hold, but for what dask keeps for itself."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if not path.name.endswith(".lock") and path.suffix != ".dirlock"]


def run(ws, found, **asked) -> pipeline.Run:
    return pipeline.run(ws, formats=("html",), perform=found.run, **asked)


class TestTwoWorkers:
    """What two workers make between them."""

    def test_one_killed_at_work_everything_is_published_and_nothing_twice(self, house, connection, machines):
        seen = []

        def done(outcome):
            seen.append(outcome.job.key)
            if len(seen) == 1:
                assert held(machines[1])  # the other worker is at work on its slice
                tasks = connection.client.processing()
                busy = next(address for address, keys in tasks.items() if keys)
                os.kill(connection.client.run(os.getpid, workers=[busy])[busy], signal.SIGKILL)

        made = run(house, connection, done=done)
        assert len(seen) == len(set(seen)) == 8 and made.exit_status == 0
        assert [entry.status for entry in made.manifest.reports] == ["ok"] * 8
        assert all(outcome.attempts == 1 and outcome.peak_mb for outcome in made.outcomes)
        assert "昭觉县" in (house.current / f"{ZHAOJUE}/county_evaluation.html").read_text("utf-8")
        wait_for(lambda: len(connection.client.nthreads()) == 2)  # its place is taken, and cleared
        connection.leave()
        assert wait_for(lambda: not held(machines[1])), held(machines[1])

    def test_a_county_that_fails_keeps_its_last_good_report(self, house, connection):
        notebook = house.notebooks / "county_evaluation.ipynb"
        before, good = notebook.read_text("utf-8"), house.current / f"{XIDE}/county_evaluation.html"
        text = good.read_text("utf-8")
        notebook.write_text(json.dumps(county_notebook(bad=XIDE)), "utf-8")
        try:
            made = run(house, connection, counties=[XIDE, ZHAOJUE])
        finally:
            notebook.write_text(before, "utf-8")
        (bad,) = made.manifest.failures
        assert (bad.key, bad.status) == (f"{XIDE}/county_evaluation", "kept") and made.exit_status == 1
        assert "这个县的数据有问题" in bad.error and "/" not in bad.error
        assert [outcome.attempts for outcome in made.outcomes] == [1, 1]  # a cell's error is not tried again
        assert good.read_text("utf-8") == text
        (log,) = house.runs.glob(f"*/work/{XIDE}/county_evaluation/log.txt")
        assert "这个县的数据有问题" in log.read_text("utf-8")

    def test_an_interrupt_ends_what_workers_do(self, house, connection, machines):
        def stop(_):
            raise KeyboardInterrupt

        before = (house.current / "manifest.json").read_bytes()
        with pytest.raises(KeyboardInterrupt):
            run(house, connection, done=stop)
        assert wait_for(lambda: not held(machines[1])), held(machines[1])
        assert (house.current / "manifest.json").read_bytes() == before

    def test_a_report_is_the_same_as_made_here(self, connection, tmp_path):
        ws = workspace_of_results(tmp_path)
        (job,) = jobs.plan(ws, BOOK, counties=[ZHAOJUE], only=["county_evaluation"])
        meta = json.loads((ws.results / "meta.json").read_text("utf-8"))
        formats = ("html", "xlsx")
        with ThreadPoolExecutor(1) as other:
            elsewhere = other.submit(connection.run, [job], ws, tmp_path / "there", meta, formats=formats)
            (here,) = execute.run([job], ws, tmp_path / "here", meta, formats=formats)
        (there,) = elsewhere.result()
        assert here.ok and there.ok, (here.error, there.error)
        assert bytes_of(here) == bytes_of(there) and there.warnings == here.warnings
        assert [path.name for path in there.read] == [path.name for path in here.read]

    def test_cleaning_is_the_same_as_done_here(self, connection, machines, tmp_path):
        ws = workspace_of_exports(tmp_path)
        cleaning.run(ws)
        here = {path: path.read_bytes() for path in sorted(ws.clean.rglob("*")) if path.is_file()}
        done = cleaning.run(ws, connection.each)
        assert {path: path.read_bytes() for path in sorted(ws.clean.rglob("*")) if path.is_file()} == here
        assert [fault.message for fault in done.faults] == ["文件不完整，打不开"]
        assert done.intake["rows_kept"].sum() == 3 and not held(machines[1])


def workspace_of_exports(root):
    """Return a workspace of three files, one of them broken, one with a cell that the register corrects."""
    ws = forms_made.workspace(root)
    rows = [forms_made.answered("I02", "W3") for _ in range(2)]
    forms_made.save_csv(ws.incoming / "教师问卷W3.csv", forms_made.table("I02", "W3", rows))
    diagnosis = forms_made.table("I01", "W3", [forms_made.answered("I01", "W3", 2)])
    path = forms_made.save_xlsx(ws.incoming / "学校诊断W3自评.xlsx", 答卷=diagnosis)
    (ws.incoming / "坏的.xlsx").write_bytes(b"PK broken")
    (table,) = read.tables(path)
    cell = table.texts(2).iloc[0].strip()
    entry = [path.name, "", str(table.frame.index[0]), "C", cell, f"{cell}。", "试", "某人", "2021-03-05"]
    with (ws.codebook / "corrections.csv").open("a", encoding="utf-8", newline="") as register:
        csv.writer(register).writerow(entry)
    return ws


def bytes_of(outcome) -> dict[str, bytes]:
    return {form: path.read_bytes() for form, path in outcome.documents.items()}


def workspace_of_results(root):
    """Return a workspace with plausible results of seven counties and the shipped notebooks."""
    ws = tiny.Workspace(root / "workspace")
    shutil.copytree(evidence_fixture.shared().root / "data", ws.root / "data")
    shutil.copytree(evidence_fixture.ROOT / "notebooks", ws.notebooks)
    return ws


class TestSlice:
    """What of a workspace leaves this machine with a task."""

    def test_a_countys_slice_holds_no_other_county_and_reads_the_same(self, tmp_path):
        ws = workspace_of_results(tmp_path)
        (job,) = jobs.plan(ws, BOOK, counties=[ZHAOJUE], only=["county_evaluation"])
        there = slices.unpacked(slices.packed(job, ws), tmp_path / "there")
        whole, part = results.read(ZHAOJUE, root=ws.root), results.read(ZHAOJUE, root=there.root)
        for name in ("evidence", *results.TABLES, *results.LATER):
            table = getattr(part, name)
            assert table.equals(getattr(whole, name)), name
        every = results.read(root=there.root)
        for name in ("evidence", *results.TABLES):
            table = getattr(every, name)
            codes = set(table["county_code"].dropna()) if "county_code" in table else set()
            assert codes <= {ZHAOJUE}, name
        assert every.intake.empty and (there.root / slices.notebook(job)).is_file()
        assert not there.clean.exists() and not there.demo.exists()

    def test_what_people_had_written_stays_here(self, tmp_path):
        ws = workspace_of_results(tmp_path)
        register = ws.codebook / "corrections.csv"
        header = register.read_text("utf-8-sig").splitlines()[0]
        register.write_text(f"{header}\n甲.xlsx,,3,学校,张三的学校,中心小学,误填,李四,2021-03-05\n", "utf-8")
        (job,) = jobs.plan(ws, BOOK, only=["programme_summary"])
        there = slices.unpacked(slices.packed(job, ws), tmp_path / "there")
        assert (there.codebook / register.name).read_text("utf-8").strip() == header
        assert len(results.read(root=there.root).evidence) == len(results.read(root=ws.root).evidence)


class TestNoCluster:
    """What a person is told where there is none to be had: one line, and exit status 2."""

    @pytest.fixture(autouse=True)
    def nowhere_named(self, monkeypatch):
        monkeypatch.setenv("YIDUIYI_ROOT", "")  # --root sets it; afterwards it is as it was

    def told(self, ws, on, capfd) -> str:
        assert cli.run(["--root", str(ws.root), "report", "--on", on]) == 2
        (line,) = capfd.readouterr().err.splitlines()
        return line

    def test_the_extra_is_missing(self, house, monkeypatch, capfd):
        monkeypatch.setitem(sys.modules, "distributed", None)
        assert "yiduiyi-analysis[cluster]" in self.told(house, "local:2", capfd)

    @pytest.mark.parametrize("on", ["host", "local:0", "local:", "tcp://host"])
    def test_the_address_is_none(self, house, capfd, on):
        assert f"“{on}”不对" in self.told(house, on, capfd)

    def test_nobody_answers(self, house, monkeypatch, capfd):
        need_distributed()
        monkeypatch.setattr(cluster, "CONNECT", 1)
        address = f"tcp://127.0.0.1:{free_port()}"
        assert f"连不上 {address}" in self.told(house, address, capfd)

    def test_a_worker_has_another_version(self, machines, monkeypatch):
        here = worker.versions()
        monkeypatch.setattr(worker, "versions", lambda: {**here, "pandas": "1.0"})
        with pytest.raises(Fault, match=r"版本不同.*（pandas）.*同一版本"), cluster.connected(machines[0]):
            pass

    def test_a_worker_that_comes_later_with_another_version_makes_nothing(self):
        task = worker.Task("run", None, b"", {}, execute.Limits(), {**worker.versions(), "程序": "other"})
        with pytest.raises(Fault, match="程序"):
            worker.perform(task)

    def test_a_task_that_kills_its_workers_is_told_in_one_line(self, tmp_path):
        need_distributed()
        from distributed.scheduler import KilledWorker

        job = jobs.Job("x", tmp_path / "x.ipynb", "x", {})
        error = KilledWorker("perform-1", SimpleNamespace(address="tcp://192.0.2.7:1"), 3)
        future = SimpleNamespace(status="error", exception=lambda: error)
        outcome = cluster._outcome(job, future, tmp_path)
        assert not outcome.ok and "4 个工作进程" in outcome.error and "192.0.2.7" not in outcome.error

    def test_a_lost_scheduler_ends_the_run(self, tmp_path):
        job = jobs.Job("x", tmp_path / "x.ipynb", "x", {})
        with pytest.raises(Fault, match="断了"):
            cluster._outcome(job, SimpleNamespace(status="lost"), tmp_path)
