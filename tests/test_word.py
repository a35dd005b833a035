"""A report in Word: its page and type, its tables, pictures and numbers, and that Word can open it."""

import base64
import io
import json
import re
import zipfile
from pathlib import Path

import docx
import pytest
import tiny
import viewers
from docx.oxml.ns import nsmap, qn
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from openxml_audit import OpenXmlValidator
from PIL import Image

from yiduiyi_analysis import cli
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present.origin import MARK, notice
from yiduiyi_analysis.publish import export, reference, word, wordfront, wordstyles, wordtable
from yiduiyi_analysis.publish.export import Page

PAGE = Page("昭觉县评估报告", "昭觉县", "终期", "2022-03-31", synthetic=True)
REAL = Page("七县总报告", None, "终期", "2022-03-31", synthetic=False)
NS = {**nsmap, "v": "urn:schemas-microsoft-com:vml"}
TEXT_WIDTH = 8845  # twips: 156 mm
MM = 1440 / 25.4

TEXT = r"""# 笔记本的标题

## 一、概况

估计按权数[^1]，见 $\bar y=\frac{\sum w_i y_i}{\sum w_i}$，写作

$$v(\bar y)=\frac{n}{n-1}\sum_{i=1}^{n} w_i^2$$

其中 $n$ 是校数，$w_i$ 是权数，$$\frac{1}{2}$$ 与 $y_i$ 同在一段。

来源见[教育部](http://www.moe.gov.cn/a)。

- 第一点 $x$ 与 $y$
    - 再一点
- 第二点

### （一）应答

#### 1. 教师

教师作答。

## 二、结论

[^1]: 川教函〔2020〕375号。
"""
TWO_HEADS = (
    '<div class="exhibit"><table><caption>应答率</caption><thead>'
    '<tr><th rowspan="2">学校</th><th colspan="2" style="text-align:center">教师</th></tr>'
    '<tr><th style="text-align:right">n</th><th style="text-align:right">比例</th></tr></thead><tbody>'
    '<tr><td>四开希望学校</td><td style="text-align:right">41</td><td style="text-align:right">80%</td></tr>'
    '<tr><td>柳且小学</td><td style="text-align:right">8</td><td style="text-align:right">75%</td></tr>'
    '</tbody></table><p class="note">注：名册见附件2。</p></div>'
)


def rows(count: int, cells: str) -> str:
    return "".join(f"<tr>{cells}</tr>" for _ in range(count))


def wide(intervals: int) -> str:
    """Return a table with a column of words and one of an interval each."""
    head = "<th>指标</th>" + "<th style='text-align:right'>基线</th>" * intervals
    cells = "<td>和结对学校老师在线交流的比例（前两档）</td>"
    cells += "<td style='text-align:right'>−0.10（−0.25 至 +0.05）<br>212/314</td>" * intervals
    return (
        f'<div class="exhibit"><table><caption>各轮</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows(12, cells)}</tbody></table></div>"
    )


def png(width: int, height: int) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(drawn, "PNG")
    return drawn.getvalue()


def picture(width: int, height: int, alt: str = "", title: str = "各题均值") -> str:
    data = base64.b64encode(png(width, height)).decode()
    image = f'<img src="data:image/png;base64,{data}" alt="{alt}" width="{width}">'
    return (
        f'<div class="exhibit"><figure>{image}<figcaption>{title}</figcaption></figure>'
        '<p class="note">注：横线为区间。</p></div>'
    )


def notebook(*shown: str, text: str = TEXT) -> dict:
    made = tiny.notebook(text, *[("show()", [])] * len(shown))
    made["cells"][0]["execution_count"] = 1
    for number, (cell, html) in enumerate(zip(made["cells"][2:], shown, strict=True), 2):
        output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": html}}
        cell |= {"outputs": [output], "execution_count": number}
    return made


def written(folder: Path, made: dict, page: Page = PAGE, root: Path | None = None) -> Path:
    (folder / "executed.ipynb").write_text(json.dumps(made), "utf-8")
    blocks = export.meaning(folder / "executed.ipynb", folder, page, folder / "executed.ipynb")
    export.docx(blocks, folder / "report.docx", page, root)
    return folder / "report.docx"


