"""One run at a time: a lock that goes with its process, however that ends, and that says whose it is."""

import contextlib
import json
import os
import platform
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.folders import Workspace

NAME = ".lock"
BEYOND = 1 << 30  # Windows locks bytes: one that nobody reads
_held: dict[Path, "Held"] = {}


class Held:
    """The lock, held by this process; `owner_gone` is who held it and ended without letting go."""

    def __init__(self, file):
        self.file, self.signed = file, False
        self.owner_gone = _owner(file)

    def sign(self) -> None:
        """Write who holds the lock, for those who come; a run that finds nothing to do need not."""
        if not self.signed:
            now = datetime.now().astimezone().isoformat(timespec="seconds")
            self._write(json.dumps({"pid": os.getpid(), "host": platform.node(), "since": now}))
            self.signed = True

    def clear(self) -> None:
        if self.signed or self.owner_gone:
            self._write("")

    def _write(self, text: str) -> None:
        self.file.seek(0)
        self.file.truncate()
        self.file.write(text.encode())
        self.file.flush()


@contextlib.contextmanager
def held(ws: Workspace) -> Iterator[Held]:
    """Hold the lock of a workspace; what this process holds already it may hold once more.

    Raises: Fault if another process holds it: who, since when, and what to do
    """
    path = ws.reports / NAME
    if mine := _held.get(path):
        yield mine
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "r+b") as file:
        if not _take(file):
            raise Fault(_whose(_owner(file)), do="请等它结束；若确定它已卡住，结束该进程后再运行")
        _held[path] = Held(file)
        try:
            yield _held[path]
        finally:
            with contextlib.suppress(OSError):  # a full disk: the next one takes over
                _held[path].clear()
            del _held[path]


def gone(owner: dict) -> str:
    """Return what is told of an owner that ended without letting go."""
    return f"上一次运行（{_named(owner)}）中途终止，现在接着做"


def _take(file) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(BEYOND)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _owner(file) -> dict:
    """Return who signed the lock; nothing if nobody did, or not in full."""
    file.seek(0)
    try:
        found = json.loads(file.read())
        return found if isinstance(found, dict) else {}
    except ValueError:
        return {}


def _whose(owner: dict) -> str:
    if not owner:
        return "另一个运行刚刚开始"
    try:
        minutes = (datetime.now().astimezone() - datetime.fromisoformat(owner["since"])).total_seconds() / 60
        lasted = f"，已 {minutes:.0f} 分钟"
    except (KeyError, ValueError, TypeError):
        lasted = ""
    return f"另一个运行还在进行（{_named(owner)}{lasted}）"


def _named(owner: dict) -> str:
    since = str(owner.get("since", "")).replace("T", " ")[:16]
    return f"主机 {owner.get('host', '不详')}，进程 {owner.get('pid', '不详')}，{since} 开始"
