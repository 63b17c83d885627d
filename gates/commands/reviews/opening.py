"""Opening the vote."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gates.commands.dossiers import freeze
from gates.commands.notices import tell_voting_opened
from gates.commands.states import change_state, lock_review, refuse
from gates.commands.texts import check_texts
from gates.enums import ReviewState
from gates.models import GateReview
from gates.queries.acts import evaluate_review, opening_state, readiness_blockers
from gates.queries.seats import standings_of
from gates.rules.transitions import opening_blockers
from pocgate.identity.models import User
from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import lock_records


def begin_preparation(review: GateReview, *, actor: User, now: datetime) -> None:
    """Requested → in preparation, with the first act on the review, under the caller's lock."""
    if review.state == ReviewState.REQUESTED:
        change_state(review, ReviewState.IN_PREPARATION)
        record(Act("review.preparation_begun", "review", review.pk, review.case_id), actor=actor, now=now)


def open_voting(
    *, review_id: int, closes_at: datetime | None, actor: User, now: datetime, convened_reason: str = ""
) -> GateReview:
    """The chair opens the vote until `closes_at`: everything is evaluated afresh and a new revision is frozen.

    A case that is not ready, such as while a sign-off is missing, is convened only with a reason. From here to the
    decision the owner's records stay as the voters see them.
    """
    check_texts(convened_reason=convened_reason)
    with transaction.atomic():
        review = lock_review(review_id)
        standings = standings_of(review, now=now)
        found = evaluate_review(review, now=now)
        reason = convened_reason.strip() or review.convened_reason
        state = opening_state(review, standings, actor=actor, closes_at=closes_at, now=now)
        refuse([*opening_blockers(state), *readiness_blockers(found, reason)])
        begin_preparation(review, actor=actor, now=now)
        times = {"voting_opened_at": now, "voting_closes_at": closes_at}
        change_state(review, ReviewState.VOTING, convened_reason=reason, **times)
        freeze(review, found, reason="voting_opened", actor=actor, now=now)
        lock_records(case_id=review.case_id, actor=actor, now=now)
        after = {"voting_closes_at": closes_at.isoformat() if closes_at else None, "convened_reason": reason}
        record(Act("review.voting_opened", "review", review.pk, review.case_id, after=after), actor=actor, now=now)
        tell_voting_opened(review, now=now)
    return review
