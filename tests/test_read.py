import gc
import io
import zipfile
from datetime import datetime
from pathlib import Path
from unittest import mock

import pytest
import xlsxwriter
from forms_made import EXPORTS, save_csv, save_xlsx
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.clean import read
from yiduiyi_analysis.clean.read import columns, plaintext, slices, workbook
from yiduiyi_analysis.errors import Fault

TABLE = [
    ["序号", "您所在的学校", "培训内容贴近我的课堂"],
    ["1", "四开乡中心小学", "满意"],
    ["2", "比尔乡小学", "一般"],
]


def refused(path) -> str:
    with pytest.raises(Fault) as caught:
        read.tables(path)
    line = str(caught.value)
    assert "\n" not in line and path.name in line
    return line


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_each_encoding_a_platform_or_excel_writes(tmp_path, encoding):
    (export,) = read.tables(save_csv(tmp_path / "答卷.csv", TABLE, encoding))
    assert export.encoding == encoding
    assert export.headers == TABLE[0]
    assert export.frame.to_numpy().tolist() == TABLE[1:]
    assert export.frame.index.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("big5", ["編號", "學校名稱", "滿意程度與說明"]),
        ("shift_jis", ["番号", "東京都の小学校", "満足する時間"]),
        ("utf-16-le", ["序号", "学校", "满意"]),
    ],
)
def test_text_in_another_encoding_is_refused_not_read_as_garbage(tmp_path, encoding, words):
    assert "请" in refused(save_csv(tmp_path / "答卷.csv", [words, words], encoding))


def test_a_broken_character_is_told_with_its_line(tmp_path):
    path = tmp_path / "答卷.csv"
    path.write_bytes("序号,学校,满意\n1,四开,一般\n".encode() + b"2,\xff\xff,x\n")
    assert "第 3 行" in refused(path)


def test_the_same_table_comes_out_of_a_workbook(tmp_path):
    (export,) = read.tables(save_xlsx(tmp_path / "a.xlsx", Sheet1=TABLE))
    assert (export.encoding, export.sheet) == ("xlsx", "Sheet1")
    assert export.frame.to_numpy().tolist() == TABLE[1:]


def test_an_old_xls_is_read_its_cover_passed_over_and_its_date_cells_told():
    (export,) = read.tables(EXPORTS / "[问卷星数据]2_2_0.xls")
    assert (export.encoding, export.sheet) == ("xls", "Sheet1")
    assert export.frame[1].tolist() == ["44095.5", "2020-09-22 08:30:00"]
    assert export.frame[0].tolist() == ["1", "2"]
    (passed,) = export.said
    assert passed["rule"].tolist() == ["sheet_ignored"]


def test_content_decides_not_the_extension(tmp_path):
    book = save_xlsx(tmp_path / "a.xlsx", Sheet1=TABLE).rename(tmp_path / "a.csv")
    assert read.tables(book)[0].encoding == "xlsx"
    text = save_csv(tmp_path / "b.csv", TABLE).rename(tmp_path / "b.xls")
    assert read.tables(text)[0].encoding == "utf-8-sig"


