"""Positions follow the ratings: written, replaced, taken away, and the same however often they are worked out."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from pocgate.kernel.models import Job
from portfolio.commands.team import add_member, end_membership
from portfolio.models import TeamMember, UseCase
from scoring.commands.assessments import GivenRating, rate
from scoring.commands.positions import place_cases
from scoring.models import Assessment, ScorecardPosition
from scoring.queries.playbooks import current_playbook
from scoring.tasks import place_all, place_case
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory
from tests.factories.scoring import ScorecardPositionFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DISCIPLINES = ("business", "technical", "compliance")


@pytest.fixture
def case() -> UseCase:
    made: UseCase = UseCaseFactory()
    return made


def rate_by_three(case: UseCase, now: datetime, rating: int = 4, **others: GivenRating) -> None:
    """Everything alike by three outsiders, but for one's own word on the criteria named."""
    for discipline in DISCIPLINES:
        given = [others.get(each.key, GivenRating(each.key, rating)) for each in current_playbook().scorecard.criteria]
        assessor = RoleGrantFactory(role="committee").user
        rate(case_id=case.pk, ratings=given, discipline=discipline, actor=assessor, now=now)


def test_place_of_a_rated_case_is_its_scorecard(case: UseCase, now: datetime) -> None:
    rate_by_three(case, now, team=GivenRating("team", 2))

    assert place_cases([case.pk], now=now + HOUR) == 1

    found = ScorecardPosition.objects.get()
    assert (found.value, found.feasibility, found.quadrant) == (Decimal(75), Decimal("67.50"), "commit")
    assert (found.priority, found.commit_chance, found.assessors) == (Decimal("71.25"), 1, 3)
    assert (found.value_low, found.feasibility_high, bytes(found.draws)) == (75, Decimal("67.50"), b"")
    assert (found.rated_at, found.computed_at) == (now, now + HOUR)


def test_place_of_an_unsure_case_keeps_its_draws(case: UseCase, now: datetime) -> None:
    rate_by_three(case, now, rating=3, outcome_size=GivenRating("outcome_size", 4, 1, 5))

    place_cases([case.pk], now=now)

    found = ScorecardPosition.objects.get()
    assert len(bytes(found.draws)) == 2000
    assert found.value_low < found.value < found.value_high
    assert found.feasibility_low == found.feasibility == found.feasibility_high


def test_place_names_disagreements_and_weight_shifts(case: UseCase, now: datetime) -> None:
    # 60 exactly: any weight that pulls the value down takes the case out of its quadrant.
    marks = {"strategic_fit": 4, "time_to_value": 4, "outcome_size": 3, "owner_commitment": 3}
    rate_by_three(case, now, **{key: GivenRating(key, mark) for key, mark in marks.items()})
    loud = Assessment.objects.filter(criterion="team").order_by("pk").first()
    assert loud is not None
    Assessment.objects.filter(pk=loud.pk).update(rating=2)

    place_cases([case.pk], now=now)

    found = ScorecardPosition.objects.get()
    assert found.disagreements == ["team"]
    assert found.weight_shifts[0] == {
        "criterion": "outcome_size",
        "percent": 20,
        "axis": "value",
        "before": "60",
        "after": "59.35",
        "quadrant": "fill_in",
    }


def test_place_again_without_news_writes_nothing(case: UseCase, now: datetime) -> None:
    rate_by_three(case, now, team=GivenRating("team", 3, 2, 5))
    place_cases([case.pk], now=now)
    before = ScorecardPosition.objects.values().get()

    assert place_cases([case.pk], now=now + HOUR) == 0

    assert ScorecardPosition.objects.values().get() == {**before, "computed_at": now + HOUR}


def test_place_moves_with_a_new_rating(case: UseCase, now: datetime) -> None:
    rate_by_three(case, now)
    place_cases([case.pk], now=now)
    Assessment.objects.update(rating=2)

    assert place_cases([case.pk], now=now + HOUR) == 1

    assert ScorecardPosition.objects.get().quadrant == "decline"


def test_place_goes_when_an_assessor_turns_out_to_be_the_owner(case: UseCase, now: datetime) -> None:
    rate_by_three(case, now)
    place_cases([case.pk], now=now)
    one = Assessment.objects.order_by("pk")[0].assessor
    TeamMemberFactory(case=case, user=one, role="product_owner", started_at=now)

    assert place_cases([case.pk], now=now + HOUR) == 1

    assert not ScorecardPosition.objects.exists()


def test_place_from_an_older_reading_changes_nothing(case: UseCase, now: datetime) -> None:
    rate_by_three(case, now)
    place_cases([case.pk], now=now + HOUR)
    Assessment.objects.update(rating=1)

    assert place_cases([case.pk], now=now) == 0

    assert ScorecardPosition.objects.get().quadrant == "commit"


def test_place_of_one_case_is_that_of_a_batch(now: datetime) -> None:
    cases = [UseCaseFactory() for _ in range(3)]
    for case, high in zip(cases, (4, 5, 5), strict=True):
        rate_by_three(case, now, team=GivenRating("team", 4, 2, high))
    place_cases([case.pk for case in cases], now=now)
    together = list(ScorecardPosition.objects.order_by("case").values_list("draws", "commit_chance", "digest"))

    ScorecardPosition.objects.all().delete()
    for case in reversed(cases):
        place_cases([case.pk], now=now)

    assert list(ScorecardPosition.objects.order_by("case").values_list("draws", "commit_chance", "digest")) == together


@pytest.mark.parametrize("count", [1, 3])
def test_place_takes_the_same_queries_for_any_number_of_cases(
    count: int, now: datetime, django_assert_num_queries: Any
) -> None:
    cases = [UseCaseFactory() for _ in range(count)]
    for case in cases:
        rate_by_three(case, now)
    place_cases([cases[0].pk], now=now - HOUR)

    # Playbook, ratings, team, known; then a savepoint's two, the lock, newer ones, gone ones, same ones, new ones.
    with django_assert_num_queries(11):
        place_cases([case.pk for case in cases], now=now)


def test_ratings_and_team_changes_ask_for_one_run(case: UseCase, now: datetime) -> None:
    owner = TeamMemberFactory(case=case, role="product_owner", started_at=now).user
    rate_by_three(case, now)
    member = add_member(case_id=case.pk, user=UserFactory(), role="operations", actor=owner, now=now)
    end_membership(member_id=member.pk, actor=owner, now=now)

    job = Job.objects.get(kind="scoring.place_case")

    assert (job.subject_type, job.subject_id) == ("use_case", str(case.pk))
    assert TeamMember.objects.filter(case=case).count() == 2


def test_job_places_its_case_once(case: UseCase) -> None:
    rate_by_three(case, timezone.now())
    job = Job.objects.get(kind="scoring.place_case")

    place_case(job_id=job.pk)
    place_case(job_id=job.pk)

    job.refresh_from_db()
    assert (job.state, job.result, job.attempts) == ("done", {"changed": 1}, 1)
    assert ScorecardPosition.objects.get().case == case


def test_nightly_run_places_rated_cases_and_takes_stale_places_away(case: UseCase) -> None:
    rate_by_three(case, timezone.now())
    ScorecardPositionFactory()
    UseCaseFactory()

    place_all()
    place_all()
    job = Job.objects.get(kind="scoring.place_all", subject_type="portfolio")
    place_all(job_id=job.pk)

    assert ScorecardPosition.objects.get().case == case
