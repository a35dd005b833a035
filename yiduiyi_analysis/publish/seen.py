"""A finished document → what a reader sees of it, and what it would fetch or run when opened."""

import re
import zipfile
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from yiduiyi_analysis.present.origin import MARK, notice
from yiduiyi_analysis.publish import extract, packing

FETCHING = {"src", "srcset", "poster", "data", "background", "action", "formaction", "xlink:href"}
ELSEWHERE = re.compile(r"^\s*(https?:|ftp:|//)", re.IGNORECASE)
STYLE_FETCH = re.compile(r"@import|url\(\s*['\"]?\s*(https?:|//)", re.IGNORECASE)
RELATION = re.compile(rb"<Relationship\b[^>]*>")
EXTERNAL = re.compile(rb'TargetMode="External"')
RUNS = re.compile(
    r"vba|activeX|embeddings/|externalLinks/|connections\.xml|queryTables/|customUI", re.IGNORECASE
)
TAG = re.compile(rb"/Type ?/StructElem ?/S ?/(\w+)")  # a table over two pages has one
FORMULA = re.compile(rb"<f[ >]")
HEADERS = re.compile(r"word/header\d*\.xml")
SHEETS = re.compile(r"xl/worksheets/[^/]+\.xml")


@dataclass(frozen=True)
class Seen:
    """What is in a finished document.

    tables, figures: how many; marked: it bears 合成数据 where its form must (in a page header, on the first
    page, on every sheet);
    fetched: what it would ask another host for; run: what would run when it is opened
    """

    text: str
    tables: int
    figures: int
    marked: bool
    fetched: set[str] = field(default_factory=set)
    run: set[str] = field(default_factory=set)


def document(path: Path) -> Seen:
    """Return what is in a document of any of the forms that are published."""
    return {".html": _html, ".docx": _docx, ".pdf": _pdf, ".xlsx": _xlsx}[path.suffix](path)


def html(text: str) -> Seen:
    """Return what is in an HTML document."""
    found = _Html()
    found.feed(text)
    return Seen(found.text, found.tables, found.figures, MARK in found.marked, found.requests, found.run)


def _html(path: Path) -> Seen:
    return html(path.read_text("utf-8"))


def _docx(path: Path) -> Seen:
    with zipfile.ZipFile(path) as parts:
        body = parts.read("word/document.xml")
        headers = [parts.read(name).decode("utf-8") for name in parts.namelist() if HEADERS.fullmatch(name)]
        fetched, run = _reaches(parts)
    marked = any(MARK in header for header in headers)
    tables, figures = body.count(b"<w:tbl>"), body.count(b"<pic:pic")
    return Seen(_words(path), tables, figures, marked, fetched, run)


def _xlsx(path: Path) -> Seen:
    import python_calamine as calamine

    with zipfile.ZipFile(path) as parts:
        fetched, run = _reaches(parts)
        sheets = [parts.read(name) for name in parts.namelist() if SHEETS.fullmatch(name)]
    if any(map(FORMULA.search, sheets)):
        run.add("公式")
    with calamine.load_workbook(path) as book:
        cells = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    marked = all(any(str(cell).startswith(f"{MARK}：") for row in sheet for cell in row) for sheet in cells)
    return Seen(_words(path), len(sheets), 0, marked, fetched, run)


def _pdf(path: Path) -> Seen:
    import pypdfium2 as pdfium

    with pdfium.PdfDocument(path) as file:
        front = "".join(file[0].get_textpage().get_text_bounded().split())
        marked = f"{MARK}{notice()}" in front  # elsewhere it is drawn, behind the text
        run = {"脚本"} if pdfium.raw.FPDFDoc_GetJavaScriptActionCount(file) > 0 else set()
        if pdfium.raw.FPDFDoc_GetAttachmentCount(file) > 0:
            run.add("附件")
    tags = [tag[1] for held in packing.objects(path.read_bytes()) if (tag := TAG.search(held))]
    return Seen(_words(path), tags.count(b"Table"), tags.count(b"Figure"), marked, set(), run)


def _words(path: Path) -> str:
    return "\n".join(extract.pieces(path) or [])


def _reaches(parts: zipfile.ZipFile) -> tuple[set[str], set[str]]:
    """Return what an Office package would fetch from outside itself, and what in it could run."""
    relations = [
        relation
        for name in parts.namelist()
        if name.endswith(".rels")
        for relation in RELATION.findall(parts.read(name))
    ]
    outside = [one for one in relations if EXTERNAL.search(one)]
    fetched = {re.search(rb'Target="([^"]*)"', one).group(1).decode("utf-8")[:80] for one in outside}
    return fetched, {name for name in parts.namelist() if RUNS.search(name)}


class _Html(HTMLParser):
    """Gather what a reader sees and what a browser would fetch."""

    def __init__(self):
        super().__init__()
        self.marked, self.requests, self.run = "", set(), set()
        self.tables = self.figures = 0
        self._pieces, self._in = [], []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        self.tables += tag == "table"
        self.figures += tag == "img"
        fetched = FETCHING if tag == "a" else FETCHING | {"href"}
        self.requests |= {attrs[name][:80] for name in fetched & attrs.keys() if ELSEWHERE.match(attrs[name])}
        self._style(attrs.get("style", ""))
        addresses = (attrs.get("href", "") + attrs.get("action", "")).strip().lower()
        if tag == "script" or addresses.startswith("javascript:") or any(n.startswith("on") for n in attrs):
            self.run.add("脚本")
        if "data-mark" in attrs:
            self.marked += attrs["data-mark"]
        self._in.append(tag)

    def handle_endtag(self, tag):
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data):
        if self._in and self._in[-1] == "style":
            self._style(data)
        elif "math" not in self._in:  # drawn by the browser's own font for formulas
            self._pieces.append(data)

    def _style(self, css):
        if found := STYLE_FETCH.search(css):
            self.requests.add(found.group())
