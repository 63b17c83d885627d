"""Whose digest is due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from pocgate.identity.models import User
from pocgate.inbox.enums import Cadence, DigestState, MailState
from pocgate.inbox.models import Digest, Notification, TopicDelivery
from pocgate.inbox.queries.notifications import MAIL_LEASE
from pocgate.inbox.queries.wishes import wishes_of
from pocgate.inbox.rules.local_time import digest_due, moment_of
from pocgate.inbox.rules.mailing import Wishes

AT_A_TIME = 500
# A week, and a day on both sides for the zones.
LOOKED_BACK = timedelta(days=9)
# Clocks of two machines may differ by so much; a digest that ends later still was written by one that ran ahead.
CLOCKS_DIFFER = timedelta(minutes=2)


@dataclass(frozen=True)
class DueDigest:
    """A person's digest of one local day; a weekly one holds what was kept for the daily ones, too."""

    user_id: int
    local_date: date
    cadence: Cadence


def digests_due(*, now: datetime) -> Iterator[DueDigest]:
    """Everybody who waits for a digest whose hour has come, a few hundred people at a time."""
    last = 0
    while ids := list(_people().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_A_TIME]):
        last = ids[-1]
        wanted = _wanted(ids)
        taken = _taken(ids, now)
        for user_id, wishes in wishes_of(ids).items():
            due = due_digest(wishes, wanted[user_id], taken[user_id], now=now)
            if due is not None:
                yield DueDigest(user_id, *due)


def due_digest(
    wishes: Wishes, wanted: frozenset[str], taken: Mapping[date, str], *, now: datetime
) -> tuple[date, Cadence] | None:
    """The local day and cadence of the digest that is due, or None. `taken` holds the cadence of each day that had one.

    A day has one digest. It is a weekly one when the week's is not written yet, be it late.
    """
    if not wishes.has_address or wishes.is_away(now):
        return None
    days = {cadence: _due_day(wishes, cadence, now) for cadence in Cadence if cadence in wanted}
    day, weekly = days.get(Cadence.DAILY if Cadence.DAILY in days else Cadence.WEEKLY), days.get(Cadence.WEEKLY)
    if day is None or day in taken:
        return None
    written = any(on >= weekly for on, cadence in taken.items() if cadence == Cadence.WEEKLY) if weekly else True
    return day, Cadence.DAILY if written else Cadence.WEEKLY


def digests_to_compose(*, now: datetime) -> list[int]:
    """Digests that are claimed for their day and not written yet, with those of workers that died."""
    return list(Digest.objects.filter(to_compose(now)).order_by("pk").values_list("pk", flat=True)[:AT_A_TIME])


def to_compose(now: datetime) -> Q:
    """The condition for both."""
    return Q(mail_state=DigestState.PLANNED) | Q(mail_state=DigestState.COMPOSING, taken_at__lt=now - MAIL_LEASE)


def written_ahead(now: datetime) -> Q:
    """Digests that a clock wrote which ran ahead: what came since is not in them, so their day is written again."""
    return Q(until__gt=now + CLOCKS_DIFFER)


def held_for(digest: Digest) -> QuerySet[Notification]:
    """What was kept for this digest. After an absence daily ones hold what came meanwhile."""
    held = Notification.objects.filter(user=digest.user_id, mail_state=MailState.HELD, created_at__lte=digest.until)
    return held if digest.cadence == Cadence.WEEKLY else held.filter(cadence=Cadence.DAILY)


def _due_day(wishes: Wishes, cadence: Cadence, now: datetime) -> date | None:
    day = digest_due(wishes.rhythm(cadence), now=now)
    if day is None or wishes.wanted_at is None:
        return day
    return day if moment_of(day, wishes.digest_at, wishes.zone) >= wishes.wanted_at else None


def _people() -> QuerySet[User]:
    chosen = TopicDelivery.objects.filter(user=OuterRef("pk"), delivery__in=Cadence.values)
    held = Notification.objects.filter(user=OuterRef("pk"), mail_state=MailState.HELD)
    return User.objects.filter(Exists(chosen) | Exists(held), is_active=True).exclude(email="")


def _wanted(ids: list[int]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {user_id: set() for user_id in ids}
    chosen = TopicDelivery.objects.filter(user__in=ids, delivery__in=Cadence.values).values_list("user", "delivery")
    held = Notification.objects.filter(user__in=ids, mail_state=MailState.HELD).values_list("user", "cadence")
    for user_id, cadence in [*chosen.distinct(), *held.distinct()]:
        found[user_id].add(cadence)
    return {user_id: frozenset(cadences) for user_id, cadences in found.items()}


def _taken(ids: list[int], now: datetime) -> dict[int, dict[date, str]]:
    """By person the days of late that had a digest, with its cadence; one of a clock that ran ahead does not count."""
    found: dict[int, dict[date, str]] = {user_id: {} for user_id in ids}
    rows = Digest.objects.filter(user__in=ids, local_date__gte=(now - LOOKED_BACK).date()).exclude(written_ahead(now))
    for user_id, day, cadence in rows.values_list("user", "local_date", "cadence"):
        found[user_id][day] = cadence
    return found
