"""What a draft of the playbook would do to the portfolio: progress, totals, and the cases that change with why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.errors import Invalid
from pocgate.kernel.http import polled
from portfolio.models import UseCase
from scoring.commands.playbooks import publish_blockers, request_effect
from scoring.models import Playbook as PlaybookRow
from scoring.models import PlaybookEffect, PlaybookEffectCase
from scoring.queries.playbook_effects import ORDERINGS, affected_cases, effect_of
from scoring.queries.playbooks import playbook_problems, published_playbook
from scoring.queries.readiness import in_reader_language
from scoring.rules.playbook import parse_playbook
from scoring.web.charts import effect_chart
from scoring.web.drafts import shell, visible_draft, whole

ROWS = 50
MOVED_SHOWN = 3


@dataclass(frozen=True)
class AffectedCase:
    """One row of the list: a case that changes, in words."""

    case: UseCase
    gate: int
    before: Decimal
    after: Decimal
    change: Decimal
    bar: str
    opening: tuple[str, ...]
    closing: tuple[str, ...]
    moved: tuple[tuple[str, Decimal], ...]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def effect(request: SignedInRequest, draft_id: int) -> HttpResponse:
    """The effect as last computed; a POST has it computed again."""
    row, acts = visible_draft(request, draft_id)
    if request.method == "POST":
        revision = whole(request.POST.get("revision", ""))
        try:
            request_effect(draft_id=row.pk, revision=revision, actor=request.user, now=timezone.now())
        except Invalid:
            # The page lists the faults by line.
            return render(request, "scoring/drafts/effect.html", _context(request, row, acts), status=422)
        return HttpResponseRedirect(reverse("scoring:draft_effect", args=[row.pk]))
    return render(request, "scoring/drafts/effect.html", _context(request, row, acts))


@login_required
@require_safe
def progress(request: SignedInRequest, draft_id: int) -> HttpResponse:
    """How far the computation is; the whole page once it is over."""
    row, acts = visible_draft(request, draft_id)
    found = effect_of(row)
    if found is None or not found.is_running:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return polled(request, "scoring/drafts/_progress.html", {**shell(row, acts, "effect"), "found": found})


def _context(request: SignedInRequest, row: PlaybookRow, acts: frozenset[str]) -> dict[str, Any]:
    found = effect_of(row)
    ordering = request.GET.get("order", "worst")
    context = {
        **shell(row, acts, "effect"),
        "found": found,
        "problems": playbook_problems(row.text),
        "ordering": ordering if ordering in ORDERINGS else "worst",
    }
    context["blockers"] = publish_blockers(row, context["current"])
    if found is None or not found.is_finished:
        return context
    titles = _titles(row)
    summary = found.effect.summary
    musts = [(titles(key), summary["opening"].get(key, 0), summary["closing"].get(key, 0)) for key in _keys(summary)]
    page = max(1, whole(request.GET.get("page", "")))
    return {
        **context,
        "summary": summary,
        "musts": musts,
        "chart": effect_chart(summary),
        **_rows(found.effect, context["ordering"], page, titles),
    }


def _keys(summary: dict[str, Any]) -> list[str]:
    """Must-meets that open or close somewhere, those with the most cases first."""
    count = {
        key: summary["opening"].get(key, 0) + summary["closing"].get(key, 0)
        for key in [*summary["opening"], *summary["closing"]]
    }
    return sorted(count, key=lambda key: (-count[key], key))


def _rows(found: PlaybookEffect, ordering: str, page: int, titles: Callable[[str], str]) -> dict[str, Any]:
    start = (page - 1) * ROWS
    rows = list(affected_cases(found, ordering)[start : start + ROWS + 1])
    address = f"?order={ordering}&page="
    paging = {
        "next_url": f"{address}{page + 1}#cases" if len(rows) > ROWS else "",
        "previous_url": f"{address}{page - 1}#cases" if page > 1 else "",
    }
    return {"rows": [_shown(row, titles) for row in rows[:ROWS]], "paging": paging}


def _shown(row: PlaybookEffectCase, titles: Callable[[str], str]) -> AffectedCase:
    bar = ""
    if row.reached_bar != row.reaches_bar:
        bar = _("reaches the bar") if row.reaches_bar else _("falls under the bar")
    return AffectedCase(
        case=row.case,
        gate=row.gate,
        before=row.before,
        after=row.after,
        change=row.after - row.before,
        bar=bar,
        opening=tuple(map(titles, row.opening)),
        closing=tuple(map(titles, row.closing)),
        moved=tuple((titles(key), Decimal(points)) for key, points in row.moved[:MOVED_SHOWN]),
    )


def _titles(row: PlaybookRow) -> Callable[[str], str]:
    """Titles of criteria by key, from the draft where it can be read, else from the version in force."""
    known: dict[str, str] = {}
    sources: Sequence[Any] = [published_playbook().rules]
    if not playbook_problems(row.text):
        sources = [*sources, parse_playbook(row.text)]
    for rules in sources:
        known |= {criterion.key: in_reader_language(criterion.title) for criterion in rules.criteria}
    return lambda key: known.get(key, key.replace("_", " "))