ALL = notebook(TWO_HEADS, picture(1400, 700, "四开 3.5"), wide(2), picture(500, 2400), wide(7), TWO_HEADS)


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    return written(tmp_path_factory.mktemp("word"), ALL)


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> Path:
    return written(tmp_path_factory.mktemp("real"), ALL, REAL)


def part(path: Path, name: str = "word/document.xml"):
    with zipfile.ZipFile(path) as package:
        return etree.fromstring(package.read(name))


def find(element, path: str) -> list:
    return element.xpath(path, namespaces=NS)


def said(element) -> str:
    return "".join(find(element, ".//w:t/text()"))


def style(paragraph) -> str:
    return "".join(find(paragraph, "w:pPr/w:pStyle/@w:val"))


def styled(path: Path, name: str) -> list[str]:
    return [said(one) for one in find(part(path), f"//w:p[w:pPr/w:pStyle/@w:val='{name}']")]


def property_of(name: str, path: str, source: Path = wordstyles.SHIPPED) -> str:
    """Return a property of a style, its own or that of the nearest style it grows from."""
    styles = part(source, "word/styles.xml")
    while name:
        found = find(styles, f"w:style[@w:styleId='{name}']/{path}")
        if found:
            return found[0]
        name = "".join(find(styles, f"w:style[@w:styleId='{name}']/w:basedOn/@w:val"))
    return ""


# --- the reference document


def test_the_shipped_reference_is_what_the_module_makes(tmp_path):
    word.save(reference.build(), made := tmp_path / "reference.docx")
    for name in ("word/styles.xml", "word/footer1.xml", "word/footer2.xml", "word/fontTable.xml"):
        built, shipped = (
            etree.tostring(part(path, name), method="c14n") for path in (made, wordstyles.SHIPPED)
        )
        assert built == shipped, f"{name}: python -m yiduiyi_analysis.publish.reference"


@pytest.mark.parametrize(
    ("name", "face", "points"),
    [
        ("Title", "方正小标宋简体", 22),
        ("Heading1", "黑体", 16),
        ("Heading2", "楷体_GB2312", 16),
        ("Heading3", "仿宋_GB2312", 16),
        ("BodyText", "仿宋_GB2312", 16),
        ("FirstParagraph", "仿宋_GB2312", 16),
        ("Footer", "宋体", 14),
        ("TableText", "仿宋_GB2312", 10.5),
    ],
)
def test_type_is_that_of_an_official_document(name, face, points):
    assert property_of(name, "w:rPr/w:rFonts/@w:eastAsia") == face
    assert float(property_of(name, "w:rPr/w:sz/@w:val")) / 2 == points


def test_text_stands_in_lines_of_28_points_and_begins_two_characters_in():
    for name in ("BodyText", "FirstParagraph", "Compact"):
        assert property_of(name, "w:pPr/w:spacing/@w:line") == str(28 * 20)
        assert property_of(name, "w:pPr/w:spacing/@w:lineRule") == "exact"
        assert property_of(name, "w:pPr/w:ind/@w:firstLineChars") == "200"
        assert property_of(name, "w:rPr/w:rFonts/@w:ascii") == "Times New Roman"
    assert property_of("Heading3", "w:rPr/w:b") != ""


def test_headings_have_levels_and_stay_with_what_follows():
    for level in range(1, 10):
        assert property_of(f"Heading{level}", "w:pPr/w:outlineLvl/@w:val") == str(level - 1)
        assert property_of(f"Heading{level}", "w:pPr/w:keepNext") != ""
    assert property_of("TOCHeading", "w:pPr/w:outlineLvl/@w:val") == "9"


