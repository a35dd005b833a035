"""All text that a finished document holds: what is seen, what is only read aloud, what pictures carry."""

import base64
import binascii
import io
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

UNREAD = {"style", "class", "id", "href", "src", "width", "height", "d", "viewbox", "points", "transform"}
DATA = re.compile(r"data:(image/[\w+.-]+);base64,(.*)", re.DOTALL)
CELLS = {"td", "th"}


def pieces(path: Path) -> list[str] | None:
    """Return the texts of a document, a table's row or a label a piece; None for a form that is not read.

    Rule: .html, .htm, .svg with pictures inside; .xlsx cell by cell and its comments and properties; .docx
    """
    form = path.suffix.lower()
    if form in (".html", ".htm", ".svg"):
        return markup(path.read_text("utf-8"))
    if form == ".xlsx":
        return _cells(path) + _package(path)
    return _package(path) if form == ".docx" else None


def markup(text: str) -> list[str]:
    """Return the texts of HTML or SVG: rows of tables, running text, attributes, comments, pictures."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.done()


def png(data: bytes) -> list[str]:
    """Return the texts that a picture carries beside its points."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            return [f"{name} {value}" for name, value in image.info.items() if isinstance(value, str)]
    except (UnidentifiedImageError, OSError):
        return []


def _cells(path: Path) -> list[str]:
    import python_calamine as calamine

    with calamine.load_workbook(path) as book:
        rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
        return [*book.sheet_names, *(" ".join(_plain(cell) for cell in row) for row in rows)]


def _plain(cell) -> str:
    """Return a cell as text; a whole number without the decimal point that the format gives it."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _package(path: Path) -> list[str]:
    """Return the texts of an Office package's parts; numbers of cells are left to `_cells`."""
    found = []
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            if name.endswith((".png", ".jpeg", ".jpg")):
                found += png(parts.read(name))
            elif name.endswith(".xml") and "/worksheets/" not in name and "styles" not in name:
                words = parts.read(name).decode("utf-8", "ignore")
                found.append(re.sub(r"<[^>]+>", "", re.sub(r"</(?:w:p|si|row|c:pt)>", "\n", words)))
    return found


class _Reader(HTMLParser):
    """Gather texts; inline tags do not part words, cells and blocks do."""

    def __init__(self):
        super().__init__()
        self.texts, self.running, self.quiet = [], [], False

    def done(self) -> list[str]:
        return [*self.texts, "".join(self.running)]

    def handle_starttag(self, tag, attrs):
        self.quiet = tag == "style"
        if tag in ("tr", "p", "li", "h1", "h2", "h3", "caption", "text", "figcaption", "div"):
            self.running.append("\n")
        for name, value in attrs:
            if found := DATA.match(value or ""):
                self.texts += _picture(*found.groups())
            elif value and name not in UNREAD:
                self.texts.append(value)

    def handle_endtag(self, tag):
        self.quiet = False
        if tag in CELLS:
            self.running.append(" ")

    def handle_data(self, data):
        if not self.quiet:
            self.running.append(data)

    def handle_comment(self, data):
        self.texts.append(data)


def _picture(kind: str, code: str) -> list[str]:
    try:
        data = base64.b64decode(code)
    except (binascii.Error, ValueError):
        return []
    return markup(data.decode("utf-8", "ignore")) if kind == "image/svg+xml" else png(data)
