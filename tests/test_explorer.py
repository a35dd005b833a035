"""The explorer without a browser: its controls say what is drawn, and what cannot be drawn is a sentence."""

import shutil

import pandas as pd
import pytest
from evidence_fixture import county, programme, shared, workspace_at

from yiduiyi_analysis.errors import Fault
from yiduiyi_analysis.present import explorer
from yiduiyi_analysis.present.display import Chart, Markdown, Table
from yiduiyi_analysis.workspace import write_parquet

ROOT = shared().root


def opened(**options) -> explorer.Explorer:
    return explorer.Explorer("513431", "W3", root=ROOT, **options)


def drawn(shown: explorer.Explorer) -> list[str]:
    """Return the HTML or text that the output holds, part by part."""
    bundles = [output["data"] for output in shown.output.outputs]
    return [bundle.get("text/html") or bundle["text/markdown"] for bundle in bundles]


def test_it_opens_with_a_figure_its_table_and_the_code_of_both():
    shown = opened()
    assert [type(part) for part in shown.shown] == [Chart, Table, Markdown]
    assert 'report = results.read("513431", "W3")' in drawn(shown)[2]
    assert 'charts.indicator_waves(report, "B.mean")' in drawn(shown)[2]
    assert "昭觉县" in drawn(shown)[0] and "<img" in drawn(shown)[0]


def test_another_county_is_drawn_as_soon_as_it_is_chosen():
    shown = opened()
    before, picture = drawn(shown), shown.shown[0].png
    shown.county.value = "513432"
    assert "喜德县" in shown.shown[0].title
    assert shown.shown[0].png != picture and drawn(shown) != before


def test_all_counties_together_are_a_choice():
    shown = opened()
    shown.county.value = "all"
    assert shown.shown[0].title.startswith("七县")
    assert 'results.read(wave="W3")' in drawn(shown)[2]


def test_wave_indicator_and_breakdown_are_followed():
    shown = opened()
    shown.wave.value = "W2"
    assert "截至一年" in shown.shown[0].title
    shown.indicator.value = "B1.top2"
    assert "前两档" in shown.shown[0].title
    shown.breakdown.value = explorer.COUNTIES
    assert shown.shown[0].title.startswith("各县一年的水平")
    assert "金阳县" in drawn(shown)[1]


def test_another_topic_offers_its_own_indicators_and_draws_the_first():
    shown = opened()
    shown.topic.value = next(topic for topic in shown.topics if "反应" in topic)
    assert shown.indicator.value == "R.mean"
    assert "反应" in shown.shown[0].title


@pytest.mark.parametrize("breakdown", [explorer.COUNTIES, explorer.ITEMS])
def test_the_code_it_shows_makes_what_it_shows(breakdown, monkeypatch):
    monkeypatch.setenv("YIDUIYI_ROOT", str(ROOT))
    chart, table, code = explorer.look("513431", "W3", "B.mean", breakdown)
    *reads, first, second = code.text.split("```python\n")[1].removesuffix("\n```").splitlines()
    space = {name: getattr(explorer, name) for name in ("charts", "tables", "results")}
    exec("\n".join(reads), space)
    assert eval(first, space).png == chart.png
    assert eval(second, space).html() == table.html()


def test_every_indicator_of_every_topic_can_be_asked_for_over_the_waves():
    for names in explorer.topics(programme()).values():
        assert set(names.values()) <= set(programme().evidence["indicator"])
        assert list(names.values()) == list(dict.fromkeys(names.values()))


@pytest.mark.parametrize(
    ("indicator", "function"),
    [
        ("B1.top2", "item_shares"),
        ("five_washes.rate", "item_shares"),
        ("T1.self_mean", "self_expert"),
        ("S2.done", "deliverables"),
        ("I05.score", "breakdown"),
    ],
)
def test_items_are_told_in_the_way_of_their_kind(indicator, function):
    first, second = explorer.calls(county(), indicator, explorer.ITEMS, ROOT)
    assert first.function.__name__ == function
    assert (first.function.__module__.split(".")[2], second.function.__module__.split(".")[2]) == (
        "charts", "tables")  # fmt: skip


def test_what_has_no_items_says_so_and_asks_for_another_breakdown():
    said = explorer.look("513431", "W3", "I02.response", explorer.ITEMS, ROOT)
    assert [type(part) for part in said] == [Markdown]
    assert "请换一种分组" in said[0].text


def test_without_clean_data_the_raw_answers_are_a_sentence_with_what_to_do():
    shown = opened(breakdown=explorer.RAW)
    assert drawn(shown) == ["没有清洗后的数据（缺少 data/clean/answers.parquet）。请先运行 yiduiyi run。"]
    shown.breakdown.value = explorer.WAVES
    assert isinstance(shown.shown[0], Chart)


def test_raw_answers_are_those_of_the_place_and_wave(tmp_path):
    ws = workspace_at(tmp_path)
    table = pd.DataFrame({"wave": ["W3", "W3", "W2"], "item_id": "B1", "value": [5.0, 4.0, 1.0]})
    write_parquet(table, ws.clean / "answers.parquet" / "513431.parquet")
    chart, code = explorer.look("513431", "W3", "B.mean", explorer.RAW, ws.root)
    assert "前两档 100%" in chart.alt
    assert "explorer.microdata(report" in code.text


def test_without_results_one_sentence_says_what_to_run(tmp_path):
    ws = workspace_at(tmp_path)
    shutil.rmtree(ws.results / "evidence.parquet")
    shown = explorer.Explorer("513431", "W3", root=ws.root)
    assert drawn(shown) == ["还没有分析结果（缺少 data/results/evidence.parquet）。请先运行 yiduiyi run。"]


def test_an_unknown_county_is_told_with_those_there_are():
    assert "昭觉县" in drawn(explorer.Explorer("999999", root=ROOT))[0]
    with pytest.raises(Fault, match="没有清洗后的数据"):
        explorer.microdata(county(), "answers", ROOT)


def test_what_is_displayed_is_the_box_of_controls_and_output():
    shown = opened()
    assert "application/vnd.jupyter.widget-view+json" in shown._repr_mimebundle_()
    names = [control.description for row in shown.box.children[:2] for control in row.children]
    assert names == ["县", "轮次", "分组", "主题", "指标"]
    assert shown.box.children[2] is shown.output
