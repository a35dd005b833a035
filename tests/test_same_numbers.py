"""The same numbers in HTML, Word, PDF and Excel, cell by cell, and each of them the evidence's own.

The notebooks' cells are run here without a kernel and without their figures; what comes of them goes through
the chain that every report goes through. Each form is read back by another library than wrote it.
"""

import ast
import copy
import itertools
import json
import re
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import docx
import lxml.html
import pandas as pd
import pypdfium2
import pytest
import python_calamine
from nbformat import v4

from yiduiyi_analysis import codebook, workspace
from yiduiyi_analysis.present import numerals
from yiduiyi_analysis.present.display import DATA, Table
from yiduiyi_analysis.publish import export, extract, jobs

REPORTS = ("513431/county_evaluation", "programme_summary", "513431/schools/513431-001")
SHORT = REPORTS[2]
FORMS = ("html", "docx", "pdf", "xlsx")
PARTED = r"(?:(?<=\s)|\s)\s*"  # a tab, a blank or a new line
LINES = r"[ \n]*"
NUMBER = re.compile(r"[−+]?\d[\d,]*(?:\.\d+)?%?")
IN_WORDS = {
    "*",
    "…",
    "—",
    "是",
    "否",
    "上升",
    "下降",
    "全员",
    "无区间",
    "百分点",
    "分",
    "有",
    "部分",
    "缺",
    "部分县",
}
KEYS = ["indicator", "county_code", "group", "wave"]


@pytest.fixture(scope="module")
def made(demo_ws, tmp_path_factory):
    """Return a function: a report's key → its tables and its documents by form, each made once."""
    known = {}

    def one(key: str):
        if key not in known:
            notebook = executed(demo_ws, job(demo_ws, key))
            folder = tmp_path_factory.mktemp("same")
            known[key] = notebook, shown(notebook), documents(demo_ws, key, notebook, folder)
        return known[key]

    return one


def job(ws, key: str) -> jobs.Job:
    return next(job for job in jobs.plan(ws, codebook.load(ws.codebook)) if job.key == key)


def executed(ws, job: jobs.Job) -> dict:
    """Return a notebook with the tables that its cells show."""
    notebook = json.loads(job.notebook.read_text("utf-8"))
    names: dict = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(workspace.ROOT_VARIABLE, str(ws.root))
        for cell in [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]:
            parameters = job.parameters if "parameters" in cell["metadata"].get("tags", []) else {}
            cell["outputs"] = outputs("".join(cell["source"]), names)
            names.update(parameters)
    return notebook


def outputs(source: str, names: dict) -> list[dict]:
    """Run one cell and return the output of a table, none of a figure or a passage of text."""
    *before, last = ast.parse(source).body
    is_shown = isinstance(last, ast.Expr)
    exec(compile(ast.Module(before if is_shown else [*before, last], []), "cell", "exec"), names)
    if not (is_shown and ast.unparse(last).startswith("tables.")):
        return []
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    return [{"output_type": "display_data", "metadata": {}, "data": value._repr_mimebundle_()}]


def shown(notebook: dict) -> list[Table]:
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    held = [output["data"] for cell in code for output in cell["outputs"]]
    return [Table.of(data[DATA]) for data in held if DATA in data]


def documents(ws, key: str, notebook: dict, folder: Path) -> dict[str, Path]:
    (folder / "executed.ipynb").write_text(json.dumps(notebook), "utf-8")
    this = job(ws, key)
    page = export.Page(this.title, this.county, this.wave, "2022-04-20", synthetic=True)
    return export.documents(folder / "executed.ipynb", folder, page, FORMS)


def close(text: str) -> str:
    return re.sub(r"\s", "", str(text))


def printed(table: Table) -> list[list[str]]:
    """Return the grid closed up, its headings first."""
    return [[close(name) for name in table.grid], *([close(c) for c in row] for row in table.grid.to_numpy())]


def of_html(path: Path) -> list[list[list[str]]]:
    tables = lxml.html.parse(path).getroot().xpath("//main//table | //body//table")
    rows = [table.xpath(".//tr") for table in tables]
    return [[[close(cell.text_content()) for cell in row.xpath("th|td")] for row in part] for part in rows]


def of_docx(path: Path) -> list[list[list[str]]]:
    tables = docx.Document(str(path)).tables
    return [[[close(cell.text) for cell in row.cells] for row in table.rows] for table in tables]


def text_of(path: Path) -> str:
    """Return the text of a PDF as it is drawn, cell by cell, a tab or a new line between them."""
    with pypdfium2.PdfDocument(path) as pdf:
        return "\n".join(extract.PAGE_NUMBER.sub("", extract._drawn(page)) for page in pdf)


