"""Closing the vote: by the chair, or by the job when its time has come or nothing can change any more."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from gates.commands.notices import tell_no_quorum
from gates.commands.states import change_state, lock_review, refuse
from gates.enums import ReviewState
from gates.errors import NOT_PRESIDING
from gates.models import GateReview, Vote
from gates.queries.acts import closing_state
from gates.queries.evaluation import day_here
from gates.queries.seats import presides, standings_of
from gates.queries.votes import tally_json
from gates.rules.deadlines import after_working_days
from gates.rules.tally import Tally
from gates.rules.transitions import closing_blockers, extension_is_due
from pocgate.identity.models import User
from pocgate.kernel.errors import Forbidden
from pocgate.ledger.commands import Act, record
from scoring.queries.playbooks import playbook_of
from scoring.rules.playbook import Playbook

# A vote may be changed until the close. The job that closes a settled vote early leaves this long for second thoughts.
SECOND_THOUGHTS = timedelta(minutes=15)


def close_voting(*, review_id: int, actor: User, now: datetime) -> GateReview:
    """The chair closes the vote; refused without a quorum before its time. The tally is kept."""
    with transaction.atomic():
        review = lock_review(review_id)
        if not presides(actor, standings_of(review, now=now)):
            raise Forbidden(NOT_PRESIDING)
        playbook = playbook_of(review.playbook_id)
        state = closing_state(review, playbook, by_chair=True, now=now)
        refuse(closing_blockers(state, playbook.voting))
        close(review, state.tally, actor=actor, now=now)
    return review


def close_or_extend_when_due(*, review_id: int, now: datetime) -> GateReview:
    """The job's part: close at the time set, extend once without a quorum, close early when the result is settled.

    Changes nothing while neither is due; safe to run twice.
    """
    with transaction.atomic():
        review = lock_review(review_id)
        if review.state != ReviewState.VOTING:
            return review
        playbook = playbook_of(review.playbook_id)
        state = closing_state(review, playbook, by_chair=False, now=now)
        if extension_is_due(state, playbook.voting):
            _extend(review, playbook, now=now)
        elif not closing_blockers(state, playbook.voting) and (state.is_over or _has_rested(review, now)):
            close(review, state.tally, actor=None, now=now)
    return review


def close(review: GateReview, tally: Tally, *, actor: User | None, now: datetime) -> None:
    """Voting → closed, with the tally, in the caller's transaction and under its lock."""
    change_state(review, ReviewState.CLOSED, closed_at=now, tally=dict(tally_json(tally)))
    # Outcome and counts are open from the close on, but activity never carries what was voted.
    after = {"voters": tally.voters, "quorum_met": tally.quorum_met}
    record(Act("review.voting_closed", "review", review.pk, review.case_id, after=after), actor=actor, now=now)
    if not tally.quorum_met:
        tell_no_quorum(review, now=now)


def _extend(review: GateReview, playbook: Playbook, *, now: datetime) -> None:
    days = playbook.voting.extension_working_days
    last_day = after_working_days(day_here(now), days)
    closes_at = timezone.make_aware(datetime.combine(last_day, time(17, 0)), timezone.get_default_timezone())
    before = {"voting_closes_at": review.voting_closes_at.isoformat() if review.voting_closes_at else None}
    change_state(review, ReviewState.VOTING, voting_closes_at=closes_at, extensions=review.extensions + 1)
    after = {"voting_closes_at": closes_at.isoformat(), "extensions": review.extensions}
    record(Act("review.voting_extended", "review", review.pk, review.case_id, before, after), actor=None, now=now)


def _has_rested(review: GateReview, now: datetime) -> bool:
    votes = Vote.objects.filter(review=review).values_list("cast_at", "changed_at")
    return all(now - (changed_at or cast_at) >= SECOND_THOUGHTS for cast_at, changed_at in votes)
