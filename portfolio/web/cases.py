"""Editing a case: one page, and a form for each part of it."""

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
from portfolio.commands import business, cases, facts, scope
from portfolio.forms.cases import BusinessForm, DescriptionForm, FactsForm, ScopeForm, StageForm
from portfolio.forms.inputs import refused_on
from portfolio.models import UseCase
from portfolio.permissions import acts_allowed, can, require
from portfolio.queries.cases import case_profile
from portfolio.web.showing import case_of, case_page


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, reference: str) -> HttpResponse:
    """The edit page; its first form changes description and place. Compliance finds the facts here, and no more."""
    now = timezone.now()
    case = case_of(request, reference, now)
    if request.method == "POST" or not can("edit_facts", request.user, case, now=now):
        require("edit_case", request.user, case, now=now)
    if request.method != "POST":
        return _page(request, case, {}, now)
    form = DescriptionForm(request.POST)
    if form.is_valid():
        with refused_on(form):
            cases.edit_case(
                case_id=case.pk,
                version=_version(request),
                changes=form.changes(),
                actor=request.user,
                now=now,
            )
    return _done(request, case, {"form": form}, now, _("The description is saved."))


@login_required
@require_POST
def edit_facts(request: SignedInRequest, reference: str) -> HttpResponse:
    """Change facts that switch criteria."""
    now = timezone.now()
    case = case_of(request, reference, now)
    acts = acts_allowed(request.user, case, now=now)
    form = FactsForm(request.POST, profile=case_profile(case, now), may_lower="lower_facts" in acts)
    if form.is_valid():
        with refused_on(form):
            facts.set_facts(
                case_id=case.pk,
                values=form.changed(),
                reason=form.cleaned_data["reason"],
                actor=request.user,
                now=now,
            )
    return _done(request, case, {"facts_form": form}, now, _("The facts are saved."))


@login_required
@require_POST
def edit_business(request: SignedInRequest, reference: str) -> HttpResponse:
    """State the business case."""
    now = timezone.now()
    case = case_of(request, reference, now)
    form = BusinessForm(request.POST)
    if form.is_valid():
        with refused_on(form):
            business.set_business_case(case_id=case.pk, figures=form.figures(), actor=request.user, now=now)
    return _done(request, case, {"business_form": form}, now, _("The business case is saved."))


@login_required
@require_POST
def edit_scope(request: SignedInRequest, reference: str) -> HttpResponse:
    """Make the scope what the three lists say."""
    now = timezone.now()
    case = case_of(request, reference, now)
    form = ScopeForm(request.POST)
    if form.is_valid():
        with refused_on(form):
            scope.set_scope(case_id=case.pk, lines=form.lines(), actor=request.user, now=now)
    return _done(request, case, {"scope_form": form}, now, _("The scope is saved."))


@login_required
@require_POST
def identify_stage(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say in which stage an imported case is."""
    now = timezone.now()
    case = case_of(request, reference, now)
    form = StageForm(request.POST)
    if form.is_valid():
        stage = form.cleaned_data["stage"]
        cases.identify_stage(case_id=case.pk, stage=stage, actor=request.user, now=now)
    return _done(request, case, {"stage_form": form}, now, _("The stage is set; its time-box begins today."))


def _done(request: SignedInRequest, case: UseCase, bound: dict[str, Any], now: datetime, message: str) -> HttpResponse:
    if any(form.errors for form in bound.values()):
        return _page(request, case, bound, now)
    messages.success(request, message)
    return redirect("portfolio:edit", case.reference)


def _page(request: SignedInRequest, case: UseCase, bound: dict[str, Any], now: datetime) -> HttpResponse:
    profile, acts = case_profile(case, now), acts_allowed(request.user, case, now=now)
    context = {
        "profile": profile,
        "form": DescriptionForm(initial=DescriptionForm.initial_of(case)),
        "facts_form": FactsForm(profile=profile, may_lower="lower_facts" in acts),
        "business_form": BusinessForm(initial=BusinessForm.initial_of(profile.business)),
        "scope_form": ScopeForm(initial=ScopeForm.initial_of(profile.scope)),
        "stage_form": StageForm(),
        **bound,
    }
    return case_page(request, "portfolio/edit.html", case, "edit", context, now=now)


def _version(request: SignedInRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004 - fits 32 bits
