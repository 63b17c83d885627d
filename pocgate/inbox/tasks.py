"""Sends the mails that are due. Safe to run twice, late, or on several workers: each mail is claimed first."""

from __future__ import annotations

from smtplib import SMTPException

import structlog
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from pocgate.inbox.commands import claim_mail, give_up_mail, mark_mailed
from pocgate.inbox.models import Notification
from pocgate.inbox.queries import mails_due

log = structlog.get_logger(__name__)


@shared_task(name="inbox.send_mail")
def send_mail(**_: object) -> int:
    """Send every mail that is due; the number sent."""
    return sum(_send(notification_id) for notification_id in mails_due(now=timezone.now()))


def _send(notification_id: int) -> bool:
    notification = claim_mail(notification_id, now=timezone.now())
    if notification is None:
        return False
    try:
        message_of(notification).send()
    except (SMTPException, OSError) as error:
        log.warning("mail_not_sent", notification=notification.pk, error=str(error))
        give_up_mail(notification)
        return False
    mark_mailed(notification, now=timezone.now())
    return True


def message_of(notification: Notification) -> EmailMultiAlternatives:
    """The mail as text and HTML. Its Message-ID is always the same, so a repeat after a crash can be recognised."""
    context = {
        "notification": notification,
        "person": notification.user,
        "link": f"{settings.SITE_URL}{notification.url}",
        "inbox_link": f"{settings.SITE_URL}/notifications/",
    }
    with translation.override(settings.LANGUAGE_CODE):
        message = EmailMultiAlternatives(
            # A header is one line, whatever a title holds.
            subject=" ".join(f"[POC Gate] {notification.title}".split()),
            body=render_to_string("inbox/mail.txt", context),
            to=[notification.user.email],
            headers={
                "Message-ID": f"<notification-{notification.pk}@pocgate.invalid>",
                "Auto-Submitted": "auto-generated",
            },
        )
        message.attach_alternative(render_to_string("inbox/mail.html", context), "text/html")
    return message
