import clean_tables
import numpy as np
import pandas as pd
import pytest

from yiduiyi_analysis.analyse import disclosure, indicators

BOOK = clean_tables.BOOK
SIZES = {
    "A": [(20, True), (30, True), (1, False), (12, False)],
    "B": [(40, True), (15, True), (25, False)],
    "C": [(30, True), (26, False)],
}
ROSTER = clean_tables.schools(SIZES)
ALL_BUT_NONE = dict(zip(ROSTER["school_id"], [18, 25, 1, 11, 30, 12, 20, 20, 20], strict=True))


def evidence(clean):
    units = disclosure.units(clean.schools, BOOK.thresholds.mean_min)
    return indicators.evidence(clean, BOOK, units)[0]


def teachers(counts, wave="W3", **tables):
    return clean_tables.clean(ROSTER, clean_tables.responses("I02", wave, counts), **tables)


def pick(table, indicator, county="all", group="all", wave="W3"):
    """Return one row of evidence."""
    rows = table[
        (table["indicator"] == indicator) & (table["county_code"] == county) & (table["group"] == group)
    ]
    rows = rows[rows["wave"].fillna("") == (wave or "")]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.fixture(scope="module")
def programme():
    return evidence(clean_tables.programme())


def test_each_row_is_unique_and_says_either_its_value_or_why_there_is_none(programme):
    assert not programme.duplicated(["indicator", "county_code", "group", "wave"]).any()
    known = programme["status"].isin(["ok", "full", "count", "no_interval"])
    assert (programme["value"].notna() == known).all()
    assert (programme["lo"].notna() == (programme["status"] == "ok")).all()
    assert (programme["lo"].isna() == programme["hi"].isna()).all()
    assert programme[["unit", "method", "status"]].notna().all().all()


def test_values_lie_in_their_intervals_and_shares_between_nought_and_one(programme):
    ok = programme[programme["status"] == "ok"]
    assert (ok["lo"] <= ok["value"]).all() and (ok["value"] <= ok["hi"]).all()
    rates = programme[(programme["unit"] == "rate") & programme["value"].notna()]
    assert (
        rates["value"].between(0, 1).all()
        and (rates["lo"].dropna() >= 0).all()
        and (rates["hi"].dropna() <= 1).all()
    )


def test_no_more_persons_answer_than_there_are(programme):
    known = programme.dropna(subset=["N", "n"])
    assert (known["n"] <= known["N"]).all()


def test_the_catalogue_of_the_issue_is_there(programme):
    wanted = {
        "roster.schools",
        "I02.response",
        "I01.self.response",
        "I01.expert.response",
        "I08.response",
        "I04.response",
    }
    wanted |= {
        "R1.mean",
        "R1.top2",
        "R1.low2",
        "X1.low2",
        "R.mean",
        "L.mean",
        "O.mean",
        "B.mean",
        "E.mean",
        "X1.top2",
        "H5.mean",
    }
    wanted |= {
        "R1.low2",
        "X1.low2",
        "T1.1.self_mean",
        "T6.3.expert_ok",
        "T2.2.gap",
        "I01.gap",
        "I01.self_mean",
        "T3.gap",
    }
    wanted |= {
        "five_washes.rate",
        "five_habits.rate",
        "five_both.rate",
        "C1.done",
        "S5.done",
        "S1.progress.0",
    }
    made = set(programme["indicator"])
    assert wanted <= made
    assert not {"CHECK.mean", "STAGE.mean", "X.mean"} & made
    assert not {"P1.low2", "R1.low2_change"} & made, "heads: the upper end alone; no change of the lower"


def test_the_two_ends_of_a_scale_are_of_the_same_people_and_no_more_than_all(programme):
    end = programme["indicator"].str.rpartition(".")[2]
    place = programme.assign(item=programme["indicator"].str.rpartition(".")[0])
    place = place.set_index(["item", "county_code", "group", "wave"])
    top, low = (place[end.eq(name).to_numpy()] for name in ("top2", "low2"))
    top = top.reindex(low.index)
    assert len(low) and (top["n"].astype(float) == low["n"].astype(float)).all()
    assert (top["value"] + low["value"]).dropna().max() <= 1 + 1e-9


