"""What may stand in a report, and what may not: sentence by sentence, then whole documents."""

import time

import pytest
from evidence_fixture import county, programme

from yiduiyi_analysis import codebook
from yiduiyi_analysis.present import charts, document, lint, tables, wording
from yiduiyi_analysis.present.lint import NO_CONTROL
from yiduiyi_analysis.workspace import find

BEHIND = "（95%区间 68–76，n/N 258/314，应答率 82%）"
GOOD = [
    "七县均已提交县级教师发展规划。",
    f"终期，昭觉县专任教师在“R6”选择前两档的比例为 72%{BEHIND}。",
    f"基线 70%{BEHIND}；终期 72%{BEHIND}。",
    f"终期与基线相比，专任教师在“反应（对帮扶工作的满意度）”的平均得分上升 0.12 分{BEHIND}。",
    "教师问卷的应答率：基线 76%（239/314），终期 81%（253/314）。",
    "学生双达标的比例上升 2 个百分点（95%区间 1–4；n：基线 486，终期 457）。",
    "253 名作答教师中，81% 选择前两档。",
    "314 名教师中有 253 人作答，占 314 人的 81%。",
    "学生双达标的比例为 4%（95%区间 2–6，n 457）。",
    "相差 +0.05 分（95%区间 −0.02 至 0.12），区间包含 0，现有数据不能判断升降。",
    "现有数据不能判断，不等于没有变化。",
    "竖线是“没有变化”，区间碰到它时分不清升降，不等于没有变化。",
    "变化的区间包含“没有变化”，证据不足。",
    f"满意度为 72%{BEHIND}，目标 75%。",
    "两轮之间有没有变化，现有数据不能判断。",
    "变化与培训时数相关（70 所学校）。",
    "教师和学校的区间是有限总体的 95%区间。",
    NO_CONTROL,
    f"{NO_CONTROL}均值 3.41。",
    "不能说明项目带来了 5 个百分点（n/N 258/314）的上升。",
    "70 所学校参加“一对一”精准帮扶提升工程。",
    "在凉山州“一对一”精准帮扶提升工程中，七县有 70 所学校、1902 名专任教师。",
    "提升学生道德品质 自评 2.75，专家 2.67。",
    "促进学生全面发展 2.61（2.50–2.72）。",
    "提升依法科学管理能力，自评 2.40。",
    "带不走的校长教师培训团队，7 个县中 2 个县完成。",
    "半年见效、一年达标、两年固本。",
    "用平台上的课例或微课备课 56%（n/N 251/314）。",
    "名册来源于 2020 年印发的附件2，有 70 所学校。",
    "区间宽窄取决于抽到的班级数（20 个）。",
    "即使得分为 3.50，也要看区间。",
    "成效评估报告共 8 章。",
    "2022 年 3 月的数据促使教研组重新讨论。",
]
BAD_CAUSES = [
    "项目提升了教师满意度，达到 72%（258/314）。",
    "帮扶带来 9 个百分点（n/N 251/314）的上升。",
    "培训促使 72%（258/314）的教师改变教法。",
    "帮扶促进了课堂变化，均值 3.48。",
    "成效归因于项目，均值上升 0.12 分。",
    "72%（258/314）的变化归因于项目。",
    "送教下乡使得均值达到 3.48。",
    "帮扶导致均值上升 0.2 分。",
    "均值 3.48，得益于承训单位的指导。",
    "均值 3.48，归功于专家团队。",
    "项目有效提高了均值，达 3.48。",
    "教师满意度显著提升，达 72%（258/314）。",
    "帮扶成效显著，满意度 72%（258/314）。",
    "通过两年帮扶，满意度上升 9 个百分点（n/N 251/314）。",
    "在专家团队帮扶下，均值达到 3.48。",
    "培训使均值上升 0.12 分。",
    "项目的净效应为 0.12 分。",
    "项目带来的提升约为百分之九（n/N 251/314）。",
    "帮扶带动了教师，满意度翻番。",
    "不能否认，帮扶带来了 9 个百分点（n/N 251/314）的上升。",
    "无法排除带来了 9 个百分点（n/N 251/314）的上升。",
    "虽不能推及他县，项目带来了 0.12 分。",
]
BAD_SAME = [
    "两轮之间没有变化。",
    "效能均值无变化（n/N 251/314）。",
    "没有显著变化。",
    "终期与基线相比无明显变化。",
    "满意度与基线持平。",
    "满意度保持不变。",
    "两轮未见显著性变化。",
    "两轮没有显著差异。",
]
BAD_SHARES = [
    "满意度为 72%。",
    "满意度为 72%（95%区间 68–76）。",
    "满意度为 72%（95%区间 68%–76%，应答率 82%）。",
    "满意度上升 9 个百分点。",
    "教师问卷应答率为 81%。",
    f"基线 70%{BEHIND}，终期 72%。",
    "百分之七十二的教师满意。",
    "满意度 72％。",
]


