"""What is published, and that it is published whole."""

import hashlib
import json
import os
import threading
from pathlib import Path

import pandas as pd
import pytest
import tiny

from yiduiyi_analysis import codebook, fingerprint
from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.publish import formats as forms_of
from yiduiyi_analysis.publish import jobs, manifest, provenance, schema, verify
from yiduiyi_analysis.publish.execute import Outcome

BOOK = codebook.load(tiny.CODEBOOK)
META = {"synthetic": True, "as_of": "2022-03-31"}
LATER = {"synthetic": True, "as_of": "2022-04-30"}
REAL = {"synthetic": False, "as_of": "2022-05-31"}
ZHAOJUE, XIDE = "513431/county_evaluation", "513432/county_evaluation"


@pytest.fixture
def ws(tmp_path):
    return tiny.workspace(tmp_path, [tiny.programme_report("summary"), tiny.county_report()])


def published(ws, meta=META, formats=("html",), **texts: str | None) -> manifest.Manifest:
    """Publish a run of 昭觉 and 喜德 (or summary) in these formats; a text of None is a failure."""
    keys = {"zhaojue": ZHAOJUE, "xide": XIDE, "summary": "summary"}
    planned = {job.key: job for job in jobs.every(ws, BOOK)}
    run_id = manifest.new_run_id()
    outcomes = [outcome(ws, planned[keys[name]], run_id, text, formats) for name, text in texts.items()]
    return manifest.publish(ws, run_id, outcomes, list(planned.values()), meta)


def outcome(ws, job, run_id: str, text: str | None, formats=("html",)) -> Outcome:
    if text is None:
        return Outcome(job, {}, "第 2 个单元：<b>坏</b>", 1.0, 1, "2026-02-02T10:00:00+08:00")
    folder = ws.runs / run_id / "work" / job.key
    folder.mkdir(parents=True)
    documents = {form: folder / f"report.{form}" for form in formats}
    for document in documents.values():
        document.write_text(text, "utf-8")
    return Outcome(job, documents, None, 2.0, 1, "2026-01-01T10:00:00+08:00")


def entry(made: manifest.Manifest, key: str) -> manifest.Entry:
    return next(entry for entry in made.reports if entry.key == key)


def read(ws, key: str) -> str:
    return (ws.current / f"{key}.html").read_text("utf-8")


def test_a_run_is_published_with_its_manifest(ws):
    made = published(ws, zhaojue="昭觉", summary="总")
    assert read(ws, ZHAOJUE) == "昭觉" and read(ws, "summary") == "总"
    assert manifest.current(ws) == made
    document = entry(made, ZHAOJUE).documents["html"]
    assert document.path == f"{ZHAOJUE}.html"
    assert document.sha256 == hashlib.sha256("昭觉".encode()).hexdigest() and document.bytes == 6
    assert made.versions["python"] and made.as_of == "2022-03-31"


def test_data_without_times_are_published_as_of_an_unknown_day(ws):
    ws.results.joinpath("meta.json").write_text('{"synthetic": true, "as_of": null}', "utf-8")
    published(ws, META, xide="喜德")
    made = published(ws, manifest.evidence_meta(ws), zhaojue="昭觉")
    assert made == manifest.current(ws) and made.as_of is None
    index = (ws.current / "index.html").read_text("utf-8")
    assert "<dt>数据截至</dt><dd>不详</dd>" in index and "None" not in index and "更新时数据已有" not in index
    assert index.count('<span class="state kept">数据已更新</span>') == 1  # 喜德, of another day


def test_a_run_of_one_county_leaves_the_others_in_place(ws):
    published(ws, zhaojue="旧", xide="喜德")
    made = published(ws, LATER, zhaojue="新")
    assert (read(ws, ZHAOJUE), read(ws, XIDE)) == ("新", "喜德")
    assert entry(made, XIDE).as_of == "2022-03-31" and entry(made, ZHAOJUE).as_of == "2022-04-30"
    assert entry(made, XIDE).run_id != entry(made, ZHAOJUE).run_id == made.run_id


def forms(ws, key: str) -> list[str]:
    return sorted(path.suffix[1:] for path in (ws.current / key).parent.glob(f"{key.split('/')[-1]}.*"))


