"""The checks that a field coordinator would make, and the register in which they stand."""

import ast
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yiduiyi_analysis
from yiduiyi_analysis import codebook
from yiduiyi_analysis.clean import ledger, records, rules
from yiduiyi_analysis.clean.rules import groups
from yiduiyi_analysis.clean.survey import flags
from yiduiyi_analysis.codebook import ruling
from yiduiyi_analysis.errors import Fault

CODEBOOK = Path(__file__).parents[1] / "data" / "codebook"
BOOK = codebook.load(CODEBOOK)
CLEAN = Path(yiduiyi_analysis.__file__).parent / "clean"
ROSTER = pd.DataFrame({"school_id": ["513431-001", "513431-002"], "teachers": pd.array([3, 40], "Int64")})
HERE = {"county_code": "513431", "wave": "W2", "file": "表.xlsx", "sheet": "合成数据"}


def table(sheet: str, *rows: dict, **common) -> pd.DataFrame:
    """Return a record table as cleaning makes it; row numbers start below the header."""
    frame = pd.DataFrame([{**HERE, "flags": "", "row": k, **common, **row} for k, row in enumerate(rows, 2)])
    if any(field.kind == "task" for field in BOOK.sheet[sheet].columns):
        return frame
    return records.typed(frame, BOOK.sheet[sheet])


def checked(roster=ROSTER, **tables: pd.DataFrame):
    """Return the tables as the rules leave them, and what struck: row → rule ids."""
    none = {name: records.typed(pd.DataFrame(), sheet) for name, sheet in BOOK.sheet.items()}
    kept, said = rules.records(none | tables, roster, BOOK)
    told = said.groupby(["row"])["rule"].agg(lambda found: sorted(set(found)))
    return kept, {int(row): found for row, found in told.items()}, said


def dates(**texts: str) -> dict[str, pd.Timestamp]:
    return {name: pd.Timestamp(text) for name, text in texts.items()}


# activities


def activity(no: str, **cells) -> dict:
    usual = {"activity_no": no, "form": 1, "hours": 8.0, "headcount": 3.0, "schools": "513431-002"}
    return usual | dates(date_start="2021-05-06", date_end="2021-05-06") | cells


def test_hours_that_the_days_cannot_hold_are_blanked_and_the_activity_stays():
    tables, struck, said = checked(activities=table(
        "activities", activity("A", hours=12.0), activity("B", hours=13.0),
        activity("C", hours=36.0, **dates(date_end="2021-05-08")),
    ))  # fmt: skip
    assert struck == {3: ["hours_per_day"]}
    assert tables["activities"]["hours"].isna().tolist() == [False, True, False]
    assert tables["activities"]["flags"].tolist() == ["", "hours_per_day", ""]
    assert said["before"].tolist() == ["13"] and "1 天 13 学时" in said["note"][0]


def test_an_activity_that_ends_before_it_starts_waits_for_a_person():
    tables, struck, said = checked(
        activities=table("activities", activity("A"), activity("B", **dates(date_end="2021-05-01")))
    )
    assert struck == {3: ["activity_dates"]}
    assert len(tables["activities"]) == 1 and said["action"].tolist() == ["review"]


def test_a_headcount_above_the_roster_is_told_for_one_school_and_not_for_several():
    both = "513431-001;513431-002"
    rows = [activity("A", schools="513431-001", headcount=4.0), activity("B", schools=both, headcount=400.0)]
    _, struck, said = checked(activities=table("activities", *rows))
    assert struck == {2: ["headcount_over_roster"]}
    assert "4 人，名册 3 人" in said["note"][0]


def test_a_date_outside_the_programme_is_told_with_the_date():
    _, struck, said = checked(
        activities=table("activities", activity("A", **dates(date_start="2012-05-06", date_end="2012-05-06")))
    )
    assert struck == {2: ["out_of_programme"]}
    assert "2012-05-06" in said["note"][0]


def taking_part(no: str, person: str, **cells) -> dict:
    return {"activity_no": no, "person": person, "school_id": "513431-002", "role": 1, "hours": 8.0,
            "completed": 1} | cells  # fmt: skip


