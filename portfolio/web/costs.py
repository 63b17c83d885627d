"""Money of a case: caps and who agreed to them, estimates, entries, burn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pocgate.identity.queries import SignedInRequest
from portfolio.commands import costs as commands
from portfolio.forms.costs import CostCorrectionForm, CostForm, PlanForm
from portfolio.forms.inputs import refused_on
from portfolio.models import CostEntry, CostPlan, UseCase
from portfolio.permissions import require
from portfolio.queries.costs import cost_view, stages_with_caps
from portfolio.queries.team import team_view
from portfolio.web.showing import case_of, case_page


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cost(request: SignedInRequest, reference: str) -> HttpResponse:
    """The money of a case; its form records an entry."""
    now = timezone.now()
    case = case_of(request, reference, now)
    if request.method != "POST":
        return _page(request, case, now)
    form = CostForm(request.POST)
    if form.is_valid():
        with refused_on(form):
            commands.record_cost(case_id=case.pk, cost=form.cost(), actor=request.user, now=now)
    if form.errors:
        return _page(request, case, now, form=form)
    messages.success(request, _("The entry is recorded."))
    return redirect("portfolio:cost", case.reference)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: SignedInRequest, reference: str) -> HttpResponse:
    """Propose caps and estimates."""
    now = timezone.now()
    case = case_of(request, reference, now)
    require("plan_costs", request.user, case, now=now)
    view = cost_view(case, today=timezone.localdate(now))
    form = PlanForm(request.POST or None, initial=PlanForm.initial_of(view))
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            commands.propose_plan(case_id=case.pk, plan=form.plan(), actor=request.user, now=now)
            messages.success(request, _("The plan is proposed. It counts once the budget holder agreed."))
            return redirect("portfolio:cost", case.reference)
    return case_page(request, "portfolio/costs/plan.html", case, "cost", {"form": form, "costs": view}, now=now)


@login_required
@require_POST
def plan_agree(request: SignedInRequest, reference: str, plan_id: int) -> HttpResponse:
    """The budget holder agrees."""
    now = timezone.now()
    case = case_of(request, reference, now)
    proposal = get_object_or_404(CostPlan, pk=plan_id, case=case)
    commands.agree_plan(plan_id=proposal.pk, actor=request.user, now=now)
    messages.success(request, _("You agreed. These caps are in force now."))
    return redirect("portfolio:cost", case.reference)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cost_correct(request: SignedInRequest, reference: str, entry_id: int) -> HttpResponse:
    """Put another entry in the place of a wrong one."""
    now = timezone.now()
    case = case_of(request, reference, now)
    require("record_cost", request.user, case, now=now)
    old = get_object_or_404(CostEntry, pk=entry_id, case=case, superseded_by__isnull=True)
    form = CostCorrectionForm(request.POST or None, initial=CostCorrectionForm.initial_of(old))
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            commands.correct_cost(
                entry_id=old.pk,
                cost=form.cost(),
                reason=form.cleaned_data["reason"],
                actor=request.user,
                now=now,
            )
            messages.success(request, _("The entry is corrected; the wrong one stays on record."))
            return redirect("portfolio:cost", case.reference)
    context = {"form": form, "old": old}
    return case_page(request, "portfolio/costs/correct.html", case, "cost", context, now=now)


def _page(request: SignedInRequest, case: UseCase, now: datetime, **bound: CostForm) -> HttpResponse:
    view = cost_view(case, today=timezone.localdate(now))
    context: dict[str, Any] = {
        "costs": view,
        "stages": stages_with_caps(view.stage_caps),
        "team": team_view(case),
        "form": CostForm(),
        **bound,
    }
    return case_page(request, "portfolio/costs/cost.html", case, "cost", context, now=now)
