"""Whether a published report is still what a run would make now, told from fingerprints alone: no pandas."""

import json
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace

from yiduiyi_analysis import fingerprint
from yiduiyi_analysis.folders import Workspace

ROOMS = ("codebook", "analyse", "present", "publish")
DRAWING = ("matplotlib", "seaborn", "pylopdf-fonts-zh-cn", "papermill", "ipykernel", "nbclient", "nbformat")
WRITING = ("pypandoc-binary", "python-docx", "typst", "xlsxwriter", "jinja2")
MISSING = "成品缺失"
FAILED = "上次失败"
UNKNOWN = "没有指纹"


class Currency:
    """The fingerprints of the reports of one workspace, as its files are at this moment.

    A report is anything with the attributes of a `jobs.Job`: a job, or what `remembered` makes of an entry.
    """

    def __init__(self, ws: Workspace):
        self.ws, self._data, self._notebooks, self._codebooks = ws, {}, {}, {}

    def parts(self, report, formats) -> dict[str, str]:
        """Return what a report in these formats is made from, as SHA-256 by part."""
        return {
            "data": self._slice(report.county_code),
            "notebook": self._notebook(report.notebook),
            "parameters": self._parameters(report, formats),
            "code": fingerprint.code(*ROOMS),
            "codebook": self._codebook(report.county_code),
            "environment": self._environment,
        }

    def reasons(self, entry: dict, parts: dict[str, str]) -> list[str]:
        """Return why an entry of the manifest is not what a run would make now; nothing if it is.

        In: entry: as the manifest's JSON holds it
        """
        if entry["status"] != "ok":
            return [FAILED]
        differs = fingerprint.changed(entry["parts"], parts) if entry.get("parts") else [UNKNOWN]
        return differs + ([] if self.whole(entry) else [MISSING])

    def whole(self, entry: dict) -> bool:
        """Tell whether every document of an entry is there in its size."""
        return all(_size(self.ws.current / d["path"]) == d["bytes"] for d in entry["documents"].values())

    def plan(self, wave: str | None) -> str:
        """Return one SHA-256 of all that decides which reports there are, and what the front page shows."""
        listing = self.ws.notebooks / "reports.yml"
        return fingerprint.total(
            [
                fingerprint.of(listing) if listing.is_file() else None,
                wave,
                self._results,
                self._judging,
                fingerprint.code(*ROOMS),
                self._environment,
            ]
        )

    def unchanged(self, made: dict, wave: str | None, formats) -> bool:
        """Tell whether a run of all reports would make just what stands.

        In: made: the manifest's JSON
        """
        entries = made.get("reports", [])
        if made.get("plan") != self.plan(wave) or made.get("planned") != len(entries):
            return False
        return not any(
            self.reasons(entry, self.parts(remembered(self.ws, entry), formats)) for entry in entries
        )

    def _slice(self, code: str | None) -> str:
        """Return the fingerprint of the evidence that a place's reports read.

        Rule: a county's is its own file of each table, and of the description what its reports print; where
              the tables are not yet parted by county, all of them
        """
        if code not in self._data:
            parted = code and (self.ws.results / "evidence.parquet").is_dir()
            mine = [self._of_county.get(code, []), self._told(code)] if parted else self._results
            self._data[code] = fingerprint.total(mine)
        return self._data[code]

    def _told(self, code: str) -> list:
        meta = self._meta
        return [meta.get("synthetic"), meta.get("latest", {}).get(code, meta.get("as_of"))]

    def _notebook(self, path: Path) -> str:
        if path not in self._notebooks:
            self._notebooks[path] = fingerprint.of(path) if path.is_file() else ""
        return self._notebooks[path]

    def _parameters(self, report, formats) -> str:
        own = self.ws.notebooks / "reference.docx"
        reference = self._notebook(own) if "docx" in formats else ""
        printed = [report.title, report.county, report.wave, report.unit_id]
        return fingerprint.total([report.parameters, printed, sorted(formats), reference])

    def _codebook(self, code: str | None) -> str:
        """Return the fingerprint of the codebook; of the list of counties a county uses its own line."""
        if code not in self._codebooks:
            lines = (self.ws.codebook / "counties.csv").read_text("utf-8-sig").splitlines() if code else []
            mine = {"counties.csv": [*lines[:1], *(line for line in lines if code in line)]} if code else {}
            self._codebooks[code] = fingerprint.total(self._judging | mine)
        return self._codebooks[code]

    @cached_property
    def _results(self) -> dict[str, str]:
        return fingerprint.files(self.ws.results)

    @cached_property
    def _of_county(self) -> dict[str, list]:
        """Return each county's own files of the tables that are parted by county."""
        found: dict[str, list] = {}
        for name, sha in self._results.items():
            if "/" in name:
                found.setdefault(Path(name).stem, []).append((name, sha))
        return found

    @cached_property
    def _judging(self) -> dict[str, str]:
        return fingerprint.judging(self.ws)

    @cached_property
    def _environment(self) -> str:
        return fingerprint.environment(*fingerprint.COMPUTING, *DRAWING, *WRITING)

    @cached_property
    def _meta(self) -> dict:
        return json.loads((self.ws.results / "meta.json").read_text("utf-8"))


def read(ws: Workspace) -> dict:
    """Return the manifest of what is published as its JSON holds it; empty where there is none to be read."""
    try:
        made = json.loads((ws.current / "manifest.json").read_text("utf-8"))
        return made if isinstance(made, dict) else {}
    except (OSError, ValueError):
        return {}


def remembered(ws: Workspace, entry: dict) -> SimpleNamespace:
    """Return the report of an entry with the attributes of a job."""
    return SimpleNamespace(**entry | {"notebook": ws.notebooks / (entry.get("notebook") or "")})


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
