"""The tables: each function takes results and returns a Table, or a line of text where there is nothing."""

from yiduiyi_analysis.present.display import Table
from yiduiyi_analysis.present.tables.levels import (
    counties,
    county_deliverables,
    county_waves,
    deliverables,
    diagnosis,
    dimensions,
    habits,
    items,
    response,
    stages,
    tiers,
)
from yiduiyi_analysis.present.tables.register import (
    institutions,
    intake,
    quality,
    reconcile,
    repairs,
    schools,
)

__all__ = [
    "Table",
    "counties",
    "county_deliverables",
    "county_waves",
    "deliverables",
    "diagnosis",
    "dimensions",
    "habits",
    "institutions",
    "intake",
    "items",
    "quality",
    "reconcile",
    "repairs",
    "response",
    "schools",
    "stages",
    "tiers",
]
