"""The front page as made: whose lights, which failures, how fresh, and how large for a whole country."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import tiny
import viewers

from yiduiyi_analysis import codebook
from yiduiyi_analysis.publish import front, jobs, manifest

BOOK = codebook.load(tiny.CODEBOOK)
SIZES = {"html": 1_234_567, "docx": 876_000, "pdf": 999_600, "xlsx": 900}
NOW = "2022-05-01T12:00:00+08:00"


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> list[jobs.Job]:
    ws = tiny.workspace(
        tmp_path_factory.mktemp("front"), [tiny.programme_report("summary"), tiny.county_report()]
    )
    return jobs.every(ws, BOOK)


def entry(job: jobs.Job, **told) -> manifest.Entry:
    """Return the entry of a report made in all four forms, but for what is `told`."""
    documents = {
        form: manifest.Document(path=f"{job.key}.{form}", sha256="", bytes=n) for form, n in SIZES.items()
    }
    given = {
        name: getattr(job, name)
        for name in ("key", "name", "title", "county_code", "county", "wave", "unit_id")
    }
    made = {
        "parameters": {}, "status": "ok", "error": None, "failed_at": None, "run_id": "r", "attempts": 1,
        "as_of": "2022-04-20", "seconds": 1, "finished_at": "2022-04-30T09:30:00+08:00",
        "documents": documents,
    }  # fmt: skip
    return manifest.Entry(**given | made | told)


def page(planned, entries, lights=()) -> str:
    made = manifest.Manifest(
        run_id="r", finished_at=NOW, as_of="2022-04-20", synthetic=True, versions={}, inputs=[],
        lights=list(lights), reports=entries,
    )  # fmt: skip
    return front.page(made, planned, BOOK)


def lamp(county: str, light: str, value: float | None, state: str) -> manifest.Lamp:
    return manifest.Lamp(county_code=county, light=light, wave="W3", value=value, state=state)


def row(html: str, key: str) -> str:
    """Return the page's rows of one county."""
    return re.search(rf'<tbody data-row="{key}">(.*?)</tbody>', html, re.DOTALL)[1]


def test_every_form_stands_with_its_size(planned):
    html = page(planned, [entry(job) for job in planned])
    shown = re.sub(r"<[^>]+>|\s", "", row(html, "513431"))
    assert "网页1.2MBWord876KBPDF1.0MBExcel1KB" in shown


def test_a_report_older_than_the_data_says_so(planned):
    html = page(planned, [entry(job, as_of="2022-01-20") for job in planned if job.county_code == "513431"])
    assert "数据已更新" in row(html, "513431") and "尚未生成" in row(html, "513432")


def test_the_page_says_how_old_the_data_were(planned):
    assert "<dd>11 天</dd>" in page(planned, [])


def test_a_kept_report_and_a_lost_one_are_told_apart(planned):
    failed = {"error": "坏了", "failed_at": NOW}
    entries = [
        entry(job, **failed, status="kept" if job.county_code == "513431" else "failed",
              **({} if job.county_code == "513431" else {"documents": {}}))
        for job in planned if job.county_code in ("513431", "513432")
    ]  # fmt: skip
    html = page(planned, entries)
    faults = re.search(r'<section class="faults".*?</section>', html, re.DOTALL)[0]
    assert faults.count("坏了") == 1  # one cause, told once
    assert "2022-04-30 09:30 生成，数据截至 2022-04-20" in faults and "此前没有成功的版本" in faults
    assert "上次成功的版本" in row(html, "513431") and "href" in row(html, "513431")
    assert "生成失败" in row(html, "513432") and "href" not in row(html, "513432")


def test_a_county_shows_its_gravest_light_in_words(planned):
    lamps = [lamp("513431", "teachers", 0.91, "green"), lamp("513431", "hidden", 0.452, "red"),
             lamp("513431", "absent", None, "none"), lamp("513432", "teachers", 0.91, "green")]  # fmt: skip
    html = page(planned, [entry(job) for job in planned], lamps)
    said = re.sub(r"<[^>]+>|\s", "", row(html, "513431"))
    assert said.startswith(f"昭觉县须处理{BOOK.lights['hidden'].label}45%")
    assert "良好" in row(html, "513432") and "须处理" not in row(html, "513432")


@pytest.fixture(scope="module")
def country(planned, tmp_path_factory) -> Path:
    """Return the page of 3,000 counties with ten pages of schools each."""
    (job,) = [job for job in planned if job.county_code == "513431"]
    school = replace(job, name="school_feedback", unit_id="x", title="昭觉县样例小学反馈页")
    many = [
        replace(
            one, county_code=f"{100000 + k}", county=f"第{k}县", title=one.title.replace("昭觉", f"第{k}")
        )
        for k in range(3000)
        for one in [job, *[replace(school, unit_id=f"{100000 + k}-{n:03d}") for n in range(10)]]
    ]
    lamps = [lamp(f"{100000 + k}", name, 0.5, "amber") for name in BOOK.lights for k in range(3000)]
    index = tmp_path_factory.mktemp("country") / "index.html"
    index.write_text(page(many, [entry(one) for one in many], lamps), "utf-8")
    return index


def test_a_page_of_three_thousand_counties_is_no_larger_than_a_browser_likes(country):
    html = country.read_text("utf-8")
    assert country.stat().st_size < 10e6
    assert html.count("<tbody data-row=") == 3000 and html.count("<li data-row=") == 30_000
    assert "<details data-part>" in html and "open data-open" not in html


def test_one_of_three_thousand_counties_is_found_while_typing(country):
    with viewers.browser() as browser, browser.view() as seen:
        seen.open(country)
        seen.page.fill("#find", "第2999县")
        assert seen.page.inner_text("#found") == "找到 12 项"  # its report, its lights, its ten schools
        assert seen.page.locator("details[open]").count() == 1
        assert (seen.said, seen.too_wide()) == ([], 0)
