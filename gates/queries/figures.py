"""Frozen figures as people read them: amounts, numbers, days and times in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils import formats, timezone

NOTHING = "–"


def money_text(amount: object, currency: str) -> str:
    """`EUR 40,000`; cents only when there are any, a dash without an amount."""
    value = _decimal(amount)
    if value is None:
        return NOTHING
    places = 0 if value == value.to_integral_value() else 2
    return f"{currency} {formats.number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)}"


def figure_text(value: object) -> str:
    """A number with separators and without noughts that say nothing; what is no number as it is."""
    exact = _decimal(value)
    if exact is None:
        return NOTHING if value in (None, "") else str(value)
    exact = exact.normalize()
    exponent = exact.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    return str(formats.number_format(exact, decimal_pos=places, use_l10n=True, force_grouping=True))


def day_text(value: object) -> str:
    """A day, or the local day of a moment; both also as frozen text."""
    read = _read(value)
    if read is None:
        return NOTHING
    shown = timezone.localtime(read) if isinstance(read, datetime) else read
    return str(formats.date_format(shown, "j M Y"))


def time_text(value: object) -> str:
    """A moment in the reader's time zone, with its name."""
    read = _read(value)
    if not isinstance(read, datetime):
        return day_text(value)
    local = timezone.localtime(read)
    return f"{formats.date_format(local, 'j M Y, H:i')} {local:%Z}"


def _read(value: object) -> date | None:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not value:
        return None
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


def _decimal(value: object) -> Decimal | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
