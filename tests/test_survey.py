from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from forms_made import BOOK, EXPORTS, META, SIKAI, ZHAOJUE, answered, export, table
from hypothesis import given
from hypothesis import strategies as st

from yiduiyi_analysis.clean import read, survey
from yiduiyi_analysis.clean.survey import decode, forms, headers, modes, times, written
from yiduiyi_analysis.codebook import Item
from yiduiyi_analysis.errors import Fault

TEXT_FILE = EXPORTS / "289538440_按文本_教师问卷（终期）_3_3.csv"
CODE_FILE = EXPORTS / "289538440_按序号_教师问卷（终期）_3_3.csv"
TEACHERS = BOOK.instruments["I02"]
PUPILS = BOOK.instruments["I04"]


def decoded(lines, file="教师问卷W3.csv", book=BOOK) -> survey.Batch:
    return survey.decode_export(export(lines, file), book)


def rules(batch: survey.Batch) -> list[str]:
    return [rule for part in batch.said for rule in part["rule"]]


def refused(lines, file="教师问卷W3.csv", book=BOOK) -> str:
    with pytest.raises(Fault) as caught:
        decoded(lines, file, book)
    return str(caught.value)


def with_forms(*rows: dict):
    columns = ["pattern", "instrument", "wave", "mode", "note"]
    return replace(BOOK, forms=pd.DataFrame(rows, columns=columns, dtype="str").fillna(""))


# the hand-shaped exports


def test_text_and_code_exports_of_one_form_hold_the_same_answers():
    text, code = (survey.decode_export(read.tables(path)[0], BOOK) for path in (TEXT_FILE, CODE_FILE))
    assert (text.form.mode, code.form.mode) == ("text", "code")
    pd.testing.assert_frame_equal(text.value, code.value)
    pd.testing.assert_frame_equal(text.missing, code.missing)
    assert text.rows["submitted_at"].equals(code.rows["submitted_at"])


def test_answers_are_found_by_wording_whatever_the_numbering():
    batch = survey.decode_export(read.tables(TEXT_FILE)[0], BOOK)
    first = batch.value.iloc[0]
    assert [first[f"R{n}"] for n in range(1, 7)] == [5, 4, 3, 2, 1, 4]
    assert [first[f"L{n}"] for n in range(1, 7)] == [5, 4, 3, 2, 1, 1]
    assert (first["CHECK"], first["TENURE"], first["O2"]) == (4, 1, 4)
    assert rules(batch) == ["column_unknown"]


def test_a_separator_inside_what_someone_wrote_does_not_split():
    batch = survey.decode_export(read.tables(TEXT_FILE)[0], BOOK)
    ticked = batch.value.iloc[0].filter(like="SUBJECT.")
    assert ticked[ticked == 1].index.tolist() == ["SUBJECT.1", "SUBJECT.8"]
    assert batch.raw.iloc[0]["SUBJECT.8"] == "语文┋其他"


def test_nothing_personal_leaves_the_decoder():
    batch = survey.decode_export(read.tables(TEXT_FILE)[0], BOOK)
    everything = batch.rows.to_csv() + batch.raw.to_csv() + "".join(part.to_csv() for part in batch.said)
    assert "192.0.2" not in everything
    assert "13800001234" not in everything
    assert written.HIDDEN in batch.raw.iloc[0]["WISH"]


def test_skipped_and_blank_stay_apart():
    batch = survey.decode_export(read.tables(TEXT_FILE)[0], BOOK)
    assert batch.missing.iloc[1]["R1"] == "skipped"
    assert batch.missing.iloc[1]["BEST"] == "blank"
    assert pd.isna(batch.missing.iloc[0]["BEST"])


# headers