def test_participants_are_held_against_their_activity():
    names = [taking_part("A", person) for person in "pqrs"]
    names += [taking_part("B", "p", hours=9.0), taking_part("X", "p"), taking_part("B", "q", hours=0.0)]
    tables, _, said = checked(
        activities=table("activities", activity("A"), activity("B")),
        participation=table("participation", *names, file="名单.xlsx"),
    )
    told = said.set_index(["file", "row"])["rule"].to_dict()
    assert told == {
        ("表.xlsx", 2): "participants_over_headcount",
        ("名单.xlsx", 6): "participation_hours",
        ("名单.xlsx", 7): "activity_unknown",
        ("名单.xlsx", 8): "completed_without_hours",
    }
    assert set(tables["participation"]["activity_no"]) == {"A", "B"}


def test_a_participant_of_an_activity_set_aside_still_links():
    _, struck, _ = checked(
        activities=table("activities", activity("A", **dates(date_end="2021-05-01"))),
        participation=table("participation", taking_part("A", "p"), file="名单.xlsx"),
    )
    assert struck == {2: ["activity_dates"]}


def test_more_teachers_of_a_school_than_it_has_are_told():
    four = [taking_part("A", person, school_id="513431-001") for person in "pqrs"]
    expert = taking_part("A", "x", school_id="513431-001", role=3)
    _, struck, _ = checked(
        activities=table("activities", activity("A", headcount=9.0), file="志.xlsx").assign(row=99),
        participation=table("participation", *four, expert),
    )
    assert struck == {row: ["participants_over_roster"] for row in (2, 3, 4, 5)}


# any record


def test_the_same_record_counts_once_and_records_that_differ_wait():
    rows = [activity("A"), activity("A"), activity("B"), activity("B", hours=4.0)]
    tables, struck, _ = checked(activities=table("activities", *rows))
    assert struck == {3: ["record_repeated"], 4: ["record_conflict"], 5: ["record_conflict"]}
    assert tables["activities"]["activity_no"].tolist() == ["A"]


def test_a_number_outside_the_limits_of_its_field_is_blanked():
    tables, struck, said = checked(activities=table("activities", activity("A", headcount=0.0)))
    assert struck == {2: ["out_of_range"]} and tables["activities"]["headcount"].isna().all()
    assert said["note"].str.contains("应在 1–3000 之间").all()


def test_a_limit_on_one_side_is_told_as_one():
    _, struck, said = checked(funds=table("funds", spending(paid_yuan=-5.0)))
    assert "out_of_range" in struck[2]
    assert said.loc[said["rule"].eq("out_of_range"), "note"].str.contains("（应不小于 0）").all()


# funds


def spending(**cells) -> dict:
    usual = {"org": "县教师进修校", "fund": 1, "year": 2021.0, "category": 1, "budget_yuan": 9000.0,
             "paid_yuan": 5000.0, "voucher_no": "P1"}  # fmt: skip
    return usual | dates(date="2021-05-06") | cells


def test_a_category_that_paid_more_than_its_budget_is_told_on_each_voucher():
    rows = [
        spending(),
        spending(voucher_no="P2", budget_yuan=pd.NA),
        spending(category=2, budget_yuan=pd.NA, paid_yuan=99999.0),
    ]
    _, struck, said = checked(funds=table("funds", *rows))
    assert struck == {2: ["paid_over_budget"], 3: ["paid_over_budget"]}
    assert said["note"].str.contains("支出合计 10000，预算 9000").all()


def test_a_budget_repeated_on_each_voucher_counts_once():
    rows = [spending(paid_yuan=4000.0), spending(voucher_no="P2", paid_yuan=4000.0)]
    tables, struck, _ = checked(funds=table("funds", *rows))
    assert struck == {3: ["budget_repeated"]}
    assert tables["funds"]["budget_yuan"].sum() == 9000


def test_a_row_of_totals_is_set_aside():
    rows = [spending(category=k, budget_yuan=pd.NA, paid_yuan=1000.0 * k, voucher_no=f"P{k}")
            for k in (1, 2, 3)]  # fmt: skip
    total = spending(category=6, budget_yuan=pd.NA, paid_yuan=6000.0, voucher_no="P9")
    tables, struck, _ = checked(funds=table("funds", *rows, total))
    assert struck == {5: ["fund_total_row"]}
    assert tables["funds"]["paid_yuan"].sum() == 6000


