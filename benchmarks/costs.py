"""What a command costs: seconds, processor time of all its processes, and the memory they hold together."""

import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall and of all processors, and the highest memory of all processes together (MB).

    warm: seconds on the wall once everything was imported, where that is known
    """

    wall: float
    cpu: float
    peak_mb: float
    warm: float | None = None
    estimated: bool = False

    def times(self, factor: float) -> "Cost":
        return Cost(self.wall * factor, self.cpu * factor, self.peak_mb, estimated=factor != 1)


def cost(command: list[str], root: Path) -> Cost:
    """Run a command in a workspace and return what it cost; a command that fails ends the benchmark."""
    before, begun = _processor(), time.perf_counter()
    child = subprocess.Popen(
        command, cwd=root, env=environment(root), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    watch = Watch(child.pid)
    said = child.stderr.read()
    child.wait()
    wall, peak = time.perf_counter() - begun, watch.stop()
    if child.returncode:
        raise SystemExit(f"{' '.join(command[:4])} …: {said.decode('utf-8', 'replace')[-2000:]}")
    return Cost(wall, _processor() - before, peak)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def environment(root: Path) -> dict[str, str]:
    """Return an environment with bytecode, so that no way compiles what another finds compiled."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")}
    folder = str(Path(sys.executable).parent)
    return kept | {"YIDUIYI_ROOT": str(root), "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


class Watch(threading.Thread):
    """Looks twice a second how much memory a process and all that it started hold together."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.pid, self.peak, self.over = pid, 0.0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self.over.wait(0.5):
            self.peak = max(self.peak, sum(map(_pss, _family(self.pid))) / 1e6)

    def stop(self) -> float:
        self.over.set()
        self.join()
        return self.peak


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return []


def _pss(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().pss
    except (psutil.Error, AttributeError):
        return 0
