"""What a cleaning rule must say, by its kind; a mistake in rules.yml stops with its file and line."""

from yiduiyi_analysis.codebook.book import Codebook
from yiduiyi_analysis.codebook.checks import line_of
from yiduiyi_analysis.codebook.judging import Rule
from yiduiyi_analysis.errors import Fault

# Keys that a kind cannot do without; `columns:2` asks for exactly two columns, `:3` for three.
NEEDS = {
    "built_in": [], "range": [], "order": ["columns:2"], "differ": ["columns:2"], "in_window": ["window"],
    "hours_per_day": ["columns:3", "max"], "same_year": ["columns:2"], "ratio": ["columns:2", "max"],
    "needs": ["columns"], "exclusive": ["columns"], "careless": ["at_least", "share"], "answered": ["share"],
    "unique": ["by", "keep"], "same_record": ["keep"], "consistent": ["by", "columns"],
    "group_size": ["by", "max"], "copied_rows": ["by", "columns", "at_least"],
    "copied_columns": ["by", "columns", "at_least", "share"], "alike": ["by", "columns", "at_least", "share"],
    "budget_sum": ["by", "columns:2"], "repeated_total": ["by", "columns:1"],
    "implausible_total": ["by", "columns:1", "at_least"],
    "cumulative": ["by", "columns", "order", "at_least", "share"],
    "never_falls": ["by", "columns", "order"], "headcount_roster": ["columns:1"],
    "over_roster": ["columns:1"], "linked": ["columns:1", "other"], "counted": ["columns:1", "by", "other"],
    "within": ["columns:1", "by", "other"],
}  # fmt: skip
# Kinds that may hold for every sheet.
ANY_SHEET = {"built_in", "range", "in_window", "same_record"}
# Kinds that ask how large or how late their columns are, and the kinds of field that can tell.
FIGURES = frozenset({"number", "choice", "single", "scale"})
MEASURED = {
    "range": FIGURES, "ratio": FIGURES, "budget_sum": FIGURES, "repeated_total": FIGURES,
    "implausible_total": FIGURES, "cumulative": FIGURES, "headcount_roster": FIGURES, "counted": FIGURES,
    "within": FIGURES, "in_window": {"date", "month"},
}  # fmt: skip
# What a survey response has besides its answers, and a record besides its fields.
OF_RESPONSE = {"county", "school", "wave", "class", "person", "rater", "not_applicable"}
OF_RECORD = {"county", "school", "wave", "file"}
# The table of a sheet of tasks has columns of its own.
OF_TASK = {"unit_id", "approve_date"}


def check(book: Codebook) -> None:
    """Stop on a rule that lacks what its kind needs, or names what does not exist."""
    file = book.folder / "rules.yml"
    for rule in book.rules.values():
        if mistake := _lacking(rule) or _unknown(rule, book):
            raise Fault(f"规则 {rule.id}：{mistake}", file=file, row=line_of(file, f"id: {rule.id}"))


def _lacking(rule: Rule) -> str | None:
    for need in NEEDS[rule.kind]:
        key, _, count = need.partition(":")
        given = getattr(rule, key)
        if given is None or given == []:
            return f"kind: {rule.kind} 要写 {key}"
        if count and len(given) != int(count):
            return f"kind: {rule.kind} 的 {key} 应为 {count} 列"
    if rule.kind == "copied_columns" and len(rule.columns) % 2:
        return "columns 的列数应为偶数"
    if rule.sheet and rule.instrument:
        return "sheet 与 instrument 只写一个"
    if not rule.sheet and not rule.instrument and (rule.kind not in ANY_SHEET or rule.columns):
        return "没有写 sheet 或 instrument"
    return None


def _unknown(rule: Rule, book: Codebook) -> str | None:
    """Return the sheet, instrument, column or value that a rule names and that is not there."""
    tables = {"sheet": book.sheet, "instrument": book.instruments, "other": book.sheet}
    for key, known in tables.items():
        if (name := getattr(rule, key)) and name not in known:
            return f"没有 {key}: {name}"
    if rule.instrument and book.instruments[rule.instrument].kind != "survey":
        return f"{rule.instrument} 不是问卷，请写 sheet"
    return _misnamed(rule, book) if rule.sheet or rule.instrument else None


def _misnamed(rule: Rule, book: Codebook) -> str | None:
    """Return the column or value that a rule names and its table has not, or that cannot be asked this."""
    known = _columns(rule, book)
    named = [*rule.columns, *rule.by, *rule.where, *rule.positive, *([rule.order] if rule.order else [])]
    if strange := [name for name in named if name not in known]:
        return f"没有 {strange[0]} 这一列"
    if wrong := [name for name in rule.columns if not _measures(name, rule, book)]:
        return f"kind: {rule.kind} 不能用于 {wrong[0]} 这一列"
    for name, values in rule.where.items():
        scale = known[name]
        if scale not in book.scales or not set(values) <= set(book.scales[scale].values):
            return f"where 的 {name} 没有分值 {values}"
    return None


def _measures(name: str, rule: Rule, book: Codebook) -> bool:
    field = book.sheet[rule.sheet].field.get(name) if rule.sheet else book.item.get(name)
    return rule.kind not in MEASURED or field is None or field.kind in MEASURED[rule.kind]


def _columns(rule: Rule, book: Codebook) -> dict[str, str | None]:
    """Return the columns that a rule may name, with the scale of each."""
    if rule.sheet:
        fields = book.sheet[rule.sheet].columns
        by_task = OF_TASK if any(field.kind == "task" for field in fields) else set()
        return dict.fromkeys(OF_RECORD | by_task) | {field.id: field.scale for field in fields}
    items = book.instruments[rule.instrument].items
    several = [(item.id, option.value) for item in items if item.kind == "multi"
               for option in book.scales[item.scale].options]  # fmt: skip
    ticks = dict.fromkeys(f"{item}.{value}" for item, value in several)
    return dict.fromkeys(OF_RESPONSE) | ticks | {item.id: item.scale for item in items}