def wrong_row(text: str, number: int, table: Table) -> str:
    """Return the first row that does not stand in a PDF cell by cell below its caption, "" where all do.

    Rule: every cell whole and parted from its neighbours; between rows nothing but the headings of a new
          page; after the last row no cell more
    """
    caption = r"\s*".join(map(re.escape, close(f"表{number}{table.title}")))
    at = [found.end() for found in re.finditer(rf"{caption}\s*\n", text)][-1]
    head, rows = drawn(table.grid), [drawn(row) for row in table.grid.to_numpy()]
    for row, said in zip([head, *rows], [["headings"], *table.grid.to_numpy().tolist()], strict=True):
        found = re.compile(rf"\s*{row}").match(text, at)
        # a page ends with its footnotes; the next one begins with the headings again
        found = found or re.compile(rf".{{0,400}}?{head}{PARTED}{row}", re.DOTALL).match(text, at)
        if not found:
            return str(said)
        at = found.end()
    after = text[at:].lstrip()
    return (
        "" if not table.note or close(after).startswith(close(f"注：{table.note}")) else f"+ {after[:40]!r}"
    )


def drawn(row) -> str:
    """Return the pattern of a row's cells, each parted from the next; an empty cell is not drawn."""
    return PARTED.join(in_lines(cell) for cell in row if close(cell))


def in_lines(cell: str) -> str:
    """Return the pattern of one cell: it may go on in a new line anywhere but within a number."""
    return LINES.join(map(_in_lines, cell.split()))


def _in_lines(word: str) -> str:
    signs = [*map(re.escape, word)]
    gaps = ["" if re.fullmatch(r"[\d.,]+", a + b) else LINES for a, b in itertools.pairwise(word)]
    return "".join(sign + gap for sign, gap in itertools.zip_longest(signs, gaps, fillvalue=""))


def of_xlsx(path: Path, tables: list[Table]) -> list[list[list[list]]]:
    """Return for each table its rows, for each row the values below each heading."""
    with python_calamine.load_workbook(path) as book:
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names if name[0] == "表"]
    assert len(sheets) == len(tables)
    return [below(sheet, table) for sheet, table in zip(sheets, tables, strict=True)]


def below(sheet: list[list], table: Table) -> list[list[list]]:
    names = [close(name) for name in table.grid]
    top = next(k for k, row in enumerate(sheet) if [close(cell) for cell in row if cell != ""] == names)
    starts = [at for at, cell in enumerate(sheet[top]) if cell != ""]
    spans = list(zip(starts, [*starts[1:], len(sheet[top])], strict=True))
    first = top + 1 + (len(sheet[top]) > len(names))
    return [[row[a:b] for a, b in spans] for row in sheet[first : first + len(table.grid)]]


def faults(form: str, path: Path, tables: list[Table]) -> list[str]:
    """Return where a document's tables say other than the tables as printed, a line a place."""
    if form in ("html", "docx"):
        found, meant = (of_html if form == "html" else of_docx)(path), [printed(table) for table in tables]
        assert len(found) == len(meant)
        return [f"表{k}" for k, pair in enumerate(zip(found, meant, strict=True), 1) if pair[0] != pair[1]]
    if form == "pdf":
        text = text_of(path)
        found = {k: wrong_row(text, k, table) for k, table in enumerate(tables, 1)}
        return [f"表{k} {row}" for k, row in found.items() if row]
    return [
        f"表{k} {name} {text!r}: {values}"
        for k, (rows, table) in enumerate(zip(of_xlsx(path, tables), tables, strict=True), 1)
        for cells, row in zip(rows, table.grid.to_numpy(), strict=True)
        for name, text, values in zip(table.grid, row, cells, strict=True)
        if not says(text, values, name)
    ]


def says(text: str, values: list, heading: str) -> bool:
    """Tell whether the values of a cell are what it prints: every number as a number, rounded alike."""
    told = [value for value in values if value != ""]
    if told == [text] or (not told and not text):
        return not NUMBER.fullmatch(text)
    words = [value for value in told if isinstance(value, str)]
    numbers = [value for value in told if not isinstance(value, str)]
    meant = parts(text, heading)
    return (
        all(word in IN_WORDS and word in text for word in words)
        and len(numbers) == len(meant)
        and all(rounds(value, number) for value, number in zip(numbers, meant, strict=True))
    )