def test_the_page_is_a4_with_the_margins_of_the_standard(report):
    section = find(part(report), "//w:sectPr")[-1]
    size, margins = (find(section, f"w:{name}")[0] for name in ("pgSz", "pgMar"))
    assert [round(int(size.get(qn(f"w:{side}"))) / MM) for side in "wh"] == [210, 297]
    sides = ("top", "bottom", "left", "right")
    assert [round(int(margins.get(qn(f"w:{side}"))) / MM) for side in sides] == [37, 35, 28, 26]
    assert not find(section, "w:titlePg | w:docGrid[@w:type='linesAndChars']")
    assert find(part(report, "word/settings.xml"), "w:evenAndOddHeaders")


def test_page_numbers_stand_outside_a_character_from_the_edge(report):
    relations = {r.get("Id"): r.get("Target") for r in part(report, "word/_rels/document.xml.rels")}
    for kind, side in (("default", "right"), ("even", "left")):
        name = find(part(report), f"//w:sectPr/w:footerReference[@w:type='{kind}']/@r:id")[0]
        footer = part(report, f"word/{relations[name]}")
        assert said(footer) == "— 1 —" and "".join(find(footer, "//w:instrText/text()")).strip() == "PAGE"
        assert find(footer, "//w:jc/@w:val") == [side]
        assert find(footer, f"//w:ind/@w:{side}Chars") == ["100"]


# --- the front


def test_the_front_tells_what_the_report_is_about_once(report, real):
    assert styled(report, "Title") == ["昭觉县评估报告"]
    assert styled(report, "Facts") == ["县：昭觉县　调查轮次：终期　数据截至：2022-03-31"]
    assert styled(real, "Facts") == ["调查轮次：终期　数据截至：2022-03-31"]
    assert "笔记本的标题" not in said(part(report))


def test_contents_are_filled_in_and_lead_to_the_headings(report):
    contents = find(part(report), "//w:sdt")[0]
    lines = {said(link): link.get(qn("w:anchor")) for link in find(contents, ".//w:hyperlink")}
    assert list(lines) == ["一、概况", "（一）应答", "二、结论"]
    for text, anchor in lines.items():
        heading = find(part(report), f"//w:p[w:bookmarkStart/@w:name='{anchor}']")
        assert [said(one) for one in heading] == [text]
    assert 'TOC \\o "1-2"' in "".join(find(contents, ".//w:instrText/text()"))
    assert [style(one) for one in find(contents, ".//w:p")] == ["TOCHeading", "TOC1", "TOC2", "TOC1"]


def test_word_does_not_ask_to_update_fields(report):
    assert not find(part(report, "word/settings.xml"), "w:updateFields")
    assert not find(part(report), "//w:fldChar[@w:dirty]")


def test_long_contents_keep_to_one_level(tmp_path):
    text = "\n".join(f"## {number}、节\n\n### （一）小节\n\n文\n" for number in range(15))
    path = written(tmp_path, notebook(text=text))
    assert len(find(part(path), "//w:sdt//w:hyperlink")) == 15
    assert len(find(part(path), "//w:pageBreakBefore")) == 1


def test_headings_begin_at_the_first_level(report):
    assert styled(report, "Heading1") == ["一、概况", "二、结论"]
    assert styled(report, "Heading2") == ["（一）应答"] and styled(report, "Heading3") == ["1. 教师"]


# --- the synthetic mark


def test_synthetic_data_is_marked_on_every_page_and_in_words(report):
    headers = [name for name in zipfile.ZipFile(report).namelist() if re.match(r"word/header\d", name)]
    kinds = find(part(report), "//w:sectPr/w:headerReference/@w:type")
    assert sorted(kinds) == ["default", "even"] and len(headers) == 2
    assert [find(part(report, name), "//v:textpath/@string") for name in headers] == [[MARK], [MARK]]
    assert styled(report, "Notice") == [f"{MARK}　{notice()}"]


def test_real_data_carries_no_mark(real):
    assert not find(part(real), "//w:headerReference") and styled(real, "Notice") == []
    with zipfile.ZipFile(real) as package:
        assert not [
            name for name in package.namelist() if MARK in package.read(name).decode("utf-8", "ignore")
        ]


# --- tables


def tables(path: Path) -> list:
    return find(part(path), "//w:tbl")


def line(cell, side: str) -> str:
    return "".join(find(cell, f"w:tcPr/w:tcBorders/w:{side}/@w:sz"))


