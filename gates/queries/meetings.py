"""Meetings that a person may see: those of the committees they sit on; auditors and administrators see all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from gates.enums import OPEN_REVIEW_STATES, MeetingState, SeatRole
from gates.models import AgendaItem, GateReview, Meeting, Seat
from gates.queries.committees import seats_at
from gates.queries.seats import standings_of
from gates.rules.agenda import Forecast, Place, forecast, schedule
from gates.rules.calendar import Appointment
from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.identity.queries import has_role
from scoring.queries.playbooks import playbook_of
from scoring.rules.facts import CaseFacts

PACK_AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """An item of the agenda, when it begins, and the quorum to expect."""

    item: AgendaItem
    starts_at: datetime
    forecast: Forecast


def meetings_visible_to(user: User, *, now: datetime) -> QuerySet[Meeting]:
    """With committee, agenda in order and attendance; the next one first is left to the caller."""
    found = Meeting.objects.select_related("committee", "created_by").prefetch_related(
        Prefetch("items", agenda_items()), "attendance"
    )
    if has_role(user, Role.AUDITOR, now=now) or has_role(user, Role.ADMIN, now=now):
        return found
    return found.filter(committee__in=_seats_of(user, now).values("committee"))


def agenda_items() -> QuerySet[AgendaItem]:
    """In order, with review and case."""
    return AgendaItem.objects.select_related(
        "review__case__department", "review__case__unit", "review__committee"
    ).order_by("position", "pk")


def chaired_committees(user: User, *, now: datetime) -> list[int]:
    """Ids of the committees that the person chairs or stands in for the chair."""
    roles = [SeatRole.CHAIR, SeatRole.DEPUTY]
    return list(_seats_of(user, now).filter(role__in=roles).values_list("committee", flat=True))


def own_seat(meeting: Meeting, user: User, *, now: datetime) -> Seat | None:
    """The person's seat on the committee."""
    return seats_at(meeting.committee, now).filter(user=user).first()


def reviews_to_put(meeting: Meeting) -> QuerySet[GateReview]:
    """Open reviews of the committee that are not on the agenda, the earliest due first."""
    return (
        GateReview.objects.filter(committee=meeting.committee, state__in=OPEN_REVIEW_STATES)
        .exclude(agenda_items__meeting=meeting)
        .select_related("case")
        .order_by("decide_by", "pk")
    )


def agenda_of(meeting: Meeting, *, now: datetime) -> list[Entry]:
    """The items with their times and quorum forecasts. Conflicts and recusals are counted item by item."""
    items = list(meeting.items.all())
    answers = {row.seat_id: row.answer for row in meeting.attendance.all()}
    times = schedule(meeting.starts_at, [item.duration for item in items])
    return [Entry(item, at, _forecast(item.review, answers, now)) for item, at in zip(items, times, strict=True)]


def _forecast(review: GateReview, answers: dict[int, str], now: datetime) -> Forecast:
    policy = playbook_of(review.playbook_id).gate(review.gate)
    tier = CaseFacts(tier=review.case.tier).effective_tier
    asked = [each.discipline for each in policy.presence if not each.tiers or tier in each.tiers]
    places = [
        Place(answers.get(one.seat.pk, ""), one.is_able, (one.seat.discipline, one.seat.role))
        for one in standings_of(review, now=now)
    ]
    return forecast(places, policy.quorum_share, policy.min_voters, asked)


def appointment_of(meeting: Meeting) -> Appointment:
    """What calendars are told: the cases by number, never a vote."""
    url = f"{settings.SITE_URL.rstrip('/')}{reverse('gates:meeting', args=[meeting.pk])}"
    lines = [f"Gate {item.review.gate}: {item.review.case.reference}" for item in meeting.items.all()]
    return Appointment(
        uid=meeting.uid,
        sequence=meeting.sequence,
        title=meeting.title,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        place=meeting.place,
        description="\n".join([meeting.committee.name, *lines]),
        url=url,
        is_cancelled=meeting.state == MeetingState.CANCELLED,
        changed_at=meeting.changed_at,
    )


def packs_due(now: datetime) -> QuerySet[Meeting]:
    """Planned meetings of the next day whose pack was not sent."""
    return Meeting.objects.filter(
        state=MeetingState.PLANNED, pack_sent_at__isnull=True, starts_at__gt=now, starts_at__lte=now + PACK_AHEAD
    ).order_by("pk")


def _seats_of(user: User, now: datetime) -> QuerySet[Seat]:
    running = Q(ended_at__isnull=True) | Q(ended_at__gt=now)
    return Seat.objects.filter(running, user=user, started_at__lte=now)
