"""The command line: arguments, and what a person is told at the end."""

import os
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from yiduiyi_analysis.cli import chinese
from yiduiyi_analysis.errors import Fault

INTERRUPTED = 130

app = typer.Typer(
    cls=chinese.Group,
    no_args_is_help=True,
    add_completion=False,
    help="凉山州“一对一”帮扶评估：清洗问卷导出，计算评估结果，生成各县报告。\n\n"
    "退出状态：0 全部完成；1 完成，但有文件被搁置或报告失败；2 没有做成。",
)

County = Annotated[
    list[str] | None, typer.Option("--county", metavar="县", help="只生成这个县（名称或代码），可重复")
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="报告", help="只生成这种报告，如 data_quality（见 reports.yml），可重复"),
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", metavar="份数", min=1, help="同时运行几份；不给则用全部处理器核")
]
Wave = Annotated[
    str | None, typer.Option("--wave", metavar="轮次", help="报告截至哪一轮，如 W2；不给则按 reports.yml")
]

Formats = Annotated[
    str | None,
    typer.Option(
        "--formats",
        metavar="格式",
        help="要哪些格式，逗号隔开，如 docx,pdf；不给则 html,docx,pdf,xlsx 都要",
    ),
]


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


@app.command(cls=chinese.Command)
def demo(
    out: Annotated[Path | None, typer.Option("--out", help="写到哪里；不给则写到 data/demo")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="随机种子：同一种子得到同样的文件")] = None,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="已有真实导出或演示数据，就不写")] = False,
) -> int:
    """写出合成的问卷导出（名册上的学校、各轮），供演示和试用。"""
    from yiduiyi_analysis import demo, workspace

    ws = _workspace()
    target = out or ws.demo
    if if_empty and (workspace.export_files(ws.incoming) or workspace.export_files(target)):
        print("已有数据，没有写演示数据")
        return 0
    demo.write(ws, demo.SEED if seed is None else seed, target)
    print(f"演示数据（合成数据）已写到 {target}")
    return 0


@app.command(cls=chinese.Command)
def clean() -> int:
    """清洗：data/incoming（没有真实导出时用 data/demo）→ data/clean。"""
    from yiduiyi_analysis.clean import pipeline
    from yiduiyi_analysis.cli import show

    summary = pipeline.run(_workspace())
    show.intake(summary.intake)
    for line in summary.unused:
        print(f"提示：{line}", file=sys.stderr)
    for fault in summary.faults:
        print(f"搁置：{fault}", file=sys.stderr)
    return summary.exit_status


@app.command(cls=chinese.Command)
def corrections(
    file: Annotated[
        Path | None, typer.Argument(help="填好“更正登记”的工作簿；不给则用 data/clean/ledger.xlsx")
    ] = None,
) -> int:
    """把工作簿里填好的更正记进 data/codebook/corrections.csv，下一次 clean 生效。"""
    from yiduiyi_analysis.clean import filled

    count = filled.take_in(_workspace(), file)
    print(f"登记了 {count} 处更正；请运行 yiduiyi clean" if count else "没有新填的更正")
    return 0


@app.command(cls=chinese.Command)
def match(
    names: Annotated[Path, typer.Argument(help="含 county,name 两列的 CSV（UTF-8 或 GB18030）")],
    out: Annotated[Path, typer.Option("--out", help="写到哪里（CSV，UTF-8）")],
) -> int:
    """把学校名称对到名册：加上 status、school_id、school、candidates 四列，行数和次序不变。

    status：matched 已对上；review 拿不准，由人定（candidates 列出候选）；none 名册里没有。
    """
    from yiduiyi_analysis import codebook
    from yiduiyi_analysis.clean import namelist

    ws = _workspace()
    book = codebook.load(ws.codebook)
    table = namelist.match(names, out, namelist.schools(ws, book), book)
    counts = table["status"].value_counts()
    told = "，".join(f"{status} {counts.get(status, 0)}" for status in ("matched", "review", "none"))
    print(f"{len(table)} 行：{told} → {out}")
    return 0


@app.command(cls=chinese.Command)
def template(
    instrument: Annotated[str, typer.Argument(help="工具编号，如 I07")],
    out: Annotated[Path | None, typer.Option("--out", help="写到哪里（.xlsx）；不给则写在当前文件夹")] = None,
    wave: Annotated[
        str | None, typer.Option("--wave", metavar="轮次", help="问卷用哪一轮的题目，如 W2；不给则用最后一轮")
    ] = None,
) -> int:
    """写出一个工具的 Excel 填报模板：带下拉、单位、说明和一行示例，填好放进 data/incoming 就能读。"""
    from yiduiyi_analysis import codebook
    from yiduiyi_analysis.clean import namelist, templates

    ws = _workspace()
    book = codebook.load(ws.codebook)
    print(f"模板已写到 {templates.write(instrument, book, namelist.schools(ws, book), out, wave)}")
    return 0


