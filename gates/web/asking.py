"""Questions on a dossier, and what is done about a veto, from the gate room."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gates.commands.questions import answer_question, ask_question
from gates.commands.vetoes import answer_appeal, appeal_veto, lift_veto
from gates.forms.votes import WordsForm
from gates.models import GateReview, Question, VetoAppeal
from gates.queries.reviews import reviews_visible_to
from pocgate.identity.queries import SignedInRequest, sign_in_of


@login_required
@require_POST
def ask(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Ask about the dossier."""
    review = _review(request, review_id)
    ask_question(review_id=review.pk, text=words_of(request), actor=request.user, now=timezone.now())
    messages.success(request, _("Your question was put to the team."))
    return _back(review, "questions")


@login_required
@require_POST
def answer(request: SignedInRequest, review_id: int, question_id: int) -> HttpResponse:
    """Answer a question."""
    review = _review(request, review_id)
    question = get_object_or_404(Question, pk=question_id, review=review)
    answer_question(question_id=question.pk, answer=words_of(request), actor=request.user, now=timezone.now())
    messages.success(request, _("The answer stands beside the question, and who asked was told."))
    return _back(review, "questions")


@login_required
@require_POST
def lift(request: SignedInRequest, review_id: int, seat_id: int) -> HttpResponse:
    """Lift a veto."""
    review = _review(request, review_id)
    lift_veto(
        review_id=review.pk,
        seat_id=seat_id,
        note=words_of(request),
        actor=request.user,
        sign_in=sign_in_of(request),
        now=timezone.now(),
    )
    messages.success(request, _("The veto is lifted."))
    return _back(review, "vetoes")


@login_required
@require_POST
def appeal(request: SignedInRequest, review_id: int, seat_id: int) -> HttpResponse:
    """Put a veto before the sponsor."""
    review = _review(request, review_id)
    appeal_veto(review_id=review.pk, seat_id=seat_id, reason=words_of(request), actor=request.user, now=timezone.now())
    messages.success(request, _("The veto was put before the sponsor."))
    return _back(review, "vetoes")


@login_required
@require_POST
def appeal_answer(request: SignedInRequest, review_id: int, appeal_id: int) -> HttpResponse:
    """The sponsor's word on an appeal."""
    review = _review(request, review_id)
    found = get_object_or_404(VetoAppeal, pk=appeal_id, vote__review=review)
    answer_appeal(appeal_id=found.pk, answer=words_of(request), actor=request.user, now=timezone.now())
    messages.success(request, _("Your answer is recorded. The veto stands until its holder lifts it."))
    return _back(review, "vetoes")


def words_of(request: SignedInRequest) -> str:
    """What was written; too much or nothing is refused by the command, which says why."""
    form = WordsForm(request.POST)
    return form.cleaned_data["text"] if form.is_valid() else request.POST.get("text", "")


def _review(request: SignedInRequest, review_id: int) -> GateReview:
    found: GateReview = get_object_or_404(reviews_visible_to(request.user, now=timezone.now()), pk=review_id)
    return found


def _back(review: GateReview, place: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('gates:room', args=[review.pk])}#{place}")