@pytest.mark.parametrize(
    "header",
    [
        "3、您的教龄",
        "3.您的教龄 ",
        "*3. 您的教龄",
        "Q3 您的教龄",
        "Q3、您的教龄\t",
        "第3题 您的教龄",
        "(1)4 您的教龄",
        "３、您的教龄　",
        "3、您的教龄【单选题】",
        "您的教龄[单选题]*",
        "3、您的教龄（必答）：",
        "3、您的\u200b教龄",
        "您的教龄（年）",
    ],
)
def test_numbering_tags_and_width_do_not_hide_a_question(header):
    (column,) = headers.columns([header], TEACHERS, BOOK)
    assert (column.kind, column.item.id) == ("item", "TENURE")


@given(st.integers(1, 300), st.sampled_from(["、", ".", "．", ") ", "、 "]), st.sampled_from(TEACHERS.items))
def test_every_question_is_found_under_every_number(number, mark, item: Item):
    (column,) = headers.columns([f"{number}{mark}{item.stem} "], TEACHERS, BOOK)
    assert column.item == item


def test_personal_columns_are_known_as_such_and_questions_about_them_stay_questions():
    kinds = {
        c.header: c.kind
        for c in headers.columns(["您的姓名", "3、手机号码", "3、您的微信昵称"], TEACHERS, BOOK)
    }
    assert set(kinds.values()) == {"personal"}
    phones = Item(id="P1", kind="text", stem="我会用手机和家长联系")
    tool = TEACHERS.model_copy(update={"items": [phones]})
    (column,) = headers.columns(["1、我会用手机和家长联系"], tool, BOOK)
    assert column.kind == "item"


def matrices(*titles: str):
    items = [
        Item(id=f"Q{n}{row}", kind="single", scale="YESNO", matrix=title, stem=stem)
        for n, title in enumerate(titles)
        for row, stem in enumerate(["热水", "自来水"])
    ]
    return PUPILS.model_copy(update={"items": items})


def test_one_wording_in_two_matrices_belongs_to_the_matrix_above_it():
    written_headers = ["5、家里有没有(矩阵单选题)—热水", "自来水", "6、学校有没有(矩阵单选题)—热水", "自来水"]
    found = headers.columns(written_headers, matrices("家里有没有", "学校有没有"), BOOK)
    assert [column.item.id for column in found] == ["Q00", "Q01", "Q10", "Q11"]


def test_rows_below_an_unknown_matrix_are_not_taken_for_ours():
    tool = matrices("家里有没有")
    found = headers.columns(["5、镇上有没有—商店", "热水", "6、家里有没有—热水", "自来水"], tool, BOOK)
    assert [column.kind for column in found] == ["unknown", "unknown", "item", "item"]


def test_numbered_rows_of_a_matrix_are_read():
    found = headers.columns(["5、家里有没有—1.热水", "2.自来水"], matrices("家里有没有"), BOOK)
    assert [column.item.id for column in found] == ["Q00", "Q01"]


@pytest.mark.parametrize(
    "shape", ["第6题({})", "8、({})", "8、您任教的学科({})", "8.您任教的学科:{}", "8、您任教的学科—{}"]
)
def test_option_columns_in_every_shape(shape):
    labels = [option.label for option in BOOK.scales["SUBJECT"].options]
    found = headers.columns([shape.format(label) for label in labels], TEACHERS, BOOK)
    assert [(c.kind, c.item.id, c.option) for c in found] == [("option", "SUBJECT", n) for n in range(1, 9)]


def test_option_columns_that_fit_no_question_are_unknown():
    found = headers.columns(["第6题(春)", "第6题(语文)"], TEACHERS, BOOK)
    assert [column.kind for column in found] == ["unknown", "unknown"]


def test_a_question_that_appears_twice_is_read_once_and_told():
    lines = table("I02", "W3", [answered("I02", "W3", R1="非常满意")])
    lines[0].append("99、培训内容贴近我的课堂")
    lines[1].append("一般")
    batch = decoded(lines)
    assert batch.value["R1"].tolist() == [5]
    assert "column_repeated" in rules(batch)


# instrument and wave


def test_each_instrument_is_known_by_its_questions_alone():
    for tool in ("I01", "I02", "I04"):
        assert decoded(table(tool, "W3", [answered(tool, "W3")]), "无名W3.csv").form.tool.id == tool


