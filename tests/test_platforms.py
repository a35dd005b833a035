"""Exports of 腾讯问卷 whole, and of any other platform through the map that a researcher writes."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from forms_made import BOOK, ROOT, SIKAI, ZHAOJUE, answered, export, save_csv, table, workspace
from test_codebook import edit

from yiduiyi_analysis import codebook
from yiduiyi_analysis.clean import pipeline, survey
from yiduiyi_analysis.clean.survey import platforms
from yiduiyi_analysis.errors import Fault

TENCENT = ["编号", "开始答题时间", "结束答题时间", "答题时长"]


def letter(item, label: str, wave: str = "") -> str:
    """Return an option as 腾讯问卷 writes it: A.非常满意."""
    labels = [option.label for option in BOOK.option_order(item, wave)]
    return f"{chr(65 + labels.index(label))}.{label}"


def tencent(instrument: str, wave: str, rows: list[dict], between: str = "—") -> list[list[str]]:
    """Return header and cells of a 腾讯问卷 export: a column an option, letters before options."""
    tool, heads, cells = BOOK.instruments[instrument], [*TENCENT], []
    asked = [item for item in tool.items if wave in tool.waves_of(item)]
    for n, item in enumerate(asked, 1):
        options = BOOK.scales[item.scale].options if item.kind == "multi" else []
        stem = f"{item.matrix}{between}{item.stem}" if item.matrix else item.stem
        heads += [f"{n}.{item.stem}:{option.label}" for option in options] or [f"{n}.{stem}"]
    for n, row in enumerate(rows, 1):
        line = [str(n), "2022-03-05 09:00:00", "2022-03-05 09:12:30", "12分30秒"]
        for item in asked:
            given = row[item.id]
            if item.kind == "multi":
                chosen = dict(part.partition("____")[::2] for part in given.split("┋"))
                for option in BOOK.scales[item.scale].options:
                    beside = f"____{chosen[option.label]}" if chosen.get(option.label) else ""
                    line.append(letter(item, option.label) + beside if option.label in chosen else "")
            else:
                line.append(letter(item, given, wave) if item.scale else given)
        cells.append(line)
    return [heads, *cells]


@pytest.mark.parametrize("instrument", ["I01", "I02", "I03", "I04", "I05"])
@pytest.mark.parametrize("between", ["—", "-", ":", "："])
def test_a_whole_tencent_export_says_the_same_as_the_wjx_one(instrument, between):
    wave = "W3"
    given = {"SUBJECT": "语文┋其他", "FORM": "专题培训┋送教进校"} if instrument == "I02" else {}
    rows = [answered(instrument, wave, fill, **given) for fill in range(3)]
    theirs = survey.decode_export(export(tencent(instrument, wave, rows, between), f"导出{wave}.csv"), BOOK)
    ours = survey.decode_export(export(table(instrument, wave, rows), f"导出{wave}.csv"), BOOK)
    assert (theirs.form.platform, theirs.form.mode) == ("tencent", "text")
    pd.testing.assert_frame_equal(theirs.value, ours.value)
    pd.testing.assert_frame_equal(theirs.missing, ours.missing)
    assert [part for part in theirs.said if len(part)] == []
    assert theirs.rows["duration_s"].tolist() == [750] * 3
    assert theirs.rows["submitted_at"].tolist() == [pd.Timestamp("2022-03-05 09:12:30")] * 3


def test_what_someone_wrote_beside_a_tencent_option_ticks_it_and_is_not_kept():
    rows = [answered("I02", "W3", SUBJECT="语文┋其他____找阿依老师", FORM="跟岗研修")]
    got = survey.decode_export(export(tencent("I02", "W3", rows), "教师W3.csv"), BOOK)
    ticked = got.value.filter(like="SUBJECT.").iloc[0]
    assert ticked[ticked == 1].index.tolist() == ["SUBJECT.1", "SUBJECT.8"]
    assert "阿依" not in got.raw.to_csv()


def test_a_tencent_file_goes_the_whole_way(tmp_path):
    ws = workspace(tmp_path)
    for wave, code in (("W2", "T8K2Q"), ("W3", "ｔ8 k2q")):
        rows = [answered("I05", wave, 1, PERSON=code)]
        save_csv(ws.incoming / f"知识测试{wave}.csv", tencent("I05", wave, rows), "gb18030")
    pipeline.run(ws)
    replies = pd.read_parquet(ws.clean / "responses.parquet")
    assert replies["platform"].unique().tolist() == ["tencent"]
    one, other = replies["person"]
    assert one == other and len(one) == 16
    everything = "".join(pd.read_parquet(path).to_csv() for path in ws.clean.glob("*.parquet"))
    assert "8K2Q" not in everything.upper().replace(" ", "")


# any other platform


HEADS = [
    "序号",
    "提交时间",
    "填写时长",
    "提交IP",
    "字段1",
    "字段2",
    "字段3",
    "字段4",
    "字段5（跟岗）",
    "字段6",
]


def mapped(**said):
    """Return a table as the shipped example of a map describes it, all other questions by their wording."""
    asked = [item for item in BOOK.instruments["I02"].items if "W2" in BOOK.instruments["I02"].waves_of(item)]
    rest = [
        item
        for item in asked
        if item.id not in {"I02.county", "I02.school", "STAGE", "SUBJECT", "FORM", "R6"}
    ]
    usual = answered("I02", "W2", 1)
    theirs = ["1", "2021-09-05 08:00:00", "300", "192.0.2.1"]
    cells = [*theirs, ZHAOJUE, SIKAI, "九年制", "语文,数学", "1", "挺满意"]
    own = dict(zip(HEADS, cells, strict=True))
    line = [*(own | said).values(), *(usual[item.id] for item in rest)]
    return export([[*HEADS, *(item.stem for item in rest)], line], "示例_金数据_教师.csv")


def test_a_map_tells_headings_options_and_the_platforms_own_columns():
    one = platforms.translated(mapped(), BOOK)
    got = survey.decode_export(one, BOOK)
    assert (got.form.platform, got.form.wave, got.form.tool.id) == ("金数据", "W2", "I02")
    value = got.value.iloc[0]
    assert value[["STAGE", "SUBJECT.1", "SUBJECT.2", "SUBJECT.3", "FORM.2", "R6"]].tolist() == [
        3,
        1,
        1,
        0,
        1,
        4,
    ]
    row = got.rows.iloc[0]
    assert (row["county"], row["school"], row["duration_s"]) == (ZHAOJUE, SIKAI, 300)
    assert row["submitted_at"] == pd.Timestamp("2021-09-05 08:00:00")
    assert got.said == []


def test_without_a_map_the_same_file_is_refused():
    one = mapped()
    other = export([one.headers, *one.frame.to_numpy().tolist()], "别的W2.csv")
    assert platforms.translated(other, BOOK) is other
    with pytest.raises(Fault, match="缺少学校一列"):
        survey.decode_export(other, BOOK)


def test_a_mapped_file_goes_the_whole_way(tmp_path):
    ws, one = workspace(tmp_path), mapped(字段6="没见过的选项")
    save_csv(ws.incoming / one.file, [one.headers, *one.frame.to_numpy().tolist()])
    pipeline.run(ws)
    assert pd.read_parquet(ws.clean / "responses.parquet")["platform"].tolist() == ["金数据"]
    said = pd.read_parquet(ws.clean / "ledger.parquet")
    assert "没见过的选项" not in said.to_csv()
    assert said.loc[said["rule"] == "value_unknown", "row"].tolist() == [2]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("instrument: I02", "instrument: I07", "不是编码本里的问卷"),
        ("wave: W2", "wave: W9", "没有 W9 这一轮"),
        ("字段3: STAGE", "字段3: STAGES", "“字段3”写的 STAGES 不是"),
        ("（跟岗）: FORM.2", "（跟岗）: FORM.9", "FORM.9 不是"),
        ("字段6: R6", "字段6: STAGE", "都写成 STAGE"),
        ("说不好: 一般", "说不好: 还行", "“说不好”写成“还行”"),
        ("  SAT5: {", "  SAT9: {", "SAT9 不是题目或量表"),
        ("  number: 序号", "  numbers: 序号", "meta 没有 numbers 这个值，应为 number 或"),
        ("id: jinshuju", "id: other", "与文件名不一致"),
        ("files: [", "files: [[", "YAML"),
    ],
)
def test_a_mistake_in_a_map_stops_with_its_line(tmp_path, old, new, said):
    copy = Path(shutil.copytree(ROOT / "data" / "codebook", tmp_path / "codebook"))
    file = copy / "platforms" / "jinshuju.yml"
    line = edit(file, old, new)
    with pytest.raises(Fault, match=said) as caught:
        codebook.load(copy)
    assert abs(caught.value.row - line) <= 1 and Path(caught.value.file).name == file.name
