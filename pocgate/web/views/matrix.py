"""The matrix: which cases are worth it and can be done, and how sure that is."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.web.charts import matrix_chart
from pocgate.web.person import person
from pocgate.web.table import TableAddress, filter_boxes
from portfolio.filters import CaseFilter
from portfolio.models import UseCase
from portfolio.queries.business import likely_benefits
from scoring.queries.matrix import Matrix, MatrixRow, Place, is_rated_by_somebody
from scoring.queries.matrix_words import MatrixWords
from scoring.queries.playbooks import current_playbook

BOXES = ("stage", "status", "tier", "department")
# More dots hide each other, and a browser draws them slowly.
DRAWN = 500
LISTED, SHIFTS_SHOWN, TO_RATE_SHOWN = 50, 30, 6
HIGHEST, LARGEST_NUMBER = 100, 2**31


@login_required
@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """Chart, list, what a weight would change, and what still waits for the viewer's rating."""
    now, viewer = timezone.now(), person(request)
    visible = UseCase.objects.visible_to(viewer, now=now)
    cases = CaseFilter(request.GET, queryset=visible, user=viewer, now=now)
    place = _place(request.GET.get("cursor", ""))
    found = Matrix(viewer, visible.filter(archived_at__isnull=True), cases.cases(), now=now)
    words, counts = MatrixWords(current_playbook().scorecard), found.counts()
    drawn = found.rows(limit=DRAWN) if counts.shown else []
    listed = drawn[: LISTED + 1] if place is None else found.rows(limit=LISTED + 1, after=place)
    address, shifts = TableAddress(request.GET, request.path, ""), words.shifts(drawn)
    context = {
        "counts": counts,
        "rows": [(row, words.quadrants[row.position.quadrant], words.disagreements(row)) for row in listed[:LISTED]],
        "ranked": len(found.ranks) if counts.shown else 0,
        "chart": matrix_chart(drawn, words, likely_benefits([row.case.pk for row in drawn], now=now)),
        "drawn": len(drawn),
        "shifts": [(shift, words.quadrants[shift.quadrant]) for shift in shifts[:SHIFTS_SHOWN]],
        "shift_count": len(shifts),
        "to_rate": found.to_rate(limit=TO_RATE_SHOWN),
        "is_begun": bool(counts.shown or counts.waiting) or is_rated_by_somebody(cases.cases()),
        "policy": words.policy,
        "filter": cases,
        "boxes": (boxes := filter_boxes(cases, BOXES)),
        "chips": address.chips(boxes),
        "next_url": address.at(_cursor(listed[LISTED - 1]) if len(listed) > LISTED else ""),
    }
    return render(request, "web/matrix.html", context)


def _cursor(row: MatrixRow) -> str:
    return f"{row.position.priority}~{row.case.number}"


def _place(cursor: str) -> Place | None:
    """Raises `Invalid` for anything that is no place of this list."""
    if not cursor:
        return None
    priority, _tilde, number = cursor.partition("~")
    try:
        place = Decimal(priority), int(number)
    except (InvalidOperation, ValueError):
        place = Decimal(-1), 0
    if not (place[0].is_finite() and 0 <= place[0] <= HIGHEST and 0 <= place[1] < LARGEST_NUMBER):
        message = "This cursor belongs to no list in this order; begin with the first page."
        raise Invalid([FieldProblem("cursor", "bad_cursor", message)])
    return place
