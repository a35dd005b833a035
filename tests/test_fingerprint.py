"""What a step was made from: every change is seen, and nothing else is."""

import json
import subprocess
import sys

import pytest
import tiny

from yiduiyi_analysis import codebook, fingerprint
from yiduiyi_analysis.publish import currency, jobs

BOOK = codebook.load(tiny.CODEBOOK)
FORMS = ("html",)
KEYS = {"总": "summary", "昭觉": "513431/county_evaluation", "喜德": "513432/county_evaluation"}
PLACES = ("513431", "513432", "all")


@pytest.fixture
def ws(tmp_path):
    """A workspace whose results are parted by county, with a report a county and one of the programme."""
    ws = tiny.workspace(
        tmp_path,
        [tiny.programme_report("summary"), tiny.county_report()],
        summary=tiny.notebook("# 总"),
        county_evaluation=tiny.notebook("# 县"),
    )
    (ws.results / "evidence.parquet").unlink()
    for table in ("evidence", "milestones"):
        (ws.results / f"{table}.parquet").mkdir()
        for place in PLACES:
            (ws.results / f"{table}.parquet/{place}.parquet").write_text(f"{table} {place}", "utf-8")
    (ws.results / "intake.parquet").write_text("intake", "utf-8")
    write_meta(ws)
    return ws


def write_meta(ws, as_of="2022-03-31", **latest) -> None:
    told = {"synthetic": True, "as_of": as_of, "latest": {"513431": "2022-03-01", "513432": as_of} | latest}
    (ws.results / "meta.json").write_text(json.dumps(told), "utf-8")


def parts(ws, formats=FORMS) -> dict[str, dict[str, str]]:
    """Return the parts of three reports, by what the tests call them."""
    prints, planned = currency.Currency(ws), {job.key: job for job in jobs.every(ws, BOOK)}
    return {name: prints.parts(planned[key], formats) for name, key in KEYS.items()}


def differing(before: dict, after: dict) -> dict[str, list[str]]:
    """Return what readers are told has changed, by report."""
    changed = {name: fingerprint.changed(before[name], after[name]) for name in before}
    return {name: labels for name, labels in changed.items() if labels}


def append(path, text="\n") -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


@pytest.mark.parametrize(
    ("file", "stale"),
    [
        ("data/results/evidence.parquet/513431.parquet", {"昭觉": ["数据"], "总": ["数据"]}),
        ("data/results/evidence.parquet/all.parquet", {"总": ["数据"]}),
        ("data/results/intake.parquet", {"总": ["数据"]}),
        ("notebooks/summary.ipynb", {"总": ["笔记本"]}),
        ("notebooks/county_evaluation.ipynb", {"昭觉": ["笔记本"], "喜德": ["笔记本"]}),
        ("data/codebook/scales.yml", {name: ["编码本"] for name in KEYS}),
        ("data/codebook/corrections.csv", {}),
        ("data/codebook/platforms/jinshuju.yml", {}),
        ("notebooks/reference.docx", {}),
    ],
)
def test_only_the_reports_that_use_a_file_change_with_it(ws, file, stale):
    before = parts(ws)
    append(ws.root / file)
    assert differing(before, parts(ws)) == stale


def test_a_line_of_the_counties_concerns_its_county_and_the_programme(ws):
    before, path = parts(ws), ws.codebook / "counties.csv"
    path.write_text(path.read_text("utf-8").replace("四开片区", "四开一带"), "utf-8")
    assert differing(before, parts(ws)) == {"昭觉": ["编码本"], "总": ["编码本"]}


def test_the_day_of_one_county_concerns_no_other(ws):
    before = parts(ws)
    write_meta(ws, **{"513431": "2022-03-30"})
    assert differing(before, parts(ws)) == {"昭觉": ["数据"], "总": ["数据"]}
    write_meta(ws, as_of="2022-05-01", **{"513432": "2022-03-31"})
    assert differing(before, parts(ws)) == {"总": ["数据"]}


def test_results_that_are_not_parted_by_county_are_everybodys(ws):
    for place in PLACES:
        (ws.results / f"evidence.parquet/{place}.parquet").unlink()
    (ws.results / "evidence.parquet").rmdir()
    (ws.results / "evidence.parquet").write_text("1", "utf-8")
    before = parts(ws)
    append(ws.results / "intake.parquet")
    assert differing(before, parts(ws)) == {name: ["数据"] for name in KEYS}


def test_the_words_own_reference_counts_for_those_who_want_word(ws):
    before = parts(ws, ("html", "docx"))
    append(ws.notebooks / "reference.docx", "x")
    assert set(differing(before, parts(ws, ("html", "docx")))) == {"总", "昭觉", "喜德"}
    assert differing(parts(ws, ("html",)), parts(ws, ("html", "pdf")))["总"] == ["参数"]


def test_fingerprints_need_no_tables():
    code = (
        "import sys; from yiduiyi_analysis import fingerprint; from yiduiyi_analysis.publish import currency;"
        "sys.exit(bool({'pandas', 'numpy', 'pydantic', 'yaml'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


class TestCleaning:
    """What data/clean is made from."""

    @pytest.fixture
    def ws(self, tmp_path):
        ws = tiny.workspace(tmp_path, [])
        for file in (ws.source / "annex.txt", ws.demo / "a.csv", ws.demo / "b.csv"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(file.name, "utf-8")
        return ws

    @staticmethod
    def parts(ws) -> dict[str, str]:
        return fingerprint.clean(ws, fingerprint.inputs(ws))

    @pytest.mark.parametrize(
        ("file", "changed"),
        [
            ("data/demo/a.csv", ["数据"]),
            ("data/demo/new.xlsx", ["数据"]),
            ("data/source/annex.txt", ["数据"]),
            ("data/codebook/corrections.csv", ["编码本"]),
            ("data/demo/README.md", []),
            ("data/demo/~$a.xlsx", []),
            ("data/demo/truth.json", []),
        ],
    )
    def test_every_export_the_roster_and_the_codebook_count(self, ws, file, changed):
        before = self.parts(ws)
        append(ws.root / file)
        assert fingerprint.changed(before, self.parts(ws)) == changed

    def test_an_export_that_moves_or_goes_is_seen(self, ws):
        before = self.parts(ws)
        (ws.demo / "a.csv").rename(ws.demo / "c.csv")
        assert fingerprint.changed(before, self.parts(ws)) == ["数据"]

    def test_what_was_left_holds_while_the_files_are_those(self, ws):
        (ws.clean / "t.parquet").mkdir(parents=True)
        (ws.clean / "t.parquet/1.parquet").write_text("1", "utf-8")
        fingerprint.leave(ws.clean, {"data": "1"}, set_aside=2)
        assert fingerprint.left(ws.clean)["parts"] == {"data": "1"}
        assert fingerprint.left(ws.clean)["set_aside"] == 2
        append(ws.clean / "t.parquet/1.parquet")
        assert fingerprint.left(ws.clean) == {} == fingerprint.left(ws.results / "absent")
