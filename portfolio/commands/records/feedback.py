"""Feedback of users: written down by whoever heard it, answered by the team."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_measure, invalid_when, note_change, refuse_when
from portfolio.commands.records.writing import Kind, content_of, write_correction, write_once
from portfolio.enums import FeedbackChannel
from portfolio.models import Feedback, TeamMember, UseCase
from portfolio.permissions import can
from portfolio.rules.feedback import (
    GivenFeedback,
    answer_problems,
    answering_blockers,
    feedback_problems,
    rewording_blockers,
)

KIND = Kind(Feedback, "feedback")
ANSWER = ("answer", "answered_at", "answered_by_id")


def record_feedback(*, case_id: int, feedback: GivenFeedback, actor: User, now: datetime) -> tuple[Feedback, bool]:
    """Write down what a user said; True when it is new. Whoever may see the case may do so, auditors apart."""
    invalid_when(feedback_problems(feedback, channels=FeedbackChannel.values, now=now))
    with transaction.atomic():
        case = case_to_measure(case_id, act="give_feedback", actor=actor, now=now)
        return write_once(KIND, case, content_of(asdict(feedback)), actor=actor, now=now)


def answer_feedback(*, feedback_id: int, answer: str, actor: User, now: datetime) -> Feedback:
    """Keep what the user was answered. It is given once; a wrong word in it is mended by a correction."""
    invalid_when(answer_problems(answer))
    with transaction.atomic():
        case = case_to_measure(KIND.case_id_of(feedback_id), act="answer_feedback", actor=actor, now=now)
        row = KIND.locked(feedback_id)
        refuse_when(
            answering_blockers(is_corrected=row.superseded_by_id is not None, is_answered=row.answered_at is not None)
        )
        row.answer, row.answered_at, row.answered_by = answer.strip(), now, actor
        row.save(update_fields=["answer", "answered_at", "answered_by"])
        act = Act("feedback.answered", "feedback", row.pk, case.pk, {}, {"answer": row.answer})
        note_change(case, act, actor=actor, now=now)
    return row


def correct_feedback(*, feedback_id: int, feedback: GivenFeedback, reason: str, actor: User, now: datetime) -> Feedback:
    """Put other words in the place of wrong ones, which stay. An answer that was given goes with them."""
    invalid_when(feedback_problems(feedback, channels=FeedbackChannel.values, now=now))
    with transaction.atomic():
        case = case_to_measure(KIND.case_id_of(feedback_id), act="give_feedback", actor=actor, now=now)
        old = KIND.locked(feedback_id)
        refuse_when(_rewording_blockers(case, old, actor, now))
        answered = {name: getattr(old, name) for name in ANSWER}
        values = {**content_of(asdict(feedback)), **answered}
        return write_correction(KIND, case, old, values, reason=reason, actor=actor, now=now)


def _rewording_blockers(case: UseCase, old: Feedback, actor: User, now: datetime) -> list[Blocker]:
    by_team = TeamMember.objects.filter(case=case, user=old.recorded_by_id).exists()
    return rewording_blockers(
        recorded_by_team=by_team,
        is_own=old.recorded_by_id == actor.pk,
        on_team=can("answer_feedback", actor, case, now=now),
    )