def test_web_pages_and_other_files_under_an_excel_name_are_named_for_what_they_are(tmp_path):
    page = tmp_path / "a.xls"
    page.write_text("<html><table><tr><td>序号</td></tr></table></html>", "utf-8")
    assert "网页" in refused(page)
    page.write_bytes(b"%PDF-1.4 ...")
    assert "PDF" in refused(page)
    with zipfile.ZipFile(page, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "不是 .xlsx 工作簿" in refused(page)


def test_a_half_written_workbook_is_refused(tmp_path):
    path = save_xlsx(tmp_path / "a.xlsx", Sheet1=TABLE)
    data = path.read_bytes()
    for part in (data[: len(data) // 2], data[:40], data[:-30]):
        path.write_bytes(part)
        assert "打不开" in refused(path)


def test_a_half_written_old_xls_cannot_end_the_run(tmp_path):
    data = (EXPORTS / "[问卷星数据]2_2_0.xls").read_bytes()
    path = tmp_path / "a.xls"
    path.write_bytes(data[:4000])
    assert "损坏或不完整" in refused(path)


@pytest.mark.parametrize("data", [b"", b"\0" * 512, b" \r\n"])
def test_an_empty_file_is_refused(tmp_path, data):
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    assert "空" in refused(path)


def test_a_locked_workbook_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    )
    assert "密码" in refused(path)


def test_a_truncated_csv_is_refused_at_the_line_where_it_stops(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('序号,学校,建议\n1,四开,好\n2,比尔,"还要', "utf-8")
    assert "第 3 行" in refused(path)


def test_header_only_and_no_header_are_told_apart(tmp_path):
    assert "只有表头" in refused(save_csv(tmp_path / "a.csv", TABLE[:1]))
    assert "找不到表头" in refused(save_csv(tmp_path / "b.csv", [["说明"], ["见附件"]]))


def test_a_tiny_file_with_two_far_cells_is_refused_before_it_takes_all_memory(tmp_path):
    path = save_xlsx(tmp_path / "a.xlsx", Sheet1=TABLE)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts[sheet] = parts[sheet].replace(b"</sheetData>", far)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    assert "范围过大" in refused(path)


def test_formatted_but_empty_far_cells_are_no_reason_to_refuse(tmp_path):
    path = save_xlsx(tmp_path / "a.xlsx", Sheet1=TABLE)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    parts[sheet] = parts[sheet].replace(b"</sheetData>", far)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    assert read.tables(path)[0].rows_read == 2


def test_a_zip_bomb_is_refused_by_its_declared_size(tmp_path, monkeypatch):
    path = save_xlsx(tmp_path / "a.xlsx", Sheet1=TABLE)
    monkeypatch.setattr(workbook, "MAX_UNPACKED_BYTES", 1000)
    assert "1 GB" in refused(path)


def test_titles_above_the_header_are_the_title_and_rows_keep_their_numbers(tmp_path):
    lines = [["合成数据"], ["教师问卷 W2"], [], *TABLE, [], ["3", "交际河中学", "满意"], [], []]
    (export,) = read.tables(save_csv(tmp_path / "a.csv", lines))
    assert export.title == "合成数据 教师问卷 W2"
    assert export.synthetic
    assert export.frame.index.tolist() == [5, 6, 8]


@pytest.mark.parametrize("place", ["name", "sheet", "column"])
def test_the_mark_of_synthetic_data_is_seen_wherever_it_stands(tmp_path, place):
    lines = [[*TABLE[0], "合成数据" if place == "column" else "备注"], *[[*row, "x"] for row in TABLE[1:]]]
    name = "合成数据.xlsx" if place == "name" else "a.xlsx"
    (export,) = read.tables(
        save_xlsx(tmp_path / name, **{"合成数据" if place == "sheet" else "Sheet1": lines})
    )
    assert export.synthetic
    (real,) = read.tables(save_xlsx(tmp_path / "real.xlsx", Sheet1=TABLE))
    assert not real.synthetic


def test_bare_headers_of_two_matrices_stay_two_columns(tmp_path):
    lines = [["序号", "热水", "热水"], ["1", "有", "没有"]]
    (export,) = read.tables(save_csv(tmp_path / "a.csv", lines))
    assert export.headers == ["序号", "热水", "热水"]
    assert export.frame.loc[2].tolist() == ["1", "有", "没有"]


def test_every_sheet_with_data_is_a_table_of_its_own(tmp_path):
    path = save_xlsx(tmp_path / "a.xlsx", 封面=[["说明"]], 一=TABLE, 二=TABLE[:2], 空=[], 三=TABLE[:1])
    exports = read.tables(path)
    assert [(e.sheet, e.rows_read) for e in exports] == [("一", 2), ("二", 1)]
    said = [(row["sheet"], row["rule"]) for part in exports[0].said for row in part.to_dict("records")]
    assert said == [("封面", "sheet_ignored"), ("三", "sheet_empty")]


def test_rows_that_cannot_be_aligned_or_repeat_the_header_are_set_aside_and_counted(tmp_path):
    lines = [*TABLE, ["3", "四开", "满意", "多出一格"], ["4"], TABLE[0], ["5", "四开", "满意"]]
    (export,) = read.tables(save_csv(tmp_path / "a.csv", lines))
    assert export.frame.index.tolist() == [2, 3, 7]
    assert export.aside == [4, 5, 6]
    assert export.rows_read == 6
    assert {rule for part in export.said for rule in part["rule"]} == {"row_width", "header_repeated"}


def test_merged_cells_fill_their_column_below_the_header_only(tmp_path):
    lines = [["台账"], ["县", "学校", "进展"], ["", "四开", "验收"], ["", "比尔", "初稿"]]
    merge = (("一", 2, 0, 3, "昭觉县"),)
    (export,) = read.tables(save_xlsx(tmp_path / "a.xlsx", merge, 一=lines))
    assert export.frame[0].tolist() == ["昭觉县", "昭觉县"]
    assert [part["row"].tolist() for part in export.said] == [[4]]


def test_a_line_break_inside_a_cell_counts_as_excel_counts_rows(tmp_path):
    lines = [TABLE[0], ["1", "四开", "好\n很好"], ["2", "比尔", "一般"]]
    (export,) = read.tables(save_csv(tmp_path / "a.csv", lines))
    assert export.frame.index.tolist() == [2, 3]


def test_reading_bytes_that_are_not_there_is_one_line(tmp_path):
    assert "打不开" in refused(tmp_path / "没有.csv")


def test_large_sheets_are_scanned_across_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "CHUNK", 97)
    path = save_xlsx(tmp_path / "a.xlsx", Sheet1=[["a", "b", "c"]] + [[str(n), "x", "y"] for n in range(50)])
    monkeypatch.setattr(workbook, "MAX_CELLS", 153)
    assert read.tables(path)[0].rows_read == 50
    monkeypatch.setattr(workbook, "MAX_CELLS", 152)
    assert "51 行 × 3 列" in refused(path)


def test_decode_of_plain_ascii_is_utf8():
    assert plaintext.decode(b"a,b,c", Path("a.csv")) == ("utf-8", "a,b,c")


def test_a_column_is_plain_text_to_whoever_asks_for_it(tmp_path):
    rows = [*TABLE, ["3", "四开乡中心小学", ""]]
    (export,) = read.tables(save_csv(tmp_path / "答卷.csv", rows, "utf-8"))
    for position, texts in enumerate(zip(*rows[1:], strict=True)):
        column = export.texts(position)
        assert column.dtype == "str"
        assert column.tolist() == list(texts)
        assert column.index.tolist() == [2, 3, 4]


def test_garbage_is_looked_for_again_after_the_cells_were_read_or_could_not_be():
    def cut_off():
        yield ["序号"]
        assert not gc.isenabled()
        raise OSError

    with pytest.raises(OSError):
        columns.of(cut_off())
    assert gc.isenabled()


CELLS = [
    "<{x}c{r}/>",
    '<{x}c{r} s="1"/>',
    "<{x}c{r}><{x}v>3</{x}v></{x}c>",
    "<{x}c{r}><{x}v>2.5</{x}v></{x}c>",
    '<{x}c{r} s="1"><{x}v>44312.8299</{x}v></{x}c>',
    '<{x}c{r} t="s"><{x}v>0</{x}v></{x}c>',
    '<{x}c{r} t="s"><{x}v>1</{x}v></{x}c>',
    '<{x}c{r} t="b"><{x}v>1</{x}v></{x}c>',
    '<{x}c{r} t="e"><{x}v>#DIV/0!</{x}v></{x}c>',
    '<{x}c{r} t="str"><{x}f>A1&amp;"row "</{x}f><{x}v>arrow one</{x}v></{x}c>',
    '<{x}c{r} t="inlineStr"><{x}is><{x}t>甲 r="7" row &lt;</{x}t></{x}is></{x}c>',
]
ROWS = st.lists(
    st.tuples(
        st.integers(1, 3),  # rows further down
        st.booleans(),  # says its number
        st.booleans(),  # its cells say their places
        st.integers(0, 3),  # columns left free
        st.lists(st.sampled_from(CELLS), max_size=4),
    ),
    max_size=12,
)


def sheet_xml(rows, x, merged) -> str:
    """Return the XML of a sheet, `x` the prefix of its elements."""
    lines, number = [], 0
    for down, numbered, placed, left, cells in rows:
        number += down if numbered else 1
        places = [f' r="{"ABCDEFG"[left + k]}{number}"' if placed else "" for k in range(len(cells))]
        inner = "".join(cell.format(x=x, r=r) for cell, r in zip(cells, places, strict=True))
        own = f' r="{number}"' if numbered else ""
        lines.append(f'<{x}row spans="1:9"{own}>{inner}</{x}row>')
    merges = f'<{x}mergeCells><{x}mergeCell ref="A2:A4"/></{x}mergeCells>' if merged else ""
    space = f"xmlns{':' * bool(x)}{x[:-1]}"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{x}worksheet {space}="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<{x}sheetData>{''.join(lines)}</{x}sheetData>{merges}</{x}worksheet>"
    )


def workbook_of(xml: str, since_1904=False) -> bytes:
    """Return a workbook of one sheet whose XML is given; style 1 is a date."""
    made, changed = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(made, {"date_1904": since_1904}) as book:
        sheet = book.add_worksheet("答卷")
        sheet.write_row(0, 0, ["四开乡中心小学", "满意"])
        sheet.write_datetime(
            1, 0, datetime(2021, 4, 26), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        )
    with zipfile.ZipFile(made) as book, zipfile.ZipFile(changed, "w") as other:
        for name in book.namelist():
            other.writestr(name, xml if "sheet1" in name else book.read(name))
    return changed.getvalue()


def told(sheets) -> list:
    return [
        (one.name, one.hidden, one.merged, one.lengths.tolist(), one.rows, [col.texts for col in one.columns])
        for one in sheets
    ]


def in_slices(data: bytes, size=150, chunk=60) -> slices.Sliced | None:
    """Return a workbook cut as small as it may be."""
    with (
        mock.patch.object(slices, "SIZES", range(1 << 20)),
        mock.patch.object(slices, "SLICE", size),
        mock.patch.object(workbook, "CHUNK", chunk),
    ):
        return slices.of(data, workbook.guard(data, Path("a.xlsx")))


@settings(deadline=None)
@given(ROWS, st.sampled_from(["", "x:"]), st.booleans(), st.booleans(), st.integers(20, 400))
def test_a_sheet_in_slices_is_the_sheet_read_whole(rows, prefix, merged, since_1904, size):
    data, path = workbook_of(sheet_xml(rows, prefix, merged), since_1904), Path("a.xlsx")
    sliced = in_slices(data, size, chunk=500)
    assert told([workbook._assembled(sliced, path)]) == told(workbook.read(data, path))


ONE_ROW = (1, True, True, 0, CELLS[2:6])


def test_a_large_sheet_is_read_in_slices_and_never_whole(tmp_path, monkeypatch):
    path = save_xlsx(tmp_path / "a.xlsx", Sheet1=TABLE[:1] + [[str(n), "四开", "满意"] for n in range(300)])
    (whole,) = read.tables(path)
    monkeypatch.setattr(slices, "SIZES", range(1, 1 << 20))
    monkeypatch.setattr(slices, "SLICE", 2000)
    monkeypatch.setattr(workbook, "CHUNK", 1000)
    assert len(slices.of(path.read_bytes(), workbook.guard(path.read_bytes(), path)).slices) > 5
    made = []
    assemble = workbook._assembled
    monkeypatch.setattr(workbook, "_assembled", lambda *given: made.append(assemble(*given)) or made[0])
    (sliced,) = read.tables(path)
    assert len(made) == 1
    assert sliced.frame.equals(whole.frame)


@pytest.mark.parametrize(
    "changed",
    [
        lambda xml: xml.replace('<row spans="1:9" r="20">', '<!--<row spans="1:9" r="20">--><row>'),
        lambda xml: xml.replace('<row spans="1:9" r="20">', '<!-- <row spans="1:9" r="20">'),
        lambda xml: xml.replace('r="20"', 'r="3"').replace('A20"', 'A3"'),
        lambda xml: xml.replace('<row spans="1:9" r="20">', '<row spans="1:9" r="20"><row>'),
        lambda xml: xml.replace('<row spans="1:9" r="20">', '</sheetData><sheetData><row r="20">'),
        lambda xml: xml.replace("</sheetData>", "</sheetData><sheetData/>"),
        lambda xml: xml.replace("</sheetData>", ""),
        lambda xml: xml.replace("</sheetData>", "</sheetData><mergeCells><mergeCell></x>"),
        lambda xml: xml.replace("<v>1</v>", "<v>99</v>"),
        lambda xml: xml[: len(xml) // 2],
        lambda xml: xml.replace("UTF-8", "GBK"),
        lambda xml: "",
    ],
)
def test_what_cannot_be_cut_is_read_or_refused_as_if_it_had_not_been(monkeypatch, changed):
    xml = changed(sheet_xml([ONE_ROW] * 40, "", merged=True))
    data, path = workbook_of(xml), Path("a.xlsx")

    def read_it():
        try:
            return told(workbook.read(data, path, workbook.guard(data, path)))
        except Fault as fault:
            return str(fault)

    whole = read_it()
    monkeypatch.setattr(slices, "SIZES", range(1, 1 << 20))
    monkeypatch.setattr(slices, "SLICE", 300)
    monkeypatch.setattr(workbook, "CHUNK", 200)
    assert read_it() == whole


def test_a_far_cell_in_a_large_sheet_is_refused_too(tmp_path, monkeypatch):
    monkeypatch.setattr(slices, "SIZES", range(1, 1 << 20))
    far = (1_048_000, True, True, 0, ['<{x}c r="XFD1048500"><{x}v>1</{x}v></{x}c>'])
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook_of(sheet_xml([ONE_ROW] * 3 + [far], "", merged=False)))
    assert "范围过大" in refused(path)
