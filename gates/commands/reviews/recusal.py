"""Standing back from a review."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gates.commands.states import lock_review, refuse
from gates.commands.texts import check_texts
from gates.models import Recusal
from gates.queries.seats import standing_of, standings_of
from gates.rules.transitions import RecusalState, recusal_blockers
from pocgate.identity.models import User
from pocgate.ledger.commands import Act, record


def recuse(*, review_id: int, reason: str, actor: User, now: datetime) -> Recusal:
    """Take the actor's own seat out of the review, with a reason; a vote cast before no longer counts."""
    check_texts(reason=reason)
    with transaction.atomic():
        review = lock_review(review_id)
        own = standing_of(actor, standings_of(review, now=now))
        state = RecusalState(
            review_status=review.state,
            now=now,
            voting_closes_at=review.voting_closes_at,
            has_seat=own is not None,
            is_recused=bool(own and own.recusal),
            reason=reason,
        )
        refuse(recusal_blockers(state))
        if own is None:  # the blockers have refused this
            raise AssertionError("a recusal without a seat passed the blockers")
        recusal = Recusal.objects.create(review=review, seat=own.seat, reason=reason.strip(), recused_at=now)
        after = {"seat": own.seat.pk, "reason": recusal.reason}
        record(Act("review.recused", "review", review.pk, review.case_id, after=after), actor=actor, now=now)
    return recusal
