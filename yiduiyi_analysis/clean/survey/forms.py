"""Which questionnaire of which wave a table is: by forms.csv, its header, its name and its times."""

import fnmatch
import re
from dataclasses import dataclass

import pandas as pd

from yiduiyi_analysis.clean import ledger
from yiduiyi_analysis.clean.read import Export
from yiduiyi_analysis.clean.survey import headers, modes, platforms, times, written
from yiduiyi_analysis.clean.survey.headers import Column
from yiduiyi_analysis.codebook import Codebook, Instrument, Item
from yiduiyi_analysis.errors import Fault

FEWEST_ITEMS = 3
ITEM_SHARE = 0.5
MAJORITY = 0.5
UNSPOKEN = {"rater", "rater_no", "visit_date", "class"}
NOTICED = {
    "column_repeated": ("review", "同一题出现两列，取第一列"),
    "column_unknown": ("kept", "编码本里没有这一题，未读取"),
    "item_missing": ("review", "本轮应有而表中没有"),
    "item_unplanned": ("kept", "本轮未安排此题，照读"),
}
IN_FORMS = "data/codebook/forms.csv"


@dataclass(frozen=True)
class Form:
    """What an export is: instrument, wave, mode, what each column holds, when each row was submitted."""

    tool: Instrument
    wave: str
    mode: str
    platform: str
    columns: list[Column]
    submitted_at: pd.Series
    said: list[pd.DataFrame]

    def meta(self, kind: str) -> Column | None:
        """Return the platform's own column of this kind."""
        return next((column for column in self.columns if column.kind == kind), None)

    def column_of(self, item: Item) -> Column | None:
        """Return the column that holds an item whole."""
        return next((c for c in self.columns if c.kind == "item" and c.item.id == item.id), None)

    def options_of(self, item: Item) -> list[Column]:
        """Return the columns that hold an item's options, one each."""
        return [c for c in self.columns if c.kind == "option" and c.item.id == item.id]

    def role(self, role: str) -> Column | None:
        """Return the column of the item in this role."""
        return next((c for c in self.columns if c.kind == "item" and c.item.role == role), None)


def registered(export: Export, book: Codebook) -> dict[str, str]:
    """Return what forms.csv says of a file: the first row whose pattern fits its name, blanks left out.

    Rule: where no row fits, the column map of its platform, if there is one
    """
    name = export.file.rsplit("/", 1)[-1]
    for row in book.forms.to_dict("records"):
        if fnmatch.fnmatchcase(name.casefold(), row["pattern"].strip().casefold()):
            return {
                column: row[column].strip()
                for column in ("instrument", "wave", "mode")
                if row[column].strip()
            }
    if entry := platforms.of(export, book):
        wave = {"wave": entry.wave} if entry.wave else {}
        return {"instrument": entry.instrument, "mode": modes.TEXT, **wave}
    return {}


def identify(export: Export, book: Codebook) -> Form:
    """Return the form of a questionnaire export.

    Raises: Fault when instrument, wave or mode cannot be told, or the school column is missing
    """
    said = registered(export, book)
    tool, columns = _instrument(export, book, said.get("instrument"))
    role = {column.item.role: column for column in columns if column.kind == "item"}
    if "school" not in role:
        asked = next((item.stem for item in tool.items if item.role == "school"), "学校")
        raise Fault("缺少学校一列", file=export.file, sheet=export.sheet, row=export.header_row, column=asked,
                    do=f"请补上该列，或在 instruments/{tool.id}.yml 的 also 里写上本表的题干")  # fmt: skip
    when = _submitted_at(export, columns)
    wave, doubts = _wave(export, tool, when, book, said.get("wave"))
    _enough(export, tool, wave, columns)
    mode, contradicted = modes.tell(export, columns, wave, book, said.get("mode"))
    keys = {written.key(header) for header in export.headers}
    known = "tencent" if written.key(headers.TENCENT_META) in keys else "wjx"
    mapped = platforms.of(export, book)
    platform = mapped.platform if mapped else known
    noticed = [*doubts, *contradicted, *_columns_noticed(export, tool, wave, columns)]
    return Form(tool, wave, mode, platform, columns, when, noticed)


def _instrument(export: Export, book: Codebook, given: str | None) -> tuple[Instrument, list[Column]]:
    """Return the questionnaire with most of its wordings in the header; the title decides between equals."""
    tools = {tool.id: tool for tool in book.instruments.values() if tool.kind == "survey"}
    if given and given not in tools:
        known = "、".join(tools)
        raise Fault(f"{IN_FORMS} 写的工具 {given} 不是编码本里的问卷", file=export.file, do=f"可用：{known}")
    label = f"{export.file} {export.sheet or ''} {export.title}"
    read, rank = {}, {}
    for name in [given] if given else tools:
        read[name] = headers.columns(export.headers, tools[name], book)
        hits = len({column.item.id for column in read[name] if column.item and not column.item.role})
        rank[name] = (hits, any(title in label for title in [tools[name].title, *tools[name].titles]))
    best = max(rank, key=rank.get)
    if rank[best][0] < FEWEST_ITEMS or list(rank.values()).count(rank[best]) > 1:
        raise Fault(
            "认不出是哪一份问卷（表头与编码本各工具的题干都不符）",
            file=export.file,
            sheet=export.sheet,
            row=export.header_row,
            do=f"请核对表头，或把题干补进编码本，或在 {IN_FORMS} 登记",
        )
    return tools[best], read[best]


