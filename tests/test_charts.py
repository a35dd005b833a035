"""Every figure: drawn with its denominator and what its interval is, or a line where there is nothing."""

import dataclasses
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from evidence_fixture import county, hidden, programme, without
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from yiduiyi_analysis.present import charts, style
from yiduiyi_analysis.present.charts import many, parts, tilemap
from yiduiyi_analysis.present.display import Markdown

COUNTY = {
    "response_by_wave": charts.response_by_wave,
    "response_by_unit": charts.response_by_unit,
    "item_shares": lambda held: charts.item_shares(held, "B"),
    "heads_items": lambda held: charts.item_shares(held, "PM"),
    "habit_items": lambda held: charts.item_shares(held, "X"),
    "dimension_waves": charts.dimension_waves,
    "habit_waves": charts.habit_waves,
    "self_expert": charts.self_expert,
    "county_tasks": lambda held: charts.deliverables(held, "C"),
    "school_tasks": lambda held: charts.deliverables(held, "S"),
    "school_sizes": charts.school_sizes,
    "rule_counts": charts.rule_counts,
    "item_changes": lambda held: charts.item_changes(held, "B"),
    "network": charts.network,
    "school_stages": lambda held: charts.school_stages(held, "S"),
    "calendar": lambda held: charts.calendar(held, "I07.form"),
    "coverage": lambda held: charts.coverage(held, "I07.schools", "I07.teachers"),
    "monthly": lambda held: charts.monthly(held, "I10.active", "I10.dual"),
    "funds": lambda held: charts.funds(held, "I09.budget", "I09.paid", "I09.category"),
    "indicator_waves": lambda held: charts.indicator_waves(held, "I05.score", "I05.pass", "I05.gain"),
    "domains": lambda held: charts.breakdown(held, "I05.score"),
    "observed": lambda held: charts.breakdown(held, "I11.mean"),
    "unit_levels": lambda held: charts.unit_levels(held, "513431-001"),
}
PROGRAMME = {
    "response_map": charts.response_map,
    "county_levels": lambda held: charts.county_levels(held, "R.mean", "B.mean"),
    "county_shares": lambda held: charts.county_levels(held, "five_both.rate"),
    "county_gap": lambda held: charts.county_levels(held, "I01.gap"),
    "tasks_of_counties": lambda held: charts.county_deliverables(held, "C"),
    "tasks_of_schools": lambda held: charts.county_deliverables(held, "S"),
    "size_bands": charts.size_bands,
    "county_changes": lambda held: charts.county_changes(held, "R6.top2", "B.mean"),
    "intake_rows": charts.intake_rows,
    "calendar_of_all": lambda held: charts.calendar(held, "I07.form"),
    "questions": charts.questions,
    "tile_map": lambda held: charts.tile_map(held, "R6.top2"),
    "county_scores": lambda held: charts.county_levels(held, "I05.score"),
}
ALL = [(name, draw, county) for name, draw in COUNTY.items()] + [
    (n, d, programme) for n, d in PROGRAMME.items()
]


def named(ax, which: str) -> list[str]:
    """Return the names of the rows or columns of a figure, in their order."""
    return [text.get_text() for text in ax.texts if text.get_gid() == which]


def inside(ax) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_gid() is None]


def bars(ax) -> list[list[tuple[float, float]]]:
    """Return where the bars of each series begin and end, from left to right."""
    series = [drawn for drawn in ax.collections if isinstance(drawn, PolyCollection)]
    return [
        [(path.get_extents().x0, path.get_extents().x1) for path in drawn.get_paths()] for drawn in series
    ]


def texts(figure: Figure) -> list[str]:
    found = [text.get_text() for ax in figure.axes for text in ax.texts]
    return found + [
        label.get_text() for ax in figure.axes for label in (*ax.get_xticklabels(), *ax.get_yticklabels())
    ]


@pytest.mark.parametrize(("name", "draw", "place"), ALL, ids=[name for name, *_ in ALL])
def test_each_figure_says_who_stands_behind_it_and_what_its_interval_is(name, draw, place):
    chart = draw(place())
    assert isinstance(chart, charts.Chart)
    assert re.search(r"n/N|N＝|n 为|为 n|人数 n|单位数|\d+ 所|\d+ 名|行数|答卷数|依县的台账", chart.note), (
        chart.note
    )
    assert "区间" in chart.note + "".join(ax.get_xlabel() for ax in chart.figure.axes)
    assert chart.alt.endswith("。") and len(chart.alt) > 20
    assert [text.get_text() for text in chart.figure.texts] == [style.MARK] * len(chart.figure.texts)
    assert chart.figure.texts


def test_real_data_carry_no_mark():
    assert charts.response_by_wave(county(synthetic=False)).figure.texts == []


