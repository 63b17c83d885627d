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
from gates.commands.reviews import close_voting, open_voting, recuse, withdraw
from gates.commands.votes import cast_vote
from gates.forms.chair import WithdrawalForm
from gates.forms.votes import RecusalForm, VoteForm
from gates.models import GateReview
from gates.queries.reviews import reviews_visible_to
from gates.queries.room import Room, room_of
from gates.web.chairing import chair_context, decision_form, opening_form
from gates.web.showing import live_context, room_context
from pocgate.identity.queries import SignedInRequest, sign_in_of
from pocgate.kernel.errors import Invalid
from pocgate.kernel.http import polled


@login_required
@require_safe
def room(request: SignedInRequest, review_id: int) -> HttpResponse:
    """The whole page."""
    return _page(request, _room(request, review_id, timezone.now()))


@login_required
@require_safe
def live(request: SignedInRequest, review_id: int) -> HttpResponse:
    """The state of the vote, asked for every few seconds; 304 while nothing changed."""
    found = _room(request, review_id, timezone.now())
    context = live_context(found) | {"has_moved": request.GET.get("seen", found.token) != found.token}
    return polled(request, "gates/_live.html", context)


@login_required
@require_POST
def vote(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Cast or change one's own vote."""
    now = timezone.now()
    found = _room(request, review_id, now)
    form = VoteForm(request.POST, room=found)
    if not form.is_valid():
        return _page(request, found, {"vote_form": form}, status=422)
    try:
        cast_vote(
            review_id=found.review.pk, ballot=form.ballot(), actor=request.user, sign_in=sign_in_of(request), now=now
        )
    except Invalid as refused:
        form.show(refused)
        return _page(request, found, {"vote_form": form}, status=422)
    messages.success(request, _("Your vote counts. You can change it until the vote closes."))
    return _back(review_id)


@login_required
@require_POST
def stand_back(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Recuse oneself."""
    now = timezone.now()
    found = _room(request, review_id, now)
    form = RecusalForm(request.POST)
    if not form.is_valid():
        return _page(request, found, {"recusal_form": form}, status=422)
    recuse(review_id=found.review.pk, reason=form.cleaned_data["reason"], actor=request.user, now=now)
    messages.success(request, _("You stood back from this review."))
    return _back(review_id)


@login_required
@require_POST
def opening(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Open the vote."""
    now = timezone.now()
    found = _room(request, review_id, now)
    form = opening_form(found, request.POST)
    if not form.is_valid():
        return _page(request, found, {"opening_form": form}, status=422)
    open_voting(review_id=found.review.pk, actor=request.user, now=now, **form.cleaned_data)
    messages.success(request, _("The vote is open, and everybody who can vote was told."))
    return _back(review_id)


@login_required
@require_POST
def closing(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Close the vote."""
    found = _room(request, review_id, timezone.now())
    close_voting(review_id=found.review.pk, actor=request.user, now=found.now)
    messages.success(request, _("The vote is closed. What was voted is open now."))
    return _back(review_id)


@login_required
@require_POST
def withdrawal(request: SignedInRequest, review_id: int) -> HttpResponse:
    """End the review without a decision."""
    now = timezone.now()
    found = _room(request, review_id, now)
    form = WithdrawalForm(request.POST)
    if not form.is_valid():
        return _page(request, found, {"withdrawal_form": form}, status=422)
    withdraw(review_id=found.review.pk, reason=form.cleaned_data["reason"], actor=request.user, now=now)
    messages.success(request, _("The review was withdrawn; the case is where it was before."))
    return HttpResponseRedirect(reverse("gates:case_reviews", args=[found.review.case.reference]))


@login_required
@require_POST
def deciding(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Decide the review."""
    now = timezone.now()
    found = _room(request, review_id, now)
    form = decision_form(found, request.POST)
    if not form.is_valid():
        return _page(request, found, {"decision_form": form}, status=422)
    try:
        made = decide(
            review_id=found.review.pk, ruling=form.ruling(), actor=request.user, sign_in=sign_in_of(request), now=now
        )
    except Invalid as refused:
        form.show(refused)
        return _page(request, found, {"decision_form": form}, status=422)
    messages.success(request, _("%(number)s is decided and told.") % {"number": made.reference})
    return HttpResponseRedirect(reverse("gates:decision", args=[made.reference]))


def _room(request: SignedInRequest, review_id: int, now: datetime) -> Room:
    review: GateReview = get_object_or_404(reviews_visible_to(request.user, now=now), pk=review_id)
    return room_of(review, request.user, now=now)


def _page(
    request: SignedInRequest, found: Room, forms: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    context = {
        "vote_form": VoteForm(room=found),
        "recusal_form": RecusalForm(),
        "withdrawal_form": WithdrawalForm(),
        **room_context(found),
        **live_context(found),
        **chair_context(found),
        **(forms or {}),
    }
    return render(request, "gates/room.html", context, status=status)


def _back(review_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("gates:room", args=[review_id]))
