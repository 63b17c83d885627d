"""Readiness for a gate: the verdict of each criterion and the score with its parts."""

from scoring.rules.readiness.answers import AnswerState, EvidenceRevision, ProbeResult, SignOffState
from scoring.rules.readiness.criterion import CriterionResult, evaluate_criterion
from scoring.rules.readiness.score import DimensionScore, Readiness, readiness

__all__ = [
    "AnswerState",
    "CriterionResult",
    "DimensionScore",
    "EvidenceRevision",
    "ProbeResult",
    "Readiness",
    "SignOffState",
    "evaluate_criterion",
    "readiness",
]
