"""Duties of committees: meetings that come near, delegations that end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gates.enums import Attendance, MeetingState
from gates.models import AgendaItem, Delegation, Meeting, MeetingAttendance, Seat
from gates.queries.committees import delegations_in_force
from gates.queries.duty import Duty
from gates.queries.reminding.chairs import Chairs
from gates.queries.reminding.source import Source, Subject, day_of, without_case
from pocgate.inbox.enums import NotificationKind
from portfolio.enums import TeamRole
from portfolio.models import TeamMember

Found = Any


def _near(until: date, now: datetime) -> datetime:
    return now + timedelta(days=(until - now.date()).days + 2)


def _meetings(now: datetime, until: date) -> Found:
    rows = Meeting.objects.filter(state=MeetingState.PLANNED, starts_at__gt=now, starts_at__lt=_near(until, now))
    return without_case(rows, deadline=day_of("starts_at"), since=day_of("created_at"))


def _of_meetings(found: Sequence[Subject], chairs: Chairs) -> Iterator[Duty]:
    meetings = Meeting.objects.in_bulk([one.pk for one in found])
    seated, owning = _seated(meetings.values(), chairs.now), _owning(meetings)
    for one in found:
        meeting = meetings[one.pk]
        at = date_format(timezone.localtime(meeting.starts_at), "j M Y, H:i")
        yield Duty(
            kind=NotificationKind.GATE_DATE,
            subject_type="meeting",
            subject_id=one.pk,
            case_id=None,
            deadline=one.deadline,
            since=one.since,
            person_ids=tuple(dict.fromkeys([*seated[one.pk], *owning[one.pk]])),
            chair_ids=(),
            what=_("gate meeting “%(title)s” at %(at)s") % {"title": meeting.title, "at": at},
            reason=_("You get this because you have a seat on the committee that meets, or own a case on its agenda."),
            url=reverse("gates:meeting", args=[one.pk]),
        )


def _seated(meetings: Any, now: datetime) -> dict[int, list[int]]:
    """Who fills the seats now and did not say no, by meeting."""
    found: dict[int, list[int]] = defaultdict(list)
    running = Q(ended_at__isnull=True) | Q(ended_at__gt=now)
    delegates = dict(delegations_in_force(now).values_list("seat_id", "delegate_id"))
    declined = set(
        MeetingAttendance.objects.filter(
            meeting__in=[meeting.pk for meeting in meetings], answer=Attendance.NO
        ).values_list("meeting_id", "seat_id")
    )
    seats = Seat.objects.filter(running, started_at__lte=now, committee__in=[each.committee_id for each in meetings])
    for pk, committee_id, user_id in seats.order_by("pk").values_list("pk", "committee_id", "user_id"):
        for meeting in meetings:
            if meeting.committee_id == committee_id and (meeting.pk, pk) not in declined:
                found[meeting.pk].append(delegates.get(pk, user_id))
    return found


def _owning(meeting_ids: Any) -> dict[int, list[int]]:
    """The product owners of the cases on each agenda."""
    found: dict[int, list[int]] = defaultdict(list)
    items = list(AgendaItem.objects.filter(meeting__in=list(meeting_ids)).values_list("meeting_id", "review__case_id"))
    owners = TeamMember.objects.filter(
        role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True, case__in={case for _meeting, case in items}
    )
    owner_of = dict(owners.values_list("case_id", "user_id"))
    for meeting_id, case_id in items:
        if case_id in owner_of:
            found[meeting_id].append(owner_of[case_id])
    return found


def _delegations(now: datetime, until: date) -> Found:
    rows = Delegation.objects.filter(
        Q(seat__ended_at__isnull=True) | Q(seat__ended_at__gt=now),
        revoked_at__isnull=True,
        starts_at__lte=now,
        ends_at__gt=now,
        ends_at__lt=_near(until, now),
    )
    return without_case(rows, deadline=day_of("ends_at"), since=day_of("starts_at"))


def _of_delegations(found: Sequence[Subject], _chairs: Chairs) -> Iterator[Duty]:
    rows = Delegation.objects.select_related("seat__committee", "seat__user", "delegate")
    delegations = rows.in_bulk([one.pk for one in found])
    for one in found:
        each = delegations[one.pk]
        shown = {"committee": each.seat.committee, "holder": each.seat.user, "delegate": each.delegate}
        yield Duty(
            kind=NotificationKind.DELEGATION_ENDING,
            subject_type="delegation",
            subject_id=one.pk,
            case_id=None,
            deadline=one.deadline,
            since=one.since,
            person_ids=(each.seat.user_id, each.delegate_id),
            chair_ids=(),
            what=_("%(holder)s takes the seat on %(committee)s back from %(delegate)s") % shown,
            reason=_("You get this because this is your seat, or you fill it."),
            url=reverse("gates:delegations"),
        )


OF_COMMITTEES = (
    Source(NotificationKind.GATE_DATE, "meeting", _meetings, _of_meetings),
    Source(NotificationKind.DELEGATION_ENDING, "delegation", _delegations, _of_delegations),
)