def named_waves(text: str, book: Codebook) -> list[str]:
    """Return the waves a title names, by id (W2), label (一年) or another of its names, in order."""
    found = []
    for wave in book.waves.values():
        code = re.search(rf"(?<![A-Za-z0-9]){wave.id}(?![0-9])", text, re.IGNORECASE)
        words = any(re.search(f"{re.escape(name)}(?![级龄])", text) for name in [wave.label, *wave.also])
        if code or words:
            found.append((code is None, wave.id))
    by_code = [name for worded, name in found if not worded]
    return by_code or [name for _, name in found]


def _wave(
    export: Export, tool: Instrument, when: pd.Series, book: Codebook, given: str | None
) -> tuple[str, list]:
    """Return the wave, and a doubt where most answers came in another wave's window.

    Rule: forms.csv, else the file's own name and title, else the window most submissions fall into
    """
    timed = _wave_by_time(tool, when, book)
    label = f"{export.file} {export.sheet or ''} {export.title}"
    named = named_waves(label, book)
    wave = given or (named[0] if len(named) == 1 else timed)
    if wave is None:
        raise Fault(
            "认不出是哪一轮调查（文件名没有写，多数答卷也不在任何一轮的窗口内）",
            file=export.file,
            sheet=export.sheet,
            do=f"请在文件名里写上轮次（如 W2），或在 {IN_FORMS} 登记",
        )
    if wave not in tool.waves:
        raise Fault(f"{tool.title}没有 {wave} 这一轮", file=export.file, sheet=export.sheet,
                    do=f"可用：{'、'.join(tool.waves)}；请改文件名或 {IN_FORMS}")  # fmt: skip
    if timed in (None, wave):
        return wave, []
    said = {"before": timed, "after": wave, "note": "多数答卷的时间在另一轮的窗口内，仍按登记或文件名归轮次"}
    return wave, [
        ledger.rows(file=export.file, sheet=export.sheet, rule="wave_doubt", action="review", **said)
    ]


def _submitted_at(export: Export, columns: list[Column]) -> pd.Series:
    column = next((column for column in columns if column.kind == "submitted_at"), None)
    if column is None:
        return pd.Series(pd.NaT, export.frame.index, dtype="datetime64[s]")
    return times.moments(export.texts(column.position))


def _wave_by_time(tool: Instrument, when: pd.Series, book: Codebook) -> str | None:
    day = when.dt.normalize()
    inside = {
        name: day.between(pd.Timestamp(book.waves[name].opens), pd.Timestamp(book.waves[name].closes)).sum()
        for name in tool.waves
    }
    best = max(inside, key=inside.get)
    return best if inside[best] > MAJORITY * max(day.notna().sum(), 1) else None


def _enough(export: Export, tool: Instrument, wave: str, columns: list[Column]) -> None:
    """Stop where the header has too few of the wave's questions for it to be that form."""
    there = {column.item.id for column in columns if column.item}
    asked = [item.id for item in tool.items if item.kind != "text" and wave in tool.waves_of(item)]
    got = sum(name in there for name in asked)
    if got < ITEM_SHARE * len(asked):
        raise Fault(
            f"表头与{tool.title} {wave} 不符：应有 {len(asked)} 题，只认出 {got} 题",
            file=export.file,
            sheet=export.sheet,
            row=export.header_row,
            do="请核对轮次，或把改动过的题干补进编码本的 also",
        )


def _columns_noticed(
    export: Export, tool: Instrument, wave: str, columns: list[Column]
) -> list[pd.DataFrame]:
    """Return ledger rows for columns not read, and for questions that are missing or not due in this wave."""
    there = {column.item.id for column in columns if column.item}
    due = [item for item in tool.items if wave in tool.waves_of(item)]
    noticed = {
        "column_repeated": [c.header for c in columns if c.kind == "repeated"],
        "column_unknown": [c.header for c in columns if c.kind == "unknown" and c.header],
        "item_missing": [i.stem for i in due if i.id not in there and i.role not in UNSPOKEN],
        "item_unplanned": [i.stem for i in tool.items if i not in due and i.id in there],
    }
    rows = [(rule, *NOTICED[rule], name) for rule, names in noticed.items() for name in names]
    if not rows:
        return []
    frame = pd.DataFrame(rows, columns=["rule", "action", "note", "column"])
    return [ledger.rows(frame, file=export.file, sheet=export.sheet, row=export.header_row)]