@app.command(cls=chinese.Command)
def analyse() -> int:
    """计算：data/clean → data/results（可以公布的评估结果，小单元已保护）。"""
    from yiduiyi_analysis.analyse import pipeline

    evidence = pipeline.run(_workspace())
    hidden = evidence["status"].str.startswith("suppressed").sum()
    print(f"评估结果 {len(evidence)} 行，其中 {hidden} 行为保护个人信息不公布")
    return 0


@app.command(cls=chinese.Command)
def report(
    county: County = None,
    only: Only = None,
    jobs: Jobs = None,
    wave: Wave = None,
    formats: Formats = None,
) -> int:
    """生成报告：运行笔记本，发布到 reports/current。失败的报告保留上次成功的版本。

    一份报告的各种格式出自同一次运行：只要其中几种时，以前的其他格式撤下。
    """
    from yiduiyi_analysis.cli import show
    from yiduiyi_analysis.publish import export, pipeline

    ws = _workspace()
    asked = export.chosen(formats)
    with show.Reporting() as follow:
        done = pipeline.run(
            ws,
            counties=county,
            only=only,
            wave=wave,
            formats=asked,
            workers=jobs,
            planned=follow.planned,
            done=follow.done,
        )
    bad = sum(not outcome.ok for outcome in done.outcomes)
    told = f"{len(done.outcomes) - bad} 份报告已发布" + (f"，{bad} 份失败" if bad else "")
    print(f"{told}：{ws.current / 'index.html'}")
    return done.exit_status


@app.command(name="run", cls=chinese.Command)
def everything(
    county: County = None,
    only: Only = None,
    jobs: Jobs = None,
    wave: Wave = None,
    formats: Formats = None,
) -> int:
    """一次做完：clean、analyse、report。"""
    from yiduiyi_analysis.publish import export

    export.chosen(formats)  # a mistake is told before an hour of cleaning, not after it
    return max(clean(), analyse(), report(county, only, jobs, wave, formats))


@app.command(cls=chinese.Command)
def audit(
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="编号", help="查哪一次运行（reports/runs 下）；不给则查现在发布的"),
    ] = None,
) -> int:
    """扮演攻击者：从全部结果推算不公布的数值，在成品报告里找个人信息和原话。

    每处一行；退出状态：0 没有发现，1 有发现，2 没有做成。
    """
    from yiduiyi_analysis.cli import show
    from yiduiyi_analysis.publish import attacker

    found = attacker.lines(_workspace(), run)
    for line in found.findings:
        print(line)
    show.audited(found)
    return int(bool(found.findings))


@app.command(cls=chinese.Command, context_settings={"ignore_unknown_options": True})
def lab(
    given: Annotated[
        list[str] | None, typer.Argument(help="照原样交给 JupyterLab，如 --no-browser", metavar="参数")
    ] = None,
) -> int:
    """打开 JupyterLab（中文界面），从 notebooks/start.ipynb 开始。"""
    from yiduiyi_analysis.cli import jupyter

    jupyter.start(_workspace(), given or [])
    return 0


@app.command(cls=chinese.Command)
def status() -> int:
    """看现状：有哪些导出，清洗和计算到哪一天，每份报告的状态。"""
    from yiduiyi_analysis import codebook, workspace
    from yiduiyi_analysis.cli import show
    from yiduiyi_analysis.publish import jobs, manifest

    ws = _workspace()
    rows = [
        ("真实导出 data/incoming", f"{len(workspace.export_files(ws.incoming))} 个文件", ""),
        ("演示数据 data/demo", f"{len(workspace.export_files(ws.demo))} 个文件", ""),
        ("清洗 data/clean", "", show.day(ws.clean / "meta.json")),
        ("结果 data/results", "", show.day(ws.results / "meta.json")),
    ]
    show.table("数据", ["", "内容", "更新于"], rows)
    published = manifest.current(ws)
    entries = {entry.key: entry for entry in published.reports} if published else {}
    show.reports([job.key for job in jobs.every(ws, codebook.load(ws.codebook))], entries)
    if published and published.synthetic:
        print("现有报告出自合成数据（演示）")
    return 0


def _workspace():
    from yiduiyi_analysis import workspace

    return workspace.find()


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
    folder = _workspace().root / ".yiduiyi" / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
