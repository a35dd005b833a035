"""School names: what people type finds its school, and never another one."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis import codebook
from yiduiyi_analysis.clean import namelist, roster, schools
from yiduiyi_analysis.clean.schools import naming, slips
from yiduiyi_analysis.errors import Fault

ROOT = Path(__file__).parents[1]
BOOK = codebook.load(ROOT / "data" / "codebook")
ROSTER = roster.parse(ROOT / "data" / "source" / "annex2_2020_375.txt", BOOK.counties).schools
TYPED, EXAMINED = (
    pd.read_csv(Path(__file__).parent / "data" / name, dtype=str, keep_default_na=False)
    for name in ("school_names.csv", "school_names_examined.csv")
)
SIKAI = "513431-002"  # 昭觉县四开乡中心小学校


def frame(columns: str, *rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split(","), dtype="string")


def tables(**changed) -> SimpleNamespace:
    """Return the codebook's tables, some of them replaced."""
    kept = {name: getattr(BOOK, name) for name in ("counties", "townships", "lookalikes", "aliases")}
    return SimpleNamespace(**(kept | changed))


def match(*typed: tuple, book=BOOK, listed=ROSTER) -> pd.DataFrame:
    return schools.match(frame("county,name", *typed), listed, book)


def one(county: str | None, name: str | None, **given) -> tuple:
    """Return (status, school_id) of one typed name, "" for no school."""
    return tuple(match((county, name), **given)[["status", "school_id"]].fillna("").iloc[0])


def test_names_as_people_type_them():
    answer = match(*TYPED[["county", "name"]].itertuples(index=False, name=None))
    got = answer[["status", "school_id"]].fillna("").astype(object)
    wrong = TYPED[(got != TYPED[["status", "school_id"]]).any(axis=1)].join(got.add_suffix("_got"))
    assert wrong.empty, wrong.to_string()


def test_the_table_of_typed_names_covers_every_school_and_every_answer():
    assert len(TYPED) >= 250
    assert set(ROSTER["school_id"]) == set(TYPED["school_id"]) - {""}
    assert TYPED["status"].value_counts().min() >= 20
    assert not TYPED.duplicated(["county", "name"]).any()


def test_names_judged_beforehand_are_never_matched_wrongly_and_seldom_missed():
    """The answers come from reading the names, not from the matcher; "matched|review" leaves it open."""
    answer = match(*EXAMINED[["county", "name"]].itertuples(index=False, name=None)).fillna("")
    judged = EXAMINED.join(answer.add_suffix("_got"))
    allowed = [
        got in status.split("|") for got, status in zip(answer["status"], judged["status"], strict=True)
    ]
    matched = judged["status_got"].eq("matched")
    wrong = judged[matched & ~(pd.Series(allowed) & judged["school_id_got"].eq(judged["school_id"]))]
    assert wrong.empty, wrong.to_string()
    undoubted = judged["status"].eq("matched")
    assert matched[undoubted].mean() >= 0.95, judged[undoubted & ~matched].to_string()
    assert all(ok for ok, sure in zip(allowed, undoubted, strict=True) if not sure)
    assert undoubted.sum() >= 280 and judged["school_id"].nunique() == len(ROSTER) + 1


@pytest.mark.parametrize("column", ["county", "county_code", None])
def test_a_printed_name_is_its_own_school_with_or_without_its_county(column):
    county = ROSTER[column] if column else pd.NA
    answer = schools.match(pd.DataFrame({"county": county, "name": ROSTER["school"]}), ROSTER, BOOK)
    assert answer["status"].eq("matched").all()
    assert answer["school_id"].tolist() == ROSTER["school_id"].tolist()
    assert answer["school"].tolist() == ROSTER["school"].tolist()
    assert answer["candidates"].eq("").all()


BLANKS = st.text(alphabet=" 　\t\n\u00a0\u200b\u200d\ufeff、。-", max_size=2)


@given(st.lists(BLANKS, min_size=40, max_size=40))
@settings(max_examples=8, deadline=None)
def test_blanks_and_invisible_characters_change_nothing(blanks):
    loose = ["".join(map("".join, zip(name, blanks, strict=False))) for name in ROSTER["school"]]
    answer = schools.match(ROSTER[["county"]].assign(name=loose), ROSTER, BOOK)
    assert answer["school_id"].tolist() == ROSTER["school_id"].tolist()


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=30)), max_size=15))
@settings(max_examples=20, deadline=None)
def test_no_text_breaks_the_matching(typed):
    answer = match(*typed)
    assert len(answer) == len(typed)
    assert answer["status"].isin(["matched", "review", "none"]).all()
    assert (answer["school_id"].notna() == answer["status"].eq("matched")).all()
    assert (answer["candidates"].ne("") == answer["status"].eq("review")).all()


