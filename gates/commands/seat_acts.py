"""Acts on seats, also told at each case whose vote they may concern."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gates.enums import ReviewState
from gates.models import GateReview
from pocgate.identity.models import User
from pocgate.ledger.commands import Act, record

# From the opening of the vote to the decision, a seat is worth a vote, or the right to lift a veto.
UNDECIDED = (ReviewState.VOTING, ReviewState.CLOSED)


def record_seat_act(
    act: Act, at_review: str, *, committee_id: int, seat_of: Mapping[str, Any], actor: User, now: datetime
) -> None:
    """Record the act of the committee, and `at_review` with `seat_of` at each of its reviews that is voted on."""
    record(act, actor=actor, now=now)
    for review in GateReview.objects.filter(committee=committee_id, state__in=UNDECIDED).order_by("pk"):
        record(Act(at_review, "review", review.pk, review.case_id, after=seat_of), actor=actor, now=now)
