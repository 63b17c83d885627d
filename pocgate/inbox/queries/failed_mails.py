"""Mails that were given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Exists, OuterRef, QuerySet

from pocgate.inbox.models import Digest, Notification, Preferences

Mail = TypeVar("Mail", Notification, Digest)


@dataclass(frozen=True)
class FailedMail:
    """How many mails were given up, and what the mail server said of the last one."""

    count: int
    last_error: str


def failed_mail() -> FailedMail:
    """What could be sent again."""
    names = ("mailed_at", "mail_error")
    rows = failed(Notification).values_list(*names).union(failed(Digest).values_list(*names), all=True)
    count = rows.count()
    return FailedMail(count, rows.order_by("-mailed_at")[0][1] if count else "")


def failed(model: type[Mail]) -> QuerySet[Mail]:
    """Those given up, but for addresses that take no mail: they are to be corrected first."""
    flagged = Preferences.objects.filter(user=OuterRef("user"), bounced_address__iexact=OuterRef("user__email"))
    return model.objects.filter(~Exists(flagged.exclude(bounced_address="")), mail_state="failed")
