"""A report as PDF: what can be selected is what was written, and the page looks as the standard asks."""

import base64
import ctypes
import io
import json
import re
from dataclasses import replace
from html import escape

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
import tiny
from PIL import Image

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.publish import export, extract, packing, pdf, scan

PAGE = export.Page("昭觉县评估报告", "昭觉县", "终期", "2022-03-31", synthetic=True)
REAL = replace(PAGE, synthetic=False)
MM = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 28 * MM, (210 - 26) * MM, (297 - 37) * MM, 35 * MM
SENTENCES = [
    "昭觉县教师问卷的应答率：终期80%（252/314）。",
    "教师在“总体上，您对帮扶工作”选择“非常满意”的比例为79%（95%区间76–81，n/N 252/314，应答率80%）。",
    "与半年相比相差−2个百分点；区间包含0，现有数据不能判断升降——也不能说没有变化。",
    "每句话都带着分母、区间和应答率，" * 12 + "括号里的信息与数字同样重要。",
    "本评估无对照组，变化不能归因于项目。",
]
FOOTNOTE = "川教函〔2020〕375号附件2。"
TEXT = f"""# 笔记本标题

## 一、概况

{SENTENCES[0]}{SENTENCES[1]}

- **{SENTENCES[2]}**

### （一）怎样算

{SENTENCES[3]}[^1]

$$\\bar y = \\frac{{\\sum_i w_i y_i}}{{\\sum_i w_i}}$$

[^1]: {FOOTNOTE}

#### 1. 再分

{SENTENCES[4]}

## 二、结果"""
HEADINGS = [(0, "一、概况"), (1, "（一）怎样算"), (2, "1. 再分"), (0, "二、结果")]
NAMES = [f"昭觉县第{number}村小学校" for number in range(1, 71)]


def table(title: str, head: list[str], rows: list[list[str]], note: str = "名册见附件2。") -> dict:
    """Return what a cell shows: a table whose columns but the first are numbers."""
    side = ' style="text-align:right"'
    heads = "".join(f"<th{side if at else ''}>{escape(name)}</th>" for at, name in enumerate(head))
    lines = ["".join(f"<td{side if at else ''}>{escape(c)}</td>" for at, c in enumerate(row)) for row in rows]
    cells = "".join(f"<tr>{line}</tr>" for line in lines)
    return shown(
        f'<div class="exhibit"><table><caption>{title}</caption><thead><tr>{heads}</tr></thead>'
        f'<tbody>{cells}</tbody></table><p class="note">注：{note}</p></div>'
    )


def shown(html: str) -> dict:
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": html, "text/plain": "0x7f"}}


