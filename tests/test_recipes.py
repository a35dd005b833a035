"""The recipes of CONTRIBUTING.md, followed as they stand there: text edits alone bring it into view."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from forms_made import META, save_csv, save_xlsx

from yiduiyi_analysis import codebook
from yiduiyi_analysis.analyse import pipeline as analyse
from yiduiyi_analysis.clean import pipeline as clean
from yiduiyi_analysis.clean import roster, templates
from yiduiyi_analysis.present import results
from yiduiyi_analysis.publish import jobs
from yiduiyi_analysis.workspace import Workspace

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
REST = "…"  # in a block: the rest of a line that stands there already
ANNEX = "annex2_2020_375.txt"


@dataclass(frozen=True)
class Block:
    """One edit of one file: (mark, line) as a diff gives them, the mark a space, + or -."""

    file: str
    lines: list[tuple[str, str]]

    def apply(self, root: Path) -> None:
        """Edit the file below `root`; every line that should stand there must, in one place."""
        path = root / self.file
        there = path.read_text("utf-8").splitlines() if path.exists() else []
        old = [line for mark, line in self.lines if mark != "+"]
        places = [at for at in range(len(there) + 1) if _stand(old, there[at : at + len(old)])]
        assert places, f"{self.file} 里没有这几行：{old}"
        at, kept, new = places[0], iter(there[places[0] : places[0] + len(old)]), []
        for mark, line in self.lines:
            standing = next(kept) if mark != "+" else line
            new += [] if mark == "-" else [standing]
        path.write_text("\n".join(there[:at] + new + there[at + len(old) :]) + "\n", "utf-8")


def _stand(old: list[str], there: list[str]) -> bool:
    return len(old) == len(there) and all(
        line.startswith(wanted.removesuffix(REST)) if wanted.endswith(REST) else line == wanted
        for wanted, line in zip(old, there, strict=True)
    )


def recipes() -> dict[str, list[Block]]:
    """Return the blocks of every recipe by its heading."""
    part = GUIDE.partition("\n## Recipes\n")[2].partition("\n## ")[0]
    told = re.split(r"^### (.+)$", part, flags=re.M)[1:]
    return {name: blocks(body) for name, body in zip(told[::2], told[1::2], strict=True)}


def blocks(body: str) -> list[Block]:
    """Return the edits that a recipe's text shows."""
    found = []
    for text in re.findall(r"^```diff\n# (\S+\n.*?)^```$", body, flags=re.M | re.S):
        file, *lines = text.splitlines()
        found.append(Block(file, [(line[0], line[1:]) for line in lines]))
    return found


RECIPES = recipes()
SIKAI = ["昭觉县四开乡中心小学校", "昭觉县地莫乡中心小学"]


def as_table(schools: pd.DataFrame, path: Path) -> None:
    """Write the schools as the roster that takes the place of the printed annex."""
    schools.to_csv(path, index=False)


def annex(root: Path) -> pd.DataFrame:
    """Return the schools of the printed annex."""
    book = codebook.load(root / "data" / "codebook")
    return roster.read(root / "data" / "source" / ANNEX, book.counties).schools


def copied(root: Path) -> Path:
    """Return `root` with the shipped codebook, source and notebooks' list in it."""
    for part in ["data/codebook", "data/source", "notebooks"]:
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return root


@pytest.fixture
def root(tmp_path) -> Path:
    return copied(tmp_path)


def follow(root: Path, *names: str) -> codebook.Codebook:
    """Edit the files below `root` as the recipes say, and return the codebook that they then are."""
    for name in names:
        for block in RECIPES[name]:
            block.apply(root)
    return codebook.load(root / "data" / "codebook")


def replies(root: Path, book: codebook.Codebook, form: tuple[str, str], schools: list[str], each: int = 15):
    """Write an export of one form: `each` replies a school to every question put in that wave."""
    tool, wave = book.instruments[form[0]], book.waves[form[1]]
    asked = [item for item in tool.items if wave.id in tool.waves_of(item)]
    lines = [[*META, *(f"{n}、{item.stem} " for n, item in enumerate(asked, 1))]]
    rng = np.random.default_rng(5)
    for number, school in enumerate([school for school in schools for _ in range(each)], 1):
        at = f"{wave.opens:%Y/%m/%d} {9 + number // 60}:{number % 60:02d}:00"
        cells = [_cell(book, item, school, rng) for item in asked]
        lines.append([str(number), at, "900秒", "微信", "N/A", f"192.0.2.{number}", *cells])
    (root / "data" / "incoming").mkdir(exist_ok=True)
    save_csv(root / "data" / "incoming" / f"{tool.title}（{wave.label}）.csv", lines)


