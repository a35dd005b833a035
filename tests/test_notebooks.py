"""Notebooks carry the argument and nothing else: no logic, no outputs, no numbers typed by hand."""

import ast
import re
import shutil
from pathlib import Path

import nbformat
import pytest
import yaml
from evidence_fixture import edit, shared, workspace_at

from yiduiyi_analysis import codebook
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.publish import jobs
from yiduiyi_analysis.workspace import Workspace

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted([*FOLDER.glob("*.ipynb"), *FOLDER.glob("gallery/*.ipynb")])
TEMPLATE = "gallery/new_report.ipynb"  # for a report of one's own: as fit to be published as the others
LONGEST_CELL = 10
LOGIC = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.IfExp, ast.Try,
    ast.With, ast.Match, ast.BoolOp, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
# What a cell computes: a share, a decimal, a number of people, schools, units. A name such as 附件2 is none.
PEOPLE = "个?百分点|名|人|所|份|行|个县|分之"
COMPUTED = re.compile(rf"\d+(\.\d+)?\s*[%％‰]|\d+\.\d+|\d+\s*({PEOPLE})|[nN]\s*[=＝]\s*\d")
LIBRARY = "yiduiyi_analysis.present"
RIGHTWARDS = ("yiduiyi_analysis.publish", "yiduiyi_analysis.cli")
PRIVATE = re.compile(r"data/clean|\)\.clean\b|microdata|read_parquet|data/incoming")


def published() -> set[str]:
    """Return the file names of the notebooks that reports are made of."""
    return {entry["notebook"] for entry in yaml.safe_load((FOLDER / "reports.yml").read_text("utf-8"))}


