"""The reader accepts exactly what the templates make: filled in, read back, nothing lost, nothing doubted."""

import zipfile
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

import pandas as pd
import pytest
from forms_made import BOOK, ROOT, SIKAI, workspace

from yiduiyi_analysis.clean import pipeline, roster, templates
from yiduiyi_analysis.clean.templates import plan
from yiduiyi_analysis.errors import Fault

ROSTER = roster.read(ROOT / "data" / "source" / "annex2_2020_375.txt", BOOK.counties).schools
RECORDS = [tool.id for tool in BOOK.instruments.values() if tool.kind == "records"]
SURVEYS = [
    (tool.id, wave) for tool in BOOK.instruments.values() if tool.kind == "survey" for wave in tool.waves
]
TURNS, SERIAL = 3, date(1899, 12, 30)


def fill(path, tabs: list[list[list]]) -> None:
    """Write rows below the example row of each tab, as Excel stores what a person enters."""
    parts = {}
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    for number, rows in enumerate(tabs, 1):
        name = f"xl/worksheets/sheet{number}.xml"
        lines = "".join(line(at, row) for at, row in enumerate(rows, 4))
        parts[name] = parts[name].replace(b"</sheetData>", lines.encode() + b"</sheetData>")
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)


def line(number: int, row: list) -> str:
    cells = "".join(cell(f"{column(at)}{number}", value) for at, value in enumerate(row) if value != "")
    return f'<row r="{number}">{cells}</row>'