def parts(text: str, heading: str) -> list[str]:
    """Return the numbers of a printed cell; the ends of a percentage's interval are percentages.

    Rule: so many of so many finished has the whole, N, in a column of its own; so has the worst rank
    """
    found = NUMBER.findall(text.replace("–", " – "))
    if interval := re.match(r"[−+]?[\d,.]+%\n?（([\d.]+)–([\d.]+)）", text):
        found[1:3] = [f"{end}%" for end in interval.groups()]
    if re.fullmatch(r"\d+/\d+", text) and heading != "n/N":
        found.append(found[-1])
    return [*found, found[-1]] if re.search(r"名次 \d+$", text) else found


def rounds(value: float, number: str) -> bool:
    """Tell whether a value, rounded as GB/T 8170 asks, is the number printed."""
    plain = number.strip("+%").replace("−", "-").replace(",", "")
    exact = Decimal(f"{value:.15g}") * (100 if number.endswith("%") else 1)
    places = len(plain.partition(".")[2])
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN) == Decimal(plain)


@pytest.mark.parametrize("key", REPORTS)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_prints_the_tables_as_they_are(made, key, form):
    _, tables, paths = made(key)
    assert faults(form, paths[form], tables) == []


@pytest.mark.parametrize("key", REPORTS)
def test_what_stands_behind_a_table_is_the_evidence(made, demo_ws, key):
    evidence = pd.read_parquet(demo_ws.results / "evidence.parquet").set_index(KEYS)
    columns = ["value", "lo", "hi", "n", "N", "unit", "status"]
    _, tables, _ = made(key)
    behind = [table.frame for table in tables if {*KEYS, *columns} <= set(table.frame)]
    assert len(behind) > len(tables) / 3
    for frame in behind:
        own = evidence.loc[pd.MultiIndex.from_frame(frame[KEYS]), columns].reset_index(drop=True)
        given = frame[columns].assign(unit=frame["unit"])
        pd.testing.assert_frame_equal(given, own, check_dtype=False, check_names=False)


@pytest.mark.parametrize("key", REPORTS)
def test_every_figure_printed_is_one_of_the_evidence(made, demo_ws, key):
    """Tables of evidence print value and n/N of its rows, however these are laid out."""
    rows = pd.read_parquet(demo_ws.results / "evidence.parquet")
    rows = rows[rows["value"].notna()]
    code = job(demo_ws, key).county_code
    rows = rows[rows["county_code"].eq(code)] if code else rows
    known = set().union(*map(texts, rows.itertuples()))
    checked = 0
    for table in (table for table in made(key)[1] if {*KEYS, "value"} <= set(table.frame)):
        for text in table.grid.to_numpy().ravel():
            if re.match(r"[−+]?\d", text) and not re.match(r"\d+\.\d+ \D", text):
                assert bare(text) in known, f"{table.title}: {text!r}"
                checked += 1
    assert checked > 50


def texts(row) -> set[str]:
    """Return the ways in which a row of evidence may be printed."""
    signed = row._replace(unit="gap") if row.unit == "points" else row
    values = {numerals.cell(row), numerals.cell(signed)}
    count = numerals.denominator(row)
    return {
        close(text)
        for value in values
        for text in (value, f"{value}\n{count}", numerals.finished(row), count)
    }


def bare(text: str) -> str:
    """Return a cell without what a table adds: its unit, its ranks, of how many counties it is."""
    text = re.sub(r"\n(百分点|分)(?=\n|$)|\n名次 .*|[\n，](\d+/\d+ 县|部分县)", "", text)
    return close(text)


@pytest.mark.parametrize("key", REPORTS)
def test_a_cell_by_wave_is_the_row_of_its_indicator_and_wave(made, demo_ws, key):
    """Where a row is an indicator and a column a wave, the workbook's numbers are those of that row."""
    book = codebook.load(demo_ws.codebook)
    evidence = pd.read_parquet(demo_ws.results / "evidence.parquet").set_index(KEYS)
    here = job(demo_ws, key).county_code or "all"
    _, tables, paths = made(key)
    checked = 0
    for table, cells in zip(tables, of_xlsx(paths["xlsx"], tables), strict=True):
        for wave, at, told in by_wave(table, book, here):
            for (indicator, group), row in zip(told, cells, strict=True):
                known = (
                    evidence.loc[(indicator, here, group, wave)]
                    if (indicator, here, group, wave) in evidence.index
                    else None
                )
                numbers = [value for value in row[at] if not isinstance(value, str)]
                checked += agrees(numbers, known, table.title)
    assert checked > 50


