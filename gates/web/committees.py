"""Committees and their seats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gates.commands.committees import appoint, create_committee, dissolve_committee, end_seat
from gates.forms.committees import CommitteeForm, SeatForm
from gates.models import Seat
from gates.permissions import can_manage_committees
from gates.queries.committees import committees_in_being, delegations_in_force
from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.errors import Invalid


@login_required
@require_safe
def committees(request: SignedInRequest) -> HttpResponse:
    """Who decides where."""
    return _page(request)


@login_required
@require_POST
def create(request: SignedInRequest) -> HttpResponse:
    """A new committee."""
    form = CommitteeForm(request.POST)
    if not form.is_valid():
        return _page(request, {"committee_form": form}, status=422)
    data = form.cleaned_data
    department = data["department"]
    try:
        create_committee(
            name=data["name"],
            gate=data["gate"],
            department_id=department.pk if department else None,
            actor=request.user,
            now=timezone.now(),
        )
    except Invalid as refused:
        form.show(refused)
        return _page(request, {"committee_form": form}, status=422)
    messages.success(request, _("The committee is there. Give it a chair and members."))
    return _back()


@login_required
@require_POST
def seat(request: SignedInRequest, committee_id: int) -> HttpResponse:
    """Give a seat."""
    committee = get_object_or_404(committees_in_being(now=timezone.now()), pk=committee_id)
    form = SeatForm(request.POST)
    if not form.is_valid():
        return _page(request, {"seat_form": form, "seat_committee": committee.pk}, status=422)
    data = form.cleaned_data
    try:
        appoint(
            committee_id=committee.pk,
            user_id=data["user"].pk,
            role=data["role"],
            discipline=data["discipline"],
            weight=data["weight"],
            ends_at=form.ends_at(),
            actor=request.user,
            now=timezone.now(),
        )
    except Invalid as refused:
        form.show(refused)
        return _page(request, {"seat_form": form, "seat_committee": committee.pk}, status=422)
    messages.success(request, _("%(person)s has a seat now.") % {"person": data["user"]})
    return _back()


@login_required
@require_POST
def seat_end(request: SignedInRequest, seat_id: int) -> HttpResponse:
    """End a seat."""
    found = get_object_or_404(Seat.objects.select_related("user"), pk=seat_id)
    end_seat(seat_id=found.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The seat of %(person)s ended. Votes cast stay as they are.") % {"person": found.user})
    return _back()


@login_required
@require_POST
def dissolve(request: SignedInRequest, committee_id: int) -> HttpResponse:
    """End a committee."""
    committee = get_object_or_404(committees_in_being(now=timezone.now()), pk=committee_id)
    dissolve_committee(committee_id=committee.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("%(name)s is dissolved.") % {"name": committee.name})
    return _back()


def _page(request: SignedInRequest, forms: Mapping[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    context = {
        "committees": list(committees_in_being(now=timezone.now())),
        "delegated": {found.seat_id: found for found in delegations_in_force(timezone.now())},
        "may_manage": can_manage_committees(request.user, now=timezone.now()),
        "committee_form": CommitteeForm(),
        "seat_form": SeatForm(),
        **(forms or {}),
    }
    return render(request, "gates/committees.html", context, status=status)


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("gates:committees"))
