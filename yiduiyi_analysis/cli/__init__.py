"""The command line: arguments, and what a person is told at the end."""

import os
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from yiduiyi_analysis.cli import chinese, forms, place, steps, views
from yiduiyi_analysis.errors import Fault

INTERRUPTED = 130
UNREAD = {"lab": {"ignore_unknown_options": True}}  # handed on as they are

app = typer.Typer(
    cls=chinese.Group,
    no_args_is_help=True,
    add_completion=False,
    help="凉山州“一对一”帮扶评估：清洗问卷导出，计算评估结果，生成各县报告。\n\n"
    "退出状态：0 全部完成；1 完成，但有文件被搁置或报告失败；2 没有做成。",
)


def main() -> None:
    """Run the command line and exit: 0 all done, 1 done with something set aside, 2 could not run."""
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    """Return the exit status of one command; whatever goes wrong is told on one line of standard error."""
    status, message = 2, ""
    try:
        status = app(arguments, standalone_mode=False) or 0
    except Fault as fault:
        message = f"错误：{fault}"
    except (typer.Abort, KeyboardInterrupt):
        status = INTERRUPTED
    except Exception as error:
        as_typed = hasattr(error, "format_message")
        message = chinese.usage(error) if as_typed else chinese.trouble(error) or _unexpected(error)
    if status == INTERRUPTED:  # typer's own answer to Ctrl-C, too
        message = "已中断，已发布的报告没有变"
    if message:
        print(message, file=sys.stderr)
    return status


def _show_version(asked: bool) -> None:
    if asked:
        from yiduiyi_analysis import __version__

        print(f"yiduiyi {__version__}")
        raise typer.Exit


@app.callback()
def _everywhere(
    root: Annotated[
        Path | None, typer.Option("--root", help="项目文件夹；不给则用 YIDUIYI_ROOT，再从当前位置往上找")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="显示版本", is_eager=True, callback=_show_version)
    ] = False,
):
    if root:  # for this command and for every process that it starts
        os.environ["YIDUIYI_ROOT"] = str(root.resolve())


for name, command in {
    "demo": steps.demo,
    "clean": steps.clean,
    "corrections": forms.corrections,
    "match": forms.match,
    "template": forms.template,
    "analyse": steps.analyse,
    "report": steps.report,
    "run": steps.everything,
    "audit": views.audit,
    "lab": views.lab,
    "status": views.status,
}.items():
    app.command(name, cls=chinese.Command, context_settings=UNREAD.get(name))(command)


def _unexpected(error: Exception) -> str:
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
