"""Who is told that a run is over: a command and a web address, on success, on failure, and if none began.

A hook that fails is told on one line and changes nothing else. What a hook gets is the summary as JSON: no
answers, no paths of this machine.
"""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime

from yiduiyi_analysis.cli import log, mistakes
from yiduiyi_analysis.errors import Fault

COMMAND_SECONDS = 60
WEB_SECONDS = 15
STATES = {0: "ok", 1: "partial", mistakes.COULD_NOT: "failed", mistakes.INTERRUPTED: "interrupted"}


@contextlib.contextmanager
def told(command: str, on_finish: str | None, webhook: str | None) -> Iterator[dict]:
    """Yield the summary for a run to fill in (`exit_status` at least), and tell the hooks how it ended.

    Raises: Told in the place of whatever stopped the run; a request to end (SIGTERM) stops it as Ctrl-C does
    """
    start, clock = datetime.now().astimezone().isoformat(timespec="seconds"), time.monotonic()
    summary = {"command": command, "exit_status": 0, "error": None, "run_id": None, "steps": {}}
    log.event("run_started", command=command)
    try:
        with _ended_politely():
            _check(webhook)
            yield summary
    except BaseException as error:
        status, message = mistakes.explained(error)
        summary |= {"exit_status": status, "error": message.removeprefix("错误：")}
        raise mistakes.Told(status, message) from error
    finally:
        summary |= {
            "status": STATES.get(summary["exit_status"], "failed"),
            "started_at": start,
            "finished_at": datetime.now().astimezone().isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - clock, 1),
        }
        log.event("run_finished", **summary)
        _tell(summary, on_finish, webhook)


def reports(made: dict, skipped: int = 0) -> dict:
    """Return what a summary tells of a manifest's JSON: its day, how many reports stand how, which failed."""
    entries = made.get("reports", [])
    states = [entry["status"] for entry in entries]
    failures = [
        {"key": e["key"], "status": e["status"], "error": e["error"]} for e in entries if e["status"] != "ok"
    ]
    counts = {state: states.count(state) for state in ("ok", "kept", "failed")}
    return {
        **{name: made.get(name) for name in ("run_id", "as_of", "synthetic")},
        "reports": counts | {"unchanged": skipped},
        "failures": failures,
    }


def _check(webhook: str | None) -> None:
    if webhook and not webhook.startswith(("http://", "https://")):
        raise Fault(f"--webhook 的地址“{webhook}”不对", do="请以 http:// 或 https:// 开头")


@contextlib.contextmanager
def _ended_politely() -> Iterator[None]:
    """Take a request to end (SIGTERM) as an interrupt, so that what was begun is ended and told."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell(summary: dict, on_finish: str | None, webhook: str | None) -> None:
    body = json.dumps(summary, ensure_ascii=False).encode()
    for hook, given, tell in (("--on-finish", on_finish, _command), ("--webhook", webhook, _web)):
        if given:
            try:
                wrong = tell(given, body, summary)
            except urllib.error.HTTPError as error:
                wrong = f"对方答复 {error.code}"
            except (OSError, ValueError) as error:
                wrong = str(getattr(error, "reason", error)) or type(error).__name__
            if wrong:
                log.line(f"提示：{hook} 没有成功（{wrong}），运行的结果不受影响", "warning")


def _command(command: str, body: bytes, summary: dict) -> str:
    """Run a command of the shell with the summary on its standard input; return what is wrong."""
    told = {
        "YIDUIYI_STATUS": summary["status"],
        "YIDUIYI_EXIT_STATUS": str(summary["exit_status"]),
        "YIDUIYI_COMMAND": summary["command"],
        "YIDUIYI_RUN_ID": summary["run_id"] or "",
        "YIDUIYI_ERROR": summary["error"] or "",
    }
    with subprocess.Popen(
        command,
        shell=True,
        stdin=subprocess.PIPE,
        env=os.environ | told,
        start_new_session=os.name == "posix",
    ) as child:
        try:
            child.communicate(body, timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            _end(child)
            return f"超过 {COMMAND_SECONDS} 秒没有结束，已中止"
    return f"退出状态 {child.returncode}" if child.returncode else ""


def _end(child: subprocess.Popen) -> None:
    """Kill a command and what it started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    child.kill()


def _web(address: str, body: bytes, summary: dict) -> str:
    """Send the summary to an address; what is wrong is raised."""
    request = urllib.request.Request(address, body, {"Content-Type": "application/json; charset=utf-8"})
    with urllib.request.urlopen(request, timeout=WEB_SECONDS):
        return ""
