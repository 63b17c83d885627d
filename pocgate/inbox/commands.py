"""Tells people things: once per person, kind, subject and occasion, whatever runs twice or crashes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from pocgate.identity.models import User
from pocgate.inbox.models import Notification
from pocgate.inbox.queries import mail_to_send
from pocgate.kernel import jobs

MAIL_TASK = "inbox.send_mail"
MAIL_ATTEMPTS = 5


@dataclass(frozen=True)
class Notice:
    """What to tell. `reason` says why this person is told; `url` is a path of this installation, such as `/reviews/4/`.

    The same kind, subject and occasion reach a person once, however often they are handed in.
    """

    kind: str
    subject_type: str
    subject_id: object
    occasion: str
    title: str
    reason: str
    url: str
    case_id: int | None = None


def notify(notice: Notice, *, user_ids: Iterable[int], now: datetime) -> None:
    """Tell these people in the application and, where they have an address, by mail."""
    notify_many([(user_id, notice) for user_id in user_ids], now=now)


def notify_many(notices: Iterable[tuple[int, Notice]], *, now: datetime) -> None:
    """Tell several people several things with few statements; accounts that are closed are left out."""
    wanted = list(notices)
    addresses = dict(
        User.objects.filter(pk__in={user_id for user_id, _notice in wanted}, is_active=True).values_list("pk", "email")
    )
    rows = [_row(user_id, notice, addresses[user_id], now) for user_id, notice in wanted if user_id in addresses]
    if rows:
        # The unique constraint decides, not a look beforehand: two workers may be here at once.
        Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        jobs.wake(MAIL_TASK)


def mark_read(*, user: User, now: datetime, ids: Iterable[int] | None = None) -> int:
    """Mark the person's unread notifications as read, all of them without `ids`; the number marked."""
    unread = Notification.objects.filter(user=user, read_at__isnull=True)
    return (unread if ids is None else unread.filter(pk__in=list(ids))).update(read_at=now)


def claim_mail(notification_id: int, *, now: datetime) -> Notification | None:
    """Take one mail for this worker, or None when another one has it."""
    taken = Notification.objects.filter(mail_to_send(now), pk=notification_id).update(
        mail_state="sending", mail_attempts=F("mail_attempts") + 1, mailed_at=now
    )
    return Notification.objects.select_related("user").get(pk=notification_id) if taken else None


def mark_mailed(notification: Notification, *, now: datetime) -> None:
    """The mail went out."""
    Notification.objects.filter(pk=notification.pk, mail_state="sending").update(mail_state="sent", mailed_at=now)


def give_up_mail(notification: Notification) -> None:
    """The mail did not go out: it is tried again with the next lease, or left as failed after the last attempt."""
    if notification.mail_attempts >= MAIL_ATTEMPTS:
        Notification.objects.filter(pk=notification.pk, mail_state="sending").update(mail_state="failed")


def _row(user_id: int, notice: Notice, address: str, now: datetime) -> Notification:
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
        mail_state="due" if address else "none",
    )
