"""Boundaries are behind an extra, say that they settle nothing, and stand in no report."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from evidence_fixture import hidden, programme

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present.charts import boundaries

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
CODES = programme().codebook.counties["county_code"].tolist()


def square(code: str, at: int, kind: str = "Polygon") -> dict:
    ring = [[at, 0], [at + 1, 0], [at + 1, 1], [at, 1], [at, 0]]
    rings = [ring] if kind == "Polygon" else [[ring], [[[at, 3], [at, 4], [at + 1, 3], [at, 3]]]]
    return {"properties": {"gb": f"156{code}"}, "geometry": {"type": kind, "coordinates": rings}}


@pytest.fixture
def seven(monkeypatch):
    """Seven squares in a row, one of them with an island."""
    made = [square(code, at, "MultiPolygon" if at == 2 else "Polygon") for at, code in enumerate(CODES)]
    monkeypatch.setattr(boundaries, "_boundaries", lambda: made)


def test_a_county_lies_within_its_boundary_with_value_interval_and_count(seven):
    held = programme()
    chart = boundaries.boundary_map(held, "R6.top2")
    ax = chart.figure.axes[0]
    assert len(ax.collections) == len(ax.texts) == 7
    row = held.one("R6.top2", places=["513431"])
    said = next(text for text in ax.texts if text.get_text().startswith("昭觉县"))
    assert f"{row.n}/{row.N}" in said.get_text() and said.get_position() == (CODES.index("513431") + 0.5, 0.5)
    assert boundaries.SKETCH in chart.title and "不得用于正式报告" in chart.note


def test_a_hidden_county_is_white_with_its_mark(seven):
    chart = boundaries.boundary_map(hidden(programme(), "R6.top2"), "R6.top2")
    ax = chart.figure.axes[0]
    assert all((shape.get_facecolor() == 1).all() for shape in ax.collections)
    assert all("*" in text.get_text() for text in ax.texts) and "%" not in chart.alt


def test_an_island_belongs_to_its_county(seven):
    rings = boundaries.outlines(boundaries._boundaries(), CODES)
    assert [len(rings[code]) for code in CODES] == [1, 1, 2, 1, 1, 1, 1]


def test_a_county_without_a_boundary_is_named():
    with pytest.raises(Fault, match="513436"):
        boundaries.outlines([square(code, 0) for code in CODES[:-1]], CODES)


def test_without_the_extra_one_line_says_what_to_do(monkeypatch):
    boundaries._boundaries.cache_clear()
    monkeypatch.setattr(boundaries, "find_spec", lambda name: None)
    with pytest.raises(Fault, match=r"\[map\]"):
        boundaries.boundary_map(programme(), "R6.top2")


@pytest.mark.skipif(find_spec(boundaries.PACKAGE) is None, reason="the extra map is not installed")
def test_the_extra_knows_the_seven_counties_where_they_lie():
    counties = programme().codebook.counties
    rings = boundaries.outlines(boundaries._boundaries(), CODES)
    for code, lon, lat in counties[["county_code", "lon", "lat"]].itertuples(index=False, name=None):
        points = np.vstack(rings[code])
        assert (points.min(axis=0) < [float(lon), float(lat)]).all(), code
        assert (points.max(axis=0) > [float(lon), float(lat)]).all(), code


def test_no_notebook_draws_boundaries():
    found = [path for path in NOTEBOOKS.rglob("*.ipynb") if "checkpoints" not in str(path)]
    assert len(found) > 5
    assert [path.name for path in found if "boundar" in path.read_text("utf-8")] == []
