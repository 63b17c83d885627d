"""Meetings as the API answers and takes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from gates.commands.meetings import LONGEST_ITEM, Sitting
from gates.enums import Attendance, MeetingState
from gates.models import Meeting
from gates.queries.committees import seats_at
from gates.queries.meetings import Entry, agenda_of
from gates.rules.agenda import LIKELY, OPEN, UNLIKELY
from pocgate.api.bodies import Body
from pocgate.api.cases.columns import reference
from pocgate.api.shapes import (
    COUNT,
    INTEGER,
    REFERENCE,
    STAGE,
    STRING,
    TIME,
    Shape,
    array,
    named,
    one_of,
    or_null,
    record,
)

LONG = 4000
MOST_ITEMS = 100

_SHORT: dict[str, Shape] = {
    "id": INTEGER,
    "committee": INTEGER,
    "committee_name": STRING,
    "title": STRING,
    "starts_at": TIME,
    "ends_at": TIME,
    "place": or_null(STRING),
    "state": one_of(MeetingState.values),
    "items": COUNT,
    "started_at": or_null(TIME),
    "held_at": or_null(TIME),
    "version": INTEGER,
}
MEETING_ROW = named("MeetingRow", record(**_SHORT))
MEETING_PAGE = named("MeetingPage", record(results=array(MEETING_ROW), next_cursor=or_null(STRING)))
AGENDA_ITEM = named(
    "AgendaItem",
    record(
        id=INTEGER,
        position=INTEGER,
        review=INTEGER,
        reference=REFERENCE,
        title=STRING,
        gate=STAGE,
        starts_at=TIME,
        minutes={"type": "integer", "description": "How long it is given."},
        noted=or_null(STRING),
        quorum=record(
            able=COUNT,
            coming=COUNT,
            unsure=COUNT,
            needed=COUNT,
            absent=array(STRING),
            outlook=one_of([LIKELY, OPEN, UNLIKELY]),
        ),
    ),
)
MEETING = named(
    "Meeting",
    record(
        **{**_SHORT, "items": array(AGENDA_ITEM)},
        noted=or_null(STRING),
        seats=array(record(seat=INTEGER, username=STRING, role=STRING, answer=or_null(one_of(Attendance.values)))),
    ),
)


class MeetingBody(Body):
    """When and where a committee meets."""

    title = serializers.CharField(max_length=200)
    starts_at = serializers.DateTimeField(default_timezone=UTC)
    ends_at = serializers.DateTimeField(default_timezone=UTC)
    place = serializers.CharField(max_length=300, allow_blank=True, required=False)


class NewMeetingBody(MeetingBody):
    """A meeting of this committee."""

    committee = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class AgendaBody(Body):
    """A review put on the agenda, and how many minutes it is given."""

    review = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    minutes = serializers.IntegerField(min_value=1, max_value=LONGEST_ITEM, default=15)


class MoveBody(Body):
    """How many places further down; negative is up."""

    steps = serializers.IntegerField(min_value=-MOST_ITEMS, max_value=MOST_ITEMS)


class AttendanceBody(Body):
    """Whether one comes: `yes`, `no` or `maybe`."""

    answer = serializers.CharField(max_length=7)


class NoteBody(Body):
    """What was said on one item of the agenda."""

    item = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    text = serializers.CharField(max_length=LONG, allow_blank=True)


class MinutesBody(Body):
    """What was said, in general and by item; what is not named stays."""

    general = serializers.CharField(max_length=LONG, allow_blank=True, required=False)
    items = NoteBody(many=True, required=False)


class MeetingEndBody(Body):
    """The seats whose holders were there."""

    present = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1), max_length=MOST_ITEMS
    )


def as_sitting(values: Mapping[str, Any], meeting: Meeting | None = None) -> Sitting:
    """The gates' sitting; what a change does not name stays as it is."""
    fields = ("title", "starts_at", "ends_at", "place")
    kept = {name: getattr(meeting, name) for name in fields} if meeting else {}
    return Sitting(**kept | {name: values[name] for name in fields if name in values})


def meeting_in_short(meeting: Meeting) -> dict[str, Any]:
    """A meeting for lists."""
    return {
        "id": meeting.pk,
        "committee": meeting.committee_id,
        "committee_name": meeting.committee.name,
        "title": meeting.title,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "place": meeting.place or None,
        "state": meeting.state,
        "items": len(meeting.items.all()),
        "started_at": meeting.started_at,
        "held_at": meeting.held_at,
        "version": meeting.version,
    }


def meeting_document(meeting: Meeting, *, now: datetime) -> dict[str, Any]:
    """A meeting with its agenda, who comes, and its minutes."""
    answers = {row.seat_id: row.answer for row in meeting.attendance.all()}
    return {
        **meeting_in_short(meeting),
        "items": [_item(entry) for entry in agenda_of(meeting, now=now)],
        "noted": meeting.minutes or None,
        "seats": [
            {"seat": seat.pk, "username": seat.user.username, "role": seat.role, "answer": answers.get(seat.pk)}
            for seat in seats_at(meeting.committee, now)
        ],
    }


def _item(entry: Entry) -> dict[str, Any]:
    item, expected = entry.item, entry.forecast
    return {
        "id": item.pk,
        "position": item.position,
        "review": item.review_id,
        "reference": reference(item.review.case.number),
        "title": item.review.case.title,
        "gate": item.review.gate,
        "starts_at": entry.starts_at,
        "minutes": item.duration,
        "noted": item.minutes or None,
        "quorum": {
            "able": expected.able,
            "coming": expected.coming,
            "unsure": expected.unsure,
            "needed": expected.needed,
            "absent": list(expected.absent),
            "outlook": expected.state,
        },
    }