PIECES = [
    "昭觉县",
    "县",
    "昭觉",
    "四开",
    "乡",
    "镇",
    "村",
    "社",
    "地莫",
    "博洛",
    "乃托",
    "中心",
    "小学",
    "校",
    "中学",
]
PIECES += ["（", "）", "希望", "第二", "2", "教学点", "普雄", "民族"]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), min_size=20, max_size=20))
@settings(max_examples=12, deadline=None)
def test_a_match_keeps_every_telling_word_of_the_name(names):
    answer = match(*[("昭觉县", name) for name in names]).assign(name=names).query("status == 'matched'")
    for name, school in answer[["name", "school"]].itertuples(index=False):
        assert all(word in school for word in ("乃托", "地莫", "博洛", "希望") if word in name)
        assert not any(word in name for word in ("第二", "2", "普雄", "民族", "中学"))


def test_rows_keep_their_order_and_index():
    names = frame("county,name", ("昭觉县", "四开乡中心校"), (None, None), ("昭觉县", "四开乡中心校"))
    answer = schools.match(names.set_axis([7, 7, 3]), ROSTER, BOOK)
    assert answer.index.tolist() == [7, 7, 3]
    assert answer["status"].tolist() == ["matched", "none", "matched"]
    assert answer.columns.tolist() == ["status", "school_id", "school", "candidates"]
    assert schools.match(names.iloc[:0], ROSTER, BOOK).columns.tolist() == answer.columns.tolist()


def test_the_county_column_may_be_missing_but_the_name_column_not():
    assert schools.match(frame("name", ("昭觉县四开乡中心校",)), ROSTER, BOOK)["school_id"].tolist() == [
        SIKAI
    ]
    with pytest.raises(Fault, match="name"):
        schools.match(frame("county,school", ("昭觉县", "四开乡中心校")), ROSTER, BOOK)


def test_a_code_that_a_spreadsheet_turned_into_a_number_is_still_a_county():
    names = pd.DataFrame({"county": [513431, 513431.0], "name": ["四开乡中心校"] * 2})
    assert schools.match(names, ROSTER, BOOK)["school_id"].tolist() == [SIKAI, SIKAI]


def test_a_review_lists_the_schools_likest_first():
    told = match(("昭觉县", "四开乡小学"))["candidates"][0].split("; ")
    assert told[0] == "513431-002 昭觉县四开乡中心小学校"
    assert "513431-003 昭觉县四开乡乃托村小学校" in told
    assert "513431-019 昭觉县博洛乡地莫村小" in match(("昭觉县", "地莫小学"))["candidates"][0]


def test_a_contradiction_shows_what_the_name_says():
    told = match(("普格县", "布拖县龙潭镇中心校"))["candidates"][0]
    assert told.startswith("513429-002 布拖县龙潭镇中心校")


# decisions of people

ALIASES = "county,name,school_id,decision,decided_by,note"


def decided(*rows: tuple) -> SimpleNamespace:
    return tables(aliases=frame(ALIASES, *rows))


def test_a_decision_makes_a_match_however_the_name_is_spaced():
    book = decided(("昭觉县", "老公社 学校", SIKAI, "matched", "张三", ""))
    assert one("昭觉县", "老公社学校")[0] == "none"
    assert one("昭觉", "昭觉县老公社　学校", book=book) == ("matched", SIKAI)
    assert one("布拖县", "老公社学校", book=book)[0] == "none"
    assert one("布拖县", "昭觉县老公社学校", book=book)[0] != "matched"


def test_a_decision_for_one_county_does_not_hold_where_no_county_is_given():
    book = decided(("昭觉县", "中心校", SIKAI, "matched", "张三", ""))
    assert one("昭觉县", "中心校", book=book) == ("matched", SIKAI)
    told = match((None, "中心校"), book=book)
    assert told["status"][0] == "review" and told["candidates"][0].startswith(SIKAI)
    assert one("布拖县", "中心校", book=book)[0] != "matched"


def test_a_decision_without_a_county_holds_without_one():
    book = decided(("", "老公社学校", SIKAI, "matched", "张三", ""))
    assert one(None, "老公社学校", book=book) == ("matched", SIKAI)
    assert one("昭觉县", "老公社学校", book=book) == ("matched", SIKAI)
    assert one("布拖县", "老公社学校", book=book)[0] == "none"


def test_a_decision_that_a_school_is_not_ours_ends_the_review():
    book = decided(("金阳县", "金阳中学", "", "none", "李四", "高中"))
    assert one("金阳县", "金阳中学")[0] == "review"
    assert one("金阳县", "金阳中学", book=book)[0] == "none"
    assert one("金阳县", "金阳县初级中学", book=book) == ("matched", "513430-001")