def test_amounts_in_ten_thousands_and_dates_of_another_year_are_told():
    rows = [spending(budget_yuan=pd.NA, paid_yuan=1.5), spending(year=2022.0, voucher_no="P2")]
    tables, struck, _ = checked(funds=table("funds", *rows))
    assert struck == {2: ["paid_in_ten_thousands"], 3: ["paid_other_year"]}
    assert tables["funds"]["paid_yuan"].isna().tolist() == [True, False], "yuan or 万元: nobody knows"


# platform months


def months(series: list[float], school: str = "513431-002", **cells) -> list[dict]:
    return [
        {"month": f"2021-{k:02d}", "school_id": school, "active": 10.0, "logins": 30.0, "uploads": 1.0,
         "minutes": 300.0, "dual": 2.0} | {name: values[k - 1] for name, values in cells.items()}
        | {"logins": value}
        for k, value in enumerate(series, 1)
    ]  # fmt: skip


def test_running_totals_are_blanked_in_every_month():
    grow = [40.0, 75.0, 110.0, 150.0, 195.0]
    tables, struck, _ = checked(
        platform_months=table("platform_months", *months(grow, minutes=[9 * v for v in grow]))
    )
    assert set(struck) == {2, 3, 4, 5, 6}
    done = tables["platform_months"]
    assert done[["logins", "minutes"]].isna().all(axis=None) and done["dual"].notna().all()


def test_a_school_that_uses_the_platform_more_and_more_is_no_running_total():
    rows = months([40.0, 50.0, 45.0, 70.0, 90.0], minutes=[400.0, 500.0, 450.0, 500.0, 900.0])
    assert checked(platform_months=table("platform_months", *rows))[1] == {}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=5, max_size=14), st.integers(0, 60))
def test_any_monthly_figures_summed_up_are_seen_and_a_fall_clears_them(monthly, last):
    rule, total = BOOK.rules["platform_cumulative"], pd.Series(monthly).cumsum().astype(float)
    month = [f"20{20 + k // 12}-{k % 12 + 1:02d}" for k in range(len(total))]
    rows = pd.DataFrame({"school_id": "s", "month": month, "logins": total, "minutes": total * 9})
    rows = rows.assign(uploads=1.0, dual=0.0).sample(frac=1, random_state=last)
    struck = groups.cumulative(rows, rule, None)
    seen = total.iloc[-1] >= rule.share * total[0]
    assert set(struck["column"]) == ({"logins", "minutes"} if seen else set())
    assert len(struck) == 2 * len(rows) * seen
    rows.loc[len(total) - 1, ["logins", "minutes"]] = last % total[0]
    assert groups.cumulative(rows, rule, None).empty


def test_active_teachers_above_the_roster_are_blanked_and_not_called_missing():
    rows = months([30.0, 20.0], school="513431-001", active=[3.0, 4.0], minutes=[1.0, 1.0])
    tables, struck, _ = checked(platform_months=table("platform_months", *rows))
    assert struck == {3: ["active_over_roster"]}
    assert tables["platform_months"]["active"].isna().tolist() == [False, True]


def test_more_minutes_than_a_month_holds_are_blanked():
    rows = months([30.0, 20.0], active=[2.0, 2.0], minutes=[24_000.0, 300.0])
    tables, struck, _ = checked(platform_months=table("platform_months", *rows))
    assert struck == {2: ["minutes_too_many"]}
    assert tables["platform_months"]["minutes"].isna().tolist() == [True, False]


# lessons and cases


def lesson(no: str, observer: str, scores=(3, 4, 5, 3, 2, 4, 3, 4, 5, 3), **cells) -> dict:
    usual = {"lesson_no": no, "teacher": "t", "observer": observer, "school_id": "513431-002"}
    return usual | dates(date="2021-09-10") | {f"ob{k}": s for k, s in enumerate(scores, 1)} | cells


def test_nobody_observes_himself_and_two_observers_do_not_agree_in_everything():
    other = (2, 4, 5, 3, 2, 4, 3, 4, 5, 3)
    rows = [
        lesson("1", "t"), lesson("2", "a"), lesson("2", "b"), lesson("3", "a"), lesson("3", "b", other),
        lesson("4", "a", (4,) * 10), lesson("5", "a"), lesson("5", "b", other, teacher="u"),
    ]  # fmt: skip
    tables, struck, _ = checked(observations=table("observations", *rows))
    assert struck == {
        2: ["observed_self"], 3: ["observers_copied"], 4: ["observers_copied"], 7: ["observation_flat"],
        8: ["lesson_differs"], 9: ["lesson_differs"],
    }  # fmt: skip
    assert set(tables["observations"]["lesson_no"]) == {"2", "3", "4"}


