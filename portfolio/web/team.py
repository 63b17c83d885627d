"""The team of a case: name, confirm, end, hand over."""

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
from pocgate.kernel.http import back_to
from portfolio.commands import team as commands
from portfolio.forms.inputs import refused_on
from portfolio.forms.team import MemberForm, OwnerForm
from portfolio.models import TeamMember, UseCase
from portfolio.queries.team import team_view
from portfolio.web.showing import case_of, case_page


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: SignedInRequest, reference: str) -> HttpResponse:
    """Who is on the team; its form names one more."""
    now = timezone.now()
    case = case_of(request, reference, now)
    if request.method != "POST":
        return _page(request, case, now)
    form = MemberForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with refused_on(form):
            commands.add_member(case_id=case.pk, user=given["user"], role=given["role"], actor=request.user, now=now)
    if form.errors:
        return _page(request, case, now, form=form)
    messages.success(request, _("Named. They find it under “waits for you” and confirm it themselves."))
    return redirect("portfolio:team", case.reference)


@login_required
@require_POST
def member_confirm(request: SignedInRequest, reference: str, member_id: int) -> HttpResponse:
    """Confirm one's own role."""
    now = timezone.now()
    case = case_of(request, reference, now)
    member = get_object_or_404(TeamMember, pk=member_id, case=case)
    commands.confirm_membership(member_id=member.pk, actor=request.user, now=now)
    messages.success(request, _("Thank you: your role in %(case)s is confirmed.") % {"case": case.reference})
    return back_to(request, request.path.split("team/", 1)[0] + "team/")


@login_required
@require_POST
def member_end(request: SignedInRequest, reference: str, member_id: int) -> HttpResponse:
    """End somebody's part in the case."""
    now = timezone.now()
    case = case_of(request, reference, now)
    member = get_object_or_404(TeamMember, pk=member_id, case=case)
    commands.end_membership(member_id=member.pk, actor=request.user, now=now)
    messages.success(request, _("The membership has ended."))
    return redirect("portfolio:team", case.reference)


@login_required
@require_POST
def owner_change(request: SignedInRequest, reference: str) -> HttpResponse:
    """Hand the case over."""
    now = timezone.now()
    case = case_of(request, reference, now)
    form = OwnerForm(request.POST)
    if form.is_valid():
        with refused_on(form):
            heir = form.cleaned_data["new_owner"]
            commands.change_product_owner(case_id=case.pk, user=heir, actor=request.user, now=now)
    if form.errors:
        return _page(request, case, now, owner_form=form)
    messages.success(request, _("The case is handed over."))
    # Who handed it over may not be allowed to see it any more.
    seen = UseCase.objects.visible_to(request.user, now=now).filter(pk=case.pk).exists()
    return redirect("portfolio:team", case.reference) if seen else redirect("home")


@login_required
@require_POST
def accept(request: SignedInRequest, reference: str) -> HttpResponse:
    """Take on a case that has no product owner."""
    now = timezone.now()
    case = case_of(request, reference, now)
    commands.accept_case(case_id=case.pk, actor=request.user, now=now)
    messages.success(request, _("You are the product owner of %(case)s now.") % {"case": case.reference})
    return back_to(request, request.path.split("team/", 1)[0] + "team/")


def _page(request: SignedInRequest, case: UseCase, now: datetime, **bound: Any) -> HttpResponse:
    context = {"team": team_view(case), "form": MemberForm(), "owner_form": OwnerForm(), **bound}
    return case_page(request, "portfolio/team.html", case, "team", context, now=now)
