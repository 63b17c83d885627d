"""Asking about a dossier, and answering."""

from __future__ import annotations

from dataclasses import dataclass

from gates.rules.transitions.status import DECIDED, WITHDRAWN
from pocgate.kernel.errors import Blocker


@dataclass(frozen=True)
class QuestionState:
    """What asking or answering depends on. `may` is whether the actor is on the committee, or on the team."""

    review_status: str
    may: bool
    text: str
    is_answered: bool = False


def question_blockers(state: QuestionState) -> list[Blocker]:
    """What stands in the way of a question."""
    blockers = _ended_blockers(state)
    if not state.may:
        blockers.append(Blocker("no_seat", "Only the committee of this review asks about its dossier."))
    if not state.text.strip():
        blockers.append(Blocker("question_missing", "Please write the question."))
    return blockers


def answer_blockers(state: QuestionState) -> list[Blocker]:
    """What stands in the way of an answer."""
    blockers = _ended_blockers(state)
    if not state.may:
        blockers.append(Blocker("team_only", "Only the team of the case answers questions about it."))
    if state.is_answered:
        blockers.append(Blocker("answered_already", "This question is answered already."))
    if not state.text.strip():
        blockers.append(Blocker("answer_missing", "Please write the answer."))
    return blockers


def _ended_blockers(state: QuestionState) -> list[Blocker]:
    if state.review_status in (DECIDED, WITHDRAWN):
        return [Blocker("review_ended", "This review has ended; nothing is asked or answered in it any more.")]
    return []
