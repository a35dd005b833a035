"""An executed notebook → a document to hand in, through pandoc and one filter for every format."""

import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pypandoc

ASSETS = Path(__file__).parent / "assets"
MARK = "合成数据"
HIDDEN = {"remove_cell", "remove-cell", "remove_output", "remove-output"}


@dataclass(frozen=True)
class Page:
    """What every page of a report says about itself; `wave` is a label, None where it does not apply."""

    title: str
    county: str | None
    wave: str | None
    as_of: str
    synthetic: bool


def html(executed: Path, out: Path, page: Page) -> None:
    """Write the notebook's text, tables and figures as one self-contained HTML file.

    Rule:   no code, no stderr; cells tagged remove_cell or remove_output are left out; tables and figures
            are numbered 表1, 图1 … in the text of their captions
    Raises: RuntimeError with pandoc's own words
    """
    values = {
        "title": page.title,
        "county": page.county,
        "wave": page.wave,
        "as_of": page.as_of,
        "mark": MARK if page.synthetic else None,
        "lang": "zh-CN",
    }
    given = [f"--metadata={name}:{value}" for name, value in values.items() if value]
    _pandoc(
        executed,
        "--from=ipynb+raw_html+tex_math_dollars",
        "--ipynb-output=all",
        f"--lua-filter={ASSETS / 'filter.lua'}",
        "--to=html5",
        "--standalone",
        "--embed-resources",
        "--mathml",
        "--toc",
        "--toc-depth=3",
        "--wrap=none",
        f"--template={ASSETS / 'report.html'}",
        f"--css={ASSETS / 'page.css'}",
        *given,
        f"--output={out}",
    )


def is_hidden(cell: dict) -> bool:
    """Tell whether a cell's outputs are kept out of the documents."""
    return not HIDDEN.isdisjoint(cell["metadata"].get("tags", []))


@cache
def pandoc() -> Path:
    """Return the pandoc that comes with the environment, not one that this machine may have."""
    return Path(pypandoc.__file__).parent / "files" / ("pandoc.exe" if os.name == "nt" else "pandoc")


def _pandoc(source: Path, *options: str) -> None:
    done = subprocess.run([pandoc(), source, *options], capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(f"pandoc: {done.stderr.strip()}")
