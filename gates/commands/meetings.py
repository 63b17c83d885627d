"""Meetings: planned and led by chair or deputy, answered by the members, minuted, never decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from gates.commands.states import refuse
from gates.commands.texts import check_texts, text_problems
from gates.enums import Attendance, MeetingState
from gates.errors import NOT_SEATED, required, unknown
from gates.models import AgendaItem, Meeting, MeetingAttendance
from gates.queries.committees import seats_at
from gates.queries.meetings import chaired_committees, own_seat, packs_due, reviews_to_put
from gates.rules import agenda
from pocgate.identity.models import User
from pocgate.inbox.commands import Notice, notify
from pocgate.inbox.enums import NotificationKind
from pocgate.kernel.errors import Blocker, FieldProblem, Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.commands import Act, record

NOT_LEADING = Blocker("chair_only", "Only the chair or deputy of the committee can do this.")
LONGEST_TITLE, LONGEST_PLACE, LONGEST_ITEM = 200, 300, 480


@dataclass(frozen=True)
class Sitting:
    """When and where a committee meets."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""


def plan_meeting(*, committee_id: int, sitting: Sitting, actor: User, now: datetime) -> Meeting:
    """A meeting of the committee; every member is told."""
    _check(sitting, now)
    if committee_id not in chaired_committees(actor, now=now):
        raise Forbidden(NOT_LEADING)
    with transaction.atomic():
        meeting = Meeting.objects.create(
            committee_id=committee_id, created_by=actor, created_at=now, changed_at=now, **_fields(sitting)
        )
        _record(meeting, "planned", actor, now, {"starts_at": sitting.starts_at.isoformat(), "title": meeting.title})
        _tell(meeting, "planned-0", _("Meeting planned: %(title)s"), now)
    return meeting


def change_meeting(*, meeting_id: int, sitting: Sitting, actor: User, now: datetime) -> Meeting:
    """Another time, place or title: calendars get a higher sequence, a pack already sent is sent anew."""
    _check(sitting, now)
    with transaction.atomic():
        meeting = _led(meeting_id, agenda.PLAN, actor, now)
        moved = {"sequence": F("sequence") + 1, "pack_sent_at": None}
        _update(meeting, now, **_fields(sitting), **moved)
        _record(meeting, "changed", actor, now, {"starts_at": sitting.starts_at.isoformat(), "place": sitting.place})
        _tell(meeting, f"changed-{meeting.sequence}", _("Meeting changed: %(title)s"), now)
    return meeting


def cancel_meeting(*, meeting_id: int, actor: User, now: datetime) -> Meeting:
    """Take it back; calendars show it as cancelled."""
    with transaction.atomic():
        meeting = _led(meeting_id, agenda.CANCEL, actor, now)
        _update(meeting, now, state=MeetingState.CANCELLED, sequence=F("sequence") + 1)
        _record(meeting, "cancelled", actor, now)
        _tell(meeting, "cancelled", _("Meeting cancelled: %(title)s"), now)
    return meeting


def put_on_agenda(*, meeting_id: int, review_id: int, duration: int, actor: User, now: datetime) -> AgendaItem:
    """Put an open review of the committee at the end of the agenda."""
    if not 1 <= duration <= LONGEST_ITEM:
        raise Invalid([unknown("duration", duration)])
    with transaction.atomic():
        meeting = _led(meeting_id, agenda.PLAN, actor, now)
        if not reviews_to_put(meeting).filter(pk=review_id).exists():
            raise Invalid([unknown("review", review_id)])
        item = AgendaItem.objects.create(
            meeting=meeting, review_id=review_id, position=meeting.items.count() + 1, duration=duration
        )
        _update(meeting, now)
        _record(meeting, "item_added", actor, now, {"review": review_id})
    return item


def take_off_agenda(*, meeting_id: int, item_id: int, actor: User, now: datetime) -> None:
    """Take an item off; the others close up."""
    with transaction.atomic():
        meeting = _led(meeting_id, agenda.PLAN, actor, now)
        item = _item(meeting, item_id)
        item.delete()
        _arrange([each.pk for each in meeting.items.order_by("position", "pk")])
        _update(meeting, now)
        _record(meeting, "item_removed", actor, now, {"review": item.review_id})


def move_item(*, meeting_id: int, item_id: int, steps: int, actor: User, now: datetime) -> None:
    """Move an item up (negative) or down."""
    with transaction.atomic():
        meeting = _led(meeting_id, agenda.PLAN, actor, now)
        item = _item(meeting, item_id)
        order = list(meeting.items.order_by("position", "pk").values_list("pk", flat=True))
        _arrange(agenda.moved(order, item.pk, steps))
        _update(meeting, now)
        _record(meeting, "item_moved", actor, now, {"review": item.review_id, "steps": steps})


def answer_meeting(*, meeting_id: int, answer: str, actor: User, now: datetime) -> MeetingAttendance:
    """Say whether one comes; changeable until the meeting begins."""
    if answer not in (Attendance.YES, Attendance.NO, Attendance.MAYBE):
        raise Invalid([unknown("answer", answer)])
    with transaction.atomic():
        meeting = _lock(meeting_id)
        seat = own_seat(meeting, actor, now=now)
        if seat is None:
            raise Forbidden(NOT_SEATED)
        refuse(agenda.meeting_blockers(agenda.ANSWER, meeting.state))
        said, _new = MeetingAttendance.objects.update_or_create(
            meeting=meeting, seat=seat, defaults={"answer": answer, "answered_at": now}
        )
        _record(meeting, "answered", actor, now, {"seat": seat.pk, "answer": answer})
    return said


