"""One executed notebook, four documents that say the same; and what keeps one from being published."""

import base64
import io
import json
import re
import zipfile
from dataclasses import replace

import pandas as pd
import pypdfium2
import pytest
from PIL import Image
from test_export import PAGE, REAL, executed, shown

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present.display import Table
from yiduiyi_analysis.publish import check, export, extract, formats, lossless, pdf, seen
from yiduiyi_analysis.publish.formats import FORMATS
from yiduiyi_analysis.publish.jobs import Job

TEXT = """# 标题

## 一、概况

名册见方案[^plan]，$w_i$ 是权数：

$$\\bar{y} = \\frac{\\sum_i w_i y_i}{\\sum_i w_i}$$

[^plan]: 川教函〔2020〕375号附件2。
"""
FRAME = pd.DataFrame({"学校": ["四开学校", "好谷学校"], "n": [41, 1234], "均值": [3.5, float("nan")]})


def picture(colour: str, size=(60, 40)) -> str:
    held = io.BytesIO()
    Image.new("RGB", size, colour).save(held, "PNG")
    return base64.b64encode(held.getvalue()).decode()


def figure(title: str, colour: str) -> str:
    source = f"data:image/png;base64,{picture(colour)}"
    return f'<figure><img src="{source}" alt="示意" width="60"><figcaption>{title}</figcaption></figure>'


def table(title: str) -> dict:
    bundle = Table(FRAME, title, "分母为名册人数。")._repr_mimebundle_()
    return {"output_type": "display_data", "metadata": {}, "data": bundle}


@pytest.fixture(scope="module")
def notebook() -> dict:
    made = executed(
        ("tables.response(r)", [], [table("应答率")]),
        ("charts.means(r)", [], [shown(text_html=figure("各题均值", "navy"))]),
        ("frame", [], [shown(text_html=FRAME.to_html())]),
        ("plot()", [], [shown(image_png=picture("teal"))]),
        text=TEXT,
    )
    made["cells"][-2]["metadata"]["caption"] = "研究者自己的表"
    made["cells"][-1]["metadata"]["caption"] = "研究者自己的图"
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory, notebook):
    return write(tmp_path_factory.mktemp("documents"), notebook)


def write(folder, notebook, page=PAGE, formats=FORMATS):
    (folder / "executed.ipynb").write_text(json.dumps(notebook), "utf-8")
    return export.documents(folder / "executed.ipynb", folder, page, formats)


def text(path) -> str:
    """Return the words of a document, closed up; without Word's own instructions for its numbers."""
    return re.sub(r"SEQ.\\\*ARABIC", "", re.sub(r"\s", "", "\n".join(extract.pieces(path))))


def part(path, name: str) -> str:
    with zipfile.ZipFile(path) as parts:
        return parts.read(name).decode("utf-8")


def test_all_four_are_fit(made, notebook):
    assert tuple(made) == FORMATS and [path.name for path in made.values()] == [
        f"report.{f}" for f in FORMATS
    ]
    assert check.documents(made, PAGE, notebook) == []


def test_real_data_carry_no_mark_in_any_form(tmp_path, notebook):
    made = write(tmp_path, notebook, REAL)
    assert check.documents(made, REAL, notebook) == []
    assert not [form for form, path in made.items() if "合成数据" in text(path)]
    assert check.documents(made, PAGE, notebook) == [f"{form}：缺少合成数据标记" for form in FORMATS]


def test_a_mark_on_real_data_is_found_in_every_form(made, notebook):
    told = check.documents(made, REAL, notebook)
    assert told == [f"{form}：真实数据却带有合成数据标记" for form in FORMATS]


@pytest.mark.parametrize("form", ["html", "docx", "pdf"])
def test_text_tables_and_figures_are_numbered_alike(made, form):
    said = text(made[form])
    for words in ("一、概况", "表1应答率", "表2研究者自己的表", "图1各题均值", "图2研究者自己的图", "1234"):
        assert words in said
    assert "tables.response" not in said and "NaN" not in said
    found = seen.document(made[form])
    assert (found.tables, found.figures) == (2, 2)


def test_footnotes_and_equations_are_native(made):
    html = made["html"].read_text("utf-8")
    assert 'role="doc-noteref"' in html and "<math display=" in html and "↩" not in html
    assert "川教函〔2020〕375号附件2。" in part(made["docx"], "word/footnotes.xml")
    assert "<m:oMathPara>" in part(made["docx"], "word/document.xml")
    with pypdfium2.PdfDocument(made["pdf"]) as pdf:
        pages = [page.get_textpage().get_text_bounded() for page in pdf]
    (page,) = [page for page in pages if "名册见方案" in page]
    assert page.index("名册见方案") < page.index("川教函〔2020〕375")


