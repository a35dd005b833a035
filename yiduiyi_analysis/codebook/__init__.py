"""The codebook: the tables under data/codebook/ as checked, typed objects."""

from yiduiyi_analysis.codebook.book import Codebook
from yiduiyi_analysis.codebook.entries import (
    Composite,
    Dimension,
    Field,
    Instrument,
    Item,
    Option,
    Platform,
    Programme,
    Scale,
    Sheet,
    Wave,
)
from yiduiyi_analysis.codebook.judging import (
    Advice,
    Clause,
    Goal,
    Indicator,
    Light,
    Milestone,
    Rule,
    Thresholds,
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
