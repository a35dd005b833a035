"""What a manifest tells of where its reports came from: programs, inputs, lights, what is hidden."""

import json
import platform
from typing import Any

import pandas as pd

from yiduiyi_analysis import fingerprint, workspace
from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.publish.entries import Lamp
from yiduiyi_analysis.workspace import Workspace

VERSIONS_OF = (
    *("yiduiyi-analysis", "pandas", "numpy", "scipy", "matplotlib", "papermill"),
    *("pypandoc-binary", "python-docx", "typst", "xlsxwriter"),
)
WHOLE = "all"


def versions() -> dict[str, str]:
    """Return the versions of Python and of what computes, draws and writes."""
    return {"python": platform.python_version()} | fingerprint.versions(VERSIONS_OF)


def inputs(ws: Workspace) -> list[dict[str, Any]]:
    """Return the files that the evidence was made from, as cleaning counted them, each with its SHA-256."""
    path = ws.results / "intake.parquet"
    if not path.exists():
        return []
    taken = fingerprint.left(ws.clean).get("files", {})
    sums = {name.split("/", 2)[-1]: sha for name, sha in taken.items()}  # below data/incoming or data/demo
    rows = json.loads(workspace.read_table(path).to_json(orient="records"))
    return [row | {"sha256": sums.get(row["file"])} for row in rows]


def lights(ws: Workspace, book: Codebook) -> list[Lamp]:
    """Return what every light of the codebook shows now."""
    from yiduiyi_analysis.present import lights

    shown = lights.read(ws.results, book).round({"value": 4}).astype(object)
    return [Lamp(**row) for row in shown.where(shown.notna(), None).to_dict("records")]


def protected(ws: Workspace) -> dict[str, int]:
    """Return how many figures of each county are hidden to protect persons, and of all together as `all`."""
    path = ws.results / "evidence.parquet"
    if not path.exists():
        return {}
    told = workspace.read_table(path, columns=["county_code", "status"])
    hidden = told["status"].str.startswith("suppressed").fillna(False).astype(bool)
    by_county: pd.Series = hidden.groupby(told["county_code"]).sum()
    return {code: int(n) for code, n in by_county.items()} | {WHOLE: int(hidden.sum())}
