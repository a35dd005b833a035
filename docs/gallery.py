"""Pictures for the README: a page of each format of the demo's reports, as a reader's programs show it.

Run by `make gallery` after `make report`; writes docs/gallery/<name>.png. Real data are refused: a picture in
the README is public.
"""

import io
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
from PIL import Image

from yiduiyi_analysis import workspace
from yiduiyi_analysis.publish import manifest

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "tests"))
import viewers  # noqa: E402

OUT = HERE / "gallery"
WIDTH, LARGEST = 900, 250_000
SCREEN = {"width": 1360, "height": 960}
DPI = 110
REPORT = "county_evaluation"
FIGURE = "programme_summary"
SHEET = "表10"


def main() -> None:
    """Write all pictures, or end with one line that says what is missing."""
    ws = workspace.find()
    published = manifest.current(ws)
    if not published or not published.synthetic:
        sys.exit(f"{ws.current} 没有用合成数据生成的报告；请先运行 make report")
    whole = [e for e in published.reports if e.name == REPORT and set(e.documents) >= set(FORMS)]
    report = max(whole, key=lambda e: e.documents["html"].bytes)  # the fullest: least of it protected
    figures = next(e for e in published.reports if e.name == FIGURE)
    OUT.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="yiduiyi-gallery-") as folder:
        made = {name: make(ws.current, report, Path(folder)) for name, make in FORMS.items()}
        made |= {"index": screen(ws.current / "index.html", Path(folder))}
        made |= {"figure": most_of(ws.current / figures.documents["pdf"].path, "图")}
    for name, picture in made.items():
        data = small(picture)
        (OUT / f"{name}.png").write_bytes(data)
        print(f"{name}.png {len(data) // 1000} KB")


def html(current: Path, entry, folder: Path) -> Image.Image:
    """Return the beginning of the report in a browser."""
    return screen(current / entry.documents["html"].path, folder)


def pdf(current: Path, entry, folder: Path) -> Image.Image:
    """Return the report's page with the most tables and figures."""
    return most_of(current / entry.documents["pdf"].path, "表", "图")


def docx(current: Path, entry, folder: Path) -> Image.Image:
    """Return the same of the Word document, as LibreOffice lays it out."""
    (made,) = viewers.as_pdf(current / entry.documents["docx"].path, folder=folder)
    return most_of(made, "表", "图")


def xlsx(current: Path, entry, folder: Path) -> Image.Image:
    """Return the workbook's sheet of one table, as LibreOffice prints it."""
    (made,) = viewers.as_pdf(current / entry.documents["xlsx"].path, folder=folder)
    sheet = max(k for k, text in enumerate(texts(made)) if re.search(rf"{SHEET}(?!\d)", text))
    return viewers.pictures(made, DPI)[sheet]


FORMS = {"html": html, "docx": docx, "pdf": pdf, "xlsx": xlsx}


def screen(page: Path, folder: Path) -> Image.Image:
    """Return what a browser's window shows first."""
    with viewers.browser() as browser, browser.view(SCREEN) as seen:
        seen.open(page)
        shot = seen.shot(folder / f"{page.stem}.png")
    with Image.open(shot) as picture:
        return picture.convert("RGB")


def most_of(document: Path, *kinds: str) -> Image.Image:
    """Return the first of the pages with the most captions of these kinds (表, 图), each at least once."""
    found = [[len(re.findall(rf"^{kind}\s*\d+\s", text, re.M)) for kind in kinds] for text in texts(document)]
    best = max(range(len(found)), key=lambda k: (min(found[k]), sum(found[k])))
    return viewers.pictures(document, DPI)[best]


def texts(document: Path) -> list[str]:
    """Return the text of each page of a PDF."""
    with pypdfium2.PdfDocument(document) as pages:
        return [page.get_textpage().get_text_bounded() for page in pages]


def small(picture: Image.Image) -> bytes:
    """Return a PNG of at most WIDTH points across, in as many colours as LARGEST bytes allow."""
    if picture.width > WIDTH:
        picture = picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.LANCZOS)
    for colours in (256, 128, 64, 32, 16):
        out = io.BytesIO()
        picture.quantize(colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            out, "PNG", optimize=True
        )
        if out.tell() <= LARGEST:
            break
    return out.getvalue()


if __name__ == "__main__":
    import pytest

    try:
        main()
    except pytest.skip.Exception as missing:
        sys.exit(str(missing))
