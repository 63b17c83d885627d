"""Questions on a dossier and their answers, and when a person first opened it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gates.commands.states import lock_review, refuse
from gates.commands.texts import check_texts
from gates.commands.voting_notices import tell_question_answered, tell_question_asked
from gates.models import Dossier, DossierOpening, Question
from gates.queries.questions import may_answer, may_ask
from gates.queries.seats import standings_of
from gates.rules.transitions import QuestionState, answer_blockers, question_blockers
from pocgate.identity.models import User
from pocgate.ledger.commands import Act, record


def ask_question(*, review_id: int, text: str, actor: User, now: datetime) -> Question:
    """A member of the committee, or a delegate, asks about the dossier; the team of the case is told."""
    check_texts(text=text)
    with transaction.atomic():
        review = lock_review(review_id)
        may = may_ask(actor, standings_of(review, now=now))
        refuse(question_blockers(QuestionState(review.state, may, text)))
        question = Question.objects.create(review=review, text=text.strip(), asked_by=actor, asked_at=now)
        after = {"question": question.pk, "text": question.text}
        record(Act("review.question_asked", "review", review.pk, review.case_id, after=after), actor=actor, now=now)
        tell_question_asked(question, now=now)
    return question


def answer_question(*, question_id: int, answer: str, actor: User, now: datetime) -> Question:
    """Somebody of the team answers, once; who asked is told."""
    check_texts(answer=answer)
    with transaction.atomic():
        review = lock_review(Question.objects.values_list("review_id", flat=True).get(pk=question_id))
        question = Question.objects.get(pk=question_id)
        may = may_answer(actor, review.case_id)
        refuse(answer_blockers(QuestionState(review.state, may, answer, question.answered_at is not None)))
        question.answer, question.answered_by, question.answered_at = answer.strip(), actor, now
        question.save(update_fields=["answer", "answered_by", "answered_at"])
        question.review = review
        after = {"question": question.pk, "answer": question.answer}
        record(Act("review.question_answered", "review", review.pk, review.case_id, after=after), actor=actor, now=now)
        tell_question_answered(question, now=now)
    return question


def note_opening(*, dossier: Dossier, actor: User, now: datetime) -> None:
    """Remember when the person first opened this revision; later openings change nothing."""
    opening = DossierOpening(dossier=dossier, user=actor, opened_at=now)
    DossierOpening.objects.bulk_create([opening], ignore_conflicts=True)