def test_every_figure_has_a_name_in_chinese(programme):
    names = {name: BOOK.label(name) for name in programme["indicator"].unique()}
    nameless = [name for name, label in names.items() if label == name]
    assert [name for name in nameless if ".progress." not in name] == [], "stages are told by their scale"
    assert names["I07.form.3"] == "帮扶活动次数（送教进校）" and names["I11.ob1"] == "目标清晰"
    assert names["I11.mean_change"] == "课堂观察均值（十项，1–5）的变化"
    assert names["S1.stage"].endswith("（所处阶段）") and names["KD.score"] == "师德与民族团结（得分）"
    assert BOOK.subject("I05.score") == names["I05.score"] and BOOK.subject("R1.top2") == BOOK.item["R1"].stem


def test_items_appear_only_in_the_waves_that_asked_them(programme):
    assert set(programme.loc[programme["indicator"] == "R1.mean", "wave"]) == {"W1", "W2", "W3"}
    assert set(programme.loc[programme["indicator"] == "B.mean", "wave"]) == {"W0", "W2", "W3"}


def test_roster_facts_are_the_printed_totals(programme):
    assert pick(programme, "roster.schools", wave=None)["value"] == 70
    assert pick(programme, "roster.teachers", wave=None)["value"] == 1902


def test_response_rate_is_replies_over_roster_and_a_school_counts_at_most_its_roster():
    table = evidence(teachers(ALL_BUT_NONE | {"A-003": 3}))
    row = pick(table, "I02.response", "A")
    assert (row["n"], row["N"], row["status"]) == (55, 63, "count") and row["value"] == pytest.approx(55 / 63)


def test_response_rates_by_unit_never_name_a_small_school():
    table = evidence(teachers(ALL_BUT_NONE))
    units = table[table["group"].str.startswith("unit:")]
    assert {"I02.response", "R6.top2", "B.mean"} <= set(units["indicator"]) and units["N"].min() >= 10
    assert not set(units["indicator"]) & {"R1.mean", "R1.top2", "CHECK.mean"}
    assert not units["group"].eq("unit:A-003").any()
    assert units["group"].eq("unit:A-004+1").any()


def test_a_county_with_fewer_than_ten_teachers_has_no_published_unit():
    roster = pd.concat([ROSTER, clean_tables.schools({"D": [(4, False), (3, False)]})], ignore_index=True)
    replies = clean_tables.responses("I02", "W3", ALL_BUT_NONE | {"D-001": 4})
    table = evidence(clean_tables.clean(roster, replies))
    groups = set(table.loc[table["county_code"] == "D", "group"])
    assert groups == {"all", "other", "given", "school:D-001", "school:D-002"}
    assert set(table.loc[table["group"].str.startswith("school:"), "unit"]) == {"stage"}


def test_people_schools_and_public_facts_have_each_their_threshold():
    clean = clean_tables.programme()
    rules = indicators.evidence(clean, BOOK, disclosure.units(clean.schools, 10))[1].set_index("indicator")[
        "least"
    ]
    wanted = {
        "R1.mean": 10,
        "L.mean": 10,
        "five_both.rate": 10,
        "I04.response": 5,
        "T1.1.gap": 3,
        "P1.top2": 3,
        "I05.score": 10,
        "I06.teachers": 5,
        "I11.mean": 10,
    }
    wanted |= dict.fromkeys(["I02.response", "I01.self.response", "C1.done", "S1.done", "S1.stage"], 0)
    wanted |= dict.fromkeys(["I07.form.1", "I07.schools", "I09.paid", "I10.active"], 0)
    assert rules[list(wanted)].to_dict() == wanted


def test_a_mean_is_the_weighted_mean_of_the_answers():
    replies = clean_tables.responses("I02", "W3", {"C-001": 15, "C-002": 26})
    answers = replies[["response_id"]].assign(item_id="R1", missing=None)
    answers["value"] = pd.array([4] * 15 + [2] * 26, dtype="Float64")
    table = evidence(clean_tables.clean(ROSTER, replies, answers=answers))
    row = pick(table, "R1.mean", "C")
    assert row["value"] == pytest.approx((30 * 4 + 26 * 2) / 56) and row["n"] == 41 and row["N"] == 56
    assert pick(table, "R1.top2", "C")["value"] == pytest.approx(30 / 56)
    assert pick(table, "R1.mean", "C", "other")["status"] == "full"