@pytest.mark.parametrize("draw", [charts.self_expert, charts.dimension_waves, charts.response_by_unit])
def test_a_county_where_all_is_hidden_can_still_be_drawn(draw):
    held, gone = county("513434"), dict.fromkeys(("value", "lo", "hi", "n"), pd.NA)
    table = held.evidence.assign(**gone, status="suppressed").astype(held.evidence.dtypes)
    chart = draw(dataclasses.replace(held, evidence=table))
    assert "*" in texts(chart.figure)


@pytest.mark.parametrize(("name", "draw", "place"), ALL, ids=[name for name, *_ in ALL])
def test_without_evidence_there_is_a_line_and_no_crash(name, draw, place):
    held = without(place(), ".*")
    gone = ("schools", "intake", "quality", "testitems")
    none = {table: getattr(held, table).iloc[:0] for table in gone}
    shown = draw(type(held)(**{**vars(held), **none}))
    assert isinstance(shown, Markdown) and "没有可用的数据" in str(shown)


def test_values_counts_and_marks_are_written_beside_the_points():
    held = hidden(county(), "B2.top2")
    chart = charts.item_shares(held, "B")
    row = held.one("B1.top2")
    assert f"{row.n}/{row.N}" in texts(chart.figure)
    assert "*" in texts(chart.figure)
    assert "* 为保护个人信息而不公布" in chart.note
    assert "让学生动手或讨论 *" in chart.alt


def test_a_reversed_item_is_named_as_such():
    chart = charts.item_shares(county(), "B")
    assert "▼ 照着课本念到下课（反向题，越低越好）" in [
        text.replace("\n", "") for text in texts(chart.figure)
    ]
    assert "比例越低越好" in chart.note
    assert "▼" in chart.note
    assert "前两档指“经常”或“总是”" in chart.note
    assert "反向" not in charts.item_shares(county(), "O").note


def test_counties_stand_in_the_order_of_their_codes_not_of_their_values():
    chart = charts.county_levels(programme(), "R.mean")
    assert named(chart.figure.axes[0], parts.ROWS) == [*programme().codebook.counties["county"], "七县"]
    assert "不是名次" in chart.note


def test_students_have_no_population():
    assert "不列 N" in charts.item_shares(county(), "X").note


def test_the_bars_show_both_ends_and_the_middle_around_the_line():
    held, ax = county(), charts.item_shares(county(), "O").figure.axes[0]
    widths = [[end - start for start, end in series] for series in bars(ax)]
    low, top = ([held.one(f"O{k}.{end}").value for k in range(1, 5)] for end in ("low2", "top2"))
    assert widths[0] == pytest.approx(low) and widths[2] == pytest.approx(top)
    assert [sum(shares) for shares in zip(*widths, strict=True)] == pytest.approx([1] * 4)
    middle = bars(ax)[1]
    assert [sum(ends) for ends in middle] == pytest.approx([0] * 4), "the line stands in the middle of it"
    ends = np.array([segment[:, 0] for segment in ax.collections[-1].get_segments()])
    own = held.rows([f"O{k}.top2" for k in range(1, 5)])[["lo", "hi"]].astype(float).to_numpy()
    assert ends - np.array([edge for _, edge in middle])[:, None] == pytest.approx(own), "on its own bar"


def test_a_scale_of_four_has_no_middle_and_an_end_that_is_not_told_no_bar():
    chart = charts.item_shares(county(), "X")
    assert "中间" not in chart.note
    assert {key.get_text() for key in chart.figure.axes[0].get_legend().get_texts()} == {"后两档", "前两档"}
    chart = charts.item_shares(hidden(county(), "O2.low2"), "O")
    assert [series[1] for series in bars(chart.figure.axes[0])] == [(0, 0)] * 3
    assert "*" in texts(chart.figure) and "中间一档" in chart.note


def test_of_heads_the_upper_end_alone_is_told():
    held, chart = county(), charts.item_shares(county(), "PM")
    points = [offset[0] for artist in chart.figure.axes[0].collections for offset in artist.get_offsets()]
    shown = held.rows([f"{item}.top2" for item in held.items("PM")])
    assert points[-len(shown) :] == pytest.approx(shown["value"].tolist())
    assert "后两档" not in chart.note and "选前两档的比例" in chart.title