def by_wave(table: Table, book, here: str):
    """Yield wave, column and (indicator, group) of the rows of a table that is laid out so."""
    labels = {wave.label: wave.id for wave in book.waves.values()}
    if not {*KEYS, "value"} <= set(table.frame) or not set(labels) <= set(table.grid):
        return
    told = list(table.frame[["indicator", "group"]].drop_duplicates().itertuples(index=False, name=None))
    if table.frame["county_code"].eq(here).all() and len(told) == len(table.grid):
        for at, name in enumerate(table.grid):
            if name in labels:
                yield labels[name], at, told


def agrees(numbers: list[float], row, title: str) -> int:
    """Return how many numbers of a cell were found to be those of its row of evidence."""
    if not numbers:
        assert row is None or pd.isna(row["value"]) or row["N"] == 1, title
        return 0
    if row["unit"] == "rate" and numbers[0] == int(numbers[0]) and row.name[0].endswith(".done"):
        assert numbers == [round(row["value"] * row["n"]), row["n"], row["N"]], title
        return len(numbers)
    assert numerals.number(numbers[0], row["unit"]) == numerals.number(row["value"], row["unit"]), title
    names = ("N",) if numerals.made(row, numerals.PER) else ("lo", "hi", "n", "N")
    known = [float(row[name]) for name in names if pd.notna(row[name])]
    # A count whose whole is not known is printed alone; a figure of some counties says of how many.
    alone = row["status"] == "count" and pd.isna(row["N"])
    counties = 2 * (row["method"].endswith("+partial") and row.name[1] == "all")
    assert numbers[1 : len(numbers) - counties] == ([] if alone else known), title
    return len(numbers)


@pytest.mark.parametrize("form", FORMS)
def test_one_digit_changed_in_one_form_is_found(made, demo_ws, tmp_path, form):
    notebook, tables, _ = made(SHORT)
    changed = copy.deepcopy(notebook)
    datas = [o["data"] for c in changed["cells"] if c["cell_type"] == "code" for o in c["outputs"]]
    data = next(data for data in datas if DATA in data and "教师问卷的水平" in data[DATA]["title"])
    rows, (at, cell) = (
        data[DATA]["rows"],
        next((k, text) for k, text in enumerate(data[DATA]["rows"][1]) if re.match(r"\d\.\d\d（", text)),
    )
    other = cell[:3] + str((int(cell[3]) + 5) % 10) + cell[4:]
    if form == "xlsx":
        rows[1][at] = other
    else:
        spot = cell.split("（")[0]
        assert spot in data["text/html"]
        data["text/html"] = data["text/html"].replace(spot, other.split("（")[0], 1)
    paths = documents(demo_ws, SHORT, changed, tmp_path)
    wrong = [name for name in FORMS if faults(name, paths[name], tables)]
    assert wrong == (["xlsx"] if form == "xlsx" else ["html", "docx", "pdf"])


@pytest.mark.parametrize("form", ["html", "docx", "pdf"])
@pytest.mark.parametrize("fault", ["two cells swapped", "a column more", "two columns swapped", "a row more"])
def test_cells_that_stand_elsewhere_are_found(made, tmp_path, form, fault):
    """The document of another grid is held against the grid that was meant, and one more of its own."""
    table = made(SHORT)[1][2]
    grid = table.grid.copy()
    if fault == "two cells swapped":
        grid.iloc[0, [-2, -1]] = grid.iloc[0, [-1, -2]].to_numpy()
        assert set(grid.iloc[0]) == set(table.grid.iloc[0]) and list(grid.iloc[0]) != list(table.grid.iloc[0])
    elif fault == "a column more":
        grid["另一轮"] = "9.99"
    elif fault == "a row more":
        grid = pd.concat([grid, grid.tail(1)])
    else:
        grid = grid[[*grid.columns[:-2], grid.columns[-1], grid.columns[-2]]].set_axis(grid.columns, axis=1)
    other = Table(table.frame, table.title, table.note, grid)
    path = alone(other, tmp_path, form)
    assert faults(form, path, [other]) == []
    assert faults(form, path, [table])


def alone(table: Table, folder: Path, form: str) -> Path:
    """Return a document of this table and nothing else."""
    data = v4.new_output("display_data", table._repr_mimebundle_())
    notebook = v4.new_notebook(cells=[v4.new_code_cell(execution_count=1, outputs=[data])])
    (folder / "executed.ipynb").write_text(json.dumps(notebook), "utf-8")
    page = export.Page("题", "昭觉县", "终期", "2022-04-20", synthetic=True)
    return export.documents(folder / "executed.ipynb", folder, page, [form])[form]
