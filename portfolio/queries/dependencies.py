"""What holds a case up."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from portfolio.models import Dependency


def blocking_dependencies(case_id: int, *, now: datetime) -> QuerySet[Dependency]:
    """What others than the team had not resolved by `now` and what blocked the case by then, oldest first."""
    return Dependency.objects.filter(
        Q(superseded_by__isnull=True) | Q(superseded_by__recorded_at__gt=now),
        Q(resolved_at__isnull=True) | Q(resolved_at__gt=now),
        case=case_id,
        recorded_at__lte=now,
        is_outside_team=True,
        blocked_date__lte=localdate(now),
    ).order_by("blocked_date", "pk")
