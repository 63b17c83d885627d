"""Dossiers and decision records to read, to take along, and to compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gates.commands.questions import note_opening
from gates.documents.decisions import decision_pdf
from gates.documents.dossiers import dossier_pdf
from gates.models import Dossier, GateReview
from gates.queries.differing import differences
from gates.queries.dossier import content_of, dossiers_of, last_gate_dossier, scorecard_waits
from gates.queries.reading import read_dossier
from gates.queries.reviews import decision_of_number, decisions_visible_to, reviews_visible_to
from gates.queries.votes import visible_votes
from gates.queries.wording import FROZEN, rule_text
from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.errors import Forbidden
from scoring.errors import rate_first
from scoring.queries.playbooks import playbook_of

LAST_GATE = "gate"


@dataclass(frozen=True)
class Shown:
    """What the dossier's fragments ask of a room, without one."""

    review: GateReview
    dossier: Dossier
    is_preparing: bool = False


@login_required
@require_safe
def dossier(request: SignedInRequest, review_id: int, revision: int) -> HttpResponse:
    """A frozen revision to read. That the person opened it is noted once, as in the room."""
    now = timezone.now()
    review, found = _found(request, review_id, revision)
    note_opening(dossier=found, actor=request.user, now=now)
    waits = scorecard_waits(review, request.user, now=now)
    content = _readable(found, waits=waits)
    revisions = list(dossiers_of(review))
    before = next((each for each in revisions if each.revision < revision), None)
    context = {
        "case": review.case,
        "active_tab": "reviews",
        "review": review,
        "room": Shown(review, found),
        "dossier": read_dossier(content, playbook_of(review.playbook_id)),
        "recommended": content["recommended"]["outcome"],
        "rule": rule_text(content["recommended"]["rule"]),
        "frozen": FROZEN.get(found.reason, found.reason),
        "revisions": revisions,
        "before": before,
        "since_gate": last_gate_dossier(review),
        "scorecard_waits": waits,
    }
    return render(request, "gates/dossier.html", context)


@login_required
@require_safe
def dossier_json(request: SignedInRequest, review_id: int, revision: int) -> HttpResponse:
    """A frozen revision as the very bytes its digest is of."""
    review, found = _whole(request, review_id, revision)
    return _attachment(found.content.encode(), f"{_name(review, revision)}.json", "application/json")


@login_required
@require_safe
def dossier_print(request: SignedInRequest, review_id: int, revision: int) -> HttpResponse:
    """A frozen revision as PDF."""
    review, found = _whole(request, review_id, revision)
    return _attachment(dossier_pdf(found), f"{_name(review, revision)}.pdf", "application/pdf")


@login_required
@require_safe
def difference(request: SignedInRequest, review_id: int) -> HttpResponse:
    """What is different between two revisions, or since the dossier of the last gate: `?before=1&after=2`."""
    now = timezone.now()
    review = get_object_or_404(reviews_visible_to(request.user, now=now), pk=review_id)
    revisions = list(dossiers_of(review))
    since_gate = last_gate_dossier(review)
    after = _picked(revisions, request.GET.get("after", ""), revisions[0])
    wanted = request.GET.get("before", "")
    before = since_gate if wanted == LAST_GATE else _picked(revisions, wanted, revisions[min(1, len(revisions) - 1)])
    if before is None:
        raise Http404
    waits = scorecard_waits(review, request.user, now=now)
    found = differences(_readable(before, waits=waits), _readable(after, waits=waits), playbook_of(review.playbook_id))
    context = {
        "case": review.case,
        "active_tab": "reviews",
        "review": review,
        "revisions": revisions,
        "since_gate": since_gate,
        "before": before,
        "after": after,
        "is_since_gate": wanted == LAST_GATE,
        "differences": found,
    }
    return render(request, "gates/difference.html", context)


@login_required
@require_safe
def decision_print(request: SignedInRequest, reference: str) -> HttpResponse:
    """A decision's record as PDF."""
    now = timezone.now()
    made = decision_of_number(decisions_visible_to(request.user, now=now), reference)
    if made is None:
        raise Http404
    review = made.review
    places = visible_votes(review, request.user, playbook=playbook_of(review.playbook_id), now=now)
    return _attachment(decision_pdf(made, places), f"{made.reference}.pdf", "application/pdf")


def _found(request: SignedInRequest, review_id: int, revision: int) -> tuple[GateReview, Dossier]:
    review = get_object_or_404(reviews_visible_to(request.user, now=timezone.now()), pk=review_id)
    return review, get_object_or_404(Dossier.objects.select_related("review"), review=review, revision=revision)


def _whole(request: SignedInRequest, review_id: int, revision: int) -> tuple[GateReview, Dossier]:
    """The digest is that of the whole, so that it is not given in part to who still has to rate the case."""
    review, found = _found(request, review_id, revision)
    if scorecard_waits(review, request.user, now=timezone.now()):
        raise Forbidden(rate_first())
    return review, found


def _readable(found: Dossier, *, waits: bool) -> Mapping[str, Any]:
    content = content_of(found)
    return {**content, "scorecard": None} if waits else content


def _picked(revisions: list[Dossier], wanted: str, otherwise: Dossier) -> Dossier:
    if not wanted:
        return otherwise
    found = next((each for each in revisions if str(each.revision) == wanted), None)
    if found is None:
        raise Http404(_("There is no such revision."))
    return found


def _name(review: GateReview, revision: int) -> str:
    return f"{review.case.reference}-gate-{review.gate}-revision-{revision}"


def _attachment(body: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(body, content_type=kind, headers=headers)
