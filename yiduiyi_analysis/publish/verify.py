"""What is published against its manifest: every document, and nothing else."""

from dataclasses import dataclass

from pydantic import ValidationError

from yiduiyi_analysis import fingerprint
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.publish.entries import Document, Manifest
from yiduiyi_analysis.workspace import Workspace

OWN = {"manifest.json", "index.html"}


@dataclass(frozen=True)
class Checked:
    """What does not agree, a line a fault, in how many documents."""

    faults: list[str]
    documents: int


def run(ws: Workspace) -> Checked:
    """Return where reports/current and its manifest disagree.

    Raises: Fault where nothing is published
    """
    path = ws.current / "manifest.json"
    if not path.is_file():
        raise Fault("还没有发布报告（没有 reports/current/manifest.json）", do="请先运行 yiduiyi run")
    try:
        made = Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        return Checked([f"manifest.json：{_where(first)}" for first in error.errors()[:3]], 0)
    told = {d.path: d for entry in made.reports for d in entry.documents.values()}
    there = fingerprint.listed(ws.current)
    faults = [fault for document in told.values() if (fault := _fault(ws, document, there))]
    faults += [f"{name}：缺少" for name in sorted(OWN - set(there))]
    faults += [f"{name}：清单里没有" for name in there if name not in told and name not in OWN]
    return Checked(faults, len(told))


def _fault(ws: Workspace, document: Document, there: dict[str, int]) -> str:
    """Return what is wrong with one document, nothing if it is as the manifest says."""
    size = there.get(document.path)
    if size is None:
        return f"{document.path}：缺少"
    if size != document.bytes:
        return f"{document.path}：大小是 {size} 字节，应为 {document.bytes}"
    changed = fingerprint.of(ws.current / document.path) != document.sha256
    return f"{document.path}：内容与清单不符（SHA-256）" if changed else ""


def _where(mistake: dict) -> str:
    """Return where and how a manifest is not what its schema says."""
    place = ".".join(map(str, mistake["loc"]))
    return f"{place} 不合格式（{mistake['msg']}）" if place else f"不合格式（{mistake['msg']}）"
