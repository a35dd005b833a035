"""The demo: its faults stand where its truth says, every file says 合成数据, one seed gives one result."""

import csv
import io
import json
import os
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import python_calamine
from forms_made import BOOK

from conftest import blank_workspace
from yiduiyi_analysis import codebook, demo, workspace
from yiduiyi_analysis.clean import read, survey
from yiduiyi_analysis.demo import elsewhere, exports, files, mess, names, records
from yiduiyi_analysis.demo import sheets as mess_sheets
from yiduiyi_analysis.demo.people import TOO_MANY
from yiduiyi_analysis.demo.plan import Batch
from yiduiyi_analysis.errors import Fault

MARK = "合成数据"
# Every kind of mess that a field coordinator has met, and how often at least it must be planted.
MESS = {
    "active_over_roster",
    "after_programme",
    "ambiguous_name",
    "amount_below_zero",
    "amount_in_ten_thousands",
    "amount_in_words",
    "amount_with_commas",
    "amount_with_sign",
    "amount_with_unit",
    "approved_later",
    "bare_matrix_header",
    "before_programme",
    "boarders_out_of_range",
    "budget_blank",
    "budget_repeated",
    "case_over_roster",
    "case_scores_copied",
    "case_unscored",
    "case_without_material",
    "cell_blank",
    "class_alike",
    "class_too_large",
    "code_out_of_range",
    "code_written_otherwise",
    "completed_without_hours",
    "county_short",
    "cumulative_figures",
    "date_as_excel_date",
    "date_as_serial",
    "date_in_words",
    "date_padded",
    "date_with_dashes",
    "date_with_dots",
    "date_without_seconds",
    "days_out_of_range",
    "diagnosis_copied",
    "document_number_in_text",
    "done_without_document",
    "double_submit",
    "duplicate_export",
    "duplicate_record",
    "duration_in_minutes",
    "duration_without_unit",
    "end_before_start",
    "failed_check",
    "forms_contradicted",
    "gbk_file",
    "head_repeated",
    "headcount_out_of_range",
    "headcount_over_roster",
    "header_renamed",
    "header_space",
    "hours_of_more_than_a_day",
    "hours_out_of_range",
    "inserted_question",
    "ip_in_text",
    "label_drift",
    "late",
    "listed_bracket",
    "listed_ending",
    "listed_no_county",
    "listed_prefix",
    "listed_same_sound",
    "listed_space",
    "logins_without_active",
    "mark_blank",
    "mark_empty_word",
    "mark_minus_2",
    "mark_minus_3",
    "mark_out_of_range",
    "mark_skipped_word",
    "minutes_too_many",
    "month_after_programme",
    "month_as_serial",
    "month_in_words",
    "month_with_slash",
    "more_boarders_than_pupils",
    "more_hours_than_the_activity",
    "more_returned_than_pupils",
    "more_senior_than_members",
    "na_without_reason",
    "name_bracket",
    "name_ending",
    "name_no_county",
    "name_prefix",
    "name_same_sound",
    "name_space",
    "name_township",
    "no_pupils",
    "number_full_width",
    "number_in_words",
    "number_with_about",
    "number_with_unit",
    "observation_flat",
    "observed_outside_wave",
    "observers_copied",
    "observes_oneself",
    "other_text",
    "over_roster",
    "paid_after_programme",
    "paid_in_ten_thousands",
    "paid_other_year",
    "paid_over_budget",
    "paired_without_partner",
    "participants_over_headcount",
    "participants_over_roster",
    "person_twice",
    "person_written_otherwise",
    "phone_in_text",
    "points_suffix",
    "progress_falls",
    "recording_without_video",
    "renumbered",
    "reversed_print",
    "separator_in_other",
    "speeder",
    "straight_line",
    "teacher_two_schools",
    "test_repeated",
    "test_same_letter",
    "test_unfinished",
    "too_many_activities",
    "total_among_rows",
    "two_lessons_one_number",
    "unknown_activity",
    "unknown_label",
    "unknown_school",
    "unknown_school_listed",
    "unknown_status",
    "uploads_below_zero",
    "version_conflict",
    "version_out_of_range",
    "visit_without_school",
    "whole_county",
    "wrong_county",
}
WRITTEN = {
    "mark_empty_word": r"\(空\)",
    "mark_skipped_word": r"\(跳过\)",
    "mark_minus_2": "-2",
    "mark_minus_3": "-3",
    "mark_blank": "",
    "separator_in_other": r".*〖.*┋.*〗.*",
    "date_without_seconds": r"20\d\d/\d+/\d+ \d\d:\d\d",
    "date_with_dashes": r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d",
    "duration_in_minutes": r"\d+分\d+秒",
    "duration_without_unit": r"\d+",
    "unknown_label": "看不清|90%|待定（口头）",
    "code_out_of_range": r"\d+",
    "points_suffix": r"\d分",
    "code_written_otherwise": r"[a-z].*|[ＣＳ][１-５]|.*\u3000",
    "person_written_otherwise": r"[a-z2-9]+|[Ａ-Ｚ０-９]+| ?.. ...",
    "amount_with_commas": r"[\d,]+\.\d\d",
    "amount_with_unit": r"[\d.]+元",
    "amount_with_sign": r"¥[\d,.]+",
    "amount_in_ten_thousands": r"[\d.]+万元",
    "budget_blank": "",
    "cell_blank": "",
    "whole_county": "片区全部学校",
    "month_in_words": r"20\d\d年\d+月",
    "month_with_slash": r"20\d\d/\d+",
    "month_as_serial": r"4\d{4}",
    "mark_out_of_range": r"0|6|0\.5|3\.5",
    "number_full_width": "[０-９]+",
    "number_with_unit": r"\d+\D+",
    "unknown_activity": "HD-2021-999",
    "county_short": r"[^县]+",
    "name_no_county": r"[^县]+",
    "name_bracket": r".*[（(].+县[）)].*",
}
# What the platforms write about a submission.
OWN_COLUMNS = {
    *exports.META_HEADERS.values(),
    *elsewhere.TENCENT_META.values(),
    "提交时间",
    "填写时长",
    "提交IP",
}
ACTIONS = {"repaired", "quarantined", "kept", "review", "left_out"}
REASONS = {"blank", "skipped", "not_applicable", "invalid"}
IN_A_PROCESS = """
import sys
from pathlib import Path
from yiduiyi_analysis import demo, workspace
demo.write(workspace.Workspace(Path(sys.argv[1])), out=Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace with the demo written once; (workspace, truth)."""
    ws = blank_workspace(tmp_path_factory.mktemp("demo") / "workspace")
    return ws, demo.write(ws)


