"""The workspace on which tests and notebooks run: the shipped codebook and roster with the demo's answers."""

import os
import shutil
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from yiduiyi_analysis import workspace

ROOT = Path(__file__).parent
KEEP: list[TemporaryDirectory] = []

# Tests import the benchmarks, last on the path: one of them shares its name with the package coverage.
sys.path.append(str(ROOT / "benchmarks"))


def blank_workspace(root: Path) -> workspace.Workspace:
    """Return a workspace at `root` with the shipped codebook, roster and notebooks, and no answers."""
    for part in ["data/codebook", "data/source", "notebooks"]:
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return workspace.Workspace(root)


@cache
def demo_workspace() -> workspace.Workspace:
    """Return a workspace that went through demo, clean and analyse, made once a test run."""
    from yiduiyi_analysis import demo
    from yiduiyi_analysis.analyse import pipeline as analyse
    from yiduiyi_analysis.clean import pipeline as clean

    KEEP.append(TemporaryDirectory(prefix="yiduiyi-test-"))
    ws = blank_workspace(Path(KEEP[-1].name) / "workspace")
    demo.write(ws)
    clean.run(ws)
    analyse.run(ws)
    return ws


@pytest.fixture
def ws(tmp_path) -> workspace.Workspace:
    """A workspace of the test's own, without answers."""
    return blank_workspace(tmp_path / "workspace")


@pytest.fixture(scope="session")
def demo_ws() -> workspace.Workspace:
    """The demo's workspace, shared: read it, do not write to it."""
    return demo_workspace()


def pytest_collection_finish(session):
    """Point the notebooks that nbval runs at the demo's workspace."""
    if not session.config.option.collectonly and any(i.path.suffix == ".ipynb" for i in session.items):
        os.environ[workspace.ROOT_VARIABLE] = str(demo_workspace().root)


def pytest_sessionfinish():
    """Remove the demo's workspace."""
    for folder in KEEP:
        folder.cleanup()


@pytest.fixture
def near():
    """Return the path of an empty folder that is short: a socket's name may have some hundred bytes."""
    with TemporaryDirectory(prefix="yd-", dir="/tmp" if os.name == "posix" else None) as folder:
        yield folder
