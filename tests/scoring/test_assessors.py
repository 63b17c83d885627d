"""Agreement and leniency over the cases open to the viewer, with names for those who are told them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from pocgate.identity.models import User
from portfolio.models import UseCase
from scoring.queries.assessors import AssessorsView, assessors_of
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory
from tests.factories.scoring import AssessmentFactory, ScorecardPositionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[User]:
    return [UserFactory(full_name=name) for name in ("Ada", "Bea", "Cem")]


def rated(people: list[User], *ratings: int, criterion: str = "team") -> UseCase:
    case: UseCase = UseCaseFactory()
    ScorecardPositionFactory(case=case)
    for person, rating in zip(people, ratings, strict=False):
        AssessmentFactory(case=case, assessor=person, criterion=criterion, rating=rating)
    return case


def seen(role: str, now: datetime, user: User | None = None) -> AssessorsView:
    viewer = RoleGrantFactory(role=role, **({"user": user} if user else {})).user
    return assessors_of(viewer, UseCase.objects.all(), now=now)


def test_agreement_is_over_all_questions_and_by_criterion(people: list[User], now: datetime) -> None:
    rated(people, 1, 1)
    rated(people, 5, 5)
    rated(people, 2, 4, criterion="integration")

    found = seen("auditor", now)

    assert (found.cases, found.whole.units, found.whole.ratings) == (3, 3, 6)
    alphas = {each.key: each.agreement.alpha for each in found.criteria}
    assert (alphas["team"], alphas["integration"], alphas["outcome_size"]) == (Decimal(1), Decimal(0), None)
    assert [each.key for each in found.criteria][:2] == ["integration", "team"]


def test_leniency_names_people_to_those_who_answer_for_them(people: list[User], now: datetime) -> None:
    rated(people, 5, 3, 3)

    named, own = seen("auditor", now), seen("sponsor", now, people[1])

    assert [(each.name, each.leniency.points) for each in named.assessors] == [
        ("Ada", Decimal(2)),
        ("Bea", Decimal(-1)),
        ("Cem", Decimal(-1)),
    ]
    assert [(each.name, each.is_own) for each in own.assessors] == [("", False), ("Bea", True), ("", False)]
    assert (named.is_named, own.is_named) == (True, False)


def test_owners_ratings_and_replaced_ones_are_left_out(people: list[User], now: datetime) -> None:
    case = rated(people, 4, 4, 1)
    TeamMemberFactory(case=case, user=people[2], role="product_owner")
    AssessmentFactory(case=case, assessor=people[0], criterion="team", rating=1, superseded_at=now)

    found = seen("auditor", now)

    assert (found.whole.ratings, len(found.assessors)) == (2, 2)


def test_cases_that_wait_for_the_viewers_rating_are_left_out(people: list[User], now: datetime) -> None:
    rated(people, 1, 5)
    ended = rated(people, 3, 3)
    UseCase.objects.filter(pk=ended.pk).update(status="retired")

    found = seen("chair", now)

    assert (found.cases, found.whole.units, [each.leniency.points for each in found.assessors]) == (1, 1, [0, 0])


@pytest.mark.parametrize("count", [1, 3])
def test_view_takes_the_same_queries_for_any_number_of_cases(
    count: int, people: list[User], now: datetime, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        rated(people, 1, 5)
    viewer = RoleGrantFactory(role="auditor").user

    with django_assert_num_queries(6):
        assessors_of(viewer, UseCase.objects.all(), now=now)
