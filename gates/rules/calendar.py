"""Meetings as iCalendar (RFC 5545): the same UID for ever, a higher SEQUENCE with each change, times in UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from icalendar import Calendar, Event

PRODUCT = "-//POC Gate//meetings//EN"


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


def calendar_of(appointments: Iterable[Appointment]) -> bytes:
    """A calendar to subscribe to or to open; METHOD is CANCEL where it tells of one cancelled meeting alone."""
    found = list(appointments)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if len(found) == 1 and found[0].is_cancelled else "PUBLISH")
    for each in found:
        calendar.add_component(_event(each))
    written: bytes = calendar.to_ical()
    return written


def _event(each: Appointment) -> Event:
    event = Event()
    event.add("uid", f"{each.uid}@pocgate")
    event.add("sequence", each.sequence)
    event.add("dtstamp", each.changed_at.astimezone(UTC))
    event.add("last-modified", each.changed_at.astimezone(UTC))
    event.add("dtstart", each.starts_at.astimezone(UTC))
    event.add("dtend", each.ends_at.astimezone(UTC))
    event.add("summary", each.title)
    event.add("status", "CANCELLED" if each.is_cancelled else "CONFIRMED")
    if each.place:
        event.add("location", each.place)
    event.add("description", each.description)
    event.add("url", each.url)
    return event
