"""Runs on a dask.distributed cluster: the connection, and reports as tasks that come back as bytes."""

import contextlib
import logging
import queue
import re
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.publish import execute, slices, worker
from yiduiyi_analysis.publish.execute import Limits, Outcome
from yiduiyi_analysis.publish.formats import FORMATS
from yiduiyi_analysis.publish.jobs import Job
from yiduiyi_analysis.workspace import Workspace

INSTALL = "请运行 pip install 'yiduiyi-analysis[cluster]'，或 make cluster"
SAME = "请在工作机上装同一版本的本软件"
LOCAL = re.compile(r"local:([1-9]\d*)")
ADDRESS = re.compile(r"[a-z]+://.+:\d+")
CONNECT = 5  # seconds that a scheduler has to answer
WORKERS = 60  # seconds that the first worker has to come
LONELY = 600  # seconds without any worker after which a run is given up
LISTEN = 10  # seconds between two looks at whether there are workers
BESIDE = 2  # tasks sent a place to work: while one is done, the next lies ready
# A lost worker must not lose the slices, so these go by the scheduler and not by `scatter`.
SETTINGS = {"distributed.admin.large-graph-warning-threshold": "1GB"}


@contextlib.contextmanager
def connected(on: str) -> Iterator["Cluster"]:
    """Yield the cluster at an address (tcp://host:8786, tls://host:8786), or one made here (local:2).

    Raises: Fault where dask.distributed is missing, nobody answers, no worker comes, or one has another
            version
    """
    made_here = LOCAL.fullmatch(on)
    if not made_here and not ADDRESS.fullmatch(on):
        raise Fault(f"--on 的“{on}”不对", do="请写成 tcp://主机:8786、tls://主机:8786 或 local:2")
    try:
        import dask
        import distributed
    except ImportError:
        raise Fault("--on 要用 dask.distributed，没有装", do=INSTALL) from None
    with contextlib.ExitStack() as undo, dask.config.set(SETTINGS):
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        undo.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        client = _client(distributed, on, made_here and int(made_here[1]), undo)
        _check(client)
        cluster = Cluster(client)
        undo.callback(cluster.leave)
        yield cluster


def _client(distributed, on: str, workers: int | None, undo: contextlib.ExitStack):
    address = on
    try:
        if workers:
            address = undo.enter_context(_local(distributed, workers))
        client = undo.enter_context(distributed.Client(address, timeout=CONNECT, set_as_default=False))
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        why = " ".join(str(error).split())[:200]
        raise Fault(f"连不上 {on}（{why}）", do="请检查地址和调度器；tls:// 还要有 dask 的证书设置") from None
    try:
        client.wait_for_workers(1, timeout=WORKERS)
    except TimeoutError:
        raise Fault(f"{on} 上 {WORKERS} 秒没有等到工作进程", do="请启动 dask worker") from None
    return client


def _local(distributed, workers: int):
    """Return a cluster of this machine's own, reached by nobody else."""
    return distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )


def _check(client) -> None:
    """Let every worker say what it has.

    Raises: Fault that names the workers that would make other reports than this machine
    """

    def told():  # travels as it is, so that a worker without the package can answer
        try:
            from yiduiyi_analysis.publish import worker
        except ImportError:
            return None
        return worker.versions()

    try:
        answers = client.run(told)
    except Exception as error:
        raise Fault(f"工作机答不上来（{type(error).__name__}）", do=SAME) from None
    here, wrong = worker.versions(), []
    for address, there in sorted(answers.items()):
        why = worker.differing(here, there) if there else "没有装本软件"
        wrong += [f"{address}（{why}）"] if why else []
    if wrong:
        more = f"等 {len(wrong)} 个" if len(wrong) > 3 else ""
        raise Fault(f"工作机与本机版本不同：{'、'.join(wrong[:3])}{more}", do=SAME)


