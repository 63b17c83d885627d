"""Who may know who has voted while a vote runs: the committee, and whoever fills one of its seats."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from gates.enums import ReviewState
from gates.models import GateReview, Seat
from gates.queries.committees import delegations_in_force
from pocgate.identity.models import User


def reviews_with_hidden_turnout(user: User, *, now: datetime) -> QuerySet[GateReview, Any]:
    """Ids, as text, of reviews in their vote of which this person may not know who has voted."""
    filled = delegations_in_force(now).filter(delegate=user).order_by().values("seat")
    seats = Seat.objects.filter(Q(user=user) | Q(pk__in=filled), committee=OuterRef("committee"))
    seats = seats.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=now), started_at__lte=now)
    running = GateReview.objects.filter(~Exists(seats), state=ReviewState.VOTING)
    return running.annotate(subject=Cast("pk", CharField(max_length=40))).values_list("subject", flat=True)