def test_a_table_has_three_lines_also_with_two_header_rows(report):
    first, second, *_, last = table_rows = find(tables(report)[0], "w:tr")
    assert len(table_rows) == 4
    assert {line(cell, "top") for cell in find(first, "w:tc")} == {"12"}
    assert {line(cell, "bottom") for cell in find(first, "w:tc")} == {""}
    assert {line(cell, "bottom") for cell in find(second, "w:tc")} == {"6"} and len(find(second, "w:tc")) == 3
    assert {line(cell, "bottom") for cell in find(last, "w:tc")} == {"12"}
    assert not find(tables(report)[0], ".//w:left[@w:val='single'] | .//w:insideV | .//w:tblBorders")


def test_header_rows_come_again_and_no_row_is_split(report):
    for table in tables(report):
        headers = [bool(find(row, "w:trPr/w:tblHeader")) for row in find(table, "w:tr")]
        assert headers == sorted(headers, reverse=True) and 0 < sum(headers) < len(headers)
        assert all(find(row, "w:trPr/w:cantSplit") for row in find(table, "w:tr"))


def test_numbers_stand_to_the_right_and_words_to_the_left(report):
    cells = find(tables(report)[0], "w:tr[3]/w:tc")
    assert [find(cell, ".//w:jc/@w:val") for cell in cells] == [[], ["right"], ["right"]]
    assert property_of("TableText", "w:pPr/w:jc/@w:val") == "left"
    assert property_of("TableText", "w:pPr/w:spacing/@w:lineRule") == "auto"


def test_a_table_is_as_wide_as_the_text_and_its_cells_are_as_wide_as_its_columns(report):
    for table in tables(report):
        grid = [int(width) for width in find(table, "w:tblGrid/w:gridCol/@w:w")]
        assert sum(grid) == TEXT_WIDTH and find(table, "w:tblPr/w:tblLayout/@w:type") == ["fixed"]
        for row in find(table, "w:tr"):
            assert sum(int(width) for width in find(row, "w:tc/w:tcPr/w:tcW/@w:w")) == TEXT_WIDTH
    assert find(tables(report)[0], "w:tr[1]/w:tc/w:tcPr/w:gridSpan/@w:val") == ["2"]
    assert find(tables(report)[0], "w:tr/w:tc/w:tcPr/w:vMerge/@w:val") == ["restart", "continue"]


def test_a_wide_table_is_set_smaller_and_puts_its_intervals_below(report):
    narrow, broad = tables(report)[1:3]
    assert style(find(narrow, ".//w:tc//w:p")[0]) == "TableText"
    assert style(find(broad, ".//w:tc//w:p")[0]) == "TableTextTiny"
    cell = wordtable._text(find(broad, "w:tr[2]/w:tc[2]")[0])
    assert cell == "−0.10\n（−0.25 至 +0.05）\n212/314"
    assert wordtable._text(find(narrow, "w:tr[2]/w:tc[2]")[0]) == "−0.10（−0.25 至 +0.05）\n212/314"


ASKS = st.tuples(st.floats(0.5, 20), st.floats(0, 60), st.floats(0, 20)).map(
    lambda one: wordtable.Asks(one[0], one[0] + one[1], one[0] + one[1] + one[2])
)


@given(st.lists(ASKS, min_size=1, max_size=20), st.sampled_from(list(wordtable.SIZES.values())))
def test_columns_share_the_width_and_get_what_they_need_where_there_is_room(columns, points):
    widths = wordtable._widths(columns, points, TEXT_WIDTH)
    assert sum(widths) == TEXT_WIDTH and min(widths) > 0
    for goal in ("least", "body", "whole"):
        wanted = [getattr(column, goal) * points * 20 + wordtable.PADDING for column in columns]
        if sum(wanted) <= TEXT_WIDTH:
            assert all(width >= one - 1 for width, one in zip(widths, wanted, strict=True))


# --- numbers, notes, pictures


