"""Readiness for a gate: the verdict of each criterion and the score with its parts."""

from scoring.rules.readiness.answers import AnswerState, EvidenceRevision, ProbeResult, SignOffState
from scoring.rules.readiness.criterion import CriterionResult, evaluate_criterion
from scoring.rules.readiness.score import DimensionScore, Readiness, in_points, readiness, weighed
from scoring.rules.readiness.sums import NO_SHARE, DimensionSum, Share, Sums, Weighed, overall_score, sums

__all__ = [
    "NO_SHARE",
    "AnswerState",
    "CriterionResult",
    "DimensionScore",
    "DimensionSum",
    "EvidenceRevision",
    "ProbeResult",
    "Readiness",
    "Share",
    "SignOffState",
    "Sums",
    "Weighed",
    "evaluate_criterion",
    "in_points",
    "overall_score",
    "readiness",
    "sums",
    "weighed",
]
