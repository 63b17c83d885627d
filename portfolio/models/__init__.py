"""The portfolio's records, one noun per module."""

from portfolio.models.benefits import BenefitEntry
from portfolio.models.business import BusinessCase, ScopeItem
from portfolio.models.cases import CaseFact, UseCase, UseCaseQuerySet
from portfolio.models.costs import CostCap, CostEntry, CostEstimate, CostPlan
from portfolio.models.departments import Department, DepartmentMember
from portfolio.models.dependencies import Dependency, Risk
from portfolio.models.evidence import Evidence, EvidenceRevision
from portfolio.models.feedback import Feedback
from portfolio.models.imports import CaseOrigin, ImportMapping, ImportRow, ImportRun
from portfolio.models.kpis import Kpi, KpiDefinition, KpiReading, KpiThreshold
from portfolio.models.lifecycle import Hold, StagePace, StageSpell
from portfolio.models.operating import ChangeRequest, Incident, Release, TierAssessment
from portfolio.models.operations import OperationsReading
from portfolio.models.recorded import RecordedFact
from portfolio.models.team import TeamMember
from portfolio.models.training import TrainingSession

__all__ = [
    "BenefitEntry",
    "BusinessCase",
    "CaseFact",
    "CaseOrigin",
    "ChangeRequest",
    "CostCap",
    "CostEntry",
    "CostEstimate",
    "CostPlan",
    "Department",
    "DepartmentMember",
    "Dependency",
    "Evidence",
    "EvidenceRevision",
    "Feedback",
    "Hold",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "Incident",
    "Kpi",
    "KpiDefinition",
    "KpiReading",
    "KpiThreshold",
    "OperationsReading",
    "RecordedFact",
    "Release",
    "Risk",
    "ScopeItem",
    "StagePace",
    "StageSpell",
    "TeamMember",
    "TierAssessment",
    "TrainingSession",
    "UseCase",
    "UseCaseQuerySet",
]
