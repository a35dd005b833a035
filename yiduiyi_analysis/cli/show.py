"""What the command line shows: tables, a progress bar, one line a report."""

import sys
from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from yiduiyi_analysis import fingerprint
from yiduiyi_analysis.present import origin

NOT_A_TERMINAL = 160  # columns: a log file has no width of its own
STALE = "[yellow]需要更新[/]"
STATES = {"ok": "[green]正常[/]", "kept": "[yellow]失败，保留上次版本[/]", "failed": "[red]失败[/]"}


def out() -> Console:
    """Return the console on standard output."""
    return Console(width=None if sys.stdout.isatty() else NOT_A_TERMINAL, highlight=False)


def table(title: str, columns: list[str], rows: list[tuple], numbers: tuple[str, ...] = ()) -> None:
    """Print a table; columns named in `numbers` stand to the right."""
    shown = Table(title=title, title_justify="left")
    for column in columns:
        shown.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    out().print(shown)


def intake(intake) -> None:
    """Print what cleaning did with each file: rows read = kept + set aside."""
    columns = {
        "file": "文件",
        "sheet": "工作表",
        "instrument": "工具",
        "wave": "轮次",
        "rows_read": "读入",
        "rows_kept": "保留",
        "rows_set_aside": "搁置",
        "message": "说明",
    }
    frame = intake[list(columns)].astype("object")
    rows = list(frame.where(frame.notna(), "").itertuples(index=False, name=None))
    counts = [int(intake[name].sum()) for name in ("rows_read", "rows_kept", "rows_set_aside")]
    rows.append(("合计", "", "", "", *counts, "读入 = 保留 + 搁置"))
    table("清洗", list(columns.values()), rows, ("读入", "保留", "搁置"))


def audited(found) -> None:
    """Print how much was audited and how many findings there were."""
    told = f"{len(found.findings)} 处发现" if found.findings else "没有发现"
    print(f"披露审计：查了评估结果和 {found.documents} 份成品，{told}", file=sys.stderr)


def reports(planned: list[str], entries: dict, reasons: dict[str, list[str]]) -> None:
    """Print the state of every report that should be there, by its key, and why one is not current."""
    shown = Table(title="报告", title_justify="left")
    for column in ("报告", "状态", "数据截至", "上次成功", "说明"):
        shown.add_column(column, overflow="fold")
    for key in planned:
        if entry := entries.get(key):
            made = entry["finished_at"][:16].replace("T", " ") if entry["documents"] else ""
            why = entry["error"] or "、".join(reasons[key])
            state = STALE if entry["status"] == "ok" and reasons[key] else STATES[entry["status"]]
            shown.add_row(key, state, origin.until(entry["as_of"]), made, escape(why))
        else:
            shown.add_row(key, "尚未生成", "", "", "")
    out().print(shown)


class Reporting:
    """Follow a run of reports: a bar on a terminal, one line a report anywhere."""

    def __init__(self):
        self.console = Console(stderr=True, highlight=False)
        self.bar = Progress(
            TextColumn("生成报告"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )

    def __enter__(self):
        self.bar.start()
        return self

    def __exit__(self, *error):
        self.bar.stop()

    def planned(self, todo, skipped) -> None:
        self.task = self.bar.add_task("", total=len(todo))
        if skipped:
            self.console.print(f"{len(skipped)} 份报告没有变化，跳过")

    def done(self, outcome) -> None:
        state = "[green]完成[/]" if outcome.ok else f"[red]失败[/] {escape(outcome.error)}"
        again = f"，第 {outcome.attempts} 次" if outcome.attempts > 1 else ""
        self.console.print(f"{outcome.job.key}  {state}（{outcome.seconds} 秒{again}）", soft_wrap=True)
        self.bar.advance(self.task)


def step(folder, parts: dict[str, str]) -> tuple[str, str, str]:
    """Return what a step left (nothing in words), when, and what changed since, for the table of data."""
    path = folder / "meta.json"
    if not path.exists():
        return "", "无", "尚未运行"
    made = f"{datetime.fromtimestamp(path.stat().st_mtime):%Y-%m-%d %H:%M}"
    before = fingerprint.left(folder).get("parts")
    if before is None:
        return "", made, "需要更新：没有指纹，或文件有增减"
    changed = fingerprint.changed(before, parts)
    return "", made, f"需要更新：{'、'.join(changed)}" if changed else "没有变化"
