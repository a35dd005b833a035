"""The header of an export → what each column is, by its wording and never by its position."""

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from yiduiyi_analysis.clean.survey import written
from yiduiyi_analysis.codebook import Codebook, Instrument, Item

META = {
    "number": ("序号", "编号", "答卷编号", "答题序号"),
    "submitted_at": ("提交答卷时间", "提交时间", "结束答题时间"),
    "duration": ("所用时间", "答题时长", "用时"),
    "sender": ("用户ID", "来源详情", "昵称", "微信昵称"),
    "net": ("来自IP", "IP", "IP地址"),
    "passed": ("来源", "总分", "开始答题时间", "开始时间", "合成数据"),
}
TENCENT_META = "结束答题时间"
_META = {written.key(name): kind for kind, names in META.items() for name in names}
_PERSONAL = re.compile(
    "姓名|名字|手机|电话|联系方式|身份证|证件|微信|QQ|昵称|用户|邮箱|邮件|email|IP|住址|地址|出生|生日|openid|账号|学号|工号",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"[\[(【][^\[\](【】)]*(?:单选|多选|矩阵|填空|量表|打分|排序|下拉|可选|必答|必填|选填|选答)[^\[\](【】)]*[\])】]"
)
_NUMBER = re.compile(
    r"^\*?\s*(?:第\s*\d+\s*题|Q\s*\d+|\d+(?:\.\d+)*(?=\s*[、.:)\s])|\(\d+\)\d*)[\s、.:)]*\*?\s*",
    re.IGNORECASE,
)
_DASH = re.compile(r"\s*(?:[—–―-]+|:)\s*")
_REMARK = re.compile(r"\s*\([^()]*(?:\([^()]*\)[^()]*)*\)\s*$")
_BARE_OPTION = re.compile(r"^\*?\s*(?:第\s*(\d+)\s*题|Q?(\d+)\s*[、.:]?)\s*\((.+)\)\s*:?$", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """What one column holds.

    kind: number, submitted_at, duration, sender, net, passed (the platform's own); item, option,
          repeated (a second column of one item); personal, unknown (never read)
    """

    position: int
    header: str
    kind: str
    item: Item | None = None
    option: int | None = None


@dataclass
class _Reader:
    """An instrument's wordings, and where the column being read stands.

    matrix:  the title of the matrix it stands in, None outside
    foreign: whether that matrix is one that the codebook does not know
    """

    tool: Instrument
    book: Codebook
    matrix: str | None = None
    foreign: bool = False
    by_stem: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self):
        for item in self.tool.items:
            for stem in dict.fromkeys(map(written.key, [item.stem, *item.also])):
                self.by_stem[stem].append(item)

    def item(self, header: str) -> Item | None:
        """Return the item a header words; of several with one wording, the one of the matrix it stands in.

        Rule: a row without number belongs to the matrix above it, so below an unknown matrix none is ours
        """
        plain = _plain(header)
        text = _NUMBER.sub("", plain)
        if self.foreign and text == plain:
            return None
        for title, stem in _splits(text):
            items = self.by_stem.get(written.key(stem), []) or self.by_stem.get(_bare(stem), [])
            self.matrix = written.key(title) if items and title is not None else self.matrix
            inside = [item for item in items if self.matrix and written.key(item.matrix or "") == self.matrix]
            if len(inside or items) == 1:
                self.matrix, self.foreign = (self.matrix if inside else None), False
                return (inside or items)[0]
        title, dash, _ = text.partition("—")
        titles = {written.key(item.matrix or "") for item in self.tool.items}
        self.foreign = bool(dash) and written.key(title) not in titles
        return None

    def option(self, header: str) -> tuple[Item, int] | None:
        """Return the option that a header words after its item's stem, as `8、任教学科(语文)`."""
        text = written.key(_NUMBER.sub("", _plain(header)))
        for item in (item for item in self.tool.items if item.kind == "multi"):
            for stem in map(written.key, [item.stem, *item.also]):
                rest = text.removeprefix(stem)
                if rest != text and (value := option_value(_unwrap(rest), item, self.book)) is not None:
                    return item, value
        return None

    def group(self, labels: list[str]) -> Item | None:
        """Return the one item whose options `labels` are, None where no item or two fit."""
        multis = [item for item in self.tool.items if item.kind == "multi"]
        fits = [
            item
            for item in multis
            if all(option_value(label, item, self.book) is not None for label in labels)
        ]
        return fits[0] if len(fits) == 1 else None


def option_value(label: str, item: Item, book: Codebook) -> int | None:
    """Return the value of the option that `label` words, None where it is no option of `item`."""
    known = {
        written.key(name): option.value
        for option in book.scales[item.scale].options
        for name in [option.label, *option.also]
    }
    return next((known[name] for name in written.wordings(label) if name in known), None)


def columns(headers: list[str], tool: Instrument, book: Codebook) -> list[Column]:
    """Return what each column is when the table is one of `tool`; a second column of one item is unknown."""
    reader, found, taken = _Reader(tool, book), [], set()
    groups = _groups(headers, reader)
    for position, header in enumerate(headers):
        column = _column(position, header, reader, groups)
        place = (column.item.id, column.option) if column.item else None
        if place and place in taken:
            column = Column(position, header, "repeated", column.item, column.option)
        taken.add(place)
        found.append(column)
    return found


def _column(position: int, header: str, reader: _Reader, groups: dict[int, tuple[Item, int]]) -> Column:
    if kind := _META.get(written.key(header)):
        return Column(position, header, kind)
    if position in groups:
        return Column(position, header, "option", *groups[position])
    if hit := reader.option(header):
        return Column(position, header, "option", *hit)
    if item := reader.item(header):
        return Column(position, header, "item", item)
    return Column(position, header, "personal" if _PERSONAL.search(_plain(header)) else "unknown")


def _groups(headers: list[str], reader: _Reader) -> dict[int, tuple[Item, int]]:
    """Return item and option of the columns headed by an option alone, as `第6题(语文)` or `8、(语文)`.

    Rule: such a header names no item, so the options under one question number decide together; where
          two questions fit one item (it was asked to be ranked, too) neither is taken for it
    """
    together: dict[str, dict[int, str]] = defaultdict(dict)
    for position, header in enumerate(headers):
        if hit := _BARE_OPTION.match(_plain(header)):
            together[hit[1] or hit[2]][position] = hit[3]
    fits = [(item, members) for members in together.values() if (item := reader.group([*members.values()]))]
    count = Counter(item.id for item, _ in fits)
    return {
        position: (item, option_value(label, item, reader.book))
        for item, members in fits
        if count[item.id] == 1
        for position, label in members.items()
    }


def _plain(header: str) -> str:
    """Return a header in one width, without the tags that name its kind of question."""
    text = unicodedata.normalize("NFKC", header).replace("\u200b", "").replace("\ufeff", "")
    text = _TAG.sub("", text)
    return " ".join(text.split()).strip("* ")


def _bare(stem: str) -> str:
    return written.key(_REMARK.sub("", stem))


def _splits(text: str):
    """Yield (matrix title, stem): the whole text first, then split at each dash or colon."""
    yield None, text
    for dash in _DASH.finditer(text):
        yield text[: dash.start()], _NUMBER.sub("", text[dash.end() :])


def _unwrap(text: str) -> str:
    text = text.lstrip(":-")
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text
