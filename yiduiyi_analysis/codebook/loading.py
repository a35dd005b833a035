"""Files of data/codebook/ → a checked codebook; a mistake stops with its file and line."""

import difflib
import re
from pathlib import Path

import pandas as pd
import yaml
from pydantic import TypeAdapter, ValidationError

from yiduiyi_analysis.codebook import answering, checks, mapping, recording, ruling
from yiduiyi_analysis.codebook.book import Codebook
from yiduiyi_analysis.codebook.entries import Entry, Instrument, Option, Platform, Programme, Scale, Wave
from yiduiyi_analysis.codebook.judging import Advice, Clause, Indicator, Light, Milestone, Rule, Thresholds
from yiduiyi_analysis.errors import Fault

# What pydantic calls the values it wants → what a reader calls them.
WANTED = {
    "int": "整数", "greater": "正整数", "list": "列表", "dict": "键和值", "model": "键和值",
    "string": "文字", "bool": "true 或 false", "date": "日期，如 2020-09-01",
}  # fmt: skip
CORRECTIONS = ["file", "sheet", "row", "column", "expect", "replace", "reason", "decided_by", "decided_at"]
FEW = 6  # values that a message may list
SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(SAFE):
    """YAML in which a key stands once: of two that are the same, the first would be lost unseen."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise _Repeated(problem=key.value, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _Repeated(yaml.MarkedYAMLError):
    pass


_kept: dict[tuple, Codebook] = {}  # by the signs of its files


def keep(folder: Path) -> None:
    """Read a codebook ahead: `load` returns it in this process, and in its forks, while no file changes."""
    sign = _sign(folder)
    book = load(folder)
    _kept.clear()
    _kept[sign] = book


def load(folder: Path) -> Codebook:
    """Return the codebook in `folder`; a mistake raises a Fault with its file and line."""
    if _kept and (known := _kept.get(_sign(folder))):
        return known
    return _read(folder)


def _sign(folder: Path) -> tuple:
    """Return what tells whether a file of a codebook has changed."""
    found = ((path, path.stat()) for path in sorted(folder.rglob("*")))
    return folder, *((str(path), held.st_size, held.st_mtime_ns) for path, held in found)


def _read(folder: Path) -> Codebook:
    tools = {tool.id: tool for tool in map(_instrument, sorted((folder / "instruments").glob("*.yml")))}
    book = Codebook(
        folder=folder,
        counties=_counties(folder / "counties.csv"),
        waves=_keyed(folder / "waves.yml", Wave),
        scales=_keyed(folder / "scales.yml", Scale) | _own_scales(tools),
        instruments=tools,
        thresholds=_typed(folder / "disclosure.yml", Thresholds),
        milestones=_keyed(folder / "milestones.yml", Milestone),
        clauses=_keyed(folder / "clauses.yml", Clause),
        indicators=_keyed(folder / "indicators.yml", Indicator),
        advice=_keyed(folder / "advice.yml", Advice),
        programme=_typed(folder / "programme.yml", Programme),
        rules=_keyed(folder / "rules.yml", Rule),
        lights=_keyed(folder / "lights.yml", Light),
        corrections=_table(folder / "corrections.csv", CORRECTIONS),
        aliases=_table(
            folder / "school_aliases.csv", ["county", "name", "school_id", "decision", "decided_by", "note"]
        ),
        townships=_table(folder / "townships.csv", ["county", "old", "new", "note"]),
        lookalikes=_table(folder / "lookalikes.csv", ["a", "b", "kind", "note"]),
        platforms={entry.id: entry for entry in map(_platform, sorted((folder / "platforms").glob("*.yml")))},
        forms=_table(folder / "forms.csv", ["pattern", "instrument", "wave", "mode", "note"]),
    )
    recording.check(book)
    answering.computed(book)
    checks.check(book)
    answering.implied(book)
    ruling.check(book)
    mapping.check(book)
    return book


def _counties(file: Path) -> pd.DataFrame:
    """Return the counties as text; their places (lon, lat) may be left out."""
    table = _table(file, ["county_code", "county", "short", "area", "also"])
    return table.reindex(columns=[*dict.fromkeys([*table, "lon", "lat"])]).fillna("")


def _instrument(file: Path) -> Instrument:
    """Return one instrument; a test question's own options become a scale of its id."""
    tool = _typed(file, Instrument)
    if tool.id != file.stem:
        raise Fault(f"编号 {tool.id} 与文件名不一致", file=file, row=checks.line_of(file, "id"))
    items = [item.model_copy(update={"scale": item.id}) if item.options else item for item in tool.items]
    return tool.model_copy(update={"items": items})


