"""Jobs → outcomes: each job in a process of its own, several at once, none able to stop another."""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

import psutil

from yiduiyi_analysis.publish import forks
from yiduiyi_analysis.publish.export import FORMATS
from yiduiyi_analysis.publish.jobs import Job
from yiduiyi_analysis.publish.surroundings import environment, warmed
from yiduiyi_analysis.workspace import Workspace

POSIX = os.name == "posix"


@dataclass(frozen=True)
class Limits:
    """How long a cell and a whole job may take (seconds), and how often a job is started at most."""

    cell_seconds: int = 600
    job_seconds: int = 1800
    attempts: int = 3


@dataclass(frozen=True)
class Outcome:
    """What came of one job: `documents` by format if it is fit to publish, else one line of `error`.

    read:     all that was made, published or not, for the audit to read
    peak_mb:  how much memory the job held with its kernel or, later, with what wrote its documents; what is
              shared with other processes counts by its share (PSS); None where the system does not tell
    warnings: what the notebook's code warned of, each once, without places in files
    """

    job: Job
    documents: dict[str, Path] = field(default_factory=dict)
    error: str | None = None
    seconds: float = 0.0
    attempts: int = 0
    finished_at: str = ""
    read: tuple[Path, ...] = ()
    peak_mb: float | None = None
    warnings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.error is None


def run(
    jobs: list[Job],
    ws: Workspace,
    work: Path,
    meta: dict,
    *,
    formats: Iterable[str] = FORMATS,
    workers: int | None = None,
    done: Callable[[Outcome], None] | None = None,
    limits: Limits = Limits(),
    template: forks.Own | None = None,
) -> list[Outcome]:
    """Return one outcome a job, in the order of `jobs`; each leaves its files in `work`/<job key>/.

    In:     meta: synthetic (bool) and as_of (date) of the evidence, printed on every report; formats: the
            documents that each job makes; done: called with each outcome as it comes; template: what the
            jobs are forked from, if it has been begun already
    Rule:   what the machinery broke (no kernel, a dead one) is tried again, an error in a cell never
    """
    formats = list(formats)
    with contextlib.nullcontext(template) if template else warmed(ws, formats) as template:
        crew = Crew(ws, work, {"meta": meta, "formats": formats}, limits, template)
        pool = ThreadPoolExecutor(workers or cores())
        try:
            waiting = {pool.submit(crew.outcome, job): job.key for job in jobs}
            outcomes = {}
            for future in as_completed(waiting):
                outcomes[waiting[future]] = future.result()
                if done:
                    done(future.result())
            return [outcomes[job.key] for job in jobs]
        finally:
            crew.dismiss()
            pool.shutdown(cancel_futures=True)


def printed(meta: dict, county_code: str | None) -> dict:
    """Return what a report says of all data: whether they are synthetic, and to which day its place's go."""
    day = meta.get("latest", {}).get(county_code, meta["as_of"])
    return {"synthetic": meta["synthetic"], "as_of": day}


def now() -> str:
    """Return the time as outcomes and manifests tell it."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def told(error: OSError) -> str:
    """Return what the system would not do, on one line, without this machine's paths."""
    return f"{type(error).__name__}：{error.strerror or error}"


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def end_family(pid: int) -> None:
    """Kill what process `pid` has started, all generations.

    Rule: a kernel leads a process group of its own, so the group of `pid` alone would leave it running
    """
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
                if POSIX and os.getpgid(process.pid) == process.pid:
                    os.killpg(process.pid, signal.SIGKILL)
                process.kill()