@pytest.fixture(scope="module")
def sheets(made) -> dict[tuple[str, str], list[list[str]]]:
    """Every sheet as rows of text, by file and sheet name."""
    ws, truth = made
    encodings = dict(zip(truth.files["file"], truth.files["encoding"], strict=True))
    found = {}
    for path in workspace.export_files(ws.demo):
        if path.suffix == ".csv":
            text = path.read_bytes().decode(encodings[path.name])
            found[path.name, MARK] = list(csv.reader(io.StringIO(text)))
            continue
        book = python_calamine.CalamineWorkbook.from_path(path)
        for sheet in book.sheet_names:
            found[path.name, sheet] = [
                [_shown(cell) for cell in row] for row in book.get_sheet_by_name(sheet).to_python()
            ]
    return found


def _shown(cell) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def test_one_seed_gives_the_same_bytes_in_another_process(made, tmp_path):
    ws, _ = made
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "America/New_York"}
    arguments = [sys.executable, "-c", IN_A_PROCESS, str(ws.root), str(tmp_path / "again")]
    subprocess.run(arguments, check=True, env=environment, timeout=120)
    first = {path.name: path.read_bytes() for path in ws.demo.iterdir()}
    second = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_another_seed_gives_other_answers(made):
    ws, _ = made
    book = codebook.load(ws.codebook)
    schools = demo.roster.read(next(ws.source.glob("*.txt")), book.counties).schools
    one, other = (demo.answers.forms(book, schools.astype({"school_id": object}), seed)[0] for seed in (1, 2))
    assert not one.given.equals(other.given)


def test_every_kind_of_mess_is_planted_at_least_twice(made):
    counts = made[1].counts
    assert {kind for kind in MESS if counts.get(kind, 0) < 2} == set()
    assert set(counts) == MESS


