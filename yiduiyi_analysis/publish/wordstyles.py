"""The styles of a Word report: found by name; the shipped reference document lends those that are missing."""

import zipfile
from functools import cache

from docx.oxml import parse_xml
from docx.oxml.ns import qn

from yiduiyi_analysis.publish.export import ASSETS

SHIPPED = ASSETS / "reference.docx"
STYLE, ID, VAL = qn("w:style"), qn("w:styleId"), qn("w:val")


def ids(styles) -> dict[str, str]:
    """Return style ids by the styles' names in small letters.

    Rule: only the names are certain; Word in Chinese gives even its own styles other ids
    """
    return {_name(style): style.get(ID) for style in styles.iter(STYLE)}


def lend(styles) -> None:
    """Give a document the styles that its institute's reference lacks or that pandoc made up, empty.

    Rule: Chinese is told apart from the rest, which passes for English: as Chinese, a number is broken at the
          end of a line
    """
    own = parse_xml(_shipped()).findall(STYLE)
    bases = {style.get(ID): _name(style) for style in own}
    there = {_name(style): style for style in styles.iter(STYLE)}
    for style in own:
        found = there.get(_name(style))
        if found is not None and not _is_made_up(found, style):
            continue
        if found is not None:
            style.set(ID, found.get(ID))
            styles.remove(found)
        base = style.find(qn("w:basedOn"))
        if base is not None and bases[base.get(VAL)] in there:
            base.set(VAL, there[bases[base.get(VAL)]].get(ID))
        styles.append(style)
    for language in styles.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang"):
        language.set(VAL, "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")


def _is_made_up(found, own) -> bool:
    """Tell whether pandoc only named a style that a report asks for: an institute's own says how it looks."""
    return own.get(qn("w:customStyle")) is not None and not found.xpath("w:pPr | w:rPr | w:link | w:next")


def _name(style) -> str:
    return style.find(qn("w:name")).get(VAL).lower()


@cache
def _shipped() -> bytes:
    with zipfile.ZipFile(SHIPPED) as package:
        return package.read("word/styles.xml")