class Crew:
    """The child processes at work, so that an interrupted run can end them all.

    In: template: its processes are forked from it, ordinary ones if it is None; fonts: see `environment`
    """

    def __init__(self, ws: Workspace, work: Path, order: dict, limits: Limits, template, fonts=None):
        self.ws, self.work, self.order, self.limits = ws, work, order, limits
        self.children: set[subprocess.Popen | forks.Child] = set()
        self.lock, self.dismissed, self.said = threading.Lock(), False, False
        self.template, self.fonts = template, fonts

    def dismiss(self) -> None:
        """End what is at work, and begin nothing more."""
        with self.lock:
            self.dismissed = True
            for child in self.children:
                _end(child)

    def outcome(self, job: Job) -> Outcome:
        """Do one job and return what came of it."""
        try:
            return self._outcome(job)
        except OSError as error:  # its folder, its log: no reason to stop the others
            return Outcome(job, error=told(error), finished_at=now())

    def _outcome(self, job: Job) -> Outcome:
        folder = self.work / job.key
        folder.mkdir(parents=True)
        meta = printed(self.order["meta"], job.county_code)
        task = {"job": asdict(job), **self.order, "meta": meta, "cell_seconds": self.limits.cell_seconds}
        (folder / "task.json").write_text(json.dumps(task, ensure_ascii=False, default=str), "utf-8")
        start, attempts, verdict = time.monotonic(), 0, {"retry": True}
        while verdict.get("retry") and attempts < self.limits.attempts and not self.dismissed:
            attempts += 1
            verdict = self._attempt(folder)
        documents = {form: folder / file for form, file in verdict.get("documents", {}).items()}
        read = tuple(folder / file for file in verdict.get("read", ()))
        error = None if documents else verdict.get("error") or "没有运行"
        seconds = round(time.monotonic() - start, 1)
        more = {"peak_mb": verdict.get("peak_mb"), "warnings": tuple(verdict.get("warnings", ()))}
        return Outcome(job, documents, error, seconds, attempts, now(), read, **more)

    def _attempt(self, folder: Path) -> dict:
        """Run the job once and return the verdict that its process left."""
        verdict = folder / "verdict.json"
        verdict.unlink(missing_ok=True)
        # A short path: the kernel's socket files lie here, and their names may have some hundred bytes.
        with (
            tempfile.TemporaryDirectory(prefix="yd-", ignore_cleanup_errors=True) as scratch,
            (folder / "log.txt").open("ab") as log,
        ):
            child = self._start(folder, scratch, log)
            try:
                child.wait(self.limits.job_seconds)
            except subprocess.TimeoutExpired:
                return {"error": f"超过 {self.limits.job_seconds} 秒没有完成，已中止"}
            finally:
                _end(child)
                with self.lock:
                    self.children.discard(child)
        if verdict.exists():
            return json.loads(verdict.read_text("utf-8"))
        return {"error": f"运行它的进程意外终止（{child.returncode}）", "retry": True}

    def _start(self, folder: Path, scratch: str, log) -> subprocess.Popen | forks.Child:
        child = self._fork(folder, scratch, log) or self._launch(folder, scratch, log)
        with self.lock:
            self.children.add(child)
            dismissed = self.dismissed
        if dismissed:
            _end(child)
            raise KeyboardInterrupt
        return child

    def _fork(self, folder: Path, scratch: str, log) -> forks.Child | None:
        """Return the job's process forked from this run's template, None where that is not to be had."""
        template = self.template
        if not template:
            return None
        try:
            address = template.address()
            given = environment(self.ws, scratch, self.fonts) | {forks.ADDRESS: address}
            request = forks.Request("job", [str(folder)], given, str(folder), forks.umask())
            return forks.fork(address, request, log.fileno(), log.fileno())
        except forks.Unavailable as error:
            with self.lock:
                if not self.said and not self.dismissed:
                    self.said = True
                    logging.getLogger(__name__).warning("没有预热的进程（%s），改用普通进程，结果相同", error)
            return None

    def _launch(self, folder: Path, scratch: str, log) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "yiduiyi_analysis.publish.render", str(folder)],
            cwd=folder,
            env=environment(self.ws, scratch, self.fonts) | {forks.ADDRESS: forks.OFF},
            stdin=subprocess.PIPE,  # never written to: its end tells the child that we are gone
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=POSIX,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )


def _end(child: subprocess.Popen | forks.Child) -> None:
    """End a job and all that it has started; what a template forked for it ends with it."""
    if child.poll() is None:
        end_family(child.pid)
    if POSIX and isinstance(child, subprocess.Popen):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.wait()
    if child.stdin:
        child.stdin.close()
