"""What is asked, and of whom: waves, scales, items, record sheets, instruments, as typed, frozen entries."""

from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

ItemRole = Literal["county", "school", "rater", "rater_no", "visit_date", "grade", "class", "check", "person"]
Unit = Literal["teacher", "school", "student", "deliverable", "head", "test", "record"]
FieldKind = Literal[
    "county", "school", "schools", "wave", "choice", "number", "date", "month", "text", "code", "person",
    "private", "task", "covered_by",
]  # fmt: skip


class Entry(BaseModel):
    """A row of the codebook: unknown keys are mistakes, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Wave(Entry):
    """A survey wave and the window in which its answers are on time."""

    id: str
    label: str
    opens: date
    closes: date
    short: bool = False
    also: list[str] = []


class Option(Entry):
    """One printed answer option; `missing` says that it stands for no answer."""

    value: int | None
    label: str
    also: list[str] = []
    missing: Literal["not_applicable", "skipped", "blank"] | None = None


class Scale(Entry):
    """Answer options in printed order; `top` holds the values that count as the upper two (or as reached)."""

    id: str
    label: str
    kind: Literal["likert", "frequency", "habit", "level", "progress", "choice"]
    options: list[Option]
    top: list[int] = []

    @property
    def values(self) -> list[int]:
        return [option.value for option in self.options if option.value is not None]


class Item(Entry):
    """One question of an instrument, known by its wording, never by its position.

    options: the printed options of a test question, a scale of its own; key: the number of the right one;
    unit: what a number counts (人: persons, of whom few are not told)
    """

    id: str
    stem: str
    kind: Literal["scale", "single", "multi", "number", "text", "date"]
    also: list[str] = []
    matrix: str | None = None
    scale: str | None = None
    role: ItemRole | None = None
    dimension: str | None = None
    reverse: bool = False
    expect: int | None = None
    other: str | None = None
    clauses: list[str] = []
    waves: list[str] | None = None
    printed: dict[str, list[int]] = {}
    options: list[str] = []
    key: int | None = None
    unit: str | None = None


class Field(Entry):
    """One column of a record sheet, known by its heading; a `private` one is read past and never written."""

    id: str
    kind: FieldKind
    stem: str
    also: list[str] = []
    scale: str | None = None
    optional: bool = False
    min: float | None = None
    max: float | None = None
    unit: str | None = None
    note: str | None = None
    example: str | float | date | None = None


class Sheet(Entry):
    """One table of a record instrument, and of data/clean by its id.

    key: the fields that no two records share; period: the field that tells the wave; links: a field → the
    sheet whose field of that name must hold its value
    """

    id: str
    title: str
    titles: list[str] = []
    key: list[str]
    period: str | None = None
    links: dict[str, str] = {}
    columns: list[Field]

    @cached_property
    def field(self) -> dict[str, Field]:
        """Return every field by its id."""
        return {field.id: field for field in self.columns}


class Dimension(Entry):
    """A group of items that share one score."""

    id: str
    label: str


class Composite(Entry):
    """A yes/no rule over items (`at_least` of them in their top values) or over other composites."""

    id: str
    label: str
    items: list[str] = []
    at_least: int | None = None
    all_of: list[str] = []


class Instrument(Entry):
    """A questionnaire or record sheet.

    conditions: the yes/no items that a person needs all of for its composites to be in her hands; those who
                have them are also counted by themselves
    """

    id: str
    title: str
    unit: Unit
    kind: Literal["survey", "records"]
    waves: list[str]
    titles: list[str] = []
    clauses: list[str] = []
    items: list[Item] = []
    sheets: list[Sheet] = []
    dimensions: list[Dimension] = []
    composites: list[Composite] = []
    conditions: list[str] = []

    def waves_of(self, item: Item) -> list[str]:
        """Return the waves in which `item` was asked."""
        return item.waves or self.waves


class Platform(Entry):
    """How the exports of another platform name what a questionnaire asks, see the head of the shipped map.

    meta: kind of the platform's own column → its heading; columns: heading → item, or item.option;
    options: item or scale → the platform's wording of an option → the codebook's
    """

    id: str
    platform: str
    files: list[str]
    instrument: str
    wave: str | None = None
    separator: str | None = None
    meta: dict[Literal["number", "submitted_at", "duration", "sender", "net", "passed"], str] = {}
    columns: dict[str, str]
    options: dict[str, dict[str, str]] = {}


class Programme(Entry):
    """When the programme began and ended."""

    starts: date
    ends: date
