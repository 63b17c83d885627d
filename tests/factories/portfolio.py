"""Portfolio records for tests: minimal and without randomness."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import factory

from portfolio.models import (
    BenefitEntry,
    ChangeRequest,
    CostPlan,
    Department,
    DepartmentMember,
    Dependency,
    Evidence,
    EvidenceRevision,
    Feedback,
    Incident,
    Kpi,
    KpiDefinition,
    OperationsReading,
    Risk,
    StageSpell,
    TeamMember,
    TrainingSession,
    UseCase,
)
from tests.factories.identity import LONG_AGO, UserFactory


class DepartmentFactory(factory.django.DjangoModelFactory[Department]):
    class Meta:
        model = Department
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Department {n}")
    path = "/"

    @factory.post_generation
    def placed(self, create: bool, extracted: object, **_: object) -> None:
        if create:
            above = self.parent.path if self.parent else "/"
            self.path = f"{above}{self.pk}/"
            self.save(update_fields=["path"])


class DepartmentMemberFactory(factory.django.DjangoModelFactory[DepartmentMember]):
    class Meta:
        model = DepartmentMember

    user = factory.SubFactory(UserFactory)
    department = factory.SubFactory(DepartmentFactory)


class UseCaseFactory(factory.django.DjangoModelFactory[UseCase]):
    """An active case in stage 0 without its spell; `with_spell=True` adds it."""

    class Meta:
        model = UseCase
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: 10_000 + n)
    title = factory.Sequence(lambda n: f"Case {n}")
    problem_statement = "Claims are sorted by hand."
    department = factory.SubFactory(DepartmentFactory)
    stage = 0
    status = "active"
    created_at = LONG_AGO
    updated_at = LONG_AGO

    @factory.post_generation
    def with_spell(self, create: bool, extracted: object, **_: object) -> None:
        if create and extracted:
            StageSpellFactory(case=self, stage=self.stage)


class StageSpellFactory(factory.django.DjangoModelFactory[StageSpell]):
    class Meta:
        model = StageSpell

    case = factory.SubFactory(UseCaseFactory)
    stage = 0
    entered_at = LONG_AGO
    time_box_days = 28


class TeamMemberFactory(factory.django.DjangoModelFactory[TeamMember]):
    class Meta:
        model = TeamMember

    case = factory.SubFactory(UseCaseFactory)
    user = factory.SubFactory(UserFactory)
    role = "product_owner"
    started_at = LONG_AGO


class EvidenceFactory(factory.django.DjangoModelFactory[Evidence]):
    class Meta:
        model = Evidence

    case = factory.SubFactory(UseCaseFactory)
    title = factory.Sequence(lambda n: f"Evidence {n}")
    created_at = LONG_AGO


class EvidenceRevisionFactory(factory.django.DjangoModelFactory[EvidenceRevision]):
    class Meta:
        model = EvidenceRevision

    evidence = factory.SubFactory(EvidenceFactory)
    number = 1
    sha256 = "a" * 64
    file_name = "paper.pdf"
    uploaded_at = LONG_AGO


class KpiFactory(factory.django.DjangoModelFactory[Kpi]):
    """A primary KPI with its definition in force, from 40 up to 60 %."""

    class Meta:
        model = Kpi
        skip_postgeneration_save = True

    case = factory.SubFactory(UseCaseFactory)
    key = factory.Sequence(lambda n: f"kpi-{n}")
    name = factory.Sequence(lambda n: f"KPI {n}")
    role = "primary"
    kind = "outcome"
    created_at = LONG_AGO

    @factory.post_generation
    def defined(self, create: bool, extracted: object, **_: object) -> None:
        if create:
            KpiDefinitionFactory(kpi=self)


class KpiDefinitionFactory(factory.django.DjangoModelFactory[KpiDefinition]):
    class Meta:
        model = KpiDefinition

    kpi = factory.SubFactory(KpiFactory)
    unit = "%"
    direction = "higher"
    baseline = Decimal(40)
    target = Decimal(60)
    valid_from = LONG_AGO


class CostPlanFactory(factory.django.DjangoModelFactory[CostPlan]):
    class Meta:
        model = CostPlan

    case = factory.SubFactory(UseCaseFactory)
    version = 1
    case_cap = Decimal(100_000)
    proposed_at = LONG_AGO


class FeedbackFactory(factory.django.DjangoModelFactory[Feedback]):
    class Meta:
        model = Feedback

    case = factory.SubFactory(UseCaseFactory)
    given_by = "Claims desk"
    channel = "survey"
    text = "It finds the right form in most cases."
    received_at = LONG_AGO
    recorded_at = LONG_AGO


class BenefitEntryFactory(factory.django.DjangoModelFactory[BenefitEntry]):
    class Meta:
        model = BenefitEntry

    case = factory.SubFactory(UseCaseFactory)
    amount = Decimal(10_000)
    period_start = date(2025, 1, 1)
    period_end = date(2025, 2, 1)
    method = "Hours saved times their rate"
    recorded_at = LONG_AGO


class TrainingSessionFactory(factory.django.DjangoModelFactory[TrainingSession]):
    """A planned session; `people_trained=…` makes it a held one."""

    class Meta:
        model = TrainingSession

    case = factory.SubFactory(UseCaseFactory)
    audience = "Claims handlers"
    session_date = date(2025, 2, 1)
    people_planned = 20
    recorded_at = LONG_AGO


class OperationsReadingFactory(factory.django.DjangoModelFactory[OperationsReading]):
    class Meta:
        model = OperationsReading

    case = factory.SubFactory(UseCaseFactory)
    figure = "availability"
    value = Decimal("99.5")
    unit = "%"
    observed_from = LONG_AGO
    observed_to = LONG_AGO
    recorded_at = LONG_AGO


class DependencyFactory(factory.django.DjangoModelFactory[Dependency]):
    """Blocked since long ago by a team outside."""

    class Meta:
        model = Dependency

    case = factory.SubFactory(UseCaseFactory)
    on = "team"
    text = "The core system's new interface"
    blocked_date = date(2025, 1, 1)
    recorded_at = LONG_AGO


class RiskFactory(factory.django.DjangoModelFactory[Risk]):
    class Meta:
        model = Risk

    case = factory.SubFactory(UseCaseFactory)
    text = "Handlers trust the proposal blindly"
    likelihood = 3
    impact = 4
    owner = factory.SubFactory(UserFactory)
    recorded_at = LONG_AGO


class IncidentFactory(factory.django.DjangoModelFactory[Incident]):
    class Meta:
        model = Incident

    case = factory.SubFactory(UseCaseFactory)
    severity = "serious"
    text = "Letters went to the wrong people"
    detected_at = LONG_AGO
    recorded_at = LONG_AGO


class ChangeRequestFactory(factory.django.DjangoModelFactory[ChangeRequest]):
    class Meta:
        model = ChangeRequest

    case = factory.SubFactory(UseCaseFactory)
    kind = "purpose"
    text = "Sort motor claims as well"
    recorded_at = LONG_AGO
