"""The reference document of Word reports, made from pandoc's own so that every style is there.

`python -m yiduiyi_analysis.publish.reference` writes assets/reference.docx anew. Page, type and page numbers
follow GB/T 9704-2012: A4, 37/35/28/26 mm, 仿宋 三号, exactly 28 pt a line.
"""

import io
import subprocess

import docx
from docx.document import Document
from docx.opc.oxml import serialize_part_xml
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from yiduiyi_analysis.publish import pandoc, word, wordstyles

FANGSONG, KAITI, HEITI, SONGTI, TITLE = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋简体"
LATIN = "Times New Roman"
MARGINS = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
HEADER_MM, FOOTER_MM = 15, 23  # the page number stands 7 mm below the text
# What a machine without a face may draw instead; Word and LibreOffice both look here.
STAND_INS = {FANGSONG: "仿宋", KAITI: "楷体", HEITI: "SimHei", SONGTI: "SimSun", TITLE: "华文中宋"}
EXACT = '<w:spacing w:before="0" w:after="0" w:line="560" w:lineRule="exact"/>'
CONTENTS = EXACT.replace("560", "480")
BELOW = EXACT.replace('before="0"', 'before="200"')
FIRST_LINE = '<w:ind w:firstLine="640" w:firstLineChars="200"/>'
FLUSH = '<w:ind w:firstLine="0" w:firstLineChars="0"/>'
CENTRED = '<w:jc w:val="center"/>'
KEPT = "<w:keepNext/><w:keepLines/>"


def type_of(face: str, points: float, extra: str = "", latin: str = LATIN) -> str:
    """Return the run properties of a face by name and its size; `extra` stands between the two."""
    fonts = f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{face}" w:cs="{latin}"/>'
    half = round(points * 2)
    return f'{fonts}{extra}<w:color w:val="auto"/><w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'


def single(before: float = 0, after: float = 0) -> str:
    """Return the spacing of a single-spaced paragraph, in points."""
    return (
        f'<w:spacing w:before="{round(before * 20)}" w:after="{round(after * 20)}" '
        'w:line="240" w:lineRule="auto"/>'
    )


def heading(level: int, face: str, extra: str = "") -> tuple[str, str]:
    """Return the properties of a heading's paragraph and type; it stays with what follows it."""
    return f'{KEPT}{EXACT}{FIRST_LINE}<w:outlineLvl w:val="{level - 1}"/>', type_of(face, 16, extra)


BOLD = "<w:b/><w:bCs/>"
# style id → properties of its paragraph, of its type
STYLES = {
    "Normal": (f'<w:widowControl/>{EXACT}<w:jc w:val="both"/>', type_of(FANGSONG, 16)),
    "BodyText": (EXACT + FIRST_LINE, ""),
    "Compact": (EXACT + FIRST_LINE, ""),
    "BlockText": (EXACT + '<w:ind w:left="640" w:right="640" w:firstLine="0" w:firstLineChars="0"/>', ""),
    "Title": (
        f'{KEPT}<w:spacing w:before="0" w:after="280" w:line="640" w:lineRule="exact"/>{FLUSH}{CENTRED}',
        type_of(TITLE, 22),
    ),
    "Subtitle": (EXACT + FLUSH + CENTRED, type_of(KAITI, 16)),
    "Heading1": heading(1, HEITI),
    "Heading2": heading(2, KAITI),
    "Heading3": heading(3, FANGSONG, BOLD),
    **{f"Heading{level}": heading(level, FANGSONG) for level in range(4, 10)},
    "TOCHeading": (f'{KEPT}{BELOW}{FLUSH}{CENTRED}<w:outlineLvl w:val="9"/>', type_of(HEITI, 16)),
    "FootnoteText": (single() + FLUSH, type_of(SONGTI, 9)),
    "Caption": (single(6, 3) + FLUSH + CENTRED, type_of(HEITI, 10.5)),
    "TableCaption": (f"{KEPT}{single(10, 4)}", ""),
    "ImageCaption": (f"<w:keepLines/>{single(4, 4)}", ""),
    "Figure": (single(8) + FLUSH + CENTRED, ""),
    "CaptionedFigure": (f"{KEPT}{single(8)}", ""),
}
# style id → its name, kind of style it grows from, and the same two; ids are the names without spaces, as
# pandoc makes them
ADDED = {
    "TableText": ("Table Text", "Normal", single(1, 1) + '<w:jc w:val="left"/>', type_of(FANGSONG, 10.5)),
    "TableTextSmall": ("Table Text Small", "TableText", "", type_of(FANGSONG, 9)),
    "TableTextTiny": ("Table Text Tiny", "TableText", "", type_of(FANGSONG, 7.5)),
    "TableNote": ("Table Note", "Normal", single(3, 10), type_of(FANGSONG, 9)),
    "Facts": ("Facts", "Normal", EXACT + CENTRED, type_of(KAITI, 14)),
    "Notice": ("Notice", "Normal", single(8, 8) + CENTRED, type_of(HEITI, 10.5)),
    "Equation": ("Equation", "Normal", f"<w:keepLines/>{single(6, 6)}{CENTRED}", ""),
    "TOC1": ("toc 1", "Normal", "{tab}" + CONTENTS, type_of(FANGSONG, 14)),
    "TOC2": (
        "toc 2",
        "Normal",
        "{tab}" + CONTENTS + '<w:ind w:left="560" w:leftChars="200"/>',
        type_of(FANGSONG, 14),
    ),
    "Header": ("header", "Normal", single() + CENTRED, type_of(SONGTI, 9)),
    "Footer": ("footer", "Normal", single(), type_of(SONGTI, 14, latin=SONGTI)),
}
TAB = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="8845"/></w:tabs>'
# The parts of a three-line table that a style can give; its lines stand on the cells (see wordtable).
TABLE = (
    '<w:tblPr><w:jc w:val="center"/><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
    '<w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr>'
)
PLAIN_TABLE = (
    '<w:style {ns} w:type="table" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
    '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/>'
    '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
)


