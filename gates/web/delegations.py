"""Delegations: who fills whose seat, and for how long."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gates.commands.delegations import delegate_seat, revoke_delegation
from gates.forms.delegations import DelegationForm
from gates.permissions import can_manage_committees
from gates.queries.committees import delegations_visible_to, seats_to_delegate
from pocgate.identity.queries import SignedInRequest, sign_in_of


@login_required
@require_safe
def delegations(request: SignedInRequest) -> HttpResponse:
    """Those of one's own seats and those one fills; administrators see all."""
    return _page(request)


@login_required
@require_POST
def create(request: SignedInRequest) -> HttpResponse:
    """Let somebody fill a seat."""
    now = timezone.now()
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    made = delegate_seat(actor=request.user, sign_in=sign_in_of(request), now=now, **form.terms())
    messages.success(request, _("%(person)s fills the seat and was told.") % {"person": made.delegate})
    return HttpResponseRedirect(reverse("gates:delegations"))


@login_required
@require_POST
def revoke(request: SignedInRequest, delegation_id: int) -> HttpResponse:
    """End a delegation early."""
    now = timezone.now()
    found = get_object_or_404(delegations_visible_to(request.user, now=now), pk=delegation_id)
    revoke_delegation(delegation_id=found.pk, actor=request.user, now=now)
    messages.success(request, _("The delegation ended. A vote that was cast stands until it is changed."))
    return HttpResponseRedirect(reverse("gates:delegations"))


def _page(request: SignedInRequest, form: DelegationForm | None = None, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    every = can_manage_committees(request.user, now=now)
    context = {
        "delegations": list(delegations_visible_to(request.user, now=now)),
        "form": form or _form(request),
        "has_seats": seats_to_delegate(request.user, every=every, now=now).exists(),
        "now": now,
    }
    return render(request, "gates/delegations.html", context, status=status)


def _form(request: SignedInRequest, data: object = None) -> DelegationForm:
    every = can_manage_committees(request.user, now=timezone.now())
    return DelegationForm(data, person=request.user, is_administrator=every)
