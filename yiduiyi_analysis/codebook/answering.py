"""What indicators owe clauses, instruments and sheets; a mistake stops with its file and line."""

from yiduiyi_analysis.codebook.book import Codebook
from yiduiyi_analysis.codebook.checks import line_of
from yiduiyi_analysis.codebook.entries import Sheet
from yiduiyi_analysis.codebook.judging import Indicator
from yiduiyi_analysis.errors import Fault

OF_TEST = {"score", "pass", "kr20", "gain"}
ROSTERS = {"teachers", "schools", "counties"}
UNITS = {"rate", "points", "count", "hours", "yuan", "minutes", "score", "score_points", "r"}
# The keys that a kind cannot do without, and of what kinds its columns are.
NEEDS = {
    "count": [], "total": ["columns"], "ratio": ["columns", "over"], "per": ["columns", "over"],
    "reach": ["columns", "over"], "share": ["where", "among"], "mean": ["columns"], "agreement": ["columns"],
    "pass": ["at_least"],
}  # fmt: skip
TAKES = {
    "total": {"number"},
    "ratio": {"number"},
    "per": {"number"},
    "mean": {"choice"},
    "agreement": {"choice"},
    "reach": {"person", "school", "schools", "county"},
}


def computed(book: Codebook) -> None:
    """Stop on a computed indicator that names no clause, instrument, sheet, column or value that exists."""
    for entry in (entry for entry in book.indicators.values() if entry.kind != "evidence"):
        if mistake := _unknown(entry, book) or _lacking(entry) or _sheet_mistake(entry, book):
            raise _fault(entry, mistake, book)


def implied(book: Codebook) -> None:
    """Stop on an indicator of kind evidence that names no clause, instrument or level that exists.

    Rule: comes after `computed`, since labels rest on those
    """
    for entry in (entry for entry in book.indicators.values() if entry.kind == "evidence"):
        mistake = _unknown(entry, book) or ("kind: evidence 不写 sheet" if entry.sheet else None)
        if not mistake and book.label(entry.id) == entry.id:
            mistake = "没有题目、维度或任务叫这个名字"
        if mistake:
            raise _fault(entry, mistake, book)


def _fault(entry: Indicator, mistake: str, book: Codebook) -> Fault:
    file = book.folder / "indicators.yml"
    return Fault(f"指标 {entry.id}：{mistake}", file=file, row=line_of(file, f"id: {entry.id}"))


def _unknown(entry: Indicator, book: Codebook) -> str | None:
    """Return the clause, instrument or sheet that an indicator names and nothing has."""
    if unknown := [clause for clause in entry.clauses if clause not in book.clauses]:
        return f"没有条款 {unknown[0]}"
    if not entry.clauses:
        return "没有写 clauses"
    if entry.instrument not in book.instruments:
        return f"没有工具 {entry.instrument}"
    if entry.sheet and entry.sheet not in {sheet.id for sheet in book.instruments[entry.instrument].sheets}:
        return f"工具 {entry.instrument} 没有表 {entry.sheet}"
    if entry.kind in OF_TEST and book.instruments[entry.instrument].unit != "test":
        return f"kind: {entry.kind} 只用于测试"
    return None


def _lacking(entry: Indicator) -> str | None:
    """Return what an indicator of its kind must say and does not, or says and must not."""
    if not entry.label:
        return "缺少 label"
    if entry.unit not in UNITS:
        return f"unit 应为 {'、'.join(sorted(UNITS))} 之一"
    if (entry.kind in OF_TEST) == bool(entry.sheet):
        return f"kind: {entry.kind} {'不写' if entry.sheet else '要写'} sheet"
    lacking = [key for key in NEEDS.get(entry.kind, []) if not getattr(entry, key)]
    return f"kind: {entry.kind} 要写 {lacking[0]}" if lacking else None


def _sheet_mistake(entry: Indicator, book: Codebook) -> str | None:
    """Return the column or value of a sheet that an indicator names and the sheet does not have."""
    if not entry.sheet:
        return None
    sheet = book.sheet[entry.sheet]
    takes = TAKES.get(entry.kind)
    for name in entry.columns:
        if name not in sheet.field:
            return f"columns 的 {name} 不是表 {sheet.id} 的字段"
        if takes and sheet.field[name].kind not in takes:
            return f"columns 的 {name} 应是 {'、'.join(sorted(takes))} 字段"
    if entry.by and (entry.by not in sheet.field or not sheet.field[entry.by].scale):
        return f"by 的 {entry.by} 不是表 {sheet.id} 的选项字段"
    if entry.monthly and (not sheet.period or sheet.field[sheet.period].kind == "wave"):
        return f"表 {sheet.id} 没有日期，不能 monthly"
    return _over_mistake(entry, sheet) or _where_mistake(entry, sheet, book)


def _over_mistake(entry: Indicator, sheet: Sheet) -> str | None:
    if not entry.over:
        return None
    if entry.kind == "ratio":
        number = entry.over in sheet.field and sheet.field[entry.over].kind == "number"
        school = any(field.kind == "school" for field in sheet.columns)
        known = number or (entry.over == "roster" and school)
    else:
        known = entry.over in ROSTERS
    return None if known else f"over: {entry.over} 不能用在这里"


def _where_mistake(entry: Indicator, sheet: Sheet, book: Codebook) -> str | None:
    for key in ("where", "among"):
        for name, values in getattr(entry, key).items():
            field = sheet.field.get(name)
            if field is None or not field.scale:
                return f"{key} 的 {name} 不是表 {sheet.id} 的选项字段"
            if unknown := set(values) - set(book.scales[field.scale].values):
                return f"{key} 的 {name} 没有分值 {sorted(unknown)[0]}"
    return None
