"""Files of data/codebook/ → a checked codebook; a mistake stops with its file and line."""

from pathlib import Path

import pandas as pd
import yaml
from pydantic import TypeAdapter, ValidationError

from yiduiyi_analysis.codebook.model import Codebook, Entry, Instrument, Item, Scale, Thresholds, Wave
from yiduiyi_analysis.errors import Fault

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(folder: Path) -> Codebook:
    """Return the codebook in `folder`; a mistake raises a Fault with its file and line."""
    book = Codebook(
        folder=folder,
        counties=_table(folder / "counties.csv", ["county_code", "county", "short", "area", "also"]),
        waves=_keyed(folder / "waves.yml", Wave),
        scales=_keyed(folder / "scales.yml", Scale),
        instruments={
            tool.id: tool for tool in map(_instrument, sorted((folder / "instruments").glob("*.yml")))
        },
        thresholds=_typed(folder / "disclosure.yml", Thresholds),
        aliases=_table(
            folder / "school_aliases.csv", ["county", "name", "school_id", "decision", "decided_by", "note"]
        ),
        townships=_table(folder / "townships.csv", ["county", "old", "new", "note"]),
        lookalikes=_table(folder / "lookalikes.csv", ["a", "b", "kind", "note"]),
        forms=_table(folder / "forms.csv", ["pattern", "instrument", "wave", "mode", "note"]),
    )
    _check(book)
    return book


def _check(book: Codebook) -> None:
    """Stop on an id given twice, or on a name that stands for nothing."""
    seen: dict[str, str] = {}
    for tool in book.instruments.values():
        file = book.folder / "instruments" / f"{tool.id}.yml"
        if unknown := set(tool.waves) - set(book.waves):
            raise Fault(f"没有轮次 {sorted(unknown)}", file=file, row=_line_of(file, "waves"))
        for item in tool.items:
            twice = f"编号重复（另见 {seen[item.id]}）" if item.id in seen else None
            if mistake := twice or _dangling(item, tool) or _scale_mistake(item, book.scales):
                raise Fault(f"题目 {item.id}：{mistake}", file=file, row=_line_of(file, f"id: {item.id}"))
            seen[item.id] = file.name
        for rule in tool.composites:
            known = {item.id for item in tool.items} | {other.id for other in tool.composites}
            if unknown := {*rule.items, *rule.all_of} - known:
                row = _line_of(file, f"id: {rule.id}")
                raise Fault(f"合成指标 {rule.id} 用了没有的题目 {sorted(unknown)}", file=file, row=row)


def _dangling(item: Item, tool: Instrument) -> str | None:
    """Return which dimension or wave of an item its instrument does not have, if any."""
    if item.dimension and item.dimension not in {dimension.id for dimension in tool.dimensions}:
        return f"维度 {item.dimension} 没有定义"
    unknown = {*(item.waves or []), *item.printed} - set(tool.waves)
    return f"本工具没有轮次 {sorted(unknown)}" if unknown else None


def _scale_mistake(item: Item, scales: dict[str, Scale]) -> str | None:
    """Return what is wrong with an item's scale, if anything is."""
    if item.kind in {"scale", "single", "multi"} and not item.scale:
        return "缺少 scale"
    if item.scale and item.scale not in scales:
        return f"量表 {item.scale} 没有定义"
    values = set(scales[item.scale].values) if item.scale else set()
    wrong = [wave for wave, order in item.printed.items() if set(order) != values]
    return f"{wrong[0]} 的 printed 与量表 {item.scale} 的分值不一致" if wrong else None


def _line_of(file: Path, text: str) -> int | None:
    """Return the first line of `file` that holds `text` as a whole word."""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        at = line.find(text)
        if at >= 0 and not line[at + len(text) : at + len(text) + 1].isalnum():
            return number
    return None


def _instrument(file: Path) -> Instrument:
    tool = _typed(file, Instrument)
    if tool.id != file.stem:
        raise Fault(f"编号 {tool.id} 与文件名不一致", file=file, row=_line_of(file, "id"))
    return tool


def _keyed(file: Path, model: type[Entry]) -> dict:
    """Return the entries of a YAML list by id; an id given twice is a Fault."""
    entries: dict[str, Entry] = {}
    for entry in _typed(file, list[model]):
        if entry.id in entries:
            raise Fault(f"编号 {entry.id} 重复", file=file, row=_line_of(file, f"id: {entry.id}"))
        entries[entry.id] = entry
    return entries


def _typed(file: Path, model):
    """Return a YAML file as `model`; the Fault names the line where the mistake stands."""
    try:
        text = file.read_text("utf-8")
        return TypeAdapter(model).validate_python(yaml.load(text, Loader=LOADER))
    except FileNotFoundError:
        raise Fault("编码本缺少这个文件", file=file, do="请从版本库恢复") from None
    except UnicodeDecodeError:
        raise Fault("不是 UTF-8 编码", file=file, do="请另存为 UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Fault(
            "YAML 写法有误", file=file, row=mark and mark.line + 1, do=str(getattr(error, "problem", ""))
        ) from None
    except ValidationError as error:
        # A key that is not known is most often the misspelling of one that is then missing: tell it first.
        node = yaml.compose(text, Loader=LOADER)
        first = min(error.errors(), key=lambda mistake: mistake["type"] != "extra_forbidden")
        raise Fault(_in_words(first), file=file, row=_node_line(node, first["loc"])) from None


def _in_words(mistake: dict) -> str:
    """Return one pydantic error in the reader's language."""
    key = next((str(part) for part in reversed(mistake["loc"]) if isinstance(part, str)), "")
    expected = mistake.get("ctx", {}).get("expected")
    return {
        "extra_forbidden": f"不认识的键 {key}",
        "missing": f"缺少 {key}",
        "literal_error": f"{key} 应为 {expected} 之一",
    }.get(mistake["type"], f"{key} 的值 {mistake['input']!r} 不合要求（{mistake['msg']}）")


def _node_line(node, path: tuple) -> int | None:
    """Return the line of the deepest YAML node that `path` reaches."""
    line = node.start_mark.line + 1 if node else None
    for step in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        elif isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == str(step)), None)
        else:
            node = None
        if node is None:
            return line
        line = node.start_mark.line + 1
    return line


def _table(file: Path, columns: list[str]) -> pd.DataFrame:
    """Return a CSV of the codebook as text, empty cells as empty strings."""
    try:
        table = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise Fault("编码本缺少这个文件", file=file, do="请从版本库恢复") from None
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise Fault(f"读不了：{error}", file=file, do="请存为 UTF-8 编码的 CSV") from None
    if missing := [column for column in columns if column not in table]:
        raise Fault(f"缺少列 {'、'.join(missing)}", file=file, row=1, do="请补上表头")
    return table
