"""Records as they are true and as people first write them, before they go into workbooks."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from yiduiyi_analysis.codebook import Codebook, Field, Instrument, Sheet
from yiduiyi_analysis.demo import plan
from yiduiyi_analysis.demo.exports import MARK
from yiduiyi_analysis.demo.names import Spellings
from yiduiyi_analysis.demo.streams import stream

SOMEBODY = ["填表人甲（虚构）", "填表人乙（虚构）", "填表人丙（虚构）"]
WHOLE_COUNTY = "片区全部学校"
FATE = {"action": "kept", "flags": ""}


@dataclass(frozen=True)
class Desk:
    """What all record sheets are drawn from; schools carry school_index and county_index."""

    book: Codebook
    schools: pd.DataFrame
    staff: pd.DataFrame
    spellings: Spellings
    seed: int

    @property
    def mark(self) -> str:
        """Return what the numbers of these counties' records begin with, that no others of a nation have."""
        return f"{mark}-" if (mark := plan.mark(self.schools)) else ""


@dataclass
class Draft:
    """The records of one sheet.

    rows:   the true value of each field by its id (options by value, dates as days, persons by code), with
            county_code, school_id, wave where the sheet tells them; file and tab; action and flags, the fate
    cells:  what stands in the workbook, a column a field
    faults: (row, field or None, fault, action, rule, detail); rule: what the ledger calls it, "" if silent
    """

    desk: Desk
    tool: Instrument
    sheet: Sheet
    rows: pd.DataFrame
    cells: pd.DataFrame = field(default_factory=pd.DataFrame)
    faults: list[tuple] = field(default_factory=list)
    free: list[int] = field(default_factory=list)

    def __post_init__(self):
        self.rows = self.rows.reset_index(drop=True).assign(**FATE)
        self.rng = stream(self.desk.seed, self.sheet.id, "mess")
        self.cells = pd.DataFrame({f.id: _plain(f, self) for f in self.sheet.columns}, dtype=object)
        self.free = self.rng.permutation(len(self.rows)).tolist()

    def take(self, amount: float, allowed: pd.Series | None = None) -> list[int]:
        """Return rows without fault, a share of all (at least two) or a number of them, handed out once."""
        wanted = amount if amount >= 1 else max(2, round(amount * len(self.rows)))
        fit = set(self.free if allowed is None else allowed.index[allowed.fillna(False).astype(bool)])
        rows = [row for row in self.free if row in fit][: int(wanted)]
        taken = set(rows)
        self.free = [row for row in self.free if row not in taken]
        return sorted(rows)

    def note(self, row: int | None, name: str | None, fault: str, action: str, rule: str = "", **detail):
        """Note a planted fault, and what cleaning must do about it."""
        self.faults.append((row, name, fault, action, rule, detail))
        if row is not None and action in ("quarantined", "review"):
            self.rows.loc[row, "action"] = action
        kind, _, flag = action.partition(":")
        if kind in ("flag", "blank"):
            told = [*filter(None, self.rows.loc[row, "flags"].split(";")), flag]
            self.rows.loc[row, "flags"] = ";".join(dict.fromkeys(told))

    def again(self, row: int) -> int:
        """Enter a record once more, below the others, and return where."""
        for name in ("rows", "cells"):
            frame = getattr(self, name)
            setattr(self, name, pd.concat([frame, frame.loc[[row]]], ignore_index=True))
        return len(self.rows) - 1

    def flag(self, row: int, name: str, rule: str, fault: str = "") -> None:
        """Note that a rule marks a record, which stays."""
        self.note(row, name, fault or rule, f"flag:{rule}", rule)

    def blank(self, row: int, name: str, cell, rule: str, fault: str = "") -> None:
        """Let a cell say what a rule must take out, and mark the record, which stays."""
        self.put(row, name, np.nan, cell)
        self.note(row, name, fault or rule, f"blank:{rule}", rule)

    def hold(self, rows) -> None:
        """Keep rows that others depend on from further faults."""
        held = set(rows)
        self.free = [row for row in self.free if row not in held]

    def put(self, row: int, name: str, true, cell=None) -> None:
        """Let a record say another thing, truly; `cell` is how it is written."""
        cell = true if cell is None else cell
        self.rows.loc[row, name] = true
        self.cells.loc[row, name] = cell.item() if isinstance(cell, np.generic) else cell


