"""The demo's truth file against what cleaning made of its exports, row by row and answer by answer."""

import json

import pandas as pd
import pytest


def place(frame: pd.DataFrame) -> pd.MultiIndex:
    """Return where each submission stands; a survey export of the demo has one sheet of answers."""
    return pd.MultiIndex.from_frame(frame[["file", "row"]].astype({"file": "str", "row": "int64"}))


@pytest.fixture(scope="module")
def truth(demo_ws) -> dict:
    return json.loads((demo_ws.demo / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def planted(truth) -> pd.DataFrame:
    return pd.DataFrame(truth["faults"])


@pytest.fixture(scope="module")
def expected(demo_ws) -> pd.DataFrame:
    rows = pd.read_parquet(demo_ws.demo / "truth_responses.parquet")
    submissions = rows[rows["instrument"] != "I08"]
    return submissions.set_axis(place(submissions), axis=0)


@pytest.fixture(scope="module")
def ledger(demo_ws) -> pd.DataFrame:
    return pd.read_parquet(demo_ws.clean / "ledger.parquet")


@pytest.fixture(scope="module")
def responses(demo_ws) -> pd.DataFrame:
    kept = pd.read_parquet(demo_ws.clean / "responses.parquet")
    return kept.set_axis(place(kept), axis=0)


def test_every_submission_is_kept_or_set_aside_as_the_truth_says(expected, responses):
    kept = expected["action"] == "kept"
    assert list(expected.index.isin(responses.index)) == list(kept)
    assert len(responses) == kept.sum()


def test_every_kept_submission_has_its_school_flags_and_rater(expected, responses):
    kept = expected[expected["action"] == "kept"]
    got = responses.loc[kept.index]
    assert list(got["school_id"]) == list(kept["school_id"])
    assert list(got["wave"]) == list(kept["wave"])
    assert [set(f.split(";")) for f in got["flags"]] == [set(f.split(";")) for f in kept["flags"]]
    assert list(got["rater"].fillna("")) == list(kept["rater"].fillna(""))


def test_every_kept_answer_is_the_true_answer(demo_ws, responses):
    true = pd.read_parquet(demo_ws.demo / "truth_answers.parquet").astype({"row": "int64"})
    ids = responses[["file", "row", "response_id"]].reset_index(drop=True).astype({"row": "int64"})
    true = true.merge(ids, on=["file", "row"])
    got = pd.read_parquet(demo_ws.clean / "answers.parquet")
    both = true.merge(got, on=["response_id", "item_id"], suffixes=("", "_got"), validate="one_to_one")
    assert len(both) == len(true) > 200_000
    assert both["value"].astype("Float64").equals(both["value_got"].astype("Float64"))
    assert both["missing"].fillna("").equals(both["missing_got"].fillna(""))


def test_every_row_set_aside_has_a_ledger_row_that_says_why(expected, ledger):
    aside = expected[expected["action"] != "kept"]
    told = ledger[ledger["action"].isin(["quarantined", "review"]) & ledger["row"].notna()]
    assert set(aside.index) <= set(place(told))


def test_every_kind_of_fault_was_planted_and_counted(truth, planted):
    assert truth["synthetic"] is True
    assert len(planted) == sum(truth["counts"].values())
    assert planted["fault"].nunique() >= 25


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
