"""What a person was told, how they want to be told, and which mails are due."""

from pocgate.inbox.queries.notifications import (
    mail_to_send,
    mails_due,
    notifications_of,
    occasions_sent,
    unread_count,
)

__all__ = ["mail_to_send", "mails_due", "notifications_of", "occasions_sent", "unread_count"]