def test_the_truth_file_counts_what_it_lists(made):
    ws, truth = made
    said = json.loads((ws.demo / "truth.json").read_text("utf-8"))
    listed = pd.Series([fault["fault"] for fault in said["faults"]]).value_counts().to_dict()
    assert said["counts"] == listed == truth.counts
    assert said["synthetic"] is True


def test_every_file_sheet_and_table_says_that_it_is_synthetic(sheets):
    assert all(MARK in file and MARK in sheet for file, sheet in sheets)
    assert all(MARK in rows[0] for rows in sheets.values())


def test_all_waves_instruments_and_schools_are_there(made):
    ws, truth = made
    book, kept = codebook.load(ws.codebook), truth.responses[truth.responses["action"] == "kept"]
    there = set(kept[["instrument", "wave"]].dropna().itertuples(index=False, name=None))
    assert there == {(tool.id, wave) for tool in book.instruments.values() for wave in tool.waves}
    schools = kept[kept["school_id"].notna()].groupby("instrument")["school_id"].nunique()
    assert schools[["I01", "I02", "I03", "I04", "I08"]].to_list() == [70] * 5
    assert set(schools.index) == {"I01", "I02", "I03", "I04", "I05", "I06", "I07", "I08", "I10", "I11"}
    assert schools.min() >= 50


def test_all_modes_encodings_and_header_blocks_are_there(made, sheets):
    files_made = made[1].files
    assert set(files_made["mode"]) == {"text", "score", "code", "records"}
    assert {"", "utf-8", "utf-8-sig", "gb18030"} == set(files_made["encoding"])
    surveys = set(files_made.loc[files_made["mode"] != "records", "file"])
    blocks = {tuple(rows[0][:4]) for (file, _), rows in sheets.items() if file in surveys}
    assert blocks == {
        ("序号", "提交答卷时间", "所用时间", "来源"),
        ("序号", "提交答卷时间", "所用时间", "来自IP"),
        ("序号", "用户ID", "提交答卷时间", "所用时间"),
        ("编号", "开始答题时间", "结束答题时间", "答题时长"),
        ("序号", "提交时间", "填写时长", "提交IP"),
    }


def test_a_gbk_file_is_not_utf8(made):
    ws, truth = made
    gbk = truth.files.loc[truth.files["encoding"] == "gb18030", "file"]
    for name in gbk:
        with pytest.raises(UnicodeDecodeError):
            (ws.demo / name).read_bytes().decode("utf-8")


def test_every_fault_says_what_cleaning_must_do(made):
    ws, truth = made
    rules = codebook.load(ws.codebook).rules
    for action, rule in zip(truth.faults["action"], truth.faults["rule"], strict=True):
        kind, _, what = action.partition(":")
        known = {"missing": REASONS, "flag": set(rules), "blank": set(rules)}
        assert what in known[kind] if what else action in ACTIONS
        assert rule in rules or rule == ""


def test_planted_faults_stand_where_the_truth_says(made, sheets):
    placed = made[1].faults.dropna(subset=["row", "column"])
    wrong = []
    for fault in placed.itertuples():
        rows = sheets[fault.file, fault.sheet]
        at = [header.strip() for header in rows[0]].index(fault.column.strip())
        if fault.row > 1 and not re.fullmatch(
            WRITTEN.get(fault.fault, ".*"), rows[fault.row - 1][at], re.DOTALL
        ):
            wrong.append((fault.fault, fault.file, fault.row, rows[fault.row - 1][at]))
    assert len(placed) > 3000
    assert wrong == []


def test_a_matrix_names_itself_in_its_first_header_alone(made, sheets):
    ws, truth = made
    items = codebook.load(ws.codebook).item
    for fault in truth.faults.query("fault == 'bare_matrix_header'").itertuples():
        item = items[fault.detail["item_id"]]
        assert re.fullmatch(r"(\d+\.)?" + re.escape(item.stem), fault.column.strip())
        first = [header for header in sheets[fault.file, fault.sheet][0] if f"、{item.matrix}" in header]
        assert len(first) == 1


def test_the_inserted_question_moves_the_numbers(made, sheets):
    moved = made[1].faults.query("fault == 'renumbered'")
    for file, column in zip(moved["file"], moved["column"], strict=True):
        header = sheets[file, MARK][0]
        assert any("已阅读填写说明" in text for text in header)
        assert column.startswith("4、")


