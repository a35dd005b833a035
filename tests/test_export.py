"""An executed notebook as a document: what a reader sees, and what may not be published."""

import base64
import json
import re
import struct
import zlib

import pytest
import tiny

from yiduiyi_analysis.present import lint
from yiduiyi_analysis.publish import check, export, seen
from yiduiyi_analysis.publish.export import MARK, Page

PAGE = Page("昭觉县评估报告", "昭觉县", "终期", "2022-03-31", synthetic=True)
REAL = Page("昭觉县评估报告", "昭觉县", "终期", "2022-03-31", synthetic=False)
TABLE = (
    '<div class="exhibit"><table><caption>应答率</caption>'
    '<thead><tr><th>学校</th><th style="text-align:right">n</th></tr></thead>'
    '<tbody><tr><td>四开</td><td style="text-align:right">41</td></tr></tbody></table>'
    '<p class="note">注：名册见附件2。</p></div>'
)


def png() -> str:
    """Return the smallest picture, as base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    pixel = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixel += chunk(b"IDAT", zlib.compress(b"\0\0"))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + pixel + chunk(b"IEND", b"")).decode()


PICTURE = f'<img src="data:image/png;base64,{png()}" alt="均值图">'
FIGURE = f"<figure>{PICTURE}<figcaption>各题均值</figcaption></figure>"


def shown(**data) -> dict:
    data = {name.replace("_", "/"): value for name, value in data.items()} | {"text/plain": "<Table at 0x7f>"}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def executed(*cells: tuple[str, list[str], list[dict]], text: str = "# 笔记本标题\n\n## 一、概况") -> dict:
    """Return an executed notebook: text, then code cells of (source, tags, outputs)."""
    made = tiny.notebook(text, *[(source, tags) for source, tags, _ in cells])
    made["cells"][0]["execution_count"] = 1
    for number, (cell, (_, _, outputs)) in enumerate(zip(made["cells"][2:], cells, strict=True), 2):
        cell |= {"outputs": outputs, "execution_count": number}
    return made


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    """Return (HTML, notebook) of a report with one of everything."""
    notebook = executed(
        ("tables.response(r)", [], [shown(text_html=TABLE)]),
        ("tables.means(r)", [], [shown(text_html=TABLE.replace("应答率", "均值"))]),
        ("charts.means(r)", [], [shown(text_html=FIGURE, image_png=png())]),
        ("wording.response(r)", [], [shown(text_markdown="回收 **231** 份。\n\n### （一）小节")]),
        ("warnings.warn('不该出现')", [], [{"output_type": "stream", "name": "stderr", "text": "不该出现"}]),
        ("setup()", ["remove_cell"], [shown(text_html="<p>藏起的单元</p>")]),
        ("silent()", ["remove_output"], [shown(text_html="<p>藏起的输出</p>")]),
    )
    return exported(tmp_path_factory.mktemp("export"), notebook, PAGE), notebook


def exported(folder, notebook: dict, page: Page) -> str:
    (folder / "executed.ipynb").write_text(json.dumps(notebook), "utf-8")
    made = export.documents(folder / "executed.ipynb", folder, page, ["html"])
    return made["html"].read_text("utf-8")


def faults(html: str, page: Page, notebook: dict) -> list[str]:
    return check.document("html", seen.html(html), page, notebook) + lint.text(html)


def test_a_reader_sees_text_tables_figures_and_no_code(document):
    html, _ = document
    assert "<strong>231</strong>" in html and 'alt="均值图"' in html and "注：名册见附件2。" in html
    hidden = ("tables.response", "setup()", "不该出现", "藏起的单元", "藏起的输出", "0x7f", "parameters")
    assert not [text for text in hidden if text in html]


def test_one_form_of_an_output_is_shown(document):
    assert document[0].count("data:image/") == 1


def test_captions_are_numbered_in_their_text(document):
    captions = re.findall(r"<(?:fig)?caption[^>]*>(.*?)</(?:fig)?caption>", document[0], re.DOTALL)
    plain = [re.sub(r"<.*?>|\s", "", caption) for caption in captions]
    assert plain == ["表1应答率", "表2均值", "图1各题均值"]


def test_numbers_stand_to_the_right(document):
    assert re.search(r"<td[^>]*text-align: right[^>]*>41</td>", document[0])


def test_the_page_says_what_it_is(document):
    html, _ = document
    assert '<html lang="zh-CN">' in html and "<title>昭觉县评估报告</title>" in html
    assert html.count("<h1") == 1 and "笔记本标题" not in html
    assert "终期" in html and "2022-03-31" in html
    assert re.search(r'<nav.*href="#一概况".*（一）小节.*</nav>', html, re.DOTALL)


def test_the_finished_document_passes(document):
    html, notebook = document
    assert faults(html, PAGE, notebook) == [] and check.notebook(notebook) == []


def test_the_synthetic_mark_is_there_if_and_only_if_the_data_are(tmp_path, document):
    html, notebook = document
    assert html.count(f'data-mark="{MARK}"') == 1
    real = exported(tmp_path, notebook, REAL)
    assert MARK not in real and faults(real, REAL, notebook) == []
    assert faults(real, PAGE, notebook) == ["缺少合成数据标记"]
    assert faults(html, REAL, notebook) == ["真实数据却带有合成数据标记"]


def test_a_report_of_another_county_is_found_out(document):
    html, notebook = document
    other = Page("喜德县评估报告", "喜德县", "终期", "2022-03-31", synthetic=True)
    assert faults(html, other, notebook) == ["缺少标题", "没有出现本县名称“喜德县”"]


@pytest.mark.parametrize(
    "added",
    [
        '<img src="https://example.org/a.png">',
        '<img srcset="//example.org/a.png 2x">',
        '<link rel="stylesheet" href="http://example.org/a.css">',
        "<style>@import 'a.css';</style>",
        '<p style="background: url( //example.org/a.png)">',
    ],
)
def test_a_request_to_another_host_is_found_out(document, added):
    html, notebook = document
    (fault,) = faults(html.replace("</main>", f"{added}</main>"), PAGE, notebook)
    assert fault.startswith("向外部请求")


@pytest.mark.parametrize(
    "added",
    ["<script>fetch('x')</script>", '<p onclick="go()">a</p>', '<a href=" JavaScript:go()">a</a>'],
)
def test_what_would_run_is_found_out(document, added):
    html, notebook = document
    assert faults(html.replace("</main>", f"{added}</main>"), PAGE, notebook) == ["打开时会运行：脚本"]


def test_a_link_that_a_reader_may_follow_is_no_request(document):
    html, notebook = document
    linked = html.replace("</main>", '<a href="https://example.org">来源</a></main>')
    assert faults(linked, PAGE, notebook) == []


@pytest.mark.parametrize(
    ("what", "fault"), [("<table", "表格只有 1 张，应有 2 张"), ("<img", "图只有 0 幅，应有 1 幅")]
)
def test_a_lost_table_or_figure_is_found_out(document, what, fault):
    html, notebook = document
    assert faults(html.replace(what, "<span", 1), PAGE, notebook) == [fault]


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ("<p>帮扶带来 9 分的变化。</p>", "因果说法：帮扶带来 9 分的变化。"),
        ("<p>两轮之间没有变化。</p>", "把不能判断说成没有变化：两轮之间没有变化。"),
        ("<h2>主要发现</h2>", "缺少“本评估无对照组，变化不能归因于项目。”一句"),
    ],
)
def test_a_report_that_claims_too_much_is_found_out(document, planted, fault):
    html, notebook = document
    assert faults(html.replace("</main>", f"{planted}</main>"), PAGE, notebook) == [fault]


def test_a_notebook_that_stopped_short_is_found_out():
    notebook = executed(("a()", [], []), ("b()", [], []))
    notebook["cells"][-1]["execution_count"] = None
    assert check.notebook(notebook) == ["最后一个单元没有运行"]


def test_a_missing_glyph_and_a_kept_error_are_found_out():
    warning = "UserWarning: Glyph 26222 (\\N{CJK}) missing from font(s)"
    glyph = {"output_type": "stream", "name": "stderr", "text": warning}
    error = {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": []}
    assert check.notebook(executed(("a()", [], [glyph, error]))) == ["有单元出错", "图中有缺字"]


def test_what_a_person_wrote_is_shown_as_text(tmp_path):
    page = Page("甲 <script>alert(1)</script> 乙", None, None, "2022-03-31", synthetic=False)
    html = exported(tmp_path, executed(), page)
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_a_section_without_evidence_says_so_in_one_line(tmp_path):
    lacking = [
        shown(text_markdown=f"（{what}：没有可用的数据，本部分从略。）")
        for what in ("测试", "题目", "题目：领域", "分项")
    ]
    notebook = executed(
        ("a", [], lacking[:1]),
        ("b", [], lacking[1:2]),
        ("c", [], lacking[2:3]),
        ("d", [], [shown(text_html=TABLE)]),
        ("e", [], lacking[3:]),
    )
    text = exported(tmp_path, notebook, PAGE)
    assert "（测试；题目：没有可用的数据，本部分从略。）" in text
    assert text.count("没有可用的数据") == 2