def test_pictures_given_as_data_reach_every_form_once(made):
    assert made["html"].read_text("utf-8").count("data:image/") == 2
    with zipfile.ZipFile(made["docx"]) as parts:
        assert len([name for name in parts.namelist() if name.startswith("word/media/")]) >= 2
    with pypdfium2.PdfDocument(made["pdf"]) as pdf:
        images = [o for page in pdf for o in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])]
    assert len(images) >= 2


def test_a_page_shows_its_pictures_point_for_point():
    """Lossless WebP where that is smaller, else the picture as it was; half-clear ones too."""
    drawn = Image.effect_mandelbrot((120, 80), (-2, -1, 1, 1), 50).convert("RGBA")
    drawn.putalpha(128)
    for image in (drawn, drawn.convert("RGB"), drawn.convert("RGB").quantize(8), Image.new("1", (1, 1))):
        held = io.BytesIO()
        image.save(held, "PNG")
        page = lossless.smaller(
            f'<img src="data:image/png;base64,{base64.b64encode(held.getvalue()).decode()}">'
        )
        code = base64.b64decode(re.search(r"base64,([^\"]*)", page).group(1))
        with Image.open(io.BytesIO(code)) as shown:
            assert shown.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()
        assert len(code) <= len(held.getvalue())
        assert "image/webp" in page


def test_the_same_report_is_the_same_bytes(tmp_path, made, notebook):
    again = write(tmp_path, notebook)
    assert [form for form in FORMATS if again[form].read_bytes() != made[form].read_bytes()] == []


def test_only_what_was_asked_for_is_written(tmp_path, notebook):
    assert list(write(tmp_path, notebook, formats=["pdf", "html"])) == ["html", "pdf"]
    assert not list(tmp_path.glob("report.docx")) and not list(tmp_path.glob("report.xlsx"))


@pytest.mark.parametrize(
    ("written", "chosen"),
    [
        (None, FORMATS),
        ("html", ("html",)),
        ("PDF, html", ("html", "pdf")),
        ("xlsx，docx、docx", ("docx", "xlsx")),
    ],
)
def test_formats_as_a_person_writes_them(written, chosen):
    assert formats.chosen(written) == chosen


@pytest.mark.parametrize("written", ["word", "", "html,", "html docx"])
def test_an_unknown_format_is_told_the_known_ones(written):
    with pytest.raises(Fault, match="html,docx,pdf,xlsx"):
        formats.chosen(written)


def test_a_picture_from_elsewhere_is_not_fetched_but_found_out(tmp_path):
    notebook = executed(("a()", [], [shown(text_html='<img src="https://example.org/a.png">')]))
    assert check.notebook(notebook) == ["向外部请求：https://example.org/a.png"]
    told = check.documents(write(tmp_path, notebook, formats=("html", "docx")), PAGE, notebook)
    assert told == [f"{form}：图只有 0 幅，应有 1 幅" for form in ("html", "docx")]


def test_a_picture_beside_the_notebook_is_in_every_document(tmp_path):
    source, folder = tmp_path / "notebooks", tmp_path / "run"
    source.mkdir()
    folder.mkdir()
    (source / "校徽 1.png").write_bytes(base64.b64decode(picture("navy")))
    cell = ("a()", [], [shown(text_html='<img src="校徽 1.png" alt="校徽">')])
    notebook = executed(cell, text="# 标题\n\n昭觉县\n\n![校徽](<校徽 1.png>)")
    (folder / "executed.ipynb").write_text(json.dumps(notebook), "utf-8")
    job = Job("r", source / "r.ipynb", PAGE.title, {}, "513431", "昭觉县", "终期", None)
    made = export.documents(folder / "executed.ipynb", folder, PAGE, ["html", "docx", "pdf"], job=job)
    assert check.documents(made, PAGE, notebook) == []
    assert {form: seen.document(path).figures for form, path in made.items()} == dict.fromkeys(made, 2)


@pytest.mark.parametrize("text", ["# 标题\n\n![校徽](校徽.png)", '# 标题\n\n<img src="校徽.png">'])
def test_a_picture_that_is_not_there_is_named(tmp_path, text):
    with pytest.raises(Fault, match=r"找不到图片“校徽\.png”"):
        write(tmp_path, executed(("a()", [], []), text=text))


def test_a_sign_that_no_document_can_hold_is_told_with_its_place(tmp_path):
    with pytest.raises(Fault, match=r"“四开□学校”.*U\+0000"):
        write(tmp_path, executed(("a()", [], [shown(text_markdown="四开\0学校")])))