def column(at: int) -> str:
    return column(at // 26 - 1) + chr(65 + at % 26) if at >= 26 else chr(65 + at)


def cell(place: str, value) -> str:
    if isinstance(value, date):
        value = (value - SERIAL).days
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


# What makes an entry agree with the others of its row: a year with its date, hours with days, money in yuan.
SENSIBLE = {
    "年度": 2021, "审定日期": date(2020, 8, 20), "由何校规划覆盖": "", "预算（元）": 90000,
    "已支付（元）": 8000, "学时": 6, "实际学时": 6, "参加人数（人）": 2, "活跃教师数（人）": 3,
}  # fmt: skip


def entry(asked: plan.Column, at: int, turn: int, day: date):
    """Return a valid entry of a column, another one each turn."""
    county = ROSTER["county"].iloc[turn]
    named = {
        "county": county,
        "school": ROSTER["school"].iloc[turn],
        "schools": "、".join(ROSTER.loc[ROSTER["county"] == county, "school"].iloc[:2]),
    }
    if place := next((kind for kind, names in PLACES.items() if asked.heading in names), None):
        return named[place]
    if asked.heading in SENSIBLE:
        return SENSIBLE[asked.heading]
    if len(asked.choices) == 1:  # a column an option
        return asked.choices[0] if (at + turn) % 2 and asked.choices[0] != "未参加" else ""
    if asked.choices:
        first = {"C1": 5, "5": at}.get(asked.choices[0][:2], 0)  # a school's tasks; ratings that differ
        return asked.choices[(first + turn) % len(asked.choices)]
    if asked.kind == "number":
        return 5 + turn if asked.high is None else min((asked.low or 0) + turn, asked.high)
    if asked.kind == "date":
        return date(day.year, day.month, day.day + turn)
    return f"{asked.heading}{turn}"[-30:]


PLACES = {
    "county": [f.stem for sheet in BOOK.sheet.values() for f in sheet.columns if f.kind == "county"]
    + [item.stem for item in BOOK.item.values() if item.role == "county"],
    "school": [f.stem for sheet in BOOK.sheet.values() for f in sheet.columns if f.kind == "school"]
    + [item.stem for item in BOOK.item.values() if item.role == "school"],
    "schools": [f.stem for sheet in BOOK.sheet.values() for f in sheet.columns if f.kind == "schools"],
}


def filled(path, name: str, wave: str | None) -> list[pd.DataFrame]:
    """Write a template to `path`, fill it in, and return what was entered, a table a tab by heading."""
    templates.write(name, BOOK, ROSTER, path, wave)
    day = BOOK.waves[wave].opens if wave else date(2021, 9, 5)
    tabs = []
    for page in plan.pages(BOOK.instruments[name], wave, BOOK, ROSTER):
        listed = list(enumerate(page.columns))
        rows = [[entry(asked, at, turn, day) for at, asked in listed] for turn in range(TURNS)]
        tabs.append(pd.DataFrame(rows, columns=[asked.heading for asked in page.columns], dtype=object))
    fill(path, [[["", *row] for row in tab.to_numpy(object).tolist()] for tab in tabs])
    return tabs


@dataclass(frozen=True)
class Came:
    """What one run made of all templates: by file what was entered, and the clean tables."""

    entered: dict[str, list[pd.DataFrame]]
    tables: dict[str, pd.DataFrame]

    def of(self, name: str, file: str) -> pd.DataFrame:
        rows = self.tables[name]
        return rows[rows["file"] == file].sort_values("row", ignore_index=True)


@pytest.fixture(scope="module")
def came(tmp_path_factory) -> Came:
    ws, entered = workspace(tmp_path_factory.mktemp("came")), {}
    for name, wave in [*((name, None) for name in RECORDS), *SURVEYS]:
        file = f"{name}{wave or ''}交来.xlsx"
        entered[file] = filled(ws.incoming / file, name, wave)
    pipeline.run(ws)
    names = ["intake", "ledger", "responses", "answers", *BOOK.sheet]
    return Came(entered, {name: pd.read_parquet(ws.clean / f"{name}.parquet") for name in names})


def test_of_every_template_all_rows_but_the_example_are_kept_and_nothing_is_said(came):
    counts = came.tables["intake"][["rows_read", "rows_kept", "rows_set_aside"]]
    assert counts.to_numpy().tolist() == [[TURNS + 1, TURNS, 1]] * sum(map(len, came.entered.values()))
    said = came.tables["ledger"]
    said = said[said["file"].isin(list(came.entered))]
    assert (
        said.loc[said["rule"] != "example_row", ["file", "row", "rule", "column", "before"]].to_dict(
            "records"
        )
        == []
    )
    assert said["row"].eq(3).all() and len(said) == len(counts)


@pytest.mark.parametrize("name", [name for name in RECORDS if not BOOK.instruments[name].items])
def test_a_record_template_filled_in_is_read_back_whole(came, name):
    file = f"{name}交来.xlsx"
    for sheet, entered in zip(BOOK.instruments[name].sheets, came.entered[file], strict=True):
        kept = came.of(sheet.id, file)
        for field, heading in zip(sheet.columns, entered.columns, strict=True):
            assert same(field, kept, entered[heading]), field.id


def same(field, kept: pd.DataFrame, entered: pd.Series) -> bool:
    """Say whether a clean table holds what was entered in one field."""
    if field.kind in {"county", "school"}:
        code = ROSTER.set_index(field.kind)[{"county": "county_code", "school": "school_id"}[field.kind]]
        return kept[code.name].tolist() == code[~code.index.duplicated()].loc[entered].tolist()
    if field.kind == "schools":
        names = ROSTER.set_index("school_id")["school"]
        return ["、".join(names[ids.split(";")]) for ids in kept[field.id]] == entered.tolist()
    if field.kind == "choice":
        labels = {option.value: option.label for option in BOOK.scales[field.scale].options}
        return kept[field.id].map(labels).tolist() == entered.tolist()
    if field.kind == "wave":
        return kept["wave"].tolist() == [text[:2] for text in entered]
    if field.kind == "private":
        return field.id not in kept
    if field.kind == "person":
        return kept[field.id].nunique() == len(kept) and kept[field.id].str.fullmatch("[0-9a-f]{16}").all()
    if field.kind == "date":
        return kept[field.id].dt.date.tolist() == entered.tolist()
    return kept[field.id].tolist() == entered.tolist()


def test_the_task_template_filled_in_is_read_back_whole(came):
    (entered,) = came.entered["I08交来.xlsx"]
    kept = came.tables["deliverables"].sort_values("code", ignore_index=True)
    stems = {item.id: f"{item.id} {item.stem}" for item in BOOK.instruments["I08"].items}
    labels = {option.value: option.label for option in BOOK.scales["PROG5"].options}
    assert kept["code"].map(stems).tolist() == entered["任务代码"].tolist()
    assert kept["progress"].map(labels).tolist() == entered["进展"].tolist()
    assert kept["doc_title"].tolist() == entered["文件名称"].tolist()
    assert kept["unit_id"].tolist() == ROSTER["school_id"].iloc[:TURNS].tolist()


@pytest.mark.parametrize(("name", "wave"), SURVEYS)
def test_a_questionnaire_template_filled_in_is_read_back_whole(came, name, wave):
    file = f"{name}{wave}交来.xlsx"
    (entered,), replies = came.entered[file], came.of("responses", file)
    assert replies["wave"].tolist() == [wave] * TURNS
    assert replies["school_id"].tolist() == ROSTER["school_id"].iloc[:TURNS].tolist()
    given = came.tables["answers"].merge(replies[["response_id", "row"]])
    answers = {(what, item): part.sort_values("row")[what] for item, part in given.groupby("item_id")
               for what in ("value", "raw")}  # fmt: skip
    tool = BOOK.instruments[name]
    for item in (
        item for item in tool.items if wave in tool.waves_of(item) and item.role in {None, "check", "grade"}
    ):
        heading = f"{item.matrix}—{item.stem}" if item.matrix else item.stem
        if item.kind == "multi":
            for option in BOOK.scales[item.scale].options:
                ticked = entered[f"{heading}（{option.label}）"].ne("").astype(float)
                assert answers["value", f"{item.id}.{option.value}"].tolist() == ticked.tolist()
        elif item.scale:
            labels = {option.value: option.label for option in BOOK.scales[item.scale].options}
            assert answers["value", item.id].map(labels).tolist() == entered[heading].tolist(), item.id
        elif item.kind == "number":
            assert answers["value", item.id].tolist() == entered[heading].tolist()
        else:
            assert answers["raw", item.id].tolist() == entered[heading].tolist()


def test_an_example_row_that_is_no_longer_marked_breaks_no_rule(tmp_path):
    ws = workspace(tmp_path)
    for name, wave in [*((name, None) for name in RECORDS), *SURVEYS]:
        path = templates.write(name, BOOK, ROSTER, ws.incoming / f"{name}{wave or ''}交来.xlsx", wave)
        pages = plan.pages(BOOK.instruments[name], wave, BOOK, ROSTER)
        fill(path, [[["", *(float(one.example) if one.kind == "number" else one.example
                            for one in page.columns)]] for page in pages])  # fmt: skip
    summary = pipeline.run(ws)
    assert summary.intake["rows_kept"].eq(1).all()
    said = pd.read_parquet(ws.clean / "ledger.parquet").query("rule != 'example_row' and row != 2")
    said = said[said["file"].isin(summary.intake["file"])]
    assert said[["file", "rule", "column", "note"]].to_numpy().tolist() == []
    replies = pd.read_parquet(ws.clean / "responses.parquet")
    assert replies.loc[replies["flags"].ne(""), ["file", "flags"]].to_numpy().tolist() == []


def test_the_tab_of_choices_is_none_of_the_answers_though_somebody_shows_it(tmp_path):
    ws = workspace(tmp_path)
    path = ws.incoming / "交来.xlsx"
    filled(path, "I07", None)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert b'state="hidden"' in parts["xl/workbook.xml"]
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'state="hidden"', b"")
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)
    summary = pipeline.run(ws)
    assert set(summary.intake["sheet"]) == {"活动", "参加"} and summary.exit_status == 0


