"""Withdrawing a review."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gates.commands.pending import set_aside_override
from gates.commands.states import change_state, lock_review, refuse
from gates.commands.texts import check_texts
from gates.enums import ReviewState
from gates.models import GateReview
from gates.permissions import is_product_owner
from gates.queries.seats import presides, standings_of
from gates.rules.transitions import WithdrawalState, withdrawal_blockers
from pocgate.identity.models import User
from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import leave_review


def withdraw(*, review_id: int, reason: str, actor: User, now: datetime) -> GateReview:
    """End a review without a decision: the owner until voting opens, later only the chair, with a reason.

    The case goes back to the status it had before the request.
    """
    check_texts(reason=reason)
    with transaction.atomic():
        review = lock_review(review_id)
        state = WithdrawalState(
            review_status=review.state,
            is_owner=is_product_owner(actor, review.case),
            is_chair=presides(actor, standings_of(review, now=now)),
            reason=reason,
        )
        refuse(withdrawal_blockers(state))
        before = {"state": review.state}
        set_aside_override(review, _("The review was withdrawn."), actor=actor, now=now)
        change_state(review, ReviewState.WITHDRAWN, withdrawn_at=now, withdrawal_reason=reason.strip())
        leave_review(case_id=review.case_id, back_to=review.status_before, actor=actor, now=now)
        after = {"state": review.state, "reason": review.withdrawal_reason}
        record(Act("review.withdrawn", "review", review.pk, review.case_id, before, after), actor=actor, now=now)
    return review
