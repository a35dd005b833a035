"""What the column maps of other platforms owe the questionnaires; a mistake stops with its file and line."""

from yiduiyi_analysis.codebook.book import Codebook
from yiduiyi_analysis.codebook.checks import line_of
from yiduiyi_analysis.codebook.entries import Instrument, Platform
from yiduiyi_analysis.errors import Fault


def check(book: Codebook) -> None:
    """Stop on a map that names no instrument, wave, item or option that exists."""
    for entry in book.platforms.values():
        file = book.folder / "platforms" / f"{entry.id}.yml"
        for word, mistake in [*_whole(entry, book), *_columns(entry, book), *_options(entry, book)]:
            raise Fault(mistake, file=file, row=line_of(file, word), do="请改正列对照表")


def _whole(entry: Platform, book: Codebook):
    """Yield what is wrong with instrument, wave and files: the word to look for, and the mistake."""
    tool = book.instruments.get(entry.instrument)
    if tool is None or tool.kind != "survey":
        yield entry.instrument, f"{entry.instrument} 不是编码本里的问卷"
    elif entry.wave and entry.wave not in tool.waves:
        yield entry.wave, f"{tool.title}没有 {entry.wave} 这一轮"
    if not entry.files:
        yield "files", "files 至少写一个文件名"


def _columns(entry: Platform, book: Codebook):
    """Yield the columns that name no question of the instrument, or one that another column names, too."""
    known, seen = _answers(book.instruments[entry.instrument], book), {}
    for header, target in entry.columns.items():
        if target not in known:
            yield header, f"“{header}”写的 {target} 不是 {entry.instrument} 的题目或选项"
        if seen.setdefault(target, header) != header:
            yield header, f"“{header}”与“{seen[target]}”都写成 {target}"


def _answers(tool: Instrument, book: Codebook) -> set[str]:
    """Return what a column may stand for: an item, or an option of one where several may be ticked."""
    several = [item for item in tool.items if item.kind == "multi"]
    options = {f"{item.id}.{value}" for item in several for value in book.scales[item.scale].values}
    return {item.id for item in tool.items} | options


def _options(entry: Platform, book: Codebook):
    """Yield the options of no item and no scale, and those that stand for no option of it."""
    for name, words in entry.options.items():
        item = book.item.get(name)
        scale = book.scales.get(item.scale if item else name)
        if scale is None:
            yield name, f"options 的 {name} 不是题目或量表"
            continue
        labels = {option.label for option in scale.options}
        for text, label in words.items():
            if label not in labels:
                yield text, f"options 里“{text}”写成“{label}”，{name} 没有这个选项"
