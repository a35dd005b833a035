"""Pupils who have water, hot water and a place to wash: told beside all, never those who lack it."""

import clean_tables
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiduiyi_analysis.analyse import audit, conditions, disclosure, indicators

BOOK = clean_tables.BOOK
RULES = pd.DataFrame(
    {"indicator": ["a.rate"], "block": ["S"], "within": "", "least": [10], "sensitive_n": [20]}
)


def evidence(cells: dict[str, tuple], value=0.5) -> pd.DataFrame:
    """Return open evidence of one rule: county → pupils with the conditions and without."""
    cells = cells | {"all": tuple(sum(n) for n in zip(*cells.values(), strict=True))}
    groups = {"given": lambda n: n[0], "lacking": lambda n: n[1], "all": sum}
    rows = [
        {"indicator": "a.rate", "county_code": code, "group": group, "wave": "W3", "n": count(n)}
        for code, n in cells.items()
        for group, count in groups.items()
    ]
    table = pd.DataFrame(rows).assign(value=value, lo=0.4, hi=0.6, N=pd.NA, unit="rate", method="class/logit")
    table.loc[table["n"] == 0, ["value", "lo", "hi"]] = np.nan
    table["status"] = np.where(table["n"] > 0, "ok", "no_data")
    types = {"n": "Int64", "N": "Int64", "value": "Float64", "lo": "Float64", "hi": "Float64"}
    return table.astype(types | {"status": "string", "method": "string"})


def protected(table: pd.DataFrame) -> pd.DataFrame:
    return conditions.protect(disclosure.protect(table, RULES), RULES)


def hidden(cells, value=0.5) -> set[str]:
    made = protected(evidence(cells, value))
    assert "lacking" not in set(made["group"])
    gone = made[made["group"].eq("given") & made["status"].eq("suppressed_secondary")]
    assert gone[["value", "lo", "hi", "n"]].isna().all().all() and gone["method"].eq("none").all()
    return set(gone["county_code"])


def leaks(table: pd.DataFrame) -> set[str]:
    return set(audit.findings(table, RULES)["what"])


def test_where_both_kinds_are_ten_or_more_all_is_told():
    assert hidden({"A": (10, 10), "B": (40, 12), "C": (15, 60)}) == set()


@pytest.mark.parametrize("small", [(9, 40), (40, 9), (40, 0), (0, 40), (1, 1)])
def test_a_county_with_few_of_either_kind_is_hidden_with_another_and_the_programme_is_told(small):
    cells = {"A": small, "B": (30, 30), "C": (20, 60), "D": (70, 70)}
    gone = hidden(cells)
    assert "A" in gone and len(gone) >= 2 and not {"D", "all"} & gone
    assert leaks(protected(evidence(cells))) == set()


def test_one_county_with_few_hides_the_programme_too_where_none_is_left_to_join_it():
    assert hidden({"A": (40, 4)}) == {"A", "all"}


def test_few_pupils_who_all_say_the_same_are_hidden():
    table = evidence({"A": (12, 40), "B": (30, 30), "C": (20, 60)})
    table.loc[table["county_code"].eq("A") & table["group"].eq("lacking"), "value"] = 0.0
    assert "A" not in hidden({"A": (12, 40), "B": (30, 30), "C": (20, 60)})
    table.loc[table["county_code"].eq("A") & table["group"].eq("given"), "value"] = 1.0
    made = protected(table)
    assert made[made["county_code"].eq("A") & made["group"].eq("given")]["value"].isna().all()


def test_the_figure_goes_where_the_whole_is_hidden():
    made = protected(evidence({"A": (4, 4), "B": (30, 30), "C": (20, 60)}))
    assert made[made["county_code"].eq("A")]["value"].isna().all()


def test_a_planted_complement_is_found_by_the_audit():
    fair = protected(evidence({"A": (40, 4), "B": (30, 30), "C": (20, 60)}))
    assert leaks(fair) == set()
    open_ = evidence({"A": (40, 4), "B": (30, 30), "C": (20, 60)})
    assert leaks(open_[open_["group"] != "lacking"]) == {"全部减去有条件的，余下低于阈值"}


