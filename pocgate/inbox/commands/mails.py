"""The way of one mail, of a notification or a digest: taken by one worker, sent, tried again, given up."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db.models import F, QuerySet

from pocgate.inbox.models import Digest, Notification
from pocgate.inbox.queries.notifications import mail_to_send
from pocgate.inbox.rules.mailing import ATTEMPTS, pause_after

Mail = TypeVar("Mail", Notification, Digest)
ERROR_KEPT = 300


def claim_mail(model: type[Mail], pk: int, *, now: datetime) -> Mail | None:
    """Take one mail for this worker, or None when another one has it."""
    taken = model.objects.filter(mail_to_send(now), pk=pk).update(
        mail_state="sending", mail_attempts=F("mail_attempts") + 1, mailed_at=now
    )
    return model.objects.select_related("user__inbox_preferences").get(pk=pk) if taken else None


def mark_mailed(mail: Notification | Digest, *, now: datetime) -> None:
    """The mail went out."""
    _taken(mail).update(mail_state="sent", mailed_at=now, mail_error="")


def drop_mail(mail: Notification | Digest) -> None:
    """There is no address any more that it could go to, or it is not wanted any more."""
    _taken(mail).update(mail_state="none")


def put_off_mail(mail: Notification | Digest, *, until: datetime) -> None:
    """It waits until then; that was no attempt."""
    _taken(mail).update(mail_state="due", mail_due_at=until, mail_attempts=F("mail_attempts") - 1)


def hold_mail(mail: Notification, *, cadence: str) -> None:
    """It waits for a digest of this cadence; that was no attempt."""
    _taken(mail).update(mail_state="held", cadence=cadence, mail_attempts=F("mail_attempts") - 1)


def refuse_mail(mail: Notification | Digest, error: str, *, now: datetime, for_good: bool = False) -> None:
    """The mail did not go out: it is tried again after a growing pause, or left as failed after the last attempt."""
    kept = error[:ERROR_KEPT]
    if for_good or mail.mail_attempts >= ATTEMPTS:
        _taken(mail).update(mail_state="failed", mail_error=kept)
    else:
        due_at = now + pause_after(mail.mail_attempts)
        _taken(mail).update(mail_state="due", mail_due_at=due_at, mail_error=kept)


def _taken(mail: Notification | Digest) -> QuerySet[Notification] | QuerySet[Digest]:
    return type(mail).objects.filter(pk=mail.pk, mail_state="sending", mail_attempts=mail.mail_attempts)
