"""The published pages in a browser: links, network, phone, paper, screen reader, search."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import evidence_fixture
import pytest
import viewers

from yiduiyi_analysis import codebook
from yiduiyi_analysis.publish import execute, export, jobs, manifest
from yiduiyi_analysis.workspace import Workspace

ROOT = Path(__file__).parents[1]
COUNTY = "513434"  # 越西: the fewest schools
MADE = [f"{COUNTY}/county_evaluation", f"{COUNTY}/schools/{COUNTY}-001", "roster_audit"]
LOST = "513430/county_evaluation"
PAGES = ["index.html", *[f"{key}.html" for key in MADE]]


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """Return reports/current of a run of one county's report, one school's page and one of the programme."""
    viewers.need_chromium()
    ws = evidence_fixture.workspace_at(tmp_path_factory.mktemp("pages"))
    shutil.copytree(ROOT / "notebooks", ws.notebooks, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return _publish(ws).current


def _publish(ws: Workspace) -> Workspace:
    book, meta = codebook.load(ws.codebook), manifest.evidence_meta(ws)
    planned = {job.key: job for job in jobs.every(ws, book)}
    run_id = manifest.new_run_id()
    outcomes = execute.run([planned[key] for key in MADE], ws, ws.runs / run_id / "work", meta)
    assert [outcome.error for outcome in outcomes] == [None] * len(MADE)
    lost = execute.Outcome(planned[LOST], error="第 2 个单元：坏", finished_at="2026-02-02T10:00:00+08:00")
    manifest.publish(ws, run_id, [*outcomes, lost], list(planned.values()), meta)
    return ws


@pytest.fixture(scope="module")
def browser(published):
    """A browser that starts once the reports are there: notebooks do not run beside it."""
    with viewers.browser() as running:
        yield running


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.to, self.ids = [], set()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.add(attrs.get("id"))
        if tag == "a":
            self.to.append(attrs["href"])


def links(page: Path) -> _Links:
    found = _Links()
    found.feed(page.read_text("utf-8"))
    return found


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(published, name):
    page = published / name
    found = links(page)
    assert found.to
    inside = {to[1:] for to in found.to if to.startswith("#")}
    beside = {to.partition("#")[0] for to in found.to if not to.startswith("#")}
    assert inside <= found.ids
    assert [to for to in beside if not (page.parent / to).is_file()] == []


def test_the_index_leads_to_every_form_of_what_was_made(published):
    to = set(links(published / "index.html").to)
    assert {f"{key}.{form}" for key in MADE for form in export.FORMATS} <= to
    assert not [one for one in to if one.startswith(LOST)]


def test_a_report_leads_to_its_other_forms_and_back(published):
    to = links(published / f"{MADE[1]}.html").to
    assert {"../../index.html", f"{COUNTY}-001.docx", f"{COUNTY}-001.pdf", f"{COUNTY}-001.xlsx"} <= set(to)


@pytest.mark.parametrize("size", [viewers.DESK, viewers.PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_asks_nobody(published, browser, name, size):
    with browser.view(size) as seen:
        seen.open(published / name)
        assert (seen.elsewhere, seen.said, seen.too_wide()) == ([], [], 0)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_all(published, browser, name):
    with browser.view(viewers.PHONE) as seen:  # where most has to be moved sideways
        seen.open(published / name)
        assert seen.violations() == []


@pytest.mark.parametrize("name", PAGES)
def test_a_printed_page_is_never_empty(published, browser, name, tmp_path):
    with browser.view() as seen:
        seen.open(published / name)
        assert viewers.empty_pages(seen.printed(tmp_path / "page.pdf")) == []


def test_a_report_needs_no_script(published):
    assert "<script" not in (published / f"{MADE[0]}.html").read_text("utf-8")


def test_the_index_has_one_script_of_its_own_and_does_without(published, browser):
    index = published / "index.html"
    (script,) = re.findall(r"<script[^>]*>(.*?)</script>", index.read_text("utf-8"), re.DOTALL)
    assert len(script) < 2500 and "<script>" in index.read_text("utf-8")
    with browser.view(java_script_enabled=False) as seen:
        seen.open(index)
        assert seen.page.get_by_role("link", name=re.compile("越西县.*报告")).first.is_visible()
        assert not seen.page.locator("#find").is_visible()


def test_search_leaves_what_holds_every_word(published, browser):
    with browser.view() as seen:
        seen.open(published / "index.html")
        rows = seen.page.locator("[data-row]:visible")
        whole = rows.count()
        seen.page.fill("#find", "越西 反馈")
        pages = rows.all_inner_texts()
        assert pages and all("越西" in text and "反馈" in text for text in pages)
        assert f"找到 {len(pages)} 项" in seen.page.inner_text("#found")
        assert not seen.page.get_by_role("heading", name="全项目").is_visible()
        seen.page.fill("#find", "没有的县")
        assert (rows.count(), seen.page.inner_text("#found")) == (0, "没有找到")
        seen.page.fill("#find", "")
        assert rows.count() == whole


def test_the_index_tells_what_failed_and_how_good_the_data_are(published, browser):
    with browser.view() as seen:
        seen.open(published / "index.html")
        assert "第 2 个单元：坏" in seen.page.inner_text(".faults")
        assert seen.page.inner_text("table.lights tbody").count("县") == 7
        told = set(seen.page.locator(".light").all_inner_texts())
        assert told <= {"良好", "留意", "须处理", "没有数据"} and len(told) > 1


def test_a_phone_moves_wide_tables_inside_the_page(published, browser):
    with browser.view(viewers.PHONE) as seen:
        seen.open(published / f"{MADE[0]}.html")
        wide = "[...document.querySelectorAll('.table')].filter(t => t.scrollWidth > t.clientWidth)"
        assert seen.page.evaluate(f"{wide}.length") > 3
        assert seen.page.evaluate(f"{wide}.every(t => t.tabIndex == 0 && t.ariaLabel)")


def test_a_report_says_its_language_and_names_its_parts(published, browser):
    with browser.view() as seen:
        seen.open(published / f"{MADE[0]}.html")
        page = seen.page
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        assert [page.locator(part).count() for part in ("main", "header", "nav.contents", "h1")] == [1] * 4
        assert page.locator("th:not([scope])").count() == 0
        assert page.locator("img:not([alt]), img[alt='']").count() == 0
        assert page.locator("math").count() >= 1 and page.locator(".footnotes li").count() >= 1
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "跳到正文"
