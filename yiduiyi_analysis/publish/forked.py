"""What a fork of the template does to be an ordinary process: nothing of the template's is left on it."""

import contextlib
import ctypes
import os
import random
import signal
import sys
import time
from pathlib import Path

from yiduiyi_analysis.publish.forks import Request

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
INLINE = "module://matplotlib_inline.backend_inline"


def leave(template: int) -> None:
    """Leave the template's session, and make sure not to outlive it."""
    os.setsid()
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != template:
        os._exit(1)


def take_files(out: int, err: int) -> None:
    """Take nothing as standard input, and the files given as the outputs."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    given = [nothing, out, err]
    while min(given) <= 2:  # out of the way of the places that they will take
        given = [os.dup(file) if file <= 2 else file for file in given]
    for place, file in enumerate(given):
        os.dup2(file, place)
        os.close(file)


def become(request: Request) -> None:
    """Be what was asked for, in its environment and folder, with chance of its own."""
    os.environ.clear()
    os.environ.update(request.environment)
    time.tzset()
    os.umask(request.umask)
    os.chdir(request.cwd)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    {"job": _job, "kernel": _kernel}[request.role](request.argv)


def _job(argv: list[str]) -> None:
    from yiduiyi_analysis.publish import render

    sys.argv = [render.__file__, *argv]
    render.main(Path(argv[0]), orphaned=None)  # a fork ends with its template, and that with its owner


def _kernel(argv: list[str]) -> None:
    """Be what `python -m ipykernel_launcher` is."""
    import ipykernel_launcher
    from ipykernel.kernelapp import IPKernelApp

    with contextlib.suppress(KeyError):
        if sys.modules["rfc3987_syntax"] is None:  # closed to jobs only
            del sys.modules["rfc3987_syntax"]
    if "matplotlib" in sys.modules:  # it read this when it was imported; a kernel sets it before a cell runs
        backend = os.environ.get("MPLBACKEND") or INLINE
        sys.modules["matplotlib"].rcParams["backend"] = backend
    sys.argv = [ipykernel_launcher.__file__, *argv]
    IPKernelApp.launch_instance(parent_handle=os.getppid())