def _cell(book: codebook.Codebook, item: codebook.Item, school: str, rng) -> str:
    """Return what one respondent writes: where from by role, any printed option, else nothing."""
    if item.role in ("county", "school"):
        return {"county": school.partition("县")[0] + "县", "school": school}[item.role]
    if item.expect is not None:
        return next(o.label for o in book.scales[item.scale].options if o.value == item.expect)
    return str(rng.choice([o.label for o in book.scales[item.scale].options])) if item.scale else ""


def records(root: Path, file: str, sheet: codebook.Sheet, rows: list[dict[str, str]]) -> None:
    """Write a workbook with one tab, a row a record, each field under its heading."""
    lines = [[row.get(field.id, "") for field in sheet.columns] for row in rows]
    (root / "data" / "incoming").mkdir(exist_ok=True)
    save_xlsx(root / "data" / "incoming" / file, **{sheet.title: [[f.stem for f in sheet.columns], *lines]})


def activity(number: int, **told: str) -> dict[str, str]:
    """Return an activity in the window of W2 as 昭觉县 writes it down."""
    usual = {"date_start": "2021-09-10", "date_end": "2021-09-12", "form": "专题培训", "topic": "教研",
             "host": "某师范学院", "county": "昭觉县", "schools": SIKAI[0],
             "hours": "12", "headcount": "8"}  # fmt: skip
    return usual | {"activity_no": f"HD-{number:03d}"} | told


def cleaned(root: Path, table: str) -> pd.DataFrame:
    """Clean what lies below `root`, and return one of the tables."""
    ws = Workspace(root)
    assert clean.run(ws).exit_status == 0
    return pd.read_parquet(ws.clean / f"{table}.parquet")


def done(root: Path) -> Workspace:
    """Clean and analyse what lies below `root`."""
    ws = Workspace(root)
    clean.run(ws)
    analyse.run(ws)
    return ws


def evidence(ws: Workspace, indicator: str, **where) -> pd.DataFrame:
    table = pd.read_parquet(ws.results / "evidence.parquet")
    table = table[table["indicator"] == indicator]
    for column, value in where.items():
        table = table[table[column] == value]
    return table


def test_the_guide_has_a_recipe_for_each_thing_that_is_text():
    assert {"A question", "A wave", "A county", "An indicator"} < set(RECIPES)
    assert all(RECIPES.values())


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_edits_only_data_and_leaves_a_codebook_that_loads(root, name):
    as_table(annex(root), root / "data" / "source" / "roster.csv")
    assert all(block.file.startswith("data/") for block in RECIPES[name])
    follow(root, name)


def test_a_block_that_does_not_fit_its_file_is_told(root):
    with pytest.raises(AssertionError, match="没有这几行"):
        Block("data/codebook/waves.yml", [(" ", "- {id: W9, …"), ("+", "- {id: W10}")]).apply(root)


def test_a_question_is_read_and_measured_in_the_waves_that_put_it(root):
    book = follow(root, "A question")
    for wave in ["W0", "W2", "W3"]:
        replies(root, book, ("I02", wave), SIKAI)
    ws = done(root)
    answers = pd.read_parquet(ws.clean / "answers.parquet")
    put = answers[answers["item_id"] == "O5"]
    assert put["value"].notna().groupby(put["wave"]).sum().to_dict() == {"W2": 30, "W3": 30}
    rows = evidence(ws, "O5.mean", county_code="513431", group="all")
    assert rows[["wave", "n"]].to_numpy().tolist() == [["W2", 30], ["W3", 30]]
    assert results.read("513431", "W3", ws.root).name("O5.mean").startswith("学校的教具够用")


def test_a_wave_is_read_from_the_files_of_its_label_and_becomes_the_latest(root):
    book = follow(root, "A wave")
    for wave in ["W3", "W4"]:
        replies(root, book, ("I04", wave), SIKAI)
    ws = done(root)
    came = pd.read_parquet(ws.clean / "responses.parquet")
    assert came.loc[came["wave"] == "W4", "flags"].tolist().count("late") == 0
    assert came["wave"].value_counts().to_dict() == {"W3": 30, "W4": 30}
    assert len(evidence(ws, "five_both.rate", wave="W4", county_code="513431", group="all")) == 1
    assert jobs.latest(ws, book) == "W4"
    assert results.read("513431", "W4", ws.root).wave_label("W4") == "回访"