def test_text_and_code_exports_of_one_form_carry_the_same_answers(made):
    truth = made[1]
    place = truth.responses[["file", "sheet", "row", "instrument", "rater", "number", "mode"]]
    answers = truth.answers.merge(place, on=["file", "sheet", "row"])
    copies = truth.files.loc[truth.files["copy"], "file"]
    assert len(copies) >= 4
    for file in copies:
        form = answers[answers["file"].str.startswith(file.split("_")[0])]
        code = form[form["file"] == file].set_index(["number", "item_id"])
        text = form[form["mode"] == "text"].set_index(["number", "item_id"]).loc[code.index]
        planted = text["missing"].eq("invalid").fillna(False)
        assert code.loc[~planted, ["value", "missing"]].equals(text.loc[~planted, ["value", "missing"]])


SURVEYS = [
    (tool.id, wave) for tool in BOOK.instruments.values() if tool.kind == "survey" for wave in tool.waves
]


@pytest.fixture(scope="module")
def filled() -> dict[tuple[str, str], demo.answers.Form]:
    """Every survey form of the demo as filled in, with its missing answers and no other fault."""
    ws = workspace.find()
    schools = demo.roster.read(next(ws.source.glob("*.txt")), BOOK.counties).schools
    forms = demo.answers.forms(BOOK, schools.astype({"school_id": object}), demo.SEED)
    return {(form.setting.tool.id, form.wave.id): form for form in forms}


@pytest.mark.parametrize(("tool", "wave"), SURVEYS)
def test_text_and_code_exports_of_the_same_answers_decode_to_the_same(filled, tool, wave, tmp_path):
    form = filled[tool, wave]
    no = dict.fromkeys([*mess.FLAGS, "paired", "second", "touched"], False)
    form.people = form.people.head(250).assign(**no, action="kept", marks="")
    decoded = {}
    for name, mode, meta in [("text", "text", "a"), ("code", "code", "b"), ("tencent", "text", "t")]:
        batch = Batch((tool, wave, form.rater), "*", mode, meta=meta, copy=True)
        table = exports.export(form, batch, form.people.index)
        mess_sheets.spoil(table, BOOK, demo.SEED)
        files.save_xlsx(tmp_path / table.file, {table.sheet: (table.headers, table.cells)})
        decoded[name] = survey.decode_export(read.tables(tmp_path / table.file)[0], BOOK)
        (tmp_path / table.file).unlink()
    assert (decoded["text"].form.mode, decoded["code"].form.mode) == ("text", "code")
    told = table.given.columns
    for name, batch in decoded.items():
        right = table.given.to_numpy(float)
        assert np.array_equal(batch.value[told].to_numpy(float), right, equal_nan=True), name
        assert (
            batch.missing[told].astype(object).fillna("").to_numpy().tolist()
            == table.missing.to_numpy().tolist()
        )
    assert decoded["text"].value.equals(decoded["code"].value)


def test_a_double_submission_repeats_the_one_before_within_a_minute(made, sheets):
    truth = made[1]
    when = truth.responses.set_index(["file", "row"])["submitted_at"]
    for fault in truth.faults.query("fault == 'double_submit'").itertuples():
        lag = when[fault.file, fault.row] - when[fault.file, fault.row - 1]
        assert pd.Timedelta(0) < lag < pd.Timedelta(seconds=60)
        header, *_ = rows = sheets[fault.file, fault.sheet]
        about = [at for at, text in enumerate(header) if text not in OWN_COLUMNS]
        again, first = rows[fault.row - 1], rows[fault.row - 2]
        assert [again[at] for at in about] == [first[at] for at in about]
        account = [at for at, text in enumerate(header) if text in ("用户ID", "来源详情", "来自IP")]
        assert [again[at] for at in account] == [first[at] for at in account]


def test_a_school_of_one_teacher_sends_too_many(made):
    truth = made[1]
    kept = truth.responses[truth.responses["action"] == "kept"]
    crowd = kept[(kept["instrument"] == "I02") & kept["flags"].str.contains("over_roster")]
    assert set(crowd.groupby(["wave", "school_id"]).size()) == {TOO_MANY}