def test_reverse_items_are_turned_in_the_scale_and_left_as_asked_in_the_item():
    replies = clean_tables.responses("I02", "W3", {"C-001": 30})
    items = [item.id for item in BOOK.instruments["I02"].items if item.dimension == "L"]
    answers = (
        replies[["response_id"]].merge(pd.DataFrame({"item_id": items}), how="cross").assign(missing=None)
    )
    answers["value"] = pd.array([1 if item == "L6" else 5 for item in answers["item_id"]], dtype="Float64")
    table = evidence(clean_tables.clean(ROSTER, replies, answers=answers))
    assert pick(table, "L6.mean", "C")["value"] == 1 and pick(table, "L.mean", "C")["value"] == 5


def test_everyone_answering_gives_no_interval_and_says_full():
    replies = clean_tables.responses(
        "I02", "W3", dict(zip(ROSTER["school_id"], ROSTER["teachers"], strict=True))
    )
    answers = clean_tables.answers(replies, blank=0)
    row = pick(evidence(clean_tables.clean(ROSTER, replies, answers=answers)), "R1.mean")
    assert row["status"] == "full" and pd.isna(row["lo"]) and row["method"] == "finite/full"


def test_an_item_that_some_skipped_is_not_full_although_everyone_replied():
    clean = teachers(dict(zip(ROSTER["school_id"], ROSTER["teachers"], strict=True)))
    clean.answers.loc[clean.answers["item_id"].eq("R1").idxmax(), "value"] = pd.NA
    row = pick(evidence(clean), "R1.mean")
    assert row["n"] < row["N"] and (row["status"], row["method"]) == ("no_interval", "finite/item-skipped")


def test_a_wave_nobody_answered_is_no_data_and_a_silent_county_has_response_nought():
    table = evidence(teachers({"A-001": 18, "A-002": 25}))
    assert pick(table, "I02.response", wave="W2")["status"] == "no_data"
    assert pick(table, "R1.mean", "B")["status"] == "no_data" and pick(table, "R1.mean", "B")["n"] == 0
    assert (pick(table, "I02.response", "B")["value"], pick(table, "I02.response", "B")["status"]) == (
        0,
        "count",
    )


def test_a_programme_figure_without_every_county_says_so_and_is_never_full():
    replies = clean_tables.responses("I02", "W3", {"C-001": 30, "C-002": 26})
    table = evidence(clean_tables.clean(ROSTER, replies, answers=clean_tables.answers(replies, blank=0)))
    assert pick(table, "R1.mean", "C")["status"] == "full"
    row = pick(table, "R1.mean")
    assert row["method"].endswith("+partial") and row["status"] == "no_interval" and row["N"] == 199


def test_an_item_everybody_skipped_has_no_data():
    clean = teachers(ALL_BUT_NONE)
    clean.answers.loc[clean.answers["item_id"] == "R2", "value"] = pd.NA
    row = pick(evidence(clean), "R2.mean")
    assert row["status"] == "no_data" and row["n"] == 0


def test_a_single_teacher_speaking_for_a_county_has_a_value_and_no_interval():
    replies = clean_tables.responses("I02", "W3", {"B-001": 1})
    row = pick(
        evidence(clean_tables.clean(ROSTER, replies, answers=clean_tables.answers(replies, blank=0))),
        "R1.mean",
        "B",
    )
    assert row["status"] == "no_interval" and row["method"] == "finite/one-psu"


def test_one_class_gives_no_interval_and_two_give_one_with_one_degree_of_freedom():
    replies = pd.concat(
        [
            clean_tables.responses("I04", "W3", {"A-001": 20}, 1),
            clean_tables.responses("I04", "W3", {"B-001": 20}, 2),
        ]
    )
    table = evidence(clean_tables.clean(ROSTER, replies, answers=clean_tables.answers(replies, blank=0)))
    assert pick(table, "X1.mean", "A")["method"] == "class/one-psu"
    row = pick(table, "X1.mean", "B")
    values = (
        clean_tables.answers(replies, blank=0)
        .query("item_id == 'X1' and school_id == 'B-001'")["value"]
        .astype(float)
    )
    centred = (values.to_numpy() - values.mean()).reshape(10, 2).sum(axis=0) / 20
    half = 12.706205 * np.sqrt(2 * centred.var(ddof=1))
    ends = max(row["value"] - half, 1), min(row["value"] + half, 4)  # X1 runs from 1 to 4
    assert (row["lo"], row["hi"]) == pytest.approx(ends, rel=1e-6) and pd.isna(row["N"])
    assert pick(table, "I04.response", "A")["value"] == 20


