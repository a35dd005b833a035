"""Whatever goes wrong → an exit status and one line: what, where, what to do."""

import tempfile
import traceback
from datetime import datetime
from pathlib import Path

import typer

from yiduiyi_analysis.cli import chinese, place
from yiduiyi_analysis.errors import Fault

INTERRUPTED = 130
COULD_NOT = 2
STOPPED = "已中断，已发布的报告没有变"


class Told(Exception):
    """A command that ended early, with the status and the line that came of it."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status, self.message = status, message


def explained(error: BaseException) -> tuple[int, str]:
    """Return the exit status and the line for a command that ended with `error`."""
    if isinstance(error, Told):
        return error.status, error.message
    if isinstance(error, Fault):
        return COULD_NOT, f"错误：{error}"
    if isinstance(error, typer.Abort | KeyboardInterrupt):
        return INTERRUPTED, STOPPED
    as_typed = hasattr(error, "format_message")
    return COULD_NOT, chinese.usage(error) if as_typed else chinese.trouble(error) or _unexpected(error)


def _unexpected(error: BaseException) -> str:
    """Return one line about a fault of ours, and where its traceback was written."""
    told = f"错误：程序出了意外（{type(error).__name__}：{' '.join(str(error).split())[:200]}）。"
    for folder in (_log_folder, tempfile.gettempdir):
        try:
            log = Path(folder()) / f"yiduiyi-{datetime.now():%Y%m%d-%H%M%S}.txt"
            log.write_text("".join(traceback.format_exception(error)), "utf-8")
            return f"{told}详情见 {log}"
        except (Fault, OSError):
            continue
    return told


def _log_folder() -> Path:
    folder = place.workspace().root / ".yiduiyi" / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
