"""Working days: Monday to Friday. Public holidays differ by place and are left to the chair."""

from __future__ import annotations

from datetime import date, timedelta

_SATURDAY = 5


def after_working_days(start: date, days: int) -> date:
    """The date so many working days after `start`, which itself is not counted."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY:
            days -= 1
    return day
