"""A fictitious country: of the size asked for, plainly invented, the same for one seed, fit for the chain."""

import hashlib

import pandas as pd
import pytest

from conftest import blank_workspace
from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.analyse import pipeline as analyse
from yiduiyi_analysis.clean import pipeline as clean
from yiduiyi_analysis.clean import roster
from yiduiyi_analysis.demo import nation, plan
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present import results

SEED = 375


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return blank_workspace(tmp_path_factory.mktemp("home") / "workspace")


@pytest.fixture(scope="module")
def country(home, tmp_path_factory):
    """Return a workspace of three counties that was cleaned and analysed."""
    ws = nation.write(home, 3, tmp_path_factory.mktemp("country") / "three", SEED)
    clean.run(ws)
    analyse.run(ws)
    return ws


def digests(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_its_counties_are_plainly_invented_and_none_of_the_real_ones(country):
    book = codebook.load(country.codebook)
    assert book.counties["county_code"].tolist() == ["990001", "990002", "990003"]
    assert book.counties["county"].tolist() == ["虚拟0001县", "虚拟0002县", "虚拟0003县"]
    assert book.together == "三县"
    schools = roster.read(clean.roster_file(country), book.counties).schools
    assert (
        schools["school"].str.startswith("虚拟").all() and schools["institution"].str.startswith("虚拟").all()
    )
    assert schools.groupby("county_code").size().tolist() == [len(nation.SCHOOLS)] * 3
    assert schools.groupby("county_code")["is_key"].sum().tolist() == [2] * 3
    assert set(book.townships["county"]) == {"", *book.counties["county"]}


def test_the_same_seed_writes_the_same_bytes(home, country, tmp_path):
    again = nation.write(home, 3, tmp_path / "again", SEED)
    assert digests(again.root / "data" / "demo") == digests(country.demo)
    assert digests(again.codebook) == digests(country.codebook)
    assert digests(again.source) == digests(country.source)


def test_it_goes_through_the_chain_with_faults_planted_and_all_rows_accounted_for(country):
    came = pd.read_parquet(country.clean / "intake.parquet")
    assert came["status"].eq("read").all() and came["synthetic"].all()
    assert came["rows_read"].sum() == came["rows_kept"].sum() + came["rows_set_aside"].sum()
    said = set(pd.read_parquet(country.clean / "ledger.parquet")["rule"])
    assert {"duplicate_export", "school_review", "value_unknown", "record_conflict"} <= said
    held = workspace.read_table(country.results / "counties.parquet")
    assert held["county_code"].tolist() == ["990001", "990002", "990003"]
    one = results.read("虚拟0002县", "W3", country.root)
    assert set(one.evidence["county_code"]) == {"990002"} and one.evidence["value"].notna().sum() > 500


def test_numbers_of_records_and_persons_tell_counties_apart_that_came_apart(country):
    one, other = (pd.DataFrame({"county_code": [code]}) for code in ("990001", "990008"))
    assert plan.mark(one) != plan.mark(other)
    assert plan.mark(pd.DataFrame({"county_code": ["513431"]})) == ""


def test_exports_come_for_a_few_counties_together(home, tmp_path, monkeypatch):
    came = []
    monkeypatch.setattr(
        "yiduiyi_analysis.demo.fill", lambda book, schools, seed, folder: came.append((book, folder))
    )
    nation.write(home, 16, tmp_path / "sixteen", SEED)
    assert [len(book.counties) for book, _ in came] == [6, 5, 5]
    assert len({folder.name for _, folder in came}) == 3


def test_counties_take_the_parts_that_the_plan_gives_the_seven():
    form, places = ("I02", "W2", ""), ["虚拟0001", "虚拟0002", "虚拟0003"]
    named = [batch.counties for batch in plan.batches(form, places)]
    assert named == ["虚拟0002 虚拟0001", "虚拟0002 虚拟0001", "", "", "*"]
    real = [batch.counties for batch in plan.batches(form, plan.NAMED)]
    assert real == [batch.counties for batch in plan.PLAN if batch.form == form]


def test_nothing_is_replaced_that_it_did_not_write(home, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(Fault, match="别的东西"):
        nation.write(home, 3, tmp_path, SEED)
    with pytest.raises(Fault, match="别的东西"):
        nation.write(home, 3, home.root, SEED)
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize("count", [0, 1, 10_000])
def test_a_country_of_no_size_is_a_fault(home, tmp_path, count):
    with pytest.raises(Fault, match="虚拟县数"):
        nation.write(home, count, tmp_path / "none", SEED)
