"""What a notebook shows: real tables and figures with captions, numbers to the right, nothing unescaped."""

import json

import nbformat
import pandas as pd
import pytest
from nbformat import v4

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present import style
from yiduiyi_analysis.present.display import DATA, LOOK, Chart, Markdown, Table, nothing


def table(**columns) -> str:
    return Table(pd.DataFrame(columns), "标题", "单位：人。").html()


def test_a_table_is_a_three_line_table_with_caption_head_and_note():
    html = table(学校=["甲校", "乙校"], 教师=[37, 90])
    assert '<table class="three-line"><caption>标题</caption><thead><tr><th scope="col">学校</th>' in html
    assert html.endswith('</tbody></table><p class="note">注：单位：人。</p></div>')
    assert html.count("<tr>") == 3


@pytest.mark.parametrize("shown", [None, pd.DataFrame()])
def test_a_table_without_columns_is_told_by_its_title(shown):
    with pytest.raises(Fault, match="“各校人数”没有一列"):
        Table(pd.DataFrame(), "各校人数", shown=shown)


@pytest.mark.parametrize(
    "cells",
    [
        ["37", "*"],
        ["72%（68–76）", "…"],
        ["−0.36（−0.51 至 −0.20）", "—"],
        ["72%（全员）\n258/314", "5/9\nN=12"],
        ["3.60\n（3.41–3.80）\n12/20", "12"],
    ],
)
def test_numbers_and_their_marks_stand_to_the_right(cells):
    assert table(值=cells).count('class="num" style="text-align:right"') == 3


@pytest.mark.parametrize(
    "cells", [["1.1 维护学生平等入学权利", "2"], ["甲", "3"], ["", ""], ["2020年", "12"]]
)
def test_words_stand_to_the_left(cells):
    assert "class" not in table(值=cells).split("<thead>")[1].split("</tbody>")[0]


def test_a_notebook_brings_its_look_along_and_a_document_has_its_own():
    shown = Table(pd.DataFrame({"n": [1]}), "标题")
    assert shown._repr_html_() == LOOK + shown.html()
    assert "<style" not in shown.html() and "http" not in LOOK


def test_an_interval_is_not_broken_over_two_lines():
    assert '<span style="white-space:nowrap">（4.20–4.27）</span><br>245/314' in table(
        值=["4.24（4.20–4.27）\n245/314"]
    )
    assert "nowrap" not in table(县=["甲（乙）", "丙"])


def test_what_people_typed_is_escaped():
    html = Table(pd.DataFrame({"<b>": ["<script>x</script>"]}), "a<b", "c&d").html()
    assert "<script>" not in html and "<b>" not in html
    assert "a&lt;b" in html and "c&amp;d" in html


def test_missing_cells_are_shown_as_such_and_data_stay_numbers():
    shown = Table(pd.DataFrame({"n": pd.array([3, None], "Int64"), "是": [True, False]}), "t")
    assert shown.grid["n"].tolist() == ["3", "…"]
    assert shown.grid["是"].tolist() == ["是", "否"]
    assert shown.frame["n"].sum() == 3


def test_a_table_carries_its_data_and_comes_back_the_same():
    frame = pd.DataFrame(
        {
            "n": pd.array([3, None], "Int64"),
            "value": pd.array([1 / 7, None], "Float64"),
            "share": [0.1, float("nan")],
            "county_code": ["513431", None],
            "kind": pd.Categorical(["甲", "乙"]),
            "day": pd.to_datetime(["2021-03-05", None]),
            "是": [True, False],
        }
    )
    for shown in (None, pd.DataFrame({"县": ["昭觉县", "…"], "值": ["14%\n1/7", "*"]})):
        table = Table(frame, "题", "注。", shown)
        carried = json.loads(json.dumps(table.data(), allow_nan=False))
        back = Table.of(carried)
        assert back.html() == table.html() and (back.title, back.note) == ("题", "注。")
        kept = frame.astype({"kind": "str"})
        pd.testing.assert_frame_equal(back.frame, kept, check_column_type=False)
        assert (carried["rows"] is None) == (shown is None), "what can be derived is not held twice"
    assert carried["frame"]["rows"][0] == [3, 1 / 7, 0.1, "513431", "甲", "2021-03-05T00:00:00", True]
    assert carried["frame"]["rows"][1] == [None, None, None, None, "乙", None, False]


def test_a_tables_data_stand_beside_its_html_in_a_valid_notebook():
    bundle = Table(pd.DataFrame({"n": [3]}), "题")._repr_mimebundle_()
    assert list(bundle) == ["text/html", "text/plain", DATA]
    output = v4.new_output("display_data", bundle)
    nbformat.validate(v4.new_notebook(cells=[v4.new_code_cell(execution_count=1, outputs=[output])]))


def test_a_chart_is_a_figure_with_picture_words_and_caption():
    figure, _ = style.canvas(False, 1)
    bundle = Chart(figure, "图题", "n＝3", '甲 "3"')._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/html"].count("<img") == 1
    assert 'src="data:image/png;base64,iVBOR' in bundle["text/html"]
    assert 'alt="甲 &quot;3&quot;"' in bundle["text/html"]
    assert "<figcaption>图题</figcaption></figure>" in bundle["text/html"]
    assert "图题" in bundle["text/plain"]


def test_a_chart_with_a_missing_glyph_cannot_be_made():
    figure, ax = style.canvas(False, 1)
    ax.set_title("\U000f0000")
    with pytest.raises(UserWarning, match="Glyph"):
        Chart(figure, "t")


def test_text_renders_as_markdown():
    assert Markdown("**甲**")._repr_mimebundle_() == {"text/markdown": "**甲**", "text/plain": "**甲**"}
    assert "没有可用的数据" in str(nothing("应答率"))