def test_captions_are_numbers_that_word_counts_on(report):
    captions = find(part(report), "//w:p[w:pPr/w:pStyle[@w:val='TableCaption' or @w:val='ImageCaption']]")
    assert [said(one) for one in captions] == [
        "表1　应答率", "图1　各题均值", "表2　各轮", "图2　各题均值", "表3　各轮", "表4　应答率",
    ]  # fmt: skip
    codes = ["".join(find(one, ".//w:instrText/text()")).split()[:2] for one in captions]
    assert codes == [["SEQ", label] for label in "表图表图表表"]
    kinds = [find(one, ".//w:fldChar/@w:fldCharType") for one in captions]
    assert kinds == [["begin", "separate", "end"]] * 6


def test_a_table_has_its_title_above_and_a_figure_below(report):
    for table in tables(report):
        assert style(table.getprevious()) == "TableCaption"
        assert find(table, "w:tblPr/w:tblCaption/@w:val") == [said(table.getprevious())]
    for drawing in find(part(report), "//w:drawing"):
        assert style(next(drawing.iterancestors(qn("w:p"))).getnext()) == "ImageCaption"
    assert property_of("TableCaption", "w:pPr/w:keepNext") != ""


def test_notes_stand_below_and_are_not_torn_off(report):
    names, lines = "注：名册见附件2。", "注：横线为区间。"
    assert styled(report, "TableNote") == [names, lines, lines, names]
    short, long = tables(report)[:2]
    kept = [[bool(find(row, ".//w:keepNext")) for row in find(table, "w:tr")] for table in (short, long)]
    assert kept == [[True] * 4, [True, True, *[False] * 10, True]]
    captions = find(part(report), "//w:p[w:pPr/w:pStyle/@w:val='ImageCaption']")
    assert all(find(one, "w:pPr/w:keepNext") for one in captions)


def test_pictures_are_whole_inside_the_text_and_have_words(report):
    pictures = find(part(report), "//w:drawing")
    sizes = [[int(find(one, f".//wp:extent/@{side}")[0]) / 635 for side in ("cx", "cy")] for one in pictures]
    assert all(width <= TEXT_WIDTH and height < 225 * MM - 1000 for width, height in sizes)
    assert [round(width / height, 1) for width, height in sizes] == [2.0, 0.2]
    paragraphs = [next(one.iterancestors(qn("w:p"))) for one in pictures]
    assert {style(one) for one in paragraphs} == {"CaptionedFigure"}
    assert property_of("CaptionedFigure", "w:pPr/w:spacing/@w:lineRule") == "auto"
    assert property_of("CaptionedFigure", "w:pPr/w:keepNext") != ""
    assert property_of("CaptionedFigure", "w:pPr/w:jc/@w:val") == "center"
    told = [find(one, ".//wp:docPr/@descr")[0] for one in pictures]
    assert told == ["四开 3.5", "图2　各题均值"]
    assert find(part(report), "//wp:docPr/@id") == ["1001", "1002"]


def test_a_picture_without_a_title_is_not_cut_off_either(tmp_path):
    bare = re.sub("<figure>|<figcaption>.*</figure>", "", picture(300, 200, "图样"))
    path = written(tmp_path, notebook(bare))
    assert [style(one) for one in find(part(path), "//w:p[.//w:drawing]")] == ["Figure"]
    assert property_of("Figure", "w:pPr/w:spacing/@w:lineRule") == "auto"


def test_footnotes_and_equations_are_words_own(report):
    assert len(find(part(report), "//w:footnoteReference")) == 1
    assert "川教函〔2020〕375号。" in said(part(report, "word/footnotes.xml"))
    shown, inline = find(part(report), "//w:p[m:oMathPara]"), find(part(report), "//w:p[m:oMath]")
    assert style(shown[0]) == "Equation" and not find(shown[0], "w:pPr/w:spacing")
    assert style(inline[0]) == "FirstParagraph"
    assert {len(find(one, "m:oMath")) for one in inline} == {1, 2}, "also several in one paragraph"
    for one in inline:
        assert find(one, "w:pPr/w:spacing/@w:lineRule") == ["atLeast"]