def test_an_untouched_template_is_set_aside_row_by_row_and_stops_nothing(tmp_path):
    ws = workspace(tmp_path)
    filled(ws.incoming / "交来.xlsx", "I09", None)
    for name in ("I02", "I07", "I08"):
        templates.write(name, BOOK, ROSTER, ws.incoming / f"空{name}.xlsx")
    summary = pipeline.run(ws)
    assert (summary.exit_status, len(summary.faults)) == (0, 0)
    empty = summary.intake[summary.intake["file"].str.startswith("空")]
    assert empty[["rows_read", "rows_kept"]].to_numpy().tolist() == [[1, 0]] * 4
    assert empty["message"].str.contains("模板里的示例行").all()


def test_the_sheet_offers_choices_limits_notes_and_stays_in_sight(tmp_path):
    path = templates.write("I07", BOOK, ROSTER, tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as book:
        sheet, notes = (
            book.read(f"xl/{part}").decode() for part in ("worksheets/sheet1.xml", "comments1.xml")
        )
        lists = book.read("xl/worksheets/sheet4.xml").decode()
        words = book.read("xl/sharedStrings.xml").decode()
    assert sheet.count('type="list"') == 2 and sheet.count('type="date"') == 2
    assert sheet.count('type="decimal"') == 2 and 'state="frozen"' in sheet
    assert "附件2 所列帮扶学校或单位" in notes and "单位：学时" in notes
    assert lists.count("<row ") == len(ROSTER)
    assert all(word in words for word in ["片区全部学校", "送培进校", "填写说明", SIKAI])


@pytest.mark.parametrize(
    ("name", "wave", "out", "said"),
    [
        ("I99", None, "a.xlsx", "没有“I99”这个工具.*I07"),
        ("I02", "W9", "a.xlsx", "没有 W9 这一轮.*W0"),
        ("I07", "W2", "a.xlsx", "不分轮次"),
        ("I07", None, "a.csv", "以 .xlsx 结尾"),
        ("I07", None, ".", "xlsx"),
    ],
)
def test_what_cannot_be_written_says_what_can(tmp_path, name, wave, out, said):
    with pytest.raises(Fault, match=said):
        templates.write(name, BOOK, ROSTER, tmp_path / out, wave)


def test_each_wave_asks_its_own_questions(tmp_path):
    forms = {
        wave: [asked.heading for asked in plan.pages(BOOK.instruments["I02"], wave, BOOK, ROSTER)[0].columns]
        for wave in ("W0", "W1", "W3")
    }
    assert len(forms["W1"]) < len(forms["W0"]) < len(forms["W3"])
    assert templates.write("i02", BOOK, ROSTER, tmp_path / "a.xlsx").exists()
