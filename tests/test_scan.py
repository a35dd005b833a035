"""What a finished document may not hold, planted one by one; and that ordinary reports raise no alarm."""

import base64
import io
import json
import zipfile
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import clean_tables
import pandas as pd
import pytest
import tiny
import xlsxwriter
from PIL import Image, PngImagePlugin

from yiduiyi_analysis import codebook
from yiduiyi_analysis.publish import export, extract, scan
from yiduiyi_analysis.publish.forbidden import Names

QUOTED = "校长每周都来听我的课并且当面指导"
KEPT = scan.Secrets.of([QUOTED], ["c39d5ba45d75116e", "E06"])
HIDDEN = scan.Secrets.of(hidden=(("513431", "满意度终期"), ("", "昭觉县满意度终期")))


def told(text, kept=KEPT, county=None):
    return scan.text(extract.markup(text), kept, county)


@pytest.mark.parametrize(
    ("leak", "kind"),
    [
        ("来自 112.193.4.57 的答卷", "IP 地址"),
        ("电话13800138000，谢谢", "手机号码"),
        ("电话 138 0013 8000", "手机号码"),
        ("１３８００１３８０００", "手机号码"),
        ("座机 0834-2234567", "固定电话号码"),
        ("li.wang@example.com", "电子邮箱"),
        ("身份证11010519491231002X", "身份证号码"),
        ("身份证110105491231002", "身份证号码"),
        ("编号 c39d5ba45d75116e", "个人编号"),
        ("专家 E06 的评分", "个人编号"),
        ("一位教师说：“每周都来听我的课，并且当面指导”", "作答者的原话（连续 10 字以上）"),
    ],
)
def test_a_leak_is_found_wherever_it_stands(leak, kind):
    picture = base64.b64encode(png({"Comment": leak})).decode()
    svg = base64.b64encode(f"<svg><text>{leak}</text></svg>".encode()).decode()
    for page in (
        f"<p>{leak}</p>",
        f"<table><tr><td>1</td><td>{leak}</td></tr></table>",
        f'<img alt="{leak}">',
        f"<!-- {leak} -->",
        f"<svg><text>{leak}</text></svg>",
        f'<a href="mailto:x?body={quote(leak)}">写信</a>',
        f'<a href="http://x.invalid/{quote(leak)}">网页</a>',
        f'<img src="data:image/png;base64,{picture}">',
        f'<img src="data:image/svg+xml;base64,{svg}">',
    ):
        assert told(page) == [kind], page


@pytest.mark.parametrize(
    "plain",
    [
        "学校代码 513431-004，13 所，1902 人，2022-03-31",
        "76% 239/314（74–79）；0.13800138000；版本 3.11.7；20201026102201",
        "289538440_按文本_合成数据_学校诊断自评（基线）_69_69.xlsx",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "110105194912310021 与 513431000000000000 校验位不对",
        "校长每周都来听课",
        "300.1.2.3 第 1.2.3 节；E6 能带动同校教师",
    ],
)
def test_ordinary_figures_raise_no_alarm(plain):
    assert told(f"<p>{plain}</p>") == []


@pytest.mark.parametrize(
    "page", ['<img alt="满意度终期 63%（60–66）；"', "<tr><td>满意度</td><td>终期</td><td>63%</td>"]
)
def test_a_label_that_says_a_hidden_figure_is_found_in_its_countys_report(page):
    assert told(page + ">", HIDDEN, "513431") == ["不公布的数值（图表标签或单元格）"]
    assert (
        told(page + ">", HIDDEN, "513432") == [] and told(page.replace("63", "*63"), HIDDEN, "513431") == []
    )
    assert told(page.replace("满意度", "昭觉县满意度"), HIDDEN, None) == ["不公布的数值（图表标签或单元格）"]


def test_a_workbook_is_read_cell_by_cell_with_its_comments(tmp_path):
    for at, leak in enumerate(["13800138000", 13800138000]):
        assert scan.document(workbook(tmp_path / f"{at}.xlsx", leak), KEPT) == ["手机号码"]
    path = workbook(tmp_path / "c.xlsx", 63, comment=QUOTED)
    assert scan.document(path, KEPT) == ["作答者的原话（连续 10 字以上）"]
    path = workbook(tmp_path / "h.xlsx", 0.63, label="昭觉县满意度终期")
    assert scan.document(path, HIDDEN) == ["不公布的数值（图表标签或单元格）"]
    assert scan.document(workbook(tmp_path / "ok.xlsx", 63), KEPT) == []