def test_composites_count_students_who_reach_four_of_five():
    replies = clean_tables.responses("I04", "W3", {"A-001": 10, "B-001": 10}, 2)
    items = [item.id for item in BOOK.instruments["I04"].items if item.kind == "scale"]
    answers = replies[["response_id", "school_id"]].merge(pd.DataFrame({"item_id": items}), how="cross")
    low = (answers["school_id"] == "B-001") & answers["item_id"].str.startswith("H")
    answers = answers.assign(value=np.where(low, 1.0, 4.0), missing=None).astype({"value": "Float64"})
    table = evidence(clean_tables.clean(ROSTER, replies, answers=answers))
    values = [pick(table, f"{rule}.rate")["value"] for rule in ("five_washes", "five_habits", "five_both")]
    assert values == [1, 0.5, 0.5]


def test_self_and_expert_levels_and_their_gap_agree():
    table = evidence(
        clean_tables.clean(
            ROSTER, clean_tables.responses("I02", "W3", {}), ratings=clean_tables.ratings(ROSTER)
        )
    )
    for task in ("T1.1", "I01", "T4"):
        own, expert, gap = (pick(table, f"{task}.{m}") for m in ("self_mean", "expert_mean", "gap"))
        assert gap["value"] == pytest.approx(expert["value"] - own["value"]) and gap["status"] == "full"
    assert pick(table, "I01.self.response", "A")["value"] == 1
    assert pick(table, "T1.1.gap", wave="W2")["status"] == "no_data"


def test_deliverables_count_units_done_and_a_school_may_be_covered_by_another():
    rows = clean_tables.deliverables(ROSTER)
    ours = rows["code"].eq("S1") & rows["county_code"].eq("A")
    rows.loc[ours, "progress"] = pd.array([4, 3, pd.NA, 0], dtype="Int64")
    rows.loc[ours & rows["unit_id"].eq("A-003"), "covered_by"] = "A-001"
    table = evidence(clean_tables.clean(ROSTER, clean_tables.responses("I02", "W3", {}), deliverables=rows))
    row = pick(table, "S1.done", "A")
    assert (row["value"], row["n"], row["N"], row["unit"]) == (0.5, 4, 4, "rate")
    assert pick(table, "S1.progress.4", "A")["value"] == 2 and pick(table, "S1.progress.3", "A")["value"] == 1
    assert pick(table, "C1.done")["N"] == 3
    assert not ((table["indicator"] == "C1.done") & (table["group"] != "all")).any()


def test_nothing_but_the_roster_gives_facts_and_no_data():
    empty = clean_tables.clean(ROSTER, clean_tables.responses("I02", "W3", {}))
    table = evidence(empty)
    assert set(table.loc[table["wave"].isna(), "status"]) == {"count"}
    assert set(table.loc[table["wave"].notna(), "status"]) == {"no_data"}


def test_each_schools_stage_is_public_and_a_teaching_point_stands_where_the_plan_that_covers_it_does():
    table = clean_tables.deliverables(ROSTER)
    mine = table["code"].eq("S1") & table["unit_id"].isin(["A-001", "A-003"])
    table.loc[mine, "progress"] = [3, pd.NA]
    table.loc[mine, "covered_by"] = ["", "A-001"]
    made = evidence(teachers({}, deliverables=table))
    rows = made[made["indicator"].eq("S1.stage") & made["wave"].eq("W3")].set_index("group")
    assert len(rows) == len(ROSTER) and set(rows["status"]) == {"count"} and set(rows["unit"]) == {"stage"}
    assert rows.loc["school:A-001", "value"] == rows.loc["school:A-003", "value"] == 3
    assert rows.loc["school:A-001", ["n", "N", "county_code"]].tolist() == [1, 1, "A"]
    assert not made["indicator"].eq("C1.stage").any(), "a county's task is no school's"
    assert pick(made, "S1.done", "B", "key")["status"] == "count", "two schools, told all the same"
    assert set(made.loc[made["indicator"].eq("S1.stage") & made["wave"].eq("W1"), "status"]) == {"no_data"}