def test_an_unknown_questionnaire_is_refused_with_what_to_do():
    lines = [
        [*META, "1、县名", "2、学校名称", "3、学校规划写明了三年目标"],
        ["1", "2022/3/1", "9秒", "", "", "", "昭觉", "四开", "是"],
    ]
    assert "认不出是哪一份问卷" in refused(lines)


def test_a_missing_school_column_names_the_column():
    lines = table("I02", "W3", [answered("I02", "W3")])
    at = lines[0].index("2、您所在的学校 ")
    line = refused([row[:at] + row[at + 1 :] for row in lines])
    assert "“您所在的学校”列" in line and "请补上该列" in line


def test_a_missing_question_is_not_asked_and_one_ledger_row():
    lines = table("I02", "W3", [answered("I02", "W3")] * 3)
    at = next(k for k, header in enumerate(lines[0]) if "课前写出学习目标" in header)
    batch = decoded([row[:at] + row[at + 1 :] for row in lines])
    assert batch.missing["B1"].tolist() == ["not_asked"] * 3
    assert rules(batch) == ["item_missing"]


def test_a_form_that_lacks_most_of_its_questions_is_refused():
    lines = table("I02", "W1", [answered("I02", "W1")])
    assert "应有" in refused(lines, "教师问卷W3.csv")


@pytest.mark.parametrize(
    ("file", "wave"),
    [
        ("教师问卷W2.csv", "W2"),
        ("教师问卷_w0_.csv", "W0"),
        ("教师问卷（终期）.csv", "W3"),
        ("基线调查.csv", "W0"),
        ("一年级与W3.csv", "W3"),
    ],
)
def test_the_wave_is_told_by_the_name(file, wave):
    assert forms.named_waves(file, BOOK) == [wave]


def test_without_a_name_the_wave_is_the_window_most_answers_fall_into():
    rows = [
        answered("I02", "W2", at="2021/9/3 9:00:00"),
        answered("I02", "W2", at="2021/9/4"),
        answered("I02", "W2", at="2022/3/4"),
    ]
    assert decoded(table("I02", "W2", rows), "教师问卷.csv").form.wave == "W2"
    never = [answered("I02", "W2", at="2019/1/1 9:00:00")]
    assert "认不出是哪一轮" in refused(table("I02", "W2", never), "教师问卷.csv")


def test_a_name_that_contradicts_the_times_wins_with_a_doubt():
    rows = [answered("I02", "W2", at="2022/3/4 9:00:00")] * 3
    batch = decoded(table("I02", "W2", rows), "教师问卷W2.csv")
    assert batch.form.wave == "W2"
    assert "wave_doubt" in rules(batch)


def test_forms_csv_overrides_name_and_times():
    book = with_forms({"pattern": "289*教师*", "instrument": "I02", "wave": "W0", "mode": "text"})
    lines = table("I02", "W0", [answered("I02", "W0")])
    assert decoded(lines, "289_教师_W3.csv", book).form.wave == "W0"
    assert decoded(table("I02", "W3", [answered("I02", "W3")]), "290_教师_W3.csv", book).form.wave == "W3"


# modes


def figures(wave: str, read_as: str, rows: int = 4) -> list[list[str]]:
    """Return a table of figures: codes or scores of rotating options."""
    lines = table("I02", wave, [answered("I02", wave)] * rows)
    items = [item for item in TEACHERS.items if wave in TEACHERS.waves_of(item)]
    for n, line in enumerate(lines[1:]):
        for k, item in enumerate(items, len(META)):
            if item.scale and item.kind != "multi":
                options = BOOK.option_order(item, wave)
                at = (n + k) % len(options)
                line[k] = str(at + 1) if read_as == "code" else str(options[at].value)
    return lines


