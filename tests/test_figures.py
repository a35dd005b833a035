"""Each kind of figure of records against numbers worked out by hand, on tables of a few rows."""

import clean_tables
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import disclosure, indicators, records

BOOK = clean_tables.BOOK
ROSTER = clean_tables.schools({"A": [(20, True), (10, False)], "B": [(5, True), (2, False)]})
NOBODY = clean_tables.responses("I02", "W3", {})


def clean(**sheets):
    tables = {name: clean_tables.sheet(name, rows) for name, rows in sheets.items()}
    return clean_tables.clean(ROSTER, NOBODY, records=tables)


def told(indicator, **sheets):
    """Return the rows of one indicator: (county, group, wave) → (value, n, N)."""
    table = records.figures(BOOK.indicators[indicator], clean(**sheets), BOOK)
    keys = table[["indicator", "county_code", "group", "wave"]].itertuples(index=False, name=None)
    values = table[["value", "n", "N"]].astype(float).itertuples(index=False, name=None)
    found = dict(zip(keys, values, strict=True))
    assert len(found) == len(table) and set(table["status"]) <= {"count"}
    return {key[1:] if key[0] == indicator else key: value for key, value in found.items()}


def activity(number, county, wave, form=1, schools=None, day="2021-09-10"):
    row = {"activity_no": number, "county_code": county, "wave": wave, "form": form, "schools": schools}
    return row | {"date_start": pd.Timestamp(day), "hours": 8}


def case(school, teacher, wave, status=1, kind=1, **more):
    return {"school_id": school, "teacher": teacher, "wave": wave, "status": status, "type": kind} | more


def nan(value):
    return value != value


def test_a_count_is_the_number_of_records_by_wave_month_and_form():
    rows = [activity("1", "A", "W2"), activity("2", "A", "W2", form=3, day="2021-08-01")]
    rows += [activity("3", "A", "W3", day="2022-03-02"), activity("4", "B", "W2", form=3)]
    found = told("I07.activities", activities=rows)
    assert [found[key, "all", "W2"][0] for key in ("A", "B", "all")] == [2, 1, 3]
    assert found["A", "month:2021-08", "W2"][0] == 1 and found["all", "month:2021-09", "W2"][0] == 2
    assert found["B", "month:2021-08", "W2"][0] == 0, "a county that keeps the record had none that month"
    assert ("B", "all", "W3") not in found and ("A", "all", "W1") not in found, "no record is not nought"
    forms = told("I07.form", activities=rows)
    assert forms["I07.form.3", "A", "all", "W2"][0] == 1 and forms["I07.form.2", "A", "all", "W2"][0] == 0
    assert not {group for _, _, group, _ in forms if group in ("key", "other")}, (
        "activities have no one school"
    )


def test_a_wave_without_a_place_in_the_programme_counts_nowhere():
    assert told("I07.activities", activities=[activity("1", "A", pd.NA)]) == {}


def test_records_before_an_instruments_first_wave_belong_to_that_wave():
    month = {"school_id": "A-001", "uploads": 3, "active": 5, "month": "2020-09", "wave": "W0"}
    later = month | {"month": "2020-12", "wave": "W1"}
    found = told("I10.uploads", platform_months=[month, later])
    assert found["A", "all", "W1"] == pytest.approx((6, 2, float("nan")), nan_ok=True)
    assert found["A", "month:2020-09", "W1"][0] == 3


def test_schools_are_reached_by_each_option_that_any_of_their_months_names():
    month = {"school_id": "A-001", "month": "2021-08", "wave": "W2", "classroom": 1}
    rows = [month, month | {"month": "2021-09"}, month | {"month": "2021-10", "classroom": 3}]
    rows += [
        month | {"school_id": "B-002", "classroom": 2},
        month | {"school_id": "B-001", "classroom": None},
    ]
    found = told("I10.classroom", platform_months=rows)
    assert found["I10.classroom.1", "A", "all", "W2"] == (0.5, 1, 2), "a school counts once"
    assert found["I10.classroom.3", "A", "key", "W2"] == (1, 1, 1)
    assert found["I10.classroom.1", "B", "all", "W2"] == (0, 0, 2), "months reported, none of this kind"
    assert found["I10.classroom.2", "all", "all", "W2"] == (0.25, 1, 4)
    assert not [key for key in found if key[3] == "W3"], "no report, no figure"
    assert BOOK.label("I10.classroom.1") == "开展“三个课堂”的学校比例（专递课堂）"


def test_a_total_of_nothing_is_unknown_and_of_something_its_sum():
    funds = [
        {"county_code": "A", "wave": "W1", "paid_yuan": 100.0},
        {"county_code": "A", "wave": "W2", "paid_yuan": 50.0},
    ]
    found = told("I09.paid", funds=funds)
    assert found["A", "all", "W1"][:2] == (100, 1)
    assert found["A", "all", "W2"][:2] == found["A", "all", "W3"][:2] == (150, 2), "since the beginning"
    assert told("I09.budget", funds=funds) == {}