class Cluster:
    """A cluster that this run sends its work to."""

    def __init__(self, client):
        self.client, self.name = client, uuid.uuid4().hex

    def run(
        self,
        jobs: list[Job],
        ws: Workspace,
        work: Path,
        meta: dict,
        *,
        formats: Iterable[str] = FORMATS,
        workers: int | None = None,
        done: Callable[[Outcome], None] | None = None,
        limits: Limits | None = None,
    ) -> list[Outcome]:
        """Do what `execute.run` does, a task a report: the same files in `work`, the same outcomes.

        Rule:   a task whose worker was lost is done by another; what came of a task is taken once
        Raises: Fault when the cluster is lost
        """
        outcomes, formats, limits = {}, list(formats), limits or Limits()

        def task(job: Job) -> worker.Task:
            order = {"meta": execute.printed(meta, job.county_code), "formats": formats}
            content = slices.packed(job, ws)
            return worker.Task(self.name, job, content, order, limits, worker.versions())

        for job, future in self._ended(worker.perform, ((job, task(job)) for job in jobs), workers):
            outcomes[job.key] = _outcome(job, future, work / job.key)
            if done:
                done(outcomes[job.key])
        return [outcomes[job.key] for job in jobs]

    def each(self, work: Callable, things: Iterable, given) -> Iterator:
        """Yield what `work` makes of each thing with `given` on some worker, in their order.

        Rule:   what is given travels once, and is there again on whichever worker asks for it
        Raises: what `work` raises, when it is that thing's turn; Fault when the cluster is lost
        """
        ready, turn = {}, 0
        held = self.client.submit(_same, given, pure=False)
        for number, future in self._ended(work, enumerate(things), None, held):
            ready[number] = _still(future)
            while turn in ready:
                yield ready.pop(turn).result()
                turn += 1

    def leave(self) -> None:
        """Let the workers give up what they keep for this run."""
        with contextlib.suppress(Exception):  # a cluster that is gone keeps nothing
            self.client.run(worker.leave, self.name, on_error="ignore")

    def _ended(
        self, work: Callable, things: Iterable[tuple], at_once: int | None = None, *given
    ) -> Iterator[tuple]:
        """Yield (name, future) of each (name, thing) once it has ended; what is not taken is called off."""
        waiting, ended, things = {}, queue.SimpleQueue(), iter(things)
        more = True
        try:
            while more or waiting:
                room = at_once or BESIDE * self._places()
                while more and len(waiting) < room:
                    if more := next(things, None):
                        name, thing = more
                        future = self.client.submit(work, thing, *given, pure=False)
                        waiting[future.key] = name, future
                        future.add_done_callback(lambda future: ended.put(future.key))
                if waiting:
                    yield waiting.pop(self._next(ended))
        finally:
            if waiting:
                with contextlib.suppress(Exception):
                    self.client.cancel([future for _, future in waiting.values()], force=True)
                self.leave()

    def _next(self, ended: queue.SimpleQueue) -> str:
        """Return the key of the next future to end.

        Raises: Fault when the scheduler is lost, or nobody is there to work for too long
        """
        alone = 0
        while alone < LONELY:
            with contextlib.suppress(queue.Empty):
                return ended.get(timeout=LISTEN)
            alone = 0 if self.client.nthreads() else alone + LISTEN
        raise Fault(f"集群上 {LONELY // 60} 分钟没有一个工作进程", do="请启动工作进程后再运行，会接着做完")

    def _places(self) -> int:
        return max(sum(self.client.nthreads().values()), 1)


def _outcome(job: Job, future, folder: Path) -> Outcome:
    """Return the outcome of a task, its files in `folder`.

    Raises: Fault when the scheduler is gone and the task with it
    """
    if error := _still(future).exception():
        return Outcome(job, error=_line(error), finished_at=execute.now())
    reply = future.result()
    try:
        folder.mkdir(parents=True)
        for name, content in reply.files.items():
            (folder / name).write_bytes(content)
    except OSError as error:  # as where it runs here: no reason to stop the others
        return replace(Outcome(job, **reply.told), error=execute.told(error))
    documents = {form: folder / name for form, name in reply.documents.items()}
    return Outcome(job, documents, read=tuple(folder / n for n in reply.read), **reply.told)


def _still(future):
    """Return a future that has ended.

    Raises: Fault if the scheduler is gone and the task with it
    """
    if future.status in ("cancelled", "lost"):
        raise Fault("与集群的连接断了", do="再运行一次，会接着做完")
    return future


def _same(given):
    return given


def _line(error: BaseException) -> str:
    if type(error).__name__ == "KilledWorker":
        return f"先后有 {error.allowed_failures + 1} 个工作进程在做它时没了，不再试"
    if isinstance(error, Fault):
        return str(error)
    return " ".join(f"工作机上出了意外（{type(error).__name__}：{error}）".split())[:300]
