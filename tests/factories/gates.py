"""Committees and reviews for tests: minimal and without randomness."""

from __future__ import annotations

import factory

from gates.models import Committee, Seat
from tests.factories.identity import LONG_AGO, UserFactory


class CommitteeFactory(factory.django.DjangoModelFactory[Committee]):
    class Meta:
        model = Committee

    name = factory.Sequence(lambda n: f"Committee {n}")
    gate = 0


class SeatFactory(factory.django.DjangoModelFactory[Seat]):
    class Meta:
        model = Seat

    committee = factory.SubFactory(CommitteeFactory)
    user = factory.SubFactory(UserFactory)
    role = "member"
    discipline = "business"
    started_at = LONG_AGO