def of(sentence: str) -> list[str]:
    """Return the faults of a sentence alone, without what a whole document must say."""
    return [fault.partition("：")[0] for fault in lint.text(f"<p>{sentence}</p>") if "缺少" not in fault]


@pytest.mark.parametrize("sentence", GOOD)
def test_a_good_sentence_passes(sentence):
    assert of(sentence) == []


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        *(("因果说法", sentence) for sentence in BAD_CAUSES),
        *(("把不能判断说成没有变化", sentence) for sentence in BAD_SAME),
        *(("百分数没有分母", sentence) for sentence in BAD_SHARES),
    ],
)
def test_a_bad_sentence_is_told_with_its_words(fault, sentence):
    assert of(sentence) == [fault]
    assert any(sentence[:20] in told for told in lint.text(f"<p>{sentence}</p>"))


TABLE = (
    '<div class="exhibit"><div class="table"><table><caption><span>表1</span>　满意度</caption>'
    "<thead><tr><th>县</th><th>终期</th></tr></thead>"
    "<tbody><tr><td>昭觉县</td><td>72%<span>（68–76）</span><br>258/314</td></tr></tbody></table></div>"
    '<div class="note"><p>注：第二行为 n/N。</p></div></div>'
)
FIGURE = (
    '<div class="exhibit"><figure><img src="data:," alt="昭觉县 72%（68–76）；喜德县 70%（66–74）。">'
    "<figcaption>图1　满意度</figcaption></figure>"
    '<div class="note"><p>注：n 为作答者数。</p></div></div>'
)
RESPONSE = "<p>昭觉县教师问卷的应答率：终期 82%（258/314）。</p>"
REPORT = (
    "<html><head><title>题</title><style>a{width:72%}</style></head><body><nav>目录 72%</nav><main>"
    f"<h2>主要发现</h2>{RESPONSE}{TABLE}{FIGURE}<p><strong>{NO_CONTROL}</strong></p></main></body></html>"
)


def test_a_whole_report_passes():
    assert lint.text(REPORT) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (NO_CONTROL, "", f"缺少“{NO_CONTROL}”一句"),
        (RESPONSE, "", "缺少应答率"),
        ("（68–76）", "", None),
        ("<h2>主要发现</h2>", "<p>帮扶带来 9 分。</p>", "因果说法：帮扶带来 9 分。"),
        ("<td>昭觉县</td>", "<td>项目带来的满意</td>", "因果说法：项目带来的满意"),
        ("昭觉县 72%", "项目带来 72%", "因果说法：项目带来 72%"),
        ("图1　满意度", "图1　帮扶 2 年来满意度显著提升", "因果说法：图1 帮扶 2 年来满意度显著提升"),
        ("第二行为 n/N。", "第二行为 n/N。帮扶带来 9 分。", "因果说法：帮扶带来 9 分。"),
        ("n 为作答者数。", "点为比例。", "百分数没有分母：图1 满意度"),
        ("<h2>主要发现</h2>", "<p>满意度为 72%。</p>", "百分数没有分母：满意度为 72%。"),
        ("<h2>主要发现</h2>", "<ul><li>满意度没有变化</li></ul>", "把不能判断说成没有变化：满意度没有变化"),
    ],
)
def test_what_is_planted_in_a_report_is_found(old, new, fault):
    told = lint.text(REPORT.replace(old, new))
    assert told == [] if fault is None else any(line.startswith(fault) for line in told)


