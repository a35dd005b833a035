"""A county's report tells nothing of another county: each county's data get values that no other has."""

import base64
import io
import json
import re
import shutil

import evidence_fixture
import numpy as np
import pandas as pd
import pytest
import tiny
import yaml
from evidence_fixture import ROOT, SIZES
from PIL import Image

from yiduiyi_analysis import codebook
from yiduiyi_analysis.publish import pipeline
from yiduiyi_analysis.workspace import Workspace

PLACES = [*SIZES, "all"]
RUN = ["513431", "513434"]
OTHER = "513430"
PICTURE = re.compile(r"data:image/(?:png|webp);base64,([A-Za-z0-9+/=]+)")
UNREAD = re.compile(r"<style.*?</style>|style=\"[^\"]*\"|data:[^\"')]+", re.DOTALL)
PLANTED = {
    "counts": f'tables.response(results.read("{OTHER}", wave))',
    "alternative": f'charts.item_shares(results.read("{OTHER}", wave), "R")',
    "names": f'tables.schools(results.read("{OTHER}", wave))',
    "programme": 'wording.levels(results.read(wave=wave), "R.mean")',
}
LOAD = "from yiduiyi_analysis.present import charts, results, style, tables, wording\nstyle.use()"


def mark(place: str) -> int:
    """Return 11, 22 … 77 for the counties and 88 for the programme: its percents, points and counts."""
    return 11 * (1 + PLACES.index(place))


def marked(evidence: pd.DataFrame, marks: dict[str, int]) -> pd.DataFrame:
    """Return evidence in which nothing is hidden and every number of a place carries its mark."""
    own = evidence["county_code"].map(marks).astype(float)
    value = np.select(
        [evidence["unit"].isin(["rate", "rate_points"]), evidence["unit"] == "count"],
        [own / 100, 60_000 + own],
        2 + own / 100,
    )
    known = ~evidence["status"].isin(["count", "no_data"])
    some = np.where(evidence["group"] == "given", 10_000, 0)  # those with the conditions are not all
    return evidence.assign(
        value=pd.array(value, "Float64"),
        lo=pd.array(value - 0.001, "Float64"),
        hi=pd.array(value + 0.001, "Float64"),
        n=(70_000 - some + own).astype("Int64"),
        N=(90_000 + own).astype("Int64"),
        status=np.where(known, "ok", "count"),
    ).assign(lo=lambda t: t["lo"].where(known), hi=lambda t: t["hi"].where(known))


def judged(table: pd.DataFrame, marks: dict[str, int]) -> pd.DataFrame:
    """Return verdicts in which every number of a place carries its mark."""
    own = table["county_code"].map(marks)
    value = pd.array(2 + own / 100, "Float64")
    sizes = {"n": (70_000 + own).astype("Int64"), "N": (90_000 + own).astype("Int64")}
    return table.assign(value=value, lo=value - 0.001, hi=value + 0.001, unit="points", **sizes)


def compared(table: pd.DataFrame, marks: dict[str, int]) -> pd.DataFrame:
    """Return figures with and without careless answers in which every number of a place carries its mark."""
    own = table["county_code"].map(marks)
    values, sizes = pd.array(2 + own / 100, "Float64"), (70_000 + own).astype("Int64")
    numbers = {"value_all": values, "value_without": values, "n_all": sizes, "n_without": sizes}
    return table.assign(**numbers, unit="points", status="ok")


