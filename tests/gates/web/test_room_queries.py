"""The gate room of a full review takes few queries: 60 criteria, 15 members, 300 readings."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gates.commands.reviews import close_voting
from gates.models import Dossier, Seat, Vote
from pocgate.identity.models import User
from portfolio.models import KpiReading
from tests.factories.full_room import CRITERIA, MEMBERS, READINGS, a_full_room

pytestmark = pytest.mark.django_db
MOST = 25


@pytest.mark.parametrize("who", ["chair", "owner", "officer"])
def test_room_takes_at_most_25_queries_for_those_who_do_not_vote_either(
    who: str, signed_in: Callable[[User], Client]
) -> None:
    full = a_full_room(timezone.now())
    client = signed_in(getattr(full.stage, who))
    client.get(f"/reviews/{full.review.pk}/")

    with CaptureQueriesContext(connection) as queries:
        client.get(f"/reviews/{full.review.pk}/")

    assert len(queries) <= MOST, "\n".join(query["sql"][:160] for query in queries)


def test_closed_room_with_earlier_votes_of_all_seats_takes_at_most_25_queries(
    signed_in: Callable[[User], Client],
) -> None:
    now = timezone.now()
    full = a_full_room(now)
    for seat in Seat.objects.filter(committee=full.stage.committee).exclude(user=full.outstanding):
        full.stage.vote(full.review, seat.user, "pause", now)
    close_voting(review_id=full.review.pk, actor=full.stage.chair, now=now)
    client = signed_in(full.stage.owner)
    client.get(f"/reviews/{full.review.pk}/")

    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/reviews/{full.review.pk}/").content.decode()

    assert page.count("1 earlier vote") == MEMBERS - 1
    assert len(queries) <= MOST, "\n".join(query["sql"][:160] for query in queries)


def test_room_with_60_criteria_15_members_and_300_readings_takes_at_most_25_queries(
    signed_in: Callable[[User], Client],
) -> None:
    full = a_full_room(timezone.now())
    client = signed_in(full.outstanding)
    client.get(f"/reviews/{full.review.pk}/")

    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/reviews/{full.review.pk}/").content.decode()

    dossier = Dossier.objects.filter(review=full.review).latest("revision")
    assert len(json.loads(dossier.content)["criteria"]) >= CRITERIA
    assert Seat.objects.filter(committee=full.stage.committee).count() == MEMBERS
    assert Vote.objects.filter(review=full.review).count() == MEMBERS - 1
    assert KpiReading.objects.filter(kpi__case=full.stage.case).count() == READINGS
    assert page.count('class="avatar') >= MEMBERS
    assert len(queries) <= MOST, "\n".join(query["sql"][:160] for query in queries)