def test_a_decision_may_send_a_match_to_review_and_shows_the_candidates():
    answer = match(("美姑县", "洪溪中学"), book=decided(("", "洪溪中学", "", "review", "李四", "")))
    assert answer["status"][0] == "review"
    assert "513436-001" in answer["candidates"][0]


def test_without_a_county_two_decisions_on_one_name_decide_nothing():
    rows = [
        ("昭觉县", "光荣小学", SIKAI, "matched", "张三", ""),
        ("布拖县", "光荣小学", "513429-002", "matched", "张三", ""),
    ]
    assert one(None, "光荣小学", book=decided(*rows))[0] != "matched"
    assert one("布拖县", "光荣小学", book=decided(*rows)) == ("matched", "513429-002")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("昭觉县", "甲校", SIKAI, "是", "张三", ""), "decision"),
        (("昭觉县", "甲校", "513431-099", "matched", "张三", ""), "school_id"),
        (("昭觉县", "甲校", "", "matched", "张三", ""), "school_id"),
        (("昭觉县", "甲校", SIKAI, "none", "张三", ""), "school_id"),
        (("布拖县", "甲校", SIKAI, "matched", "张三", ""), "county"),
        (("昭觉县", "布拖县甲校", SIKAI, "matched", "张三", ""), "name"),
        (("昭觉县", "", SIKAI, "matched", "张三", ""), "name"),
        (("昭觉县", "甲校", SIKAI, "matched", " ", ""), "decided_by"),
        (("昭觉县", "昭觉县乙校", "513431-001", "matched", "张三", ""), "name"),
    ],
)
def test_a_decision_that_cannot_be_used_is_named_by_row_and_column(row, column):
    fine = ("昭觉县", "乙校", SIKAI, "matched", "张三", "")
    with pytest.raises(Fault) as told:
        match(("昭觉县", "四开乡中心校"), book=decided(fine, row))
    assert (told.value.row, told.value.column) == (3, column)


# nothing is known of a place but what the tables say

LEIBO = frame(
    "school_id,county_code,county,school",
    ("513437-001", "513437", "雷波县", "雷波县马湖乡中心小学校"),
    ("513437-002", "513437", "雷波县", "雷波县马湖乡海脑坝村小学"),
    ("513437-003", "513437", "雷波县", "黄琅中学"),
    ("513437-004", "513437", "雷波县", "雷波县黄琅镇小学"),
)
BARE = tables(
    counties=BOOK.counties.iloc[:0],
    townships=BOOK.townships.iloc[:0],
    lookalikes=BOOK.lookalikes.iloc[:0],
    aliases=BOOK.aliases.iloc[:0],
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("马湖镇中心校", ("matched", "513437-001")),
        ("雷波马湖海脑坝教学点", ("matched", "513437-002")),
        ("马湖乡海脑霸村小学", ("matched", "513437-002")),
        ("黄琅初级中学", ("matched", "513437-003")),
        ("黄琅小学", ("matched", "513437-004")),
        ("马湖小学", ("review", "")),
        ("马湖乡海螺坝村小学", ("review", "")),
        ("黄琅学校", ("review", "")),
        ("马湖乡中学", ("review", "")),
        ("溪洛米乡中心校", ("none", "")),
    ],
)
def test_a_later_roster_of_another_county_needs_no_code(name, expected):
    assert one("雷波县", name, listed=LEIBO, book=BARE) == expected
    assert one(None, "雷波县" + name, listed=LEIBO, book=BARE) == expected


def test_one_name_in_two_counties_needs_its_county():
    twice = pd.concat([LEIBO, LEIBO.assign(school_id="9", county_code="513499", county="甘洛县").iloc[3:]])
    twice["school"] = twice["school"].str.removeprefix("雷波县")
    assert one(None, "黄琅镇小学", listed=twice, book=BARE)[0] == "review"
    assert one("甘洛县", "黄琅镇小学", listed=twice, book=BARE) == ("matched", "9")


def test_what_looks_alike_and_where_a_township_went_is_the_tables_to_say():
    none_alike = tables(lookalikes=BOOK.lookalikes.iloc[:0])
    assert one("美姑县", "酒库乡小学校") == ("matched", "513436-007")
    assert one("美姑县", "酒库乡小学校", book=none_alike)[0] == "review"
    stayed = tables(townships=BOOK.townships[BOOK.townships["new"] != "洪溪镇"])
    assert one("美姑县", "洪溪镇四季吉村小") == ("matched", "513436-005")
    assert one("美姑县", "洪溪镇四季吉村小", book=stayed)[0] == "review"