def test_a_report_is_published_in_every_format_under_one_name(ws):
    made = published(ws, formats=forms_of.FORMATS, zhaojue="昭觉")
    assert forms(ws, ZHAOJUE) == sorted(forms_of.FORMATS)
    documents = entry(made, ZHAOJUE).documents
    assert {form: document.path for form, document in documents.items()} == {
        form: f"{ZHAOJUE}.{form}" for form in forms_of.FORMATS
    }


def test_documents_of_one_report_are_of_one_run(ws):
    """Asked for in fewer formats, a report loses the others: they would be older than what stands beside."""
    published(ws, formats=forms_of.FORMATS, zhaojue="旧", xide="喜德")
    made = published(ws, LATER, formats=("html", "pdf"), zhaojue="新")
    assert forms(ws, ZHAOJUE) == ["html", "pdf"] == sorted(entry(made, ZHAOJUE).documents)
    assert forms(ws, XIDE) == sorted(forms_of.FORMATS)
    assert f"{ZHAOJUE}.docx" not in (ws.current / "index.html").read_text("utf-8")


def test_a_failure_keeps_the_last_good_report_in_all_its_formats(ws):
    published(ws, formats=forms_of.FORMATS, zhaojue="好")
    kept = entry(published(ws, LATER, formats=("html",), zhaojue=None), ZHAOJUE)
    assert kept.status == "kept" and forms(ws, ZHAOJUE) == sorted(forms_of.FORMATS) == sorted(kept.documents)


def test_a_failure_keeps_the_last_good_report_and_says_so(ws):
    published(ws, zhaojue="好")
    made = published(ws, LATER, zhaojue=None)
    kept = entry(made, ZHAOJUE)
    assert (kept.status, kept.as_of, kept.finished_at[:10]) == ("kept", "2022-03-31", "2026-01-01")
    assert kept.failed_at[:10] == "2026-02-02" and made.failures == [kept]
    assert read(ws, ZHAOJUE) == "好"
    assert entry(published(ws, xide="喜德"), ZHAOJUE).status == "kept"
    assert entry(published(ws, zhaojue="修好"), ZHAOJUE).status == "ok"


def test_a_failure_with_nothing_to_keep_shows_no_document(ws):
    made = published(ws, zhaojue=None)
    assert entry(made, ZHAOJUE).status == "failed" and not entry(made, ZHAOJUE).documents
    assert not (ws.current / f"{ZHAOJUE}.html").exists()


def test_synthetic_and_real_reports_never_stand_side_by_side(ws):
    published(ws, zhaojue="合成", xide="合成")
    made = published(ws, REAL, zhaojue=None, summary="真")
    assert [e.key for e in made.reports] == ["summary", ZHAOJUE]
    assert entry(made, ZHAOJUE).status == "failed"
    assert not list(ws.current.glob("*/*.html"))


def test_a_report_no_longer_planned_goes(ws):
    published(ws, zhaojue="昭觉", summary="总")
    (ws.notebooks / "reports.yml").write_text(json.dumps([tiny.county_report()]), "utf-8")
    made = published(ws, xide="喜德")
    assert [e.key for e in made.reports] == [ZHAOJUE, XIDE] and not (ws.current / "summary.html").exists()


def test_a_document_that_somebody_removed_is_forgotten(ws):
    published(ws, zhaojue="昭觉", xide="喜德")
    (ws.current / f"{ZHAOJUE}.html").unlink()
    assert [e.key for e in published(ws, summary="总").reports] == ["summary", XIDE]


def test_a_broken_manifest_stops_no_run(ws):
    published(ws, zhaojue="昭觉")
    (ws.current / "manifest.json").write_text("{", "utf-8")
    assert manifest.current(ws) is None
    assert [e.key for e in published(ws, xide="喜德").reports] == [XIDE]


