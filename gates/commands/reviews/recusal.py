"""Standing back from a review."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gates.commands.states import lock_review, refuse
from gates.commands.texts import check_texts
from gates.models import Recusal
from gates.queries.seats import standings_of
from gates.queries.votes import seat_delegated_away, seat_to_vote_in
from gates.rules.transitions import RecusalState, recusal_blockers
from pocgate.identity.models import User
from pocgate.ledger.commands import Act, record


def recuse(*, review_id: int, reason: str, actor: User, now: datetime, seat_id: int | None = None) -> Recusal:
    """Take the seat that the actor fills out of the review, with a reason; a vote cast before no longer counts.

    A delegate stands back in the seat they fill, unless its holder voted; `seat_id` names it where they have one of
    their own as well.
    """
    check_texts(reason=reason)
    with transaction.atomic():
        review = lock_review(review_id)
        standings = standings_of(review, now=now)
        own = seat_to_vote_in(actor, standings, seat_id)
        is_away = seat_delegated_away(actor, standings, seat_id) is not None
        state = RecusalState(
            review_status=review.state,
            now=now,
            voting_closes_at=review.voting_closes_at,
            has_seat=own is not None or is_away,
            is_recused=bool(own and own.recusal),
            reason=reason,
            is_delegated_away=is_away,
            holder_voted=bool(own and own.holder_voted),
        )
        refuse(recusal_blockers(state))
        if own is None:  # the blockers have refused this
            raise AssertionError("a recusal without a seat passed the blockers")
        recusal = Recusal.objects.create(review=review, seat=own.seat, reason=reason.strip(), recused_at=now)
        after = {"seat": own.seat.pk, "reason": recusal.reason}
        principal = own.seat.user if own.delegation else None
        act = Act("review.recused", "review", review.pk, review.case_id, after=after)
        record(act, actor=actor, on_behalf_of=principal, now=now)
    return recusal
