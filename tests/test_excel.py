"""The workbook of a report: numbers are numbers, text is text, nothing hidden comes out, and it opens."""

import json
import re
import zipfile
from pathlib import Path

import evidence_fixture
import pandas as pd
import pytest
import python_calamine
import viewers
from hypothesis import given
from hypothesis import strategies as st
from nbformat import v4
from openxml_audit import OpenXmlValidator

from yiduiyi_analysis import codebook
from yiduiyi_analysis.codebook import labels
from yiduiyi_analysis.present import cells, numerals, tables
from yiduiyi_analysis.present.display import Table
from yiduiyi_analysis.present.evidence import Names, codes, method
from yiduiyi_analysis.publish import excel, export, scan, tree
from yiduiyi_analysis.publish.excel import sheets
from yiduiyi_analysis.publish.excel.book import Book, fitting
from yiduiyi_analysis.publish.export import MARK, Page
from yiduiyi_analysis.publish.jobs import Job

PAGE = Page("昭觉县成效评估报告", "昭觉县", "终期", "2022-04-20", synthetic=True)
REAL = Page("昭觉县成效评估报告", "昭觉县", "终期", "2022-04-20", synthetic=False)
ABOUT_B = Table(pd.DataFrame({"indicator": ["B.mean"]}), "应用", "", pd.DataFrame({"均值": ["3.47"]}))
PLAIN = Table(pd.DataFrame({"学校": ["甲校", "乙校"], "教师": [37, 1234]}), "昭觉县的学校", "单位：人。")


def notebook(*shown, source: str = "", **metadata) -> dict:
    """Return an executed notebook whose cells show these, one each."""
    made = v4.new_notebook()
    for one in shown:
        data = one._repr_mimebundle_() if isinstance(one, Table) else {"text/html": one}
        outputs = [v4.new_output("display_data", data)]
        made.cells.append(v4.new_code_cell(source, execution_count=1, metadata=metadata, outputs=outputs))
    return json.loads(json.dumps(made))


def written(folder: Path, *shown, page: Page = PAGE, facts=None, **metadata) -> dict[str, list[list]]:
    """Return the sheets of the workbook made of what a notebook shows."""
    executed, out = notebook(*shown, **metadata), folder / "report.xlsx"
    (folder / "executed.ipynb").write_text(json.dumps(executed), "utf-8")
    blocks = export.meaning(folder / "executed.ipynb", folder, page)
    excel.write(executed, out, page, tree.tables(blocks), facts)
    with python_calamine.load_workbook(folder / "report.xlsx") as book:
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as parts:
        return parts.read(name).decode("utf-8")


def job(code: str | None = "513431", unit: str | None = None, wave: str = "W3") -> Job:
    return Job("r", Path("r.ipynb"), "题", {"wave": wave}, code, code and "昭觉县", "终期", unit)


def grid(**columns) -> Table:
    return Table(pd.DataFrame(), "题", "", pd.DataFrame(columns))


def said(text: str) -> dict:
    return {name: one.value for name, one in cells.read(text).items()}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("78%（75–80）\n246/314", {"数值": 0.78, "下限": 0.75, "上限": 0.80, "n": 246, "N": 314}),
        ("2.80\n（2.66–2.94）\n15/20", {"数值": 2.8, "下限": 2.66, "上限": 2.94, "n": 15, "N": 20}),
        ("+0.27\n（−0.19 至 +0.74）\n11/20", {"数值": 0.27, "下限": -0.19, "上限": 0.74, "n": 11, "N": 20}),
        ("+1（−2 至 +5）\n百分点", {"数值": 1, "下限": -2, "上限": 5, "单位": "百分点"}),
        ("−0.01（−0.06 至 +0.03）\n分", {"数值": -0.01, "下限": -0.06, "上限": 0.03, "单位": "分"}),
        ("72%（全员）\n314/314", {"数值": 0.72, "说明": "全员", "n": 314, "N": 314}),
        ("1,511\nN=314", {"数值": 1511, "N": 314}),
        ("67%\n147,790/222,200", {"数值": 0.67, "n": 147790, "N": 222200}),
        ("484", {"数值": 484}),
        ("20\n3/7，3/7 县", {"数值": 20, "n": 3, "N": 7, "有的县": None}),
        ("0/19\nN=20", {"完成数": 0, "n": 19, "N": 20}),
        ("5/20", {"完成数": 5, "n": 20, "N": 20}),
        ("3.47（3.42–3.52）\n235/314\n名次 1–3", {"名次起": 1, "名次止": 3}),
        ("3.47（3.42–3.52）\n235/314\n名次 2", {"名次起": 2, "名次止": 2}),
        ("部分 4/5", {"状态": "部分", "n": 4, "N": 5}),
        ("≥85%", {"数值": 0.85}),
    ],
)
def test_a_printed_figure_is_its_numbers(text, parts):
    found = said(text)
    if "有的县" in parts:
        assert (found["有数的县"], found["全部县"]) == (3, 7)
        parts.pop("有的县")
    assert {name: found[name] for name in parts} == parts


