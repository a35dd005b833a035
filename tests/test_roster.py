"""The printed annex and a later year's table as rosters, with faults of the printed kinds planted anew."""

import hashlib
import re
import shutil
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.clean import ledger, roster
from yiduiyi_analysis.clean.roster import annex
from yiduiyi_analysis.errors import Fault

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "data" / "source" / "annex2_2020_375.txt"
COUNTIES = pd.read_csv(ROOT / "data" / "codebook" / "counties.csv", dtype=str, keep_default_na=False)
CODES = roster.ways_to_write(COUNTIES)
LINES = SOURCE.read_text("utf-8").split("\n")
HEADING = next(line for line in LINES if line.startswith("县名\t"))
FIRST = LINES.index(HEADING)
ROWS = [at for at, line in enumerate(LINES) if "\t" in line and line != HEADING]
MIDDLE = [at for at in ROWS if at > FIRST + 3]

SCHOOL_ROWS = [at for at in ROWS if LINES[at].split("\t")[0] not in ("合计", *CODES)]
WHOLE_COUNTIES = [at for at in ROWS if LINES[at].split("\t")[0] in CODES and all(LINES[at].split("\t"))]

few = settings(max_examples=5, deadline=None, derandomize=True)
many = settings(max_examples=30, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def real():
    return roster.parse(SOURCE, COUNTIES)


@pytest.fixture(scope="module")
def parse(tmp_path_factory):
    """Parse an annex given as lines."""
    path = tmp_path_factory.mktemp("annex") / "annex.txt"

    def parse_lines(lines):
        path.write_text("\n".join(lines), "utf-8", newline="")
        return roster.parse(path, COUNTIES)

    return parse_lines


def edited(old, new, count=1):
    """Return the annex with one printed piece of text replaced."""
    text = "\n".join(LINES)
    assert text.count(old) >= 1, old
    return text.replace(old, new, count).split("\n")


def line_of(text):
    """Return the number, as a person counts, of the line that holds a text."""
    return next(at for at, line in enumerate(LINES, start=1) if text in line)


def cells(at):
    return LINES[at].split("\t")


def facts(result):
    """Return what a repair must leave as it was."""
    return result.schools.drop(columns=["source_line", "repair"])


def rules(result, *, line=None, rule=None):
    book = result.ledger
    return book[(book["row"].eq(line) | (line is None)) & (book["rule"].eq(rule) | (rule is None))]


def placed(lines):
    """Return the rows as placed under their headings, without where they stood."""
    rows, said = annex.read("\n".join(lines), "annex.txt", set(CODES))
    return rows.drop(columns=["line", "page"]), said


AS_PRINTED = placed(LINES)[0]


class TestSource:
    def test_the_annex_is_the_one_whose_digest_the_readme_names(self):
        digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()
        assert digest in (SOURCE.parent / "README.md").read_text("utf-8")

    def test_82_rows_of_six_cells_with_their_tabs(self):
        tabbed = [line for line in LINES if "\t" in line]
        assert len(tabbed) == 82
        assert {line.count("\t") for line in tabbed} == {5}


class TestPrinted:
    def test_totals_as_printed(self, real):
        schools = real.schools
        assert (len(schools), schools["teachers"].sum(), schools["is_key"].sum()) == (70, 1902, 14)
        assert schools["county_code"].nunique() == schools["institution"].nunique() == 7

    @pytest.mark.parametrize(
        ("county", "schools", "teachers", "key_teachers", "helpers"),
        [
            ("布拖县", 9, 344, 200, 6),
            ("普格县", 9, 228, 85, 9),
            ("昭觉县", 20, 314, 127, 8),
            ("美姑县", 14, 222, 104, 3),
            ("喜德县", 7, 290, 187, 0),
            ("金阳县", 7, 242, 185, 2),
            ("越西县", 4, 262, 150, 2),
        ],
    )
    def test_each_county_as_printed(self, real, county, schools, teachers, key_teachers, helpers):
        mine = real.schools[real.schools["county"] == county]
        declared = real.counties.set_index("county").loc[county]
        assert (len(mine), mine["teachers"].sum()) == (schools, teachers)
        assert mine.loc[mine["is_key"], "teachers"].sum() == key_teachers
        assert mine["is_key"].tolist() == [True, True] + [False] * (schools - 2)
        assert (declared["schools_declared"], declared["teachers_declared"]) == (schools, teachers)
        assert (declared["key_declared"], declared["other_declared"]) == (2, schools - 2)
        assert declared["helpers_named"] == helpers == (real.helpers["county"] == county).sum()

    def test_ids_count_the_printed_order_in_the_county(self, real):
        school = real.schools.set_index("school_id")
        assert school.index.is_unique
        assert school.loc["513431-004", "school"] == "昭觉县四开乡好谷村小学校"
        assert school.loc["513429-009", "school"] == "龙潭镇大田坝小学"
        assert school["source_line"].is_monotonic_increasing

    def test_every_school_stands_on_the_line_it_names(self, real):
        for line, school in zip(real.schools["source_line"], real.schools["school"], strict=True):
            assert school in LINES[line - 1]

    def test_shifted_rows_are_marked_on_the_schools_they_hold(self, real):
        repaired = real.schools.dropna(subset="repair")
        assert repaired["school"].tolist() == ["龙潭镇大田坝小学", "昭觉县柳且乡中心小学"]
        assert set(repaired["repair"]) == {"row_shifted"}

    def test_a_name_cut_by_the_page_is_whole_and_the_unprinted_ones_have_no_row(self, real):
        assert len(real.helpers) == 30
        pu = real.helpers[real.helpers["county"] == "普格县"]["helper"].tolist()
        assert pu[5:7] == ["成都市盐道街小学得胜分校", "成都市天涯石小学逸景分校"]
        note = real.counties.set_index("county")["helpers_note"]
        assert note["喜德县"] == "原文缺失"
        assert (note.drop("喜德县") == "").all()

    def test_the_ledger_holds_each_fault_once_with_its_line(self, real):
        counted = real.ledger.groupby(["rule", "action"]).size().to_dict()
        assert counted == {
            ("cell_split", "repaired"): 1,
            ("count_differs", "review"): 1,
            ("heading_repeated", "repaired"): 3,
            ("helpers_missing", "kept"): 1,
            ("label_position", "repaired"): 1,
            ("label_split", "repaired"): 1,
            ("name_without_county", "kept"): 3,
            ("name_without_school", "kept"): 2,
            ("row_shifted", "repaired"): 3,
            ("spacing", "repaired"): 7,
        }
        assert real.ledger["row"].notna().all()
        assert set(real.ledger["file"]) == {SOURCE.name}
        assert list(real.ledger.columns) == list(ledger.COLUMNS)

    def test_32_units_declared_and_30_named_is_told_and_not_mended(self, real):
        (row,) = rules(real, rule="count_differs").to_dict("records")
        assert (row["column"], row["before"], row["after"], row["row"]) == (
            "帮扶单位数",
            "32",
            "30",
            line_of("合计"),
        )

    def test_the_row_of_xide_lost_its_helping_units(self, real):
        line = line_of("喜德县\t")
        assert set(rules(real, line=line)["rule"]) == {"row_shifted", "helpers_missing"}
        assert set(rules(real, line=line)["county_code"]) == {"513432"}

    def test_the_printed_count_wins_over_the_place_of_the_label(self, real):
        (row,) = rules(real, rule="label_position").to_dict("records")
        assert (row["county_code"], row["before"], row["after"]) == ("513432", "1", "2")
        assert row["row"] == line_of("喜德县光明镇中心小学校")

    def test_the_table_is_found_in_the_middle_of_a_longer_document(self, real, parse):
        assert facts(parse(["通知", "", "正文", *LINES])).equals(facts(real))

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
    def test_other_encodings_and_line_ends(self, real, tmp_path, encoding):
        path = tmp_path / "annex.txt"
        path.write_bytes("\r\n".join(LINES).encode(encoding))
        assert facts(roster.read(path, COUNTIES)).equals(facts(real))

    def test_codes_come_from_the_codebook_alone(self, tmp_path):
        fewer = COUNTIES[COUNTIES["county"] != "美姑县"]
        with pytest.raises(Fault, match="美姑县") as told:
            roster.parse(SOURCE, fewer)
        assert told.value.row == line_of("美姑县\t")


class TestProperties:
    @many
    @given(st.lists(st.sampled_from(MIDDLE), max_size=6))
    def test_a_heading_may_repeat_anywhere(self, places):
        lines = list(LINES)
        for at in sorted(places, reverse=True):
            lines.insert(at, HEADING)
        rows, said = placed(lines)
        assert rows.equals(AS_PRINTED)
        assert (said["rule"] == "heading_repeated").sum() == 3 + len(places)

    @many
    @given(st.data())
    def test_the_cells_of_a_school_s_row_may_stand_in_any_columns(self, data):
        lines = list(LINES)
        for at in data.draw(st.lists(st.sampled_from(SCHOOL_ROWS), min_size=1, max_size=8, unique=True)):
            filled = [cell for cell in cells(at) if cell]
            places = data.draw(st.sampled_from(list(combinations(range(6), len(filled)))))
            there = dict(zip(places, filled, strict=True))
            lines[at] = "\t".join(there.get(place, "") for place in range(6))
        assert placed(lines)[0].equals(AS_PRINTED)

    @many
    @given(st.data())
    def test_the_cells_after_a_row_s_first_may_be_shifted_and_the_last_fall_off(self, data):
        at = data.draw(st.sampled_from(WHOLE_COUNTIES))
        lines = list(LINES)
        lines[at] = "\t".join([cells(at)[0], "", *cells(at)[1:5]])
        rows, whole = placed(lines)[0], AS_PRINTED
        county = rows["county"] == cells(at)[0]
        assert rows.drop(columns="helpers").equals(whole.drop(columns="helpers"))
        assert rows.loc[county, "helpers"].isna().all()

    @many
    @given(st.data())
    def test_spacing_and_width_change_nothing(self, data):
        def noisy(cell):
            gap = data.draw(st.sampled_from(["", "", " ", "\u3000", "\u200b", "\xa0"]))
            wide = data.draw(st.booleans())
            cut = data.draw(st.integers(0, len(cell)))
            text = cell.translate(wider) if wide else cell
            return text[:cut] + gap + text[cut:] if text else gap

        wider = {ord(c): ord(c) + 0xFEE0 for c in "0123456789()"}
        lines = list(LINES)
        for at in data.draw(st.lists(st.sampled_from(ROWS), min_size=1, max_size=5, unique=True)):
            lines[at] = "\t".join(map(noisy, cells(at)))
        assert placed(lines)[0].equals(AS_PRINTED)

    @few
    @given(st.data())
    def test_a_label_may_be_cut_anywhere(self, real, parse, data):
        whole = [at for at in ROWS if re.search("(重点|其余).*所", cells(at)[1]) and at + 1 in ROWS]
        at = data.draw(st.sampled_from(whole))
        label = cells(at)[1]
        cut = data.draw(st.integers(1, len(label) - 1))
        lines = list(LINES)
        lines[at] = "\t".join([*cells(at)[:1], label[:cut], *cells(at)[2:]])
        below = cells(at + 1)
        if below[1] or not below[2]:
            return
        lines[at + 1] = "\t".join([below[0], label[cut:], *below[2:]])
        result = parse(lines)
        assert facts(result).equals(facts(real))
        assert result.counties.equals(real.counties)

    @few
    @given(st.data())
    def test_helping_units_may_be_cut_anywhere(self, real, parse, data):
        at = data.draw(st.sampled_from(WHOLE_COUNTIES))
        names = cells(at)[5]
        cut = data.draw(st.integers(1, len(names) - 1))
        lines = list(LINES)
        lines[at] = lines[at].removesuffix(names[cut:])
        lines[at + 1] = lines[at + 1] + names[cut:]
        assert parse(lines).helpers.equals(real.helpers)

    @few
    @given(st.data())
    def test_all_kinds_at_once_give_the_same_schools_and_ids(self, real, parse, data):
        lines = list(LINES)
        plain = [at for at in ROWS if cells(at)[:2] == ["", ""] and cells(at)[4:] == ["", ""]]
        for at in data.draw(st.lists(st.sampled_from(plain), max_size=5, unique=True)):
            name, teachers = cells(at)[2:4]
            lines[at] = data.draw(
                st.sampled_from(
                    [f"{name}\t\t{teachers}", f"\t\t\t{name}\t {teachers}\t", f"{name}\t{teachers}\t\t\t\t"]
                )
            )
        for at in sorted(data.draw(st.lists(st.sampled_from(MIDDLE), max_size=3)), reverse=True):
            lines[at:at] = ["", HEADING]
        assert facts(parse(lines)).equals(facts(real))


class TestPlanted:
    """Faults of the printed kinds, in rows that the print has right."""

    def test_a_school_printed_twice_counts_once(self, real, parse):
        lines = list(LINES)
        at = line_of("花山乡大河坝小学") - 1
        lines.insert(at + 1, lines[at])
        result = parse(lines)
        assert facts(result).equals(facts(real))
        assert result.helpers.equals(real.helpers)
        assert rules(result, rule="school_repeated")[["row", "action"]].to_numpy().tolist() == [
            [at + 2, "repaired"]
        ]

    def test_a_school_printed_twice_with_two_counts_goes_to_a_person(self, real, parse):
        lines = list(LINES)
        at = line_of("普格县雨水乡中心小学校") - 1
        lines.insert(at + 1, lines[at].replace("25", "52"))
        result = parse(lines)
        assert facts(result).equals(facts(real))
        assert rules(result, rule="school_repeated")["action"].tolist() == ["review"]

    @pytest.mark.parametrize("written", ["二十", "2O", "—", "-20", "20.5"])
    def test_a_count_that_is_no_number_is_left_out_and_told(self, real, parse, written):
        result = parse(edited("普格县东山乡中心小学校\t20", f"普格县东山乡中心小学校\t{written}"))
        line = line_of("普格县东山乡中心小学校")
        school = result.schools.set_index("source_line").loc[line]
        assert school["teachers"] is pd.NA
        assert len(result.schools) == 70
        told = rules(result, line=line)
        assert told.set_index("rule").loc["cell_unreadable", "before"] == written
        differs = rules(result, rule="count_differs").query("county_code == '513428'")
        assert differs[["before", "after"]].to_numpy().tolist() == [["228", "208"]]

    def test_a_blank_count_is_told(self, parse):
        result = parse(edited("普格县东山乡中心小学校\t20", "普格县东山乡中心小学校\t"))
        assert set(rules(result, line=line_of("普格县东山乡中心小学校"))["rule"]) == {"teachers_blank"}
        assert result.schools["teachers"].sum() == 1882

    @pytest.mark.parametrize("written", ["１９人", "19 人"])
    def test_a_number_written_otherwise_is_read_and_told(self, real, parse, written):
        result = parse(edited("大田坝小学\t19", f"大田坝小学\t{written}"))
        assert facts(result).equals(facts(real))
        assert "number_format" in rules(result, line=line_of("大田坝小学"))["rule"].tolist()

    @pytest.mark.parametrize(
        ("old", "new", "column", "county_code", "before", "after"),
        [
            ("布拖县\t交际河片区\t9 所", "布拖县\t交际河片区\t8 所", "学校数", "513429", "8", "9"),
            ("9 所校点\t344", "9 所校点\t345", "专任教师总数", "513429", "345", "344"),
            ("重点帮扶的学校 2 所\t布拖", "重点帮扶的学校 3 所\t布拖", "重点帮扶学校数", "513429", "3", "2"),
            (
                "其余学校(含教学点) 7 所\t布拖",
                "其余学校(含教学点) 6 所\t布拖",
                "其余学校数",
                "513429",
                "6",
                "7",
            ),
            ("\t1902\t", "\t1903\t", "专任教师总数", pd.NA, "1903", "1902"),
            ("70 所学校", "71 所学校", "学校数", pd.NA, "71", "70"),
        ],
    )
    def test_a_wrong_declared_count_is_told_and_changes_no_school(
        self, real, parse, old, new, column, county_code, before, after
    ):
        result = parse(edited(old, new))
        assert facts(result).equals(facts(real))
        told = rules(result, rule="count_differs")
        told = told[told["column"].ne("帮扶单位数")]
        assert told[["column", "before", "after", "action"]].to_numpy().tolist() == [
            [column, before, after, "review"]
        ]
        assert told["county_code"].fillna("").tolist() == ["" if county_code is pd.NA else county_code]

    @pytest.mark.parametrize(
        ("old", "new", "column", "field"),
        [
            ("9 所校点\t344", "9 所校点\t", "专任教师总数", "teachers_declared"),
            ("9 所校点\t344", "\t344", "学校数", "schools_declared"),
            ("9 所校点\t344", "九所校点\t344", "学校数", "schools_declared"),
            ("片区内重点帮扶的学校 2 所\t布拖", "\t布拖", "重点帮扶学校数", "key_declared"),
        ],
    )
    def test_a_missing_county_count_stays_missing(self, real, parse, old, new, column, field):
        result = parse(edited(old, new))
        assert facts(result).equals(facts(real))
        assert result.counties[field].isna().sum() == 1
        told = rules(result, rule="count_missing")
        assert told[["column", "county_code"]].to_numpy().tolist() == [[column, "513429"]]

    def test_without_the_row_of_totals_all_five_are_missing(self, real, parse):
        result = parse([line for line in LINES if not line.startswith("合计")])
        assert facts(result).equals(facts(real))
        assert len(rules(result, rule="count_missing")) == 5

    def test_a_county_s_row_that_is_gone_leaves_the_schools_their_county(self, real, parse):
        result = parse([line for line in LINES if not line.startswith("美姑县")])
        kept = ["school_id", "county", "school", "is_key", "teachers"]
        assert result.schools[kept].equals(real.schools[kept])
        assert result.counties.set_index("county")["schools_declared"].isna()["美姑县"]
        assert len(rules(result, rule="county_differs")) == 14

    def test_a_county_left_blank_is_known_by_its_schools(self, real, parse):
        result = parse(edited("美姑县\t洪溪", "\t洪溪"))
        assert facts(result).equals(facts(real))
        assert rules(result, rule="county_blank")["after"].isna().tolist() == [True]

    def test_a_county_s_row_printed_again_after_a_page_break(self, real, parse):
        lines = list(LINES)
        at = line_of("昭觉县柳且乡红光村小学") - 1
        lines.insert(at, lines[line_of("昭觉县\t") - 1])
        result = parse(lines)
        assert facts(result).equals(facts(real))
        assert result.helpers.equals(real.helpers)
        assert rules(result, rule="county_repeated")["row"].tolist() == [at + 1]

    @pytest.mark.parametrize("number_below", [False, True])
    def test_a_school_s_name_cut_by_the_page_is_joined(self, real, parse, number_below):
        name = "昭觉县柳且乡红光村小学"
        above, below = ("", "2") if number_below else ("2", "")
        at = line_of(name) - 1
        lines = list(LINES)
        lines[at : at + 1] = [f"\t\t昭觉县柳且乡\t{above}\t\t", "", HEADING, f"\t\t红光村小学\t{below}\t\t"]
        result = parse(lines)
        assert facts(result).equals(facts(real))
        assert rules(result, rule="cell_split")["after"].tolist()[1:] == [name]

    def test_a_lost_number_at_a_page_break_joins_nothing(self, real, parse):
        result = parse(edited("昭觉县柳且乡红光村小学\t2", "昭觉县柳且乡红光村小学\t"))
        assert result.schools["school"].equals(real.schools["school"])
        assert result.schools["teachers"].isna().sum() == 1

    def test_text_between_the_rows_is_told_and_read_as_nothing(self, real, parse):
        lines = list(LINES)
        lines.insert(MIDDLE[10], "—12—")
        result = parse(lines)
        assert facts(result).equals(facts(real))
        assert rules(result, line=MIDDLE[10] + 1)["action"].tolist() == ["review"]

    def test_a_row_with_more_cells_than_headings_is_set_aside(self, real, parse):
        lines = list(LINES)
        lines.insert(MIDDLE[10], "\t".join("一二三四五六七"))
        result = parse(lines)
        assert facts(result).equals(facts(real))
        assert rules(result, line=MIDDLE[10] + 1)["rule"].tolist() == ["row_unreadable"]

    def test_the_first_heading_may_be_missing(self, real, parse):
        assert facts(parse(LINES[:FIRST] + LINES[FIRST + 1 :])).equals(facts(real))


class TestFaults:
    @pytest.mark.parametrize(
        ("lines", "told"),
        [
            ([], "表头"),
            (["县名 学校"], "表头"),
            ([HEADING], "没有一所学校"),
            ([line.replace("\t", " ") for line in LINES], "制表符"),
        ],
    )
    def test_a_file_without_the_table_is_refused_by_name(self, parse, lines, told):
        with pytest.raises(Fault, match=told) as fault:
            parse(lines)
        assert "annex.txt" in str(fault.value)

    def test_an_unknown_county_is_refused_by_its_line(self, parse):
        with pytest.raises(Fault, match="美沽县") as fault:
            parse(edited("美姑县\t洪溪", "美沽县\t洪溪"))
        assert fault.value.row == line_of("美姑县\t洪溪")

    def test_a_county_without_any_label_is_refused(self, parse):
        lines = edited("片区内重点帮扶的学校2所\t越西", "\t越西")
        at = line_of("越西县逸夫小学校") - 1
        lines[at] = lines[at].replace("片区内其余学校(含教学点)2所", "")
        with pytest.raises(Fault, match="越西县") as fault:
            parse(lines)
        assert fault.value.row == line_of("越西县\t中普雄片区")

    def test_no_text_in_any_encoding(self, tmp_path):
        path = tmp_path / "annex.txt"
        path.write_bytes(b"\xff\xff\xff")
        with pytest.raises(Fault, match="编码"):
            roster.parse(path, COUNTIES)

    def test_no_file(self, tmp_path):
        with pytest.raises(Fault, match="找不到"):
            roster.parse(tmp_path / "annex.txt", COUNTIES)


LATER = [
    ["县名", "学校", "是否重点", "专任教师数", "片区", "承训单位", "帮扶单位"],
    ["布拖县", "甲小学", "是", "12", "交际河片区", "成都师范学院", "子学校、丑学校"],
    ["布拖", "乙小学", "否", "0", "", "", "丑学校"],
    ["513431", "丙小学", "重点", "3", "四开片区", "四川省教育科学研究院", ""],
]


class TestLaterYear:
    @pytest.fixture
    def table(self, tmp_path):
        """Write rows as a CSV and read them as a roster."""

        def read(rows, encoding="utf-8"):
            path = tmp_path / "名单.csv"
            path.write_text("\n".join(",".join(row) for row in rows), encoding)
            return roster.read(path, COUNTIES)

        return read

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_chinese_headings_in_any_encoding(self, table, encoding):
        result = table(LATER, encoding)
        schools = result.schools
        assert schools["school_id"].tolist() == ["513429-001", "513429-002", "513431-001"]
        assert schools["is_key"].tolist() == [True, False, True]
        assert schools["teachers"].tolist() == [12, 0, 3]
        assert schools["area"].tolist() == ["交际河片区", "交际河片区", "四开片区"]
        assert schools["source_line"].tolist() == [2, 3, 4]
        assert result.helpers["helper"].tolist() == ["子学校", "丑学校"]
        assert result.counties["helpers_note"].tolist() == ["", "原文缺失"]
        assert result.counties["schools_declared"].isna().all()

    @pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
    def test_what_was_parsed_is_read_back_the_same(self, real, tmp_path, suffix):
        helpers = real.helpers.groupby("county_code")["helper"].agg("、".join)
        told = real.schools.assign(helpers=real.schools["county_code"].map(helpers))
        path = tmp_path / f"roster{suffix}"
        told.to_csv(path, index=False) if suffix == ".csv" else told.to_excel(path, index=False)
        result = roster.read(path, COUNTIES)
        assert facts(result).equals(facts(real))
        assert result.helpers.equals(real.helpers)
        assert result.schools.dtypes.equals(real.schools.dtypes)
        assert result.counties.dtypes.equals(real.counties.dtypes)

    def test_a_title_and_blank_rows_keep_the_rows_a_person_sees(self, table):
        result = table([["2023年名单"], [], LATER[0], [""] * 7, *LATER[1:]])
        assert result.schools["source_line"].tolist() == [5, 6, 7]

    def test_new_schools_are_numbered_after_those_that_have_a_number(self, table):
        ids = ["学校编号", "", "513429-007", "513431-002"]
        result = table([[given, *row] for given, row in zip(ids, LATER, strict=True)])
        assert result.schools["school_id"].tolist() == ["513429-008", "513429-007", "513431-002"]
        assert rules(result, rule="id_assigned")[["row", "after"]].to_numpy().tolist() == [[2, "513429-008"]]

    @pytest.mark.parametrize(
        ("row", "column", "written", "told", "line"),
        [
            (1, 0, "布施县", "布施县", 2),
            (1, 0, "", "县", 2),
            (2, 1, "甲小学", "重复.*第 3 行", 2),
            (2, 1, "", "校名空白", 3),
            (3, 2, "也许", "也许", 4),
            (3, 3, "-1", "-1", 4),
            (3, 3, "3.5", "3.5", 4),
            (3, 3, "", "不是人数", 4),
            (2, 4, "别的片区", "同一县", 2),
            (3, 5, "", "同一县", 4),
        ],
    )
    def test_a_wrong_cell_is_refused_by_row_and_column(self, table, row, column, written, told, line):
        rows = [list(cells) for cells in LATER]
        rows[row][column] = written
        with pytest.raises(Fault, match=told) as fault:
            table(rows)
        assert (fault.value.row, fault.value.column) == (line, LATER[0][column])
        assert fault.value.do

    @pytest.mark.parametrize("given", ["513431-001", "513429-1", "甲"])
    def test_a_number_of_another_county_or_shape_is_refused(self, table, given):
        ids = ["school_id", given, "", ""]
        with pytest.raises(Fault, match="学校编号") as fault:
            table([[mark, *row] for mark, row in zip(ids, LATER, strict=True)])
        assert fault.value.row == 2

    def test_a_number_given_twice_is_refused(self, table):
        ids = ["school_id", "513429-001", "513429-001", ""]
        with pytest.raises(Fault, match=r"重复.*第 3 行"):
            table([[mark, *row] for mark, row in zip(ids, LATER, strict=True)])

    @pytest.mark.parametrize(
        ("rows", "told"),
        [
            ([row[:3] + row[4:] for row in LATER], "缺少列：专任教师数"),
            ([], "空"),
            (LATER[:1], "没有学校"),
        ],
    )
    def test_a_table_without_its_columns_or_rows_is_refused(self, table, rows, told):
        with pytest.raises(Fault, match=told):
            table(rows)

    def test_the_sheet_with_the_headings_is_taken(self, tmp_path):
        path = tmp_path / "名单.xlsx"
        with pd.ExcelWriter(path) as book:
            pd.DataFrame({"说明": ["请勿改动"]}).to_excel(book, sheet_name="说明", index=False)
            pd.DataFrame(LATER[1:], columns=LATER[0]).replace({"12": 12}).to_excel(
                book, sheet_name="名单", index=False
            )
        assert roster.read(path, COUNTIES).schools["teachers"].tolist() == [12, 0, 3]

    def test_a_half_written_workbook_and_an_unknown_kind_are_refused(self, tmp_path):
        whole, half, other = (tmp_path / name for name in ("a.xlsx", "b.xlsx", "c.docx"))
        pd.DataFrame(LATER[1:], columns=LATER[0]).to_excel(whole, index=False)
        half.write_bytes(whole.read_bytes()[:1000])
        shutil.copy(whole, other)
        with pytest.raises(Fault, match=r"b\.xlsx.*打不开"):
            roster.read(half, COUNTIES)
        with pytest.raises(Fault, match=r"c\.docx.*不认识"):
            roster.read(other, COUNTIES)


def test_a_later_table_need_not_name_helpers(tmp_path):
    lines = [
        "县,学校,是否重点,专任教师数,片区,承训单位",
        "昭觉县,昭觉县四开希望学校,是,37,四开片区,四川省教科院",
    ]
    (tmp_path / "名册.csv").write_text("\n".join(lines), "utf-8")
    later = roster.read(tmp_path / "名册.csv", COUNTIES)
    assert (len(later.schools), len(later.helpers)) == (1, 0)
    assert later.counties["helpers_note"].tolist() == ["原文缺失"]