def test_points_begin_like_paragraphs_and_their_marks_are_in_every_face(report):
    lists = part(report, "word/numbering.xml")
    used = set(find(part(report), "//w:numId/@w:val"))
    names = find(lists, "w:num/@w:numId")
    assert used and used <= set(names)
    levels = find(lists, "//w:abstractNum[@w:abstractNumId >= 990]/w:lvl")
    assert levels and all(find(one, "w:pPr/w:ind/@w:firstLineChars") == ["200"] for one in levels)
    assert {find(one, "w:lvlText/@w:val")[0] for one in levels if find(one, "w:numFmt[@w:val='bullet']")} == {
        "•",
        "–",
    }


# --- the file


def faults(path: Path) -> list[str]:
    return [f"{error.part_uri} {error.description}" for error in OpenXmlValidator().validate(path).errors]


def test_the_document_keeps_to_the_schemas(report, real):
    assert faults(report) == [] and faults(real) == [] and faults(wordstyles.SHIPPED) == []


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("word/document.xml", '<w:keepNext/><w:jc w:val="right"/>', '<w:jc w:val="right"/><w:keepNext/>'),
        ("word/styles.xml", '<w:outlineLvl w:val="0"', '<w:outlineLvl w:val="77"'),
        ("word/numbering.xml", '<w:suff w:val="space"', '<w:suff w:val="wide"'),
        ("word/header1.xml", "<w:pict>", "<w:pict><w:nothing/>"),
        ("word/footer1.xml", 'w:fldCharType="begin"', 'w:fldCharType="began"'),
        ("word/settings.xml", "<w:evenAndOddHeaders/>", "<w:evenAndOdd/>"),
        ("word/footnotes.xml", "<w:footnoteRef />", "<w:nothing />"),
        ("word/_rels/document.xml.rels", "media/", "nowhere/"),
    ],
)
def test_a_planted_fault_is_found(report, tmp_path, name, right, wrong):
    with zipfile.ZipFile(report) as package, zipfile.ZipFile(tmp_path / "bad.docx", "w") as target:
        for one in package.namelist():
            content = package.read(one)
            if one == name:
                assert right.encode() in content
                content = content.replace(right.encode(), wrong.encode(), 1)
            target.writestr(one, content)
    assert faults(tmp_path / "bad.docx") != []


def test_every_part_is_xml_and_nothing_points_elsewhere(report):
    with zipfile.ZipFile(report) as package:
        assert package.testzip() is None
        parts = {n: package.read(n) for n in package.namelist() if n.endswith((".xml", ".rels"))}
    for name, content in parts.items():
        tree = etree.fromstring(content)
        assert not tree.xpath("//@TargetMode[. = 'External']"), name
    assert "教育部（http://www.moe.gov.cn/a）" in said(part(report))


def test_properties_tell_the_data_and_no_person(report):
    told = docx.Document(str(report)).core_properties
    assert (told.title, told.author, told.last_modified_by, told.language) == (PAGE.title, "", "", "zh-CN")
    assert str(told.created) == str(told.modified) == "2022-03-31 00:00:00+00:00"
    assert told.subject == wordfront.facts(PAGE) and told.keywords == MARK
    assert find(part(report, "word/styles.xml"), "//w:rPrDefault//w:lang/@w:eastAsia") == ["zh-CN"]
    assert len(part(report, "docProps/app.xml")) == 0


def test_word_lays_it_out_as_its_own_and_not_as_an_old_document(report):
    setting = find(
        part(report, "word/settings.xml"), "w:compat/w:compatSetting[@w:name='compatibilityMode']/@w:val"
    )
    assert setting == ["15"]


def test_the_same_report_is_the_same_file(report, tmp_path):
    assert written(tmp_path, ALL).read_bytes() == report.read_bytes()


# --- an institute's own reference document


