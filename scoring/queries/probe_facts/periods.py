"""Half-open periods and corrections, as they stood at a moment."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q


def in_force(now: datetime, *, start: str, end: str) -> Q:
    """Rows whose period from `start` until just before `end` holds `now`; an empty `end` is open."""
    return Q(**{f"{start}__lte": now}) & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": now}))


def uncorrected(now: datetime) -> Q:
    """Rows recorded by `now` and not superseded by one recorded by then."""
    return Q(recorded_at__lte=now) & (Q(superseded_by__isnull=True) | Q(superseded_by__recorded_at__gt=now))


def known_by(moment: datetime | None, now: datetime) -> datetime | None:
    """The moment, or None when it lies after `now`."""
    return moment if moment is not None and moment <= now else None
