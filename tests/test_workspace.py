"""Where things live, and replacing them in one step."""

import pandas as pd
import pytest

from yiduiyi_analysis import workspace
from yiduiyi_analysis.errors import Fault


@pytest.fixture
def ws(tmp_path) -> workspace.Workspace:
    (tmp_path / "data" / "codebook").mkdir(parents=True)
    return workspace.Workspace(tmp_path)


def test_it_is_found_from_below_by_name_or_by_variable(ws, monkeypatch, tmp_path_factory):
    below = ws.root / "notebooks" / "deep"
    below.mkdir(parents=True)
    monkeypatch.delenv(workspace.ROOT_VARIABLE, raising=False)
    monkeypatch.chdir(below)
    assert workspace.find().root == ws.root
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert workspace.find(ws.root).root == ws.root
    monkeypatch.setenv(workspace.ROOT_VARIABLE, str(ws.root))
    assert workspace.find().root == ws.root


def test_a_folder_that_is_no_workspace_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv(workspace.ROOT_VARIABLE, raising=False)
    with pytest.raises(Fault, match="--root"):
        workspace.find(tmp_path)


def test_one_real_export_switches_the_demo_off(ws):
    ws.incoming.mkdir()
    for name in ["README.md", ".gitkeep", "~$打开着.xlsx", "说明.docx"]:
        (ws.incoming / name).write_text("x")
    assert ws.exports() == ws.demo
    (ws.incoming / "县" / "教师.CSV").parent.mkdir()
    (ws.incoming / "县" / "教师.CSV").write_text("x")
    assert ws.exports() == ws.incoming


def test_a_partitioned_table_keeps_codes_as_text(tmp_path):
    table = pd.DataFrame({"county_code": ["513431", "513428", "513431"], "n": [1, 2, 3]})
    workspace.write_partitioned(table, tmp_path / "t.parquet")
    assert sorted(p.name for p in (tmp_path / "t.parquet").iterdir()) == ["513428.parquet", "513431.parquet"]
    back = pd.read_parquet(tmp_path / "t.parquet")
    assert set(back["county_code"]) == {"513428", "513431"}
    assert back["n"].sum() == 6


def test_a_failed_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "t.parquet"
    workspace.write_parquet(pd.DataFrame({"a": [1]}), path)
    with pytest.raises(ValueError):
        workspace.write_parquet(pd.DataFrame([[1, 2]], columns=["a", "a"]), path)
    assert pd.read_parquet(path)["a"].tolist() == [1]
    assert [p.name for p in tmp_path.iterdir()] == ["t.parquet"]


def test_swapping_a_folder_leaves_only_the_new_one(tmp_path):
    target = tmp_path / "clean"
    target.mkdir()
    (target / "old").touch()
    new = workspace.new_folder_beside(target)
    (new / "new").touch()
    workspace.swap_dir(new, target)
    assert [p.name for p in target.iterdir()] == ["new"]
    assert [p.name for p in tmp_path.iterdir()] == ["clean"]


COUNTIES = ["513431", "all", "513428", None, "513431"]


def published(path):
    table = pd.DataFrame({"county_code": COUNTIES, "value": range(5)}).astype({"county_code": "string"})
    workspace.write_table(table, path)
    return table


def test_a_published_table_is_a_file_a_county_and_one_of_the_programme(tmp_path):
    published(tmp_path / "t.parquet")
    files = ["513428.parquet", "513431.parquet", "all.parquet"]
    assert sorted(path.name for path in (tmp_path / "t.parquet").iterdir()) == files
    assert workspace.read_table(tmp_path / "t.parquet")["value"].tolist() == [2, 0, 4, 1, 3]


@pytest.mark.parametrize(
    ("asked", "value"),
    [(["513431"], [0, 4]), (["all"], [1, 3]), (["513431", "513428"], [0, 4, 2]), (["513499"], [])],
    ids=["county", "programme", "two", "county-without-rows"],
)
def test_of_a_published_table_some_counties_are_read(tmp_path, asked, value):
    table = published(tmp_path / "t.parquet")
    found = workspace.read_table(tmp_path / "t.parquet", asked)
    assert found["value"].tolist() == value and found.dtypes.equals(table.dtypes)


def test_a_countys_files_are_read_without_opening_any_other(tmp_path):
    published(tmp_path / "t.parquet")
    for name in ("513428", "all"):
        (tmp_path / "t.parquet" / f"{name}.parquet").write_bytes(b"not a table")
    assert workspace.read_table(tmp_path / "t.parquet", ["513431"])["value"].tolist() == [0, 4]


def test_a_table_in_one_file_is_read_by_county_all_the_same(tmp_path):
    table = published(tmp_path / "t.parquet")
    workspace.write_parquet(table, tmp_path / "one.parquet")
    assert workspace.read_table(tmp_path / "one.parquet", ["all"])["value"].tolist() == [1, 3]


def test_a_table_without_counties_stays_one_file_of_which_a_county_reads_nothing(tmp_path):
    workspace.write_table(pd.DataFrame({"a": [1]}), tmp_path / "t.parquet")
    assert (tmp_path / "t.parquet").is_file()
    assert workspace.read_table(tmp_path / "t.parquet", ["513431"]).empty