def test_a_lesson_seen_between_two_waves_is_told():
    rows = [lesson("1", "a", **dates(date="2021-06-01")), lesson("2", "a")]
    assert checked(observations=table("observations", *rows))[1] == {2: ["observed_outside_wave"]}


RUBRIC = [f"{part}_{rater}" for rater in (1, 2) for part in ("goal", "process", "engage", "proof")]


def case(no: str, scores=(3, 4, 3, 2, 4, 4, 3, 2), **cells) -> dict:
    usual = {"case_no": no, "version": 1.0, "school_id": "513431-002", "teacher": no, "status": 1, "type": 1,
             "plan": 1, "video": 1, "reflection": 1}  # fmt: skip
    return usual | dates(submit_date="2021-05-06") | dict(zip(RUBRIC, scores, strict=True)) | cells


def test_a_valid_case_has_scores_and_material():
    half = (3, 4, 3, 2, pd.NA, pd.NA, pd.NA, pd.NA)
    rows = [
        case("A", half), case("B", half, status=2), case("C", plan=0, video=0, reflection=0),
        case("D", type=3, video=0), case("E", type=2), case("F", type=2, co_school="布拖县民族小学"),
    ]  # fmt: skip
    assert checked(cases=table("cases", *rows))[1] == {
        2: ["case_unscored"], 4: ["case_without_material"], 5: ["recording_without_video"],
        6: ["paired_without_partner"],
    }  # fmt: skip


def test_raters_who_agree_throughout_a_file_are_told_and_those_who_agree_once_are_not():
    same, other = (3, 4, 3, 2) * 2, (3, 4, 3, 2, 4, 4, 3, 2)
    _, struck, _ = checked(cases=table("cases", *[case(f"A{k}", same) for k in range(6)]))
    assert struck == {row: ["case_scores_copied"] for row in range(2, 8)}
    mixed = [case(f"A{k}", same if k < 2 else other) for k in range(6)]
    assert checked(cases=table("cases", *mixed))[1] == {}


def test_a_teacher_in_two_schools_and_a_school_with_too_many_teachers_are_told():
    rows = [case("A", teacher="t"), case("B", teacher="t", school_id="513431-001")]
    rows += [case(f"C{k}", school_id="513431-001") for k in range(3)]
    assert checked(cases=table("cases", *rows))[1] == {
        2: ["teacher_two_schools"], 3: ["case_over_roster", "teacher_two_schools"],
        4: ["case_over_roster"], 5: ["case_over_roster"], 6: ["case_over_roster"],
    }  # fmt: skip


def test_more_senior_members_than_members_are_blanked():
    row = {"side": 1, "team": 5.0, "senior": 6.0, "school_days": 3.0, "in_place": 1.0}
    tables, struck, _ = checked(institutions=table("institutions", row))
    assert struck == {2: ["senior_over_team"]} and tables["institutions"]["senior"].isna().all()


def test_a_task_done_without_a_document_or_fallen_back_is_told():
    task = {"unit": "school", "unit_id": "513431-001", "doc_title": pd.NA, "approve_date": pd.NaT}
    rows = [task | {"code": "S1", "progress": 4}, task | {"code": "S1", "progress": 2, "wave": "W3"},
            task | {"code": "S2", "progress": 4, "approve_date": pd.Timestamp("2022-01-01")}]  # fmt: skip
    _, struck, _ = checked(deliverables=table("deliverables", *rows))
    assert struck == {2: ["done_without_document"], 3: ["progress_falls"], 4: ["approved_later"]}


# replies


