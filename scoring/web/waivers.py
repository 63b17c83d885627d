"""The waivers of a case: asked for, signed, refused and revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pocgate.identity.models import User
from pocgate.identity.queries import SignedInRequest, sign_in_of
from pocgate.kernel.errors import Invalid
from portfolio.models import UseCase
from portfolio.permissions import Standing, standing_of
from scoring.commands.waivers import Wish, refuse_waiver, request_waiver, revoke_waiver, sign_waiver
from scoring.enums import WaiverState
from scoring.forms import WaiverForm
from scoring.models import Waiver
from scoring.permissions import acts_allowed
from scoring.queries.playbooks import current_playbook
from scoring.queries.readiness import in_reader_language
from scoring.queries.waivers import signing_state, waivable_titles, waivers_of
from scoring.rules.waivers import signing_blockers
from scoring.web.seen import visible_case


@login_required
@require_safe
def waivers(request: SignedInRequest, reference: str) -> HttpResponse:
    """Every waiver of the case, with who signed, until when, and what may be done about it."""
    return _page(request, visible_case(request, reference))


@login_required
@require_POST
def ask(request: SignedInRequest, reference: str) -> HttpResponse:
    """The team asks that a must-meet may stay unmet for a time."""
    case, now = visible_case(request, reference), timezone.now()
    form = WaiverForm(request.POST, titles=waivable_titles(case, now=now))
    if not form.is_valid():
        return _page(request, case, form=form, status=422)
    try:
        request_waiver(case_id=case.pk, wish=Wish(**form.cleaned_data), actor=request.user, now=now)
    except Invalid as refused:
        form.show(refused)
        return _page(request, case, form=form, status=422)
    messages.success(request, _("Compliance is asked to sign this waiver."))
    return _back(case)


@login_required
@require_POST
def sign(request: SignedInRequest, reference: str, waiver_id: int) -> HttpResponse:
    """Compliance signs, or the second person does."""
    case = visible_case(request, reference)
    waiver = get_object_or_404(Waiver, case=case, pk=waiver_id)
    signed = sign_waiver(waiver_id=waiver.pk, actor=request.user, sign_in=sign_in_of(request), now=timezone.now())
    granted = signed.state == WaiverState.GRANTED
    messages.success(request, _("The waiver is granted.") if granted else _("Signed. A second person has to sign too."))
    return _back(case)


@login_required
@require_POST
def end(request: SignedInRequest, reference: str, waiver_id: int) -> HttpResponse:
    """A request is refused or taken back, a granted waiver revoked; each with a reason."""
    case, now = visible_case(request, reference), timezone.now()
    waiver = get_object_or_404(Waiver, case=case, pk=waiver_id)
    note = request.POST.get("note", "")
    if waiver.state == WaiverState.REQUESTED:
        refuse_waiver(waiver_id=waiver.pk, note=note, actor=request.user, now=now)
    else:
        revoke_waiver(waiver_id=waiver.pk, note=note, actor=request.user, sign_in=sign_in_of(request), now=now)
    messages.success(request, _("The waiver has ended; the must-meet counts again."))
    return _back(case)


def _back(case: UseCase) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("scoring:waivers", args=[case.reference]))


def _page(
    request: SignedInRequest, case: UseCase, *, form: WaiverForm | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    standing = standing_of(request.user, case, now=now)
    may_ask = "request_waiver" in acts_allowed(request.user, standing)
    titles = waivable_titles(case, now=now) if may_ask else {}
    policy = current_playbook().waivers
    context = {
        "case": case,
        "active_tab": "readiness",
        "rows": [_row(case, waiver, request.user, standing, now=now) for waiver in waivers_of(case)],
        "may_ask": may_ask,
        "form": form or (WaiverForm(titles=titles) if titles else None),
        "most": policy.live_per_case,
        "longest": policy.longest_days,
        "renewals": policy.renewals,
    }
    return render(request, "scoring/waivers.html", context, status=status)


def _row(case: UseCase, waiver: Waiver, reader: User, standing: Standing, *, now: datetime) -> dict[str, Any]:
    """A waiver with its criterion's title and what the reader may do: sign it, or end it."""
    playbook = current_playbook()
    known = playbook.criteria_by_key.get(waiver.criterion)
    is_live = waiver.state in (WaiverState.REQUESTED, WaiverState.GRANTED)
    is_officer = "compliance" in standing.roles and not standing.team_roles
    takes_back = waiver.state == WaiverState.REQUESTED and waiver.requested_by_id == reader.pk
    may_sign = False
    if waiver.state == WaiverState.REQUESTED:
        may_sign = not signing_blockers(signing_state(case, waiver, reader, now=now), playbook.waivers)
    return {
        "waiver": waiver,
        "title": in_reader_language(known.title) if known else waiver.criterion,
        "may_sign": may_sign,
        "may_end": is_live and (is_officer or takes_back),
    }
