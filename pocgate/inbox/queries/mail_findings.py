"""Mails that were given up, as `manage.py doctor` tells of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import DatabaseError
from django.utils.timezone import localtime

from pocgate.inbox.enums import MailState
from pocgate.inbox.models import Digest, Notification
from pocgate.kernel.diagnosis import BROKEN, WARNING, Finding
from pocgate.kernel.health import OK

COMPONENT = "mails"
# A mail that was given up stays so. After this long it is still told, but no warning any more.
RECENT = timedelta(days=7)
MEND = "Check POCGATE_MAIL_* and the mail server; addresses that it refused stand under Administration, People."


def failed_mails(now: datetime) -> Finding:
    """How many mails and digests were given up, with the newest error; a warning while that is under a week old."""
    failed = [model.objects.filter(mail_state=MailState.FAILED) for model in (Notification, Digest)]
    try:
        count = sum(mails.count() for mails in failed)
        newest = [mail for mails in failed if (mail := mails.order_by("mailed_at", "pk").last())]
    except DatabaseError as error:
        return Finding(COMPONENT, BROKEN, f"can not be read: {error}", "Mend the database first.")
    if not newest:
        return Finding(COMPONENT, OK, "none failed")
    at, words = max((mail.mailed_at or now, mail.mail_error) for mail in newest)
    seen = f"{count} failed for good, the last on {localtime(at):%Y-%m-%d at %H:%M}: {words}"
    return Finding(COMPONENT, WARNING, seen, MEND) if now - at < RECENT else Finding(COMPONENT, OK, seen)
