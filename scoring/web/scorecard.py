"""The scorecard tab: rate, then compare."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.errors import Invalid
from portfolio.models import UseCase
from scoring.commands.assessments import rate
from scoring.forms import RatingForm
from scoring.permissions import can
from scoring.queries.openness import openness_blockers
from scoring.queries.playbooks import current_playbook
from scoring.queries.scorecards import CaseScorecard, scorecard_of
from scoring.web.drawing import quadrant_dot
from scoring.web.seen import visible_case


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def scorecard(request: SignedInRequest, reference: str) -> HttpResponse:
    """Value and feasibility: the form, and others' ratings after one's own."""
    case = visible_case(request, reference)
    now = timezone.now()
    may_rate = can("rate", request.user, case, now=now)
    card = scorecard_of(case, request.user, may_rate=may_rate, now=now)
    if request.method != "POST":
        return _page(request, case, card, RatingForm(card=card), may_rate=may_rate)
    form = RatingForm(request.POST, card=card)
    if not form.is_valid():
        return _page(request, case, card, form, may_rate=may_rate, status=422)
    discipline = form.cleaned_data["discipline"]
    try:
        rate(case_id=case.pk, ratings=form.ratings, discipline=discipline, actor=request.user, now=now)
    except Invalid as refused:
        form.show(refused)
        return _page(request, case, card, form, may_rate=may_rate, status=422)
    messages.success(request, _("Your ratings were kept."))
    return HttpResponseRedirect(reverse("scoring:scorecard", args=[case.reference]) + "#compare")


def _page(
    request: SignedInRequest,
    case: UseCase,
    card: CaseScorecard,
    form: RatingForm,
    *,
    may_rate: bool,
    status: int = 200,
) -> HttpResponse:
    policy = current_playbook().scorecard
    blockers = openness_blockers(case)
    context = {
        "case": case,
        "active_tab": "scorecard",
        "card": card,
        "form": form if may_rate and not blockers else None,
        "may_rate": may_rate,
        "blockers": blockers,
        "policy": policy,
        "dot": quadrant_dot(card.result, policy.passing_score),
        "disagreements": card.result.disagreements if card.result else (),
    }
    return render(request, "scoring/scorecard.html", context, status=status)