def test_a_code_is_a_place_among_the_options_as_that_wave_printed_them():
    batch = decoded(figures("W2", "code"), "按序号_教师问卷W2.csv")
    assert batch.form.mode == "code"
    scores = decoded(figures("W2", "score"), "按分数_教师问卷W2.csv")
    assert scores.form.mode == "score"
    graded = [
        item.id for item in TEACHERS.items if item.kind in ("scale", "single") and item.id in batch.value
    ]
    pd.testing.assert_frame_equal(batch.value[graded], scores.value[graded])
    assert decode.key(BOOK.item["E1"], "W2", BOOK).codes[1] == (5.0, None)
    assert decode.key(BOOK.item["E1"], "W3", BOOK).codes[1] == (1.0, None)


def test_cells_that_contradict_the_name_win_with_a_doubt():
    batch = decoded(table("I02", "W3", [answered("I02", "W3")]), "按序号_教师问卷W3.csv")
    assert batch.form.mode == "text"
    assert "mode_contradicted" in rules(batch)
    batch = decoded(figures("W3", "score"), "按文本_教师问卷W3.csv")
    assert (batch.form.mode, rules(batch)) == ("score", ["mode_contradicted"])


def test_figures_that_could_be_either_are_refused_with_what_to_do():
    lines = figures("W1", "code")
    assert "看不出是分数还是选项序号" in refused(lines, "教师问卷W1.csv")
    book = with_forms({"pattern": "教师问卷*", "mode": "code"})
    assert decoded(lines, "教师问卷W1.csv", book).value["R1"].tolist() == [
        5 - n for n in [(k + len(META) + 2) % 5 for k in range(4)]
    ]


def test_option_columns_or_a_skip_code_tell_a_code_export():
    lines = figures("W1", "code")
    lines[1][len(META) + 2] = "-3"
    batch = decoded(lines, "教师问卷W1.csv")
    assert (batch.form.mode, batch.missing["R1"].iloc[0]) == ("code", "skipped")


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("[问卷星数据]8_8_0.xls", "text"),
        ("[问卷星数据]8_8_1.xls", "score"),
        ("[问卷星数据]8_8_2.xls", "code"),
        ("表_2.xls", None),
    ],
)
def test_old_file_names_tell_the_mode(name, mode):
    assert modes._hint(export([["a"]], name)) == mode


# values


def value(text: str, item: str, mode: str = "text", wave: str = "W3"):
    values, reasons = decode.choice(pd.Series([text]), BOOK.item[item], wave, mode, BOOK)
    return (None if np.isnan(values[0]) else values[0]), reasons[0]


@pytest.mark.parametrize(
    ("text", "item", "expected"),
    [
        ("比较满意", "R1", (4, None)),
        ("满意", "R1", (4, None)),
        (" 比较 满意。", "R1", (4, None)),
        ("A.非常满意", "R1", (5, None)),
        ("4分", "R1", (4, None)),
        ("9分", "R1", (None, "invalid")),
        ("4-10年", "TENURE", (2, None)),
        ("4～10年", "TENURE", (2, None)),
        ("科学（理化生）", "SUBJECT", (5, None)),
        ("其他【请注明】〖柜台〗", "SUBJECT", (8, None)),
        ("不适用", "T1.1", (None, "not_applicable")),
        ("达标且有特色", "T1.1", (4, None)),
        ("(空)", "R1", (None, "blank")),
        ("（跳过）", "R1", (None, "skipped")),
        ("-3", "R1", (None, "skipped")),
        ("-2", "R1", (None, "blank")),
        ("", "R1", (None, "blank")),
        ("张三", "R1", (None, "invalid")),
        ("4", "L1", (4, None)),
        ("4", "R1", (None, "invalid")),
    ],
)
def test_a_cell_of_a_text_export(text, item, expected):
    assert value(text, item) == expected


def test_code_is_not_score():
    assert value("1", "R1", "code") == (5, None)
    assert value("1", "R1", "score") == (1, None)
    assert value("5", "T1.1", "code") == (None, "not_applicable")
    assert value("5", "T1.1", "score") == (None, "invalid")
    assert value("0", "R1", "code") == (None, "invalid")
    assert value("6.0", "R1", "code") == (None, "invalid")
    assert value("2.0", "R1", "code") == (4, None)


