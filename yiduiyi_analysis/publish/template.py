"""The template: a process that has imported what notebooks import, and forks one process a request.

Rule: it reads no data (for a run: nothing but the codebook), starts no thread and runs nothing of anybody, so
      that all its children start alike
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import sys
import time
from pathlib import Path

from yiduiyi_analysis.codebook import loading
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.folders import ROOT_VARIABLE, Workspace
from yiduiyi_analysis.publish import execute, forked, forks

IDLE = 300  # seconds without a child or a request after which a template that nobody owns ends
NOTEBOOK = (
    "numpy",
    "pandas",
    "pandas.core.methods.to_dict",
    "pandas.io.formats.string",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "matplotlib.figure",
    "matplotlib.font_manager",
    "matplotlib.backends.backend_agg",
    "PIL.Image",
    "PIL.PngImagePlugin",
    "IPython",
    "IPython.core.completer",
    "IPython.core.logger",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
)
# Some seconds of memory and time that no published report needs, and every other seaborn notebook does.
ANYBODY = ("matplotlib.pyplot", "seaborn")
JOB = (
    "papermill",
    "papermill.iorw",
    "nbclient",
    "nbformat",
    "jupyter_client.asynchronous",
    "pypandoc",
    "PIL.WebPImagePlugin",
    "fontTools.ttLib",
    *[
        f"yiduiyi_analysis.publish.{name}"
        for name in ("check", "export", "kernels", "lossless", "render", "seen")
    ],
)
FORMS = {
    "docx": ("docx", "lxml.etree", "yiduiyi_analysis.publish.word"),
    "pdf": ("typst", "pypdfium2", "yiduiyi_analysis.publish.pdf"),
    "xlsx": ("xlsxwriter", "python_calamine", "yiduiyi_analysis.publish.excel"),
}
# They ask for a shell or a screen when they are imported, and there is none yet.
NEVER = ("matplotlib_inline.backend_inline",)
# Read when an interpreter or a library starts, so that it is too late to change them in a fork.
FIXED = ("MPLCONFIGDIR", "LANG", "LC_ALL", "LC_CTYPE")
GRAMMAR = "rfc3987_syntax"  # takes 1.5 s to build, and no notebook's format needs it


def main(argv: list[str]) -> None:
    """Serve forks until nobody wants them; in a fork: be what was asked for.

    In: argv: the listening socket; --anybody, or the forms that the jobs of a run make
    """
    listener = socket.socket(fileno=int(argv[0]))
    os.set_inheritable(listener.fileno(), False)
    given = dict(os.environ)
    owned = "--anybody" not in argv
    warm(NOTEBOOK + (JOB + sum((FORMS.get(form, ()) for form in argv[1:]), ()) if owned else ANYBODY))
    if owned and ROOT_VARIABLE in given:
        with contextlib.suppress(Fault, OSError):  # a job that reads it will tell
            loading.keep(Workspace(Path(given[ROOT_VARIABLE])).codebook)
    gc.collect()
    gc.freeze()  # else the collector touches, and so copies, every object in every fork
    server = Server(listener, given, owned)
    if request := server.serve():
        forked.become(request)


def warm(modules: tuple[str, ...]) -> None:
    """Import what forks will need; what cannot be imported is left to them, with its error."""
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != Path.cwd()]  # put there by -m
    sys.modules[GRAMMAR] = None
    from yiduiyi_analysis import present

    ours = [found.name for found in pkgutil.walk_packages(present.__path__, f"{present.__name__}.")]
    for name in (*modules, *ours):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    for name in NEVER:
        sys.modules.pop(name, None)
    if "yiduiyi_analysis.publish.check" in sys.modules:
        from yiduiyi_analysis.publish import glyphs

        glyphs.missing("")  # reads which characters the fonts have
    if "nbformat" in sys.modules:
        from nbformat import v4, validate

        validate(v4.new_notebook())  # puts the rules together
    if "matplotlib" in sys.modules:
        from matplotlib.backends import backend_registry

        backend_registry.list_all()  # goes through what is installed


class Server:
    """One thread: takes requests, forks, passes signals on, and tells each asker how its process ended.

    In:   owned: ends when standard input does, with all its forks; else when nobody asks for some minutes
    """

    def __init__(self, listener: socket.socket, given: dict[str, str], owned: bool):
        self.listener, self.given, self.owned = listener, given, owned
        self.path = Path(listener.getsockname())
        self.selector = selectors.DefaultSelector()
        self.processes: dict[socket.socket, tuple[int, int]] = {}  # connection: (pid, its descriptor)
        self.asked, self.ending = time.monotonic(), False
        self._watch(listener, self._accept)
        if owned:
            self._watch(sys.stdin.fileno(), self._owner_gone)

    def serve(self) -> forks.Request | None:
        """Return a request in the fork that is to fulfil it, and nothing in the template at its end."""
        while not self.ending:
            for key, _ in self.selector.select(None if self.owned else IDLE / 10):
                if request := key.data(key.fileobj):
                    return request
            self._end_if_idle()
        for pid, _ in self.processes.values():
            _end(pid)
        self.path.unlink(missing_ok=True)
        if self.owned:
            with contextlib.suppress(OSError):  # its owner removes the folder, unless it was killed
                self.path.parent.rmdir()
        return None

    def _watch(self, what, react) -> None:
        self.selector.register(what, selectors.EVENT_READ, react)

    def _owner_gone(self, _) -> None:
        self.ending = True

    def _end_if_idle(self) -> None:
        if self.owned or self.processes or time.monotonic() - self.asked < IDLE:
            return
        self.path.unlink(missing_ok=True)  # from here on nobody new comes; who has come is served
        self.ending = not self.selector.select(0)

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        self.asked = time.monotonic()
        if forks.peer(connection) == os.getuid():
            self._watch(connection, self._take)
        else:
            connection.close()

    def _take(self, connection: socket.socket) -> forks.Request | None:
        """Fork for a request; return it in the fork."""
        try:
            message, files, _, _ = socket.recv_fds(connection, forks.LARGEST, 2)
            request = forks.Request(**json.loads(message)) if message else None
        except (OSError, ValueError, TypeError):
            request, files = None, []
        if not request:
            self._forget(connection)
            return None
        if reason := self._refusal(request, files):
            with contextlib.suppress(OSError):
                connection.send(json.dumps({"refused": reason}).encode())
            self._forget(connection)
            return _close(files)
        template, pid = os.getpid(), os.fork()
        if pid == 0:
            self._part(template, *files)
            return request
        _close(files)
        return self._follow(connection, pid)

    def _refusal(self, request: forks.Request, files: list[int]) -> str | None:
        """Return why a fork would not be what an ordinary process is."""
        if len(files) != 2:
            return "no files for its output"
        if len(list(Path("/proc/self/task").iterdir())) != 1:
            return "the template has threads"
        names = {*FIXED, *(name for name in {*self.given, *request.environment} if name.startswith("PYTHON"))}
        other = [name for name in sorted(names) if self.given.get(name) != request.environment.get(name)]
        other += [name for name in forks.ONE_THREAD if request.environment.get(name, "1") != "1"]
        return f"{'、'.join(other)} differs" if other else None

    def _follow(self, connection: socket.socket, pid: int) -> None:
        descriptor = os.pidfd_open(pid)
        self.processes[connection] = pid, descriptor
        self.selector.modify(connection, selectors.EVENT_READ, self._hear)
        self._watch(descriptor, lambda _: self._ended(connection))
        with contextlib.suppress(OSError):
            connection.send(json.dumps({"pid": pid}).encode())

    def _hear(self, connection: socket.socket) -> None:
        """Pass a signal on; an asker that is gone wants its process no more."""
        message = b""
        with contextlib.suppress(OSError):
            message = connection.recv(forks.LARGEST)
        pid = self.processes[connection][0]
        if message:
            _signal(pid, json.loads(message)["signal"])
        else:
            _end(pid)
            self.selector.unregister(connection)

    def _ended(self, connection: socket.socket) -> None:
        pid, descriptor = self.processes.pop(connection)
        self.selector.unregister(descriptor)
        os.close(descriptor)
        _signal(pid, signal.SIGKILL)  # what it started and left behind; not reaped yet, so the number is its
        _, status = os.waitpid(pid, 0)
        end = {"status": os.waitstatus_to_exitcode(status)}
        with contextlib.suppress(OSError):
            connection.send(json.dumps(end).encode())
        self._forget(connection)
        self.asked = time.monotonic()

    def _forget(self, connection: socket.socket) -> None:
        with contextlib.suppress(KeyError):
            self.selector.unregister(connection)
        connection.close()

    def _part(self, template: int, out: int, err: int) -> None:
        """In a fork: leave the template's session and sockets, and take up files of its own."""
        forked.leave(template)
        watched = [key.fileobj for key in self.selector.get_map().values()]
        for held in {*watched, *self.processes}:
            os.close(held.detach() if isinstance(held, socket.socket) else held)
        self.selector.close()
        forked.take_files(out, err)


def _signal(pid: int, number: int) -> None:
    """Send a signal to a fork and its group, which is not there before the fork has left ours."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _end(pid: int) -> None:
    execute.end_family(pid)
    _signal(pid, signal.SIGKILL)


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


if __name__ == "__main__":
    main(sys.argv[1:])