def test_data_without_times_are_reported_as_of_an_unknown_day(tmp_path, notebook):
    page = replace(PAGE, as_of=None)
    made = write(tmp_path, notebook, page)
    assert check.documents(made, page, notebook) == []
    said = {form: re.sub("：", "", text(path)) for form, path in made.items()}
    assert [form for form in FORMATS if "数据截至不详" not in said[form]] == []
    again = {form: path.read_bytes() for form, path in made.items()}
    assert {form: path.read_bytes() for form, path in write(tmp_path, notebook, page).items()} == again


def test_a_real_report_may_speak_of_synthetic_data(tmp_path):
    notebook = executed(("t", [], [table("与合成数据对照")]), text="# 标题\n\n昭觉县另以合成数据验证过算法。")
    assert check.documents(write(tmp_path, notebook, REAL), REAL, notebook) == []


def test_a_table_written_in_the_text_counts_in_every_form(tmp_path):
    text_ = "# 标题\n\n昭觉县\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n\n: 文中的表"
    made = write(tmp_path, executed(("t", [], [table("应答率")]), text=text_))
    for form in FORMATS:
        assert "表2应答率" in text(made[form]) and "表1应答率" not in text(made[form])
    assert "另有1张表没有随数据带出" in text(made["xlsx"]) and "表1文中的表" in text(made["xlsx"])


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_a_lost_table_is_missed_beside_one_over_many_pages(tmp_path, form):
    long = Table(pd.DataFrame({"学校": [f"第{n}小学" for n in range(120)], "n": range(120)}), "各校人数")
    bundle = {"output_type": "display_data", "metadata": {}, "data": long._repr_mimebundle_()}
    notebook = executed(("a", [], [bundle]), ("b", [], [table("应答率")]), text="# 标题\n\n昭觉县")
    made = write(tmp_path, notebook, formats=[form])
    assert check.documents(made, PAGE, notebook) == []
    tree = json.loads((tmp_path / "report.json").read_text("utf-8"))
    short = tree["blocks"][-1]["c"][1]
    at = next(k for k, block in enumerate(short) if "table" in block["c"][0][1])
    short[at] = short[at]["c"][1][0]["c"][1][1][0]  # its caption alone
    (tmp_path / "report.json").write_text(json.dumps(tree), "utf-8")
    writers = {"docx": export.docx, "pdf": pdf.write}
    writers[form](tmp_path / "report.json", made[form], PAGE)
    assert check.documents(made, PAGE, notebook) == [f"{form}：表格只有 1 张，应有 2 张"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("![图](https://example.org/a.png)", ["向外部请求：https://example.org/a.png"]),
        ('<img src="//example.org/a.png">', ["向外部请求：//example.org/a.png"]),
        ("[来源](https://example.org)", []),
        ("![图](data:image/png;base64,AAAA)", []),
    ],
)
def test_a_picture_that_the_text_takes_from_elsewhere_is_found_out(text, found):
    assert check.notebook(executed(("a()", [], []), text=f"# 标题\n\n{text}")) == found


def changed(path, folder, name: str, change) -> dict:
    """Return a copy of an Office package in which one part was changed or added."""
    out = folder / path.name
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(out, "w") as copy:
        for part in parts.namelist():
            held = parts.read(part)
            copy.writestr(part, change(held.decode("utf-8")) if part == name else held)
        if name not in parts.namelist():
            copy.writestr(name, change(""))
    return {path.suffix[1:]: out}


OUTSIDE = (
    '<Relationship Id="rId99" Type="http://x/{}" Target="https://example.org/a" TargetMode="External"/>'
    "</Relationships>"
)


@pytest.mark.parametrize(
    ("form", "name", "old", "new", "fault"),
    [
        ("docx", "word/document.xml", "<w:tbl>", "<w:tblx>", "表格只有 1 张，应有 2 张"),
        ("docx", "word/document.xml", "<pic:pic", "<pic:pix", "图只有 1 幅，应有 2 幅"),
        ("docx", "word/document.xml", "各题均值", "各题", "缺少“各题均值”"),
        ("docx", "word/document.xml", "名册见", "名册见\u0e01", "缺字：\u0e01"),
        ("docx", "word/_rels/document.xml.rels", "</Relationships>", OUTSIDE.format("image"),
         "向外部请求：https://example.org/a"),
        ("docx", "word/vbaProject.bin", "", "x", "打开时会运行：word/vbaProject.bin"),
        ("xlsx", "xl/vbaProject.bin", "", "x", "打开时会运行：xl/vbaProject.bin"),
        ("xlsx", "xl/externalLinks/externalLink1.xml", "", "x",
         "打开时会运行：xl/externalLinks/externalLink1.xml"),
        ("xlsx", "xl/worksheets/sheet1.xml", "</c>", "<f>1+1</f></c>", "打开时会运行：公式"),
    ],
)  # fmt: skip
def test_what_an_office_document_may_not_hold_is_found_out(
    tmp_path, made, notebook, form, name, old, new, fault
):
    bad = changed(made[form], tmp_path, name, lambda held: held.replace(old, new, 1))
    assert check.documents(bad, PAGE, notebook) == [f"{form}：{fault}"]


