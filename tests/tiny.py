"""A workspace small enough to run for real: this project's codebook and notebooks of two or three cells."""

import json
import shutil
from pathlib import Path

import pandas as pd

from yiduiyi_analysis.analyse import indicators
from yiduiyi_analysis.workspace import Workspace

CODEBOOK = Path(__file__).parents[1] / "data" / "codebook"
SHOW = "from IPython.display import HTML, Markdown, display"


def notebook(*cells, parameters: str = "wave = 'W3'", tags=("parameters",)) -> dict:
    """Return a notebook; a cell beginning with '#' is text, a pair carries tags."""
    made = [_cell(parameters, list(tags))]
    made += [_cell(*cell) if isinstance(cell, tuple) else _cell(cell, []) for cell in cells]
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number}"
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": made}


def workspace(root: Path, reports: list[dict], synthetic: bool = True, **notebooks: dict) -> Workspace:
    """Return a workspace below `root` whose reports.yml lists `reports`."""
    ws = Workspace(root)
    shutil.copytree(CODEBOOK, ws.codebook)
    ws.notebooks.mkdir(parents=True)
    for name, content in notebooks.items():
        (ws.notebooks / f"{name}.ipynb").write_text(json.dumps(content), "utf-8")
    (ws.notebooks / "reports.yml").write_text(json.dumps(reports, ensure_ascii=False), "utf-8")
    meta(ws, synthetic)
    return ws


def meta(ws: Workspace, synthetic: bool) -> None:
    """Write evidence of nothing, and say of it whether it is synthetic."""
    ws.results.mkdir(parents=True, exist_ok=True)
    columns = {name: pd.Series(dtype=kind) for name, kind in indicators.COLUMNS.items()}
    pd.DataFrame(columns).to_parquet(ws.results / "evidence.parquet")
    said = {"synthetic": synthetic, "as_of": "2022-03-31"}
    (ws.results / "meta.json").write_text(json.dumps(said), "utf-8")


def county_report(name: str = "county_evaluation", **more) -> dict:
    return {"name": name, "notebook": f"{name}.ipynb", "title": "{county}评估报告", "each": "county", **more}


def programme_report(name: str, **more) -> dict:
    return {"name": name, "notebook": f"{name}.ipynb", "title": "总报告", "each": "programme", **more}


def _cell(source: str, tags: list[str]) -> dict:
    if source.startswith("#"):
        return {"cell_type": "markdown", "metadata": {}, "source": source}
    return {
        "cell_type": "code",
        "metadata": {"tags": tags},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
