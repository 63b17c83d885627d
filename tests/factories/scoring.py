"""Scoring records for tests, and a case that lacks little for gate 0."""

from __future__ import annotations

from datetime import datetime

import factory

from portfolio.models import (
    BusinessCase,
    CaseFact,
    CostCap,
    CostEntry,
    CostPlan,
    Kpi,
    KpiDefinition,
    KpiReading,
    KpiThreshold,
    ScopeItem,
    UseCase,
)
from scoring.models import Assessment, CriterionAnswer
from tests.factories.identity import LONG_AGO, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory


class CriterionAnswerFactory(factory.django.DjangoModelFactory[CriterionAnswer]):
    class Meta:
        model = CriterionAnswer

    case = factory.SubFactory(UseCaseFactory)
    criterion = "ai_justified"
    answer = "met"
    author = factory.SubFactory(UserFactory)
    answered_at = LONG_AGO


class AssessmentFactory(factory.django.DjangoModelFactory[Assessment]):
    class Meta:
        model = Assessment

    case = factory.SubFactory(UseCaseFactory)
    assessor = factory.SubFactory(UserFactory)
    criterion = "outcome_size"
    discipline = "business"
    rating = 4
    assessed_at = LONG_AGO


def full_case(now: datetime, **fields: object) -> UseCase:
    """A case in stage 1 with one of every record that probes read."""
    case: UseCase = UseCaseFactory(
        **{
            "stage": 1,
            "with_spell": True,
            "problem_statement": "Claims are sorted by hand. " * 6,
            "affected_process": "Claims intake",
            "affected_users": "Twelve clerks",
            **fields,
        }
    )
    for key, value in (("tier", "limited"), ("personal_data", "no"), ("delivery", "built")):
        CaseFact.objects.create(case=case, key=key, value=value, valid_from=LONG_AGO)
    for role in ("product_owner", "business_owner", "sponsor", "budget_holder"):
        TeamMemberFactory(case=case, role=role, confirmed_at=now)
    for kind in ("in", "out", "thin_slice"):
        ScopeItem.objects.create(case=case, kind=kind, text=kind, added_at=LONG_AGO)
    BusinessCase.objects.create(
        case=case,
        benefit_low=200,
        benefit_likely=300,
        benefit_high=400,
        cost_at_scale=100,
        budget_line="4711",
        valid_from=now,
    )
    _add_money(case, now)
    _add_kpi(case, now)
    return case


def _add_money(case: UseCase, now: datetime) -> None:
    plan = CostPlan.objects.create(
        case=case,
        version=1,
        case_cap=900,
        monthly_cap=90,
        proposed_at=LONG_AGO,
        agreed_at=LONG_AGO,
        agreed_by=UserFactory(),
    )
    for stage, amount in ((1, 300), (2, 600)):
        CostCap.objects.create(plan=plan, stage=stage, amount=amount)
    CostEntry.objects.create(
        case=case,
        line="people",
        amount=120,
        state="actual",
        recurrence="recurring",
        period_start=LONG_AGO.date(),
        period_end=now.date(),
        stage=1,
        recorded_at=now,
    )


def _add_kpi(case: UseCase, now: datetime) -> None:
    kpi = Kpi.objects.create(
        case=case, key="hours", name="Hours a day", role="primary", kind="outcome", gates=[1, 2], created_at=LONG_AGO
    )
    KpiDefinition.objects.create(
        kpi=kpi, unit="h", direction="lower", baseline=40, target=20, valid_from=LONG_AGO, min_samples=10
    )
    for gate, value in ((1, 30), (2, 25)):
        KpiThreshold.objects.create(kpi=kpi, gate=gate, value=value, set_at=LONG_AGO)
    for source in ("set A", "set B"):
        KpiReading.objects.create(
            kpi=kpi,
            value=22,
            sample_size=20,
            observed_from=now,
            observed_to=now,
            recorded_at=now,
            source=source,
        )
