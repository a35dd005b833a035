"""Sentences computed from evidence: what may be said, with its denominator, interval and response rate.

Rule:   percents are whole, points have two decimals, each rounded once from the evidence, halves to even
        (see numerals); a change is told only from its own row of evidence, never by subtracting two levels;
        facts, levels, changes and associations may be told, causes never
Source: GB/T 8170 for rounding
"""

from yiduiyi_analysis.present.lint import NO_CONTROL
from yiduiyi_analysis.present.wording.advice import advice, holds
from yiduiyi_analysis.present.wording.caveats import limits
from yiduiyi_analysis.present.wording.differences import changes
from yiduiyi_analysis.present.wording.facts import (
    completion,
    heading,
    intake,
    no_control,
    overview,
    response,
    roster,
    suppressed,
)
from yiduiyi_analysis.present.wording.records import clauses, conditions, latest
from yiduiyi_analysis.present.wording.standing import gap, level, levels, summary
from yiduiyi_analysis.present.wording.units import unit_heading, unit_response
from yiduiyi_analysis.present.wording.verdicts import milestones

__all__ = [
    "NO_CONTROL",
    "advice",
    "changes",
    "clauses",
    "completion",
    "conditions",
    "gap",
    "heading",
    "holds",
    "intake",
    "latest",
    "level",
    "levels",
    "limits",
    "milestones",
    "no_control",
    "overview",
    "response",
    "roster",
    "summary",
    "suppressed",
    "unit_heading",
    "unit_response",
]
