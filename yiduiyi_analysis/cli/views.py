"""The commands that look at what there is: audit, JupyterLab, status."""

from typing import Annotated

import typer

from yiduiyi_analysis.cli import place


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

    found = attacker.lines(place.workspace(), run)
    for line in found.findings:
        print(line)
    show.audited(found)
    return int(bool(found.findings))


def lab(
    given: Annotated[
        list[str] | None, typer.Argument(help="照原样交给 JupyterLab，如 --no-browser", metavar="参数")
    ] = None,
) -> int:
    """打开 JupyterLab（中文界面），从 notebooks/start.ipynb 开始。"""
    from yiduiyi_analysis.cli import jupyter

    jupyter.start(place.workspace(), given or [])
    return 0


def status() -> int:
    """看现状：有哪些导出，清洗和计算到哪一天，每份报告的状态。"""
    from yiduiyi_analysis import codebook, workspace
    from yiduiyi_analysis.cli import show
    from yiduiyi_analysis.publish import jobs, manifest

    ws = place.workspace()
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
