"""The portfolio's records, one noun per module."""

from portfolio.models.business import BusinessCase, ScopeItem
from portfolio.models.cases import CaseFact, UseCase, UseCaseQuerySet
from portfolio.models.costs import CostCap, CostEntry, CostEstimate, CostPlan
from portfolio.models.departments import Department, DepartmentMember
from portfolio.models.evidence import Evidence, EvidenceRevision
from portfolio.models.imports import CaseOrigin, ImportMapping, ImportRow, ImportRun
from portfolio.models.kpis import Kpi, KpiDefinition, KpiReading, KpiThreshold
from portfolio.models.lifecycle import Hold, StageSpell
from portfolio.models.team import TeamMember

__all__ = [
    "BusinessCase",
    "CaseFact",
    "CaseOrigin",
    "CostCap",
    "CostEntry",
    "CostEstimate",
    "CostPlan",
    "Department",
    "DepartmentMember",
    "Evidence",
    "EvidenceRevision",
    "Hold",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "Kpi",
    "KpiDefinition",
    "KpiReading",
    "KpiThreshold",
    "ScopeItem",
    "StageSpell",
    "TeamMember",
    "UseCase",
    "UseCaseQuerySet",
]
