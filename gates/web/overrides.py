"""Overrides: asked for by the chair in the gate room, signed, consented to or refused by others; and their register."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gates.commands.overrides import (
    consent_to_override,
    refuse_override,
    request_override,
    sign_override,
    withdraw_override,
)
from gates.enums import OverrideState
from gates.models import OverrideRequest
from gates.queries.overrides import overrides_visible_to, overrides_waiting_for
from gates.web.asking import words_of
from gates.web.chairing import decision_form
from gates.web.room import room_page, visible_room
from pocgate.identity.queries import SignedInRequest, sign_in_of
from pocgate.kernel.errors import Invalid

MOST = 200


@login_required
@require_safe
def overrides(request: SignedInRequest) -> HttpResponse:
    """Those that wait, the viewer's own first, and the latest that were settled."""
    now = timezone.now()
    theirs = {row.pk for row in overrides_waiting_for(request.user, now=now)}
    rows = list(overrides_visible_to(request.user, now=now)[:MOST])
    pending = [row for row in rows if row.state == OverrideState.PENDING]
    context = {
        "waiting": sorted(pending, key=lambda row: row.pk not in theirs),
        "theirs": theirs,
        "settled": [row for row in rows if row.state != OverrideState.PENDING],
    }
    return render(request, "gates/overrides.html", context)


@login_required
@require_POST
def ask(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Ask for a ruling more lenient than policy or vote."""
    now = timezone.now()
    found = visible_room(request, review_id, now)
    form = decision_form(found, request.POST)
    if not form.is_valid():
        return room_page(request, found, {"decision_form": form}, status=422)
    try:
        request_override(
            review_id=found.review.pk, ruling=form.ruling(), actor=request.user, sign_in=sign_in_of(request), now=now
        )
    except Invalid as refused:
        form.show(refused)
        return room_page(request, found, {"decision_form": form}, status=422)
    messages.success(request, _("The override waits for its second signature. Those who can sign were told."))
    return _back(found.review.pk)


@login_required
@require_POST
def sign(request: SignedInRequest, override_id: int) -> HttpResponse:
    """Sign second, which decides."""
    found = _visible(request, override_id)
    made = sign_override(override_id=found.pk, actor=request.user, sign_in=sign_in_of(request), now=timezone.now())
    messages.success(request, _("You signed, and %(number)s is decided.") % {"number": made.reference})
    return HttpResponseRedirect(reverse("gates:decision", args=[made.reference]))


@login_required
@require_POST
def consent(request: SignedInRequest, override_id: int) -> HttpResponse:
    """Let it pass over the cap."""
    found = _visible(request, override_id)
    consent_to_override(override_id=found.pk, actor=request.user, sign_in=sign_in_of(request), now=timezone.now())
    messages.success(request, _("You consented to passing over the cap."))
    return _back(found.review_id)


@login_required
@require_POST
def refuse(request: SignedInRequest, override_id: int) -> HttpResponse:
    """Refuse it, with a reason."""
    found = _visible(request, override_id)
    refuse_override(override_id=found.pk, note=words_of(request), actor=request.user, now=timezone.now())
    messages.success(request, _("You refused the override; who asked for it was told."))
    return _back(found.review_id)


@login_required
@require_POST
def withdraw(request: SignedInRequest, override_id: int) -> HttpResponse:
    """Take it back, with a reason."""
    found = _visible(request, override_id)
    withdraw_override(override_id=found.pk, note=words_of(request), actor=request.user, now=timezone.now())
    messages.success(request, _("The override is taken back. The review can be decided otherwise."))
    return _back(found.review_id)


def _visible(request: SignedInRequest, override_id: int) -> OverrideRequest:
    found: OverrideRequest = get_object_or_404(overrides_visible_to(request.user, now=timezone.now()), pk=override_id)
    return found


def _back(review_id: int) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('gates:room', args=[review_id])}#override")
