"""Sending mails again that were given up, with the act that says who did."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.identity.permissions import require_administrator
from pocgate.inbox.commands.notifications import MAIL_TASK
from pocgate.inbox.models import Digest, Notification
from pocgate.inbox.queries.failed_mails import failed
from pocgate.kernel import jobs
from pocgate.ledger.commands import Act, record


def retry_failed_mail(*, actor: User, now: datetime) -> int:
    """Have every mail that was given up be due again, with all its attempts; the number. By administrators.

    Those to addresses that are flagged stay as they are.
    """
    require_administrator(actor, now=now)
    due = {"mail_state": "due", "mail_attempts": 0, "mail_due_at": now}
    with transaction.atomic():
        again = failed(Notification).update(**due) + failed(Digest).update(**due)
        if again:
            record(Act("inbox.mail_retried", "mail", "all", after={"mails": again}), actor=actor, now=now)
            jobs.wake(MAIL_TASK)
    return again
