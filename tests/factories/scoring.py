"""Scoring records for tests, and a case that lacks little for gate 0."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

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
from scoring.commands.playbooks import ensure_default_playbook
from scoring.models import AnswerEvidence, Assessment, CriterionAnswer, ScorecardPosition
from tests.factories.identity import LONG_AGO, UserFactory
from tests.factories.portfolio import (
    BenefitEntryFactory,
    EvidenceFactory,
    EvidenceRevisionFactory,
    FeedbackFactory,
    OperationsReadingFactory,
    TeamMemberFactory,
    TrainingSessionFactory,
    UseCaseFactory,
)


class CriterionAnswerFactory(factory.django.DjangoModelFactory[CriterionAnswer]):
    class Meta:
        model = CriterionAnswer

    case = factory.SubFactory(UseCaseFactory)
    criterion = "ai_justified"
    answer = "met"
    author = factory.SubFactory(UserFactory)
    answered_at = LONG_AGO


class AnswerEvidenceFactory(factory.django.DjangoModelFactory[AnswerEvidence]):
    """Named with the answer itself."""

    class Meta:
        model = AnswerEvidence

    answer = factory.SubFactory(CriterionAnswerFactory)
    named_at = factory.SelfAttribute("answer.answered_at")


class AssessmentFactory(factory.django.DjangoModelFactory[Assessment]):
    class Meta:
        model = Assessment

    case = factory.SubFactory(UseCaseFactory)
    assessor = factory.SubFactory(UserFactory)
    criterion = "outcome_size"
    discipline = "business"
    rating = 4
    assessed_at = LONG_AGO


class ScorecardPositionFactory(factory.django.DjangoModelFactory[ScorecardPosition]):
    class Meta:
        model = ScorecardPosition

    case = factory.SubFactory(UseCaseFactory)
    playbook_id = factory.LazyFunction(lambda: ensure_default_playbook(now=LONG_AGO).pk)
    value = value_low = value_high = Decimal(75)
    feasibility = feasibility_low = feasibility_high = Decimal(65)
    priority = Decimal(70)
    quadrant = "commit"
    commit_chance = Decimal(1)
    assessors = 3
    rated_at = computed_at = LONG_AGO
    digest = "0" * 64


def shown(case: UseCase, criterion: str, at: datetime) -> CriterionAnswer:
    """The criterion answered as met, with evidence uploaded at that moment."""
    revision = EvidenceRevisionFactory(evidence=EvidenceFactory(case=case), uploaded_at=at)
    answer: CriterionAnswer = CriterionAnswerFactory(case=case, criterion=criterion, answered_at=at)
    AnswerEvidenceFactory(answer=answer, revision=revision)
    return answer


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
    _add_use(case, now)
    return case


def _add_use(case: UseCase, now: datetime) -> None:
    answered = {"answer": "Mended.", "answered_by": UserFactory(), "answered_at": now}
    for _ in range(5):
        FeedbackFactory(case=case, received_at=now, recorded_at=now, **answered)
    BenefitEntryFactory(case=case, period_start=now.date() - timedelta(days=60), period_end=now.date(), recorded_at=now)
    TrainingSessionFactory(case=case, session_date=now.date(), people_trained=20, recorded_at=now)
    for figure, unit in (("throughput", "1/day"), ("latency", "s"), ("error_rate", "%"), ("availability", "%")):
        OperationsReadingFactory(
            case=case, figure=figure, unit=unit, observed_from=now, observed_to=now, recorded_at=now
        )


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
            error=1,
            observed_from=now,
            observed_to=now,
            recorded_at=now,
            source=source,
        )