def test_a_row_needs_a_denominator_where_no_words_give_one():
    bare = TABLE.replace("第二行为 n/N。", "")
    assert of(bare) == [] and of(bare.replace("258/314", "")) == ["百分数没有分母"]


def test_a_number_under_a_percentage_is_no_denominator_until_words_say_so():
    row = "<table><tr><td>五洗五会双达标</td><td>6%（4–9）<br>\n453</td><td>否</td></tr></table>"
    assert of(row) == ["百分数没有分母"]
    assert of(row.replace("<table>", "<table><caption>表1 里程碑。第二行为 n/N。</caption>")) == []


def test_a_target_needs_no_denominator_and_a_verdict_excuses_no_words():
    row = "<table><tr><td>一年达标</td><td>≥85%</td><td>…</td><td>否</td><td>两轮数值相同</td></tr></table>"
    assert of(row) == []
    assert of(row.replace("两轮数值相同", "没有变化")) == ["把不能判断说成没有变化"]


def test_a_report_without_an_interval_is_refused():
    bare = REPORT.replace("（68–76）", "").replace("（66–74）", "")
    assert lint.text(bare) == ["缺少区间"]
    assert lint.text(bare.replace("72%<span>", "72%（全员）<span>")) == []


def test_a_report_of_counts_needs_neither_interval_nor_control():
    assert lint.text(RESPONSE) == [] and lint.text("<p>共读入 52 个文件。</p>") == []
    assert lint.text("<h2>主要发现</h2><p>没有可用的数据。</p>") == [f"缺少“{NO_CONTROL}”一句"]


@pytest.mark.parametrize("report", ["county", "programme"])
def test_all_that_the_library_says_passes(report):
    held = county() if report == "county" else programme()
    shown = [
        tables.response(held),
        tables.diagnosis(held),
        tables.items(held, "B"),
        tables.habits(held),
        charts.dimension_waves(held),
        charts.item_shares(held, "L"),
        charts.self_expert(held),
    ]
    said = [
        wording.summary(held, "R6.top2", "B6.top2", "five_both.rate"),
        wording.levels(held, "B.mean", "T2.1.self_ok"),
        wording.changes(held, "R6.top2", "B6.top2", "B.mean", "I01.gap", "five_both.rate"),
        wording.gap(held),
        wording.milestones(held),
        wording.response(held),
        wording.suppressed(held),
        wording.limits(held),
    ]
    blocks = [f"<p>{line}</p>" for text in said for line in str(text).split("\n")]
    assert lint.text("".join([*blocks, *(exhibit.html() for exhibit in shown)])) == []


def test_the_plans_own_titles_pass_beside_figures():
    book = codebook.load(find().codebook)
    for label in [*(d.label for t in book.instruments.values() for d in t.dimensions), *book.items["stem"]]:
        assert of(f"{label} 2.75") == [], label


def test_reading_takes_time_in_step_with_length():
    page = "<p>昭觉县教师问卷的应答率：终期 82%（258/314）" + "，又（及" * 2000 + "。</p>" + REPORT * 50
    start = time.perf_counter()
    lint.text(page)
    assert time.perf_counter() - start < 5


def test_unclosed_tags_and_bare_text_are_read():
    assert document.read("<p>甲<p>乙。丙").sentences == ["甲", "乙。", "丙"]
    assert document.read("甲。乙").sentences == ["甲。", "乙"]
    assert document.read("<table><tr><td>1<td>2</table>丁").exhibits[0].rows == ["1　2　"]
