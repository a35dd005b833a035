"""What docs/operations.md tells schedulers to call is there, and the units are what systemd reads."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from yiduiyi_analysis import cli

DOCS = Path(__file__).parent.parent / "docs"
GUIDE = DOCS / "operations.md"
FILES = sorted(path for path in (DOCS / "operations").iterdir() if path.is_file())
CALLED = re.compile(r"yiduiyi(?:\.exe)?((?: (?!>|\||&)[^\s`'\"|>]+)*)")


def calls(path: Path) -> list[list[str]]:
    """Return the words behind each call of the program in a file's commands."""
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        code = [*re.findall(r"```\w*\n(.*?)```", text, re.DOTALL), *re.findall(r"`(yiduiyi [^`]+)`", text)]
        text = "\n".join(code)
    found = (said.split() for said in CALLED.findall(text))
    known = set(get_command(cli.app).commands)
    return [words for words in found if known & set(words)]


@pytest.mark.parametrize("path", [GUIDE, *FILES], ids=lambda path: path.name)
def test_every_command_and_option_that_a_scheduler_is_told_exists(path):
    commands = get_command(cli.app).commands
    for words in calls(path):
        name = next(word for word in words if word in commands)
        options = {option for param in commands[name].params for option in param.opts} | {"--root"}
        asked = {word for word in words if word.startswith("--")}
        assert asked <= options, (path.name, name, asked - options)


def test_the_guide_and_each_file_call_the_program():
    assert calls(GUIDE)
    assert all(calls(path) for path in FILES if path.suffix != ".timer")


def test_the_guide_names_every_file():
    assert all(f"operations/{path.name}" in GUIDE.read_text("utf-8") for path in FILES)


def test_the_dag_is_python_with_one_task():
    tree = ast.parse((DOCS / "operations" / "airflow_dag.py").read_text("utf-8"))
    made = [
        node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and hasattr(node.func, "id")
    ]
    assert made.count("BashOperator") == 1


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_reads_the_units(tmp_path):
    program = tmp_path / "yiduiyi"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for path in FILES:
        if path.suffix in (".service", ".timer"):
            text = path.read_text("utf-8").replace("/srv/yiduiyi/.venv/bin/yiduiyi", str(program))
            (tmp_path / path.name).write_text(text, "utf-8")
    units = [str(tmp_path / name) for name in ("yiduiyi.service", "yiduiyi.timer")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_crontab_line_has_five_times_and_a_command():
    lines = (DOCS / "operations" / "crontab").read_text("utf-8").splitlines()
    (job,) = [line for line in lines if line and not line.startswith("#") and "=" not in line.split()[0]]
    assert re.match(r"(\S+ ){5}/\S+yiduiyi run", job)