def replied(instrument: str, *rows: dict, **common) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return responses and answers: a dict a reply, its items by id, what else it says by column."""
    known = {"school_id": "513431-002", "cluster": pd.NA, "person": pd.NA, "rater": pd.NA, "flags": ""}
    items = {item.id for item in BOOK.instruments[instrument].items}
    replies, answers = [], []
    for k, row in enumerate(rows, 2):
        own = {**HERE, **known, **common, **{n: v for n, v in row.items() if n in known}}
        reply = {"response_id": f"r{k}", "instrument": instrument, "row": k, **own,
                 "submitted_at": pd.Timestamp("2021-09-01") + pd.Timedelta(hours=k)}  # fmt: skip
        replies.append(reply)
        for name in row.keys() - known.keys():
            assert name.split(".")[0] in {one.split(".")[0] for one in items}
            given = row[name]
            text = isinstance(given, str)
            answers.append({"response_id": f"r{k}", "instrument": instrument, "item_id": name,
                            "raw": given if text else str(given), "value": pd.NA if text else given,
                            "missing": "not_applicable" if given == "不适用" else pd.NA})  # fmt: skip
    types = {"value": "Float64", "missing": "string", "raw": "string"}
    return pd.DataFrame(replies), pd.DataFrame(answers).astype(types)


def doubted(instrument: str, *rows: dict, **common):
    responses, answers = replied(instrument, *rows, **common)
    responses, answers, said = rules.replies(responses, answers, ROSTER, BOOK)
    return responses.set_index("row")["flags"].to_dict(), answers, said


def test_of_two_heads_of_one_school_the_later_counts():
    head = {"PUPILS": 300, "BOARDERS": 20}
    found, answers, said = doubted("I03", head, head, head | {"school_id": "513431-001"})
    assert found == {3: "", 4: ""} and set(answers["response_id"]) == {"r3", "r4"}
    assert said[["row", "rule", "action"]].to_numpy().tolist() == [[2, "head_repeated", "quarantined"]]


def test_boarders_above_pupils_are_blanked_and_told():
    found, answers, said = doubted("I03", {"PUPILS": 30, "BOARDERS": 40, "RETURNED": 2})
    assert found == {2: ""} and said["rule"].tolist() == ["boarders_over_pupils"]
    left = answers.set_index("item_id")
    assert pd.isna(left.loc["BOARDERS", "value"]) and left.loc["BOARDERS", "missing"] == "invalid"
    assert left.loc["PUPILS", "value"] == 30 and said["before"].tolist() == ["40"]


def test_heads_facts_outside_reason_are_blanked():
    found, answers, said = doubted("I03", {"PUPILS": 0, "ONLINE": 900})
    assert found == {2: ""} and said["rule"].tolist() == ["pupils_range", "online_range"]
    assert said["before"].tolist() == ["0", "900"] and answers["value"].isna().all()


def test_the_first_of_two_tests_by_one_person_counts():
    both = [{"person": "p", "K01": 1}, {"person": "p", "K01": 2}, {"person": "q", "K01": 1}]
    items = [item.id for item in BOOK.instruments["I05"].items if item.key]
    rows = [{("K01" if "K01" in items else items[0]): row["K01"], "person": row["person"]} for row in both]
    found, _, said = doubted("I05", *rows)
    assert set(found) == {2, 4} and said["row"].tolist() == [3]


def test_one_letter_throughout_a_test_is_told_and_so_is_half_a_test():
    items = [item.id for item in BOOK.instruments["I05"].items if item.key]
    turns = {item: k % 4 + 1 for k, item in enumerate(items)}
    few = dict(list(turns.items())[: len(items) // 4])
    found, _, said = doubted("I05", dict.fromkeys(items, 3), turns, few)
    assert found == {2: "test_same_letter", 3: "", 4: "test_unfinished"}
    assert said.empty, "how somebody answered is counted under disclosure, never told row by row"


def test_a_class_filled_in_by_one_hand_is_told():
    pupil = {f"{letter}{k}": 2 for letter in "XH" for k in range(1, 6)}
    rows = [pupil | {"cluster": "c"} for _ in range(8)] + [pupil | {"cluster": "d", "X1": k % 4 + 1}
                                                          for k in range(8)]  # fmt: skip
    found, _, _ = doubted("I04", *rows)
    assert [found[row] for row in range(2, 18)] == ["class_alike"] * 8 + [""] * 8


def test_not_applicable_asks_for_a_reason():
    rows = [{"T1.1": "不适用", "NAWHY": "教学点只有一名教师"}, {"T1.1": "不适用"}]
    assert doubted("I01", *rows)[0] == {2: "", 3: "na_without_reason"}


def test_a_diagnosis_that_repeats_another_in_every_task_is_told():
    tasks = [item.id for item in BOOK.instruments["I01"].items if item.kind == "scale"]
    levels = {task: k % 4 + 1 for k, task in enumerate(tasks)}
    rows = [levels, levels, levels | {"T1.1": 4, "school_id": "513431-001"}]
    assert doubted("I01", *rows)[0] == {2: "diagnosis_copied", 3: "diagnosis_copied", 4: ""}


def test_none_of_the_forms_rules_out_the_others():
    assert doubted("I02", {"FORM.6": 1, "FORM.1": 1}, {"FORM.6": 1, "FORM.1": 0})[0] == {
        2: "forms_contradicted",
        3: "",
    }


# the register


def test_no_records_and_no_replies_are_no_trouble():
    none = {name: table(name, {}).iloc[:0] for name in BOOK.sheet}
    kept, said = rules.records(none, ROSTER, BOOK)
    assert said.empty and all(frame.empty for frame in kept.values())


def test_every_kind_is_computed_and_told_what_it_needs():
    kinds = {rule.kind for rule in BOOK.rules.values()}
    assert set(ruling.NEEDS) == {"built_in", *rules.KINDS} and kinds <= set(ruling.NEEDS)
    assert set(rules.SAID.values()) <= ledger.ACTIONS


def named_in_code() -> set[str]:
    """Return every rule id that the code of `clean` hands to a ledger: by key, keyword or parameter."""
    trees = [ast.parse(path.read_text("utf-8")) for path in sorted(CLEAN.rglob("*.py"))]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    takes = {n.name: [a.arg for a in n.args.args].index("rule") for n in nodes
             if isinstance(n, ast.FunctionDef) and "rule" in [a.arg for a in n.args.args]}  # fmt: skip
    given = []
    for node in nodes:
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            given += [value for key, value in pairs if getattr(key, "value", None) == "rule"]
        elif isinstance(node, ast.Call):
            given += [word.value for word in node.keywords if word.arg == "rule"]
            place = takes.get(getattr(node.func, "id", ""))
            given += node.args[place : place + 1] if place is not None else []
    literals = {value.value for value in given if isinstance(getattr(value, "value", None), str)}
    return literals - set(ledger.COLUMNS.values())


def test_every_rule_that_code_names_is_in_the_register():
    named = named_in_code()
    assert {"school_review", "row_width", "rater_unknown", "time_unreadable"} - named == {"school_review"}
    made = {f"school_{way}" for way in ("review", "none", "blank")}
    assert named | made | set(flags.NAMES) <= set(BOOK.rules)


def test_every_rule_that_strikes_the_demo_is_in_the_register_and_does_what_it_says(demo_ws):
    told = pd.read_parquet(demo_ws.clean / "ledger.parquet")
    marks = pd.read_parquet(demo_ws.clean / "responses.parquet")["flags"].str.split(";").explode()
    assert set(told["rule"]) | (set(marks.dropna()) - {""}) <= set(BOOK.rules)
    done = {"quarantine": {"quarantined"}, "review": {"review"}, "flag": {"kept", "review"},
            "blank": {"quarantined", "kept", "review"}, "repair": {"repaired", "kept"}}  # fmt: skip
    for rule, action in told[["rule", "action"]].drop_duplicates().itertuples(index=False):
        assert action in done[BOOK.rules[rule].action], rule


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: hours_per_day, columns: [hours, date_start, date_end]",
         "kind: hours_per_day, columns: [hours, date_start]", "应为 3 列"),
        ("columns: [headcount], severity", "columns: [heads], severity", "没有 heads 这一列"),
        ("sheet: institutions", "sheet: institution", "没有 sheet: institution"),
        ("{status: [1], type: [3]}", "{status: [1], type: [7]}", "没有分值"),
        ("keep: last, ", "", "要写 keep"),
        ("columns: [minutes, active], max", "columns: [month, active], max", "不能用于 month"),
        ("window: programme", "columns: [date], window: programme", "没有写 sheet"),
        ("instrument: I03, kind: unique", "instrument: I07, kind: unique", "不是问卷"),
        ("kind: differ", "kind: different", "kind 没有 different 这个值，是不是 differ"),
        ("id: senior_over_team", "id: late", "重复"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_rule_stops_with_its_file_and_line(tmp_path, old, new, said):
    copy = tmp_path / "codebook"
    shutil.copytree(CODEBOOK, copy)
    text = (copy / "rules.yml").read_text("utf-8")
    assert old in text
    (copy / "rules.yml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(Fault, match=said) as told:
        codebook.load(copy)
    assert told.value.file.name == "rules.yml"
    if "重复" not in said:  # a rule twice is told where it first stands
        assert told.value.row == text[: text.index(old)].count("\n") + 1
