"""Calendar links: made, read, revoked. The token is shown once and kept as its SHA-256; no activity names it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import get_default_timezone

from gates.errors import unknown
from gates.models import CalendarEntry, CalendarFeed
from gates.queries.calendars import PAST, committees_to_follow, happenings
from gates.rules.calendar import Happening, Told
from pocgate.identity.models import User
from pocgate.kernel.errors import Invalid
from pocgate.ledger.commands import Act, record

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
    """Every event of the feed with its sequence, which grows by one with each change; what went away is cancelled.

    Writes only what changed since the feed was read last.
    """
    with transaction.atomic():
        # Two programs may read at once: the second sees the numbers of the first.
        feed = CalendarFeed.objects.select_for_update(of=("self",)).select_related("user").get(pk=feed_id)
        known = {entry.uid: entry for entry in feed.entries.all()}
        told = [_told(feed, known.pop(each.uid, None), each, now) for each in happenings(feed, now=now)]
        gone = [_gone(entry, now) for entry in known.values()]
        if feed.last_read_at is None or feed.last_read_at <= now - READ_NOTED_EVERY:
            CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)
    return sorted([*told, *(each for each in gone if each)], key=lambda each: each.happening.uid)


def _told(feed: CalendarFeed, entry: CalendarEntry | None, each: Happening, now: datetime) -> Told:
    if entry is None:
        entry = CalendarEntry.objects.create(feed=feed, uid=each.uid, content=each.content, changed_at=now)
    elif entry.content != each.content or entry.gone_at is not None:
        entry.content, entry.gone_at = each.content, None
        _change(entry, now)
    return Told(each, entry.sequence, entry.changed_at)


def _gone(entry: CalendarEntry, now: datetime) -> Told | None:
    """What is over leaves the calendar; what went while it lay ahead is told as cancelled for a while."""
    happening = Happening(**entry.content)
    if entry.gone_at is None:
        entry.gone_at = now
        if not _was_over(happening, now):
            # The person may not see it any more: no more is told, and kept, than a program needs to cross it out.
            entry.content = replace(happening, is_cancelled=True, description="", place="").content
        _change(entry, now)
    is_told = entry.gone_at > now - PAST and not _was_over(happening, entry.gone_at)
    return Told(Happening(**entry.content), entry.sequence, entry.changed_at) if is_told else None


def _was_over(happening: Happening, at: datetime) -> bool:
    return happening.ends_at(get_default_timezone()) <= at


def _change(entry: CalendarEntry, now: datetime) -> None:
    entry.sequence, entry.changed_at = entry.sequence + 1, now
    entry.save(update_fields=["content", "sequence", "changed_at", "gone_at"])


def _end(feed: CalendarFeed, actor: User, now: datetime) -> None:
    CalendarFeed.objects.filter(pk=feed.pk).update(revoked_at=now)
    act = Act("calendar.revoked", "calendar_feed", feed.pk, before={"committee": feed.committee_id})
    record(act, actor=actor, now=now)
