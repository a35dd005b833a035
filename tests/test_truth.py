"""The demo's truth file against what cleaning made of its exports: every fault, every row, every value."""

import json

import numpy as np
import pandas as pd
import pytest
from forms_made import BOOK

PLACE = ["file", "sheet", "row"]
SHEETS = [sheet for sheet in BOOK.sheet if not any(f.kind == "task" for f in BOOK.sheet[sheet].columns)]
BY_TASK = [tool.id for tool in BOOK.instruments.values() if {s.id for s in tool.sheets} - set(SHEETS)]
ASIDE = {"quarantined", "review"}
MARK = "合成数据"
SHOWN = ["file", "sheet", "row", "field", "fault", "action"]


def place(frame: pd.DataFrame) -> pd.MultiIndex:
    """Return where each submission stands; a survey export of the demo has one sheet of answers."""
    return pd.MultiIndex.from_frame(frame[["file", "row"]].astype({"file": "str", "row": "int64"}))


def spot(frame: pd.DataFrame) -> pd.MultiIndex:
    """Return where each record stands."""
    return pd.MultiIndex.from_frame(frame[PLACE].astype({"file": "str", "sheet": "str", "row": "int64"}))


def flags(column: pd.Series) -> list[set[str]]:
    return [set(filter(None, told.split(";"))) for told in column.fillna("")]


