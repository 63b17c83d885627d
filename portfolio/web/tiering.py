"""The risk tier of a case: the questionnaire answered again, what follows from it, and compliance's word."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pocgate.identity.queries import SignedInRequest
from portfolio.commands.tiering import assess_tier, rule_tier
from portfolio.enums import Tier
from portfolio.forms.inputs import refused_on
from portfolio.forms.tiering import TierForm, TierRulingForm
from portfolio.models import UseCase
from portfolio.queries.tiering import assessments_of, stated_answers, tier_standing
from portfolio.web.showing import case_of, case_page


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tier(request: SignedInRequest, reference: str) -> HttpResponse:
    """What the tier is and where the answers point; its form answers the questionnaire anew."""
    now = timezone.now()
    case = case_of(request, reference, now)
    if request.method != "POST":
        return _page(request, case, now)
    form = TierForm(request.POST)
    if form.is_valid():
        with refused_on(form):
            found = assess_tier(case_id=case.pk, answers=form.answers(), actor=request.user, now=now)
    if form.errors:
        return _page(request, case, now, form=form)
    said = _("The answers are kept. They point to the tier “%(tier)s”.")
    messages.success(request, said % {"tier": Tier(found.proposed_tier).label})
    return redirect("portfolio:tier", case.reference)


@login_required
@require_POST
def ruling(request: SignedInRequest, reference: str) -> HttpResponse:
    """Compliance sets the tier."""
    now = timezone.now()
    case = case_of(request, reference, now)
    form, in_force = TierRulingForm(request.POST), False
    if form.is_valid():
        with refused_on(form):
            in_force = rule_tier(case_id=case.pk, actor=request.user, now=now, **form.cleaned_data)
    if form.errors:
        return _page(request, case, now, ruling=form)
    if in_force:
        messages.success(request, _("The tier is set."))
    else:
        messages.info(request, _("Proposed. A second person of compliance has to set the same tier within 14 days."))
    return redirect("portfolio:tier", case.reference)


def _page(request: SignedInRequest, case: UseCase, now: datetime, **forms: Any) -> HttpResponse:
    standing = tier_standing(case)
    given = standing.assessment.answers if standing.assessment else stated_answers(case)
    context = {
        "standing": standing,
        "assessments": assessments_of(case)[:10],
        "form": TierForm(initial=given),
        "ruling": TierRulingForm(initial={"tier": standing.confirmed_as("") or standing.tier}),
        **forms,
    }
    return case_page(request, "portfolio/tier.html", case, "tier", context, now=now)