def world(root, marks: dict[str, int]) -> Workspace:
    """Return results of seven counties in which each has numbers and names of its own, and the notebooks."""
    ws = Workspace(root)
    for part in ("data/codebook", "notebooks"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    evidence_fixture.write(ws)
    evidence_fixture.edit(ws, "evidence", lambda table: marked(table, marks))
    evidence_fixture.edit(ws, "milestones", lambda table: judged(table, marks))
    evidence_fixture.edit(ws, "sensitivity", lambda table: compared(table, marks))

    def own(table):
        return table["county_code"].map(marks)

    def size(table):
        return (10_000 * own(table) + table.groupby("county_code").cumcount()).astype("Int64")

    evidence_fixture.edit(
        ws, "schools", lambda t: t.assign(teachers=size(t), institution=_named("单位", own(t)))
    )
    evidence_fixture.edit(ws, "counties", lambda t: t.assign(institution=_named("单位", own(t))))
    evidence_fixture.edit(ws, "helpers", lambda t: t.assign(helper=_named("帮扶", own(t))))
    evidence_fixture.edit(ws, "quality", lambda t: t.assign(rows=(800_000 + own(t)).astype("Int64")))
    evidence_fixture.edit(ws, "clauses", lambda t: t.assign(have=70_000 + own(t), of=90_000 + own(t)))
    evidence_fixture.edit(ws, "candidates", lambda t: t.assign(consent=True, score=2 + own(t) / 100))
    evidence_fixture.edit(ws, "roster_ledger", lambda t: t.assign(before=_named("原文", own(t))))
    return ws


def _named(word: str, own: pd.Series) -> pd.Series:
    return (word + own.astype(str) + "号").astype("string")


def secrets(ws: Workspace, place: str) -> set[str]:
    """Return what only this place's report may say: its numbers, names, schools, institution, helpers."""
    own = mark(place)
    numbers = {f"{own}%", f"2.{own}", f"600{own}", f"700{own}", f"900{own}", f"8000{own}"}
    if place == "all":
        return numbers
    schools, units = (
        table[table["county_code"] == place]
        for table in (pd.read_parquet(ws.results / f"{name}.parquet") for name in ("schools", "units"))
    )
    _, name = codebook.load(ws.codebook).county(place)
    words = {f"{word}{own}号" for word in ("单位", "帮扶", "原文")} | {place, name, name.removesuffix("县")}
    sizes = {str(number) for number in schools["teachers"]}
    return numbers | words | sizes | {*schools["school"], *schools["school_id"], *units["unit_label"]}


def leaks(html: str, ws: Workspace, own: str) -> set[str]:
    """Return what a county's page says of any other place, texts beside the pictures included."""
    read = UNREAD.sub("", html).replace(",", "")
    foreign = set().union(*(secrets(ws, place) for place in PLACES if place != own))
    return {said for said in foreign if re.search(rf"(?<![\d.]){re.escape(said)}(?!\d|\.\d)", read)}


def page(ws: Workspace, code: str, name: str = "county_evaluation") -> str:
    return (ws.current / code / f"{name}.html").read_text("utf-8")


def pictures(html: str) -> list[bytes]:
    return [base64.b64decode(data) for data in PICTURE.findall(html)]


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    """Return a workspace whose two counties are published, and beside them a report for each planted leak."""
    ws = world(tmp_path_factory.mktemp("seven"), {place: mark(place) for place in PLACES})
    reports = yaml.safe_load((ws.notebooks / "reports.yml").read_text("utf-8"))
    for name, cell in PLANTED.items():
        own = [f"wording.{say}(results.read(county_code, wave))" for say in ("response", "no_control")]
        made = tiny.notebook(LOAD, *own, f"wording.heading(results.read(county_code, wave))\n{cell}")
        made["cells"][0]["source"] = 'county_code = "513431"\nwave = "W3"'
        (ws.notebooks / f"{name}.ipynb").write_text(json.dumps(made), "utf-8")
        reports.append(tiny.county_report(name, parameters={"wave": "W3"}))
    (ws.notebooks / "reports.yml").write_text(json.dumps(reports, ensure_ascii=False), "utf-8")
    run = pipeline.run(ws, counties=RUN, only=["county_evaluation"], workers=2)
    planted = pipeline.run(ws, counties=RUN[:1], only=list(PLANTED), workers=2)
    pages = pipeline.run(ws, counties=RUN[1:], only=["school_feedback"], workers=2)
    assert [o.error for o in (*run.outcomes, *planted.outcomes, *pages.outcomes) if not o.ok] == []
    return ws


@pytest.mark.parametrize("code", RUN)
def test_a_county_report_says_its_own_and_nothing_of_another_county_or_the_programme(ws, code):
    html = page(ws, code)
    own = secrets(ws, code)
    said = {word for word in own if word in UNREAD.sub("", html)}
    assert {f"{mark(code)}%", f"2.{mark(code)}", f"700{mark(code)}", f"单位{mark(code)}号"} <= said
    assert len(said) > len(SIZES[code])
    assert leaks(html, ws, code) == set()


def test_the_pages_of_units_say_nothing_of_another_county_or_the_programme(ws):
    pages = sorted((ws.current / RUN[1] / "schools").glob("*.html"))
    assert [path.stem for path in pages] == [f"{RUN[1]}-00{k}" for k in range(1, 5)]
    for path in pages:
        html = path.read_text("utf-8")
        assert f"2.{mark(RUN[1])}" in html and leaks(html, ws, RUN[1]) == set()


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_leak_is_caught(ws, name):
    assert leaks(page(ws, RUN[0], name), ws, RUN[0])


@pytest.mark.parametrize("code", RUN)
def test_pictures_carry_pixels_and_a_text_beside_them_but_nothing_inside(ws, code):
    html = page(ws, code)
    held = pictures(html)
    assert len(held) >= 10
    assert {key for png in held for key in Image.open(io.BytesIO(png)).info} <= {"dpi", "loop", "background"}
    alts = re.findall(r"<img[^>]*\balt=\"([^\"]*)\"", html)
    assert len(alts) == len(held) and all(alts)


def test_changing_every_other_county_changes_not_a_pixel_of_this_one(ws, tmp_path):
    code = RUN[1]
    marks = {place: mark(place) if place == code else mark(place) + 1 for place in PLACES}
    other = world(tmp_path / "other", marks)
    assert pipeline.run(other, counties=[code], only=["county_evaluation"], workers=1).exit_status == 0
    assert pictures(page(ws, code)) == pictures(page(other, code))
    assert leaks(page(other, code), ws, code) == set()
