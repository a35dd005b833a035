"""All text that a finished document holds: what is seen, what is only read aloud, what pictures carry."""

import base64
import binascii
import ctypes
import io
import re
import zipfile
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

UNREAD = {"style", "class", "id", "href", "src", "width", "height", "d", "viewbox", "points", "transform"}
ADDRESS = re.compile(r"(?:mailto|tel|sms|https?|ftp):", re.IGNORECASE)
DATA = re.compile(r"data:(image/[\w+.-]+);base64,(.*)", re.DOTALL)
PAGE_NUMBER = re.compile(r"^— \d+ —\s*", re.MULTILINE)
POINTS = {"icc_profile", "transparency", "background"}  # what a picture holds in bytes that are no words
CELLS = {"td", "th"}
# A tag of an Office document, in whose attributes the sign that ends it may stand.
TAG = re.compile(r"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
SAID = r"""\s(?:\w+:)?(?:{})=(?:"([^"]*)"|'([^']*)')"""
# Words in attributes: for a picture, on pointing at a link, on filling in a cell, an address.
SPOKEN = re.compile(
    SAID.format("descr|title|alt|string|tooltip|display|prompt|promptTitle|error|errorTitle|name|Target")
)
# … and where the attribute's name is that of a hundred others: of a table, of a field to fill in.
VALUED = re.compile(r"<w:(?:tblCaption|tblDescription|alias|tag)\b[^>]*?" + SAID.format("val"))
WRITTEN = (".xml", ".rels", ".vml")


def pieces(path: Path) -> list[str] | None:
    """Return the texts of a document, a table's row or a label a piece; None for a form that is not read.

    Rule: .html, .htm, .svg with pictures inside; .xlsx cell by cell and its comments and properties; .docx;
          .pdf page by page, what runs on over a page's end in one; of each also what stands for a picture and
          where its links lead
    """
    form = path.suffix.lower()
    if form in (".html", ".htm", ".svg"):
        return markup(path.read_text("utf-8"))
    if form == ".pdf":
        return pages(path)
    if form == ".xlsx":
        return _cells(path) + _package(path)
    return _package(path) if form == ".docx" else None


def markup(text: str) -> list[str]:
    """Return the texts of HTML or SVG: rows of tables, running text, attributes, comments, pictures."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.done()


def pages(path: Path) -> list[str]:
    """Return the texts of a PDF.

    Out:    properties, bookmarks, pages without their numbers, words for pictures, addresses of links
    """
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        found = [*document.get_metadata_dict().values(), *(mark.get_title() for mark in document.get_toc())]
        for page in document:
            found += [PAGE_NUMBER.sub("", _drawn(page)), *_read_aloud(page), *_links(document, page)]
            page.close()
        return [text for text in found if text]


def png(data: bytes) -> list[str]:
    """Return the texts that a picture carries beside its points."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            held = {name: _words(value) for name, value in image.info.items() if name not in POINTS}
            return [f"{name} {value}" for name, value in held.items() if value]
    except (UnidentifiedImageError, OSError):
        return []


def _words(value) -> str:
    """Return what a picture's note says, if it is one."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "ignore")
    return value if isinstance(value, str) else ""


def _drawn(page) -> str:
    """Return the text of a PDF's page in the order in which it is drawn, lines and cells apart.

    Rule: a library's own guess where words part takes columns of short numbers for vertical writing, and
          joins them; a tab stands between cells, since numbers with a blank between look like a telephone's
    """
    import pypdfium2.raw as pdfium

    reader, said = page.get_textpage(), []
    before = (0.0, 0.0, 0.0, 0.0)
    for piece in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], textpage=reader):
        box = piece.get_bounds()
        said += [_between(before, box), piece.extract().rstrip(" ").replace("\r\n", "\n")]
        before = box
    return "".join(said)


def _between(before: tuple, box: tuple) -> str:
    """Return what parts two pieces of text, from their (left, bottom, right, top)."""
    height = min(before[3] - before[1], box[3] - box[1])
    if min(before[3], box[3]) - max(before[1], box[1]) < 0.3 * height:
        return "\n"
    gap, size = box[0] - before[2], max(before[3] - before[1], box[3] - box[1])
    # A full-width mark fills half its place; cells stand further apart.
    return "" if abs(gap) < 0.2 * size else " " if 0 < gap < 0.88 * size else "\t"


def _read_aloud(page) -> list[str]:
    """Return the words that stand for the pictures of a PDF's page."""
    import pypdfium2.raw as pdfium

    tree = pdfium.FPDF_StructTree_GetForPage(page)
    count = pdfium.FPDF_StructTree_CountChildren(tree) if tree else 0
    waiting = [pdfium.FPDF_StructTree_GetChildAtIndex(tree, at) for at in range(count)]
    found = []
    while waiting:
        element = waiting.pop()
        if size := pdfium.FPDF_StructElement_GetAltText(element, None, 0):
            held = ctypes.create_string_buffer(size)
            pdfium.FPDF_StructElement_GetAltText(element, held, size)
            found.append(held.raw.decode("utf-16-le").rstrip("\0"))
        below = range(max(0, pdfium.FPDF_StructElement_CountChildren(element)))
        waiting += [
            child for at in below if (child := pdfium.FPDF_StructElement_GetChildAtIndex(element, at))
        ]
    if tree:
        pdfium.FPDF_StructTree_Close(tree)
    return found


def _links(document, page) -> list[str]:
    """Return the addresses that a PDF's page leads to."""
    import pypdfium2.raw as pdfium

    found, at, link = [], ctypes.c_int(0), pdfium.FPDF_LINK()
    while pdfium.FPDFLink_Enumerate(page, at, link):
        action = pdfium.FPDFLink_GetAction(link)
        size = pdfium.FPDFAction_GetURIPath(document, action, None, 0) if action else 0
        held = ctypes.create_string_buffer(max(1, size))
        pdfium.FPDFAction_GetURIPath(document, action, held, size)
        found.append(unquote(held.value.decode("utf-8", "ignore")))
    return found


def _cells(path: Path) -> list[str]:
    import python_calamine as calamine

    with calamine.load_workbook(path) as book:
        rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
        # A tab, since numbers with a blank between them look like a telephone's.
        return [*book.sheet_names, *("\t".join(_plain(cell) for cell in row) for row in rows)]


def _plain(cell) -> str:
    """Return a cell as text; a whole number without the decimal point that the format gives it."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _package(path: Path) -> list[str]:
    """Return the texts of an Office package's parts; numbers of cells are left to `_cells`."""
    found = []
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            if "/media/" in name:
                found += _media(name, parts.read(name))
            elif name.endswith(WRITTEN):
                found += _part(name, parts.read(name).decode("utf-8", "ignore"))
    return found


def _media(name: str, data: bytes) -> list[str]:
    return markup(data.decode("utf-8", "ignore")) if name.endswith(".svg") else png(data)


def _part(name: str, xml: str) -> list[str]:
    """Return the texts of a part as a reader sees them, and what its attributes say aloud."""
    if "styles" in name or "/theme/" in name or "fontTable" in name:
        return []
    aloud = [unescape(one or other) for one, other in [*SPOKEN.findall(xml), *VALUED.findall(xml)]]
    if "/worksheets/" in name:
        margins = re.findall(r"<(?:odd|even|first)(?:Header|Footer)>([^<]*)<", xml)
        return [*map(unescape, margins), *aloud]
    # Strings that cells share stand in no order: what follows one says nothing of it.
    lines = re.sub(r"</(?:w:p|row|c:pt)>", "\n", xml.replace("</si>", "；\n"))
    return [unescape(TAG.sub("", lines)), *aloud]


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
            elif value and ADDRESS.match(value):
                self.texts.append(unquote(value))
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