def _platform(file: Path) -> Platform:
    """Return the column map of one platform."""
    entry = _typed(file, Platform)
    if entry.id != file.stem:
        raise Fault(f"编号 {entry.id} 与文件名不一致", file=file, row=checks.line_of(file, f"id: {entry.id}"))
    return entry


def _own_scales(tools: dict[str, Instrument]) -> dict[str, Scale]:
    """Return the scale of each test question: its options in printed order, known by their letter too."""
    return {
        item.id: Scale(id=item.id, label=item.stem, kind="choice", options=_lettered(item.options))
        for tool in tools.values()
        for item in tool.items
        if item.options
    }


def _lettered(texts: list[str]) -> list[Option]:
    return [Option(value=k, label=text, also=[chr(64 + k)]) for k, text in enumerate(texts, 1)]


def _keyed(file: Path, model: type[Entry]) -> dict:
    """Return the entries of a YAML list by id; an id given twice is a Fault."""
    entries: dict[str, Entry] = {}
    for entry in _typed(file, list[model]):
        if entry.id in entries:
            raise Fault(f"编号 {entry.id} 重复", file=file, row=checks.line_of(file, f"id: {entry.id}", 2))
        entries[entry.id] = entry
    return entries


def _typed(file: Path, model):
    """Return a YAML file as `model`; the Fault names the line where the mistake stands."""
    try:
        text = file.read_text("utf-8")
        return TypeAdapter(model).validate_python(yaml.load(text, Loader=_Loader))
    except FileNotFoundError:
        raise Fault("编码本缺少这个文件", file=file, do="请从版本库恢复") from None
    except UnicodeDecodeError:
        raise Fault("不是 UTF-8 编码", file=file, do="请另存为 UTF-8") from None
    except _Repeated as error:
        raise Fault(f"键 {error.problem} 写了两次", file=file, row=error.problem_mark.line + 1,
                    do="请只留一个") from None  # fmt: skip
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Fault(
            "YAML 写法有误", file=file, row=mark and mark.line + 1, do=str(getattr(error, "problem", ""))
        ) from None
    except ValueError as error:  # what looks like a date and is none
        if not isinstance(error, ValidationError):
            raise Fault("日期写错了", file=file, row=checks.no_date(text), do="请写成 2020-09-01") from None
        # A key that is not known is most often the misspelling of one that is then missing: tell it first.
        node = yaml.compose(text, Loader=SAFE)
        first = min(error.errors(), key=lambda mistake: mistake["type"] != "extra_forbidden")
        message = _whose(yaml.load(text, Loader=SAFE), first["loc"]) + _in_words(first)
        raise Fault(message, file=file, row=_node_line(node, first["loc"])) from None


def _whose(data, path: tuple) -> str:
    """Return the id of the innermost entry that `path` leads into, as the beginning of a message."""
    told = ""
    for step in path:
        if isinstance(data, dict) and "id" in data:
            told = f"{data['id']}："
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            break
    return told


def _in_words(mistake: dict) -> str:
    """Return one pydantic error in the reader's language."""
    names = [part for part in mistake["loc"] if isinstance(part, str)]
    if names[-1:] == ["[key]"]:  # not the value but the key itself is wrong
        names = names[:-2]
    key = names[-1] if names else ""
    known = re.findall("'([^']*)'", str(mistake.get("ctx", {}).get("expected")))
    kind, given = mistake["type"], mistake["input"]
    wanted = next(
        (word for sort, word in WANTED.items() if kind.startswith(sort)), f"别的值（{mistake['msg']}）"
    )
    return {
        "extra_forbidden": f"不认识的键 {key}",
        "missing": f"缺少 {key}",
        "literal_error": f"{key} 没有 {given} 这个值" + _choices(str(given), known),
    }.get(kind, "文件是空的" if given is None and not key else f"{key} 的值 {given!r} 应为{wanted}")


def _choices(given: str, known: list[str]) -> str:
    """Return what may stand there: all values where they are few, else those that look like it."""
    if len(known) <= FEW:
        return f"，应为 {' 或 '.join(known)}"
    alike = difflib.get_close_matches(given, known, 3)
    return f"，是不是 {' 或 '.join(alike)}" if alike else ""


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
    except UnicodeDecodeError:
        raise Fault("不是 UTF-8 编码", file=file, do="请存为 UTF-8 编码的 CSV") from None
    except pd.errors.EmptyDataError:
        raise Fault("文件是空的", file=file, do="请从版本库恢复") from None
    except pd.errors.ParserError as error:
        row = re.search(r"line (\d+)", str(error))
        raise Fault("单元格比表头多，或引号不成对", file=file, row=row and int(row[1]),
                    do="请检查逗号和引号") from None  # fmt: skip
    if missing := [column for column in columns if column not in table]:
        raise Fault(f"缺少列 {'、'.join(missing)}", file=file, row=1, do="请补上表头")
    return table