@pytest.mark.parametrize(
    "text", ["2020年", "1.1 维护学生平等入学权利", "=1+1", "*", "…", "甲（乙）", "513431-001"]
)
def test_words_are_no_figure(text):
    assert cells.read(text) is None


@given(
    value=st.integers(0, 100),
    ends=st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted),
    n=st.integers(1, 2000),
)
def test_what_numerals_print_of_a_share_is_read_back(value, ends, n):
    row = pd.Series({"value": value / 100, "lo": ends[0] / 100, "hi": ends[1] / 100, "n": n, "N": 2000,
                     "unit": "rate", "status": "ok", "method": "finite/logit"})  # fmt: skip
    found = said(f"{numerals.cell(row)}\n{numerals.denominator(row)}")
    assert [found[name] for name in ("数值", "下限", "上限", "n", "N")] == [
        row.value,
        row.lo,
        row.hi,
        n,
        2000,
    ]


@pytest.mark.parametrize(
    "text",
    ["78%", "−0.05", "+0.30", "1511", "1,511", "2021", "≥85%"],
)
def test_a_number_is_shown_as_it_is_printed(text):
    assert cells.displayed(cells.read(text)["数值"]) == text


@pytest.mark.parametrize(
    "codes_of_a_column",
    [["001", "002"], ["08341234567", "1"], ["007", "12"], ["1234567890123456", "5"], ["5134310000000001"]],
)
def test_a_column_of_codes_stays_as_it_is_printed(tmp_path, codes_of_a_column):
    table = grid(编号=codes_of_a_column)
    sheet = list(written(tmp_path, table).values())[1]
    assert [row[0] for row in sheet if row[0] in codes_of_a_column] == codes_of_a_column


@given(st.from_regex(r"0\d{1,11}(\.\d+)?%?", fullmatch=True))
def test_what_begins_with_a_nought_before_a_digit_is_a_code(text):
    assert cells.read(text) is None


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([12345678901.5, 3.25], ["12345678901.50", "3.25"]),
        ([1e-05, 1.0], ["0.00001", "1.00000"]),
        ([2021, 2022], ["2021", "2022"]),
        ([0.1234567890123], ["0.1234567890"]),
        ([12345678901234567, 3], ["12345678901234567", "3"]),
        ([1e16, 1e300, 2.5], ["1e+16", "1e+300", "2.5"]),
        ([1e-20, 0.0], ["1e-20", "0"]),
    ],
)
def test_numbers_of_any_size_are_shown_as_they_are(tmp_path, values, shown):
    table = Table(pd.DataFrame({"数": values}), "题")
    (column,) = cells.columns(Table.of(table.data()))
    assert [cells.displayed(cell[""]) for cell in column.cells] == shown
    excel.write(notebook(table), tmp_path / "report.xlsx", PAGE, [])


@given(st.lists(st.one_of(st.integers(), st.floats()), min_size=1, max_size=5))
def test_no_number_of_a_frame_breaks_a_workbook(values):
    table = Table(pd.DataFrame({"数": pd.Series(values, dtype=object).infer_objects()}), "题")
    (column,) = cells.columns(table)
    for cell, value in zip(column.cells, values, strict=True):
        told = cells.displayed(cell[""])
        if not isinstance(cell[""].value, str):
            assert float(told.replace("−", "-")) == pytest.approx(float(value), rel=1e-9, abs=1e-10)


