"""The part of a workspace that one report is made from, as bytes that travel to another machine."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yiduiyi_analysis import fingerprint
from yiduiyi_analysis.clean.corrections import REGISTER
from yiduiyi_analysis.publish.jobs import Job
from yiduiyi_analysis.workspace import WHOLE, Workspace

REFERENCE = "reference.docx"  # beside the notebooks: styles of the Word documents, where there is one
BELOW = "notebooks"


def packed(job: Job, ws: Workspace) -> bytes:
    """Return what a worker needs to make one report, packed: results, codebook, its notebook.

    Rule: a county's (and its units') reports get the county's own rows, the programme's all; of the codebook
          the corrections stay here, which quote what people had written
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in _files(job, ws):
            out.writestr(name, data)
    return content.getvalue()


def unpacked(content: bytes, root: Path) -> Workspace:
    """Return the workspace that `packed` made a slice of, as far as the slice goes, in `root`."""
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        held.extractall(root)
    return Workspace(root)


def notebook(job: Job) -> Path:
    """Return where a report's notebook lies in its slice."""
    return Path(BELOW, job.notebook.name)


def _files(job: Job, ws: Workspace) -> Iterator[tuple[str, bytes]]:
    for name in fingerprint.listed(ws.codebook):
        text = (ws.codebook / name).read_bytes()
        yield f"data/codebook/{name}", text.splitlines(keepends=True)[0] if name == REGISTER else text
    for path in sorted(ws.results.iterdir()):
        for name, data in _of_place(path, job.county_code):
            yield f"data/results/{name}", data
    yield notebook(job).as_posix(), job.notebook.read_bytes()
    if (own := ws.notebooks / REFERENCE).is_file():
        yield f"{BELOW}/{REFERENCE}", own.read_bytes()


def _of_place(path: Path, code: str | None) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of the files of one table that a place's reports read."""
    if path.is_dir():
        files = [*path.glob("[!.]*")] if code is None else [path / f"{code}.parquet"]
        yield from ((f"{path.name}/{file.name}", file.read_bytes()) for file in files if file.is_file())
        if code and (whole := path / f"{WHOLE}.parquet").is_file():
            yield f"{path.name}/{whole.name}", _rows(whole, code)  # the columns of a county without a row
    elif path.suffix == ".parquet" and code:
        yield path.name, _rows(path, code)
    elif path.name != fingerprint.NAME and not path.name.startswith("."):
        yield path.name, path.read_bytes()


def _rows(path: Path, code: str) -> bytes:
    """Return a table with the rows of one county alone; without rows if it cannot tell counties apart."""
    table = pq.read_table(path)
    known = "county_code" in table.column_names
    mine = table.filter(pc.equal(table["county_code"].cast("string"), code)) if known else table.slice(0, 0)
    out = pa.BufferOutputStream()
    pq.write_table(mine, out)
    return out.getvalue().to_pybytes()
