"""Meetings and feeds as iCalendar (RFC 5545): the same UID for ever, a higher SEQUENCE with each change."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from gates.rules.time_zones import time_zone

PRODUCT = "-//POC Gate//meetings//EN"
# How often programs are asked to look again; some take the older name.
REFRESH = timedelta(hours=1)
# What a text may not hold by RFC 5545, 3.3.11; without the carriage return, a line ends as it should.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Appointment:
    """What a calendar is told of one meeting."""

    uid: UUID
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    description: str
    url: str
    is_cancelled: bool
    changed_at: datetime


def calendar_of(appointments: Iterable[Appointment], installation: str) -> bytes:
    """A calendar to subscribe to or to open; METHOD is CANCEL where it tells of one cancelled meeting alone.

    `installation` makes the UIDs unique in the world.
    """
    found = list(appointments)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if len(found) == 1 and found[0].is_cancelled else "PUBLISH")
    for each in found:
        calendar.add_component(_event(each, installation))
    written: bytes = calendar.to_ical()
    return written


def _event(each: Appointment, installation: str) -> Event:
    event = Event()
    event.add("uid", f"{each.uid}@{installation}")
    event.add("sequence", each.sequence)
    event.add("dtstamp", each.changed_at.astimezone(UTC))
    event.add("last-modified", each.changed_at.astimezone(UTC))
    event.add("dtstart", each.starts_at.astimezone(UTC))
    event.add("dtend", each.ends_at.astimezone(UTC))
    event.add("summary", _text(each.title))
    event.add("status", "CANCELLED" if each.is_cancelled else "CONFIRMED")
    if each.place:
        event.add("location", _text(each.place))
    event.add("description", _text(each.description))
    event.add("url", each.url)
    return event


@dataclass(frozen=True)
class Happening:
    """An event of a feed: a time with an end, or with `ends` None a whole day (ISO text, times in UTC).

    `uid` is unique in the installation. `sequence` is that of a record which counts its changes itself; of other
    events the readings count them.
    """

    uid: str
    title: str
    starts: str
    ends: str | None
    description: str
    url: str
    place: str = ""
    is_cancelled: bool = False
    committee_id: int | None = None
    sequence: int | None = None

    @property
    def content(self) -> dict[str, object]:
        """All of it, as it is kept."""
        return asdict(self)

    def ends_at(self, zone: tzinfo) -> datetime:
        """When it is over: a whole day with its midnight in the zone."""
        if self.ends is not None:
            return datetime.fromisoformat(self.ends)
        return datetime.combine(date.fromisoformat(self.starts) + timedelta(days=1), time.min, zone)


@dataclass(frozen=True)
class Told:
    """An event with its number of changes and the time of the last one."""

    happening: Happening
    sequence: int
    changed_at: datetime


def feed_of(name: str, told: Iterable[Told], zone: ZoneInfo, installation: str, *, now: datetime) -> bytes:
    """A calendar to subscribe to. Times are in the zone, whose rules come with it; days have no zone.

    The rules also come where nothing needs them: by RFC 5545, 3.6, a calendar has at least one component.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//POC Gate//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", _text(name))
    calendar.add("x-wr-calname", _text(name))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    found = list(told)
    years = [int(each.happening.starts[:4]) for each in found if each.happening.ends is not None]
    calendar.add_component(time_zone(zone, min([now.year, *years])))
    for each in found:
        calendar.add_component(_happening(each, zone, installation))
    written: bytes = calendar.to_ical()
    return written


def _happening(told: Told, zone: ZoneInfo, installation: str) -> Event:
    event, each = Event(), told.happening
    event.add("uid", f"{each.uid}@{installation}")
    event.add("sequence", told.sequence)
    event.add("dtstamp", told.changed_at.astimezone(UTC))
    event.add("last-modified", told.changed_at.astimezone(UTC))
    if each.ends is None:
        day = date.fromisoformat(each.starts)
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    else:
        event.add("dtstart", _in(each.starts, zone))
        event.add("dtend", _in(each.ends, zone))
    event.add("summary", _text(each.title))
    event.add("status", "CANCELLED" if each.is_cancelled else "CONFIRMED")
    if each.place:
        event.add("location", _text(each.place))
    event.add("description", _text(each.description))
    event.add("url", each.url)
    return event


def _text(value: str) -> str:
    return _CONTROL.sub("", value)


def _in(moment: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(moment).astimezone(UTC if zone.key == "UTC" else zone)
