"""What pandoc and styles cannot do in a Word report: tables, pictures, lists, properties, the same bytes."""

import io
import zipfile
import zlib
from pathlib import Path

import docx
from docx.document import Document
from docx.exceptions import PythonDocxError
from docx.opc.exceptions import OpcError
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present.origin import MARK
from yiduiyi_analysis.publish import wordfront, wordstyles, wordtable
from yiduiyi_analysis.publish.export import Page

BROKEN = (PythonDocxError, OpcError, OSError, ValueError, KeyError, TypeError, AttributeError)
BROKEN += (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError)
MARGINS = ("/word/header", "/word/footer")
NO_DAY = (1980, 1, 1, 0, 0, 0)  # the date of each file inside: the same text is the same file
EMU = 635  # a twip
PICTURES = 1000  # numbers of pictures begin after those that an institute's header may have
ROOM_BELOW = 2400  # twips of a page that a picture leaves to its title and notes
PANDOCS_LISTS = 990  # numbers of lists from here on are pandoc's, those before an institute's
INDENT = 640  # twips, two characters
BULLETS = "•–"  # by level, in turn; pandoc's own stand in faces that not every machine has
APP = b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
COMPAT = (  # without it Word lays a document out as its version of 2007 did, and says so
    f'<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
)
AFTER_COMPAT = ("w:rsids", "m:mathPr", "w:themeFontLang", "w:clrSchemeMapping", "w:decimalSymbol")
P, PPR, STYLE, VAL = (qn(f"w:{name}") for name in ("p", "pPr", "pStyle", "val"))


def finish(raw: Path, out: Path, page: Page) -> None:
    """Write to `out` what pandoc wrote to `raw`, fit to hand in.

    Out:    title, facts, 合成数据 where it applies, contents; three-line tables; pictures whole and inside
            the text; the mark behind every page; no author, no date but that of the data
    Rule:   all but the front was said by the report already
    """
    document = docx.Document(str(raw))
    body, styles = document.element.body, document.styles.element
    wordstyles.lend(styles)
    ids = wordstyles.ids(styles)
    width, height = _text_area(body)
    for table in body.iter(qn("w:tbl")):
        wordtable.form(table, width, ids)
        _tell_table(table, ids)
    _set_pictures(body, ids, width, height)
    _set_equations(body, ids)
    _set_lists(document)
    wordfront.put(body, ids, page)
    if page.synthetic:
        wordfront.mark(document, ids)
    _set_properties(document, page)
    save(document, out)


def reference(root: Path | None) -> Path:
    """Return the document whose styles and page a report takes: an institute's own, else the one shipped.

    In:     root: of the workspace; an institute's own is its notebooks/reference.docx
    Raises: Fault if that is no Word document, or if its header or footer refers to another host
    """
    own = root / "notebooks" / "reference.docx" if root else None
    if own is None or not own.exists():
        return wordstyles.SHIPPED
    try:
        document = docx.Document(str(own))
        _text_area(document.element.body)
        margins = [part for part in document.part.package.iter_parts() if part.partname.startswith(MARGINS)]
    except BROKEN as error:
        raise Fault(
            "不是可用的 Word 文档（.docx）", file=own, do="请用 Word 另存一份，或删去它改用自带的样式"
        ) from error
    if any(relation.is_external for part in margins for relation in part.rels.values()):
        raise Fault("页眉或页脚里有指向外部的链接", file=own, do="请删去这些链接后再存一份")
    return own


def save(document: Document, out: Path) -> None:
    """Write a document so that the same content gives the same bytes."""
    packed = io.BytesIO()
    document.save(packed)
    with zipfile.ZipFile(packed) as whole, zipfile.ZipFile(out, "w") as target:
        for name in whole.namelist():
            kind = zipfile.ZIP_DEFLATED if name.endswith((".xml", ".rels")) else zipfile.ZIP_STORED
            target.writestr(zipfile.ZipInfo(name, NO_DAY), whole.read(name), kind)


def _text_area(body) -> tuple[int, int]:
    """Return width and height of the text on a page, in twips."""
    size, margins = (body.find(f"{qn('w:sectPr')}/{qn(name)}") for name in ("w:pgSz", "w:pgMar"))
    across = [int(margins.get(qn(f"w:{side}"))) for side in ("left", "right")]
    down = [int(margins.get(qn(f"w:{side}"))) for side in ("top", "bottom")]
    return int(size.get(qn("w:w"))) - sum(across), int(size.get(qn("w:h"))) - sum(down)


def _style(element) -> str | None:
    found = None if element is None else element.find(f"{PPR}/{STYLE}")
    return None if found is None else found.get(VAL)


def _said(paragraph) -> str:
    return "".join(text.text or "" for text in paragraph.iter(qn("w:t")))


def _tell_table(table, ids: dict[str, str]) -> None:
    """Say a table's title to those who hear the document instead of seeing it."""
    above = table.getprevious()
    if _style(above) == ids["table caption"]:
        said = parse_xml(f"<w:tblCaption {nsdecls('w')}/>")
        said.set(VAL, _said(above))
        table.find(qn("w:tblPr")).append(said)