def start_meeting(*, meeting_id: int, actor: User, now: datetime) -> Meeting:
    """It begins: minutes can be written."""
    with transaction.atomic():
        meeting = _led(meeting_id, agenda.START, actor, now)
        _update(meeting, now, state=MeetingState.RUNNING, started_at=now)
        _record(meeting, "started", actor, now)
    return meeting


def note_minutes(*, meeting_id: int, minutes: Mapping[int, str], general: str, actor: User, now: datetime) -> Meeting:
    """Write down what was said, by item and in general."""
    check_texts(general=general, **{f"item_{pk}": text for pk, text in minutes.items()})
    with transaction.atomic():
        meeting = _led(meeting_id, agenda.NOTE, actor, now)
        for pk, text in sorted(minutes.items()):
            item = _item(meeting, pk)
            AgendaItem.objects.filter(pk=item.pk).update(minutes=text.strip())
        _update(meeting, now, minutes=general.strip())
        _record(meeting, "minuted", actor, now)
    return meeting


def finish_meeting(*, meeting_id: int, present: frozenset[int], actor: User, now: datetime) -> Meeting:
    """It was held: who was there is recorded, and the minutes no longer change. `present` are ids of seats."""
    with transaction.atomic():
        meeting = _led(meeting_id, agenda.FINISH, actor, now)
        for seat in seats_at(meeting.committee, now):
            came = Attendance.PRESENT if seat.pk in present else Attendance.ABSENT
            MeetingAttendance.objects.update_or_create(
                meeting=meeting, seat=seat, defaults={"answer": came, "answered_at": now}
            )
        _update(meeting, now, state=MeetingState.HELD, held_at=now)
        _record(meeting, "held", actor, now, {"present": sorted(present)})
        _tell(meeting, "held", _("Minutes of the meeting: %(title)s"), now)
    return meeting


def send_packs(*, now: datetime) -> int:
    """The day before, members get the link to the pack of all dossiers; once, whoever runs this how often."""
    sent = 0
    for meeting in packs_due(now):
        with transaction.atomic():
            if not Meeting.objects.filter(pk=meeting.pk, pack_sent_at__isnull=True).update(pack_sent_at=now):
                continue
            _tell(meeting, f"pack-{meeting.sequence}", _("Dossiers for tomorrow: %(title)s"), now, name="meeting_pack")
            sent += 1
    return sent


def _check(sitting: Sitting, now: datetime) -> None:
    problems = [
        *text_problems("title", sitting.title, LONGEST_TITLE),
        *text_problems("place", sitting.place, LONGEST_PLACE),
    ]
    if not sitting.title.strip():
        problems.append(required("title", "a title"))
    if sitting.ends_at <= sitting.starts_at:
        problems.append(FieldProblem("ends_at", "ends_before_start", "A meeting ends after it starts."))
    if sitting.starts_at <= now:
        problems.append(FieldProblem("starts_at", "in_the_past", "A meeting is planned for a time to come."))
    if problems:
        raise Invalid(problems)


def _fields(sitting: Sitting) -> dict[str, Any]:
    return {
        "title": sitting.title.strip(),
        "starts_at": sitting.starts_at,
        "ends_at": sitting.ends_at,
        "place": sitting.place.strip(),
    }


def _lock(meeting_id: int) -> Meeting:
    return Meeting.objects.select_for_update(of=("self",)).select_related("committee").get(pk=meeting_id)


def _led(meeting_id: int, act: str, actor: User, now: datetime) -> Meeting:
    """The meeting, locked, when the actor leads its committee and the act is possible."""
    meeting = _lock(meeting_id)
    if meeting.committee_id not in chaired_committees(actor, now=now):
        raise Forbidden(NOT_LEADING)
    refuse(agenda.meeting_blockers(act, meeting.state, items=meeting.items.count()))
    return meeting


def _item(meeting: Meeting, item_id: int) -> AgendaItem:
    item = meeting.items.filter(pk=item_id).first()
    if item is None:
        raise NotAllowedNow([Blocker("item_gone", "This item is no longer on the agenda.")])
    return item


def _arrange(order: list[int]) -> None:
    for position, pk in enumerate(order, start=1):
        AgendaItem.objects.filter(pk=pk).update(position=position)


def _update(meeting: Meeting, now: datetime, **fields: Any) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(changed_at=now, version=F("version") + 1, **fields)
    meeting.refresh_from_db()


def _record(meeting: Meeting, verb: str, actor: User, now: datetime, after: Mapping[str, Any] | None = None) -> None:
    record(Act(f"meeting.{verb}", "meeting", meeting.pk, after=after or {}), actor=actor, now=now)


def _tell(meeting: Meeting, occasion: str, title: str, now: datetime, *, name: str = "meeting") -> None:
    notice = Notice(
        kind=NotificationKind.MEETING,
        subject_type="meeting",
        subject_id=meeting.pk,
        occasion=occasion,
        title=title % {"title": meeting.title},
        reason=_("You get this because you have a seat on the committee that meets."),
        url=reverse(f"gates:{name}", args=[meeting.pk]),
        committee_id=meeting.committee_id,
    )
    notify(notice, user_ids=[seat.user_id for seat in seats_at(meeting.committee, now)], now=now)
