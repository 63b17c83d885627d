"""The register of decisions, the record of one, and the dossiers behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gates.enums import Outcome
from gates.forms.chair import ClearingForm
from gates.models import Decision
from gates.permissions import can_clear
from gates.queries.conditions import revisions_to_name
from gates.queries.corrections import correction_of, correction_state
from gates.queries.dossier import content_of
from gates.queries.overrides import override_of
from gates.queries.reading import read_dossier
from gates.queries.reviews import decisions_visible_to
from gates.queries.revivals import revive_triggers_of
from gates.queries.votes import visible_votes
from gates.queries.wording import rule_text
from gates.rules.transitions import correction_blockers
from gates.web.showing import tally_rows
from pocgate.identity.queries import SignedInRequest
from scoring.queries.playbooks import playbook_of

REFERENCE = re.compile(r"GD-([0-9]{4})-([0-9]{3,9})")
PAGE = 50


@dataclass(frozen=True)
class Page:
    """A part of the register; `next_url` is empty on the last one."""

    rows: list[Decision]
    next_url: str
    previous_url: str = ""


@login_required
@require_safe
def register(request: SignedInRequest) -> HttpResponse:
    """The numbered register, the newest first."""
    outcome = request.GET.get("outcome", "")
    found = decisions_visible_to(request.user, now=timezone.now())
    if outcome in Outcome.values:
        found = found.filter(outcome=outcome)
    overridden = request.GET.get("override") == "1"
    if overridden:
        found = found.filter(is_override=True)
    page = _register_page(request, found, {"outcome": outcome, "override": "1" if overridden else ""})
    context = {
        "page": page,
        "outcome": outcome,
        "overridden": overridden,
        "outcomes": Outcome.values,
        "is_later": "before" in request.GET,
    }
    return render(request, "gates/decisions.html", context)


@login_required
@require_safe
def decision(request: SignedInRequest, reference: str) -> HttpResponse:
    """One decision with everything it rested on."""
    now = timezone.now()
    year, number = number_in(reference)
    made = get_object_or_404(decisions_visible_to(request.user, now=now), year=year, number=number)
    review = made.review
    playbook = playbook_of(review.playbook_id)
    conditions = list(
        made.conditions.select_related("owner", "cleared_by", "clearing_evidence__evidence").order_by("due_date", "pk")
    )
    open_conditions = [condition for condition in conditions if condition.cleared_at is None]
    may_clear = any(can_clear(request.user, condition, now=now) for condition in open_conditions)
    context = {
        "decision": made,
        "review": review,
        "case": review.case,
        "active_tab": "reviews",
        "playbook": playbook,
        "dossier": read_dossier(content_of(made.dossier), playbook),
        "rule": rule_text(made.dossier.rule),
        "result": tally_rows(made.tally),
        "override": override_of(review) if made.is_override else None,
        "corrected_by": correction_of(made),
        "may_correct": not correction_blockers(correction_state(made, request.user, now=now)),
        "triggers": revive_triggers_of(review.case, review),
        "places": visible_votes(review, request.user, playbook=playbook, now=now),
        "conditions": conditions,
        "may_clear": may_clear,
        "clearing_form": ClearingForm(revisions=revisions_to_name(review.case) if may_clear else ()),
        "today": now.date(),
    }
    return render(request, "gates/decision.html", context)


def number_in(reference: str) -> tuple[int, int]:
    """Year and number of `GD-2026-014`; 404 for anything else."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise Http404
    return int(match.group(1)), int(match.group(2))


def _register_page(request: HttpRequest, found: QuerySet[Decision], filters: Mapping[str, str]) -> Page:
    match = REFERENCE.fullmatch(request.GET.get("before", ""))
    if match is not None:
        year, number = int(match.group(1)), int(match.group(2))
        found = found.filter(Q(year__lt=year) | Q(year=year, number__lt=number))
    rows = list(found[: PAGE + 1])
    if len(rows) <= PAGE:
        return Page(rows, "")
    shown = rows[:PAGE]
    query = {"before": shown[-1].reference} | {name: value for name, value in filters.items() if value}
    return Page(shown, f"?{urlencode(query)}")