def _set_pictures(body, ids: dict[str, str], width: int, height: int) -> None:
    """Keep each picture whole, inside the text, with its title; number it and see that it has words."""
    for number, picture in enumerate(body.iter(qn("wp:inline")), 1):
        paragraph = next(picture.iterancestors(P))
        for side in "TBLR":  # where it does not say so, LibreOffice leaves room around it
            picture.set(f"dist{side}", "0")
        _fit(picture, width * EMU, (height - ROOM_BELOW) * EMU)
        if _style(paragraph) != ids["captioned figure"]:
            _unclip(paragraph, ids["figure"])
        below = paragraph.getnext()
        title = _said(below) if _style(below) == ids["image caption"] else ""
        shown, inner = picture.find(qn("wp:docPr")), picture.find(f".//{qn('pic:cNvPr')}")
        words = shown.get("descr") or title
        for one, told in ((shown, words), (inner, "")):
            one.attrib.pop("title", None)
            one.set("id", str(PICTURES + number))
            one.set("name", title.split("　")[0] or f"图片{number}")
            one.set("descr", told)
        if title and _style(below.getnext()) == ids["table note"]:
            _change(below, "keepNext")


def _fit(picture, width: int, height: int) -> None:
    """Make a picture smaller if it is larger than the room for it."""
    sizes = [picture.find(qn("wp:extent")), *picture.iter(qn("a:ext"))]
    sizes = [size for size in sizes if size.get("cx")]
    across, down = int(sizes[0].get("cx")), int(sizes[0].get("cy"))
    share = min(1, width / across, height / down)
    for size in sizes:
        size.set("cx", str(int(across * share)))
        size.set("cy", str(int(down * share)))


def _set_equations(body, ids: dict[str, str]) -> None:
    for equation in body.iter(qn("m:oMath")):
        _unclip(next(equation.iterancestors(P)), ids["equation"])


def _unclip(paragraph, style: str) -> None:
    """Let a paragraph's lines grow: in lines of exactly 28 pt a picture or a fraction is cut off.

    Rule: where it stands alone it takes `style`, beside words the paragraph keeps its own
    """
    if _said(paragraph).strip():
        _change(paragraph, "spacing", line="560", lineRule="atLeast")
        return
    for old in paragraph.findall(PPR):
        paragraph.remove(old)
    paragraph.insert(0, parse_xml(f'<w:pPr {nsdecls("w")}><w:pStyle w:val="{style}"/></w:pPr>'))


def _change(paragraph, tag: str, **values: str) -> None:
    """Give a paragraph a property, once, in the place that the schema gives it."""
    properties = paragraph.get_or_add_pPr()
    for old in properties.findall(qn(f"w:{tag}")):
        properties.remove(old)
    new = OxmlElement(f"w:{tag}")
    for name, value in values.items():
        new.set(qn(f"w:{name}"), value)
    after = {"keepNext": ("w:numPr", "w:spacing", "w:ind", "w:jc"), "spacing": ("w:ind", "w:jc")}
    properties.insert_element_before(new, *after[tag])


def _set_lists(document: Document) -> None:
    """Let a point begin like a paragraph and its lines reach the margin."""
    lists = document.part.numbering_part.element
    for level in lists.xpath(f"w:abstractNum[@w:abstractNumId >= {PANDOCS_LISTS}]/w:lvl"):
        depth = int(level.get(qn("w:ilvl")))
        left = INDENT * depth
        for old in [*level.findall(PPR), *level.findall(qn("w:rPr"))]:
            level.remove(old)
        if level.find(qn("w:numFmt")).get(VAL) == "bullet":
            level.find(qn("w:lvlText")).set(VAL, BULLETS[depth % len(BULLETS)])
        level.find(qn("w:lvlText")).addprevious(parse_xml(f'<w:suff {nsdecls("w")} w:val="space"/>'))
        indent = f'<w:ind w:left="{left}" w:firstLine="{INDENT}" w:firstLineChars="200"/>'
        level.find(qn("w:lvlJc")).addnext(parse_xml(f"<w:pPr {nsdecls('w')}>{indent}</w:pPr>"))


def _set_properties(document: Document, page: Page) -> None:
    told, day = document.core_properties, page.day
    told.title, told.subject = page.title, wordfront.facts(page)
    told.author, told.last_modified_by, told.revision = "", "", 1
    told.created = told.modified = day
    told.language, told.keywords = "zh-CN", MARK if page.synthetic else ""
    for part in document.part.package.iter_parts():
        if part.partname == "/docProps/app.xml":  # how many words pandoc's sample has, and who wrote that
            part._blob = APP
    settings = document.settings.element
    if settings.find(qn("w:compat")) is None:
        settings.insert_element_before(parse_xml(COMPAT), *AFTER_COMPAT)
