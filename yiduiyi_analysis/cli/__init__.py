"""The command line: arguments, and what a person is told at the end."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from yiduiyi_analysis.cli import chinese, forms, log, mistakes, steps, views

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
    message = ""
    log.as_json(False)
    try:
        status = app(arguments, standalone_mode=False) or 0
    except (Exception, KeyboardInterrupt) as error:
        status, message = mistakes.explained(error)
    if status == mistakes.INTERRUPTED:  # typer's own answer to Ctrl-C, too
        message = mistakes.STOPPED
    if message:
        log.line(message, "error")
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
    "verify": views.verify,
    "prune": views.prune,
}.items():
    app.command(name, cls=chinese.Command, context_settings=UNREAD.get(name))(command)
