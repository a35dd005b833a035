"""The steps of the chain as commands do them: one by itself always, in `run` only if something changed."""

import contextlib
import time
from collections.abc import Iterator
from functools import partial

from yiduiyi_analysis import fingerprint
from yiduiyi_analysis.cli import hooks, log
from yiduiyi_analysis.folders import Workspace
from yiduiyi_analysis.publish import currency, leftovers, lock

NAMES = {"clean": "清洗", "analyse": "计算", "report": "报告"}


@contextlib.contextmanager
def alone(ws: Workspace) -> Iterator[lock.Held]:
    """Hold the workspace, and clear what a killed run left."""
    with lock.held(ws) as mine:
        if mine.owner_gone:
            mine.sign()
            log.line(f"提示：{lock.gone(mine.owner_gone)}")
        leftovers.clear(ws)
        yield mine


@contextlib.contextmanager
def elsewhere(on: str | None) -> Iterator:
    """Yield the cluster that the steps send their work to; nothing where they work here."""
    if on is None:
        yield None
        return
    from yiduiyi_analysis.publish import cluster

    with cluster.connected(on) as found:
        yield found


def clean(ws: Workspace, *, changed_only: bool = False, summary: dict | None = None, cluster=None) -> int:
    """Clean, unless asked for changes only and there are none, and return the exit status."""
    taken = fingerprint.inputs(ws)
    parts, made = fingerprint.clean(ws, taken), fingerprint.left(ws.clean)
    if changed_only and made.get("parts") == parts and fingerprint.salted(ws):
        aside = made["set_aside"]
        _skipped("clean", summary, f"，仍有 {aside} 个文件被搁置（见数据质量报告）" if aside else "")
        return int(bool(aside))
    with _step("clean", ws, summary):
        from yiduiyi_analysis.clean import pipeline
        from yiduiyi_analysis.cli import show

        done = pipeline.run(ws, **({"each": cluster.each} if cluster else {}))
        fingerprint.leave(ws.clean, parts, files=taken, set_aside=len(done.faults))
        show.intake(done.intake)
        for text in done.unused:
            log.line(f"提示：{text}")
        for fault in done.faults:
            log.line(f"搁置：{fault}", "warning")
    return done.exit_status


def analyse(ws: Workspace, *, changed_only: bool = False, summary: dict | None = None, cluster=None) -> int:
    """Compute the evidence, unless asked for changes only and there are none, and return the exit status."""
    parts = fingerprint.analyse(ws)
    if changed_only and fingerprint.left(ws.results).get("parts") == parts:
        _skipped("analyse", summary)
        return 0
    with _step("analyse", ws, summary):
        from yiduiyi_analysis.analyse import pipeline

        evidence = pipeline.run(ws)
        fingerprint.leave(ws.results, parts)
        hidden = evidence["status"].str.startswith("suppressed").sum()
        print(f"评估结果 {len(evidence)} 行，其中 {hidden} 行为保护个人信息不公布")
    return 0


def report(
    ws: Workspace, *, changed_only: bool = False, summary: dict | None = None, cluster=None, **asked
) -> int:
    """Make the reports asked for, those that changed only if so asked, and return the exit status."""
    made, summary = currency.read(ws), {"steps": {}} if summary is None else summary
    everything = not (asked["counties"] or asked["only"])
    if changed_only and everything and currency.Currency(ws).unchanged(made, asked["wave"], asked["formats"]):
        _skipped("report", summary)
        summary |= hooks.reports(made, len(made["reports"]))
        return 0
    with _step("report", ws, summary), contextlib.ExitStack() as ends:
        from yiduiyi_analysis.publish import surroundings

        template = None if cluster else ends.enter_context(surroundings.warmed(ws, asked["formats"]))
        from yiduiyi_analysis.cli import show
        from yiduiyi_analysis.publish import execute, pipeline

        with log.Reporting() if log.is_json() else show.Reporting() as follow:
            told = {"planned": follow.planned, "done": follow.done}
            perform = cluster.run if cluster else partial(execute.run, template=template)
            done = pipeline.run(ws, changed_only=changed_only, perform=perform, **told, **asked)
    summary |= hooks.reports(currency.read(ws), len(done.skipped))
    bad = sum(not outcome.ok for outcome in done.outcomes)
    told = f"{len(done.outcomes) - bad} 份报告已发布" + (f"，{bad} 份失败" if bad else "")
    told += f"，{len(done.skipped)} 份没有变化" if done.skipped else ""
    print(f"{told}：{ws.current / 'index.html'}")
    return done.exit_status


def _skipped(step: str, summary: dict | None, more: str = "") -> None:
    print(f"{NAMES[step]}没有变化{more}")
    log.event("step_skipped", step=step)
    if summary is not None:
        summary["steps"][step] = "unchanged"


@contextlib.contextmanager
def _step(step: str, ws: Workspace, summary: dict | None) -> Iterator[None]:
    """Sign the lock, and tell that a step began and ended."""
    with lock.held(ws) as mine:
        mine.sign()
        log.event("step_started", step=step)
        start = time.monotonic()
        yield
        log.event("step_finished", step=step, seconds=round(time.monotonic() - start, 1))
        if summary is not None:
            summary["steps"][step] = "done"
