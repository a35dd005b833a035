"""JupyterLab on a workspace, opened at the page that explains where to begin."""

import os
import sys
from pathlib import Path

from yiduiyi_analysis.workspace import ROOT_VARIABLE, Workspace

LANDING = "start.ipynb"


def arguments(ws: Workspace, given: list[str]) -> list[str]:
    """Return what JupyterLab is started with: the workspace's folder, what was given, the page to open."""
    landing = ws.notebooks / LANDING
    return [f"--ServerApp.root_dir={ws.root}", *given, *([str(landing)] if landing.exists() else [])]


def start(ws: Workspace, given: list[str]) -> None:
    """Run JupyterLab until it is stopped; its kernels and terminals find this workspace and program."""
    from jupyterlab.labapp import LabApp

    os.environ[ROOT_VARIABLE] = str(ws.root)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    LabApp.launch_instance(arguments(ws, given))