def institutes(folder: Path, change) -> Path:
    """Write a workspace whose reference document is the shipped one with its styles changed."""
    (folder / "notebooks").mkdir()
    own = folder / "notebooks" / "reference.docx"
    with zipfile.ZipFile(wordstyles.SHIPPED) as package, zipfile.ZipFile(own, "w") as target:
        for name in package.namelist():
            content = package.read(name)
            if name in ("word/styles.xml", "word/document.xml"):
                content = change(content.decode()).encode()
            target.writestr(name, content)
    return folder


def test_without_an_own_reference_the_shipped_one_is_taken(tmp_path):
    assert word.reference(None) == word.reference(tmp_path) == wordstyles.SHIPPED


def test_an_own_reference_gives_page_and_type(tmp_path):
    def change(text: str) -> str:
        return text.replace("楷体_GB2312", "华文楷体").replace('w:left="1587"', 'w:left="1987"')

    path = written(tmp_path, ALL, root=institutes(tmp_path, change))
    assert property_of("Heading2", "w:rPr/w:rFonts/@w:eastAsia", path) == "华文楷体"
    assert {sum(map(int, find(one, "w:tblGrid/w:gridCol/@w:w"))) for one in tables(path)} == {
        TEXT_WIDTH - 400
    }
    assert faults(path) == []


def test_an_own_reference_keeps_its_header_and_gets_the_mark_behind_it(tmp_path):
    own = docx.Document(str(wordstyles.SHIPPED))
    section = own.sections[0]
    section.different_first_page_header_footer = True
    section.header.paragraphs[0].add_run("某某研究院").add_picture(io.BytesIO(png(60, 20)))
    section.first_page_header.paragraphs[0].text = "首页"
    (tmp_path / "notebooks").mkdir()
    own.save(str(tmp_path / "notebooks" / "reference.docx"))
    path = written(tmp_path, ALL, root=tmp_path)
    with zipfile.ZipFile(path) as package:
        headers = [part(path, name) for name in package.namelist() if re.match(r"word/header\d", name)]
    assert sorted(said(one) for one in headers) == ["", "某某研究院", "首页"]
    assert [find(one, "//v:textpath/@string") for one in headers] == [[MARK]] * 3
    assert faults(path) == []


def test_an_own_reference_whose_header_is_a_table_gets_the_mark_below_it(tmp_path):
    own = docx.Document(str(wordstyles.SHIPPED))
    header = own.sections[0].header
    header.add_table(1, 2, docx.shared.Mm(100)).cell(0, 0).text = "某某研究院"
    header._element.remove(header.paragraphs[0]._p)
    (tmp_path / "notebooks").mkdir()
    own.save(str(tmp_path / "notebooks" / "reference.docx"))
    path = written(tmp_path, ALL, root=tmp_path)
    with zipfile.ZipFile(path) as package:
        headers = [part(path, name) for name in package.namelist() if re.match(r"word/header\d", name)]
    (kept,) = [one for one in headers if find(one, "w:tbl")]
    assert said(kept) == "某某研究院" and find(kept, "w:p//v:textpath/@string") == [MARK]
    assert [style(one) for one in find(kept, "w:p")] == ["Header"] and faults(path) == []


def test_an_own_reference_may_name_its_styles_as_chinese_word_does(tmp_path):
    ids = {"Normal": "a", "Heading1": "1", "Heading2": "2", "Title": "a3", "Footer": "a5", "TOC1": "11"}

    def change(text: str) -> str:
        for old, new in ids.items():
            text = re.sub(f'(w:(?:styleId|val)=")({old})"', rf'\g<1>{new}"', text) if old != "Title" else text
        text = text.replace('w:styleId="Title"', 'w:styleId="a3"').replace(
            'pStyle w:val="Title"', 'pStyle w:val="a3"'
        )
        return text.replace('link w:val="Title"', 'link w:val="a3"').replace(
            'On w:val="Title"', 'On w:val="a3"'
        )

    path = written(tmp_path, ALL, root=institutes(tmp_path, change))
    assert styled(path, "a3") == [PAGE.title] and styled(path, "1") == ["一、概况", "二、结论"]
    assert len(find(part(path), "//w:sdt//w:hyperlink")) == 3


