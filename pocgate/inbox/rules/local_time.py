"""Local hours across daylight saving: when an hour of a day comes, and which occasion of a digest is due.

A wall clock can skip an hour or show it twice. What is due "at 02:30" comes once all the same: at the first moment of
that day at which the clock shows 02:30 or later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
WEEK = 7
# A digest that is late by almost a day gives way to the next one, which holds everything since the last.
GIVES_WAY = timedelta(hours=6)


@dataclass(frozen=True)
class Rhythm:
    """When a digest comes: at a local time, daily, or weekly on `weekday` (0 is Monday)."""

    zone: ZoneInfo
    at: time
    weekday: int | None = None

    def holds(self, day: date) -> bool:
        """Whether a digest belongs to the day. A zone that crosses the date line skips one altogether."""
        if self.weekday is not None and day.weekday() != self.weekday:
            return False
        return moment_of(day, time(0), self.zone).astimezone(self.zone).date() == day


@dataclass(frozen=True)
class Quiet:
    """Quiet hours, half-open; `start` after `end` runs over midnight."""

    start: time
    end: time

    def covers(self, clock: time) -> bool:
        """Whether the wall clock is inside."""
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first moment of the local day at which the clock shows `at` or later, in UTC.

    `fold=0` names the first of two equal hours; inside a gap it counts with the offset before it (PEP 495), which is
    as far behind the gap as `at` is inside it. The gap's end is therefore looked for.
    """
    local = datetime.combine(day, at, tzinfo=zone)
    moment = local.astimezone(UTC)
    gap = moment.astimezone(zone).replace(tzinfo=None) - local.replace(tzinfo=None)
    if gap <= timedelta(0):
        return moment
    return _end_of_gap(moment, gap, zone)


def digest_due(rhythm: Rhythm, *, now: datetime) -> date | None:
    """The local day whose digest is due at `now`: the latest one, unless the next is near. None before the first."""
    latest = _latest(rhythm, now=now)
    if latest is None:
        return None
    on_its_day = latest == now.astimezone(rhythm.zone).date()
    return latest if on_its_day or next_digest_at(rhythm, now=now) - now >= GIVES_WAY else None


def next_digest_at(rhythm: Rhythm, *, now: datetime) -> datetime:
    """When the next digest comes, in UTC."""
    today = now.astimezone(rhythm.zone).date()
    days = (today + ONE_DAY * ahead for ahead in range(WEEK + 2))
    return next(
        moment for day in days if rhythm.holds(day) and (moment := moment_of(day, rhythm.at, rhythm.zone)) > now
    )


def after_quiet(quiet: Quiet | None, zone: ZoneInfo, *, now: datetime) -> datetime:
    """`now`, or in quiet hours the moment they end."""
    local = now.astimezone(zone)
    if quiet is None or not quiet.covers(local.time()):
        return now
    day = local.date() if local.time() < quiet.end else local.date() + ONE_DAY
    for moment in (moment_of(day, quiet.end, zone), _second(day, quiet.end, zone)):
        if moment > now:
            return moment
    return now


def _latest(rhythm: Rhythm, *, now: datetime) -> date | None:
    today = now.astimezone(rhythm.zone).date()
    days = (today - ONE_DAY * back for back in range(WEEK + 1))
    return next((day for day in days if rhythm.holds(day) and moment_of(day, rhythm.at, rhythm.zone) <= now), None)


def _end_of_gap(moment: datetime, gap: timedelta, zone: ZoneInfo) -> datetime:
    """The change of the clock lies less than one gap before `moment`, on a whole minute."""
    after = moment.astimezone(zone).utcoffset()
    for minutes in range(int(gap.total_seconds() // 60) + 1):
        earlier = moment - timedelta(minutes=minutes + 1)
        if earlier.astimezone(zone).utcoffset() != after:
            return moment - timedelta(minutes=minutes)
    return moment


def _second(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at.replace(fold=1), tzinfo=zone).astimezone(UTC)