def build() -> Document:
    """Return the reference document; its text names the styles, for a person who changes them in Word."""
    document = docx.Document(io.BytesIO(_pandocs_own()))
    _set_styles(document.styles.element)
    _name_fonts(document)
    _set_page(document)
    _show_styles(document)
    return document


def _pandocs_own() -> bytes:
    command = [pandoc.executable(), "--print-default-data-file=reference.docx"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _set_styles(styles) -> None:
    language = '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    default = styles.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}")
    default.replace(default[0], _properties("rPr", type_of(FANGSONG, 16) + language))
    spacing = styles.find(f"{qn('w:docDefaults')}/{qn('w:pPrDefault')}")
    spacing.replace(spacing[0], _properties("pPr", single()))
    for name, (paragraph, run) in STYLES.items():
        _set(styles, styles.get_by_id(name), paragraph, run)
    for name, (shown, base, paragraph, run) in ADDED.items():
        custom = "" if shown[0].islower() else ' w:customStyle="1"'
        style = parse_xml(
            f'<w:style {nsdecls("w")} w:type="paragraph" w:styleId="{name}"{custom}>'
            f'<w:name w:val="{shown}"/><w:basedOn w:val="{base}"/><w:qFormat/></w:style>'
        )
        styles.append(style)
        _set(styles, style, paragraph.replace("{tab}", TAB), run)
    styles.append(parse_xml(PLAIN_TABLE.format(ns=nsdecls("w"))))
    table = styles.get_by_id("Table")
    for child in table.xpath("w:tblPr | w:tblStylePr"):
        table.remove(child)
    table.append(parse_xml(TABLE.replace("<w:tblPr>", f"<w:tblPr {nsdecls('w')}>", 1)))
    _plain_characters(styles)


def _set(styles, style, paragraph: str, run: str) -> None:
    """Put the properties in the place of those a style had, and the same type on its linked style."""
    also = (
        []
        if not run
        else styles.xpath(f"w:style[w:link/@w:val='{style.get(qn('w:styleId'))}'][@w:type='character']")
    )
    for one in [style, *also]:
        for child in one.xpath("w:pPr | w:rPr"):
            one.remove(child)
    style.append(_properties("pPr", paragraph))
    if run:
        for one in [style, *also]:
            one.append(_properties("rPr", run))


def _properties(kind: str, content: str):
    return parse_xml(f"<w:{kind} {nsdecls('w')}>{content}</w:{kind}>")


def _plain_characters(styles) -> None:
    """Take colour and size from code and links: a document to hand in is black, of one size."""
    for child in styles.xpath("w:style[@w:styleId='Hyperlink' or @w:styleId='VerbatimChar']/w:rPr/*"):
        if child.tag != qn("w:rFonts"):
            child.getparent().remove(child)


def _name_fonts(document: Document) -> None:
    """Say in the table of fonts what may stand in for the faces that a machine does not have."""
    part = next(p for p in document.part.package.iter_parts() if p.partname == "/word/fontTable.xml")
    fonts = parse_xml(part.blob)
    known = {font.get(qn("w:name")): font for font in fonts}
    for face, stand_in in STAND_INS.items():
        if face in known:
            fonts.remove(known[face])
        fonts.append(
            parse_xml(
                f'<w:font {nsdecls("w")} w:name="{face}"><w:altName w:val="{stand_in}"/>'
                '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
            )
        )
    part._blob = serialize_part_xml(fonts)


def _set_page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, millimetres in MARGINS.items():
        setattr(section, name, Mm(millimetres))
    section.header_distance, section.footer_distance = Mm(HEADER_MM), Mm(FOOTER_MM)
    section.gutter = 0
    section.different_first_page_header_footer = False
    document.settings.odd_and_even_pages_header_footer = True
    theme = document.settings.element.find(qn("w:themeFontLang"))
    theme.set(qn("w:eastAsia"), "zh-CN")
    _number(section.footer, "right")
    _number(section.even_page_footer, "left")


def _number(footer, side: str) -> None:
    """Write — 1 — at a side of the page, a character from the edge of the text."""
    footer.is_linked_to_previous = False
    run = "<w:r>{}</w:r>"
    field = [run.format(f'<w:fldChar w:fldCharType="{kind}"/>') for kind in ("begin", "separate", "end")]
    text = [run.format(f'<w:t xml:space="preserve">{text}</w:t>') for text in ("— ", "1", " —")]
    code = run.format('<w:instrText xml:space="preserve"> PAGE </w:instrText>')
    paragraph = parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="Footer"/><w:ind w:{side}="280" w:{side}Chars="100"/>'
        f'<w:jc w:val="{side}"/></w:pPr>{text[0]}{field[0]}{code}{field[1]}{text[1]}{field[2]}{text[2]}</w:p>'
    )
    footer._element.replace(footer.paragraphs[0]._p, paragraph)


def _show_styles(document: Document) -> None:
    """Put one line a style in the place of pandoc's sample, which links to another host."""
    body = document.element.body
    for child in list(body.xpath("*[not(self::w:sectPr)]")):
        body.remove(child)
    for name in [*STYLES, *ADDED]:
        style = document.styles.element.get_by_id(name)
        document.add_paragraph(style.name_val)._p.style = name
    for relation in [r for r in document.part.rels.values() if r.is_external]:
        document.part.drop_rel(relation.rId)
        document.part.rels.pop(relation.rId, None)


if __name__ == "__main__":
    word.save(build(), wordstyles.SHIPPED)
