"""The figures: each function takes results and returns a Chart, or a line where there is nothing to draw."""

from yiduiyi_analysis.present.charts.activities import calendar, coverage
from yiduiyi_analysis.present.charts.changes import county_changes, item_changes
from yiduiyi_analysis.present.charts.deliverables import county_deliverables, deliverables
from yiduiyi_analysis.present.charts.exam import questions
from yiduiyi_analysis.present.charts.funds import funds
from yiduiyi_analysis.present.charts.levels import county_levels, dimension_waves, habit_waves
from yiduiyi_analysis.present.charts.micro import distribution
from yiduiyi_analysis.present.charts.network import network
from yiduiyi_analysis.present.charts.panels import breakdown, indicator_waves, tier_waves
from yiduiyi_analysis.present.charts.platform import monthly
from yiduiyi_analysis.present.charts.quality import intake_rows, rule_counts
from yiduiyi_analysis.present.charts.response import response_by_unit, response_by_wave, response_map
from yiduiyi_analysis.present.charts.schools import school_sizes, self_expert, size_bands
from yiduiyi_analysis.present.charts.shares import item_shares
from yiduiyi_analysis.present.charts.stages import school_stages
from yiduiyi_analysis.present.charts.tilemap import tile_map
from yiduiyi_analysis.present.charts.units import unit_levels
from yiduiyi_analysis.present.display import Chart

__all__ = [
    "Chart",
    "breakdown",
    "calendar",
    "county_changes",
    "county_deliverables",
    "county_levels",
    "coverage",
    "deliverables",
    "dimension_waves",
    "distribution",
    "funds",
    "habit_waves",
    "indicator_waves",
    "intake_rows",
    "item_changes",
    "item_shares",
    "monthly",
    "network",
    "questions",
    "response_by_unit",
    "response_by_wave",
    "response_map",
    "rule_counts",
    "school_sizes",
    "school_stages",
    "self_expert",
    "size_bands",
    "tier_waves",
    "tile_map",
    "unit_levels",
]
