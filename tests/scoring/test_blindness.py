"""Whose ratings a person may see: the scorecard of one case and the list of positions say the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from pocgate.identity.models import User
from portfolio.models import StageSpell, UseCase
from scoring.commands.assessments import GivenRating, rate
from scoring.commands.positions import place_cases
from scoring.permissions import can
from scoring.queries.blindness import open_positions, owes_rating
from scoring.queries.scorecards import scorecard_of
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory
from tests.scoring.rules.examples import default_playbook

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
KEYS = [criterion.key for criterion in default_playbook().scorecard.criteria]
WHO = ("committee", "chair", "compliance", "sponsor", "auditor", "admin", "team", "other_team", "service")
WAIT = ("committee", "chair", "compliance", "team", "service")


@pytest.fixture
def case(now: datetime) -> UseCase:
    made: UseCase = UseCaseFactory(stage=0)
    for discipline in ("business", "technical", "compliance"):
        rate_as(RoleGrantFactory(role="committee").user, made, now - DAY, discipline)
    place_cases([made.pk], now=now - DAY)
    return made


def rate_as(actor: User, case: UseCase, at: datetime, discipline: str = "business", keys: list[str] = KEYS) -> None:
    given = [GivenRating(key, 4) for key in keys]
    rate(case_id=case.pk, ratings=given, discipline=discipline, actor=actor, now=at)


def person(who: str, case: UseCase) -> User:
    if who == "service":
        robot: User = UserFactory(kind="service")
        RoleGrantFactory(user=robot, role="auditor")
        return robot
    if who in {"team", "other_team"}:
        member: User = TeamMemberFactory(case=case if who == "team" else UseCaseFactory(), role="engineering").user
        return member
    holder: User = RoleGrantFactory(role=who).user
    return holder


def sees(viewer: User, case: UseCase, now: datetime) -> bool:
    """Whether the viewer sees the case's position, on either surface."""
    case.refresh_from_db()
    one = not scorecard_of(case, viewer, may_rate=can("rate", viewer, case, now=now), now=now).is_hidden
    many = open_positions(viewer, UseCase.objects.all(), now=now).filter(case=case).exists()
    assert one == many == (not owes_rating(viewer, case, now=now))
    return one


@pytest.mark.parametrize("who", WHO)
def test_ratings_wait_for_those_who_may_still_rate(who: str, case: UseCase, now: datetime) -> None:
    assert sees(person(who, case), case, now) == (who not in WAIT)


def test_ratings_open_with_ones_own_on_every_criterion(case: UseCase, now: datetime) -> None:
    viewer = person("chair", case)

    rate_as(viewer, case, now, keys=KEYS[:-1])
    partly = sees(viewer, case, now)
    rate_as(viewer, case, now, keys=KEYS[-1:])

    assert (partly, sees(viewer, case, now)) == (False, True)


@pytest.mark.parametrize(
    ("stay", "expected"),
    [
        ({"exit_reason": "promoted", "left_days": 1}, True),
        ({"exit_reason": "pivoted", "left_days": 0}, True),
        ({"exit_reason": "promoted", "left_days": 2}, False),
        ({"exit_reason": "promoted", "left_days": 0, "imported": True}, False),
        ({}, False),
    ],
    ids=["decided then", "decided later", "decided before", "told by a file", "undecided"],
)
def test_ratings_open_once_a_decision_moved_the_case_on(
    stay: dict[str, Any], expected: bool, case: UseCase, now: datetime
) -> None:
    stay = dict(stay)
    days = stay.pop("left_days", None)
    left_at = None if days is None else now - days * DAY
    StageSpell.objects.create(case=case, stage=0, entered_at=now - 30 * DAY, left_at=left_at, **stay)

    assert sees(person("chair", case), case, now) is expected


def test_new_rating_after_the_decision_waits_again_for_who_never_rated(case: UseCase, now: datetime) -> None:
    StageSpell.objects.create(case=case, stage=0, entered_at=now - 30 * DAY, left_at=now - DAY, exit_reason="promoted")
    early = case.assessments.order_by("pk")[0].assessor

    rate_as(early, case, now)
    place_cases([case.pk], now=now)

    assert (sees(early, case, now), sees(person("chair", case), case, now)) == (True, False)


@pytest.mark.parametrize("status", ["stopped", "retired"])
def test_ratings_of_a_case_that_ended_are_open(status: str, case: UseCase, now: datetime) -> None:
    UseCase.objects.filter(pk=case.pk).update(status=status)

    assert sees(person("chair", case), case, now)


@pytest.mark.parametrize("status", ["active", "in_review", "paused"])
def test_ratings_of_a_case_on_its_way_wait(status: str, case: UseCase, now: datetime) -> None:
    UseCase.objects.filter(pk=case.pk).update(status=status, records_locked_at=now)

    assert not sees(person("chair", case), case, now)


def test_nothing_waits_where_nobody_rated(now: datetime) -> None:
    assert not owes_rating(RoleGrantFactory(role="chair").user, UseCaseFactory(), now=now)