def test_a_workbooks_header_is_read_and_strings_that_merely_lie_side_by_side_say_nothing(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, words in ((5, "昭觉县满意度"), (3, "终期"), (0, "63 所学校")):
            sheet.write(row, 0, words)
    assert scan.document(path, HIDDEN) == []
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().set_footer("&L昭觉县满意度终期 63%")
    assert scan.document(path, HIDDEN) == ["不公布的数值（图表标签或单元格）"]


@pytest.mark.parametrize(
    ("name", "xml"),
    [
        ("word/document.xml", "<wp:docPr id='1' name='图1' descr={}/>"),
        ("word/document.xml", '<wp:docPr id="1" title={} />'),
        ("word/document.xml", "<pic:cNvPr id='1' name={}/>"),
        ("word/document.xml", '<w:tblPr><w:tblW w:w="1"/><w:tblCaption w:val={}/></w:tblPr>'),
        ("word/document.xml", "<w:tblPr><w:tblDescription w:val={}/></w:tblPr>"),
        ("word/document.xml", "<w:hyperlink w:anchor='a' w:tooltip={}>网页</w:hyperlink>"),
        ("word/header1.xml", '<v:shape id="Mark1" alt={}><v:textpath on="t"/></v:shape>'),
        ("word/header1.xml", "<v:textpath style='font-size:1pt' string={}/>"),
        ("word/_rels/document.xml.rels", '<Relationship TargetMode="External" Target={}/>'),
        ("xl/drawings/drawing1.xml", '<xdr:cNvPr id="2" name="图片 1" descr={}/>'),
        ("xl/worksheets/sheet1.xml", '<hyperlink ref="A1" tooltip={}/>'),
        ("xl/worksheets/sheet1.xml", '<dataValidation type="list" prompt={}/>'),
    ],
)
def test_what_an_office_document_only_reads_aloud_is_read_too(tmp_path, name, xml):
    for leak, kind in (("电话 13800138000", "手机号码"), (QUOTED, "作答者的原话（连续 10 字以上）")):
        path = packed(tmp_path / "a.docx", {name: f"<x>{xml.format(quoteattr(leak))}</x>"})
        assert scan.document(path, KEPT) == [kind]
    path = packed(tmp_path / "b.docx", {name: f"<x>{xml.format(quoteattr('满意度<全部>终期 63%'))}</x>"})
    kept = scan.Secrets.of(hidden=(("513431", "满意度<全部>终期"),))
    assert scan.document(path, kept, "513431") == ["不公布的数值（图表标签或单元格）"]


def test_attributes_that_say_how_a_document_looks_are_no_words(tmp_path):
    xml = '<x><w:p w:rsidR="13800138000"/><w:ind w:left="13800138000"/><m:chr m:val="13800138000"/></x>'
    assert scan.document(packed(tmp_path / "a.docx", {"word/document.xml": xml}), KEPT) == []


def test_signs_that_xml_writes_otherwise_are_read_as_a_reader_sees_them(tmp_path):
    kept = scan.Secrets.of(["校长说<0.05&不懂统计啊"], hidden=(("", "读&写<全部>终期"),))
    for said, kind in (
        ("校长说&lt;0.05&amp;不懂统计啊", "作答者的原话（连续 10 字以上）"),
        ("读&amp;写&lt;全部&#62;终期 63%", "不公布的数值（图表标签或单元格）"),
    ):
        path = packed(tmp_path / "a.docx", {"word/document.xml": f"<w:p><w:t>{said}</w:t></w:p>"})
        assert scan.document(path, kept) == [kind]
    assert extract.pieces(packed(tmp_path / "b.docx", {"word/a.xml": "<w:p w:a='>'>&amp;lt;</w:p>"})) == [
        "&lt;\n"
    ]


@pytest.mark.parametrize("folder", ["word", "xl"])
@pytest.mark.parametrize("form", ["svg", "png", "gif"])
def test_a_picture_in_an_office_document_is_read(tmp_path, folder, form):
    words = {
        "svg": f"<svg><text>{QUOTED}</text></svg>".encode(),
        "png": png({"Comment": QUOTED}),
        "gif": gif(QUOTED),
    }
    path = packed(tmp_path / "a.docx", {f"{folder}/media/a.{form}": words[form]})
    assert scan.document(path, KEPT) == ["作答者的原话（连续 10 字以上）"]


@pytest.mark.parametrize("form", ["html", "docx", "pdf"])
def test_no_form_lets_pass_what_is_read_of_a_picture_or_a_link(tmp_path, form):
    data = base64.b64encode(png({})).decode()
    image = (
        f'<figure><img src="data:image/png;base64,{data}" alt="{{}}"><figcaption>图样</figcaption></figure>'
    )
    shown = {"text/html": f'<div class="exhibit">{image}</div>'}
    page = export.Page("甲 & 乙 <丙>", None, None, "2022-03-31", synthetic=True)
    for at, (alt, link, found) in enumerate(
        [
            ("图样", "https://example.com", []),
            (QUOTED, "https://example.com", ["作答者的原话（连续 10 字以上）"]),
            ("图样", "mailto:li.wang@example.com", ["电子邮箱"]),
        ]
    ):
        notebook = tiny.notebook(f"# 总报告\n\n[写信]({link})", "x")
        data = {"text/html": shown["text/html"].format(alt)}
        notebook["cells"][-1]["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data}]
        (folder := tmp_path / str(at)).mkdir()
        (folder / "executed.ipynb").write_text(json.dumps(notebook), "utf-8")
        made = export.documents(folder / "executed.ipynb", folder, page, [form])
        assert scan.faults(made[form], KEPT) == found


@pytest.mark.parametrize("figure", ["63%", ":63", "为63", "-0.2", "−1"])
def test_any_name_before_any_figure_is_found_and_no_name_without_one(figure):
    names = Names.of({"满意度终期", "课堂行为终期", "度一年"})
    assert names.told(f"上文课堂行为终期{figure}") and names.told(f"满意度一年{figure}")
    assert not names.told(f"课堂行为半年{figure}终期") and not names.told("满意度终期*63")
    assert not Names.of(()).told(f"终期{figure}") and not names.told(f"终期{figure}")


def test_a_form_that_is_not_read_is_not_let_pass(tmp_path):
    (tmp_path / "report.odt").write_bytes(b"PK")
    assert scan.document(tmp_path / "report.odt", KEPT) == ["不会检查 .odt 文件"]


@pytest.mark.parametrize("form", ["pdf", "docx", "xlsx"])
def test_a_damaged_document_is_not_let_pass(tmp_path, form):
    (tmp_path / f"report.{form}").write_bytes(b"%PDF-1.7")
    (fault,) = scan.faults(tmp_path / f"report.{form}", KEPT)
    assert fault.startswith("无法检查")


def test_answers_are_searched_for_but_public_words_are_not(ws):
    book = codebook.load(ws.codebook)
    answers = pd.DataFrame({"item_id": ["WISH", "WISH"], "raw": [QUOTED, "学校给我留出研修时间和经费"]})
    (ws.clean / "answers.parquet").mkdir(parents=True)
    answers.to_parquet(ws.clean / "answers.parquet" / "513431.parquet")
    kept = scan.secrets(ws, book)
    assert told(f"<p>{QUOTED[2:14]}</p>", kept) == ["作答者的原话（连续 10 字以上）"]
    assert told("<p>学校给我留出研修时间</p>", kept) == [], "an item's own words"


def test_only_consented_quotes_of_institutions_may_be_printed_and_no_code_of_a_record(ws):
    agreed, refused = "冬天山路结冰，每周只能进校一次", "各单位的通知互相重复，学校疲于应付"
    rows = [{"hardship": agreed, "consent": 1}, {"hardship": refused, "consent": 0}]
    table = clean_tables.sheet(
        "institutions", rows, county_code="513431", side=2, wave="W3", record_id="a1b2c3d4e5f60718"
    )
    (ws.clean / "institutions.parquet").mkdir(parents=True)
    table.to_parquet(ws.clean / "institutions.parquet" / "513431.parquet")
    ws.results.mkdir(exist_ok=True)
    pd.DataFrame({"text": [agreed]}).to_parquet(ws.results / "quotes.parquet")
    kept = scan.secrets(ws, codebook.load(ws.codebook))
    assert told(f"<p>“{agreed}”</p>", kept) == []
    assert told(f"<p>“{refused}”</p>", kept) == ["作答者的原话（连续 10 字以上）"]
    assert told("<p>记录 a1b2c3d4e5f60718</p>", kept) == ["个人编号"]


def test_a_persons_code_from_a_record_may_not_be_printed(ws):
    rows = [{"school_id": "513431-001", "teacher": "0f1e2d3c4b5a6978"}]
    (ws.clean / "cases.parquet").mkdir(parents=True)
    clean_tables.sheet("cases", rows).to_parquet(ws.clean / "cases.parquet" / "513431.parquet")
    kept = scan.secrets(ws, codebook.load(ws.codebook))
    assert told("<p>0f1e2d3c4b5a6978</p>", kept) == ["个人编号"]


@pytest.mark.parametrize("beside", ["其他〖{}〗", "专题培训┋其他〖{}〗", "其他____{}", "其他：{}┋专题培训"])
def test_words_written_beside_an_option_are_a_persons_own(ws, beside):
    raw = [beside.format(QUOTED), "专题培训┋跟岗研修┋送教进校┋线上同步"]
    (ws.clean / "answers.parquet").mkdir(parents=True)
    pd.DataFrame({"item_id": ["FORM.6", "FORM.1"], "raw": raw}).to_parquet(
        ws.clean / "answers.parquet" / "513431.parquet"
    )
    kept = scan.secrets(ws, codebook.load(ws.codebook))
    assert told(f"<p>{QUOTED}</p>", kept) == ["作答者的原话（连续 10 字以上）"]
    assert told("<p>专题培训、跟岗研修、送教进校、线上同步</p>", kept) == [], "options are public"


def workbook(path, value, label="满意度", comment=None):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, label)
        sheet.write(0, 1, value)
        if comment:
            sheet.write_comment(0, 0, comment)
    return path


def packed(path, parts: dict):
    """Write an Office package that holds these parts and nothing else."""
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def gif(comment: str) -> bytes:
    out = io.BytesIO()
    Image.new("1", (1, 1)).save(out, "GIF", comment=comment.encode())
    return out.getvalue()


def png(texts) -> bytes:
    about = PngImagePlugin.PngInfo()
    for name, value in texts.items():
        about.add_itxt(name, value)
    out = io.BytesIO()
    Image.new("1", (1, 1)).save(out, "PNG", pnginfo=about)
    return out.getvalue()
