"""Scoring's records, one noun per module."""

from scoring.models.answers import AnswerEvidence, CriterionAnswer
from scoring.models.assessments import Assessment
from scoring.models.costs import CostJustification, CostNotice, CostOutlook
from scoring.models.findings import Finding, FindingAnswer, FindingChange, SwampSignal
from scoring.models.playbooks import Playbook, PlaybookEffect, PlaybookEffectCase
from scoring.models.positions import ScorecardPosition
from scoring.models.readiness import CriterionResult, ReadinessPoint, ReadinessScore
from scoring.models.waivers import Waiver

__all__ = [
    "AnswerEvidence",
    "Assessment",
    "CostJustification",
    "CostNotice",
    "CostOutlook",
    "CriterionAnswer",
    "CriterionResult",
    "Finding",
    "FindingAnswer",
    "FindingChange",
    "Playbook",
    "PlaybookEffect",
    "PlaybookEffectCase",
    "ReadinessPoint",
    "ReadinessScore",
    "ScorecardPosition",
    "SwampSignal",
    "Waiver",
]
