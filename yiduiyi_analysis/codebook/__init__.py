"""The codebook: the tables under data/codebook/ as checked, typed objects."""

from yiduiyi_analysis.codebook.book import Codebook
from yiduiyi_analysis.codebook.entries import (
    Advice,
    Clause,
    Composite,
    Dimension,
    Field,
    Goal,
    Indicator,
    Instrument,
    Item,
    Light,
    Milestone,
    Option,
    Platform,
    Programme,
    Rule,
    Scale,
    Sheet,
    Thresholds,
    Wave,
)
from yiduiyi_analysis.codebook.loading import load

__all__ = [
    "Advice",
    "Clause",
    "Codebook",
    "Composite",
    "Dimension",
    "Field",
    "Goal",
    "Indicator",
    "Instrument",
    "Item",
    "Light",
    "Milestone",
    "Option",
    "Platform",
    "Programme",
    "Rule",
    "Scale",
    "Sheet",
    "Thresholds",
    "Wave",
    "load",
]