def test_a_planted_county_that_the_programme_gives_back_is_found():
    table = evidence({"A": (40, 4), "B": (30, 30), "C": (20, 60)})
    table = table[table["group"] != "lacking"].reset_index(drop=True)
    cell = table["county_code"].eq("A") & table["group"].eq("given")
    gone = {"value": pd.NA, "n": pd.NA, "status": "suppressed_secondary"}
    table = table.assign(**{name: table[name].mask(cell, value) for name, value in gone.items()})
    found = audit.findings(table, RULES)
    assert found[["county_code", "group", "lo"]].to_numpy().tolist() == [["A", "given", 4.0]]


COUNTS = st.tuples(st.integers(0, 40), st.integers(0, 40))


@settings(max_examples=30, deadline=None)
@given(st.lists(COUNTS, min_size=1, max_size=7))
def test_random_counties_once_protected_give_nothing_back(cells):
    cells = dict(zip("ABCDEFG", cells, strict=False))
    made = protected(evidence(cells)).assign(n=lambda t: t["n"].astype(float))
    found = audit.findings(made.astype({"n": "Int64"}), RULES)
    assert found[found["group"].eq("given")].empty
    shown = made[made["group"].eq("given") & made["value"].notna()].set_index("county_code")["n"]
    totals = {code: n for code, n in cells.items() if code in shown.index}
    assert all(min(n) >= 10 for n in totals.values())
    if "all" in shown.index:
        left = [n for code, n in cells.items() if code not in shown.index and sum(n)]
        sums = [sum(n) for n in zip(*left, strict=True)]
        assert all(people == 0 or people >= 10 for people in sums) and len(left) != 1


def test_the_rate_of_pupils_with_all_conditions_is_theirs_alone_class_by_class():
    """Forty pupils of A: twenty have all, five of them wash; of the others all wash, some left one open."""
    roster = clean_tables.schools({"A": [(20, True), (10, False)], "B": [(6, True)]})
    replies = pd.concat(
        [
            clean_tables.responses("I04", "W3", {"A-001": 20, "A-002": 20}, 2),
            clean_tables.responses("I04", "W3", {"B-001": 30}, 2),
        ],
        ignore_index=True,
    )
    rows = []
    for at, reply in enumerate(replies.itertuples()):
        has = at % 2 == 0
        water = {"WATER": 1, "HOTWATER": 1, "BATHROOM": 1 if has else (0 if at % 4 == 1 else np.nan)}
        washes = (not has) or at % 8 == 0
        given = water | {f"X{k}": 4 if washes else 1 for k in range(1, 6)} | {f"H{k}": 5 for k in range(1, 6)}
        rows += [(reply.response_id, reply.school_id, item, value) for item, value in given.items()]
    answers = pd.DataFrame(rows, columns=["response_id", "school_id", "item_id", "value"]).assign(
        missing=None
    )
    answers = answers.astype({"value": "Float64", "missing": "str"})
    clean = clean_tables.clean(roster, replies, answers=answers)
    table, rules, _ = indicators.evidence(clean, BOOK, disclosure.units(roster, 10))
    rows = table.set_index(["indicator", "county_code", "group", "wave"])
    row = rows.loc["five_washes.rate", "A", "given", "W3"]
    assert (row["value"], row["n"]) == (0.25, 20) and pd.isna(row["N"]) and row["method"].startswith("class/")
    assert rows.loc["five_washes.rate", "A", "lacking", "W3"][["value", "n"]].tolist() == [1, 20]
    row = rows.loc["five_both.rate", "all", "given", "W3"]
    assert row["n"] == 35 and row["value"] == pytest.approx(9 / 35)
    assert rows.loc["five_both.rate", "all", "given", "W0"]["status"] == "no_data", "nobody was asked"
    assert not {"X1.top2", "X.mean"} & set(table[table["group"].eq("given")]["indicator"]), "rules only"
    shown = conditions.protect(disclosure.protect(table, rules), rules)
    shown = shown.set_index(["indicator", "county_code", "group", "wave"])["status"]
    assert shown["five_washes.rate", "A", "given", "W3"] == "ok"
