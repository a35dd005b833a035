"""The kernel that a notebook runs in: forked from a template where that can be, an ordinary one elsewhere."""

import asyncio
import os
import sys
import time
import uuid
from pathlib import Path
from queue import Empty
from subprocess import DEVNULL, PIPE, STDOUT

import zmq
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from jupyter_core.paths import jupyter_runtime_dir
from traitlets import default

from yiduiyi_analysis.publish import forks, memory

LAUNCHER = ["-m", "ipykernel_launcher"]
DROPPED = {forks.ADDRESS, "PYTHONEXECUTABLE"}  # of the environment, on its way to a kernel
QUIET = 0.1  # seconds without a message after which our request is taken as unheard
SOCKETS = ("shell", "iopub", "stdin", "hb", "control")


class WarmProvisioner(LocalProvisioner):
    """Forks a kernel that has imported what notebooks import; where it cannot, starts an ordinary one.

    Rule: the same notebook comes out of both; why a fork was not to be had is said once a process
    """

    said = False

    async def launch_kernel(self, cmd, **kwargs):
        """Start the kernel and return how to reach it."""
        try:
            self.process = await asyncio.to_thread(self._fork, cmd, **kwargs)
        except forks.Unavailable as error:
            self._say_once(error)
            return await super().launch_kernel(cmd, **kwargs)
        self.pid, self.cwd = self.process.pid, kwargs.get("cwd") or str(Path.cwd())
        await self._bound()
        return self.connection_info

    def _fork(self, cmd, *, env, cwd=None, stdout=None, stderr=None, **_) -> forks.Child:
        """Return the forked kernel.

        Raises: forks.Unavailable where it is not to be had, or would not be this kernel
        """
        if not forks.is_possible():
            raise forks.Unavailable(f"not on {sys.platform}")
        if list(cmd[1:3]) != LAUNCHER or not Path(cmd[0]).samefile(sys.executable):
            raise forks.Unavailable("not the Python of this environment")
        address = env.get(forks.ADDRESS, "")
        if address == forks.OFF:
            raise forks.Unavailable("turned off")
        given = {name: value for name, value in env.items() if name not in DROPPED}
        given["JPY_PARENT_PID"] = str(os.getpid())
        place = str(cwd or Path.cwd())
        request = forks.Request("kernel", list(cmd[3:]), given, place, forks.umask())
        return forks.fork(address or forks.shared(), request, _file(stdout, 1), _file(stderr, 2))

    async def _bound(self) -> None:
        """Wait until the kernel's socket files are there: a client that comes too early loses 0.1 s."""
        info, end = self.connection_info, time.monotonic() + 2
        if info.get("transport") != "ipc":
            return
        paths = [f"{info['ip']}-{info[f'{name}_port']}" for name in SOCKETS]
        while not all(map(os.path.exists, paths)) and time.monotonic() < end and self.process.poll() is None:
            await asyncio.sleep(0.005)

    async def wait(self):
        """Wait for the kernel's end and return how it ended."""
        while await self.poll() is None:
            await asyncio.sleep(0.005)
        return await super().wait()

    async def kill(self, restart=False):
        """End the kernel, and note what it and this process hold."""
        HELD.append(memory.held(self.pid or 0) + memory.held(os.getpid()))
        await super().kill(restart)

    def _say_once(self, reason: Exception) -> None:
        if not WarmProvisioner.said and os.environ.get(forks.ADDRESS) != forks.OFF:
            WarmProvisioner.said = True
            self.log.warning("没有预热的内核（%s），改用普通内核，结果相同", reason)


HELD: list[int] = []  # kB that each kernel of this process and this process held when that kernel was ended


def _file(given, usual: int) -> int:
    if given is None:
        return usual
    if given in (PIPE, DEVNULL, STDOUT):
        raise forks.Unavailable("its output is taken by a pipe")
    return given if isinstance(given, int) else given.fileno()


class Client(AsyncKernelClient):
    """Asks a kernel whether it is ready, and is content when it has become idle again."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel has answered and its messages are heard.

        Raises: RuntimeError if it dies or takes too long
        """
        end = time.monotonic() + (timeout or float("inf"))
        while not await self._is_heard(self.kernel_info()):
            if not await self.parent.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > end:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _is_heard(self, request: str) -> bool:
        """Tell whether a request was answered, and its end was heard on the channel of outputs."""
        try:
            while (reply := await self.get_shell_msg(timeout=1))["parent_header"].get("msg_id") != request:
                pass
            self._handle_kernel_info_reply(reply)
            while True:
                heard = await self.get_iopub_msg(timeout=QUIET)
                ended = heard["content"].get("execution_state") == "idle"
                if ended and heard["parent_header"].get("msg_id") == request:
                    return True
        except Empty:
            return False


class Kernel(AsyncKernelManager):
    """A report's kernel, reached through socket files where the platform has them.

    Rule: ports are picked, freed and bound again, so that two kernels starting at once may pick the same one;
          a socket file in a private folder cannot be picked twice. The provisioner is set here, on this
          manager alone: the kernel stays python3, and other managers of the process stay as they are
    Source: papermill #511, jupyter_client #487
    """

    def __init__(self, **options):
        super().__init__(**options)
        self.kernel_id = str(uuid.uuid4())
        self.provisioner = WarmProvisioner(
            kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
        )

    @default("client_factory")
    def _client(self) -> type:
        return Client

    @default("transport")
    def _private_where_possible(self) -> str:
        longest = len(self._socket()) + len("-12345")
        return "ipc" if zmq.has("ipc") and longest < zmq.IPC_PATH_MAX_LEN else "tcp"

    @default("ip")
    def _address(self) -> str:
        return self._socket() if self.transport == "ipc" else "127.0.0.1"

    @staticmethod
    def _socket() -> str:
        return f"{jupyter_runtime_dir()}/k"
