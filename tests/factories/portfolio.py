"""Portfolio records for tests: minimal and without randomness."""

from __future__ import annotations

import factory

from portfolio.models import Department, DepartmentMember, Evidence, EvidenceRevision, StageSpell, TeamMember, UseCase
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
