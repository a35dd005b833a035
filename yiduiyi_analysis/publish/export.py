"""An executed notebook → the documents to hand in: one meaning (assets/filter.lua), then a form each."""

import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present import origin
from yiduiyi_analysis.present.origin import MARK
from yiduiyi_analysis.publish import lean, lossless, pandoc, tree
from yiduiyi_analysis.publish.formats import FORMATS
from yiduiyi_analysis.publish.jobs import Job
from yiduiyi_analysis.workspace import Workspace

ASSETS = Path(__file__).parent / "assets"
HIDDEN = {"remove_cell", "remove-cell", "remove_output", "remove-output"}
UNDATED = datetime(1980, 1, 1)  # a file must have a date, and today's would make each another
NUL = "\0"
NUL_IN_JSON = "\\u0000"
READ = "ipynb+footnotes+table_captions+raw_html+tex_math_dollars"


@dataclass(frozen=True)
class Page:
    """What every page of a report says about itself; `wave` is a label, None where it does not apply.

    as_of: to which day the data go, None where no record has a time
    key:   the report's place below the index page, without a suffix; None where it stands alone
    """

    title: str
    county: str | None
    wave: str | None
    as_of: str | None
    synthetic: bool
    key: str | None = None

    @property
    def until(self) -> str:
        """Return to which day the data go, as a reader is told."""
        return origin.until(self.as_of)

    @property
    def day(self) -> datetime:
        """Return the date that a file of this report bears: that of the data, never of now."""
        try:
            return datetime.fromisoformat(self.as_of)
        except (TypeError, ValueError):
            return UNDATED


def documents(
    executed: Path | dict,
    folder: Path,
    page: Page,
    formats: Iterable[str] = FORMATS,
    ws: Workspace | None = None,
    job: Job | None = None,
) -> dict[str, Path]:
    """Write the report in the forms asked for and return its files by form, in the order of FORMATS.

    In:     executed: a notebook, or the file that it lies in; ws, job: where the report comes from: the
            evidence of its place goes into the workbook, and the workspace's own reference document for
            Word is taken if there is one
    Out:    folder/report.<form>; what they were made from (report.json, media/) is left beside them
    Rule:   what a report says is decided once, in report.json; a form decides only how it looks
    Raises: Fault on a picture that is not there or a sign that no form can hold; RuntimeError with the
            words of what failed
    """
    out = {form: folder / f"report.{form}" for form in FORMATS if form in set(formats)}
    blocks = meaning(executed, folder, page, Path(job.notebook) if job else None)
    writers = {
        "html": lambda: html(blocks, out["html"], links(page, out)),
        "docx": lambda: docx(blocks, out["docx"], page, ws.root if ws else None),
        "pdf": lambda: _pdf(blocks, out["pdf"], page),
        "xlsx": lambda: _xlsx(executed, blocks, out["xlsx"], page, ws, job),
    }
    with ThreadPoolExecutor(len(FORMATS)) as pool:
        for writing in [pool.submit(writers[form]) for form in out]:
            writing.result()
    return out


def meaning(executed: Path | dict, folder: Path, page: Page, written: Path | None = None) -> Path:
    """Write what a report says, as pandoc's own tree (folder/report.json), and return the file.

    In:     written: the notebook as it was written, beside which the pictures lie that it names; left out,
            they lie beside `executed`, or in `folder` if that is no file
    Out:    metadata title, county, wave, as_of, mark, notice (where they apply); text, tables and
            figures numbered 表1, 图1 …; pictures as files in folder/media, named by their content
    Rule:   no code, no stderr; cells tagged remove_cell or remove_output are left out
    """
    values = {
        "title": page.title,
        "county": page.county,
        "wave": page.wave,
        "as_of": page.until,
        "mark": MARK if page.synthetic else None,
        "notice": origin.notice() if page.synthetic else None,
        "lang": "zh-CN",
    }
    out = folder / "report.json"
    beside = written or (executed if isinstance(executed, Path) else out)
    places = [".", lean.PICTURES, str(beside.resolve().parent)]
    pandoc.run(
        lean.notebook(executed, folder),
        out,
        f"--from={READ}",
        "--ipynb-output=all",
        f"--lua-filter={ASSETS / 'filter.lua'}",
        "--extract-media=media",
        f"--resource-path={os.pathsep.join(places)}",
        "--to=json",
        *[f"--metadata={name}:{value}" for name, value in values.items() if value],
    )
    _require_printable(out)
    return out


def _require_printable(blocks: Path) -> None:
    """Stop on a sign that no form can hold, and say where it stands."""
    content = blocks.read_text("utf-8")
    if NUL_IN_JSON not in content:
        return
    said = tree.text(json.loads(content)["blocks"])
    for line in said.splitlines():
        if NUL in line:
            place = line.replace(NUL, "□")[:40]
            raise Fault(f"“{place}”里有不能排印的字符 U+0000（写作 □）", do="请在数据或笔记本里删去它")


def links(page: Page, forms: Iterable[str]) -> dict[str, str]:
    """Return where the published page finds the index and the report's other forms, as relative addresses."""
    if page.key is None:
        return {}
    *folders, name = page.key.split("/")
    others = {form: f"{name}.{form}" for form in forms if form != "html"}
    return {"index": "../" * len(folders) + "index.html"} | others


def html(blocks: Path, out: Path, beside: dict[str, str] | None = None) -> None:
    """Write the report as one self-contained HTML file, without a script; `beside`: what it links to."""
    pandoc.run(
        blocks,
        out,
        "--to=html5",
        "--standalone",
        "--embed-resources",
        "--mathml",
        "--toc",
        "--toc-depth=3",
        "--wrap=none",
        f"--lua-filter={ASSETS / 'html.lua'}",
        f"--template={ASSETS / 'report.html'}",
        f"--css={ASSETS / 'page.css'}",
        *[f"--metadata={name}:{address}" for name, address in (beside or {}).items()],
    )
    # pandoc's sign for the way back from a note is in none of the fonts
    page = out.read_text("utf-8").replace("\u21a9\ufe0e", "↑")
    out.write_text(lossless.smaller(page), "utf-8")


def docx(blocks: Path, out: Path, page: Page, root: Path | None = None) -> None:
    """Write the report as a Word document; what styles cannot do is done to it afterwards (see word)."""
    from yiduiyi_analysis.publish import word

    raw = out.with_suffix(".raw.docx")
    pandoc.run(
        blocks,
        raw,
        "--to=docx",
        "--shift-heading-level-by=-1",
        f"--reference-doc={word.reference(root)}",
        f"--lua-filter={ASSETS / 'word.lua'}",
    )
    word.finish(raw, out, page)


def _pdf(blocks: Path, out: Path, page: Page) -> None:
    from yiduiyi_analysis.publish import pdf

    pdf.write(blocks, out, page)


def _xlsx(executed, blocks: Path, out: Path, page: Page, ws: Workspace | None, job: Job | None) -> None:
    from yiduiyi_analysis.publish import excel

    facts = excel.facts(ws, job) if ws and job else None
    excel.write(lean.content(executed), out, page, tree.tables(blocks), facts)


def is_hidden(cell: dict) -> bool:
    """Tell whether a cell's outputs are kept out of the documents."""
    return not HIDDEN.isdisjoint(cell["metadata"].get("tags", []))
