"""Tells people things: once per person, kind, subject and occasion, whatever runs twice or crashes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from pocgate.identity.models import User
from pocgate.inbox.commands.posts import post_to_channels
from pocgate.inbox.models import Notification
from pocgate.inbox.queries.wishes import wishes_of
from pocgate.inbox.rules.mailing import Wishes, mailing_of
from pocgate.inbox.rules.notices import Notice
from pocgate.kernel import jobs

__all__ = ["MAIL_TASK", "Notice", "mark_read", "notify", "notify_many"]

MAIL_TASK = "inbox.send_mail"
AT_A_TIME = 500


def notify(notice: Notice, *, user_ids: Iterable[int], now: datetime) -> None:
    """Tell these people in the application and, where they have an address, by mail."""
    notify_many([(user_id, notice) for user_id in user_ids], now=now)


def notify_many(notices: Iterable[tuple[int, Notice]], *, now: datetime) -> None:
    """Tell several people several things with few statements; accounts that are closed are left out.

    What each person chose decides here whether the mail goes out, waits for a digest, or is not sent at all.
    """
    wanted = iter(notices)
    told = False
    while batch := list(islice(wanted, AT_A_TIME)):
        wishes = wishes_of({user_id for user_id, _notice in batch})
        rows = [_row(user_id, notice, wishes[user_id], now) for user_id, notice in batch if user_id in wishes]
        # The unique constraint decides, not a look beforehand: two workers may be here at once.
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
        post_to_channels(((user_id, notice) for user_id, notice in batch if user_id in wishes), now=now)
        told = told or bool(rows)
    if told:
        jobs.wake(MAIL_TASK)


def mark_read(*, user: User, now: datetime, ids: Iterable[int] | None = None) -> int:
    """Mark the person's unread notifications as read, all of them without `ids`; the number marked."""
    unread = Notification.objects.filter(user=user, read_at__isnull=True)
    return (unread if ids is None else unread.filter(pk__in=list(ids))).update(read_at=now)


def _row(user_id: int, notice: Notice, wishes: Wishes, now: datetime) -> Notification:
    mailing = mailing_of(notice.kind, wishes, now=now)
    return Notification(
        user_id=user_id,
        kind=notice.kind,
        subject_type=notice.subject_type,
        subject_id=str(notice.subject_id),
        occasion=notice.occasion[:60],
        case_id=notice.case_id,
        title=notice.title[:300],
        reason=notice.reason[:300],
        url=notice.url[:300],
        created_at=now,
        mail_state=mailing.state,
        mail_due_at=mailing.due_at,
        cadence=mailing.cadence,
    )
