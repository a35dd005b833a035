import json
import subprocess
import sys
from pathlib import Path

import gold
import pytest
import yardstick

OURS = gold.entries(gold.FOLDER)
THEIRS = [entry for entry in gold.entries(gold.SHARED) if entry["id"] not in {e["id"] for e in OURS}]
SCRIPT = Path(yardstick.__file__)


@pytest.fixture(scope="module")
def found():
    """The answers to every reference set whose data stand here."""
    there = yardstick.made(gold.SHARED) if THEIRS else {}
    return there | yardstick.made(gold.FOLDER)


@pytest.mark.parametrize("entry", OURS + THEIRS, ids=lambda entry: entry["id"])
def test_reference_set_is_met(entry, found):
    assert yardstick.verdict(entry, found.get(entry["id"])) == ""


def test_the_groups_under_the_gpl_are_checked_too():
    if not THEIRS:
        pytest.skip(
            f"{gold.SHARED} is not here: apistrat, apiclus1, lonely, bfi, effect, most of agree and fh"
        )
    assert len(OURS) + len(THEIRS) == len(gold.entries(gold.SHARED))


def test_no_data_under_the_gpl_are_held_here():
    free = {"prog_resp", "prog_roster", "prog_selfexpert", "shrout_fleiss_1979", "eight_schools"}
    assert {path.stem for path in gold.DATA.iterdir()} == free


@pytest.mark.parametrize(
    ("expected", "answer", "met"),
    [
        (2.0, 2.0 + 1e-6, True),
        (2.0, 2.0 + 1e-5, False),
        (2.0, None, False),
        (None, float("nan"), True),
        (None, 1.0, False),
        (1.0, float("nan"), False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1, "c": 3}, True),
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ({"a": 1, "b": 2}, [1, 2], True),
        ({"a": 1, "b": 2}, [2, 1], False),
        ({"a": 1, "b": 2}, [1], False),
    ],
)
def test_a_set_is_met_by_names_or_order_and_within_its_tolerance(expected, answer, met):
    assert (yardstick.verdict({"value": expected, "rtol": 1e-6}, answer) == "") is met


def test_the_command_says_what_is_not_met_and_fails(tmp_path):
    wrong = [
        {"id": "multi.bh", "data": "", "setup": "p <- c(0.01, 0.02)", "value": [0.02, 0.5], "rtol": 1e-6}
    ]
    (tmp_path / "gold.json").write_text(json.dumps({"gold": wrong}), "utf-8")
    run = subprocess.run([sys.executable, SCRIPT, tmp_path], capture_output=True, text=True)
    assert run.returncode == 1 and "multi.bh" in run.stdout and "0 of 1 reference sets met" in run.stdout