def test_a_rounded_number_is_given_in_full_unless_excel_would_round_it_otherwise():
    head = {
        "indicator": "x",
        "lo": float("nan"),
        "hi": float("nan"),
        "unit": "rate",
        "status": "count",
        "method": "m",
    }
    frame = pd.DataFrame([head | {"value": 1 / 7, "n": 1, "N": 7}, head | {"value": 1 / 8, "n": 1, "N": 8}])
    shown = pd.DataFrame({"终期": ["14%\n1/7", "12%\n1/8"]})
    (column,) = cells.columns(Table(frame, "题", "", shown))
    assert [cell["数值"].value for cell in column.cells] == [1 / 7, 0.12], (
        "12.5 % is printed as 12, Excel's 13"
    )


def test_a_column_of_figures_is_split_and_a_column_of_words_is_not(tmp_path):
    table = grid(指标=["满意", "“1+1+N”"], 终期=["78%（75–80）\n246/314", "*"], 判定=["否", "证据不足"])
    (sheet,) = [rows for name, rows in written(tmp_path, table).items() if name.startswith("表1")]
    top = next(k for k, row in enumerate(sheet) if row[0] == "指标")
    assert sheet[top] == ["指标", "终期", "", "", "", "", "判定"]
    assert sheet[top + 1] == ["", "数值", "下限", "上限", "n", "N", ""]
    assert sheet[top + 2] == ["满意", 0.78, 0.75, 0.8, 246, 314, "否"]
    assert sheet[top + 3] == ["“1+1+N”", "*", "", "", "", "", "证据不足"], "a hidden cell is never a number"
    assert any("* 为保护个人信息而不公布" in str(row[0]) for row in sheet[:top]), "the mark is explained"


def test_a_frame_keeps_its_types_and_codes_stay_text(tmp_path):
    frame = pd.DataFrame(
        {"代码": ["513431", "000001"], "n": pd.array([3, None], "Int64"), "均值": [0.5, 0.25]}
    )
    sheet = list(written(tmp_path, Table(frame, "题")).values())[1]
    assert sheet[-4:-2] == [["513431", 3, 0.5], ["000001", "…", 0.25]]


