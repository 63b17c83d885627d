"""Telling people things, and the way of each mail."""

from pocgate.inbox.commands.mails import claim_mail, mark_mailed, refuse_mail
from pocgate.inbox.commands.notifications import MAIL_TASK, Notice, mark_read, notify, notify_many
from pocgate.inbox.commands.selected import notify_found

__all__ = [
    "MAIL_TASK",
    "Notice",
    "claim_mail",
    "mark_mailed",
    "mark_read",
    "notify",
    "notify_found",
    "notify_many",
    "refuse_mail",
]