def test_a_county_has_schools_evidence_and_a_report_and_is_counted_among_the_others(root):
    as_table(annex(root), root / "data" / "source" / "roster.csv")
    book = follow(root, "A county")
    replies(root, book, ("I02", "W3"), ["冕宁县泸沽镇中心小学", "冕宁县大桥镇中心小学"])
    ws = done(root)
    schools = pd.read_parquet(ws.clean / "schools.parquet")
    ours = schools.loc[schools["county_code"] == "513433", "school_id"]
    assert ours.tolist() == [f"513433-{number:03d}" for number in range(1, 6)]
    assert len(schools) == 70 + 5
    rows = evidence(ws, "R6.top2", county_code="513433", group="all", wave="W3")
    assert rows["n"].tolist() == [30]
    assert "冕宁县" in {job.county for job in jobs.every(ws, book)}
    assert list(book.places().items())[-2:] == [("513433", "冕宁县"), ("all", "八县")]


def test_an_indicator_counts_the_records_that_it_names(root):
    book = follow(root, "An indicator")
    forms = ["线上同步", "线上异步", "送教进校", "线上同步"]
    rows = [activity(number, form=form) for number, form in enumerate(forms, 1)]
    records(root, "帮扶活动日志.xlsx", book.sheet["activities"], rows)
    ws = done(root)
    rows = evidence(ws, "I07.online", county_code="513431", group="all", wave="W2")
    assert rows[["value", "unit"]].to_numpy().tolist() == [[3, "count"]]
    assert results.read("513431", "W2", ws.root).name("I07.online") == "线上活动次数"


def test_the_annex_written_as_a_table_names_the_same_schools(root):
    printed = annex(root)
    as_table(printed, root / "data" / "source" / "roster.csv")
    counties = codebook.load(root / "data" / "codebook").counties
    told = roster.read(root / "data" / "source" / "roster.csv", counties)
    same = ["school_id", "county_code", "county", "area", "school", "is_key", "teachers", "institution"]
    pd.testing.assert_frame_equal(told.schools[same], printed[same])


def test_a_column_of_a_record_sheet_is_kept(root):
    book = follow(root, "A column of a record sheet")
    records(root, "帮扶活动日志.xlsx", book.sheet["activities"], [activity(1, place="四开乡"), activity(2)])
    assert cleaned(root, "activities")["place"].fillna("").tolist() == ["四开乡", ""]


def test_a_record_sheet_is_read_and_has_a_template(root):
    book = follow(root, "A record sheet")
    rows = [{"county": "昭觉县", "school": school, "date": "2021-09-20", "families": "6"} for school in SIKAI]
    records(root, "家访登记.xlsx", book.sheet["home_visits"], rows)
    kept = cleaned(root, "home_visits")
    assert kept[["wave", "families"]].to_numpy().tolist() == [["W2", 6], ["W2", 6]]
    assert kept["school_id"].str.startswith("513431-").all()
    assert templates.write("I13", book, annex(root), root / "I13.xlsx").exists()


def test_a_rule_marks_the_rows_that_it_speaks_of(root):
    book = follow(root, "A rule")
    long = activity(2, date_start="2021-09-01", date_end="2021-09-30", hours="130")
    records(root, "帮扶活动日志.xlsx", book.sheet["activities"], [activity(1), long])
    assert cleaned(root, "activities").set_index("activity_no")["flags"].to_dict() == {
        "HD-001": "", "HD-002": "activity_long"}  # fmt: skip


def test_a_correction_replaces_what_stands_in_the_export(root):
    book = follow(root, "A correction")
    wrong = activity(11, date_start="2021-09-01", date_end="2021-09-30", hours="400")
    rows = [activity(number) for number in range(1, 11)] + [wrong]
    records(root, "帮扶活动日志_2021.xlsx", book.sheet["activities"], rows)
    assert cleaned(root, "activities").set_index("activity_no")["hours"]["HD-011"] == 40
    assert "corrected" in set(pd.read_parquet(root / "data" / "clean" / "ledger.parquet")["rule"])


def test_a_platform_is_read_by_its_map(root):
    follow(root, "A survey platform")
    (root / "data" / "incoming").mkdir()
    head = ["提交时刻", "提交人", "县", "学校", "贴近课堂", "听得懂", "便于参与", "总体满意"]
    row = ["2020-12-10 09:00", "某", "昭觉县", SIKAI[0], "非常满意", "一般", "比较满意", "挺满意"]
    save_csv(root / "data" / "incoming" / "飞书_教师短卷_1.csv", [head, row])
    assert cleaned(root, "responses")[["platform", "instrument", "wave"]].to_numpy().tolist() == [
        ["飞书", "I02", "W1"]]  # fmt: skip
    answers = pd.read_parquet(root / "data" / "clean" / "answers.parquet").set_index("item_id")["value"]
    assert answers[["R1", "R2", "R3", "R6"]].tolist() == [5, 3, 4, 4]
