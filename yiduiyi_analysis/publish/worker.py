"""What a worker of a cluster does with a report's task: unpack its slice, run it here, give back bytes."""

import platform
import shutil
import tempfile
import threading
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from yiduiyi_analysis import fingerprint
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.publish import currency, execute, slices
from yiduiyi_analysis.publish.jobs import Job
from yiduiyi_analysis.publish.surroundings import environment, warm
from yiduiyi_analysis.workspace import Workspace

IDLE = 300  # seconds without a task after which a bench goes whose run has been lost
KEPT = ("log.txt", "executed.ipynb")  # of a report that failed, for whoever looks into it


@dataclass(frozen=True)
class Task:
    """One report to make: `content` is its slice, `order` what `execute.Crew` is told of all reports.

    run: names the run that the task is of; versions: of the program that sends it
    """

    run: str
    job: Job
    content: bytes
    order: dict
    limits: execute.Limits
    versions: dict[str, str]


@dataclass(frozen=True)
class Reply:
    """What came of a task: an outcome whose files are names, and their bytes."""

    documents: dict[str, str]
    read: tuple[str, ...]
    files: dict[str, bytes] = field(repr=False)
    told: dict = field(default_factory=dict)  # all else of an Outcome


@cache
def versions() -> dict[str, str]:
    """Return what two machines must have alike for the same report to come out of both."""
    packages = {*fingerprint.READING, *currency.DRAWING, *currency.WRITING}
    code = fingerprint.code("codebook", "clean", "analyse", "present", "publish")
    return {"程序": code, "Python": platform.python_version(), **fingerprint.versions(sorted(packages))}


def differing(here: dict[str, str], there: dict[str, str]) -> str:
    """Return what two machines have not alike, in words; nothing if they agree."""
    return "、".join(name for name in {**here, **there} if here.get(name) != there.get(name))


def perform(task: Task) -> Reply:
    """Make one report in a private folder that is gone afterwards.

    Raises: Fault if this worker's program is another than the one that sent the task
    """
    if different := differing(task.versions, versions()):
        raise Fault(f"工作机的版本与本机不同（{different}）", do="请装同一版本")
    return _bench(task).reply(task)


def leave(run: str) -> None:
    """Give up what this worker keeps for a run: its template, its folder, what is still at work for it."""
    with _lock:
        bench = _benches.pop(run, None)
    if bench:
        bench.close()


class Bench:
    """What the tasks of one run share on one worker: a warm template and a list of fonts; never data."""

    def __init__(self, run: str, below: str, formats: list[str]):
        self.run, self.folder = run, Path(tempfile.mkdtemp(prefix="yiduiyi-", dir=below))
        self.fonts, self.lock, self.timer = self.folder / "fonts", threading.Lock(), None
        self.crews: set[execute.Crew] = set()
        self.template = warm(environment(Workspace(self.folder), str(self.folder), self.fonts), formats)

    def reply(self, task: Task) -> Reply:
        """Run a task in a folder of its own."""
        root = Path(tempfile.mkdtemp(dir=self.folder))
        ws, work = slices.unpacked(task.content, root), root / "work"
        crew = execute.Crew(ws, work, task.order, task.limits, self.template, self.fonts)
        job = replace(task.job, notebook=root / slices.notebook(task.job))
        self._busy(crew, True)
        try:
            return _taken(crew.outcome(job), work / job.key)
        except KeyboardInterrupt:  # the run is over; as it is, this would end the worker
            raise Fault("已中断") from None
        finally:
            shutil.rmtree(root, ignore_errors=True)
            self._busy(crew, False)

    def close(self) -> None:
        """End what is at work, and leave nothing behind."""
        with self.lock:
            crews = set(self.crews)
        for crew in crews:
            crew.dismiss()
        if self.template:
            self.template.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _busy(self, crew: execute.Crew, begins: bool) -> None:
        with self.lock:
            (self.crews.add if begins else self.crews.discard)(crew)
            if self.timer:
                self.timer.cancel()
            if not self.crews:
                self.timer = threading.Timer(IDLE, leave, [self.run])
                self.timer.daemon = True
                self.timer.start()


_benches: dict[str, Bench] = {}
_lock = threading.Lock()


def _bench(task: Task) -> Bench:
    from distributed import get_worker

    with _lock:
        if task.run not in _benches:
            # The scheduler's own folder, which the next worker there clears if this one is killed.
            _benches[task.run] = Bench(task.run, get_worker().local_directory, task.order["formats"])
        return _benches[task.run]


def _taken(outcome: execute.Outcome, folder: Path) -> Reply:
    """Return an outcome with the bytes of its files, or of the log if it failed."""
    kept = [folder / name for name in KEPT] if outcome.error else []
    wanted = {*outcome.documents.values(), *outcome.read, *kept}
    names = ("error", "seconds", "attempts", "finished_at", "peak_mb", "warnings")
    return Reply(
        {form: path.name for form, path in outcome.documents.items()},
        tuple(path.name for path in outcome.read),
        {path.name: path.read_bytes() for path in sorted(wanted) if path.is_file()},
        {name: getattr(outcome, name) for name in names},
    )
