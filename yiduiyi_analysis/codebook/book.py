"""The whole codebook, and the questions asked of it: places, items, labels."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from yiduiyi_analysis.codebook.entries import (
    Instrument,
    Item,
    Option,
    Platform,
    Programme,
    Scale,
    Sheet,
    Wave,
)
from yiduiyi_analysis.codebook.judging import Advice, Clause, Indicator, Light, Milestone, Rule, Thresholds
from yiduiyi_analysis.codebook.labels import KINDS, MEASURES, ROSTER_FACTS
from yiduiyi_analysis.errors import Fault

HOW_MANY = "零一两三四五六七八九十"


@dataclass(frozen=True)
class Codebook:
    """Everything the codebook says: entries by id, CSV files as tables of text."""

    folder: Path
    counties: pd.DataFrame
    waves: dict[str, Wave]
    scales: dict[str, Scale]
    instruments: dict[str, Instrument]
    thresholds: Thresholds
    milestones: dict[str, Milestone]
    clauses: dict[str, Clause]
    indicators: dict[str, Indicator]
    advice: dict[str, Advice]
    programme: Programme
    rules: dict[str, Rule]
    lights: dict[str, Light]
    corrections: pd.DataFrame
    aliases: pd.DataFrame
    townships: pd.DataFrame
    lookalikes: pd.DataFrame
    platforms: dict[str, Platform]
    forms: pd.DataFrame

    def __repr__(self) -> str:
        tools = "、".join(f"{tool.id} {tool.title}" for tool in self.instruments.values())
        waves = f"{len(self.waves)} 轮（{'、'.join(self.waves)}）"
        sizes = f"{len(self.item)} 道题，{len(self.indicators)} 个指标，{len(self.instruments)} 种工具"
        return f"Codebook：{self.together}，{waves}，{sizes}\n{tools}"

    def county(self, written: str) -> tuple[str, str]:
        """Return (code, name) of a county given as code, name or short name; Fault lists the counties."""
        wanted = str(written).strip()
        codes = self._written.get(wanted, [])
        if len(codes) != 1:
            known = "、".join(self.counties["county"] + " " + self.counties["county_code"])
            raise Fault(f"没有“{wanted}”这个县", do=f"可用：{known}")
        return codes[0], self._places["county"][codes[0]]

    @cached_property
    def _written(self) -> dict[str, list[str]]:
        """Return the codes that each way of writing a county stands for: one, if it is not ambiguous."""
        codes: dict[str, list[str]] = {}
        columns = ("county_code", "county", "short", "also")
        for code, county, short, also in zip(*(self.counties[name] for name in columns), strict=True):
            for written in {code, county, short, *also.split(";")} - {""}:
                codes.setdefault(written, []).append(code)
        return codes

    @cached_property
    def together(self) -> str:
        """Return what the counties are called together, such as 七县."""
        count = len(self.counties)
        return f"{HOW_MANY[count]}县" if count < len(HOW_MANY) else f"{count} 个县"

    def places(self, name: str = "county") -> dict[str, str]:
        """Return what each county is called by its code, in order, and all of them together as `all`."""
        return self._places[name] | {"all": self.together}

    @cached_property
    def _places(self) -> dict[str, dict[str, str]]:
        codes = self.counties["county_code"].tolist()
        return {name: dict(zip(codes, self.counties[name], strict=True)) for name in self.counties}

    @cached_property
    def item(self) -> dict[str, Item]:
        """Return every item by its id."""
        return {item.id: item for tool in self.instruments.values() for item in tool.items}

    @cached_property
    def sheet(self) -> dict[str, Sheet]:
        """Return every record sheet by its id."""
        return {sheet.id: sheet for tool in self.instruments.values() for sheet in tool.sheets}

    @cached_property
    def items(self) -> pd.DataFrame:
        """Return one row an item, in the order of the questionnaires."""
        rows = [
            {
                "item_id": item.id,
                "instrument": tool.id,
                "unit": tool.unit,
                **item.model_dump(include={"stem", "kind", "scale", "role", "dimension", "reverse"}),
            }
            for tool in self.instruments.values()
            for item in tool.items
        ]
        return pd.DataFrame(rows)

    @cached_property
    def items_of(self) -> dict[str, list[str]]:
        """Return the ids of the items of each dimension, in the order of the questionnaire."""
        of: dict[str, list[str]] = {}
        for item in self.item.values():
            of.setdefault(item.dimension, []).append(item.id)
        return of

    @cached_property
    def instrument_of(self) -> dict[str, str]:
        """Return the id of the instrument that each item, dimension and composite belongs to."""
        of: dict[str, str] = {}
        for tool in self.instruments.values():
            for entry in (*tool.items, *tool.dimensions, *tool.composites):
                of.setdefault(entry.id, tool.id)
        return of

    def option_order(self, item: Item, wave: str) -> list[Option]:
        """Return the options of `item` in the order in which that wave's form printed them."""
        options = self.scales[item.scale].options
        order = item.printed.get(wave)
        if order is None:
            return list(options)
        by_value = {option.value: option for option in options}
        return [by_value[value] for value in order] + [o for o in options if o.value not in order]

    @cached_property
    def _labels(self) -> dict[str, str]:
        labels = {item.id: item.stem for item in self.item.values()}
        for tool in self.instruments.values():
            labels |= {
                tool.id: tool.title,
                f"{tool.id}.self": f"{tool.title}·自评",
                f"{tool.id}.expert": f"{tool.title}·专家",
            }
            labels |= {d.id: d.label for d in tool.dimensions} | {c.id: c.label for c in tool.composites}
        return labels

    @cached_property
    def _figures(self) -> dict[str, str]:
        """Return the labels of the indicators that have their own, with those they are told by."""
        labels: dict[str, str] = {}
        for entry in filter(lambda entry: entry.label, self.indicators.values()):
            labels[entry.id] = entry.label
            fields = self.sheet[entry.sheet].field if entry.sheet in self.sheet else {}
            if entry.by in fields:
                for option in self.scales[fields[entry.by].scale].options:
                    labels[f"{entry.id}.{option.value}"] = f"{entry.label}（{option.label}）"
            if entry.each:
                labels |= {f"{entry.instrument}.{name}": fields[name].stem for name in entry.columns}
        return labels

    def label(self, indicator: str) -> str:
        """Return the Chinese name of an indicator such as `R1.top2`; an unknown one returns itself."""
        if own := ROSTER_FACTS.get(indicator) or self._figures.get(indicator):
            return own
        level, sign, kind = indicator.rpartition("_change")
        if sign and level in self._figures:
            return f"{self._figures[level]}{KINDS[sign[1:] + kind]}"
        subject, _, measure = indicator.rpartition(".")
        if subject in self._labels and measure in MEASURES:
            return f"{self._labels[subject]}（{MEASURES[measure]}）"
        return self._labels.get(indicator, indicator)

    def subject(self, indicator: str) -> str:
        """Return the Chinese name of what an indicator measures, without the measure."""
        if indicator in self._figures:
            return self._figures[indicator]
        subject, _, measure = indicator.rpartition(".")
        return self._labels.get(subject if measure in MEASURES else indicator, self.label(indicator))