def test_the_tiles_lie_as_the_counties_do_and_a_hidden_one_is_white():
    held = programme()
    own = held.evidence["county_code"].eq("513431")
    gone = hidden(held, "R6.top2").evidence
    mixed = dataclasses.replace(held, evidence=held.evidence.where(~own, gone).astype(held.evidence.dtypes))
    chart = charts.tile_map(mixed, "R6.top2")
    ax = chart.figure.axes[0]
    at = {text.get_text(): text.get_position() for text in ax.texts}
    assert at["普格县"][0] < at["金阳县"][0] and at["越西县"][1] < at["布拖县"][1], "north is up"
    assert "示意" in chart.title + ax.get_title(loc="left") and "不作为划界依据" in chart.note
    white = [patch for patch in ax.patches if patch.get_facecolor() == (1, 1, 1, 1)]
    assert len(ax.patches) == 7 and len(white) == 1 and "昭觉县 *" in chart.alt
    row = held.one("R6.top2", places=["513429"])
    assert f"{row.n}/{row.N}" in texts(chart.figure)


@pytest.mark.parametrize("column", ["lon", "lat"])
def test_without_the_places_of_all_counties_there_is_a_line_instead_of_the_tiles(column):
    held = programme()
    counties = held.codebook.counties.assign(**{column: ["", *held.codebook.counties[column][1:]]})
    book = dataclasses.replace(held.codebook, counties=counties)
    shown = charts.tile_map(dataclasses.replace(held, codebook=book), "R6.top2")
    assert isinstance(shown, Markdown) and "经纬度" in str(shown)


@given(st.lists(st.tuples(st.floats(73, 136), st.floats(3, 54)), min_size=1, max_size=40))
def test_every_county_has_a_tile_of_its_own(places):
    at, (height, width) = tilemap.cells(pd.DataFrame(places, columns=["lon", "lat"]))
    assert len({tuple(cell) for cell in at.tolist()}) == len(places)
    assert (at >= 0).all() and (at < [height, width]).all()


def test_the_gap_stands_with_its_interval_around_the_line_of_no_gap():
    held = county()
    left, right = charts.self_expert(held).figure.axes
    assert [line.get_xdata()[0] for line in right.lines] == [0]
    shown = held.rows([f"{task}.gap" for task in held.tasks])
    known = shown[shown["lo"].notna()]
    ends = [segment[:, 0].tolist() for segment in right.collections[0].get_segments()]
    assert ends == pytest.approx(known[["lo", "hi"]].astype(float).to_numpy())
    assert left.get_xlim() == (0.9, 4.1)


def test_bars_of_one_indicator_stand_under_its_name_and_waves_before_it_are_told():
    chart = charts.coverage(county(), "I07.schools", "I07.teachers")
    said = texts(chart.figure)
    assert said.count("有活动到达的学校比例") == 1 and {"半年", "一年", "终期"} <= set(said)


def test_a_single_unit_shows_its_stage_and_several_show_counts():
    stage, count = charts.deliverables(county(), "C"), charts.deliverables(county(), "S")
    labels = {option.label for option in county().codebook.scales["PROG5"].options}
    assert set(inside(stage.figure.axes[0])) <= labels
    assert all(re.fullmatch(r"\d+/\d+(\nN=\d+)?|\*", text) for text in inside(count.figure.axes[0]))


def test_unweighted_answers_are_for_exploring_only():
    answers = pd.DataFrame({"item_id": ["B1"] * 4 + ["B2"], "value": [5.0, 4, 1, None, 2]})
    chart = charts.distribution(county(), answers, "B")
    assert "不得用于正式报告" in chart.note
    assert "课前写出学习目标 前两档 67%" in chart.alt
    assert "n=3" in texts(chart.figure)
    filled = [
        bar for bar in chart.figure.axes[0].patches if bar.get_width() and abs(bar.get_center()[1]) < 0.1
    ]
    assert sorted(bar.get_x() for bar in filled) == pytest.approx([0, 1 / 3, 2 / 3]), "5, 4, 1 from the left"
    named = [text.get_text() for text in chart.figure.axes[0].get_legend().get_texts()]
    assert {bar.get_x(): bar.get_facecolor() for bar in filled}[0] == to_rgba(style.DARK) and "总是" in named
    assert isinstance(charts.distribution(county(), answers.iloc[:0], "B"), Markdown)


def test_a_change_is_drawn_around_the_line_of_no_change_and_says_what_it_cannot_tell():
    held = county()
    chart = charts.item_changes(held, "E")
    axes = chart.figure.axes[0]
    assert [line.get_xdata()[0] for line in axes.lines] == [0] and "百分点" in axes.get_xlabel()
    points = [offset[0] for artist in axes.collections for offset in artist.get_offsets()]
    expected = held.rows([f"E{k}.top2_change" for k in range(1, 7)])["value"].tolist()
    assert points[-6:] == pytest.approx(expected)
    assert "不能归因于项目" in chart.note and "不等于没有变化" in chart.note


