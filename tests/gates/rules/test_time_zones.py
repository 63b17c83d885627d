"""Time zones as other libraries read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical

from gates.rules.time_zones import time_zone


@pytest.mark.parametrize(
    "name",
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Europe/Dublin"],
)
def test_zone_written_is_the_zone_at_every_hour_around_its_changes(name: str) -> None:
    zone = ZoneInfo(name)
    written = tzical(StringIO(time_zone(zone, 2026).to_ical().decode())).get()
    begin = datetime(2026, 1, 1, tzinfo=UTC)

    # An hour that the clock shows twice is ambiguous by its digits alone, so both readings of it are right.
    wrong = [
        moment
        for moment in (begin + timedelta(hours=hours) for hours in range(0, 24 * 365 * 2, 3))
        if (local := moment.astimezone(zone)).utcoffset() != local.replace(tzinfo=written, fold=local.fold).utcoffset()
        and local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset()
    ]

    assert wrong == []


def test_zone_with_a_yearly_change_is_written_by_rules() -> None:
    text = time_zone(ZoneInfo("Europe/Berlin"), 2026).to_ical().decode()

    assert "DTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n" in text
    assert "DTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n" in text


def test_zone_without_yearly_rules_is_written_day_by_day() -> None:
    assert "RDATE" in time_zone(ZoneInfo("Africa/Casablanca"), 2026).to_ical().decode()
