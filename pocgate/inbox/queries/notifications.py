"""What a person was told, and which mails are due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from pocgate.identity.models import User
from pocgate.inbox.models import Digest, Notification

# A worker that took a mail and has not sent it after this long is taken for dead.
MAIL_LEASE = timedelta(minutes=10)


def notifications_of(user: User) -> QuerySet[Notification]:
    """Everything the person was told, newest first."""
    return Notification.objects.filter(user=user).order_by("-id")


def unread_count(user: User) -> int:
    """How many of them are not read yet."""
    return Notification.objects.filter(user=user, read_at__isnull=True).count()


def mails_due(model: type[Notification | Digest], *, now: datetime, limit: int = 200) -> list[int]:
    """Ids of mails to send, oldest first, and of those that a worker took and did not finish."""
    due = model.objects.filter(mail_to_send(now)).order_by("id")
    return list(due.values_list("pk", flat=True)[:limit])


def mail_to_send(now: datetime) -> Q:
    """The condition for both; while a mail is `sending`, `mailed_at` is the time it was taken."""
    is_due = Q(mail_due_at__isnull=True) | Q(mail_due_at__lte=now)
    return Q(is_due, mail_state="due") | Q(mail_state="sending", mailed_at__lt=now - MAIL_LEASE)


def occasions_sent(kind: str, subject_type: str, subject_ids: Iterable[object]) -> dict[tuple[int, str], set[str]]:
    """Occasions already told, by person and subject id."""
    rows = Notification.objects.filter(
        kind=kind, subject_type=subject_type, subject_id__in=[str(subject_id) for subject_id in subject_ids]
    ).values_list("user_id", "subject_id", "occasion")
    sent: dict[tuple[int, str], set[str]] = {}
    for user_id, subject_id, occasion in rows:
        sent.setdefault((user_id, subject_id), set()).add(occasion)
    return sent
