"""What a calendar feed shows: meetings, closing votes, days to decide by, conditions, time-boxes, planned gates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from gates.enums import OPEN_REVIEW_STATES, ReviewState
from gates.models import CalendarFeed, Committee, Condition, GateReview, Meeting, Seat
from gates.queries.committees import delegations_in_force
from gates.queries.evaluation import day_here
from gates.queries.meetings import agenda_items, appointment_of
from gates.rules.calendar import Happening
from pocgate.identity.models import User
from portfolio.enums import Status, TeamRole
from portfolio.models import StageSpell, UseCase

# What is over stays in the calendar for a while.
PAST = timedelta(days=31)
VOTE_SHOWN = timedelta(minutes=30)


def live_feed(digest: str) -> CalendarFeed | None:
    """The feed of a token, unless it was revoked or its holder's account closed."""
    live = CalendarFeed.objects.filter(digest=digest, revoked_at__isnull=True, user__is_active=True)
    return live.select_related("user", "committee").first()


def address_of(token: str) -> str:
    """What a calendar program subscribes to."""
    return f"{_link(reverse('api:calendar'))}?token={token}"


def feeds_of(user: User) -> QuerySet[CalendarFeed]:
    """The person's live feeds, their own first."""
    live = CalendarFeed.objects.filter(user=user, revoked_at__isnull=True)
    return live.select_related("committee").order_by("committee__gate", "committee__name", "pk")


def committees_to_follow(user: User, *, now: datetime) -> QuerySet[Committee]:
    """Those in which the person has a seat or fills one."""
    seats = _seats(user, now)
    return Committee.objects.filter(pk__in=seats.values("committee"), dissolved_at__isnull=True).order_by("gate", "pk")


def happenings(feed: CalendarFeed, *, now: datetime) -> list[Happening]:
    """Every event of the feed, as its holder may see it now."""
    committees = committees_to_follow(feed.user, now=now)
    if feed.committee_id is not None:
        committees = committees.filter(pk=feed.committee_id)
    reviews = GateReview.objects.filter(committee__in=committees, state__in=OPEN_REVIEW_STATES)
    found = [*_meetings(committees, now), *_reviews(reviews.select_related("case").order_by("pk"))]
    return found if feed.committee_id is not None else [*found, *_own(feed.user, now)]


def _seats(user: User, now: datetime) -> QuerySet[Seat]:
    running = Q(ended_at__isnull=True) | Q(ended_at__gt=now)
    filled = delegations_in_force(now).filter(delegate=user).order_by().values("seat")
    return Seat.objects.filter(running, Q(user=user) | Q(pk__in=filled), started_at__lte=now)


def _meetings(committees: QuerySet[Committee], now: datetime) -> Iterator[Happening]:
    rows = Meeting.objects.filter(committee__in=committees, ends_at__gt=now - PAST).select_related("committee")
    for row in rows.prefetch_related(Prefetch("items", agenda_items())).order_by("pk"):
        # The meeting's own file and every feed say the same of it.
        told = appointment_of(row)
        yield Happening(
            uid=str(told.uid),
            title=told.title,
            starts=told.starts_at.astimezone(UTC).isoformat(),
            ends=told.ends_at.astimezone(UTC).isoformat(),
            description=told.description,
            url=told.url,
            place=told.place,
            is_cancelled=told.is_cancelled,
            committee_id=row.committee_id,
            sequence=told.sequence,
        )


def _reviews(reviews: QuerySet[GateReview]) -> Iterator[Happening]:
    for row in reviews:
        shown = {"gate": row.gate, "case": row.case.reference}
        url = reverse("gates:room", args=[row.pk])
        if row.state == ReviewState.VOTING and row.voting_closes_at is not None:
            title = _("Vote closes: gate %(gate)s, %(case)s") % shown
            begins = row.voting_closes_at - VOTE_SHOWN
            yield Happening(
                uid=f"vote-{row.pk}",
                title=title,
                starts=begins.astimezone(UTC).isoformat(),
                ends=row.voting_closes_at.astimezone(UTC).isoformat(),
                description=row.case.title,
                url=_link(url),
                committee_id=row.committee_id,
            )
        title = _("Decide gate %(gate)s, %(case)s") % shown
        day = _day(f"decide-{row.pk}", row.decide_by, title, row.case.title, url)
        yield replace(day, committee_id=row.committee_id)


def _own(user: User, now: datetime) -> Iterator[Happening]:
    """What the person answers for, as owner of conditions and cases."""
    visible = UseCase.objects.visible_to(user, now=now)
    conditions = Condition.objects.filter(owner=user, cleared_at__isnull=True, decision__review__case__in=visible)
    for row in conditions.select_related("decision__review__case").order_by("pk"):
        case = row.decision.review.case
        title = _("Condition due: %(case)s") % {"case": case.reference}
        yield _day(f"condition-{row.pk}", row.due_date, title, row.text, _case_page(case))
    owned = visible.filter(
        team__user=user, team__role=TeamRole.PRODUCT_OWNER, team__ended_at__isnull=True, status=Status.ACTIVE
    )
    yield from _of_cases(owned, now)


def _of_cases(cases: QuerySet[UseCase], now: datetime) -> Iterator[Happening]:
    running = StageSpell.objects.filter(
        case__in=cases.values("pk"), exit_reason="", clock_stopped_at__isnull=True, time_box_ends_at__gt=now - PAST
    )
    for spell in running.select_related("case").order_by("pk"):
        if spell.time_box_ends_at is not None:
            title = _("Time-box ends: %(case)s") % {"case": spell.case.reference}
            day = day_here(spell.time_box_ends_at)
            yield _day(f"time-box-{spell.pk}", day, title, spell.case.title, _case_page(spell.case))
    for case in cases.filter(stage__isnull=False, target_gate_date__gte=day_here(now - PAST)).order_by("pk"):
        if case.target_gate_date is not None:
            title = _("Gate %(gate)s planned: %(case)s") % {"gate": case.stage, "case": case.reference}
            yield _day(f"gate-{case.pk}", case.target_gate_date, title, case.title, _case_page(case))


def _day(name: str, day: date, title: str, description: str, url: str) -> Happening:
    return Happening(name, title, day.isoformat(), None, description, _link(url))


def _case_page(case: UseCase) -> str:
    return reverse("gates:case_reviews", args=[case.reference])


def _link(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"