def test_late_answers_come_after_the_window_and_no_others(made):
    ws, truth = made
    closes = {wave.id: pd.Timestamp(wave.closes) for wave in codebook.load(ws.codebook).waves.values()}
    surveys = truth.responses[truth.responses["mode"] != "records"]
    outside = surveys["submitted_at"].dt.normalize() > surveys["wave"].map(closes)
    assert outside.equals(surveys["flags"].str.contains("late").astype(bool).rename(outside.name))


def test_addresses_and_telephones_are_nobodys(sheets):
    text = "\n".join("\t".join(row) for rows in sheets.values() for row in rows)
    addresses = set(re.findall(r"\d+\.\d+\.\d+\.\d+", text))
    assert addresses
    assert {
        address for address in addresses if not address.startswith(("192.0.2.", "198.51.100.", "203.0.113."))
    } == set()
    assert {
        number
        for number in re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", text)
        if not number.startswith("130000000")
    } == set()


def test_private_strings_of_the_truth_are_in_the_files(made, sheets):
    text = "\n".join("\t".join(row) for rows in sheets.values() for row in rows)
    assert len(made[1].private) >= 8
    assert all(secret in text for secret in made[1].private)


def test_no_decidable_spelling_fits_two_schools(made):
    ws, _ = made
    book = codebook.load(ws.codebook)
    schools = demo.roster.read(next(ws.source.glob("*.txt")), book.counties).schools
    spelt = pd.DataFrame(
        [
            (school.county_code, school.school_id, way.removeprefix(school.county))
            for school, ways in zip(schools.itertuples(), names.spellings(schools, book).ways, strict=True)
            for found in ways.values()
            for way in [school.school, *found]
        ],
        columns=["county_code", "school_id", "name"],
    )
    assert spelt.groupby(["county_code", "name"])["school_id"].nunique().max() == 1


def test_names_for_review_are_left_to_a_person(made):
    truth = made[1]
    review = truth.responses.query("action == 'review' and mode != 'records'")
    assert len(review) > 20
    assert review["school_id"].isna().all()


def test_the_answers_fall_from_reaction_to_practice_and_do_not_all_rise(made):
    ws, truth = made
    items = codebook.load(ws.codebook).items.set_index("item_id")
    scored = truth.answers.join(items[["dimension", "reverse", "instrument"]], on="item_id").dropna(
        subset=["value"]
    )
    teachers = scored[(scored["instrument"] == "I02") & scored["dimension"].notna()]
    points = teachers["value"].astype(float)
    mean = (
        points.mask(teachers["reverse"].astype(bool), 6 - points)
        .groupby([teachers["dimension"], teachers["wave"]])
        .mean()
    )
    last = mean.xs("W3", level="wave")
    assert last["R"] > last["L"] > last["O"] > last["B"]
    assert 3.8 < last["R"] < 4.4
    assert mean["E", "W2"] < mean["E", "W0"]
    assert mean.groupby(level="dimension").agg(lambda waves: waves.diff().abs().max()).max() < 0.3


def scores(made, tool: str = "I05") -> pd.DataFrame:
    """Return the share of right answers of everyone who sat the test, by wave and county."""
    truth = made[1]
    key = {item.id: item.key for item in BOOK.instruments[tool].items if item.key}
    given = truth.answers[truth.answers["item_id"].isin(list(key)) & truth.answers["value"].notna()]
    right = given["value"].astype(int) == given["item_id"].map(key)
    return given.assign(right=right.astype(float))


def test_the_knowledge_test_is_neither_easy_nor_hard_and_tells_people_apart(made):
    sat = scores(made)
    mean = sat.groupby("wave")["right"].mean()
    assert mean.between(0.55, 0.70).all()
    wide = sat.pivot_table(index=["file", "row"], columns="item_id", values="right")
    total = wide.mean(axis=1)
    sharp = wide.apply(lambda item: item.corr(total))
    assert 0.2 < sharp.median() < 0.5
    assert sharp.min() < 0.15
    assert wide.mean().min() < 0.45 < 0.85 < wide.mean().max()


def test_ten_questions_are_in_both_forms_of_the_test():
    asked = [set(item.waves) for item in BOOK.instruments["I05"].items if item.key]
    assert [asked.count(waves) for waves in ({"W0", "W2", "W3"}, {"W0"}, {"W2", "W3"})] == [10, 30, 30]


