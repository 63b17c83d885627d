"""The playbook: policy as data, read from one YAML document."""

from scoring.rules.playbook.criteria import Applicability, Condition, Criterion, Variant
from scoring.rules.playbook.document import LARGEST_BYTES
from scoring.rules.playbook.gates import (
    MATERIAL,
    ApprovalShare,
    GatePolicy,
    Presence,
    Recommendation,
    RecommendationRule,
    ScorecardDemand,
    WaiverPolicy,
)
from scoring.rules.playbook.measures import CostPolicy, KpiPolicy, ProbePolicy
from scoring.rules.playbook.pace import ReminderPolicy
from scoring.rules.playbook.problems import PlaybookInvalid, Problem
from scoring.rules.playbook.scorecard import ScorecardCriterion, ScorecardPolicy
from scoring.rules.playbook.texts import Texts
from scoring.rules.playbook.whole import Playbook, diff_playbooks, parse_playbook

__all__ = [
    "LARGEST_BYTES",
    "MATERIAL",
    "Applicability",
    "ApprovalShare",
    "Condition",
    "CostPolicy",
    "Criterion",
    "GatePolicy",
    "KpiPolicy",
    "Playbook",
    "PlaybookInvalid",
    "Presence",
    "ProbePolicy",
    "Problem",
    "Recommendation",
    "RecommendationRule",
    "ReminderPolicy",
    "ScorecardCriterion",
    "ScorecardDemand",
    "ScorecardPolicy",
    "Texts",
    "Variant",
    "WaiverPolicy",
    "diff_playbooks",
    "parse_playbook",
]
