"""Scoring's records, one noun per module."""

from scoring.models.answers import AnswerEvidence, CriterionAnswer
from scoring.models.assessments import Assessment
from scoring.models.playbooks import Playbook
from scoring.models.readiness import CriterionResult, ReadinessPoint, ReadinessScore

__all__ = [
    "AnswerEvidence",
    "Assessment",
    "CriterionAnswer",
    "CriterionResult",
    "Playbook",
    "ReadinessPoint",
    "ReadinessScore",
]
