"""Processes forked for us by a template process: asked for, followed and ended like any child of our own."""

import contextlib
import json
import os
import select
import signal
import socket
import stat
import struct
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
ADDRESS = "YIDUIYI_TEMPLATE"  # in an environment: the socket of the run's own template, or OFF
OFF = "off"
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}
LARGEST = 1 << 18  # bytes of one message: a request carries a whole environment
PATIENCE = 60  # seconds: a template may still be importing when it is asked
STARTS = 3  # of a run's own template; after that something is wrong with it


class Unavailable(Exception):
    """No process can be had from a template; the reason in words."""


@dataclass(frozen=True)
class Request:
    """What a forked process is to be.

    role: "job" (argv: its folder) or "kernel" (argv: the kernel's own options)
    """

    role: str
    argv: list[str]
    environment: dict[str, str]
    cwd: str
    umask: int


class Child:
    """A forked process, used like subprocess.Popen; it ends when the connection to its template does."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int):
        self._connection, self.pid = connection, pid
        self.returncode: int | None = None
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return how it ended, as Popen does: the exit status, or a signal's number below zero."""
        with self._lock:
            if self.returncode is None:
                if not _is_readable(self._connection, timeout):
                    raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
                # A template that is gone has taken its processes with it.
                end = _received(self._connection) or {"status": -signal.SIGKILL}
                self.returncode = end["status"]
                self._connection.close()
            return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the process and what it has started."""
        with contextlib.suppress(OSError):  # it has ended
            self._connection.send(json.dumps({"signal": int(number)}).encode())

    def kill(self) -> None:
        """End the process now."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)


def is_possible() -> bool:
    """Tell whether this system can fork a process that has imported much, and follow it by its number."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open") and hasattr(socket, "SCM_RIGHTS")


def fork(address: str, request: Request, out: int, err: int) -> Child:
    """Return a new process of the template that listens at `address`.

    In:     out, err: the files that its standard output and its errors go to
    Raises: Unavailable
    """
    with contextlib.ExitStack() as undo:
        try:
            connection = undo.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
            connection.settimeout(PATIENCE)
            connection.connect(address)
            _require_own(connection)
            socket.send_fds(connection, [json.dumps(vars(request)).encode()], [out, err])
            answer = _received(connection)
        except OSError as error:
            raise Unavailable(f"{type(error).__name__}: {error.strerror or error}") from None
        if "pid" not in answer:
            raise Unavailable(answer.get("refused", "the template ended"))
        connection.settimeout(None)
        undo.pop_all()
    return Child(connection, answer["pid"])


def umask() -> int:
    """Return this process's mask for new files, without changing it for a moment."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Umask:")).split()[1], 8)
    return 0o022


class Own:
    """A run's own template: started when first asked, again if it is lost, ended with the run.

    In:   forms: of the documents that its jobs will make
    Rule: it is a process that has seen no evidence, so that no report starts with another's
    """

    def __init__(self, environment: dict[str, str], forms: Iterable[str] = ()):
        self.environment, self.forms = environment, tuple(forms)
        self.process, self.starts, self.asked = None, 0, False
        self.lock = threading.Lock()
        self.folder = tempfile.TemporaryDirectory(prefix="yd-", ignore_cleanup_errors=True)  # only ours: 0700

    def close(self) -> None:
        """End the template and all that it has forked."""
        with self.lock:
            self.starts = STARTS
            if self.process:
                self.process.stdin.close()  # the sign to end, with all that it has forked
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(5 if self.asked else 0)
                self.process.kill()
                self.process.wait()
        self.folder.cleanup()

    def address(self) -> str:
        """Return where the template listens.

        Raises: Unavailable if it was lost too often
        """
        self.asked = True
        return self.begin()

    def begin(self) -> str:
        """Start the template if it does not run, and return where it will listen.

        Raises: Unavailable if it was lost too often
        """
        with self.lock:
            if not self.process or self.process.poll() is not None:
                if self.starts == STARTS:
                    raise Unavailable(f"the template ended {STARTS} times")
                self.starts += 1
                path = Path(self.folder.name, f"t{self.starts}")
                self.process = start(path, self.environment, subprocess.PIPE, *self.forms)
            return str(Path(self.folder.name, f"t{self.starts}"))


def shared() -> str:
    """Return where the template of this user listens, for whoever runs a notebook; it starts if it must.

    Rule:   changed code has a template of its own; one that nobody asks for some minutes ends
    Raises: Unavailable
    """
    import fcntl

    try:
        folder = _private_folder()
        path = folder / f"{_fingerprint()}.sock"
        with (folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_listening(path):
                path.unlink(missing_ok=True)
                start(path, dict(os.environ), subprocess.DEVNULL, "--anybody")
    except OSError as error:
        raise Unavailable(f"{type(error).__name__}: {error.strerror or error}") from None
    return str(path)


def start(path: Path, environment: dict[str, str], stdin: int, *options: str) -> subprocess.Popen:
    """Start a template that listens at `path`; it may be asked at once and answers when it has imported."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(path))
        listener.listen(64)
        return subprocess.Popen(
            [sys.executable, "-m", "yiduiyi_analysis.publish.template", str(listener.fileno()), *options],
            env={**environment, **ONE_THREAD, "JE_ARROW_MALLOC_CONF": "background_thread:false"},
            cwd=path.parent,
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )


def _private_folder() -> Path:
    """Return this user's folder for sockets, refusing one that another could write to."""
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    folder = Path(base, f"yiduiyi-warm-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise Unavailable(f"{folder.name} is open to others")
    return folder


@cache
def _fingerprint() -> str:
    """Return a sign of the code that a template would import: this interpreter, its packages, this one."""
    files = [*sorted(PACKAGE.rglob("*.py")), Path(sysconfig.get_path("purelib"))]
    times = [(str(file), file.stat().st_mtime_ns) for file in files if file.exists()]
    return sha256(repr([sys.executable, sys.version, times]).encode()).hexdigest()[:16]


def _is_listening(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as trial:
        return trial.connect_ex(str(path)) == 0


def _require_own(connection: socket.socket) -> None:
    if peer(connection) != os.getuid():
        raise Unavailable("the template belongs to another user")


def peer(connection: socket.socket) -> int:
    """Return the number of the user at the other end."""
    size = struct.calcsize("3i")
    return struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))[1]


def _received(connection: socket.socket) -> dict:
    """Return the next message; nothing once the other end is gone."""
    with contextlib.suppress(ConnectionError):
        return json.loads(connection.recv(LARGEST) or b"{}")
    return {}


def _is_readable(connection: socket.socket, timeout: float | None) -> bool:
    poll = select.poll()  # select() would stop at descriptor 1024
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(None if timeout is None else timeout * 1000))