@pytest.fixture(scope="module")
def truth(demo_ws) -> dict:
    return json.loads((demo_ws.demo / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def planted(truth) -> pd.DataFrame:
    return pd.DataFrame(truth["faults"])


@pytest.fixture(scope="module")
def all_rows(demo_ws) -> pd.DataFrame:
    return pd.read_parquet(demo_ws.demo / "truth_responses.parquet")


@pytest.fixture(scope="module")
def expected(all_rows) -> pd.DataFrame:
    submissions = all_rows[all_rows["mode"] != "records"]
    return submissions.set_axis(place(submissions), axis=0)


@pytest.fixture(scope="module")
def ledger(demo_ws) -> pd.DataFrame:
    return pd.read_parquet(demo_ws.clean / "ledger.parquet")


@pytest.fixture(scope="module")
def responses(demo_ws) -> pd.DataFrame:
    kept = pd.read_parquet(demo_ws.clean / "responses.parquet")
    return kept.set_axis(place(kept), axis=0)


@pytest.fixture(scope="module")
def true_answers(demo_ws) -> pd.DataFrame:
    return pd.read_parquet(demo_ws.demo / "truth_answers.parquet").astype({"row": "int64"})


@pytest.fixture(scope="module")
def answers(demo_ws, responses, true_answers) -> pd.DataFrame:
    """Every true answer of a kept submission beside the one that cleaning gave."""
    ids = responses[["file", "row", "response_id"]].reset_index(drop=True).astype({"row": "int64"})
    got = pd.read_parquet(demo_ws.clean / "answers.parquet")
    told = true_answers.merge(ids, on=["file", "row"])
    return told.merge(
        got, on=["response_id", "item_id"], suffixes=("", "_got"), validate="one_to_one", how="left"
    )


@pytest.fixture(scope="module")
def records(demo_ws) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """By record sheet, what must be there and what is, under the place of each record."""
    both = {}
    for name in SHEETS:
        true = pd.read_parquet(demo_ws.demo / f"truth_{name}.parquet")
        got = pd.read_parquet(demo_ws.clean / f"{name}.parquet")
        both[name] = true.set_axis(spot(true), axis=0), got.set_axis(spot(got), axis=0)
    return both


def test_every_submission_is_kept_or_set_aside_as_the_truth_says(expected, responses):
    kept = expected["action"] == "kept"
    assert list(expected.index[expected.index.isin(responses.index) != kept]) == []
    assert len(responses) == kept.sum()


def test_every_kept_submission_has_its_school_flags_and_rater(expected, responses):
    kept = expected[expected["action"] == "kept"]
    got = responses.loc[kept.index]
    assert list(got["school_id"]) == list(kept["school_id"])
    assert list(got["wave"]) == list(kept["wave"])
    wrong = np.array([a != b for a, b in zip(flags(got["flags"]), flags(kept["flags"]), strict=True)])
    assert kept.assign(got=got["flags"])[wrong][["flags", "got"]].to_dict("index") == {}
    assert list(got["rater"].fillna("")) == list(kept["rater"].fillna(""))


def test_every_kept_answer_is_the_true_answer(answers, expected):
    kept = expected.index[expected["action"] == "kept"]
    assert place(answers).isin(kept).all()
    assert len(answers) > 300_000
    value, got = (answers[name].astype("Float64").fillna(-9) for name in ("value", "value_got"))
    reason, why = (answers[name].fillna("") for name in ("missing", "missing_got"))
    wrong = answers[(value != got) | (reason != why)]
    assert (
        wrong[["file", "row", "item_id", "value", "value_got", "missing", "missing_got"]]
        .head(20)
        .to_dict("records")
        == []
    )


@pytest.mark.parametrize("name", SHEETS)
def test_every_record_is_kept_or_set_aside_as_the_truth_says(records, name):
    true, got = records[name]
    kept = true["action"] == "kept"
    assert list(true.index[true.index.isin(got.index) != kept]) == []
    assert len(got) == kept.sum() > 0


@pytest.mark.parametrize("name", SHEETS)
def test_every_field_of_a_kept_record_is_the_true_one(records, name):
    true, got = records[name]
    kept = true[true["action"] == "kept"]
    got = got.loc[kept.index]
    wrong = {}
    for column in [c for c in kept if c not in {*PLACE, "action", "flags"} and c in got]:
        item = BOOK.sheet[name].field.get(column)
        if item is None or item.kind != "person":
            differs = ~_same(kept[column], got[column], item.kind if item else "code")
            wrong[column] = list(
                zip(kept.index[differs], kept[column][differs], got[column][differs], strict=True)
            )[:5]
    assert {column: told for column, told in wrong.items() if told} == {}


def _same(true: pd.Series, got: pd.Series, kind: str) -> pd.Series:
    if kind in ("number", "choice"):
        return (true.astype("Float64") - got.astype("Float64")).abs().fillna(0).le(0.005) & (
            true.isna() == got.isna()
        )
    if kind == "date":
        return pd.to_datetime(true).dt.strftime("%F").fillna("") == got.dt.strftime("%F").fillna("")
    return true.astype("string").fillna("") == got.astype("string").fillna("")


@pytest.mark.parametrize("name", SHEETS)
def test_every_kept_record_has_its_flags(records, name):
    true, got = records[name]
    kept = true[true["action"] == "kept"]
    told = got.loc[kept.index, "flags"]
    wrong = np.array([a != b for a, b in zip(flags(told), flags(kept["flags"]), strict=True)])
    assert kept.assign(got=told)[wrong][["flags", "got"]].head(10).to_dict("index") == {}


def test_one_person_has_one_pseudonym_in_all_tables(records, expected, responses):
    pairs = [
        pd.DataFrame({"code": true[column], "veiled": got[column].reindex(true.index)})
        for name, (true, got) in records.items()
        for column in [f.id for f in BOOK.sheet[name].columns if f.kind == "person"]
    ]
    sat = expected[expected["person"].notna() & (expected["action"] == "kept")]
    pairs.append(pd.DataFrame({"code": sat["person"], "veiled": responses["person"].reindex(sat.index)}))
    known = pd.concat(pairs).dropna().drop_duplicates()
    assert len(known) > 1902
    assert known["code"].is_unique
    assert known["veiled"].is_unique
    assert known["veiled"].str.fullmatch("[0-9a-f]{16}").all()


def test_every_kept_submission_has_its_time_and_duration(expected, responses):
    kept = expected[expected["action"] == "kept"]
    got = responses.loc[kept.index]
    assert (kept["submitted_at"].astype("datetime64[s]") == got["submitted_at"]).all()
    assert (kept["duration_s"] == got["duration_s"]).all()


def test_every_task_of_a_county_or_school_stands_as_it_truly_does(demo_ws, all_rows, true_answers):
    fate = all_rows[all_rows["instrument"].isin(BY_TASK)].set_index(PLACE)[["action", "flags"]]
    true = true_answers.join(fate, on=PLACE, how="inner")
    kept = true[true["action"] == "kept"]
    cell = ["unit_id", "code", "wave"]
    kept = kept.assign(unit_id=kept["school_id"].fillna(kept["county_code"]), code=kept["item_id"]).set_index(
        cell
    )
    got = pd.read_parquet(demo_ws.clean / "deliverables.parquet").set_index(cell)
    assert len(got) == len(kept) > 1000
    got = got.loc[kept.index]
    assert got["progress"].astype("Float64").equals(kept["value"].astype("Float64"))
    assert got["missing"].fillna("").equals(kept["missing"].fillna(""))


def test_every_planted_fault_is_treated_as_declared(planted, demo_ws, ledger, responses, answers, records):
    """Each fault by itself: what its action says is so in the tables that cleaning wrote."""
    there = _kept_places(demo_ws)
    faults = planted.dropna(subset=["row"])
    faults = faults[(faults["row"] > 1) & ~_by_task(faults)].astype({"row": "int64"})
    faults = faults.assign(kept=spot(faults).isin(there), told=_flags_of(faults, there))
    kind, what = faults["action"].str.partition(":")[0], faults["action"].str.partition(":")[2]
    aside = kind.isin(ASIDE)
    assert faults[aside & faults["kept"]][SHOWN].to_dict("records") == []
    recorded = faults["file"].isin({file for true, _ in records.values() for file in true["file"]})
    marked = (kind == "flag") | ((kind == "blank") & recorded)
    lost = marked & np.array([rule not in told for rule, told in zip(what, faults["told"], strict=True)])
    assert faults[lost][SHOWN].to_dict("records") == []
    empty = _cells(faults[kind.isin({"blank", "missing"}) & faults["kept"]], answers, records)
    assert empty[empty["value"].notna()][SHOWN].to_dict("records") == []
    assert len(empty) > 5000
    stays = faults[~aside & ~faults["kept"]]
    other = spot(stays).isin(set(spot(faults[aside])))
    assert stays[~other][SHOWN].to_dict("records") == []


def _by_task(faults: pd.DataFrame) -> pd.Series:
    """Say which faults stand on sheets of tasks: their table tells no place, but the ledger does."""
    titles = [BOOK.instruments[tool].title for tool in BY_TASK]
    return faults["file"].str.contains("|".join(titles))


def _kept_places(demo_ws) -> dict[tuple, set[str]]:
    """Return the flags of every row that any clean table holds, by its place."""
    found = {}
    for path in demo_ws.clean.glob("*.parquet"):
        table = (
            pd.read_parquet(path) if path.name not in {"ledger.parquet", "intake.parquet"} else pd.DataFrame()
        )
        if {"file", "row", "flags"} <= set(table):
            table = table.assign(sheet=table.get("sheet", MARK))
            found |= dict(zip(spot(table), flags(table["flags"]), strict=True))
    return found


def _flags_of(faults: pd.DataFrame, there: dict) -> list[set[str]]:
    return [there.get(place, set()) for place in spot(faults)]


def _cells(faults: pd.DataFrame, answers: pd.DataFrame, records: dict) -> pd.DataFrame:
    """Return the faults with what the clean tables hold in the cell of each; texts have no value."""
    said = answers.set_index(["file", "row", "item_id"])["value_got"]
    parts = [
        got.melt(PLACE, [c for c in got if c in BOOK.sheet[name].field], "item_id")
        for name, (_, got) in records.items()
    ]
    kept = pd.concat(parts).set_index(["file", "row", "sheet", "item_id"])["value"]
    keys = faults[["file", "row", "sheet", "field"]].itertuples(index=False, name=None)
    found = [
        said.get((f, r, i)) if (f, r, i) in said.index else kept.get((f, r, s, i)) for f, r, s, i in keys
    ]
    return faults.assign(value=pd.Series(found, faults.index, dtype=object))


def test_every_row_set_aside_has_a_ledger_row_that_says_why(planted, ledger):
    aside = planted[planted["action"].isin(ASIDE) & planted["row"].notna()]
    told = ledger[ledger["action"].isin(ASIDE) & ledger["row"].notna()]
    said = set(zip(told["file"], told["row"], told["rule"], strict=True))
    assert (aside["rule"] != "").all()
    assert [tuple(f) for f in aside[["file", "row", "rule"]].to_numpy() if tuple(f) not in said] == []


def test_every_fault_that_cleaning_must_name_stands_in_the_ledger_under_its_rule(planted, ledger):
    named = planted[(planted["rule"] != "") & planted["row"].notna()]
    said = set(zip(ledger["file"], ledger["row"], ledger["rule"], strict=True))
    lost = [tuple(f) for f in named[["file", "row", "rule"]].to_numpy() if tuple(f) not in said]
    assert len(named) > 1500
    assert lost == []


def test_no_clean_row_is_touched(planted, all_rows, ledger):
    """A row without a fault is kept, carries no flag, and no ledger row speaks of it."""
    faulty = set(spot(planted.dropna(subset=["row"])))
    clean = all_rows[~spot(all_rows).isin(faulty)]
    assert len(clean) > 15_000
    assert (clean["action"] == "kept").all()
    assert (clean["flags"] == "").all()
    said = ledger[ledger["row"].notna() & (ledger["row"] > 1)]
    said = said.assign(sheet=said["sheet"].fillna(MARK))
    touched = said[spot(said).isin(set(spot(clean)))]
    assert touched[[*PLACE, "column", "rule", "before"]].head(20).to_dict("records") == []


def test_every_rule_of_the_codebook_is_planted(planted):
    built_in = {"late", "speeder", "straight_line", "failed_check", "over_roster"}
    rules = {rule.id for rule in BOOK.rules.values() if rule.kind != "built_in"} | built_in
    told = set(planted["rule"]) | {action.partition(":")[2] for action in planted["action"]}
    assert rules - told == set()


def test_every_kind_of_fault_was_planted_and_counted(truth, planted):
    assert truth["synthetic"] is True
    assert len(planted) == sum(truth["counts"].values())
    assert planted["fault"].nunique() >= 100


def test_nothing_private_is_in_any_clean_table(demo_ws, truth):
    private = truth["private"]
    assert len(private) > 20
    for path in sorted([*demo_ws.clean.rglob("*.parquet"), *demo_ws.results.rglob("*.parquet")]):
        table = pd.read_parquet(path)
        texts = table.select_dtypes(["string", "object"])
        words = pd.unique(texts.astype("string").fillna("").to_numpy(object).ravel())
        text = "\n".join(map(str, words))
        assert not [word for word in private if word in text], path.name


def test_the_roster_totals_are_as_printed(demo_ws):
    schools = pd.read_parquet(demo_ws.clean / "schools.parquet")
    assert (len(schools), schools["teachers"].sum(), schools["is_key"].sum()) == (70, 1902, 14)
