"""What a run makes anew, what it leaves as it is, and that nothing half done is ever seen."""

import json
import os
import subprocess
import sys
import time

import killing
import pytest
import tiny

from yiduiyi_analysis import cli
from yiduiyi_analysis.publish import currency, execute, leftovers, manifest, pipeline, shelf
from yiduiyi_analysis.publish.execute import Outcome

SUMMARY, ZHAOJUE = "summary", "513431/county_evaluation"


@pytest.fixture
def ran(monkeypatch) -> list[str]:
    """The keys of the reports that were run; running one takes no notebook."""
    keys = []

    def run(todo, ws, work, meta, *, done, **_):
        outcomes = []
        for job in todo:
            keys.append(job.key)
            document = work / job.key / "report.html"
            document.parent.mkdir(parents=True)
            document.write_text(job.title, "utf-8")
            outcomes.append(Outcome(job, {"html": document}, None, 1.0, 1, execute.now()))
            done(outcomes[-1])
        return outcomes

    monkeypatch.setattr(execute, "run", run)
    return keys


@pytest.fixture
def ws(tmp_path):
    return tiny.workspace(
        tmp_path,
        [tiny.programme_report(SUMMARY), tiny.county_report()],
        summary=tiny.notebook("# 总"),
        county_evaluation=tiny.notebook("# 县", parameters="county_code = ''"),
    )


def run(ws, **asked) -> pipeline.Run:
    return pipeline.run(ws, formats=("html",), **{"changed_only": True} | asked)


def files(root) -> dict:
    return {path: path.lstat().st_mtime_ns for path in root.rglob("*")}


def test_what_is_current_is_left_as_it_is(ws, ran):
    run(ws)
    assert len(ran) == 8
    before = files(ws.root)
    done = run(ws)
    assert len(ran) == 8 and done.skipped == ran and done.manifest == manifest.current(ws)
    assert files(ws.root) == before and done.exit_status == 0
    run(ws, changed_only=False)
    assert len(ran) == 16


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda ws: ws.current.joinpath("summary.html").unlink(), [SUMMARY]),
        (lambda ws: ws.current.joinpath("summary.html").write_text("短", "utf-8"), [SUMMARY]),
        (lambda ws: ws.notebooks.joinpath("summary.ipynb").open("a").write(" "), [SUMMARY]),
    ],
    ids=["document gone", "document of another size", "notebook"],
)
def test_what_changed_is_made_again_and_nothing_else(ws, ran, change, again):
    run(ws)
    change(ws)
    ran.clear()
    made = run(ws).manifest
    assert ran == again and len(made.reports) == 8 and len({e.run_id for e in made.reports}) == 2


def test_a_report_that_failed_is_tried_again(ws, ran, monkeypatch):
    run(ws)
    well = execute.run

    def fail(todo, *given, done, **more):
        outcomes = [Outcome(job, {}, "坏", 1.0, 1, execute.now()) for job in todo]
        for outcome in outcomes:
            done(outcome)
        return outcomes

    monkeypatch.setattr(execute, "run", fail)
    assert run(ws, only=[SUMMARY], changed_only=False).manifest.failures[0].status == "kept"
    monkeypatch.setattr(execute, "run", well)
    ran.clear()
    assert run(ws).manifest.failures == [] and ran == [SUMMARY]


def test_a_report_that_is_no_longer_asked_for_goes_without_a_run(ws, ran):
    run(ws)
    (ws.notebooks / "reports.yml").write_text(json.dumps([tiny.county_report()]), "utf-8")
    ran.clear()
    assert len(run(ws).manifest.reports) == 7 and not (ws.current / "summary.html").exists()
    assert [key for key in ran if key == SUMMARY] == []


def test_a_manifest_alone_tells_that_nothing_changed(ws, ran):
    run(ws)
    made = currency.read(ws)
    assert currency.Currency(ws).unchanged(made, None, ("html",))
    assert not currency.Currency(ws).unchanged(made, "W2", ("html",))
    assert not currency.Currency(ws).unchanged(made, None, ("html", "pdf"))
    assert not currency.Currency(ws).unchanged({}, None, ("html",))
    assert not currency.Currency(ws).unchanged({**made, "planned": 9}, None, ("html",))


@pytest.mark.parametrize("step", ["place", "switch"])
def test_a_full_disk_leaves_what_is_published_and_the_next_run_ends_the_work(ws, ran, monkeypatch, step):
    run(ws)
    before, (first,) = (ws.current / "manifest.json").read_bytes(), ws.runs.iterdir()

    def full(*_):
        raise OSError(28, "No space left on device", "x")

    with monkeypatch.context() as broken:
        broken.setattr(shelf, step, full)
        with pytest.raises(OSError, match="No space"):
            run(ws, changed_only=False)
    assert (ws.current / "manifest.json").read_bytes() == before and list(ws.runs.iterdir()) == [first]
    assert run(ws, changed_only=False).exit_status == 0
    assert len(list(ws.runs.iterdir())) == 2


