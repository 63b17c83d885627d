"""What becomes of one person's mail: sent now, later, kept for a digest, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pocgate.inbox.enums import Cadence, Delivery, MailState
from pocgate.inbox.rules.local_time import Quiet, Rhythm, after_quiet
from pocgate.inbox.rules.policy import may_unsubscribe, topic_of

DIGEST_AT = time(8)
ATTEMPTS = 8
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)


@dataclass(frozen=True)
class Absence:
    """Away from the first day to the last, both counted."""

    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Whether the day belongs to it."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Wishes:
    """How a person wants to be told; `has_address` is false also when the address was refused for good.

    `wanted_at` is when digests were chosen: an hour that lay before it asks for none.
    """

    zone: ZoneInfo
    has_address: bool = True
    deliveries: Mapping[str, str] = field(default_factory=dict)
    muted: frozenset[str] = frozenset()
    digest_at: time = DIGEST_AT
    digest_weekday: int = 0
    quiet: Quiet | None = None
    away: Absence | None = None
    wanted_at: datetime | None = None

    def rhythm(self, cadence: str) -> Rhythm:
        """When the person's digest of this cadence comes."""
        return Rhythm(self.zone, self.digest_at, self.digest_weekday if cadence == Cadence.WEEKLY else None)

    def is_away(self, now: datetime) -> bool:
        """Whether the person is away on the local day of `now`."""
        return self.away is not None and self.away.covers(now.astimezone(self.zone).date())

    def delivery_of(self, kind: str) -> str:
        """The delivery chosen for the kind's topic; the kind itself may be muted where the policy allows."""
        if kind in self.muted and may_unsubscribe(kind):
            return Delivery.OFF
        return self.deliveries.get(topic_of(kind), Delivery.IMMEDIATE)


@dataclass(frozen=True)
class Mailing:
    """The state a notification starts with; `due_at` for one that is due, `cadence` for one that is held."""

    state: MailState
    due_at: datetime | None = None
    cadence: str = ""


def mailing_of(kind: str, wishes: Wishes, *, now: datetime) -> Mailing:
    """What the wishes make of a mail of this kind, when it is told and again when it is about to go out.

    Who is away finds it in the digest after the return.
    """
    delivery = wishes.delivery_of(kind)
    if not wishes.has_address or delivery == Delivery.OFF:
        return Mailing(MailState.NONE)
    if delivery == Delivery.WEEKLY:
        return Mailing(MailState.HELD, cadence=Cadence.WEEKLY)
    if delivery == Delivery.DAILY or wishes.is_away(now):
        return Mailing(MailState.HELD, cadence=Cadence.DAILY)
    return Mailing(MailState.DUE, after_quiet(wishes.quiet, wishes.zone, now=now))


def digest_mailing_of(wishes: Wishes, *, now: datetime) -> Mailing:
    """What the wishes make of a digest that is written. After an absence it may come in the quiet hours."""
    if not wishes.has_address:
        return Mailing(MailState.NONE)
    return Mailing(MailState.DUE, after_quiet(wishes.quiet, wishes.zone, now=now))


def pause_after(attempts: int) -> timedelta:
    """How long to wait after a failed attempt: 1, 4, 16, 64, 256 minutes, then six hours."""
    quadrupled = 1 << 2 * min(max(attempts - 1, 0), ATTEMPTS)
    return min(FIRST_PAUSE * quadrupled, LONGEST_PAUSE)
