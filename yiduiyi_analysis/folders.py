"""Where things live, and how a folder is replaced without a reader ever seeing half of it."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from yiduiyi_analysis.errors import Fault

ROOT_VARIABLE = "YIDUIYI_ROOT"
READ = {".xlsx", ".xls", ".csv"}
UNREAD = {".xlsm", ".xlsb", ".et", ".ods", ".sav", ".tsv", ".zip", ".rar", ".7z"}


@dataclass(frozen=True)
class Workspace:
    """The folders of one evaluation."""

    root: Path

    @property
    def source(self) -> Path:
        return self.root / "data" / "source"

    @property
    def codebook(self) -> Path:
        return self.root / "data" / "codebook"

    @property
    def incoming(self) -> Path:
        return self.root / "data" / "incoming"

    @property
    def demo(self) -> Path:
        return self.root / "data" / "demo"

    @property
    def clean(self) -> Path:
        return self.root / "data" / "clean"

    @property
    def results(self) -> Path:
        return self.root / "data" / "results"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def runs(self) -> Path:
        return self.reports / "runs"

    @property
    def current(self) -> Path:
        return self.reports / "current"

    def exports(self) -> Path:
        """Return the folder to read: real exports where there are any, else the demo's.

        Rule: real and synthetic exports never share a run.
        """
        there = export_files(self.incoming) or unread_files(self.incoming)
        return self.incoming if there else self.demo


def find(root: Path | str | None = None) -> Workspace:
    """Return the workspace at `root`, else at $YIDUIYI_ROOT, else the nearest one upwards from here."""
    named = root or os.environ.get(ROOT_VARIABLE)
    here = Path(named or Path.cwd()).resolve()
    for folder in [here] if named else [here, *here.parents]:
        if (folder / "data" / "codebook").is_dir():
            return Workspace(folder)
    raise Fault(
        f"找不到项目文件夹（从 {here} 起没有 data/codebook）",
        do=f"请在项目文件夹内运行，或用 --root / 环境变量 {ROOT_VARIABLE} 指明",
    )


def export_files(folder: Path) -> list[Path]:
    """Return the export files below `folder`, sorted, without notes, hidden files and Office lock files."""
    return [path for path in _visible(folder) if path.is_file() and path.suffix.lower() in READ]


def unread_files(folder: Path) -> list[Path]:
    """Return what below `folder` may hold answers but is no file that is read: packed, of another program."""
    return [
        path
        for path in _visible(folder)
        if path.suffix.lower() in UNREAD or (path.suffix.lower() in READ and not path.is_file())
    ]


def _visible(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in (folder.rglob("*") if folder.is_dir() else [])
        if not path.name.startswith((".", "~$")) and not path.name.upper().startswith("README")
    )


def new_folder_beside(target: Path) -> Path:
    """Return a new empty folder on the same file system as `target`, to be swapped into its place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))


def swap_dir(new: Path, target: Path) -> None:
    """Put folder `new` in the place of `target`; what was there goes only once the new one stands."""
    old = target.with_name(f".{target.name}-old-{os.getpid()}")
    if target.exists():
        target.replace(old)
    new.replace(target)
    target.chmod(0o755)
    shutil.rmtree(old, ignore_errors=True)