def test_labels_that_are_figures_are_still_codes_in_a_code_export():
    scale = BOOK.scales["SAT5"].model_copy(
        update={
            "options": [
                o.model_copy(update={"label": str(n), "value": n, "also": []})
                for n, o in enumerate(BOOK.scales["SAT5"].options)
            ]
        }
    )
    book = replace(BOOK, scales=BOOK.scales | {"SAT5": scale})
    values, _ = decode.choice(pd.Series(["3"]), BOOK.item["R1"], "W3", "code", book)
    assert values[0] == 2
    values, _ = decode.choice(pd.Series(["3"]), BOOK.item["R1"], "W3", "text", book)
    assert values[0] == 3


@given(st.lists(st.integers(1, 8), min_size=1, unique=True))
def test_ticks_come_back_as_ticked(chosen):
    labels = {option.value: option.label for option in BOOK.scales["SUBJECT"].options}
    cell = "┋".join(labels[value] + ("〖a┋b〗" if value == 8 else "") for value in chosen)
    values, reasons, strange = decode.ticks(pd.Series([cell]), BOOK.item["SUBJECT"], "W3", "text", BOOK)
    assert [n for n, tick in enumerate(values[0], 1) if tick] == sorted(chosen)
    assert not strange.any() and all(reason is None for reason in reasons[0])


def test_an_unknown_option_among_ticks_leaves_the_known_ones():
    cells = pd.Series(["语文┋书法", "书法", "(跳过)"])
    values, reasons, strange = decode.ticks(cells, BOOK.item["SUBJECT"], "W3", "text", BOOK)
    assert values[0].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    assert strange.tolist() == [True, True, False]
    assert (reasons[1][0], reasons[2][0]) == ("invalid", "skipped")


def test_option_columns_hold_figures_or_the_wording():
    item = BOOK.item["SUBJECT"]
    values, reasons = decode.tick(pd.Series(["1", "0", "", "-3", "A.语文", "数学"]), 1, item, BOOK)
    assert values[[0, 1, 4]].tolist() == [1, 0, 1]
    assert reasons.tolist() == [None, None, "blank", "skipped", None, "invalid"]


def test_an_invalid_value_is_quarantined_and_its_row_kept():
    rows = [
        answered("I02", "W3", R1="张三", R2="看不清"),
        answered("I02", "W3", R2="看不清"),
        answered("I02", "W3", R2="看不清"),
    ]
    batch = decoded(table("I02", "W3", rows))
    assert len(batch.rows) == 3
    assert batch.missing["R1"].astype(object).fillna("").tolist() == ["invalid", "", ""]
    told = pd.concat([part for part in batch.said if part["rule"].eq("value_unknown").any()])
    assert told["row"].tolist() == [2, 2, 3, 4]
    assert told["before"].tolist() == [written.HIDDEN, "看不清", "看不清", "看不清"]
    assert "张三" not in batch.raw.to_csv()


# times


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021/4/26 19:55:09", "2021-04-26 19:55:09"),
        ("2021/4/26 19:50", "2021-04-26 19:50:00"),
        ("2026-06-16 08:00:00", "2026-06-16 08:00:00"),
        ("2021-04-26T19:55:09", "2021-04-26 19:55:09"),
        ("2021年4月26日 下午7:50", "2021-04-26 19:50:00"),
        ("2021/4/26 12:05 AM", "2021-04-26 00:05:00"),
        ("2021/4/26 12:05 PM", "2021-04-26 12:05:00"),
        ("2021/4/26", "2021-04-26 00:00:00"),
        ("44312.82994212963", "2021-04-26 19:55:07"),
        ("2021/13/26 19:50", None),
        ("2021/2/30 19:50", None),
        ("昨天", None),
        ("68", None),
        ("", None),
    ],
)
def test_moments(text, expected):
    (found,) = times.moments(pd.Series([text]))
    assert (None if pd.isna(found) else str(found)) == expected


