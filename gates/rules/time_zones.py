"""A time zone as calendar programs understand it: by yearly rules, which older ones need, instead of lists of days."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# A rule counts when it held for so many years.
_YEARS = 5
_BEGIN = datetime(1970, 1, 1)  # noqa: DTZ001 - the clock on the wall


@dataclass(frozen=True)
class _Rule:
    """A change each year: in which month, on which weekday of it (`-1` the last), when on the clock before it."""

    month: int
    nth: int
    weekday: int
    clock: timedelta
    before: timedelta
    after: timedelta
    is_summer: bool
    name: str


def time_zone(zone: ZoneInfo, year: int) -> Timezone:
    """The zone's rules of the years from `year` on; day by day where it has none that hold."""
    rules = _rules(zone, year)
    if any(_rules(zone, year + more) != rules for more in range(1, _YEARS)):
        return Timezone.from_tzinfo(zone, zone.key)
    component = Timezone()
    component.add("tzid", zone.key)
    for rule in rules:
        component.add_component(_written(rule))
    if not rules:
        component.add_component(_unchanging(zone, year))
    return component


def _rules(zone: ZoneInfo, year: int) -> list[_Rule]:
    begin = datetime(year, 1, 1, tzinfo=UTC)
    days = [begin + timedelta(days=day) for day in range(366)]
    return [
        _rule(zone, _change(zone, day)) for day in days if _offset(zone, day) != _offset(zone, day + timedelta(days=1))
    ]


def _change(zone: ZoneInfo, day: datetime) -> datetime:
    """The first minute of the new offset."""
    low, high = 0, 24 * 60
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, day + timedelta(minutes=middle)) == _offset(zone, day):
            low = middle
        else:
            high = middle
    return day + timedelta(minutes=high)


def _rule(zone: ZoneInfo, moment: datetime) -> _Rule:
    before, after = _offset(zone, moment - timedelta(minutes=1)), _offset(zone, moment)
    local = (moment + before).replace(tzinfo=None)
    there = moment.astimezone(zone)
    is_last = local.day + 7 > monthrange(local.year, local.month)[1]
    midnight = local.replace(hour=0, minute=0)
    return _Rule(
        month=local.month,
        nth=-1 if is_last else (local.day - 1) // 7 + 1,
        weekday=local.weekday(),
        clock=local - midnight,
        before=before,
        after=after,
        is_summer=bool(there.dst()),
        name=there.tzname() or zone.key,
    )


def _written(rule: _Rule) -> TimezoneDaylight | TimezoneStandard:
    part = TimezoneDaylight() if rule.is_summer else TimezoneStandard()
    part.add("dtstart", _first(rule))
    part.add("rrule", {"freq": "yearly", "bymonth": rule.month, "byday": f"{rule.nth}{_DAYS[rule.weekday]}"})
    part.add("tzoffsetfrom", rule.before)
    part.add("tzoffsetto", rule.after)
    part.add("tzname", rule.name)
    return part


def _first(rule: _Rule) -> datetime:
    """The change of 1970 by this rule."""
    length = monthrange(_BEGIN.year, rule.month)[1]
    days = [day for day in range(1, length + 1) if _BEGIN.replace(month=rule.month, day=day).weekday() == rule.weekday]
    return _BEGIN.replace(month=rule.month, day=days[rule.nth if rule.nth < 0 else rule.nth - 1]) + rule.clock


def _unchanging(zone: ZoneInfo, year: int) -> TimezoneStandard:
    there = datetime(year, 1, 1, tzinfo=UTC).astimezone(zone)
    part = TimezoneStandard()
    part.add("dtstart", _BEGIN)
    part.add("tzoffsetfrom", there.utcoffset())
    part.add("tzoffsetto", there.utcoffset())
    part.add("tzname", there.tzname() or zone.key)
    return part


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
