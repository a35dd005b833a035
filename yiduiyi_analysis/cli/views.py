"""The commands that look at what there is: audit, JupyterLab, status."""

from typing import Annotated

import typer

from yiduiyi_analysis.cli import log, place


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
    """看现状：有哪些导出，清洗和计算是否最新，每份报告是否最新，不是的话哪里变了，上次成功在何时。"""
    from yiduiyi_analysis import codebook, fingerprint, folders
    from yiduiyi_analysis.cli import show
    from yiduiyi_analysis.publish import currency, jobs

    ws = place.workspace()
    cleaned = fingerprint.clean(ws, fingerprint.inputs(ws))
    rows = [
        ("真实导出 data/incoming", f"{len(folders.export_files(ws.incoming))} 个文件", "", ""),
        ("演示数据 data/demo", f"{len(folders.export_files(ws.demo))} 个文件", "", ""),
        ("清洗 data/clean", *show.step(ws.clean, cleaned)),
        ("结果 data/results", *show.step(ws.results, fingerprint.analyse(ws))),
    ]
    show.table("数据", ["", "内容", "更新于", "说明"], rows)
    made, prints = currency.read(ws), currency.Currency(ws)
    entries = {entry["key"]: entry for entry in made.get("reports", [])}
    planned = jobs.every(ws, codebook.load(ws.codebook))
    reasons = {
        job.key: prints.reasons(entries[job.key], prints.parts(job, entries[job.key]["documents"]))
        for job in planned
        if job.key in entries
    }
    show.reports([job.key for job in planned], entries, reasons)
    if made.get("synthetic"):
        print("现有报告出自合成数据（演示）")
    return 0


def verify() -> int:
    """按 manifest.json 逐份核对 reports/current：大小、SHA-256、清单的格式，有没有多出或缺少的文件。

    每处一行；退出状态：0 没有发现，1 有发现，2 没有做成。
    """
    from yiduiyi_analysis.publish import verify

    checked = verify.run(place.workspace())
    for fault in checked.faults:
        print(fault)
    told = f"{len(checked.faults)} 处不符" if checked.faults else "全部相符"
    log.line(f"核对了 {checked.documents} 份成品：{told}")
    return int(bool(checked.faults))


def prune(
    keep: Annotated[int, typer.Option("--keep", metavar="次数", min=0, help="留下最近几次运行")],
) -> int:
    """删去 reports/runs 里旧的运行，留下最近几次；现在发布的那一次总是留下，reports/current 不受影响。"""
    from yiduiyi_analysis.cli import chain
    from yiduiyi_analysis.publish import leftovers

    ws = place.workspace()
    with chain.alone(ws):
        gone = leftovers.prune(ws, keep)
    print(f"删去了 {len(gone)} 次旧的运行" if gone else "没有可删的旧运行")
    return 0
