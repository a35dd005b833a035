"""Tables of what records and tests tell: one section's indicators over the waves, county by county."""

from yiduiyi_analysis.present import numerals, records
from yiduiyi_analysis.present.display import Markdown, Table, nothing
from yiduiyi_analysis.present.results import Results
from yiduiyi_analysis.present.tables.levels import by_wave

GROWN = "标“累计”的从项目开始累计到该轮，其余只计该轮。"
NOTE = "有区间的在括号内；次数、学时、金额等是记录的合计，没有区间。"
REPORTED = (
    "是作答的学校负责人自己填的数的合计，第二行为填了这一项的学校数／片区学校数，没有作答的学校不推算；"
    "各轮填报的学校不同，合计不能相减，也不是官方统计。"
)
RATIO = "台账两列之和相除的比例，n/N 就是这两个和（金额为元，人数逐月相加）。"
PER = "按名册平均的，第二行 N 为有数的县名册上的人数或校数。"
DUE = "机构自评的合计，n/N 为已填报的单位数／应填报的单位数，没有填报的不推算。"
WEAK = 0.2


def indicators(results: Results, title: str, *names: str) -> Table | Markdown:
    """Return a section's indicators, a row an indicator (or an option of it), a column a wave."""
    listed = records.expanded(results, names)
    rows = {name: _labelled(results, name) for name in listed}
    grown = GROWN if any(label.endswith("，累计") for label in rows.values()) else ""
    entries = results.codebook.indicators
    kinds = {entry.kind for given in names if (entry := entries.get(given))}
    sums = [name for name in names if name in entries and entries[name].kind in ("count", "total")]
    due = results.rows(records.expanded(results, sums), waves=results.waves)["N"].notna().any()
    ways = [RATIO if "ratio" in kinds else "", PER if "per" in kinds else "", DUE if due else ""]
    return by_wave(results, listed, "指标", f"{results.place}{title}", f"{NOTE}{''.join(ways)}{grown}", rows)


def reported(results: Results) -> Table | Markdown:
    """Return the sums of the numbers that heads gave of their schools, a row a number, a column a wave."""
    asked = {f"{i.id}.total": i for i in results.tool("head").items if i.kind == "number" and not i.role}
    rows = {name: f"{item.stem}{f'（{item.unit}）' if item.unit else ''}" for name, item in asked.items()}
    return by_wave(results, rows, "填报的数", f"{results.place}学校负责人填报的数（合计）", REPORTED, rows)


def breakdown(results: Results, indicator: str) -> Table | Markdown:
    """Return the parts of an indicator (domains of the test, items of a lesson), a column a wave."""
    listed = records.parts(results, indicator)
    rows = {name: records.short(results, name, indicator) for name in listed}
    return by_wave(results, listed, "分项", f"{results.place}{results.name(indicator)}：分项", NOTE, rows)


def questions(results: Results) -> Table | Markdown:
    """Return the questions of the test at this wave that tell takers apart least, a row a question."""
    rows = results.testitems[results.testitems["wave"].eq(results.wave)].copy()
    weak = rows[rows["point_biserial"].astype(float) < WEAK].sort_values("item_id")
    if rows["point_biserial"].isna().all():
        return nothing("测试题目的难度与区分度")
    domains = {domain.id: domain.label for domain in results.tool("test").dimensions}
    items = weak["item_id"].map(results.codebook.item)
    shown = weak.assign(
        题号=weak["item_id"],
        领域=[domains.get(item.dimension, "") for item in items],
        作答人数=[numerals.rounded(n) for n in weak["n"]],
        难度=[numerals.rounded(value, 2) for value in weak["difficulty"]],
        区分度=[numerals.rounded(value, 2) for value in weak["point_biserial"]],
    )[["题号", "领域", "作答人数", "难度", "区分度"]]
    note = (
        f"全卷 {len(rows)} 题中区分度（点二列相关）低于 {WEAK} 的 {len(weak)} 题；难度为答对者占作答者的比。"
        "只按全项目计算；没有区间。"
    )
    return Table(weak, f"区分度低的测试题（{results.wave_label(results.wave)}）", note, shown)


def _labelled(results: Results, name: str) -> str:
    """Return what an indicator is, the unit it is counted in, and whether it adds up over the waves."""
    book, unit = results.codebook, records.unit_of(results, name)
    entry = book.indicators.get(name) or book.indicators.get(name.rpartition(".")[0])
    grown = "，累计" if entry and entry.cumulative else ""
    return f"{results.name(name)}{f'（{unit}）' if unit and '（' not in results.name(name) else ''}{grown}"
