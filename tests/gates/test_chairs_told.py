"""Who is told for the chair of a case's committee: whoever may act on the case, and nobody who may not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gates.models import Delegation, Seat
from gates.queries.committees import chairs_of
from pocgate.identity.models import User
from pocgate.inbox.models import Notification
from portfolio.models import UseCase
from tests.factories.gates import CommitteeFactory, SeatFactory
from tests.factories.identity import UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory
from tests.factories.stage_set import a_stage_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> UseCase:
    return UseCaseFactory()


@pytest.fixture
def heads() -> tuple[Seat, Seat]:
    committee = CommitteeFactory()
    return SeatFactory(committee=committee, role="chair"), SeatFactory(committee=committee, role="deputy")


def delegate(seat: Seat, now: datetime) -> User:
    made: User = UserFactory()
    Delegation.objects.create(
        seat=seat, delegate=made, starts_at=now, ends_at=now + timedelta(days=9), created_by=seat.user, created_at=now
    )
    return made


def test_chair_and_deputy_are_told(case: UseCase, heads: tuple[Seat, Seat], now: datetime) -> None:
    chair, deputy = heads

    assert set(chairs_of(chair.committee, case.pk, now=now)) == {chair.user_id, deputy.user_id}


@pytest.mark.parametrize("absence", ["sponsor", "delegated", "left"])
def test_chair_who_can_not_act_is_passed_over(
    case: UseCase, heads: tuple[Seat, Seat], now: datetime, absence: str
) -> None:
    chair, deputy = heads
    if absence == "sponsor":
        TeamMemberFactory(case=case, user=chair.user, role="sponsor")
    elif absence == "delegated":
        delegate(chair, now)
    else:
        User.objects.filter(pk=chair.user_id).update(is_active=False)

    assert chairs_of(chair.committee, case.pk, now=now) == [deputy.user_id]


def test_delegates_are_told_where_both_are_away(case: UseCase, heads: tuple[Seat, Seat], now: datetime) -> None:
    stand_ins = [delegate(seat, now).pk for seat in heads]

    assert chairs_of(heads[0].committee, case.pk, now=now) == stand_ins


def test_officer_on_the_team_is_not_asked_to_sign(now: datetime) -> None:
    stage = a_stage_set(now)
    TeamMemberFactory(case=stage.case, user=stage.officer, role="engineering")

    stage.request(now)

    told = Notification.objects.filter(kind="review_requested").values_list("user", flat=True)
    assert stage.chair.pk in told
    assert stage.officer.pk not in told