def test_the_front_page_leads_to_every_report_and_tells_failures(ws):
    pd.DataFrame([{"file": "a<b>.xlsx", "sheet": None, "instrument": "I02", "wave": "W3", "rows_read": 5,
                   "rows_kept": 4, "rows_set_aside": 1, "status": "read", "message": None}]).to_parquet(
        ws.results / "intake.parquet"
    )  # fmt: skip
    published(ws, zhaojue="昭觉", xide="喜德", summary="总")
    published(ws, xide=None)
    page = (ws.current / "index.html").read_text("utf-8")
    for key in (ZHAOJUE, XIDE, "summary"):
        assert f'href="{key}.html"' in page
    assert all(county in page for county in BOOK.counties["county"])
    assert "上次成功的版本" in page and "尚未生成" in page and 'data-mark="合成数据"' in page
    assert "教师问卷" in page and "终期" in page and ">I02<" not in page and ">W3<" not in page
    assert "<b>" not in page and "&lt;b&gt;坏" in page and "a&lt;b&gt;.xlsx" in page
    assert "http" not in page


def test_a_page_of_real_data_carries_no_mark(ws):
    published(ws, REAL, summary="真")
    assert "合成数据" not in (ws.current / "index.html").read_text("utf-8")


def test_a_reader_never_sees_half_a_set(ws):
    published(ws, zhaojue="0", xide="0")
    torn, over = [], threading.Event()

    def look():
        while not over.is_set():
            try:
                folder = ws.current.resolve(strict=True)
                made = manifest.Manifest.model_validate_json((folder / "manifest.json").read_text("utf-8"))
                texts = {(folder / e.documents["html"].path).read_text("utf-8") for e in made.reports}
                torn.extend([texts] if len(texts) != 1 else [])
            except Exception as error:
                torn.append(error)

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(1, 15):
        published(ws, zhaojue=str(number), xide=str(number))
    over.set()
    reader.join()
    assert not torn


def test_each_entry_tells_of_its_run(ws):
    planned = {job.key: job for job in jobs.every(ws, BOOK)}
    basis = manifest.Basis("2026-01-01T09:00:00+08:00", "plan", {ZHAOJUE: {"data": "1"}})
    pd.DataFrame(
        {"county_code": ["513431", "513431", "all"], "status": ["suppressed", "ok", "suppressed_secondary"]}
    ).to_parquet(ws.results / "evidence.parquet")
    run_id = manifest.new_run_id()
    ran = [outcome(ws, planned[ZHAOJUE], run_id, "昭觉"), outcome(ws, planned["summary"], run_id, "总")]
    meta = META | {"latest": {"513431": "2022-02-02"}}
    made = manifest.publish(ws, run_id, ran, list(planned.values()), meta, basis)
    told = entry(made, ZHAOJUE)
    assert (told.as_of, told.protected, told.parts) == ("2022-02-02", 1, {"data": "1"}) and told.fingerprint
    assert (entry(made, "summary").as_of, entry(made, "summary").protected) == ("2022-03-31", 2)
    assert (made.started_at, made.plan, made.planned) == (basis.started_at, "plan", len(planned))
    assert "数据已更新" not in (ws.current / "index.html").read_text("utf-8")


def test_inputs_are_told_with_the_checksum_that_cleaning_took(ws):
    rows = {"file": ["a/b.xlsx", "gone.csv"], "rows_read": [1, 2], "sheet": [None, None]}
    pd.DataFrame(rows).to_parquet(ws.results / "intake.parquet")
    ws.clean.mkdir(parents=True)
    fingerprint.leave(ws.clean, {}, files={"data/demo/a/b.xlsx": "123", "data/source/annex.txt": "4"})
    assert [(row["file"], row["sha256"]) for row in provenance.inputs(ws)] == [
        ("a/b.xlsx", "123"),
        ("gone.csv", None),
    ]


def test_a_manifest_of_an_older_run_is_read(ws):
    published(ws, zhaojue="昭觉")
    path = ws.current / "manifest.json"
    told = json.loads(path.read_text("utf-8"))
    for name in ("lights", "started_at", "latest", "lock_sha256", "plan", "planned"):
        del told[name]
    for one in told["reports"]:
        for name in ("notebook", "fingerprint", "parts", "peak_mb", "warnings", "protected"):
            del one[name]
    path.write_text(json.dumps(told), "utf-8")
    assert entry(manifest.current(ws), ZHAOJUE).parts == {}
    assert entry(published(ws, xide="喜德"), ZHAOJUE).status == "ok"


def test_the_published_schema_is_that_of_the_manifests():
    """After a change: make schema."""
    assert (Path(__file__).parents[1] / "docs/manifest.schema.json").read_text("utf-8") == schema.text()