def lay(rows: pd.DataFrame, how: str, tool: Instrument, sheet: Sheet, desk: Desk) -> pd.DataFrame:
    """Return the rows with the file and tab they are sent in: by county, by wave, or all together.

    In: how: "county files", "county tabs", "wave files", "wave tabs" or "one"
    """
    county = rows["county_code"].map(desk.book.counties.set_index("county_code")["county"])
    part = {"county": county, "wave": rows.get("wave", pd.Series("", rows.index)).map(
        {wave.id: wave.label for wave in desk.book.waves.values()})}.get(how.split()[0])  # fmt: skip
    title = f"{MARK}_{tool.title}"
    if part is None:
        return rows.assign(file=f"{title}.xlsx", tab=MARK)
    if how.endswith("tabs"):
        return rows.assign(file=f"{title}.xlsx", tab=f"{MARK}_" + part)
    return rows.assign(file=f"{title}_" + part + ".xlsx", tab=f"{MARK}_{sheet.title}")


def _plain(item: Field, draft: Draft) -> pd.Series:
    """Return the cells of one field as someone careful writes them."""
    rows, desk, n = draft.rows, draft.desk, len(draft.rows)
    if item.kind == "private":
        return pd.Series(stream(desk.seed, draft.sheet.id, item.id).choice(SOMEBODY, n))
    if item.kind == "county":
        return rows["county_code"].map(desk.book.counties.set_index("county_code")["county"])
    if item.kind == "school":
        return rows["school_id"].map(desk.schools.set_index("school_id")["school"])
    if item.kind == "wave":
        return rows["wave"].map({wave.id: wave.label for wave in desk.book.waves.values()})
    values = rows.get(item.id, pd.Series(None, rows.index, dtype=object))
    if item.kind == "schools":
        return pd.Series(listed(values, rows["county_code"], desk), rows.index)
    labels = _label(desk, item) if item.kind == "choice" else {}
    shown = {
        "choice": lambda value: labels[int(value)],
        "number": lambda value: int(value) if float(value).is_integer() else float(value),
        "date": lambda value: f"{value:%Y-%m-%d}",
    }.get(item.kind, str)
    return values.map(lambda value: "" if pd.isna(value) or value == "" else shown(value)).astype(object)


def _label(desk: Desk, item: Field) -> dict:
    """Return an option's wording by its value; a mark that is a figure is written as a figure."""
    options = desk.book.scales[item.scale].options
    return {o.value: int(o.label) if o.label.isdigit() else o.label for o in options if o.value is not None}


def listed(ids: pd.Series, counties: pd.Series, desk: Desk) -> list[str]:
    """Return the schools of each list of ids in one cell; all of a county's are written as such."""
    name = desk.schools.set_index("school_id")["school"]
    whole = desk.schools.groupby("county_code")["school_id"].agg(set)
    lists = [some.split(";") if some else [] for some in ids.fillna("")]
    return [
        WHOLE_COUNTY if set(some) == whole[county] else "、".join(name[one] for one in some)
        for some, county in zip(lists, counties, strict=True)
    ]


def waves_of(days: pd.Series, tool: Instrument, desk: Desk) -> pd.Series:
    """Return the wave of each day: the tool's first not closed before it, NA outside the programme."""
    programme = desk.book.programme
    waves = sorted((desk.book.waves[wave] for wave in tool.waves), key=lambda wave: wave.closes)
    closes = pd.to_datetime([wave.closes for wave in waves])
    at = np.searchsorted(closes, days.to_numpy("datetime64[ns]"))
    found = pd.Series([waves[k].id if k < len(waves) else None for k in at], days.index, dtype="string")
    return found.where(days.between(pd.Timestamp(programme.starts), pd.Timestamp(programme.ends)))
