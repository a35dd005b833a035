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
