"""The gate room: the dossier, the vote, and the chair's acts."""

from __future__ import annotations

from collections.abc import Mapping
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

from gates.commands.decisions import decide
from gates.commands.questions import note_opening
from gates.commands.reviews import close_voting, open_voting, recuse, withdraw
from gates.commands.votes import cast_vote, confirm_vote
from gates.errors import NOT_SEATED
from gates.forms.chair import WithdrawalForm
from gates.forms.votes import ConfirmationForm, RecusalForm, VoteForm
from gates.models import GateReview
from gates.queries.reviews import reviews_visible_to
from gates.queries.room import Booth, Room, room_of, vote_blockers_of
from gates.web.chairing import chair_context, decision_form, opening_form
from gates.web.showing import live_context, room_context
from pocgate.identity.queries import SignedInRequest, sign_in_of
from pocgate.kernel.errors import Invalid, NotAllowedNow
from pocgate.kernel.http import polled


@login_required
@require_safe
def room(request: SignedInRequest, review_id: int) -> HttpResponse:
    """The whole page. That the person opened this revision is noted once."""
    found = visible_room(request, review_id, timezone.now())
    note_opening(dossier=found.dossier, actor=request.user, now=found.now)
    return room_page(request, found)


@login_required
@require_safe
def live(request: SignedInRequest, review_id: int) -> HttpResponse:
    """The state of the vote, asked for every few seconds; 304 while nothing changed."""
    found = visible_room(request, review_id, timezone.now())
    context = live_context(found) | {"has_moved": request.GET.get("seen", found.token) != found.token}
    return polled(request, "gates/_live.html", context)


@login_required
@require_POST
def vote(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Cast or change one's own vote."""
    now = timezone.now()
    found = visible_room(request, review_id, now)
    booth = _booth_named(found, request.POST.get("seat", ""))
    form = VoteForm(request.POST, room=found, booth=booth)
    if not form.is_valid():
        return room_page(request, found, {"vote_forms": {booth.seat_id: form}}, status=422)
    try:
        cast_vote(
            review_id=found.review.pk, ballot=form.ballot(), actor=request.user, sign_in=sign_in_of(request), now=now
        )
    except Invalid as refused:
        form.show(refused)
        return room_page(request, found, {"vote_forms": {booth.seat_id: form}}, status=422)
    messages.success(request, _("Your vote counts. You can change it until the vote closes."))
    return _back(review_id)


@login_required
@require_POST
def confirmation(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Cast one's earlier vote again on the dossier as it is now."""
    now = timezone.now()
    found = visible_room(request, review_id, now)
    form = ConfirmationForm(request.POST)
    if not form.is_valid():
        return room_page(request, found, status=422)
    confirm_vote(
        review_id=found.review.pk,
        seen_revision=form.cleaned_data["seen_revision"],
        seat_id=form.cleaned_data["seat"],
        actor=request.user,
        sign_in=sign_in_of(request),
        now=now,
    )
    messages.success(request, _("Your vote is confirmed and counts again."))
    return _back(review_id)


@login_required
@require_POST
def stand_back(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Recuse oneself."""
    now = timezone.now()
    found = visible_room(request, review_id, now)
    form = RecusalForm(request.POST, room=found)
    if not form.is_valid():
        return room_page(request, found, {"recusal_form": form}, status=422)
    recuse(review_id=found.review.pk, actor=request.user, now=now, **_reason_and_seat(form))
    messages.success(request, _("You stood back from this review."))
    return _back(review_id)


def _reason_and_seat(form: RecusalForm) -> Mapping[str, Any]:
    return {"reason": form.cleaned_data["reason"], "seat_id": form.cleaned_data.get("seat")}


@login_required
@require_POST
def opening(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Open the vote."""
    now = timezone.now()
    found = visible_room(request, review_id, now)
    form = opening_form(found, request.POST)
    if not form.is_valid():
        return room_page(request, found, {"opening_form": form}, status=422)
    open_voting(review_id=found.review.pk, actor=request.user, now=now, **form.cleaned_data)
    messages.success(request, _("The vote is open, and everybody who can vote was told."))
    return _back(review_id)


@login_required
@require_POST
def closing(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Close the vote."""
    found = visible_room(request, review_id, timezone.now())
    close_voting(review_id=found.review.pk, actor=request.user, now=found.now)
    messages.success(request, _("The vote is closed. What was voted is open now."))
    return _back(review_id)


@login_required
@require_POST
def withdrawal(request: SignedInRequest, review_id: int) -> HttpResponse:
    """End the review without a decision."""
    now = timezone.now()
    found = visible_room(request, review_id, now)
    form = WithdrawalForm(request.POST)
    if not form.is_valid():
        return room_page(request, found, {"withdrawal_form": form}, status=422)
    withdraw(review_id=found.review.pk, reason=form.cleaned_data["reason"], actor=request.user, now=now)
    messages.success(request, _("The review was withdrawn; the case is where it was before."))
    return HttpResponseRedirect(reverse("gates:case_reviews", args=[found.review.case.reference]))


@login_required
@require_POST
def deciding(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Decide the review."""
    now = timezone.now()
    found = visible_room(request, review_id, now)
    form = decision_form(found, request.POST)
    if not form.is_valid():
        return room_page(request, found, {"decision_form": form}, status=422)
    try:
        made = decide(
            review_id=found.review.pk, ruling=form.ruling(), actor=request.user, sign_in=sign_in_of(request), now=now
        )
    except Invalid as refused:
        form.show(refused)
        return room_page(request, found, {"decision_form": form}, status=422)
    messages.success(request, _("%(number)s is decided and told.") % {"number": made.reference})
    return HttpResponseRedirect(reverse("gates:decision", args=[made.reference]))


def visible_room(request: SignedInRequest, review_id: int, now: datetime) -> Room:
    """The room, or 404 when there is none or the person may not see its case."""
    review: GateReview = get_object_or_404(reviews_visible_to(request.user, now=now), pk=review_id)
    return room_of(review, request.user, now=now)


def room_page(
    request: SignedInRequest, found: Room, forms: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The whole page, with the forms that came back."""
    given = dict(forms or {})
    filled = given.pop("vote_forms", {})
    context = {
        "ballots": [_ballot(found, booth, filled) for booth in found.booths] if found.is_voting else [],
        "recusal_form": RecusalForm(room=found),
        "withdrawal_form": WithdrawalForm(),
        **room_context(found),
        **live_context(found),
        **chair_context(found),
        **given,
    }
    return render(request, "gates/room.html", context, status=status)


def _ballot(found: Room, booth: Booth, filled: Mapping[int, VoteForm]) -> Mapping[str, Any]:
    return {
        "booth": booth,
        "form": filled.get(booth.seat_id) or VoteForm(room=found, booth=booth),
        "blockers": vote_blockers_of(found, booth),
        "may_veto": found.may_veto(booth),
    }


def _booth_named(found: Room, seat: str) -> Booth:
    """The seat named, or the first that the person fills; where they have none, the command says why not."""
    chosen = [booth for booth in found.booths if seat in ("", str(booth.seat_id))]
    if chosen:
        return chosen[0]
    raise NotAllowedNow([NOT_SEATED])


def _back(review_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("gates:room", args=[review_id]))