def test_not_every_county_gains_on_the_anchors(made):
    anchors = [item.id for item in BOOK.instruments["I05"].items if item.key and len(item.waves) == 3]
    sat = scores(made)
    anchored = sat[sat["item_id"].isin(anchors)]
    mean = anchored.pivot_table(index="county_code", columns="wave", values="right")
    gain = mean["W3"] - mean["W0"]
    assert gain.mean() > 0
    assert (gain < 0.005).any()


def test_records_do_not_flatter(made):
    kept = {name: table[table["action"] == "kept"] for name, table in made[1].records.items()}
    cases = kept["cases"]
    valid = cases[cases["status"] == 1]
    assert valid["teacher"].nunique() < 0.6 * 1902
    assert valid["proof_1"].mean() < valid["goal_1"].mean() < 4
    observed = kept["observations"].pivot_table(index="county_code", columns="wave", values="ob4")
    assert (observed["W3"] < observed["W0"]).any()
    funds = kept["funds"].dropna(subset=["budget_yuan", "paid_yuan"]).groupby("county_code")
    assert (funds["paid_yuan"].sum() / funds["budget_yuan"].sum()).between(0.4, 0.98).all()
    assert kept["platform_months"]["school_id"].nunique() == 70
    assert len(kept["platform_months"]) < 0.9 * 70 * 16
    assert len(kept["institutions"]) < 7 * 2 * 3
    assert kept["participation"]["person"].nunique() < 1902


def test_one_lesson_in_seven_is_seen_by_two(made):
    seen = (
        made[1].records["observations"].query("action == 'kept'").groupby("lesson_no")["observer"].nunique()
    )
    assert 0.10 < (seen == 2).mean() < 0.20


def test_schools_rate_themselves_a_little_above_the_experts(made):
    truth = made[1]
    place = truth.responses.query("instrument == 'I01'")[["file", "row", "rater"]]
    levels = truth.answers.merge(place, on=["file", "row"])
    mean = levels[levels["item_id"].str.match(r"T\d")].groupby("rater")["value"].mean()
    assert 0.05 < mean["self"] - mean["expert"] < 0.5


def test_most_teachers_answer_and_some_schools_are_silent(made):
    ws, truth = made
    book = codebook.load(ws.codebook)
    schools = demo.roster.read(next(ws.source.glob("*.txt")), book.counties).schools
    kept = truth.responses.query("instrument == 'I02' and action == 'kept'")
    assert kept.groupby("wave").size().between(0.7 * 1902, 0.92 * 1902).all()
    assert (kept.groupby("wave")["school_id"].nunique() < len(schools)).all()


def test_a_teaching_point_stands_under_its_own_county_centre(made, sheets):
    covered = 0
    for (file, _), rows in sheets.items():
        if "五个一台账" in file:
            at = next(at for at, text in enumerate(rows[0]) if "覆盖" in text)
            covered += sum(row[at] != "" for row in rows[1:])
            assert all("中心" in row[at] for row in rows[1:] if row[at])
    assert covered >= 40


def test_it_refuses_the_folder_of_real_exports(ws):
    for out in [ws.incoming, ws.incoming / "below"]:
        with pytest.raises(Fault, match="incoming"):
            demo.write(ws, out=out)
    assert not ws.incoming.exists()


def test_a_failure_leaves_the_old_demo_untouched(ws, monkeypatch):
    ws.demo.mkdir(parents=True)
    (ws.demo / "old.csv").write_text("旧", "utf-8")

    def full_disk(*_):
        raise OSError("磁盘已满")

    def only_records(book, schools, seed):
        return records.tables(book, schools, names.spellings(schools, book), seed)

    monkeypatch.setattr(demo, "tables", only_records)
    monkeypatch.setattr(files, "save_xlsx", full_disk)
    with pytest.raises(OSError, match="磁盘已满"):
        demo.write(ws)
    assert [path.name for path in ws.demo.iterdir()] == ["old.csv"]
    assert sorted(path.name for path in ws.demo.parent.iterdir()) == ["codebook", "demo", "source"]


def test_no_roster_is_one_clear_line(ws):
    for path in ws.source.iterdir():
        path.unlink()
    with pytest.raises(Fault, match="没有学校名册"):
        demo.write(ws)
