"""How numbers and dates are written in charts: as on the page around them."""

from __future__ import annotations

from typing import Any

from django.utils import formats
from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR

SUNDAY = 6
DATE, MOMENT = "%-d %b %Y", "%-d %b %Y, %H:%M"
# Labels of a time axis by what begins at the tick.
TICKS = {"year": "%Y", "quarter": "%b", "month": "%b", "week": "%-d %b", "date": "%-d %b", "hours": "%H:%M"}


def reader_locale(currency: str = "") -> dict[str, Any]:
    """Vega's `locale` in the reader's language; `$` in a number format writes the currency's code."""
    grouping = formats.get_format("NUMBER_GROUPING")
    return {
        "number": {
            "decimal": str(formats.get_format("DECIMAL_SEPARATOR")),
            "thousands": str(formats.get_format("THOUSAND_SEPARATOR")),
            "grouping": list(grouping) if isinstance(grouping, (list, tuple)) else [int(grouping) or 3],
            "currency": [f"{currency}\u00a0" if currency else "", ""],
        },
        "time": {
            "dateTime": MOMENT,
            "date": DATE,
            "time": "%H:%M",
            "periods": ["", ""],
            "days": _from_sunday(WEEKDAYS),
            "shortDays": _from_sunday(WEEKDAYS_ABBR),
            "months": [str(MONTHS[month]) for month in range(1, 13)],
            "shortMonths": [str(MONTHS_3[month]).capitalize() for month in range(1, 13)],
        },
    }


def _from_sunday(days: dict[int, Any]) -> list[str]:
    return [str(days[day]) for day in (SUNDAY, *range(SUNDAY))]