@given(
    st.datetimes(pd.Timestamp("2000-01-02"), pd.Timestamp("2099-01-01")).map(
        lambda t: t.replace(microsecond=0)
    )
)
def test_excel_serials_come_back_to_the_second(moment):
    serial = (moment - times.EXCEL_EPOCH) / pd.Timedelta(days=1)
    assert times.moments(pd.Series([repr(float(serial))])).iloc[0] == moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("49秒", 49),
        ("1分8秒", 68),
        ("68", 68),
        ("68.0", 68),
        ("1小时2分3秒", 3723),
        ("0:01:08", 68),
        ("2分", 120),
        ("很快", None),
        ("-5", None),
        ("", None),
    ],
)
def test_seconds(text, expected):
    (found,) = times.seconds(pd.Series([text]))
    assert found == expected or (expected is None and np.isnan(found))


def test_a_time_that_cannot_be_read_is_missing_and_told():
    batch = decoded(table("I02", "W3", [answered("I02", "W3", at="上午", took="很久")]))
    assert batch.rows[["submitted_at", "duration_s"]].isna().all(axis=None)
    assert rules(batch) == ["time_unreadable", "duration_unreadable"]


# respondents


def test_self_and_expert_are_told_by_the_form_or_its_title():
    rows = [
        answered("I01", "W3", RATER="学校自评"),
        answered("I01", "W3", RATER="专家复评"),
        answered("I01", "W3", RATER=""),
    ]
    assert decoded(table("I01", "W3", rows), "诊断W3.csv").rows["rater"].fillna("").tolist() == [
        "self",
        "expert",
        "",
    ]
    assert decoded(table("I01", "W3", rows), "诊断W3自评.csv").rows["rater"].tolist() == [
        "self",
        "expert",
        "self",
    ]


def test_a_rater_who_wrote_a_name_gets_a_code():
    rows = [
        answered("I01", "W3", RATERNO="E07"),
        answered("I01", "W3", RATERNO="阿尔木呷"),
        answered("I01", "W3", RATERNO=""),
    ]
    found = decoded(table("I01", "W3", rows), "诊断W3.csv").rows["rater_no"]
    assert found.iloc[0] == "E07"
    assert found.iloc[1] == "R000002"
    assert pd.isna(found.iloc[2])


def test_pupils_of_one_class_share_a_key():
    rows = [
        answered("I04", "W3", CLASS="１班"),
        answered("I04", "W3", CLASS="1 班"),
        answered("I04", "W3", CLASS="2班"),
    ]
    keys = decoded(table("I04", "W3", rows), "学生W3.csv").rows["class_key"]
    assert keys.nunique() == 2 and keys.iloc[0] == keys.iloc[1]


def test_the_same_figures_and_words_give_one_fingerprint():
    rows = [
        answered("I02", "W3", BEST="听课"),
        answered("I02", "W3", BEST="听课", WISH="(空)"),
        answered("I02", "W3", BEST="评课"),
        answered("I02", "W3", 1, BEST="听课"),
    ]
    one, same, words, figures_ = decoded(table("I02", "W3", rows)).rows["digest"]
    assert one == same
    assert len({one, words, figures_}) == 3


# text made safe


@pytest.mark.parametrize(
    "secret",
    [
        "13800001234",
        "138-0000-1234",
        "１３８００００１２３４",
        "51343119900101123X",
        "192.0.2.44",
        "a.b@example.com",
        "QQ：12345678",
        "微信号 abc_12345",
        "0834-2221234",
    ],
)
def test_free_text_keeps_no_number_that_leads_to_a_person(secret):
    (kept,) = written.mask(pd.Series([f"联系{secret}谢谢"]))
    assert kept.startswith("联系") and kept.endswith("谢谢")
    assert secret not in kept and written.HIDDEN in kept


@pytest.mark.parametrize("text", ["2021年9月有3次活动", "听了12节课", "第3、4题不懂", "五洗五会"])
def test_free_text_is_otherwise_left_alone(text):
    assert written.mask(pd.Series([text])).tolist() == [text]


