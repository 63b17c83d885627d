"""Probes: the computed criteria, each a pure function of the case's records."""

from scoring.rules.probes.kpis import futile_kpis
from scoring.rules.probes.records import (
    BusinessCase,
    Cap,
    CaseText,
    Cost,
    CostPlan,
    Estimate,
    Kpi,
    ProbeFacts,
    Reading,
    ScopeItem,
    TeamMember,
    Threshold,
)
from scoring.rules.probes.registry import PROBES_BY_KEY, run_probe

__all__ = [
    "PROBES_BY_KEY",
    "BusinessCase",
    "Cap",
    "CaseText",
    "Cost",
    "CostPlan",
    "Estimate",
    "Kpi",
    "ProbeFacts",
    "Reading",
    "ScopeItem",
    "TeamMember",
    "Threshold",
    "futile_kpis",
    "run_probe",
]
