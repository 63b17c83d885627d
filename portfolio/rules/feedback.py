"""Feedback of users and the answers to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pocgate.kernel.errors import Blocker, FieldProblem
from portfolio.rules.choices import choice_problems
from portfolio.rules.moments import moment_problems
from portfolio.rules.numbers import short_text_problems

TEXT_LENGTH = 5000
RATINGS = (1, 5)


@dataclass(frozen=True)
class GivenFeedback:
    """What a user or a user group said; `rating` from 1 (poor) to 5 (good)."""

    given_by: str
    channel: str
    text: str
    received_at: datetime
    rating: int | None = None
    source: str = ""
    external_id: str | None = None


def feedback_problems(feedback: GivenFeedback, *, channels: Iterable[str], now: datetime) -> list[FieldProblem]:
    """What is wrong with feedback."""
    lowest, highest = RATINGS
    problems = [
        *short_text_problems("given_by", feedback.given_by, 200, required=True),
        *short_text_problems("text", feedback.text, TEXT_LENGTH, required=True),
        *short_text_problems("source", feedback.source, 200),
        *short_text_problems("external_id", feedback.external_id or "", 200),
        *choice_problems("channel", feedback.channel, channels),
        *moment_problems("received_at", feedback.received_at, now=now),
    ]
    if feedback.rating is not None and not lowest <= feedback.rating <= highest:
        params = {"lowest": lowest, "highest": highest}
        problems.append(FieldProblem("rating", "rating_range", "Give {lowest} (poor) to {highest} (good).", params))
    return problems


def answer_problems(answer: str) -> list[FieldProblem]:
    """What is wrong with an answer."""
    return short_text_problems("answer", answer, TEXT_LENGTH, required=True)


def answering_blockers(*, is_corrected: bool, is_answered: bool) -> list[Blocker]:
    """Why feedback can not be answered now."""
    if is_corrected:
        return [Blocker("corrected_already", "This was corrected since; look at the newer one.")]
    if is_answered:
        return [Blocker("answered_already", "This feedback was answered already.")]
    return []


def rewording_blockers(*, recorded_by_team: bool, is_own: bool, on_team: bool) -> list[Blocker]:
    """Why this person can not correct feedback or an incident: a team does not reword what others wrote down."""
    if is_own or (recorded_by_team and on_team):
        return []
    return [Blocker("not_own_feedback", "Only who wrote this down can correct it; answer it instead.")]