PERSONAL_BITS = st.sampled_from(
    [*"17２.-－@＠ XQqſ：是０…", "138", "0834", "2221234", "1234", "V信", "微信号", "wx", "abc_1", "满意"]
)


@given(st.lists(PERSONAL_BITS, max_size=9).map("".join))
def test_what_cannot_be_personal_is_passed_over_and_nothing_else_is(text):
    plain = text.translate(written._WIDE_DIGITS) if written._WORD.search(text) else text
    assert written.masked(text) == written._PERSONAL.sub(written.HIDDEN, plain)


BLANK_BITS = st.sampled_from([*"(（)）-—2３⑵ 。”无㈠豈a空", "跳过", "未显示"])


@given(st.lists(BLANK_BITS, max_size=6).map("".join))
def test_a_text_is_blank_by_its_key_however_soon_that_is_told(text):
    assert decode.blank(text) == decode.BLANKS.get(written.key(text))


def test_a_school_name_is_shown_a_person_is_not():
    shown = written.place(pd.Series(["四开乡中心小学", "王小明", "张老师的学校", "四开小学13800001234"]))
    assert shown.tolist()[:1] == ["四开乡中心小学"]
    assert shown.iloc[2] == written.HIDDEN
    assert "1380000" not in shown.iloc[3]


def test_where_is_read_as_typed():
    rows = decoded(table("I02", "W3", [answered("I02", "W3")])).rows
    assert rows[["county", "school"]].iloc[0].tolist() == [ZHAOJUE, SIKAI]


def test_what_someone_wrote_beside_an_option_is_not_kept():
    rows = [
        answered("I02", "W3", R1="非常满意〖王小明 13800001234〗", POST="在编（王小明）", R2="非常满意(5分)"),
        answered("I02", "W3", SUBJECT="语文┋其他（王小明）", TENURE="A.21年及以上____王小明", R1="2.满意"),
    ]
    batch = decoded(table("I02", "W3", rows), "教师W3.csv")
    assert "王小明" not in batch.raw.to_csv() and "1380000" not in batch.raw.to_csv()
    assert batch.value.iloc[0][["R1", "POST", "R2"]].tolist() == [5, 1, 5]
    assert batch.value.iloc[1][["SUBJECT.8", "TENURE", "R1"]].tolist() == [1, 4, 4]
    assert batch.raw.iloc[1]["SUBJECT.1"] == "语文┋其他"


FORM_OPTIONS = ["专题培训", "跟岗研修", "送教进校", "线上同步", "线上异步", "未参加"]


def with_options(*questions: list) -> survey.Batch:
    """Return a teacher form whose FORM question gave way to option columns, one group a question."""
    header, row = table("I02", "W3", [answered("I02", "W3")])
    at = next(k for k, text in enumerate(header) if "帮扶形式" in text)
    heads = [f"第{n}题({o})" for n, _ in enumerate(questions, 90) for o in FORM_OPTIONS]
    cells = [str(cell) for question in questions for cell in question]
    return decoded([header[:at] + heads + header[at + 1 :], row[:at] + cells + row[at + 1 :]], "教师W3.csv")


def test_a_rank_among_options_is_no_tick():
    ranked = with_options([2, 1, 3, -2, -2, -2])
    assert ranked.missing.filter(like="FORM.").eq("not_asked").all(axis=None)
    assert "column_unknown" in rules(ranked)
    assert with_options([0, 1, 1, 0, 0, 0]).value.filter(like="FORM.").iloc[0].tolist() == [0, 1, 1, 0, 0, 0]


def test_of_two_questions_with_the_same_options_neither_is_guessed():
    both = with_options([1, -2, -2, -2, -2, -2], [0, 1, 1, 0, 0, 0])
    assert both.missing.filter(like="FORM.").eq("not_asked").all(axis=None)
    assert {"column_unknown", "item_missing"} <= set(rules(both))
