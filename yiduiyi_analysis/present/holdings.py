"""What a workspace holds, how fresh each part is, and what to do where one is missing or out of date."""

import json
from datetime import datetime
from pathlib import Path

import pandas as pd

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.present.display import Table
from yiduiyi_analysis.workspace import Workspace

TO_RUN = "请先运行 yiduiyi run"
AGAIN = "比上一步旧，请运行 yiduiyi run"
NOTE = "每一步都由上一步算出；上一步更新过，这一步就要重做。更新时间是文件的时间。"


def overview(root: Path | str | None = None) -> Table:
    """Return what is there, a row a step from exports to reports: what, where, how much, when, whether fresh.

    Rule: nothing has to be there but the codebook
    """
    ws = workspace.find(root)
    book = codebook.load(ws.codebook)
    made = [
        _made("清洗后的数据（不公开）", ws.clean, book),
        _made("评估结果（可以公布）", ws.results, book),
    ]
    steps = [_exports(ws), *made, _reports(ws)]
    rows, before = [], None
    for step in steps:
        at = step["at"]
        stale = at is not None and before is not None and at < before
        rows.append({
            "内容": step["what"],
            "位置": step["where"],
            "现有": step["held"] if at else "没有",
            "更新于": f"{datetime.fromtimestamp(at):%Y-%m-%d %H:%M}" if at else "",
            "状态": step["lacking"] if at is None else AGAIN if stale else "可用",
        })  # fmt: skip
        before = at or before
    return Table(pd.DataFrame(rows), "项目里现在有什么", f"{_facts(ws, book)}{NOTE}")


def _exports(ws: Workspace) -> dict:
    folder = ws.exports()
    files = workspace.export_files(folder)
    synthetic = "（合成数据）" if folder == ws.demo else ""
    return {
        "what": "问卷与记录的导出",
        "where": f"data/{folder.name}",
        "held": f"{len(files)} 个文件{synthetic}",
        "at": max((file.stat().st_mtime for file in files), default=None),
        "lacking": "把导出放进 data/incoming，或运行 yiduiyi demo 写一套合成数据",
    }


def _made(what: str, folder: Path, book: Codebook) -> dict:
    """Return a step of the run that leaves a folder of data with its meta.json."""
    return {
        "what": what,
        "where": f"data/{folder.name}",
        "held": _waves(folder, book),
        "at": _written(folder / "meta.json"),
        "lacking": TO_RUN,
    }


def _reports(ws: Workspace) -> dict:
    folders = [path for path in ws.current.glob("*") if path.is_dir() and any(path.iterdir())]
    return {
        "what": "已发布的报告",
        "where": "reports/current",
        "held": f"{len(folders)} 个县的报告，从 index.html 看起",
        "at": _written(ws.current / "index.html"),
        "lacking": TO_RUN,
    }


def _written(file: Path) -> float | None:
    return file.stat().st_mtime if file.exists() else None


def _meta(folder: Path) -> dict:
    """Return what a step says of its data; nothing where it was not made, or not to the end."""
    try:
        return json.loads((folder / "meta.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _waves(folder: Path, book: Codebook) -> str:
    named = [book.waves[wave].label for wave in _meta(folder).get("waves", []) if wave in book.waves]
    return f"有答卷的轮次：{'、'.join(named)}" if named else "还没有答卷"


def _facts(ws: Workspace, book: Codebook) -> str:
    """Return to which day the results go, of which counties, and whether they are synthetic."""
    meta = _meta(ws.results)
    counties = "、".join(book.counties["county"])
    day = f"数据截至 {meta['as_of']}；" if meta.get("as_of") else ""
    mark = "现有结果出自合成数据，只用于演示；" if meta.get("synthetic") else ""
    return f"{day}{mark}{book.together}：{counties}。"
