"""A finished report as a reader meets it: sentences, and exhibits with caption, notes, rows and alt text."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

UNSEEN = {"head", "style", "script", "nav"}
VOID = {"img", "br", "meta", "link", "hr", "input", "col", "source", "wbr"}
BLOCKS = {
    "address",
    "blockquote",
    "caption",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
}
BLOCKS |= {"h4", "h5", "h6", "header", "li", "main", "ol", "p", "section", "table", "tbody", "td", "tfoot"}
BLOCKS |= {"th", "thead", "tr", "ul"}
END = re.compile(r"(?<=[。！？!?])[”’」』）]?\s*|\n{2,}")


@dataclass
class Exhibit:
    """A table or a figure: `said` is caption, notes and headings; `rows` are table rows, or pieces of alt."""

    caption: str = ""
    said: str = ""
    rows: list[str] = field(default_factory=list)


@dataclass
class Document:
    """What a document says: running text by sentence, its exhibits, and the sentences of their notes."""

    sentences: list[str]
    exhibits: list[Exhibit]
    notes: list[str]


def read(html: str) -> Document:
    """Return what a reader of `html` sees, contents and styles left out; plain text is read too."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.flush()
    return Document(_sentences(reader.running), reader.exhibits, _sentences(reader.notes))


def _sentences(blocks: list[str]) -> list[str]:
    return [part.strip() for block in blocks for part in END.split(block) if part and part.strip()]


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.running, self.notes, self.exhibits = [], [], []
        self._stack, self._pieces = [], []

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        if tag in BLOCKS:
            self.flush()
        opens = tag in ("table", "figure") or "exhibit" in attrs.get("class", "").split()
        if opens and not self._inside("exhibit"):
            self.exhibits.append(Exhibit())
        if tag == "tr" and self.exhibits:
            self.exhibits[-1].rows.append("")
        if tag == "img":
            self._alt(attrs.get("alt", ""))
        if tag not in VOID:
            note = "note" if "note" in attrs.get("class", "").split() else ""
            self._stack.append((tag, {tag, note, "exhibit" if opens else ""}))
        elif tag == "br":
            self._pieces.append(" ")

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.flush()
        while any(open_tag == tag for open_tag, _ in self._stack) and self._stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(tag in UNSEEN for tag, _ in self._stack):
            self._pieces.append(data)

    def flush(self):
        """Put the text gathered so far where it belongs."""
        text, self._pieces = "".join(self._pieces), []
        if not (text := text.strip()):
            return
        if not self._inside("exhibit"):
            self.running.append(text)
            return
        shown = self.exhibits[-1]
        if self._inside("caption") or self._inside("figcaption"):
            shown.caption = text
        if self._inside("note"):
            self.notes.append(text)
        if self._inside("tr") and not self._inside("thead"):
            shown.rows[-1] += f"{text}　"
        else:
            shown.said += f"{text}　"

    def _alt(self, alt: str):
        if self._inside("exhibit"):
            self.exhibits[-1].rows += re.split("[；。]", alt)
        else:
            self.running.append(alt)

    def _inside(self, name: str) -> bool:
        return any(name in names for _, names in self._stack)
