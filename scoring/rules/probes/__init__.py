"""Probes: the computed criteria, each a pure function of the case's records."""

from scoring.rules.costs.records import Cap, Cost, CostPlan, Estimate
from scoring.rules.probes.kpis import KpiEvidence, futile_kpis, kpi_evidence
from scoring.rules.probes.records import (
    SECTIONS,
    Benefit,
    BusinessCase,
    CaseText,
    Feedback,
    Figure,
    Kpi,
    ProbeFacts,
    Reading,
    ScopeItem,
    SectionUnread,
    TeamMember,
    Threshold,
    ThresholdChange,
    Training,
)
from scoring.rules.probes.registry import ANSWERS, PROBES_BY_KEY, SECTIONS_BY_KEY, run_probe, sections_read

__all__ = [
    "ANSWERS",
    "PROBES_BY_KEY",
    "SECTIONS",
    "SECTIONS_BY_KEY",
    "Benefit",
    "BusinessCase",
    "Cap",
    "CaseText",
    "Cost",
    "CostPlan",
    "Estimate",
    "Feedback",
    "Figure",
    "Kpi",
    "KpiEvidence",
    "ProbeFacts",
    "Reading",
    "ScopeItem",
    "SectionUnread",
    "TeamMember",
    "Threshold",
    "ThresholdChange",
    "Training",
    "futile_kpis",
    "kpi_evidence",
    "run_probe",
    "sections_read",
]