def test_a_ratio_holds_payments_against_the_budget_of_their_line_and_leaves_out_those_without_one():
    line = {"county_code": "A", "wave": "W1", "org": "甲", "fund": 1, "year": 2021, "category": 1}
    funds = [line | {"paid_yuan": 30.0, "budget_yuan": 100.0, "voucher_no": "1"}]
    funds += [line | {"paid_yuan": 40.0, "voucher_no": "2"}]
    funds += [line | {"paid_yuan": 500.0, "category": 2, "voucher_no": "3"}]
    assert told("I09.executed", funds=funds)["A", "all", "W1"] == (0.7, 70, 100), "the two sums"
    shares = told("I09.category", funds=funds)
    assert shares["I09.category.1", "A", "all", "W1"][0] == pytest.approx(70 / 570)
    assert shares["I09.category.3", "A", "all", "W1"][0] == 0
    nothing = [line | {"paid_yuan": 0.0, "budget_yuan": 0.0}]
    assert told("I09.executed", funds=nothing) == {}, "nothing to divide by"


def test_lines_that_two_counties_name_alike_stay_two_lines_in_the_programme():
    line = {"wave": "W1", "org": "县教体局", "fund": 1, "year": 2021, "category": 1, "voucher_no": "1"}
    funds = [line | {"county_code": "A", "paid_yuan": 50.0, "budget_yuan": 100.0}]
    funds += [line | {"county_code": "B", "paid_yuan": 900.0}]
    funds += [line | {"county_code": "B", "paid_yuan": 30.0, "budget_yuan": 300.0, "category": 2}]
    found = told("I09.executed", funds=funds)
    counties = [found[county, "all", "W1"] for county in "AB"]
    whole = sum(ratio * budget for ratio, _, budget in counties) / sum(budget for *_, budget in counties)
    assert found["all", "all", "W1"][0] == pytest.approx(whole) == pytest.approx(0.2)


def test_active_teachers_are_of_the_schools_that_report_and_at_most_all_of_them():
    months = [
        {"school_id": "A-001", "active": 10, "month": "2021-09"},
        {"school_id": "B-002", "active": 9, "month": "2021-09"},
    ]
    months = [month | {"wave": "W2"} for month in months]
    found = told("I10.active", platform_months=months)
    assert found["A", "all", "W2"][0] == found["A", "key", "W2"][0] == 0.5
    assert found["A", "all", "W2"] == (0.5, 10, 20) and found["B", "all", "W2"] == (1, 2, 2)
    assert found["B", "all", "W2"][0] == 1 and found["all", "month:2021-09", "W2"][0] == pytest.approx(
        12 / 22
    )


def test_a_sum_for_each_teacher_is_over_the_roster_of_the_counties_that_keep_the_record():
    month = {"school_id": "A-001", "minutes": 300, "month": "2021-09", "wave": "W2"}
    found = told("I10.minutes", platform_months=[month, month | {"month": "2021-08"}])
    assert found["A", "all", "W2"] == (20, 1, 30) and found["all", "all", "W2"] == (20, 1, 30)
    assert found["A", "key", "W2"] == (30, 1, 20)
    people = [{"school_id": "A-001", "person": who, "hours": 15, "role": 1, "wave": "W1"} for who in "aab"]
    assert told("I07.hours_per_teacher", participation=people)["A", "all", "W1"] == (1.5, 2, 30)


def test_a_county_whose_column_is_empty_is_not_in_the_roster_and_the_programme_says_so():
    month = {"school_id": "A-001", "minutes": 300, "month": "2021-09", "wave": "W2"}
    rows = [month, month | {"school_id": "B-001", "minutes": None, "uploads": 4}]
    found = told("I10.minutes", platform_months=rows)
    assert ("B", "all", "W2") not in found and found["all", "all", "W2"] == (10, 1, 30)
    assert told("I10.minutes", platform_months=rows[1:]) == {}
    whole = records.figures(BOOK.indicators["I10.minutes"], clean(platform_months=rows), BOOK)
    marked = indicators.partial(whole, 2).set_index(["county_code", "group"])["method"]
    assert marked["all", "all"] == "records/per+partial" and marked["A", "all"] == "records/per"


