"""The commands of the chain: demo data, clean, analyse, report, and all in one."""

import sys
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


def demo(
    out: Annotated[Path | None, typer.Option("--out", help="写到哪里；不给则写到 data/demo")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="随机种子：同一种子得到同样的文件")] = None,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="已有真实导出或演示数据，就不写")] = False,
) -> int:
    """写出合成的问卷导出（名册上的学校、各轮），供演示和试用。"""
    from yiduiyi_analysis import demo, workspace

    ws = place.workspace()
    target = out or ws.demo
    if if_empty and (workspace.export_files(ws.incoming) or workspace.export_files(target)):
        print("已有数据，没有写演示数据")
        return 0
    demo.write(ws, demo.SEED if seed is None else seed, target)
    print(f"演示数据（合成数据）已写到 {target}")
    return 0


def clean() -> int:
    """清洗：data/incoming（没有真实导出时用 data/demo）→ data/clean。"""
    from yiduiyi_analysis.clean import pipeline
    from yiduiyi_analysis.cli import show

    summary = pipeline.run(place.workspace())
    show.intake(summary.intake)
    for line in summary.unused:
        print(f"提示：{line}", file=sys.stderr)
    for fault in summary.faults:
        print(f"搁置：{fault}", file=sys.stderr)
    return summary.exit_status


def analyse() -> int:
    """计算：data/clean → data/results（可以公布的评估结果，小单元已保护）。"""
    from yiduiyi_analysis.analyse import pipeline

    evidence = pipeline.run(place.workspace())
    hidden = evidence["status"].str.startswith("suppressed").sum()
    print(f"评估结果 {len(evidence)} 行，其中 {hidden} 行为保护个人信息不公布")
    return 0


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

    ws = place.workspace()
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
