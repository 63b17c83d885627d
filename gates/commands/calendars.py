"""Calendar links: made, read, revoked. The token is shown once and kept as its SHA-256; no activity names it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import get_default_timezone

from gates.errors import unknown
from gates.models import CalendarEntry, CalendarFeed
from gates.queries.calendars import PAST, committees_to_follow, happenings
from gates.rules.calendar import Happening, Told
from pocgate.identity.models import User
from pocgate.kernel.errors import Invalid
from pocgate.kernel.installation import installation_id
from pocgate.ledger.commands import Act, record

log = structlog.get_logger(__name__)

READ_NOTED_EVERY = timedelta(minutes=5)


def digest_of(token: str) -> str:
    """What stands for a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_feed(*, committee_id: int | None, actor: User, now: datetime) -> tuple[CalendarFeed, str]:
    """A link to the person's own calendar or to a committee's, and its token; the link there was works no more.

    Raises Invalid for a committee in which the person has no seat.
    """
    with transaction.atomic():
        holder = User.objects.select_for_update().get(pk=actor.pk)
        if committee_id is not None and not committees_to_follow(holder, now=now).filter(pk=committee_id).exists():
            raise Invalid([unknown("committee", committee_id)])
        for old in CalendarFeed.objects.filter(user=holder, committee=committee_id, revoked_at__isnull=True):
            _end(old, actor, now)
        # Drawn here, a reading need not write it.
        installation_id()
        token = secrets.token_urlsafe(32)
        feed = CalendarFeed.objects.create(
            user=holder, committee_id=committee_id, digest=digest_of(token), created_at=now
        )
        record(Act("calendar.made", "calendar_feed", feed.pk, after={"committee": committee_id}), actor=actor, now=now)
    return feed, token


def revoke_feed(*, feed_id: int, actor: User, now: datetime) -> None:
    """End a link of one's own at once; doing it again changes nothing."""
    with transaction.atomic():
        feed = CalendarFeed.objects.select_for_update().get(pk=feed_id, user=actor)
        if feed.revoked_at is None:
            _end(feed, actor, now)


def tell_calendar(*, feed_id: int, now: datetime) -> list[Told]:
    """Every event of the feed with its sequence, which grows with each change; what went away is cancelled.

    Writes only what changed since its holder was told last. Where the database is busy writing for too long, the answer
    stands without being noted: the next reading finds the same changes and gives them the same numbers.
    """
    feed = CalendarFeed.objects.select_related("user").get(pk=feed_id)
    entries, changed = _compared(feed, now)
    if changed or feed.last_read_at is None or feed.last_read_at <= now - READ_NOTED_EVERY:
        try:
            entries = _noted(feed, now)
        except OperationalError as error:
            log.warning("calendar_reading_not_noted", feed=feed.pk, error=str(error))
    return [_told(entry) for entry in sorted(entries, key=lambda each: each.uid) if _is_told(entry, now)]


def forget_entries(*, now: datetime) -> int:
    """Remove what nothing has told for a month: events long gone, and those of people without a link. How many."""
    is_followed = CalendarFeed.objects.filter(
        Q(revoked_at__isnull=True) | Q(revoked_at__gt=now - PAST), user=OuterRef("user"), user__is_active=True
    )
    is_gone = Q(gone_at__lte=now - 2 * PAST)
    removed, _by_model = CalendarEntry.objects.filter(is_gone | ~Exists(is_followed)).delete()
    return removed


def _noted(feed: CalendarFeed, now: datetime) -> list[CalendarEntry]:
    with transaction.atomic():
        # Two programs may read at once, by links of one person: the second sees the numbers of the first.
        User.objects.select_for_update(no_key=True).get(pk=feed.user_id)
        entries, changed = _compared(feed, now)
        for entry in changed:
            entry.save()
        CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)
    return entries


def _compared(feed: CalendarFeed, now: datetime) -> tuple[list[CalendarEntry], list[CalendarEntry]]:
    """Every entry as it stands now, and those of them that differ from what was told."""
    known = {entry.uid: entry for entry in CalendarEntry.objects.filter(user=feed.user_id)}
    entries, changed = [], []
    for each in happenings(feed, now=now):
        entry = known.pop(each.uid, None) or CalendarEntry(user=feed.user, uid=each.uid, sequence=each.sequence or 0)
        if entry.content != each.content or entry.gone_at is not None:
            _change(entry, each, now)
            changed.append(entry)
        entries.append(entry)
    gone = [each for each in known.values() if feed.committee_id in (None, each.committee_id)]
    for entry in gone:
        if entry.gone_at is None:
            _go(entry, now)
            changed.append(entry)
    return [*entries, *gone], changed


def _change(entry: CalendarEntry, each: Happening, now: datetime) -> None:
    if entry.pk is not None:
        entry.sequence = entry.sequence + 1 if each.sequence is None else each.sequence
    entry.content, entry.committee_id = each.content, each.committee_id
    entry.changed_at, entry.gone_at = now, None


def _go(entry: CalendarEntry, now: datetime) -> None:
    happening = Happening(**entry.content)
    if not _was_over(happening, now):
        # The person may not see it any more: no more is told, and kept, than a program needs to cross it out.
        _change(entry, replace(happening, is_cancelled=True, description="", place=""), now)
    entry.gone_at = now


def _is_told(entry: CalendarEntry, now: datetime) -> bool:
    """What is over leaves the calendar; what went while it lay ahead is told as cancelled for a while."""
    if entry.gone_at is None:
        return True
    return entry.gone_at > now - PAST and not _was_over(Happening(**entry.content), entry.gone_at)


def _told(entry: CalendarEntry) -> Told:
    return Told(Happening(**entry.content), entry.sequence, entry.changed_at)


def _was_over(happening: Happening, at: datetime) -> bool:
    return happening.ends_at(get_default_timezone()) <= at


def _end(feed: CalendarFeed, actor: User, now: datetime) -> None:
    CalendarFeed.objects.filter(pk=feed.pk).update(revoked_at=now)
    act = Act("calendar.revoked", "calendar_feed", feed.pk, before={"committee": feed.committee_id})
    record(act, actor=actor, now=now)
