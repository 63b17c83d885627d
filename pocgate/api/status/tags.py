"""The entity tag of the portfolio's status, found without computing the status."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, QuerySet

from pocgate.identity.models import User
from pocgate.ledger.models import Activity
from scoring.models import FindingChange, ReadinessPoint, ReadinessScore

# Numbers are given out before their rows are committed. Counting the latest ones notices a row that came in late.
LATEST = 1000


def status_tag(user: User, as_of: datetime | None, *, now: datetime) -> str:
    """Changes with every activity, every changed score and finding, and each minute, as gates come due."""
    state = (
        user.pk,
        None if as_of is None else as_of.isoformat(),
        now.replace(second=0, microsecond=0).isoformat(),
        _mark(Activity.objects.all(), "sequence"),
        _mark(ReadinessPoint.objects.all(), "pk"),
        _mark(ReadinessScore.objects.all(), "pk"),
        _mark(FindingChange.objects.all(), "pk"),
    )
    return f'"{hashlib.sha256(repr(state).encode()).hexdigest()[:24]}"'


def _mark(rows: QuerySet[Any, Any], column: str) -> tuple[int, int]:
    """The highest number, and how many rows there are among the latest thousand numbers."""
    highest: int = rows.aggregate(highest=Max(column))["highest"] or 0
    counted = rows.filter(**{f"{column}__gt": highest - LATEST}).aggregate(count=Count(column))
    return highest, counted["count"]
