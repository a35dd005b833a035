import json

import clean_tables
import pandas as pd
import pytest

from yiduiyi_analysis import workspace
from yiduiyi_analysis.analyse import pipeline
from yiduiyi_analysis.errors import Fault

LEDGER = ["file", "sheet", "row", "column", "rule", "before", "after", "action", "county_code", "note"]


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    """Return a workspace with the codebook and clean tables of a small programme."""
    root = tmp_path_factory.mktemp("programme")
    (root / "data").mkdir()
    (root / "data" / "codebook").symlink_to(clean_tables.BOOK.folder, target_is_directory=True)
    ws, clean = workspace.Workspace(root), clean_tables.programme()
    replies = clean.responses.assign(flags="")
    replies.loc[:4, "flags"] = "late;speeder"
    for name in ("responses", "answers", "ratings", "deliverables"):
        table = replies if name == "responses" else getattr(clean, name)
        part = (
            table
            if "county_code" in table
            else table.assign(county_code=table["school_id"].str.rpartition("-")[0])
        )
        workspace.write_partitioned(part, ws.clean / f"{name}.parquet")
    facts = {"schools": clean.schools, "helpers": clean.schools[["county_code", "county"]].drop_duplicates()}
    facts["counties"] = facts["helpers"]
    facts["intake"] = pd.DataFrame(
        {"file": ["w0.csv"], "sheet": [None], "instrument": ["I02"], "wave": ["W0"]}
    )
    rows = [
        ("w0.csv", "alias", "repaired"),
        ("w0.csv", "alias", "repaired"),
        ("roster.txt", "moved_left", "repaired"),
    ]
    ledger = (
        pd.DataFrame(rows, columns=["file", "rule", "action"])
        .reindex(columns=LEDGER)
        .astype({"sheet": "str"})
    )
    facts["ledger"] = ledger.assign(county_code="喜德县")
    for name, table in facts.items():
        workspace.write_parquet(table, ws.clean / f"{name}.parquet")
    (ws.clean / "meta.json").write_text(json.dumps({"synthetic": True, "waves": ["W0"]}), "utf-8")
    pipeline.run(ws)
    return ws


def read(ws, name):
    return workspace.read_table(ws.results / f"{name}.parquet")


def held(ws):
    """Return every file of the results with its bytes."""
    files = [path for path in ws.results.rglob("*") if path.is_file()]
    return {path.relative_to(ws.results).as_posix(): path.read_bytes() for path in files}


def test_all_results_are_written_and_evidence_is_what_the_run_returns(ws):
    files = {path.name for path in ws.results.iterdir()}
    tables = ["evidence", "units", "intake", "quality", "roster_ledger", "schools", "helpers", "counties"]
    tables += ["milestones", "sensitivity", "clauses", "candidates", "quotes", "testitems"]
    assert files == {f"{name}.parquet" for name in tables} | {"meta.json"}
    assert json.loads((ws.results / "meta.json").read_text("utf-8"))["synthetic"] is True


def test_evidence_has_the_agreed_columns_and_types(ws):
    table = read(ws, "evidence")
    keys, numbers = ["indicator", "county_code", "group", "wave"], ["value", "lo", "hi", "n", "N"]
    assert list(table) == [*keys, *numbers, "unit", "method", "status"]
    assert all(str(table[name].dtype) == "Float64" for name in ("value", "lo", "hi"))
    assert all(str(table[name].dtype) == "Int64" for name in ("n", "N"))


def test_published_means_rest_on_ten_persons_or_three_schools(ws):
    table = read(ws, "evidence")
    shown = table[table["value"].notna() & ~table["status"].eq("count")]
    schools = shown["method"].str.startswith("school")
    assert shown[schools]["n"].min() >= 3 and shown[~schools]["n"].min() >= 10
    assert table["status"].isin(["suppressed", "suppressed_secondary"]).any()


def test_running_twice_writes_the_same_bytes(ws):
    before = held(ws)
    pipeline.run(ws)
    assert held(ws) == before


def test_quality_counts_rules_and_flags_and_the_roster_keeps_its_own_ledger(ws):
    rows = read(ws, "quality").set_index(["rule", "action"])["rows"]
    assert rows["alias", "repaired"] == 2 and rows["late", "kept"] == 5 and rows["speeder", "kept"] == 5
    assert read(ws, "roster_ledger")["rule"].tolist() == ["moved_left"]


