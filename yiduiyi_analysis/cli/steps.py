"""The commands of the chain: demo data, clean, analyse, report, and all in one."""

from pathlib import Path
from typing import Annotated

import typer

from yiduiyi_analysis.cli import place

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
On = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="集群",
        help="交给 Dask 集群做：tcp://主机:8786（已有的调度器）或 local:2（本机两个进程）；要装 [cluster]",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="没有变化的也重做")]
OnFinish = Annotated[
    str | None,
    typer.Option(
        "--on-finish",
        metavar="命令",
        help="结束时运行的命令（成功、失败、没能开始都运行）：标准输入是 JSON 摘要，YIDUIYI_STATUS 是 "
        "ok、partial、failed 或 interrupted；它失败不改变退出状态",
    ),
]
Webhook = Annotated[
    str | None,
    typer.Option("--webhook", metavar="网址", help="结束时把同样的 JSON 摘要 POST 到这个网址"),
]
LogJson = Annotated[bool, typer.Option("--log-json", help="标准错误上每行一个 JSON 对象，供程序读")]


def demo(
    out: Annotated[Path | None, typer.Option("--out", help="写到哪里；不给则写到 data/demo")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="随机种子：同一种子得到同样的文件")] = None,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="已有真实导出或演示数据，就不写")] = False,
    counties: Annotated[
        int | None,
        typer.Option("--counties", metavar="县数", help="另写一个虚构的工作区，有这么多个虚拟县，用来量规模"),
    ] = None,
) -> int:
    """写出合成的问卷导出（名册上的学校、各轮），供演示和试用。"""
    from yiduiyi_analysis import demo, workspace
    from yiduiyi_analysis.demo import nation

    ws = place.workspace()
    if counties is not None:
        target = out or ws.root / f"虚拟{counties}县"
        made = nation.write(ws, counties, target, demo.SEED if seed is None else seed)
        print(f"{counties} 个虚拟县的工作区（合成数据）已写到 {made.root}")
        print(f"请运行：yiduiyi --root {made.root} run")
        return 0
    target = out or ws.demo
    if if_empty and (workspace.export_files(ws.incoming) or workspace.export_files(target)):
        print("已有数据，没有写演示数据")
        return 0
    demo.write(ws, demo.SEED if seed is None else seed, target)
    print(f"演示数据（合成数据）已写到 {target}")
    return 0


def clean() -> int:
    """清洗：data/incoming（没有真实导出时用 data/demo）→ data/clean。总是重做；要跳过没有变化的，用 run。"""
    from yiduiyi_analysis.cli import chain

    ws = place.workspace()
    with chain.alone(ws):
        return chain.clean(ws)


def analyse() -> int:
    """计算：data/clean → data/results（可以公布的评估结果，小单元已保护）。

    总是重做；要跳过没有变化的，用 run。
    """
    from yiduiyi_analysis.cli import chain

    ws = place.workspace()
    with chain.alone(ws):
        return chain.analyse(ws)


def report(
    county: County = None,
    only: Only = None,
    jobs: Jobs = None,
    wave: Wave = None,
    formats: Formats = None,
    on: On = None,
    on_finish: OnFinish = None,
    webhook: Webhook = None,
    log_json: LogJson = False,
) -> int:
    """生成报告：运行笔记本，发布到 reports/current。失败的报告保留上次成功的版本。

    要的报告总是重做；要跳过没有变化的，用 run。
    一份报告的各种格式出自同一次运行：只要其中几种时，以前的其他格式撤下。
    """
    from yiduiyi_analysis.cli import chain, hooks, log

    log.as_json(log_json)
    with hooks.told("report", on_finish, webhook) as summary:
        asked = _asked(county, only, jobs, wave, formats)
        ws = place.workspace()
        with chain.alone(ws), chain.elsewhere(on) as cluster:
            summary["exit_status"] = chain.report(ws, cluster=cluster, summary=summary, **asked)
    return summary["exit_status"]


def everything(
    county: County = None,
    only: Only = None,
    jobs: Jobs = None,
    wave: Wave = None,
    formats: Formats = None,
    on: On = None,
    force: Force = False,
    on_finish: OnFinish = None,
    webhook: Webhook = None,
    log_json: LogJson = False,
) -> int:
    """一次做完：clean、analyse、report。没有变化的步骤和报告跳过；什么都没变时，什么都不写。

    中途终止（断电、被结束、磁盘已满）后再运行一次，即接着做完；已发布的报告始终完整。
    """
    from yiduiyi_analysis.cli import chain, hooks, log

    log.as_json(log_json)
    with hooks.told("run", on_finish, webhook) as summary:
        asked = _asked(county, only, jobs, wave, formats)
        ws, how = place.workspace(), {"changed_only": not force, "summary": summary}
        with chain.alone(ws), chain.elsewhere(on) as how["cluster"]:
            done = [chain.clean(ws, **how), chain.analyse(ws, **how), chain.report(ws, **how, **asked)]
        summary["exit_status"] = max(done)
    return summary["exit_status"]


def _asked(county, only, jobs, wave, formats) -> dict:
    """Return what the options ask of publishing; a mistake is told before an hour of cleaning."""
    from yiduiyi_analysis.publish.formats import chosen

    return {
        "counties": county,
        "only": only,
        "workers": jobs,
        "wave": wave,
        "formats": chosen(formats),
    }
