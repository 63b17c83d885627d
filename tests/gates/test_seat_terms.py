"""Seats whose end is known when they begin, and which of two seats somebody stands back from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gates.commands.committees import appoint, end_seat
from gates.commands.delegations import delegate_seat
from gates.models import Recusal, Seat
from gates.permissions import is_chair_of
from gates.queries.committees import committees_in_being, seats_at
from pocgate.identity.models import User
from pocgate.identity.queries import has_role
from pocgate.kernel.errors import Invalid, NotAllowedNow
from tests.factories.gates import CommitteeFactory, SeatFactory
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.stage_set import TOKEN, a_stage_set

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def appointed(now: datetime, **values: Any) -> Seat:
    admin = RoleGrantFactory(role="admin").user
    terms = {"user_id": UserFactory().pk, "role": "member", "discipline": "finance", **values}
    committee = terms.pop("committee", None) or CommitteeFactory(gate=0)
    return appoint(committee_id=committee.pk, actor=admin, now=now, **terms)


def test_dated_seat_ends_by_itself_with_the_role_it_gave(now: datetime) -> None:
    seat = appointed(now, ends_at=now + 30 * DAY)

    held = [
        (seat in seats_at(seat.committee, at), has_role(seat.user, "committee", now=at))
        for at in (now, now + 29 * DAY, now + 30 * DAY)
    ]

    assert held == [(True, True), (True, True), (False, False)]


def test_dated_chair_presides_until_the_end_and_leaves_room_for_the_next(now: datetime) -> None:
    seat = appointed(now, role="chair", ends_at=now + 30 * DAY)

    with pytest.raises(NotAllowedNow):
        appointed(now + DAY, role="chair", committee=seat.committee)
    successor = appointed(now + 30 * DAY, role="chair", committee=seat.committee)

    chairs = [
        [is_chair_of(person, seat.committee, now=at) for person in (seat.user, successor.user)]
        for at in (now + 29 * DAY, now + 30 * DAY)
    ]
    assert chairs == [[True, False], [False, True]]


def test_dated_seat_may_be_ended_early_and_takes_the_role_along(now: datetime) -> None:
    seat = appointed(now, ends_at=now + 30 * DAY)
    admin = RoleGrantFactory(role="admin").user

    end_seat(seat_id=seat.pk, actor=admin, now=now + DAY)
    with pytest.raises(NotAllowedNow):
        end_seat(seat_id=seat.pk, actor=admin, now=now + 2 * DAY)

    assert not has_role(seat.user, "committee", now=now + DAY)
    (committee,) = committees_in_being(now=now + DAY)
    assert vars(committee)["open_seats"] == []


def test_end_in_the_past_is_refused(now: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        appointed(now, ends_at=now)

    assert [problem.pointer for problem in refused.value.problems] == ["ends_at"]
    assert Seat.objects.count() == 0


def test_last_day_of_a_seat_is_given_on_the_page_and_shown(signed_in: Callable[[User], Client]) -> None:
    committee, person = CommitteeFactory(), UserFactory()
    client = signed_in(RoleGrantFactory(role="admin").user)
    body = {"user": person.pk, "role": "member", "discipline": "finance", "ends_on": "2999-12-31"}

    client.post(f"/committees/{committee.pk}/seats/", body)
    past = client.post(
        f"/committees/{committee.pk}/seats/", {**body, "user": UserFactory().pk, "ends_on": "2001-01-01"}
    )

    seat = Seat.objects.get()
    assert (seat.user, timezone.localdate(seat.ended_at, timezone.get_default_timezone()).isoformat()) == (
        person,
        "3000-01-01",
    )
    assert past.status_code == 422
    assert "The end of the seat lies in the past." in past.content.decode()


def test_who_fills_two_seats_chooses_the_one_to_stand_back_from(signed_in: Callable[[User], Client]) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    member, other = stage.members[0], SeatFactory(committee=stage.committee, discipline="operations")
    review = stage.voting(now)
    terms = {"seat_id": other.pk, "delegate_id": member.pk, "ends_at": now + 3 * DAY}
    delegate_seat(actor=other.user, sign_in=TOKEN, now=now, **terms)
    client = signed_in(member)

    page = client.get(f"/reviews/{review.pk}/").content.decode()
    client.post(f"/reviews/{review.pk}/stand-back/", {"reason": "I know them.", "seat": other.pk})
    after = client.get(f"/reviews/{review.pk}/").content.decode()

    assert "Which seat?" in page
    assert Recusal.objects.get().seat == other
    assert "Which seat?" not in after
    assert "Stand back from this review" in after
