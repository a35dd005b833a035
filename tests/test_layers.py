"""Data flows one way, and so do imports: the house's rooms, in order, and its house rules."""

import ast
from pathlib import Path

import pytest

import yiduiyi_analysis

PACKAGE = Path(yiduiyi_analysis.__file__).parent
LONGEST_FUNCTION = 40

# A room may import itself and any room to its left.
GROUND = ["errors", "folders", "fingerprint", "workspace", "codebook"]
ROOMS = [*GROUND, "clean", "analyse", "present", "publish", "cli"]
# The demo stands outside the line: it writes what clean reads, and needs the roster to do so.
DEMO_MAY_IMPORT = {*GROUND, "demo", "clean.roster"}


def modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name below the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        if name:
            found[name] = path
    return found


def imported(tree: ast.AST) -> set[str]:
    """Return the package's own modules that `tree` imports, at any depth, by dotted name."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    own = {name.removeprefix("yiduiyi_analysis.") for name in names if name.startswith("yiduiyi_analysis.")}
    return {name for name in own if name != "__version__"}


def wrong_way(module: str, imports: set[str]) -> set[str]:
    """Return the imports of `module` that point to a room it may not see."""
    room = module.split(".")[0]
    if room == "demo":
        return {
            name
            for name in imports
            if not any(name == a or name.startswith(f"{a}.") for a in DEMO_MAY_IMPORT)
        }
    if room == "cli":
        return set()
    allowed = ROOMS[: ROOMS.index(room) + 1]
    return {name for name in imports if name.split(".")[0] not in allowed}


def test_every_module_stands_in_a_known_room():
    assert {name.split(".")[0] for name in modules()} <= {*ROOMS, "demo"}


@pytest.mark.parametrize(("module", "path"), modules().items(), ids=modules().keys())
def test_imports_point_one_way(module, path):
    assert wrong_way(module, imported(ast.parse(path.read_text("utf-8")))) == set()


def test_an_import_that_points_the_wrong_way_is_seen():
    tree = ast.parse("def f():\n    from yiduiyi_analysis.publish import jobs\n")
    assert wrong_way("clean.read", imported(tree)) == {"publish.jobs"}
    assert wrong_way("demo", {"clean.read"}) == {"clean.read"}


def test_relative_imports_are_not_used():
    for path in modules().values():
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        assert not [n for n in nodes if isinstance(n, ast.ImportFrom) and n.level > 0], path


def test_no_room_for_leftovers():
    assert not [name for name in modules() if name.split(".")[-1] in {"utils", "helpers", "common", "misc"}]


@pytest.mark.parametrize(("module", "path"), modules().items(), ids=modules().keys())
def test_modules_say_what_they_are_for_and_functions_stay_short(module, path):
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), f"{module} does not say its one reason to exist"
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize(("module", "path"), modules().items(), ids=modules().keys())
def test_public_functions_say_what_they_return(module, path):
    bare = [
        node.name
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []
