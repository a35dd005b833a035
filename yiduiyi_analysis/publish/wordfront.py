"""What stands before the text of a Word report, and the mark behind it: title, facts, contents, 合成数据."""

from xml.sax.saxutils import escape, quoteattr

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from yiduiyi_analysis.present.origin import MARK, notice
from yiduiyi_analysis.publish.export import Page

PANDOCS_OWN = ("title", "subtitle", "author", "date", "abstract title", "abstract")
ONE_PAGE = 20  # headings whose contents fit the first page
PARAGRAPH = '<w:p {ns}><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>'
TEXT = '<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve">{}</w:t></w:r>'
FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
CODE = '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-{}" \\h \\z \\u </w:instrText></w:r>'
CONTENTS = (
    '<w:sdt {ns}><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/>'
    "</w:docPartObj></w:sdtPr><w:sdtContent>{lines}</w:sdtContent></w:sdt>"
)
WATERMARK = """
<w:r {ns} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"
 path="m@7,l@8,m@5,21600l@6,21600e">
<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/>
<v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>
<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/>
<v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>
<v:path textpathok="t" o:connecttype="custom"
 o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>
<v:textpath on="t" fitshape="t"/></v:shapetype>
<v:shape id="{id}" o:spid="{id}" type="#_x0000_t136" alt={mark} fillcolor="#d9d9d9" stroked="f"
 style="position:absolute;margin-left:0;margin-top:0;width:340pt;height:85pt;rotation:315;z-index:-251658752;
mso-position-horizontal:center;mso-position-horizontal-relative:margin;
mso-position-vertical:center;mso-position-vertical-relative:margin">
<v:fill opacity=".5"/><v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string={mark}/>
</v:shape></w:pict></w:r>"""


def put(body, ids: dict[str, str], page: Page) -> None:
    """Put title, facts and contents before the text, in the place of what pandoc put there."""
    own = {ids[name] for name in PANDOCS_OWN if name in ids}
    for child in body.xpath("w:sdt | w:p[w:pPr/w:pStyle]"):
        if child.tag == qn("w:sdt") or _style(child) in own:
            body.remove(child)
    lines = [_paragraph(ids["title"], page.title), _paragraph(ids["facts"], facts(page))]
    if page.synthetic:
        lines.append(_paragraph(ids["notice"], f"{MARK}　{notice()}"))
    contents = _contents(body, ids)
    _part(body, contents)
    for line in reversed([*lines, *contents]):
        body.insert(0, line)


def facts(page: Page) -> str:
    """Return what a report is about, in one line."""
    known = {"县": page.county, "调查轮次": page.wave, "数据截至": page.until}
    return "　".join(f"{name}：{value}" for name, value in known.items() if value)


def _style(paragraph) -> str:
    return paragraph.xpath("string(w:pPr/w:pStyle/@w:val)")


def _paragraph(style: str, text: str):
    return parse_xml(PARAGRAPH.format(ns=nsdecls("w"), style=style, runs=TEXT.format(escape(text))))


def _contents(body, ids: dict[str, str]) -> list:
    """Return the table of contents, its lines already in it and each a link.

    Rule: a page number is only known to the program that lays out the page: it comes when a person updates
          the field, and no wrong one stands there before
    """
    levels = {ids["heading 1"]: 1, ids["heading 2"]: 2}
    headings = [(p, levels[_style(p)]) for p in body.xpath("w:p[w:pPr/w:pStyle]") if _style(p) in levels]
    depth = 2 if len(headings) <= ONE_PAGE else 1
    listed = [(paragraph, level) for paragraph, level in headings if level <= depth]
    if len(listed) < 2:
        return []
    lines = []
    for number, (heading, level) in enumerate(listed, 1):
        start = FIELD.format("begin") + CODE.format(depth) + FIELD.format("separate") if number == 1 else ""
        end = FIELD.format("end") if number == len(listed) else ""
        link = (
            f'<w:hyperlink w:anchor="{_anchor(heading, number)}" w:history="1">{_said(heading)}</w:hyperlink>'
        )
        lines.append(PARAGRAPH.format(ns="", style=ids[f"toc {level}"], runs=start + link + end))
    heading = PARAGRAPH.format(ns="", style=ids["toc heading"], runs=TEXT.format("目录"))
    return [parse_xml(CONTENTS.format(ns=nsdecls("w"), lines=heading + "".join(lines)))]


def _part(body, contents: list) -> None:
    """Let the text begin on a new page after long contents, at some distance after short ones."""
    lines = [line for one in contents for line in one.iter(qn("w:p"))]
    first = next(body.iterchildren(qn("w:p")), None)
    if len(lines) > ONE_PAGE // 2 and first is not None:
        first.get_or_add_pPr().get_or_add_pageBreakBefore()
    elif lines:
        lines[-1].get_or_add_pPr().get_or_add_spacing().set(qn("w:after"), "280")


def _anchor(heading, number: int) -> str:
    """Return the name of a bookmark around the heading's words."""
    name, which = f"_Toc{number:08}", 900000 + number
    start = parse_xml(f'<w:bookmarkStart {nsdecls("w")} w:id="{which}" w:name="{name}"/>')
    heading.find(qn("w:pPr")).addnext(start)
    heading.append(parse_xml(f'<w:bookmarkEnd {nsdecls("w")} w:id="{which}"/>'))
    return name


def _said(heading) -> str:
    return TEXT.format(escape("".join(text.text or "" for text in heading.iter(qn("w:t")))))


def mark(document: Document, ids: dict[str, str]) -> None:
    """Put 合成数据 behind the text of every page."""
    section = document.sections[0]
    headers = [section.header]
    if document.settings.odd_and_even_pages_header_footer:
        headers.append(section.even_page_header)
    if section.different_first_page_header_footer:
        headers.append(section.first_page_header)
    for number, header in enumerate(headers, 1):
        header.is_linked_to_previous = False
        alone = not header.paragraphs  # a table, say
        paragraph = (header.add_paragraph() if alone else header.paragraphs[0])._p
        if alone or _style(paragraph) == "Header":  # the name that python-docx gives it
            paragraph.style = ids["header"]
        shape = WATERMARK.format(ns=nsdecls("w"), id=f"Mark{number}", mark=quoteattr(MARK)).replace("\n", "")
        paragraph.append(parse_xml(shape))
