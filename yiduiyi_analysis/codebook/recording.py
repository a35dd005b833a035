"""What the sheets of a record instrument owe each other; a mistake stops with its file and line."""

from collections import Counter
from pathlib import Path

from yiduiyi_analysis.codebook.book import Codebook
from yiduiyi_analysis.codebook.checks import line_of
from yiduiyi_analysis.codebook.entries import Field, Instrument, Sheet
from yiduiyi_analysis.errors import Fault

# Tables of data/clean that are no record sheet, and columns that every record has.
TABLES = {"schools", "helpers", "counties", "ledger", "intake", "responses", "answers", "ratings"}
OWN = {"record_id", "instrument", "county_code", "school_id", "flags", "file", "sheet", "row"}
# Fields of which a sheet has one at most; their ids are the names that the reader knows them by.
SINGLE = ("county", "school", "wave", "task", "covered_by")
PERIODS = {"wave", "date", "month"}
OF_TASKS = {"wave": "轮次", "choice": "进展"}


def check(book: Codebook) -> None:
    """Stop on a sheet whose fields, key, period or links name what is not there or contradict each other."""
    seen: dict[str, str] = {}
    for tool in book.instruments.values():
        file = book.folder / "instruments" / f"{tool.id}.yml"
        if (tool.kind == "records") != bool(tool.sheets):
            what = "台账（kind: records）要写 sheets" if tool.kind == "records" else "问卷不写 sheets"
            raise Fault(what, file=file, row=line_of(file, "kind"))
        for sheet in tool.sheets:
            twice = sheet.id in TABLES or sheet.id in seen
            mistake = f"编号与{seen.get(sheet.id, '别的表')}重复" if twice else _mistake(sheet, tool, book)
            if mistake:
                raise Fault(f"表 {sheet.id}：{mistake}", file=file,
                            row=line_of(file, f"id: {sheet.id}", 2 if twice else 1))  # fmt: skip
            seen[sheet.id] = file.name
            _fields(sheet, file, book)


def _mistake(sheet: Sheet, tool: Instrument, book: Codebook) -> str | None:
    """Return what is wrong with a sheet as a whole, if anything is."""
    kinds = Counter(field.kind for field in sheet.columns)
    ids = Counter(field.id for field in sheet.columns)
    if twice := [name for name, count in ids.items() if count > 1]:
        return f"字段编号 {twice[0]} 重复"
    if several := [kind for kind in SINGLE if kinds[kind] > 1]:
        return f"kind: {several[0]} 用了两次"
    if not kinds["county"]:
        return "没有 kind: county 的字段"
    if unknown := [name for name in sheet.key if name not in sheet.field]:
        return f"key 里没有这个字段 {unknown[0]}"
    if sheet.period and (sheet.period not in sheet.field or sheet.field[sheet.period].kind not in PERIODS):
        return f"period 的 {sheet.period} 不是轮次、日期或月份字段"
    if loose := [name for name, other in sheet.links.items() if not _linked(name, sheet, other, book)]:
        return f"links 的 {loose[0]} → {sheet.links[loose[0]]} 对不上"
    return _task_mistake(kinds, tool)


def _linked(name: str, sheet: Sheet, other: str, book: Codebook) -> bool:
    return name in sheet.field and other in book.sheet and name in book.sheet[other].field


def _task_mistake(kinds: Counter, tool: Instrument) -> str | None:
    if kinds["task"] and (lacking := [word for kind, word in OF_TASKS.items() if not kinds[kind]]):
        return f"有任务代码的表缺少{'、'.join(lacking)}"
    return "任务代码没有题目可对" if kinds["task"] and not tool.items else None


def _fields(sheet: Sheet, file: Path, book: Codebook) -> None:
    names: dict[str, str] = {}
    for field in sheet.columns:
        worded = [name for name in {field.stem, *field.also} if names.setdefault(name, field.id) != field.id]
        alike = f"表头“{worded[0]}”与 {names[worded[0]]} 相同" if worded else None
        if mistake := alike or _field_mistake(field, sheet, book):
            row = _line(file, sheet.id, field.id)
            raise Fault(f"表 {sheet.id} 的 {field.id}：{mistake}", file=file, row=row)


def _field_mistake(field: Field, sheet: Sheet, book: Codebook) -> str | None:
    """Return what is wrong with one field, if anything is."""
    if field.id in OWN or (field.id in SINGLE[:3] and field.kind != field.id):
        return "这个编号留给清洗后的表用"
    if (field.kind == "choice") != (field.scale is not None):
        return "kind: choice 要写 scale，别的不写"
    if field.scale and field.scale not in book.scales:
        return f"量表 {field.scale} 没有定义"
    if field.kind != "number" and not field.min == field.max is None:
        return "只有 kind: number 写 min、max"
    if field.min is not None and field.max is not None and field.min > field.max:
        return "min 大于 max"
    labels = [option.label for option in book.scales[field.scale].options] if field.scale else None
    if labels and field.example is not None and field.example not in labels:
        return f"example 的 {field.example} 不是量表 {field.scale} 的选项"
    tasks = any(other.kind == "task" for other in sheet.columns)
    return "只有任务台账用 covered_by" if field.kind == "covered_by" and not tasks else None


def _line(file: Path, sheet: str, field: str) -> int | None:
    """Return the line of a field below the line of its sheet: two sheets may have fields of one id."""
    top = line_of(file, f"id: {sheet}") or 1
    lines = file.read_text("utf-8").splitlines()[top:]
    at = next((k for k, line in enumerate(lines, top + 1) if f"id: {field}," in line), None)
    return at or top