def test_a_link_in_the_text_stays_a_link_on_the_page_and_becomes_words_on_paper(tmp_path):
    notebook = executed(("a()", [], []), text="# 标题\n\n见[附件](https://example.org/a)。")
    made = write(tmp_path, notebook)
    assert check.documents(made, PAGE, notebook) == []
    assert 'href="https://example.org/a"' in made["html"].read_text("utf-8")
    assert "https://example.org/a" in text(made["docx"])


def test_the_report_of_another_place_is_found_out_in_every_form(made, notebook):
    other = export.Page("喜德县评估报告", "喜德县", "终期", "2022-03-31", synthetic=True)
    told = check.documents(made, other, notebook)
    assert told == [
        f"{form}：{what}" for form in FORMATS for what in ("缺少标题", "没有出现本县名称“喜德县”")
    ]


class TestFramesOfPandas:
    """A bare DataFrame of a researcher's own notebook."""

    def table(self, folder, frame: pd.DataFrame, **said) -> str:
        notebook = executed(("frame", [], [shown(text_html=frame._repr_html_())]))
        notebook["cells"][-1]["metadata"] |= said
        html = write(folder, notebook, formats=["html"])["html"].read_text("utf-8")
        return html[html.index("<table") : html.index("</table>")]

    def cells(self, html: str, tag: str) -> list[str]:
        return re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", html)

    def test_running_numbers_are_left_out_and_numbers_stand_to_the_right(self, tmp_path):
        html = self.table(tmp_path, FRAME)
        assert [re.sub("<.*?>", "", cell) for cell in self.cells(html, "th")][:3] == ["学校", "n", "均值"]
        assert re.search(r"text-align: right[^>]*>1234<", html) and ">…<" in html
        assert not re.search(r"right[^>]*>四开学校<", html) and ">0<" not in html

    @pytest.mark.parametrize("index", [[2019, 2020], [1, 2], [0, 2], [2.5, 3.5]])
    def test_numbers_that_say_something_are_kept(self, tmp_path, index):
        html = self.table(tmp_path, FRAME.set_axis(index))
        assert [f">{number}<" in html for number in index] == [True, True]

    def test_running_numbers_are_left_out_where_rows_are_left_out(self, tmp_path):
        with pd.option_context("display.max_rows", 4):
            html = self.table(tmp_path, pd.DataFrame({"甲": [str(number) for number in range(900, 999)]}))
        assert ">900<" in html and ">998<" in html and ">98<" not in html and ">0<" not in html

    def test_an_index_with_a_name_is_a_column_with_that_head(self, tmp_path):
        html = self.table(tmp_path, FRAME.set_index("学校"))
        head = html[: html.index("</thead>")]
        assert self.cells(head, "th") == ["学校", "n", "均值"] and "四开学校" in html

    def test_two_levels_of_columns_stay_two_header_rows(self, tmp_path):
        wide = FRAME.assign(轮次=["基线", "终期"]).pivot_table(
            index="学校", columns="轮次", values=["n", "均值"]
        )
        head = self.table(tmp_path, wide).partition("</thead>")[0]
        assert head.count("<tr") == 2 and 'colspan="2"' in head

    def test_an_index_of_texts_without_a_name_is_kept(self, tmp_path):
        assert "mean" in self.table(tmp_path, FRAME.describe())

    def test_a_caption_comes_from_the_cells_metadata(self, tmp_path):
        html = self.table(tmp_path, FRAME, caption="各校 <人数>")
        assert "表1</span>　各校 &lt;人数&gt;" in html

    def test_a_caption_never_replaces_one(self, tmp_path):
        notebook = executed(("t", [], [table("应答率")]), ("f", [], [shown(text_html=figure("均值", "red"))]))
        for cell in notebook["cells"][-2:]:
            cell["metadata"]["caption"] = "另一个题目"
        html = write(tmp_path, notebook, formats=["html"])["html"].read_text("utf-8")
        assert "另一个题目" not in html and "应答率" in html

    def test_the_size_of_a_frame_and_its_style_are_left_out(self, tmp_path):
        notebook = executed(("frame", [], [shown(text_html=pd.DataFrame({"甲": range(99)})._repr_html_())]))
        html = write(tmp_path, notebook, formats=["html"])["html"].read_text("utf-8")
        assert "99 rows" not in html and "dataframe" not in html
