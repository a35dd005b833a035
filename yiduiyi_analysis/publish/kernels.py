"""The kernel that a report's notebook runs in."""

import zmq
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir
from traitlets import default


class Kernel(AsyncKernelManager):
    """An ordinary kernel reached through socket files where the platform has them.

    Rule: ports are picked, freed and bound again, so that two kernels starting at once may pick the same one;
          a socket file in a private folder cannot be picked twice
    Source: papermill #511, jupyter_client #487
    """

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