def faults(notebook, is_published: bool = True) -> list[str]:
    """Return what is wrong with a notebook, a word a fault."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = {
        "kernelspec": notebook.metadata.get("kernelspec", {}).get("name") != "python3",
        "outputs": any(cell.outputs for cell in code),
        "execution_count": any(cell.execution_count for cell in code),
        "long": any(len(cell.source.splitlines()) > LONGEST_CELL for cell in code),
        "logic": any(isinstance(node, LOGIC) for cell in code for node in ast.walk(ast.parse(cell.source))),
        "parameters": [k for k, cell in enumerate(code) if "parameters" in cell.metadata.get("tags", [])]
        != [0],
        "literals": not code or not literals(code[0].source),
        "number": COMPUTED.search(text),
        "import": is_published and not {LIBRARY} >= imports(code),
        "backwards": any(name.startswith(RIGHTWARDS) for name in imports(code, deep=True)),
        "private": is_published and PRIVATE.search("\n".join(cell.source for cell in code)),
        "ids": len({cell.get("id") for cell in notebook.cells}) != len(notebook.cells),
    }
    return [name for name, is_wrong in found.items() if is_wrong]


def literals(source: str) -> bool:
    """Tell whether a cell holds nothing but names set to literals."""
    return all(
        isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for node in ast.parse(source).body
    )


def imports(code, deep: bool = False) -> set[str]:
    """Return the modules that code cells import; `deep` counts what comes out of them as modules too."""
    nodes = [node for cell in code for node in ast.walk(ast.parse(cell.source))]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    sources = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    inner = {f"{node.module}.{alias.name}" for node in sources for alias in node.names if deep}
    return plain | inner | {node.module for node in sources}


def sound():
    """Return a small notebook without a fault."""
    cells = [
        nbformat.v4.new_markdown_cell("## 一、概况\n\n附件2 与“1+1+N”，2020—2021 年。"),
        nbformat.v4.new_code_cell('wave = "W3"', metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(f"from {LIBRARY} import results\n\nreport = results.read(wave=wave)"),
    ]
    return nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )


def named(path: Path) -> str:
    """Return a notebook as reports.yml names it."""
    return path.relative_to(FOLDER).as_posix()


def markdown(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_the_notebooks_are_there_and_what_reads_single_answers_is_published_by_nothing():
    names = {path.stem for path in NOTEBOOKS}
    assert names >= {"roster_audit", "data_quality", "county_evaluation", "programme_summary", "explore"}
    assert names >= {"start", "reproduce", "county_levels", "own_item", "schools_tasks", "own_figure"}
    assert published() <= set(map(named, NOTEBOOKS))
    assert not published() & {"start.ipynb", "explore.ipynb", "reproduce.ipynb"}


def test_the_landing_page_leads_to_every_notebook_and_to_nothing_that_is_not_there():
    links = set(re.findall(r"\]\(([^)]+)\)", markdown(FOLDER / "start.ipynb")))
    assert links == set(map(named, NOTEBOOKS)) - {"start.ipynb"}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("gallery/*.ipynb")), ids=lambda path: path.stem)
def test_each_sample_asks_a_question_says_what_may_not_be_concluded_and_stays_short(path):
    assert "**问题：**" in markdown(path) and "**不能下的结论：**" in markdown(path)
    assert len(nbformat.read(path, as_version=4).cells) <= 16


def test_the_recipe_of_the_template_makes_a_report_of_every_county(ws):
    entry = re.search(r"```yaml\n(.+?)```", markdown(FOLDER / TEMPLATE), re.S)[1]
    (ws.notebooks / "my_report.ipynb").write_text((FOLDER / TEMPLATE).read_text("utf-8"), "utf-8")
    listed = ws.notebooks / "reports.yml"
    listed.write_text(f"{listed.read_text('utf-8')}\n{entry}", "utf-8")
    made = jobs.plan(ws, codebook.load(ws.codebook), only=["my_report"])
    assert len(made) == 7
    assert made[3].key == "513431/my_report" and made[3].title == "昭觉县教师培训反应专题"
    assert made[3].parameters == {"wave": "W3", "county_code": "513431"}


def test_what_was_computed_anew_must_be_what_is_published(demo_ws, tmp_path, monkeypatch):
    root = tmp_path / "workspace"
    shutil.copytree(demo_ws.results, root / "data" / "results")
    for part in ("clean", "codebook"):
        (root / "data" / part).symlink_to(demo_ws.root / "data" / part)
    edit(Workspace(root), "evidence", one_hundredth_more)
    monkeypatch.setenv("YIDUIYI_ROOT", str(root))
    with pytest.raises(Fault, match="昭觉县，应用（课堂行为）（均值）的数值：重新计算得"):
        run(FOLDER / "reproduce.ipynb")


def one_hundredth_more(evidence):
    """Return evidence in which one published figure is a digit off."""
    one = (
        evidence["indicator"].eq("B.mean") & evidence["wave"].eq("W3") & evidence["county_code"].eq("513431")
    )
    return evidence.assign(value=evidence["value"].mask(one, evidence["value"] + 0.01))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_notebook_is_thin_stripped_and_valid(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert faults(notebook, named(path) in {*published(), TEMPLATE}) == []


@pytest.mark.parametrize("name", sorted(published()))
def test_each_published_notebook_asks_a_question_and_says_what_may_not_be_concluded(name):
    assert "**问题：**" in markdown(FOLDER / name) and "**不能下的结论：**" in markdown(FOLDER / name)


def test_a_sound_notebook_has_no_fault():
    assert faults(sound()) == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("def f():\n    return 1", "logic"),
        ("class A:\n    pass", "logic"),
        ("for k in range(3):\n    print(k)", "logic"),
        ("while True:\n    break", "logic"),
        ("x = 1 if wave else 2", "logic"),
        ("if wave:\n    x = 1", "logic"),
        ("try:\n    x = 1\nexcept Exception:\n    pass", "logic"),
        ("f = lambda x: x", "logic"),
        ("[x for x in range(3)]", "logic"),
        ("report = wave and results.read(wave=wave)", "logic"),
        ("match wave:\n    case _:\n        x = 1", "logic"),
        ("\n".join("x = 1" for _ in range(11)), "long"),
        ("import pandas as pd", "import"),
        ("from pathlib import Path", "import"),
        ("from yiduiyi_analysis.clean import read", "import"),
        ('open("data/clean/answers.parquet")', "private"),
        ("results.read().clean", "private"),
    ],
)
def test_a_planted_cell_is_caught(source, fault):
    notebook = sound()
    notebook.cells.append(nbformat.v4.new_code_cell(source))
    assert faults(notebook) == [fault]


@pytest.mark.parametrize("line", ["from yiduiyi_analysis import publish", "import yiduiyi_analysis.cli"])
def test_no_notebook_not_even_an_exploration_imports_what_runs_it(line):
    notebook = sound()
    notebook.cells.append(nbformat.v4.new_code_cell(line))
    assert faults(notebook, is_published=False) == ["backwards"]


@pytest.mark.parametrize(
    "text", ["满意率为 72%", "均值 3.62", "上升 5 个百分点", "共 314 名教师", "20 所学校", "n = 258"]
)
def test_a_number_typed_by_hand_is_caught(text):
    notebook = sound()
    notebook.cells.append(nbformat.v4.new_markdown_cell(text))
    assert faults(notebook) == ["number"]


def test_outputs_and_execution_counts_are_caught():
    notebook = sound()
    notebook.cells[2].outputs = [nbformat.v4.new_output("stream", text="x")]
    notebook.cells[2].execution_count = 3
    assert faults(notebook) == ["outputs", "execution_count"]


@pytest.mark.parametrize(
    ("tags", "source", "found"),
    [
        ([], 'wave = "W3"', ["parameters"]),
        (["parameters"], "wave = str(3)", ["literals"]),
        (["parameters"], 'wave = "W3"\nfolder = wave + "/x"', ["literals"]),
        (["parameters"], "print(1)", ["literals"]),
    ],
)
def test_parameters_are_tagged_literals(tags, source, found):
    notebook = sound()
    notebook.cells[1].metadata["tags"] = tags
    notebook.cells[1].source = source
    assert faults(notebook) == found


def test_a_second_parameters_cell_and_a_wrong_kernel_are_caught():
    notebook = sound()
    notebook.cells[2].metadata["tags"] = ["parameters"]
    notebook.metadata["kernelspec"]["name"] = "conda-base"
    assert faults(notebook) == ["kernelspec", "parameters"]


@pytest.mark.parametrize("name", sorted([*published(), TEMPLATE]))
def test_each_published_notebook_runs_and_shows_only_tables_figures_and_text(name, monkeypatch):
    monkeypatch.setenv("YIDUIYI_ROOT", str(shared().root))
    shown = run(FOLDER / name)
    assert not any("Traceback" in text for text in shown)
    assert any("<table" in text for text in shown) and any("<img" in text for text in shown)


def test_sections_without_evidence_say_so_and_nothing_crashes(tmp_path, monkeypatch):
    ws = workspace_at(tmp_path)
    edit(ws, "evidence", lambda table: table[table["indicator"].str.startswith("roster.")])
    monkeypatch.setenv("YIDUIYI_ROOT", str(ws.root))
    shown = run(FOLDER / "county_evaluation.ipynb")
    assert sum("没有可用的数据" in text for text in shown) > 10


def run(path: Path) -> list[str]:
    """Return the HTML or text of everything that a notebook shows, run cell by cell in one fresh namespace.

    A kernel takes seconds to start; nbval starts one for every notebook in the same test run.
    """
    notebook, space, shown = nbformat.read(path, as_version=4), {}, []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, path.name, "exec"), space)
            if last:
                value = eval(compile(ast.Expression(last.value), path.name, "eval"), space)
                bundle = value._repr_mimebundle_()
                shown.append(bundle.get("text/html") or bundle["text/markdown"])
    return shown