def picture(width: int, height: int, colours: int = 32) -> bytes:
    """Return a PNG with a palette, in bands and a gradient, as a chart has."""
    image = Image.new("RGB", (width, height), "white")
    for x in range(0, width - 10, 10):
        image.paste((x % 255, 80, 120), (x, height - x * height // width, x + 8, height))
    held = io.BytesIO()
    image.quantize(colours, dither=Image.Dither.NONE).save(held, "PNG")
    return held.getvalue()


def figure(title: str, data: bytes, alt: str = "各题均值", kind: str = "png") -> dict:
    code = base64.b64encode(data).decode()
    return shown(
        f'<div class="exhibit"><figure><img src="data:image/{kind};base64,{code}" alt="{escape(alt)}" '
        f'width="634"><figcaption>{title}</figcaption></figure><p class="note">注：没有区间。</p></div>'
    )


def made(folder, *outputs: dict, text: str = TEXT, page: export.Page = PAGE):
    """Return the PDF of a notebook that says `text` and shows `outputs`."""
    notebook = tiny.notebook(text, *[f"show({at})" for at, _ in enumerate(outputs)])
    for number, (cell, output) in enumerate(zip(notebook["cells"][2:], outputs, strict=True), 2):
        cell |= {"outputs": [output], "execution_count": number}
    folder.mkdir(exist_ok=True)
    (folder / "executed.ipynb").write_text(json.dumps(notebook), "utf-8")
    pdf.write(export.meaning(folder / "executed.ipynb", folder, page), folder / "report.pdf", page)
    return folder / "report.pdf"


LONG = table("各校应答率", ["学校", "名册", "作答"], [[name, "37", "81%"] for name in NAMES])
WIDE = table(
    "各条规则涉及的行数",
    ["规则", *[f"学生五洗五会问卷{at}" for at in range(12)], "合计"],
    [["一校不止一份校长问卷，只计最后一份", *["1,234"] * 13]] * 6,
)
RISKY = table(
    "不是清单", ["题", "数"], [["- 甲", "+1"], ["1. 乙", "−2"], ["= 丙", "3"], ["[丁] #x $5 @a", "*"]]
)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return the PDF of a report with one of everything."""
    folder = tmp_path_factory.mktemp("pdf") / "job"
    return made(folder, LONG, figure("各题均值", picture(990, 600)), WIDE, RISKY)


@pytest.fixture
def opened(report):
    with pdfium.PdfDocument(report) as document:
        yield document


def words(path) -> str:
    """Return all text of a PDF without blanks, as it is selected."""
    return re.sub(r"\s", "", "\n".join(extract.pages(path)))


def things(document, kind=None):
    """Yield (number of the page, object) of all that is drawn."""
    for number, page in enumerate(document):
        for thing in page.get_objects(filter=[kind] if kind else None):
            yield number, thing


def pictures(document):
    """Yield (number of the page, picture) of all pictures, the watermark too."""
    return things(document, raw.FPDF_PAGEOBJ_IMAGE)


def test_what_was_written_can_be_selected_in_its_order(report):
    text = words(report)
    places = [text.find(re.sub(r"\s", "", sentence)) for sentence in SENTENCES]
    assert -1 not in places and places == sorted(places)
    assert FOOTNOTE in text and "笔记本标题" not in text and "show(" not in text
    assert "昭觉县第1村小学校3781%" in text and "注：名册见附件2。" in text


def test_captions_and_numbers_are_found_as_they_were_written(report, opened):
    text = "\n".join(extract.pages(report))
    assert all(title in text for title in ("表1　各校应答率", "图1　各题均值", "表2　各条规则涉及的行数"))
    assert "终期80%（252/314）" in opened[0].get_textpage().get_text_bounded(), "no blank put in"


def test_marks_of_a_cell_stay_as_they_were_written(report):
    text = words(report)
    assert "-甲+1" in text and "1.乙−2" in text and "=丙3" in text and "[丁]#x$5@a*" in text


def test_bookmarks_are_the_headings(opened):
    assert [(mark.level, mark.get_title()) for mark in opened.get_toc()] == HEADINGS


def test_the_file_says_what_it_is(report, opened):
    said = opened.get_metadata_dict()
    assert (said["Title"], said["CreationDate"][:10]) == ("昭觉县评估报告", "D:20220331")
    assert said["Keywords"] == "昭觉县, 终期, 合成数据"
    data = report.read_bytes()
    assert b"<pdfaid:part>2</pdfaid:part>" in data
    assert re.search(rb"<pdfaid:conformance>(.)<", data)[1] == b"U"
    assert b"<rdf:li>zh-CN</rdf:li>" in data


def test_every_font_is_inside_and_is_one_of_the_environments(opened):
    names = set()
    for _, thing in things(opened, raw.FPDF_PAGEOBJ_TEXT):
        font = raw.FPDFTextObj_GetFont(thing)
        assert raw.FPDFFont_GetIsEmbedded(font) == 1
        names.add(base_name(font))
    assert {name.split("+")[-1].split("-")[0] for name in names} <= {"NotoSerifSC", "NotoSansSC", "NewCMMath"}
    assert any("NotoSansSC" in name for name in names) and any("NewCMMath" in name for name in names)


def base_name(font) -> str:
    held = ctypes.create_string_buffer(200)
    raw.FPDFFont_GetBaseFontName(font, held, 200)
    return held.value.decode()


def test_nothing_stands_beyond_the_margins(opened):
    for number, thing in things(opened, raw.FPDF_PAGEOBJ_TEXT):
        left, bottom, right, top = thing.get_bounds()
        assert left > LEFT - 1 and right < RIGHT + 1, (number, thing)
        assert top < TOP + 5 and (bottom > BOTTOM - 1 or top < BOTTOM), (number, thing)


def test_a_long_table_repeats_its_header(opened):
    texts = [page.get_textpage().get_text_bounded() for page in opened]
    parts = [text for text in texts if re.search("第\\d+村小学校", text)]
    assert len(parts) > 1 and all("学校名册作答" in re.sub(r"\s", "", text) for text in parts)


def test_first_and_last_rows_of_a_table_are_not_alone(tmp_path):
    lengths = range(14, 24)
    rows = {n: [[f"{n}乡{at}村", "1"] for at in range(n)] for n in lengths}
    long = [table(f"长{n}", ["校", "数"], rows[n], f"第{n}张的注。" * 9 * (n % 4)) for n in lengths]
    with pdfium.PdfDocument(made(tmp_path / "job", *long, text="## 一、表")) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    parts = {n: [len(re.findall(f"{n}乡", text)) for text in pages if f"{n}乡" in text] for n in lengths}
    assert {n: sum(rows) for n, rows in parts.items()} == {n: n for n in lengths}
    assert [n for n, rows in parts.items() if len(rows) > 1], "some go over a page's end"
    assert min(min(rows) for rows in parts.values()) >= 3
    ends = {n: max(at for at, text in enumerate(pages) if f"{n}乡" in text) for n in lengths if n % 4}
    assert {n: next(at for at, text in enumerate(pages) if f"第{n}张的注" in text) for n in ends} == ends


def test_a_header_of_two_rows_keeps_every_cell_in_its_place(tmp_path):
    head = '<tr><th rowspan="2">县</th><th colspan="2">基线</th></tr><tr><th>作答</th><th>名册</th></tr>'
    first, second = '<td rowspan="2">第{0}县</td><td>{0}甲</td><td>1</td>', '<td colspan="2">{0}合并</td>'
    rows = "".join(f"<tr>{first.format(at)}</tr><tr>{second.format(at)}</tr>" for at in range(30))
    table = f"<table><caption>合并</caption><thead>{head}</thead><tbody>{rows}</tbody></table>"
    path = made(tmp_path / "job", shown(f'<div class="exhibit">{table}</div>'), text="## 一、表")
    text = words(path)
    assert all(text.count(f"第{at}县") == 1 and f"{at}合并" in text for at in range(30))
    assert text.count("基线") == text.count("作答名册") > 1, "repeated whole"


def test_numbers_stand_to_the_right(opened):
    ends = {}
    for page in opened:
        reader = page.get_textpage()
        for word in ("37", "1,234"):
            search = reader.search(word)
            while found := search.get_next():
                ends.setdefault((word, round(reader.get_charbox(sum(found) - 1)[2])), 0)
    assert len([key for key in ends if key[0] == "1,234"]) == 13, "one edge a column"


def test_page_numbers_stand_outside_odd_right_even_left(opened):
    middle = 105 * MM
    for number, page in enumerate(opened, 1):
        reader = page.get_textpage()
        sides = [
            reader.get_text_bounded(left=left, right=right, top=BOTTOM, bottom=0).strip()
            for left, right in ((0, middle), (middle, 210 * MM))
        ]
        assert sides[number % 2] == f"— {number} —" and not sides[1 - number % 2]


def test_a_picture_is_held_as_it_was_drawn(tmp_path, report, opened):
    data = picture(990, 600)
    [held] = [thing for _, thing in pictures(opened) if thing.get_px_size() == (990, 600)]
    inside = held.get_bitmap(render=False).to_pil().convert("RGB")
    assert inside.tobytes() == Image.open(io.BytesIO(data)).convert("RGB").tobytes()
    left, bottom, right, top = held.get_bounds()
    assert left > LEFT - 1 and right < RIGHT + 1
    assert (right - left) / (top - bottom) == pytest.approx(990 / 600, rel=0.01), "whole, not stretched"


def test_a_picture_stands_on_the_page_of_its_caption(tmp_path):
    tall = figure("高图", picture(600, 1500))
    path = made(tmp_path / "tall", tall, tall, text="## 一、图\n\n" + "占位。" * 300)
    with pdfium.PdfDocument(path) as document:
        pages = [number for number, thing in pictures(document) if thing.get_px_size()[0] == 600]
        captions = [n for n, page in enumerate(document) if "高图" in page.get_textpage().get_text_bounded()]
        heights = [t.get_bounds()[3] - t.get_bounds()[1] for _, t in pictures(document)]
    assert pages == captions and len(pages) == 2 and max(heights) < TOP - BOTTOM


def test_no_heading_ends_a_page_and_no_page_is_empty(tmp_path):
    sections = [f"## 第{at}节\n\n{'占位文字。' * (7 * at % 90 + 1)}" for at in range(1, 41)]
    tall = [figure(f"图{at}", picture(600, 300 + 200 * at)) for at in range(4)]
    path = made(tmp_path / "job", *tall, text="\n\n".join(sections))
    with pdfium.PdfDocument(path) as document:
        pages = [re.sub(r"— \d+ —", "", page.get_textpage().get_text_bounded()).split() for page in document]
    assert len(pages) > 8 and all(pages)
    assert not [lines[-1] for lines in pages[2:] if re.fullmatch("第\\d+节", lines[-1])]


def test_pictures_do_not_grow(tmp_path):
    data = picture(990, 800)
    bare = made(tmp_path / "bare", text="## 一、图").stat().st_size
    full = made(tmp_path / "full", figure("图", data), text="## 一、图").stat().st_size
    assert full - bare < len(data) + 9000, "the caption's own characters come with it"


def test_pictures_of_other_kinds_are_shown_too(tmp_path):
    held = io.BytesIO()
    Image.new("RGBA", (40, 20), (200, 30, 30, 90)).save(held, "PNG")
    drawn = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="30" height="9"/></svg>'
    )
    path = made(
        tmp_path / "kinds",
        figure("半透明", held.getvalue()),
        figure("线条", drawn, kind="svg+xml"),
        page=REAL,
    )
    with pdfium.PdfDocument(path) as document:
        assert [thing.get_px_size() for _, thing in pictures(document)] == [(40, 20)]
        assert "图2线条" in words(path)


def test_the_mark_is_on_every_page_of_synthetic_data_and_not_in_the_text(report, opened):
    drawn = {number for number, thing in pictures(opened) if thing.get_px_size()[0] < 990}
    assert drawn == set(range(len(opened)))
    assert [page.get_textpage().get_text_bounded().count("合成数据") for page in opened][1:] == [0] * (
        len(opened) - 1
    )
    assert "合成数据" in opened[0].get_textpage().get_text_bounded()


def test_a_report_on_real_data_bears_no_mark(tmp_path):
    path = made(tmp_path / "real", page=REAL)
    assert "合成数据" not in words(path)
    with pdfium.PdfDocument(path) as document:
        assert not list(pictures(document))


def test_the_same_report_is_the_same_file(tmp_path):
    first = made(tmp_path / "a", figure("图", picture(99, 60))).read_bytes()
    assert made(tmp_path / "b", figure("图", picture(99, 60))).read_bytes() == first
    later = replace(PAGE, as_of="2022-04-01")
    assert made(tmp_path / "c", figure("图", picture(99, 60)), page=later).read_bytes() != first


@pytest.mark.parametrize("character", ["𠮷", "🙂"])
def test_a_character_without_a_shape_stops_the_report(tmp_path, character):
    for text, outputs in [
        (f"## 一、概况\n\n前一句。昭觉县{character}说。", []),
        ("## 一、概况", [table(f"表{character}", ["题"], [["甲"]])]),
        ("## 一、概况", [table("表", ["题", "数"], [["甲", f"{character}"]])]),
        (f"## 一、{character}", []),
    ]:
        with pytest.raises(Fault, match=f"{character}（U\\+"):
            made(tmp_path / "job", *outputs, text=text)
    with pytest.raises(Fault, match=character):
        made(tmp_path / "job", page=replace(PAGE, title=f"昭觉县{character}"))


@pytest.mark.parametrize(
    "planted",
    [
        {"text": "## 一、概况\n\n电话13800138000。"},
        {"text": "## 电话13800138000"},
        {"outputs": [table("表", ["题"], [["13800138000"]])]},
        {"outputs": [figure("图", picture(30, 20), alt="电话13800138000")]},
        {"page": replace(PAGE, title="电话13800138000")},
    ],
)
def test_a_telephone_number_in_a_report_is_found(tmp_path, planted):
    path = made(tmp_path / "job", *planted.pop("outputs", []), **planted)
    assert scan.document(path, scan.Secrets()) == ["手机号码"]


def test_numbers_side_by_side_are_not_taken_for_one(tmp_path):
    rows = [[f"第{at}村", "138", "0013", "8000", *"13800138000"] for at in range(60)]
    path = made(
        tmp_path / "job", table("表", ["校", *"甲乙丙丁戊己庚辛壬癸子丑寅卯"], rows), text="## 一、表"
    )
    assert "第7村\t138\t0013\t8000\t1\t3\t8" in "\n".join(extract.pages(path))
    assert scan.document(path, scan.Secrets()) == []


def test_a_report_without_any_gives_no_alarm(report):
    assert scan.document(report, scan.Secrets()) == []


def test_a_quotation_over_a_pages_end_is_found(tmp_path):
    quoted = "校长每周都来听我的课并且当面指导我怎样备课" * 40
    path = made(tmp_path / "job", text=f"## 一、概况\n\n{quoted}")
    with pdfium.PdfDocument(path) as document:
        ends = re.sub(r"\s|— \d+ —", "", document[0].get_textpage().get_text_bounded())[-6:]
        starts = re.sub(r"\s", "", document[1].get_textpage().get_text_bounded())[:6]
    kept = scan.Secrets.of([(ends + starts)[1:11]])
    assert scan.document(path, kept) == [f"作答者的原话（连续 {scan.QUOTE} 字以上）"]


def test_a_picture_without_a_place_is_not_lost_in_silence():
    with pytest.raises(RuntimeError, match="no table"):
        packing.pack(b"%PDF-1.7", [])


def test_what_cannot_stand_in_a_pdf_as_it_is_is_left_to_typst(tmp_path):
    for mode, is_taken in {
        "P": True,
        "L": True,
        "RGB": True,
        "1": True,
        "RGBA": False,
        "LA": False,
        "I;16": False,
    }.items():
        Image.new(mode, (3, 2)).save(tmp_path / "a.png")
        assert (packing.read_png(tmp_path / "a.png") is not None) == is_taken, mode
    (tmp_path / "b.png").write_bytes(b"GIF89a")
    assert packing.read_png(tmp_path / "b.png") is None
