"""The tables: each function takes results and returns a Table, or a line of text where there is nothing."""

from yiduiyi_analysis.present.display import Table
from yiduiyi_analysis.present.tables.cases import cases, quotes
from yiduiyi_analysis.present.tables.changes import change, county_changes
from yiduiyi_analysis.present.tables.clauses import clauses, county_clauses
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
from yiduiyi_analysis.present.tables.quality import rules_by_county, rules_by_file
from yiduiyi_analysis.present.tables.ranks import ranks
from yiduiyi_analysis.present.tables.records import breakdown, indicators, questions, reported
from yiduiyi_analysis.present.tables.register import (
    institutions,
    intake,
    quality,
    reconcile,
    repairs,
    schools,
)
from yiduiyi_analysis.present.tables.sensitivity import sensitivity
from yiduiyi_analysis.present.tables.units import unit_levels, unit_response, unit_schools, unit_stages

__all__ = [
    "Table",
    "breakdown",
    "cases",
    "change",
    "clauses",
    "counties",
    "county_changes",
    "county_clauses",
    "county_deliverables",
    "county_milestones",
    "county_waves",
    "deliverables",
    "diagnosis",
    "dimensions",
    "habits",
    "indicators",
    "institutions",
    "intake",
    "items",
    "milestones",
    "quality",
    "questions",
    "quotes",
    "ranks",
    "reconcile",
    "repairs",
    "reported",
    "response",
    "rules_by_county",
    "rules_by_file",
    "schools",
    "sensitivity",
    "stages",
    "tiers",
    "unit_levels",
    "unit_response",
    "unit_schools",
    "unit_stages",
]
