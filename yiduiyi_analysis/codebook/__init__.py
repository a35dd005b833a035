"""The codebook: the tables under data/codebook/ as checked, typed objects."""

from yiduiyi_analysis.codebook.loading import load
from yiduiyi_analysis.codebook.model import (
    Codebook,
    Column,
    Composite,
    Dimension,
    Goal,
    Instrument,
    Item,
    Milestone,
    Option,
    Scale,
    Thresholds,
    Wave,
)

__all__ = [
    "Codebook",
    "Column",
    "Composite",
    "Dimension",
    "Goal",
    "Instrument",
    "Item",
    "Milestone",
    "Option",
    "Scale",
    "Thresholds",
    "Wave",
    "load",
]
