"""The board, the table, and the table as a file."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from gates.filters import GatedCaseFilter
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.web.columns import COLUMNS, chosen_columns
from pocgate.web.exporting import csv_of, rows_in_order, xlsx_of
from pocgate.web.person import person
from pocgate.web.queries.board import board_of
from pocgate.web.table import TableAddress, filter_boxes
from portfolio.models import UseCase
from portfolio.queries.table import ORDERINGS, table_page
from scoring.enums import SwampKind
from scoring.queries.finding_counts import (
    detectors_counted,
    ids_of,
    not_judged,
    signal_counts,
    standing_signals,
    swamp_list,
)

DEFAULT_ORDERING = "number"
BOARD_BOXES = ("department", "tier")
TABLE_BOXES = ("stage", "status", "tier", "standing", "department")
FINDING_BOXES = ("detector", "state", "swamp_signal")
SWAMP_SHOWN = 50


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Stages across, lanes down. Cards are not moved by hand: a gate moves them."""
    now = timezone.now()
    cases = _filter(request, now)
    context = {"board": board_of(cases.cases(), now=now), "filter": cases, "boxes": filter_boxes(cases, BOARD_BOXES)}
    return render(request, "web/board.html", context)


@login_required
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """A page of the portfolio; every choice is in the address."""
    now = timezone.now()
    cases = _filter(request, now)
    ordering = request.GET.get("ordering", DEFAULT_ORDERING)
    page = table_page(cases.cases(), ordering=ordering, cursor=request.GET.get("cursor", ""), now=now)
    address = TableAddress(request.GET, request.path, ordering)
    columns = chosen_columns(request.GET.getlist("columns"))
    boxes = filter_boxes(cases, (*TABLE_BOXES, *FINDING_BOXES))
    context = {
        "page": page,
        "columns": [address.head(column) for column in columns],
        "rows": [[(column, column.draw(row)) for column in columns] for row in page.rows],
        "every_column": [(column, column in columns) for column in COLUMNS],
        "filter": cases,
        "boxes": boxes,
        "chips": address.chips(boxes),
        "address": address,
        "next_url": address.at(page.next_cursor),
        "previous_url": address.at(page.previous_cursor),
    }
    return render(request, "web/table.html", context)


@login_required
@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """Each detector over the portfolio: where it fires, is clear, and can not tell; and the cases that linger."""
    cases = _filter(request, timezone.now())
    shown = cases.cases()
    signals = signal_counts(standing_signals().filter(case__in=ids_of(shown)))
    address = TableAddress(request.GET, reverse("table"), DEFAULT_ORDERING)
    context = {
        "detectors": detectors_counted(shown),
        "signals": [(kind.value, signals[kind.value]) for kind in SwampKind],
        "swamped": signals["cases"],
        "not_judged": not_judged(shown),
        "swamp": swamp_list(shown, limit=SWAMP_SHOWN),
        "filter": cases,
        "boxes": filter_boxes(cases, TABLE_BOXES),
        "query": address.without_place,
    }
    return render(request, "web/findings.html", context)


@login_required
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The whole filtered table with the chosen columns as CSV or XLSX."""
    now = timezone.now()
    ordering = request.GET.get("ordering", DEFAULT_ORDERING)
    if ordering not in ORDERINGS:
        raise Invalid([FieldProblem("ordering", "unknown_ordering", "This order is not known.")])
    columns = chosen_columns(request.GET.getlist("columns"))
    rows = rows_in_order(_filter(request, now).cases(), ordering=ordering, now=now)
    name = f"portfolio-{timezone.localdate():%Y-%m-%d}.{kind}"
    if kind == "xlsx":
        path = xlsx_of(columns, rows)
        handle = path.open("rb")
        path.unlink()
        return FileResponse(handle, as_attachment=True, filename=name)
    return StreamingHttpResponse(
        csv_of(columns, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


def _filter(request: HttpRequest, now: datetime) -> GatedCaseFilter:
    user = person(request)
    return GatedCaseFilter(request.GET, queryset=UseCase.objects.visible_to(user, now=now), user=user, now=now)