def test_the_network_names_every_helper_and_school_and_says_where_the_source_names_none():
    held, bare = county(), county("513432")
    said = texts(charts.network(held).figure)
    assert {*held.helpers["helper"]} <= {text.replace("\n", "") for text in said}
    assert all(any(school in text for text in said) for school in held.schools["school"])
    assert "原文缺失" in texts(charts.network(bare).figure)
    assert "不等于没有" in charts.network(bare).note and "不等于没有" not in charts.network(held).note
    assert isinstance(charts.network(programme()), Markdown)


def test_helpers_with_names_of_two_lines_do_not_touch():
    held = county()
    long = held.helpers.assign(helper=[f"{'成都市某区' * 5}第{k}小学" for k in range(len(held.helpers))])
    many = pd.concat([long] * 3, ignore_index=True)
    chart = charts.network(dataclasses.replace(held, helpers=many))
    names = [text for text in chart.figure.axes[0].texts if "某区" in text.get_text()]
    boxes = [text.get_window_extent() for text in names]
    assert len(names) == len(many) and all("\n" in text.get_text() for text in names)
    assert not any(one.overlaps(other) for one, other in pairwise(boxes))


def test_bars_are_one_thing_to_draw_and_stand_on_their_axis():
    _, ax = style.canvas(False, 2)
    drawn = parts.boxes(ax, [0, 1, 2], [1.0, 2.0, 3.0], 0.5, thick=0.5, upright=True, color=style.DARK)
    first = drawn.get_paths()[0].get_extents()
    assert ax.collections[:] == [drawn] and not ax.patches
    assert first.extents == pytest.approx([-0.25, 0.5, 0.25, 1.5])
    assert ax.get_ylim()[0] == 0.5, "no air below the bars"


def test_the_heat_map_shows_each_school_by_its_stage_and_hides_nothing_as_zero():
    held = county()
    chart = charts.school_stages(held, "S")
    labels = {option.label for option in held.codebook.scales["PROG5"].options}
    cells = inside(chart.figure.axes[0])
    assert len(cells) == 5 * len(held.schools) and set(cells) <= labels
    assert f"{len(cells)}/{len(cells)}" in chart.note
    gone = held.evidence["group"].eq("school:513431-004")
    few = dataclasses.replace(held, evidence=held.evidence[~gone])
    assert inside(charts.school_stages(few, "S").figure.axes[0]).count("…") == 5


def test_the_calendar_holds_the_months_of_the_programme_and_no_zero():
    held = county()
    chart = charts.calendar(held, "I07.form")
    heads = [head.partition("\n")[0] for head in named(chart.figure.axes[0], parts.COLUMNS)]
    assert heads == [str(month) for month in (*range(7, 13), *range(1, 13), 1, 2, 3)]
    row = held.evidence[held.evidence["group"].eq("month:2021-05")].set_index("indicator").loc["I07.form.3"]
    assert f"送教进校2021-05 {row.value:.0f}" in chart.alt
    assert "2022-03" not in charts.calendar(county(wave="W2"), "I07.form").alt


def test_a_hidden_figure_is_a_star_in_every_new_figure():
    held = hidden(hidden(county(), "I05.score"), "I07.teachers")
    assert "*" in texts(charts.indicator_waves(held, "I05.score").figure)
    assert "*" in texts(charts.coverage(held, "I07.schools", "I07.teachers").figure)
    assert "*" in texts(charts.unit_levels(hidden(county(), "B.mean"), "513431-001").figure)


def test_a_unit_stands_beside_its_county_with_both_counts():
    held = county()
    own = held.one("B.mean", groups=["unit:513431-001"])
    said = texts(charts.unit_levels(held, "513431-001").figure)
    assert f"{own.n}/{own.N}" in said and f"{held.one('B.mean').n}/{held.one('B.mean').N}" in said


def test_a_question_that_tells_nobody_apart_is_named():
    held = programme()
    weak = held.testitems.assign(
        point_biserial=held.testitems["point_biserial"].mask(held.testitems["item_id"] == "K03", 0.05)
    )
    chart = charts.questions(dataclasses.replace(held, testitems=weak))
    assert texts(chart.figure).count("K03") == 1 and "K01" not in texts(chart.figure)


def test_of_many_counties_a_figure_shows_the_ends_in_the_order_of_their_codes_and_says_so():
    values = pd.Series(range(30), [f"{at:06}" for at in range(30)], dtype="Float64").sample(
        frac=1, random_state=1
    )
    kept, said = many.columns(values, "应答率")
    assert sorted(kept, key=list(values.index).index) == kept
    assert sorted(values[kept]) == [0, 1, 2, 3, 26, 27, 28, 29] and "另 22 个县没有画出" in said
    few = values.iloc[:8]
    assert many.columns(few, "应答率") == (list(few.index), "")
    assert many.height(8) == many.LEAST < many.height(15)