def test_an_own_reference_that_lacks_a_style_is_lent_it(tmp_path):
    def change(text: str) -> str:
        text = re.sub(r'<w:p><w:pPr><w:pStyle w:val="(TableNote|TableTextTiny)"/>.*?</w:p>', "", text)
        return re.sub(
            r'<w:style [^>]*w:styleId="(TableNote|TableTextTiny)"(.*?)</w:style>', "", text, flags=re.S
        )

    path = written(tmp_path, ALL, root=institutes(tmp_path, change))
    assert len(styled(path, "TableNote")) == 4
    assert property_of("TableNote", "w:rPr/w:sz/@w:val", path) == "18"
    assert property_of("TableTextTiny", "w:rPr/w:sz/@w:val", path) == "15"
    assert faults(path) == []


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"<html>not Word</html>"])
def test_a_broken_own_reference_is_named(tmp_path, content):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "reference.docx").write_bytes(content)
    with pytest.raises(Fault, match=r"reference\.docx：不是可用的 Word 文档"):
        word.reference(tmp_path)


def test_a_broken_own_reference_stops_a_run_before_any_report_is_made(tmp_path, monkeypatch, capsys):
    ws = tiny.workspace(tmp_path, [tiny.programme_report("a")], a=tiny.notebook("# 总报告", "1 / 0"))
    (ws.notebooks / "reference.docx").write_bytes(b"PK cut off")
    monkeypatch.setenv("YIDUIYI_ROOT", str(tmp_path))
    assert cli.run(["report", "--formats", "html,docx"]) == 2
    told = capsys.readouterr().err
    assert "reference.docx：不是可用的 Word 文档" in told and "ZeroDivisionError" not in told
    assert not ws.runs.exists() and not ws.current.exists()
    assert cli.run(["report", "--formats", "html"]) == 1, "without Word it is not looked at"
    assert "ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.parametrize("lost", ["word/document.xml", "word/styles.xml", "[Content_Types].xml"])
def test_an_own_reference_that_lost_a_part_is_named(tmp_path, lost):
    (tmp_path / "notebooks").mkdir()
    own = tmp_path / "notebooks" / "reference.docx"
    with zipfile.ZipFile(wordstyles.SHIPPED) as package, zipfile.ZipFile(own, "w") as target:
        for name in package.namelist():
            target.writestr(name, b"<w:cut" if name == lost else package.read(name))
    with pytest.raises(Fault, match=r"reference\.docx：不是可用的 Word 文档"):
        word.reference(tmp_path)


def test_an_own_reference_whose_header_points_elsewhere_is_refused(tmp_path):
    (tmp_path / "notebooks").mkdir()
    document = docx.Document(str(wordstyles.SHIPPED))
    document.sections[0].footer.part.relate_to("http://x.example/logo.png", "urn:image", is_external=True)
    document.save(str(tmp_path / "notebooks" / "reference.docx"))
    with pytest.raises(Fault, match="指向外部"):
        word.reference(tmp_path)


# --- as LibreOffice shows it


def test_libreoffice_shows_whole_pages_inside_the_margins(report, tmp_path):
    import pypdfium2
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE as PICTURE
    from pypdfium2.raw import FPDF_PAGEOBJ_TEXT as WORDS

    (pdf,) = viewers.as_pdf(report, folder=tmp_path)
    assert viewers.empty_pages(pdf) == []
    document = pypdfium2.PdfDocument(pdf)
    drawn = [(item.type, item.get_bounds()) for page in document for item in page.get_objects()]
    text = [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in document]
    document.close()
    left, right, hanging = 28 / 25.4 * 72 - 1, (210 - 26) / 25.4 * 72 + 1, 9  # points
    pictures = [bounds for kind, bounds in drawn if kind == PICTURE]
    assert len(pictures) == 2 and all(left < one[0] and one[2] < right for one in pictures)
    words = [bounds for kind, bounds in drawn if kind == WORDS]
    assert all(left < one[0] and one[2] < right + hanging for one in words)
    assert "表3各轮" in "".join(text) and "图2各题均值" in "".join(text)
    assert all(one.endswith(f"—{number}—") for number, one in enumerate(text, 1))