class TestLeftovers:
    """What a killed run leaves."""

    def test_half_folders_links_and_runs_go(self, ws, ran):
        run(ws)
        for half in (ws.root / "data/.clean-x1", ws.root / "data/.results-old-7", ws.reports / ".current-x"):
            half.mkdir()
        (ws.reports / ".current-123").symlink_to("runs/none")
        killed = leftovers.begin(ws, "20260101T000000Z-dead")
        (killed / "work").mkdir()
        assert sorted(leftovers.clear(ws))[:3] == [".clean-x1", ".current-123", ".current-x"]
        assert not killed.exists() and len(list(ws.runs.iterdir())) == 1
        assert list(ws.root.glob("*/.*-*")) == [] and leftovers.clear(ws) == []

    def test_of_a_run_killed_once_it_was_published_the_working_files_go(self, ws, ran):
        run(ws)
        (folder,) = ws.runs.iterdir()
        (folder / "work").mkdir()
        (folder / leftovers.RUNNING).touch()
        leftovers.clear(ws)
        assert [path.name for path in folder.iterdir()] == ["published"]
        assert (ws.current / "summary.html").exists()

    def test_what_stood_aside_comes_back_if_its_successor_never_came(self, ws):
        ws.results.rename(ws.results.with_name(".results-old-77"))
        (ws.results.with_name(".results-new")).mkdir()
        leftovers.clear(ws)
        assert (ws.results / "meta.json").exists() and len(list(ws.results.parent.glob(".results*"))) == 0

    @pytest.mark.parametrize("keep", [0, 1, 3])
    def test_old_runs_go_and_what_is_published_stays_whole(self, ws, ran, keep, monkeypatch):
        ids = iter("abc")
        monkeypatch.setattr(manifest, "new_run_id", lambda: next(ids))
        for asked in ({"only": [SUMMARY]}, {"only": [SUMMARY]}, {"counties": ["昭觉"]}):
            run(ws, changed_only=False, **asked)
        assert leftovers.prune(ws, keep) == ["a", "b"][: 3 - max(keep, 1)]
        shown = {
            e.key: (ws.current / e.documents["html"].path).read_text() for e in manifest.current(ws).reports
        }
        assert set(shown) == {SUMMARY, ZHAOJUE}


def run_all(root, *more) -> int:
    """Run everything as the command line does, and return its exit status."""
    return cli.run(["--root", str(root), "run", "--formats", "html", *more])


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    root = tmp_path_factory.mktemp("real") / "workspace"
    aside = killing.prepare(root)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("YIDUIYI_ROOT", "")
        assert run_all(root) == 0
    return root, aside, killing.standing(root)


class TestForReal:
    """A small workspace of the demo's counties, run as people run it."""

    @pytest.fixture(autouse=True)
    def nowhere_named(self, monkeypatch):
        monkeypatch.setenv("YIDUIYI_ROOT", "")  # --root sets it; afterwards it is as it was

    def test_an_unchanged_run_writes_nothing(self, place, capfd):
        root, *_ = place
        before = files(root)
        code = (
            "import sys; from yiduiyi_analysis import cli; status = cli.run(sys.argv[1:]);"
            "sys.exit(status or 9 * bool({'pandas', 'numpy', 'yaml'} & set(sys.modules)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, "--root", str(root), "run", "--formats", "html"],
            capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0 and done.stderr == ""
        assert done.stdout.splitlines() == ["清洗没有变化", "计算没有变化", "报告没有变化"]
        assert files(root) == before

    def test_one_countys_new_answers_concern_that_county_and_the_programme(self, place, capfd):
        root, aside, _ = place
        killing.change(root, aside, there=False)
        assert run_all(root, "--log-json") == 0
        told = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
        keys = {event["key"] for event in told if event["event"] == "report_finished"}
        assert keys == {"programme", "513432/county"}
        assert [event["event"] for event in told if "report" not in event["event"]] == [
            "run_started",
            *["step_started", "step_finished"] * 3,
            "run_finished",
        ]
        assert told[-1]["reports"] == {"ok": 8, "kept": 0, "failed": 0, "unchanged": 6}

    def test_run_again_on_one_worker_everything_is_the_same(self, place):
        root, *_ = place
        before = killing.standing(root)
        assert run_all(root, "--force", "--jobs", "1") == 0
        assert killing.standing(root) == before

    @pytest.mark.skipif(os.name != "posix", reason="kill -9")
    def test_after_a_kill_the_next_run_ends_as_if_nothing_had_been(self, place):
        root, aside, wanted = place
        killing.change(root, aside, there=False)
        start = time.monotonic()
        assert run_all(root) == 0
        before, lasted = killing.standing(root, evidence=False), time.monotonic() - start
        killing.change(root, aside, there=True)
        assert killing.kill(killing.run(root, "html"), min(max(lasted, 2) / 2, 10))
        assert killing.standing(root, evidence=False) in (before, {**wanted, "evidence": ""})
        assert run_all(root) == 0
        assert killing.standing(root) == wanted and killing.leftovers(root) == []