def test_no_clean_data_is_one_line_and_leaves_the_results_alone(ws, tmp_path):
    bare = workspace.Workspace(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "codebook").symlink_to(clean_tables.BOOK.folder, target_is_directory=True)
    bare.results.mkdir()
    (bare.results / "meta.json").write_text("{}")
    with pytest.raises(Fault, match="yiduiyi clean"):
        pipeline.run(bare)
    assert [path.name for path in bare.results.iterdir()] == ["meta.json"]


ENDS = {"rate": (0, 1), "rate_points": (-1, 1), "score": (0, 100), "score_points": (-100, 100), "r": (-1, 1)}
COUNTED = ["count", "sd", "stage", "hours", "yuan", "minutes"]


def scale_range(indicator, book):
    """Return the lowest and highest value that an evidence row in points, or a gap, can have."""
    subject, _, measure = indicator.rpartition(".")
    items = [i for i in book.item.values() if i.scale and subject in (i.id, i.dimension)]
    rated = [i for i in book.indicators.values() if i.kind == "mean" and i.instrument == subject]
    fields = [book.sheet[i.sheet].field[i.columns[0]] for i in rated]
    options = book.scales[(items or fields)[0].scale if items or fields else "LVL4"].options
    scale = [option.value for option in options if option.value is not None]
    widest = max(scale) - min(scale)
    if "change" in measure:
        return (-2 * widest, 2 * widest) if measure.startswith("gap") else (-widest, widest)
    return (-widest, widest) if measure == "gap" else (min(scale), max(scale))


def test_the_demos_evidence_keeps_within_its_scales_and_says_what_each_row_is(demo_ws):
    table, book = read(demo_ws, "evidence"), clean_tables.BOOK
    shown = table["status"].isin(["ok", "full", "no_interval", "count"])
    assert (table["value"].notna() == shown).all()
    assert (table["lo"].notna() == table["status"].eq("ok")).all()
    assert (table["hi"].notna() == table["status"].eq("ok")).all()
    assert not ((table["lo"] > table["value"]) | (table["value"] > table["hi"])).any()
    assert not (table["n"] > table["N"]).any()
    assert (table.loc[table["status"] == "no_data", "n"] == 0).all()
    assert (table.loc[shown & table["unit"].isin(COUNTED) & table["unit"].ne("sd"), "value"] >= 0).all()
    for indicator, rows in table[shown & ~table["unit"].isin(COUNTED)].groupby("indicator"):
        low, high = ENDS.get(rows["unit"].iloc[0]) or scale_range(indicator, book)
        ends = rows[["value", "lo", "hi"]]
        assert low <= ends.min().min() and ends.max().max() <= high, indicator


def test_the_tiers_of_the_demo_add_up_to_their_county_where_all_are_shown(demo_ws):
    table = read(demo_ws, "evidence")
    # what is reached or recorded need not add up: a record may name no school, a rate may be a sum's
    table = table[table["n"].notna() & ~table["method"].str.startswith(("records", "none"))]
    table = table[table["unit"].ne("count")]
    wide = table.pivot_table(index=["indicator", "county_code", "wave"], columns="group", values="n")
    wide = wide[["key", "other", "all"]].dropna()
    # a person's part (one of three replies of a one-teacher school) is rounded down in each place
    assert len(wide) > 1000 and (wide["all"] - wide["key"] - wide["other"]).isin([0, 1]).all()


def test_flags_of_fewer_than_five_persons_are_told_of_no_county(demo_ws):
    rows = read(demo_ws, "quality")
    flags = {"late", "speeder", "straight_line", "failed_check", "over_roster"}
    mine = rows[rows["rule"].isin(flags) & rows["instrument"].isin(["I02", "I04"])]
    assert mine.loc[mine["county_code"].notna(), "rows"].min() >= 5
    replies = pd.read_parquet(demo_ws.clean / "responses.parquet")
    struck = replies["flags"].str.split(";").explode()
    assert rows[rows["rule"].isin(flags)]["rows"].sum() == struck.isin(flags).sum()
