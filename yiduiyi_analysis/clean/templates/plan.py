"""What a template asks for: its tabs, their columns, and what each column takes."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from yiduiyi_analysis.codebook import Codebook, Field, Instrument, Item, Sheet

SAMPLE_TEXT = "（示例文字）"
SAMPLE_CODE = "T8K2Q"
SUBMITTED = "提交时间"


@dataclass(frozen=True)
class Column:
    """One column of a template.

    kind:    choice (one of `choices`), number, date (both within low and high, where given) or text
    example: what the example row shows; note: what a person should know
    """

    heading: str
    kind: str
    example: str | float | date
    note: str = ""
    needed: bool = True
    choices: tuple[str, ...] = ()
    low: float | date | None = None
    high: float | date | None = None


@dataclass(frozen=True)
class Page:
    """One tab of a template."""

    tab: str
    title: str
    columns: list[Column]


@dataclass(frozen=True)
class _Maker:
    """What the columns are made from; `sample` is the school that the example names."""

    tool: Instrument
    wave: str | None
    book: Codebook
    roster: pd.DataFrame

    @property
    def sample(self) -> pd.Series:
        return self.roster.iloc[0]

    @property
    def schools(self) -> tuple[str, ...]:
        return tuple(self.roster["school"])

    @property
    def counties(self) -> tuple[str, ...]:
        return tuple(self.book.counties["county"])


def pages(tool: Instrument, wave: str | None, book: Codebook, roster: pd.DataFrame) -> list[Page]:
    """Return the tabs of an instrument's template; `wave` says which form of a questionnaire."""
    maker = _Maker(tool, wave, book, roster.sort_values("school_id", kind="stable"))
    if tool.sheets:
        return [_page(sheet, maker) for sheet in tool.sheets]
    asked = [item for item in tool.items if wave in tool.waves_of(item)]
    columns = [column for item in asked for column in _of_item(item, maker)]
    opens = book.waves[wave].opens
    when = Column(SUBMITTED, "date", opens, "填答的日期，如 2021-09-05", False, low=book.programme.starts,
                  high=date(2099, 12, 31))  # fmt: skip
    label = f"{tool.title}（{wave} {book.waves[wave].label}）"
    return [Page(tool.title, label, [when, *columns])]


def _page(sheet: Sheet, maker: _Maker) -> Page:
    titles = dict.fromkeys([maker.tool.title, sheet.title])
    return Page(sheet.title, "：".join(titles), [_of_field(field, maker) for field in sheet.columns])


def _of_field(field: Field, maker: _Maker) -> Column:
    """Return the column of one field; its unit stands in the heading unless the wording says it."""
    kind, example, choices = _takes(field, maker)
    unit = f"（{field.unit}）" if field.unit and field.unit not in field.stem else ""
    programme = maker.book.programme
    low, high = (programme.starts, programme.ends) if kind == "date" else (field.min, field.max)
    shown = example if field.example is None else field.example
    return Column(
        f"{field.stem}{unit}", kind, shown, _note(field, kind), not field.optional, choices, low, high
    )


def _takes(field: Field, maker: _Maker) -> tuple[str, str | float | date, tuple[str, ...]]:
    """Return how a field is filled in: kind, example, choices."""
    at, programme = maker.sample, maker.book.programme
    waves = tuple(f"{name} {maker.book.waves[name].label}" for name in maker.tool.waves)
    tasks = tuple(f"{item.id} {item.stem}" for item in maker.tool.items)
    labels = _labels(maker.book.scales[field.scale].options) if field.scale else ()
    months = tuple(str(month) for month in pd.period_range(programme.starts, programme.ends, freq="M"))
    beside = maker.roster.loc[maker.roster["county_code"] == at["county_code"], "school"]
    ways = {
        "county": ("choice", at["county"], maker.counties),
        "school": ("choice", at["school"], maker.schools),
        "schools": ("text", "、".join(beside.head(2)), ()),
        "covered_by": ("choice", "", maker.schools),
        "wave": ("choice", waves[0], waves),
        "task": ("choice", tasks[-1] if tasks else "", tasks),
        "choice": ("choice", labels[0] if labels else "", labels),
        "month": ("choice", months[-1], months),
        "number": ("number", field.min if field.min is not None else 1, ()),
        "date": ("date", programme.ends, ()),
        "code": ("text", SAMPLE_CODE, ()),
        "person": ("text", SAMPLE_CODE, ()),
        "private": ("text", "", ()),
    }
    return ways.get(field.kind, ("text", "" if field.optional else SAMPLE_TEXT, ()))


def _note(field: Field, kind: str) -> str:
    said = [field.note or ""]
    if field.kind == "private":
        said.append("只供核对，不读入、不保存")
    if kind == "number" and (field.min is not None or field.max is not None):
        low, high = (_bound(value) for value in (field.min, field.max))
        said.append(f"{low}–{high}" if low and high else f"不小于 {low}" if low else f"不大于 {high}")
    if field.unit:
        said.append(f"单位：{field.unit}")
    return "；".join(filter(None, said))


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _of_item(item: Item, maker: _Maker) -> list[Column]:
    """Return the columns of one question: one, or one an option where several may be ticked."""
    heading = f"{item.matrix}—{item.stem}" if item.matrix else item.stem
    if item.role in {"county", "school"}:
        listed = maker.counties if item.role == "county" else maker.schools
        return [Column(heading, "choice", maker.sample[item.role], choices=listed)]
    if item.kind == "multi":
        labels = _labels(maker.book.option_order(item, maker.wave))
        return [Column(f"{heading}（{label}）", "choice", label if label == labels[0] else "",
                       "选了就填，没选就空着", False, (label,)) for label in labels]  # fmt: skip
    if item.scale:
        labels = _labels(maker.book.option_order(item, maker.wave))
        return [Column(heading, "choice", _answer(item, labels, maker), choices=labels)]
    if item.kind == "number":
        return [Column(heading, "number", 1, low=0)]
    if item.kind == "date":
        return [Column(heading, "date", maker.book.waves[maker.wave].opens, low=maker.book.programme.starts,
                       high=maker.book.programme.ends)]  # fmt: skip
    coded = item.role in {"person", "rater_no", "class"}
    return [Column(heading, "text", SAMPLE_CODE if coded else SAMPLE_TEXT, needed=coded)]


def _answer(item: Item, labels: tuple[str, ...], maker: _Maker) -> str:
    """Return what an example answers: the right option of a check, else another one each question."""
    if item.expect is not None:
        return next(one.label for one in maker.book.scales[item.scale].options if one.value == item.expect)
    return labels[maker.tool.items.index(item) % len(labels) if item.role is None else 0]


def _labels(options) -> tuple[str, ...]:
    return tuple(option.label for option in options)
