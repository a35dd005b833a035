"""The tables: each function takes results and returns a Table, or a line of text where there is nothing."""

from yiduiyi_analysis.present.display import Table
from yiduiyi_analysis.present.tables.changes import change, county_changes
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
from yiduiyi_analysis.present.tables.milestones import county_milestones, milestones
from yiduiyi_analysis.present.tables.register import (
    institutions,
    intake,
    quality,
    reconcile,
    repairs,
    schools,
)
from yiduiyi_analysis.present.tables.sensitivity import sensitivity

__all__ = [
    "Table",
    "change",
    "counties",
    "county_changes",
    "county_deliverables",
    "county_milestones",
    "county_waves",
    "deliverables",
    "diagnosis",
    "dimensions",
    "habits",
    "institutions",
    "intake",
    "items",
    "milestones",
    "quality",
    "reconcile",
    "repairs",
    "response",
    "schools",
    "sensitivity",
    "stages",
    "tiers",
]
