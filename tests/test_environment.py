"""Dependencies are declared once: pyproject.toml, the lock and environment.yml tell the same story."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def lock() -> list[Requirement]:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def test_what_is_declared_is_locked_at_a_version_it_allows(project, lock):
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked: dict[str, list[Requirement]] = {}
    for requirement in lock:
        locked.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    for requirement in map(Requirement, declared):
        pins = locked[canonicalize_name(requirement.name)]
        versions = [specifier.version for pin in pins for specifier in pin.specifier]
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_the_lock_pins_everything_and_tells_no_address(lock):
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert not re.search(r"https?://|@ file|--index|--find-links|--hash", text)
    assert all([s.operator for s in requirement.specifier] == ["=="] for requirement in lock)


def test_conda_names_the_lock_and_the_same_python(project):
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python = next(d for d in environment["dependencies"] if isinstance(d, str) and d.startswith("python"))
    pip = next(d["pip"] for d in environment["dependencies"] if isinstance(d, dict))
    assert project["project"]["requires-python"] in python
    assert pip == ["-r requirements.lock", "-e ."]


def test_what_the_project_was_asked_to_use_is_used(project):
    declared = {
        Requirement(r).name
        for r in [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    }
    assert {"jupyterlab", "pandas", "matplotlib", "seaborn", "papermill", "nbval"} <= declared