def test_a_text_longer_than_a_cell_ends_early_and_says_so(tmp_path):
    frame = pd.DataFrame({"说": ["长" * 40_000, "𠀀" * 20_000, "短"]})
    book = written(tmp_path, Table(frame, "题" * 300, "注" * 40_000))
    sheet = list(book.values())[1]
    long = [cell for row in sheet for cell in row if len(str(cell)) > 15_000]
    assert len(long) == 3 and all(cell.endswith("余下的见同名的网页、Word、PDF）") for cell in long)
    assert all(30_000 < len(cell.encode("utf-16-le")) // 2 <= 32_767 for cell in long)
    assert any(row[0] == "短" for row in sheet)
    assert any(str(row[0]).endswith("题" * 300) for row in sheet), "a title of a cell is whole"


def test_a_long_title_is_whole_on_the_sheet_and_short_among_the_properties(tmp_path):
    page = Page("长" * 300, "昭觉县", "终期", "2022-04-20", synthetic=True)
    assert written(tmp_path, PLAIN, page=page)["目录"][0][0] == page.title
    kept = re.search("<dc:title>(.*?)</dc:title>", part(tmp_path / "report.xlsx", "docProps/core.xml"))[1]
    assert len(kept) == 255 and kept.endswith("长…")


@given(st.text(st.characters(), max_size=40), st.integers(2, 30))
def test_a_text_that_fits_is_whole_and_no_other_is_too_long(text, most):
    kept = fitting(text, most, "…")
    units = len(text.encode("utf-16-le")) // 2
    assert kept == text if units <= most else kept.endswith("…") and text.startswith(kept[:-1])
    assert len(kept.encode("utf-16-le")) // 2 <= most


def test_text_that_looks_like_a_formula_or_a_link_stays_text(tmp_path):
    typed = ["=1+1", "+1-2x", "-1x", "@SUM(A1)", "http://example.org/x", "\tx"]
    sheet = list(written(tmp_path, Table(pd.DataFrame({"原文": typed}), "题")).values())[1]
    assert [row[0] for row in sheet[-2 - len(typed) : -2]] == typed
    with zipfile.ZipFile(tmp_path / "report.xlsx") as parts:
        xml = [parts.read(name).decode() for name in parts.namelist() if name.endswith((".xml", ".rels"))]
    assert not [text for text in xml if re.search(r"<f[ >]|TargetMode", text)]


def test_the_first_sheet_says_what_it_is_and_leads_to_the_others(tmp_path):
    book = written(tmp_path, PLAIN, grid(县=["甲"], 值=["5"]))
    assert list(book) == ["目录", "表1 学校", "表2 题"]
    told = [str(cell) for row in book["目录"] for cell in row if cell != ""]
    for words in ("昭觉县成效评估报告", "范围：昭觉县　终期", "数据截至：2022-04-20", "表1", "昭觉县的学校"):
        assert words in told
    links = re.findall(
        r'<hyperlink [^>]*location="([^"]+)"', part(tmp_path / "report.xlsx", "xl/worksheets/sheet1.xml")
    )
    assert links == ["'表1 学校'!A1", "'表2 题'!A1"]


def test_a_table_without_data_is_told_not_taken_apart_and_keeps_its_number(tmp_path):
    bare = '<table class="dataframe"><tr><td>513</td></tr></table>'
    named = "<table><caption>别的表</caption><tr><td>514</td></tr></table>"
    book = written(tmp_path, bare, named, PLAIN)
    assert list(book) == ["目录", "表2 学校"], "numbered as in the other documents"
    told = "".join(str(cell) for row in book["目录"] for cell in row)
    assert "另有 2 张表没有随数据带出" in told and "表1 别的表" in told
    assert not any(cell in (513, 514) for rows in book.values() for row in rows for cell in row)
    assert "另有" not in str(written(tmp_path, PLAIN)["目录"])


def test_a_caption_of_the_cell_names_and_numbers_what_has_none(tmp_path):
    unnamed = Table(PLAIN.frame, "", "")
    assert list(written(tmp_path, unnamed, caption="自己的表")) == ["目录", "表1 自己的表"]
    assert list(written(tmp_path, unnamed)) == ["目录", "无题1"]


def test_hidden_cells_of_a_notebook_stay_out(tmp_path):
    assert list(written(tmp_path, PLAIN, tags=["remove_cell"])) == ["目录"]


@given(st.text(max_size=60))
def test_any_title_makes_a_legal_name(title):
    name = sheets.legal(f"表1 {title}")
    assert len(name.encode("utf-16-le")) // 2 <= 31 and not set(name) & set("[]:*?/\\'")


def test_the_mark_of_synthetic_data_is_on_every_sheet_or_on_none(tmp_path):
    facts = excel.facts(evidence_fixture.shared(), job(unit="513431-003"))
    for page in (PAGE, REAL):
        book = written(tmp_path, PLAIN, ABOUT_B, page=page, facts=facts)
        assert "评估结果" in book
        marked = [
            name for name, rows in book.items() if any(MARK in str(cell) for row in rows for cell in row)
        ]
        assert marked == (list(book) if page.synthetic else [])
        assert (MARK in part(tmp_path / "report.xlsx", "docProps/core.xml")) == page.synthetic


def test_the_same_report_is_the_same_bytes_and_of_the_day_of_its_data(tmp_path):
    facts = excel.facts(evidence_fixture.shared(), job(unit="513431-003"))
    made = []
    for _ in range(2):
        written(tmp_path, PLAIN, ABOUT_B, facts=facts)
        made.append((tmp_path / "report.xlsx").read_bytes())
    assert made[0] == made[1]
    assert "2022-04-20T00:00:00Z" in part(tmp_path / "report.xlsx", "docProps/core.xml")


def test_headings_stand_still_repeat_on_paper_and_carry_a_filter(tmp_path):
    facts = excel.facts(evidence_fixture.shared(), job(unit="513431-003"))
    written(tmp_path, tables.items(evidence_fixture.county(), "B"), facts=facts)
    path = tmp_path / "report.xlsx"
    for number in (2, 3, 4):
        assert 'state="frozen"' in part(path, f"xl/worksheets/sheet{number}.xml")
    wide, evidence = (part(path, f"xl/worksheets/sheet{number}.xml") for number in (2, 3))
    assert 'orientation="landscape"' in wide and 'fitToHeight="0"' in wide and "<autoFilter" in evidence
    assert part(path, "xl/workbook.xml").count("_xlnm.Print_Titles") == 3


def test_the_file_is_sound(tmp_path):
    facts = excel.facts(evidence_fixture.shared(), job(unit="513431-003"))
    written(tmp_path, PLAIN, tables.milestones(evidence_fixture.county()), facts=facts)
    assert OpenXmlValidator().validate(str(tmp_path / "report.xlsx")).errors == []


def test_libreoffice_opens_it_and_shows_chinese(tmp_path):
    viewers.need_libreoffice()
    import pypdfium2

    written(tmp_path, PLAIN, grid(题目=["满意"], 终期=["78%（75–80）\n246/314"]))
    (printed,) = viewers.as_pdf(tmp_path / "report.xlsx", folder=tmp_path)
    with pypdfium2.PdfDocument(printed) as pdf:
        pages = [page.get_textpage().get_text_bounded() for page in pdf]
    assert len(pages) == 3 and "1234" in pages[1]
    assert re.search(r"满意\s+78%\s+75%\s+80%\s+246\s+314", pages[2])


@pytest.fixture(scope="module")
def everything() -> pd.DataFrame:
    return pd.read_parquet(evidence_fixture.shared().results / "evidence.parquet")


def test_a_countys_workbook_holds_its_own_evidence_up_to_the_wave(everything):
    rows = excel.facts(evidence_fixture.shared(), job(wave="W2")).rows
    own = everything[everything["county_code"].eq("513431") & everything["wave"].ne("W3").fillna(True)]
    assert len(rows) == len(own) and set(rows["county_code"]) == {"513431"}


def test_the_programmes_holds_its_own_and_the_whole_of_each_county(everything):
    rows = excel.facts(evidence_fixture.shared(), job(None)).rows
    assert set(rows.loc[rows["county_code"].ne("all"), "group"]) == {"all"}
    assert set(rows["county_code"]) == set(everything["county_code"])
    assert rows["county_code"].eq("all").sum() == everything["county_code"].eq("all").sum()


def test_a_units_holds_its_own_and_what_it_is_held_against():
    rows = excel.facts(evidence_fixture.shared(), job(unit="513431-003")).rows
    own = rows[rows["group"].ne("all")]
    assert len(own) and own["group"].str.startswith(("unit:513431-003", "school:")).all()
    beside = rows[rows["group"].eq("all")]
    assert len(beside) and set(beside["indicator"]) <= set(own["indicator"])
    assert set(rows["county_code"]) == {"513431"}


def test_a_workbook_holds_the_evidence_of_what_its_tables_tell_and_no_other(everything):
    rows = excel.facts(evidence_fixture.shared(), job(None))
    mine = set(rows.behind([PLAIN, ABOUT_B]).rows["indicator"])
    tool = "I02"
    assert {"B.mean", "B1.top2", f"{tool}.response"} <= mine, "all of the instrument, drawn or tabled"
    assert mine < set(everything["indicator"]) and not [code for code in mine if code.startswith("T")]


def test_a_table_of_rates_alone_brings_no_answers():
    rows = excel.facts(evidence_fixture.shared(), job(None))
    rates = Table(pd.DataFrame({"indicator": ["I02.response", "I01.self.response"]}), "应答率")
    assert set(rows.behind([rates]).rows["indicator"]) == {"I02.response", "I01.self.response"}


@pytest.mark.parametrize("drawn", ["E.mean", "E", "I02.top2"])
def test_what_only_a_figure_shows_is_on_the_evidence_sheet(tmp_path, drawn):
    facts = excel.facts(evidence_fixture.shared(), job())
    assert "评估结果" not in written(tmp_path, PLAIN, facts=facts)
    book = written(tmp_path, PLAIN, facts=facts, source=f'charts.dimension_waves(report, "{drawn}")')
    assert "E.mean" in {row[-1] for row in book["评估结果"]}


def test_a_rate_that_a_figure_shows_brings_no_answers():
    rows = excel.facts(evidence_fixture.shared(), job(None))
    assert set(rows.behind([PLAIN], {"I02.response"}).rows["indicator"]) == {"I02.response"}
    assert rows.behind([PLAIN], {"report", "513431", "W3"}).rows.empty


def test_tables_that_are_not_of_evidence_bring_none_and_the_contents_say_so(tmp_path):
    book = written(tmp_path, PLAIN, facts=excel.facts(evidence_fixture.shared(), job(None)))
    assert list(book) == ["目录", "表1 学校"]
    assert excel.NONE in str(book["目录"]) and excel.NONE not in str(written(tmp_path, PLAIN)["目录"])
    told = written(tmp_path, ABOUT_B, facts=excel.facts(evidence_fixture.shared(), job()))
    assert "评估结果" in told and excel.NONE not in str(told["目录"])


@pytest.mark.parametrize(
    ("value", "unit", "shown"), [(1234.0, "yuan", "1,234"), (0.5, "rate", "50%"), (1511.0, "count", "1,511")]
)
def test_a_value_of_evidence_is_shown_without_a_decimal_that_is_not_printed(tmp_path, value, unit, shown):
    with Book(tmp_path / "x.xlsx", PAGE) as book:
        form = sheets._format_of(book, unit)(value, numerals.number(value, unit)).num_format
    assert cells.displayed(cells.Part(value, form)) == shown


def test_evidence_is_listed_in_words_with_its_numbers_in_full(tmp_path, everything):
    facts = excel.facts(evidence_fixture.shared(), job())
    table = Table(facts.rows[["indicator"]], "每个指标", "", pd.DataFrame({"数": ["1"]}))
    sheet = written(tmp_path, table, facts=facts)["评估结果"]
    top = next(k for k, row in enumerate(sheet) if row[0] == "地区")
    assert sheet[top][:9] == ["地区", "指标", "组别", "轮次", "数值", "下限", "上限", "n", "N"]
    listed, rows = sheet[top + 1 :], facts.rows
    assert len(listed) == len(rows)
    for line, row in zip(listed, rows.itertuples(), strict=True):
        mark = "*" if row.status.startswith("suppressed") else "…"
        assert line[4] == (pytest.approx(row.value) if pd.notna(row.value) else mark)
        for cell, value in zip(line[5:9], (row.lo, row.hi, row.n, row.N), strict=True):
            assert cell == ("" if pd.isna(value) else pytest.approx(value))
        assert line[12] == row.indicator and line[1] != row.indicator


def test_a_hidden_figure_is_found_where_a_workbook_would_tell_it(tmp_path):
    ws = evidence_fixture.workspace_at(tmp_path)
    evidence_fixture.edit(ws, "evidence", _hide)
    kept = scan.secrets(ws, codebook.load(ws.codebook))
    honest = excel.facts(ws, job())
    written(tmp_path, ABOUT_B, facts=honest)
    assert scan.faults(tmp_path / "report.xlsx", kept, "513431") == []
    told = honest.rows["status"].eq("suppressed") & honest.rows["indicator"].eq("B.mean")
    assert told.any()
    leaked = honest.rows.assign(value=honest.rows["value"].mask(told, 3.47))
    written(tmp_path, ABOUT_B, facts=excel.Facts(leaked, honest.names))
    assert scan.faults(tmp_path / "report.xlsx", kept, "513431") == ["不公布的数值（图表标签或单元格）"]


def _hide(rows: pd.DataFrame) -> pd.DataFrame:
    gone = rows["indicator"].eq("B.mean") & rows["county_code"].eq("513431") & rows["group"].eq("all")
    rows.loc[gone, ["value", "lo", "hi", "n"]] = pd.NA
    return rows.assign(
        status=rows["status"].mask(gone, "suppressed"), method=rows["method"].mask(gone, "none")
    )


def test_numbers_side_by_side_are_no_telephone(tmp_path):
    frame = pd.DataFrame({"数": ["甲"], "a": [138], "b": [1234], "c": [1902]})
    written(tmp_path, Table(frame, "题"))
    assert scan.document(tmp_path / "report.xlsx", scan.Secrets()) == []


def test_every_code_of_the_demo_has_words(demo_ws):
    rows = pd.read_parquet(demo_ws.results / "evidence.parquet")
    facts = excel.facts(demo_ws, job(None))
    explained = codes(rows, Names(facts.names.book, facts.names.places))
    for name, kind in (("indicator", "指标"), ("group", "组别"), ("status", "状态"), ("method", "方法")):
        listed = explained[explained["类别"].eq(kind)].set_index("代码")["名称"]
        assert set(listed.index) == set(rows[name].dropna())
        assert [
            code
            for code, word in listed.items()
            if re.search(r"[a-z]{3}|:", re.sub("logit|Korn–Graubard", "", word))
        ] == []
    assert (
        set(rows["unit"]) <= set(labels.UNITS)
        and method("records/per+partial") == "台账；合计按名册平均；只含有数的县"
    )
