"""The compliance desk: what waits for a signature, and the checklist of one case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gates.commands.sign_offs import attest_again, sign_off
from gates.enums import SignOffState
from gates.forms.sign_offs import SignOffForm
from gates.permissions import can_sign
from gates.queries.checklist_records import releases_of
from gates.queries.checklists import Checklist, checklist_of
from gates.queries.committees import conflicts_of
from gates.queries.desk import desk_of
from gates.queries.expiries import EXPIRY_DAYS, expiries_by_month
from gates.web.case_reviews import visible_case
from pocgate.identity.queries import SignedInRequest, sign_in_of
from pocgate.kernel.errors import Blocker, Invalid
from portfolio.models import UseCase
from portfolio.queries.tiering import tier_standing
from scoring.commands.answers import verify_answer
from scoring.queries.answers import evidence_choices
from scoring.queries.verifications import claims_for

MOST_AT_ONCE = 200
LONGEST_ID = 18
ON_TEAM = Blocker("in_conflict", "You are or were on the team of this case and cannot sign for it.")
CLOSED = Blocker("checklist_closed", "The vote on this case is closed; nothing can be signed until it is decided.")


@login_required
@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """The queue, by due date and risk tier."""
    now = timezone.now()
    context = {"desk": desk_of(request.user, now=now), "may_sign": can_sign(request.user, now=now)}
    return render(request, "gates/desk.html", context)


@login_required
@require_safe
def checklist(request: SignedInRequest, reference: str) -> HttpResponse:
    """The items of one case at its next gate."""
    return _page(request, visible_case(request, reference))


@login_required
@require_POST
def sign(request: SignedInRequest, reference: str, criterion: str) -> HttpResponse:
    """Accept or return one item."""
    case = visible_case(request, reference)
    now = timezone.now()
    item = _checklist(case, now).item(criterion)
    if item is None:
        raise Http404
    form = SignOffForm(request.POST, item=item, **_choices(case))
    if not form.is_valid():
        return _page(request, case, {criterion: form}, status=422)
    try:
        signed = sign_off(
            case_id=case.pk,
            criterion=criterion,
            actor=request.user,
            sign_in=sign_in_of(request),
            now=now,
            **form.cleaned_data,
        )
    except Invalid as refused:
        form.show(refused)
        return _page(request, case, {criterion: form}, status=422)
    messages.success(request, _said(signed.state) % {"item": item.title})
    return HttpResponseRedirect(
        f"{reverse('gates:checklist', args=[case.reference])}#item-{_next(case, criterion, now)}"
    )


@login_required
@require_POST
def sign_again(request: SignedInRequest, reference: str) -> HttpResponse:
    """Accept once more what did not change since it was accepted."""
    case = visible_case(request, reference)
    signed = attest_again(
        case_id=case.pk,
        criteria=request.POST.getlist("item")[:MOST_AT_ONCE],
        actor=request.user,
        sign_in=sign_in_of(request),
        now=timezone.now(),
    )
    said = ngettext("%(count)s item is attested again.", "%(count)s items are attested again.", len(signed))
    messages.success(request, said % {"count": len(signed)})
    return HttpResponseRedirect(reverse("gates:checklist", args=[case.reference]))


@login_required
@require_safe
def calendar(request: SignedInRequest) -> HttpResponse:
    """What ends in the coming months: evidence, signatures and waivers, with who and what."""
    now = timezone.now()
    context = {"months": expiries_by_month(request.user, now=now), "days": EXPIRY_DAYS}
    return render(request, "gates/expiries.html", context)


@login_required
@require_safe
def verifications(request: SignedInRequest) -> HttpResponse:
    """Claimed answers that wait for this person."""
    return render(request, "gates/verifications.html", {"claims": claims_for(request.user, now=timezone.now())})


@login_required
@require_POST
def verify(request: SignedInRequest, reference: str, criterion: str) -> HttpResponse:
    """Confirm another person's answer."""
    case, seen = visible_case(request, reference), request.POST.get("answer", "")
    verify_answer(
        case_id=case.pk,
        criterion=criterion,
        actor=request.user,
        now=timezone.now(),
        answer_id=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < LONGEST_ID else None,
    )
    messages.success(request, _("The answer is verified."))
    return HttpResponseRedirect(reverse("gates:verifications"))


def _said(state: str) -> str:
    if state == SignOffState.ACCEPTED:
        return _("“%(item)s” is accepted.")
    if state == SignOffState.WAIVED:
        return _("“%(item)s” is waived.")
    return _("“%(item)s” is returned; the owner was told.")


def _choices(case: UseCase) -> dict[str, Any]:
    return {"evidence": evidence_choices(case), "releases": releases_of(case), "standing": tier_standing(case)}


def _checklist(case: UseCase, now: datetime) -> Checklist:
    found = checklist_of(case, now=now)
    if found is None:
        raise Http404
    return found


def _next(case: UseCase, criterion: str, now: datetime) -> str:
    """The next item that waits for compliance, else the one just signed."""
    due = _checklist(case, now).due
    return due[0].key if due else criterion


def _page(
    request: SignedInRequest, case: UseCase, given: Mapping[str, SignOffForm] | None = None, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    found = _checklist(case, now)
    choices = _choices(case)
    forms = {item.key: SignOffForm(item=item, **choices) for item in found.items} | dict(given or {})
    blockers = []
    if request.user.pk in conflicts_of(case.pk, now=now):
        blockers.append(ON_TEAM)
    if not found.is_open:
        blockers.append(CLOSED)
    context: dict[str, Any] = {
        "case": case,
        "checklist": found,
        "items": [(item, forms[item.key]) for item in found.items],
        "may_sign": can_sign(request.user, now=now),
        "blockers": blockers,
    }
    return render(request, "gates/checklist.html", context, status=status)
