"""Days as this installation counts them."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def day_here(now: datetime) -> date:
    """The date in the time zone of the installation, which due days and the year of a number follow."""
    return timezone.localdate(now, timezone.get_default_timezone())