def test_a_slip_that_spells_a_township_of_the_county_is_no_slip():
    assert one("昭觉县", "地摸乡中心小学") == ("matched", "513431-009")
    real = pd.concat([BOOK.townships, frame("county,old,new,note", ("昭觉县", "地摸乡", "地摸乡", ""))])
    assert one("昭觉县", "地摸乡中心小学", book=tables(townships=real))[0] == "review"


def test_the_codebook_tables_are_fit_for_use():
    assert set(BOOK.townships["county"]) - {""} == set(BOOK.counties["county"])
    assert BOOK.lookalikes[["a", "b"]].map(len).eq(1).all(axis=None)
    assert BOOK.lookalikes["kind"].isin(["variant", "alike"]).all()
    assert not BOOK.lookalikes["b"][BOOK.lookalikes["kind"] == "variant"].duplicated().any()
    printed = set("".join(ROSTER["school"]))
    assert not printed & set(BOOK.lookalikes["b"][BOOK.lookalikes["kind"] == "variant"])


def test_a_same_look_village_is_forgiven_only_where_no_place_name_has_the_character():
    assert one("美姑县", "依果觉乡术尔村小") == ("matched", "513436-004")
    assert one("昭觉县", "地莫乡瓦吉村小学")[0] == "review"


def test_a_slip_that_spells_a_township_of_another_county_is_no_slip():
    assert one("金阳县", "物科小学校") == ("matched", "513430-003")
    assert one("金阳县", "乌科小学校")[0] == "review"


@pytest.mark.parametrize("code", ["５１３４３１", "513431000000", "513431000", " 513431.0 "])
def test_a_county_code_is_read_however_it_is_written(code):
    assert one(code, "四开乡中心校") == ("matched", SIKAI)


@pytest.mark.parametrize("cell", ['"四开乡中心校\n昭觉县,地莫小学\n', "四" * 200_000 + "\n"])
def test_a_list_whose_cells_do_not_end_is_refused_and_no_row_is_lost(tmp_path, cell):
    names = tmp_path / "names.csv"
    names.write_text("county,name\n昭觉县," + cell, "utf-8")
    with pytest.raises(Fault, match="引号") as told:
        namelist.read(names)
    assert told.value.row


# the parts


@pytest.mark.parametrize(
    ("name", "body", "level"),
    [
        ("四开乡中心小学校", "四开乡", "central"),
        ("四开乡中心完全小学", "四开乡", "central"),
        ("乃托村小学", "乃托村", "primary"),
        ("拖都村小", "拖都村", "primary"),
        ("迷科校", "迷科", "any"),
        ("民族学校", "民族", "school"),
        ("洪溪初级中学校", "洪溪", "junior"),
        ("交际河中学", "交际河", "middle"),
        ("处曲洛村", "处曲洛村", ""),
        ("花山乡中心幼儿园", "花山乡", "kindergarten"),
    ],
)
def test_the_kind_of_a_school_is_its_last_word(name, body, level):
    assert naming.split_kind(name) == (body, level)


@pytest.mark.parametrize(
    ("written", "right", "kind"),
    [
        ("四凯乡", "四开乡", "swapped-in"),
        ("开四乡", "四开乡", "transposed"),
        ("四乡", "四开乡", "dropped"),
        ("四开开乡", "四开乡", "doubled"),
        ("四新开乡", "四开乡", "added"),
    ],
)
def test_one_difference_has_a_name(written, right, kind):
    assert slips.between(written, right).kind == kind


@given(st.text("四开乡地莫村", max_size=6), st.text("四开乡地莫村", max_size=6))
def test_a_slip_is_seen_exactly_where_one_change_leads_from_one_to_the_other(a, b):
    from rapidfuzz.distance import OSA

    assert (slips.between(a, b) is not None) == (OSA.distance(a, b) == 1)


def test_sound_is_toneless():
    assert slips.sound("拖") == slips.sound("托") == "tuo"
    assert slips.sound("洒") != slips.sound("酒")


def test_the_benchmark_finds_no_wrong_match():
    spec = importlib.util.spec_from_file_location("matching", ROOT / "benchmarks" / "matching.py")
    matching = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(matching)
    table, wrong, _ = matching.measure(each=150, seed=11)
    assert wrong.empty, wrong.to_string()
    assert (
        table.loc[["printed_name", "space", "width", "prefix", "township", "traditional"], "right %"]
        .eq(100)
        .all()
    )
    assert table.loc[["homophone", "lookalike", "double", "suffix"], "right %"].ge(90).all()
    assert table.loc["helper_school", "none"] == 150