def test_what_institutions_report_says_how_many_of_those_due_did():
    rows = [{"county_code": "A", "side": side, "wave": "W2", "in_place": 3, "team": 9} for side in (1, 2)]
    rows += [{"county_code": "B", "side": 2, "wave": "W2", "team": 4}]
    found = {name: told(f"I12.{name}", institutions=rows) for name in ("filed", "in_place", "team")}
    assert found["filed"]["A", "all", "W2"] == (2, 2, 2) and found["filed"]["all", "all", "W2"] == (3, 3, 4)
    assert found["in_place"]["all", "all", "W2"] == (3, 1, 2), "one side of two counties"
    assert found["team"]["all", "all", "W2"] == (13, 2, 2) and found["team"]["B", "all", "W2"] == (4, 1, 1)
    many = told("I10.uploads", platform_months=[{"school_id": "A-001", "uploads": 3, "wave": "W2"}])
    assert nan(many["A", "all", "W2"][2]), "how many rows of months are due no key tells"


def test_who_is_reached_counts_once_in_one_school_and_until_now():
    rows = [
        case("A-001", "a", "W1"),
        case("A-002", "a", "W1"),
        case("A-001", "b", "W2"),
        case("A-001", "c", "W2", status=2),
    ]
    found = told("I06.teachers", cases=rows)
    assert found["A", "all", "W1"] == (1 / 30, 1, 30) and found["A", "other", "W1"] == (0, 0, 10)
    assert found["A", "key", "W2"] == (2 / 20, 2, 20) and found["all", "all", "W3"] == (2 / 37, 2, 37)
    assert ("B", "all", "W2") not in found


def test_a_school_reaches_at_most_its_roster():
    rows = [case("B-002", who, "W1") for who in "abc"]
    assert told("I06.teachers", cases=rows)["B", "other", "W1"] == (1, 2, 2)


def test_schools_are_reached_by_name_in_a_list_or_by_their_rows():
    rows = [
        activity("1", "A", "W2", 3, "A-001;A-002"),
        activity("2", "A", "W2", 1, "A-001"),
        activity("3", "B", "W2"),
    ]
    found = told("I07.schools", activities=rows)
    assert found["A", "all", "W2"] == (1, 2, 2) and found["B", "all", "W2"] == (0, 0, 2)
    assert found["A", "key", "W2"] == (1, 1, 1) and found["all", "other", "W2"] == (0.5, 1, 2)
    assert told("I07.visited", activities=rows[1:])["A", "all", "W2"] == (0, 0, 2)
    heads = [
        {"school_id": "A-001", "person": "h", "role": 2, "wave": "W2"},
        {"school_id": "B-001", "person": "t", "role": 1, "wave": "W2"},
    ]
    found = told("I07.heads", participation=heads)
    assert found["A", "all", "W2"] == (0.5, 1, 2) and found["B", "all", "W2"][0] == 0


def test_a_share_is_of_the_rows_among_which_it_is_asked():
    rows = [{"school_id": "A-001", "person": str(k), "role": role, "completed": done, "wave": "W2"}
            for k, (role, done) in enumerate([(1, 1), (1, 0), (1, pd.NA), (2, 1)])]  # fmt: skip
    assert told("I07.completed", participation=rows)["A", "all", "W2"] == (0.5, 1, 2)
    assert told("I07.completed", participation=rows[3:]) == {}
    sides = [
        {"county_code": "A", "side": 2, "merged": 1, "wave": "W2"},
        {"county_code": "B", "side": 2, "merged": 0, "wave": "W2"},
    ]
    found = told("I12.merged", institutions=sides)
    assert [found[key, "all", "W2"][0] for key in ("A", "B", "all")] == [1, 0, 0.5]


def test_few_persons_reached_are_hidden_and_what_institutions_did_is_public():
    rows = [case("A-001", who, "W1") for who in "abcdefgh"] + [case("A-002", "i", "W1")]
    rows += [case("B-001", who, "W1") for who in "uvwxy"]
    sheets = clean(cases=rows, activities=[activity("1", "A", "W1")])
    units = disclosure.units(ROSTER, 10)
    table, rules, _ = indicators.evidence(sheets, BOOK, units)
    made = disclosure.protect(table, rules)
    made = made[made["wave"].eq("W1")].set_index(["indicator", "county_code", "group"])
    assert made.loc[("I06.teachers", "A", "other"), "status"] == "suppressed"
    assert made.loc[("I06.teachers", "A", "key"), "status"] == "suppressed_secondary"
    assert made.loc[("I06.teachers", "A", "all"), "n"] == 9
    assert made.loc[("I07.activities", "A", "all"), ["value", "status"]].tolist() == [1, "count"]
    assert made.loc[("I07.activities", "B", "all"), ["n", "method", "status"]].tolist() == [
        0,
        "none",
        "no_data",
    ]
    assert made.loc[("I07.activities", "all", "all"), "method"] == "records/count+partial"


@pytest.mark.parametrize("name", [i.id for i in BOOK.indicators.values() if i.kind in records.FIGURES])
def test_an_empty_table_gives_no_figure_and_no_error(name):
    entry = BOOK.indicators[name]
    assert records.figures(entry, clean(), BOOK).empty
    assert records.figures(entry, clean(**{entry.sheet: []}), BOOK).empty
