"""Questions on the dossiers of a review."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from gates.models import GateReview, Question
from gates.queries.seats import SeatStanding, filled_by, standing_of
from pocgate.identity.models import User
from portfolio.models import TeamMember


def questions_of(review: GateReview) -> QuerySet[Question]:
    """What was asked under the review, the oldest first."""
    return Question.objects.filter(review=review).select_related("asked_by", "answered_by").order_by("pk")


def may_ask(user: User, standings: Iterable[SeatStanding]) -> bool:
    """Members of the committee, and who fills a seat for one of them."""
    table = tuple(standings)
    return user.is_active and user.is_person and bool(filled_by(user, table) or standing_of(user, table))


def may_answer(user: User, case_id: int) -> bool:
    """Whoever is on the team of the case now."""
    return user.is_active and TeamMember.objects.filter(case=case_id, user=user, ended_at__isnull=True).exists()