class TestVerify:
    """What is published against its manifest."""

    def test_what_was_published_agrees(self, ws):
        published(ws, formats=forms_of.FORMATS, zhaojue="昭觉", summary="总")
        assert verify.run(ws) == verify.Checked([], 8)

    def test_nothing_published_is_told(self, ws):
        with pytest.raises(Fault, match="还没有发布报告"):
            verify.run(ws)

    @pytest.mark.parametrize(
        ("done", "told"),
        [
            (lambda at: at.joinpath("summary.html").write_text("总！", "utf-8"), "summary.html：大小是"),
            (
                lambda at: at.joinpath("summary.html").write_text("会", "utf-8"),
                "summary.html：内容与清单不符",
            ),
            (lambda at: at.joinpath("summary.html").unlink(), "summary.html：缺少"),
            (lambda at: at.joinpath("index.html").unlink(), "index.html：缺少"),
            (
                lambda at: at.joinpath("513431/more.html").write_text("", "utf-8"),
                "513431/more.html：清单里没有",
            ),
            (
                lambda at: at.joinpath("manifest.json").write_text("{}", "utf-8"),
                "manifest.json：run_id 不合格式",
            ),
            (lambda at: at.joinpath("manifest.json").write_text("{", "utf-8"), "manifest.json：不合格式"),
        ],
        ids=["longer", "changed", "missing", "no index", "extra", "not a manifest", "not JSON"],
    )
    def test_a_difference_is_one_line(self, ws, done, told):
        published(ws, zhaojue="昭觉", summary="总")
        done(ws.current)
        assert verify.run(ws).faults[0].startswith(told)


def test_a_system_without_links_gets_a_folder(ws, monkeypatch):
    def refuse(*_, **__):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(Path, "symlink_to", refuse)
    published(ws, zhaojue="一")
    published(ws, xide="二")
    assert not ws.current.is_symlink() and (read(ws, ZHAOJUE), read(ws, XIDE)) == ("一", "二")
    monkeypatch.undo()
    published(ws, zhaojue="三")
    assert (read(ws, ZHAOJUE), read(ws, XIDE)) == ("三", "二")


def test_a_set_that_cannot_be_finished_changes_nothing(ws, monkeypatch):
    published(ws, zhaojue="好")
    monkeypatch.setattr(manifest.front, "page", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        published(ws, zhaojue="新", xide="新")
    assert read(ws, ZHAOJUE) == "好" and not (ws.current / f"{XIDE}.html").exists()


def test_without_evidence_it_says_what_to_run(ws):
    (ws.results / "meta.json").unlink()
    with pytest.raises(Fault, match="yiduiyi analyse"):
        manifest.evidence_meta(ws)


@pytest.mark.parametrize("text", ["{", "{}", "[]", '{"synthetic": true}'])
def test_half_a_description_of_the_evidence_stops_the_run(ws, text):
    (ws.results / "meta.json").write_text(text, "utf-8")
    with pytest.raises(Fault, match="文件不完整"):
        manifest.evidence_meta(ws)


def test_run_ids_differ_and_sort_by_time():
    ids = [manifest.new_run_id() for _ in range(20)]
    assert len(set(ids)) == 20 and [i[:16] for i in ids] == sorted(i[:16] for i in ids)


def test_the_pages_of_units_lie_below_their_county_and_the_front_page_links_them(ws):
    page = jobs.Job("page", ws.notebooks / "page.ipynb", "甲校反馈页", {}, "513431", "昭觉县", "终期", "a+1")
    failed = jobs.Job("page", ws.notebooks / "page.ipynb", "乙校反馈页", {}, "513431", "昭觉县", "终期", "b")
    run_id = manifest.new_run_id()
    outcomes = [outcome(ws, page, run_id, "甲"), outcome(ws, failed, run_id, None)]
    made = manifest.publish(ws, run_id, outcomes, [page, failed, *jobs.every(ws, BOOK)], META)
    assert read(ws, "513431/schools/a+1") == "甲" and entry(made, page.key).unit_id == "a+1"
    front = (ws.current / "index.html").read_text("utf-8")
    assert '<a href="513431/schools/a+1.html">甲校反馈页</a>' in front
    assert "乙校反馈页" in front and "生成失败" in front and front.count("甲校反馈页") == 1
