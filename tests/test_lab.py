"""JupyterLab as a researcher meets it, in a headless browser: Chinese, explained, and its figures change."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import viewers
from jupyterlab.commands import get_app_dir

from conftest import ROOT
from yiduiyi_analysis.cli import jupyter
from yiduiyi_analysis.publish import execute
from yiduiyi_analysis.workspace import ROOT_VARIABLE

SETTINGS = "share/jupyter/lab/settings/overrides.json"
TOKEN = "a-token-of-the-test"
WAIT = 60_000  # ms: a kernel's start and the first drawing, on a busy machine
BEGUN = re.compile(r"\[[*\d]")  # the number of a cell that is running or has run
SCREEN = {"width": 1500, "height": 1000}
FOLDERS = ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR",
           "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR", "MPLCONFIGDIR"]  # fmt: skip


def test_lab_is_started_in_the_workspace_at_the_landing_page(ws):
    given = jupyter.arguments(ws, ["--no-browser"])
    assert given == [f"--ServerApp.root_dir={ws.root}", "--no-browser", str(ws.notebooks / "start.ipynb")]
    (ws.notebooks / "start.ipynb").unlink()
    assert jupyter.arguments(ws, []) == [f"--ServerApp.root_dir={ws.root}"]


def test_the_environment_has_the_settings_that_are_shipped():
    shipped = json.loads((ROOT / SETTINGS).read_text("utf-8"))
    assert shipped["@jupyterlab/translation-extension:plugin"] == {"locale": "zh_CN"}
    assert shipped["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
    installed = Path(get_app_dir()) / "settings" / "overrides.json"
    assert json.loads(installed.read_text("utf-8")) == shipped


@pytest.fixture(scope="module")
def lab(tmp_path_factory, demo_ws) -> Iterator[str]:
    """Start JupyterLab on the demo's data and notebooks of its own, and yield its address."""
    viewers.need_chromium()
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", home / "ws" / "notebooks")
    (home / "ws" / "data").symlink_to(demo_ws.root / "data")
    own = {name: str(home / name.lower()) for name in FOLDERS}
    command = [sys.executable, "-c", "from yiduiyi_analysis.cli import main; main()", "lab", "--no-browser",
               "--ServerApp.port=0", "--ServerApp.ip=127.0.0.1", "--allow-root",
               f"--IdentityProvider.token={TOKEN}"]  # fmt: skip
    with (home / "log.txt").open("wb") as log:
        server = subprocess.Popen(
            command,
            cwd=home,
            env=os.environ | own | {ROOT_VARIABLE: str(home / "ws")},
            stdout=log,
            stderr=log,
        )
        try:
            yield _address(Path(own["JUPYTER_RUNTIME_DIR"]), server, home / "log.txt")
        finally:
            execute.end_family(server.pid)
            server.kill()
            server.wait()


def _address(runtime: Path, server: subprocess.Popen, log: Path) -> str:
    """Return where the server listens, once it does."""
    for _ in range(900):
        assert server.poll() is None, log.read_text("utf-8")
        for found in runtime.glob("jpserver-*.json"):
            if text := found.read_text("utf-8"):
                return json.loads(text)["url"]
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


@pytest.fixture(scope="module")
def desk(lab) -> Iterator[viewers.View]:
    """Open the landing page, as `yiduiyi lab` does."""
    with viewers.browser() as chromium, chromium.view(SCREEN) as view:
        view.open(f"{lab}lab/tree/notebooks/start.ipynb?token={TOKEN}")
        view.page.get_by_role("heading", name="从这里开始").wait_for(timeout=WAIT)
        yield view


def run_all(view: viewers.View) -> None:
    """Run the notebook in front by the menu; again, where its kernel was not there yet."""
    from playwright.sync_api import TimeoutError

    begun = in_front(view, ".jp-InputPrompt").filter(has_text=BEGUN).first
    for _ in range(12):
        view.page.locator(".lm-MenuBar-itemLabel", has_text="运行").click()
        view.page.locator(".lm-Menu-item", has_text="运行所有单元格").first.click()
        with suppress(TimeoutError):
            return begun.wait_for(state="attached", timeout=WAIT / 12)
    raise AssertionError("no cell was run")


def in_front(view: viewers.View, what: str):
    """Return what is shown of the notebook in front."""
    return view.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)").locator(what)


def brought_up(place):
    """Return a part of a notebook scrolled to, once it is there: cells out of sight are not laid out."""
    place.wait_for(state="attached", timeout=WAIT)
    place.evaluate("part => part.scrollIntoView({block: 'center'})")
    place.wait_for(timeout=WAIT)
    return place


def errors(view: viewers.View) -> list[str]:
    """Return what the browser's console called an error."""
    return [line for line in view.said if not line.startswith("warning:")]


def test_lab_opens_in_chinese_at_a_page_that_explains_itself(desk, tmp_path):
    menus = desk.page.locator(".lm-MenuBar-itemLabel").all_inner_texts()
    assert menus == ["文件", "编辑", "查看", "运行", "内核", "标签页", "设置", "帮助"]
    run_all(desk)
    brought_up(in_front(desk, ".exhibit img").first)
    held = brought_up(in_front(desk, "table.three-line").first)
    assert "项目里现在有什么" in held.inner_text()
    lines = held.evaluate("table => [getComputedStyle(table), getComputedStyle(table.tHead)].map("
                                "style => [style.borderTopWidth, style.borderBottomWidth])")  # fmt: skip
    assert lines == [["2px", "2px"], ["0px", "1px"]]
    desk.shot(tmp_path / "start.png")
    assert (errors(desk), desk.elsewhere) == ([], [])


def test_another_county_chosen_in_explore_is_another_figure(desk, tmp_path):
    desk.page.get_by_role("link", name="explore.ipynb").click()
    in_front(desk, "h1").filter(has_text="选县、轮次、指标和分组").wait_for(timeout=WAIT)
    run_all(desk)
    brought_up(in_front(desk, "strong").filter(has_text="本评估无对照组").last)
    shown = in_front(desk, ".widget-output")
    brought_up(shown.locator("img"))
    before, caption = shown.locator("img").get_attribute("src"), shown.locator("figcaption")
    assert "昭觉县" in caption.inner_text()
    desk.page.get_by_label("县", exact=True).select_option(label="喜德县")
    shown.locator("figcaption", has_text="喜德县").wait_for(timeout=WAIT)
    assert shown.locator("img").get_attribute("src") != before
    assert in_front(desk, "[data-mime-type*=error], [data-mime-type*=stderr]").count() == 0
    desk.shot(tmp_path / "explore.png")
    assert (errors(desk), desk.elsewhere) == ([], [])
