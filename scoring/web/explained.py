"""The explaining half of the readiness tab: what is coming, what it would take, what changed, and any past day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from pocgate.identity.queries import SignedInRequest
from portfolio.models import UseCase
from scoring.queries.explaining.ahead import AHEAD, outlook_of
from scoring.queries.explaining.as_of import AsOf, as_of, last_moment_of, moved_to
from scoring.queries.explaining.changes import changes_between
from scoring.queries.explaining.margins import breaches_of, margins_of
from scoring.queries.explaining.mending import ways_of
from scoring.queries.explaining.parts import readiness_then
from scoring.queries.history import history_of
from scoring.queries.readiness import readiness_points
from scoring.web.charts import readiness_chart
from scoring.web.charts_of_change import outlook_chart, outlook_finding, waterfall_chart, waterfall_finding
from scoring.web.rows import plain_sections_of
from scoring.web.seen import visible_case

SINCE_DAYS = 30
HISTORY_SHOWN = 30


@login_required
@require_safe
def explained(request: SignedInRequest, reference: str) -> HttpResponse:
    """The cards alone, asked for again when the score changed or another day is compared with."""
    case = visible_case(request, reference)
    return render(request, "scoring/_explained.html", {"case": case, **explained_context(request, case)})


def explained_context(request: HttpRequest, case: UseCase) -> dict[str, Any]:
    """Everything the cards show, from one reading of the records of today and one of the day compared with."""
    now = timezone.now()
    days = {"today": _local_day(now), "earliest": _local_day(case.created_at), "latest": _local_day(now + AHEAD)}
    found = as_of(case.pk, at=now)
    if found is None:
        return {"explained": None, **days}
    ahead = outlook_of(found)
    since = day_in(request, "since", case, now=now)
    return {
        "explained": found,
        "ahead": ahead,
        "ahead_chart": outlook_chart(ahead),
        "ahead_finding": outlook_finding(ahead),
        "ways": ways_of(found, ahead),
        "margins": margins_of(found),
        "breaches": breaches_of(found),
        **days,
        **_changes(found, since or _local_day(now - timedelta(days=SINCE_DAYS)), case, now=now),
    }


def _changes(found: AsOf, since: date, case: UseCase, *, now: datetime) -> dict[str, Any]:
    points = readiness_points(case)
    history = history_of(points, found.rules)
    moment = last_moment_of(since, now=now)
    before = as_of(case.pk, at=moment)
    if before is None and points and points[0].at < now:
        # Younger than the day asked for: its first score is what it began with.
        before = as_of(case.pk, at=points[0].at)
    changes = changes_between(before, found) if before else None
    return {
        "since": _local_day(changes.since) if changes else since,
        "changes": changes,
        "changes_chart": waterfall_chart(changes) if changes else None,
        "changes_finding": waterfall_finding(changes) if changes else "",
        "history": history[:HISTORY_SHOWN],
        "history_chart": readiness_chart(points, history, found.rules, until=now.replace(second=0, microsecond=0)),
    }


def other_day_context(case: UseCase, day: date) -> dict[str, Any]:
    """The readiness at the end of a day: as it stood, or for a day to come as it will stand if nothing is renewed."""
    now = timezone.now()
    at = last_moment_of(day, now=now)
    today = as_of(case.pk, at=now)
    found = as_of(case.pk, at=at) if at <= now else (moved_to(today, at) if today else None)
    changes = None
    if found is not None and today is not None and found is not today:
        changes = changes_between(found, today) if at <= now else changes_between(today, found)
    then = readiness_then(found) if found else None
    return {
        "day": day,
        "is_to_come": at > now,
        "found": then,
        "sections": plain_sections_of(then) if then else [],
        "changes": changes,
        "changes_chart": waterfall_chart(changes) if changes else None,
        "changes_finding": waterfall_finding(changes) if changes else "",
        "latest": _local_day(now + AHEAD),
        "earliest": _local_day(case.created_at),
    }


def day_in(request: HttpRequest, name: str, case: UseCase, *, now: datetime) -> date | None:
    """The day a query parameter names, from the case's first day to two years ahead; None for anything else."""
    try:
        day = parse_date(request.GET.get(name, ""))
    except ValueError:
        return None
    within = day is not None and _local_day(case.created_at) <= day <= _local_day(now + AHEAD)
    return day if within else None


def _local_day(moment: datetime) -> date:
    return timezone.localdate(moment, timezone.get_default_timezone())
