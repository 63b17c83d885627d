"""Sends the mails that are due. Safe to run twice, late, or on several workers: each mail is claimed first."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone, translation

from pocgate.inbox.channels import Message, NotDelivered
from pocgate.inbox.channels.mail import MailSender
from pocgate.inbox.channels.writing import mail_of_digest, mail_of_notification
from pocgate.inbox.commands.bounces import flag_bounced
from pocgate.inbox.commands.mails import Mail, claim_mail, drop_mail, mark_mailed, refuse_mail
from pocgate.inbox.models import Digest, Notification
from pocgate.inbox.queries.notifications import mails_due
from pocgate.inbox.queries.wishes import has_bounced

log = structlog.get_logger(__name__)


@shared_task(name="inbox.send_mail")
def send_mail(**_: object) -> int:
    """Send every mail that is due; the number sent."""
    now = timezone.now()
    single = sum(_send(Notification, pk) for pk in mails_due(Notification, now=now))
    return single + sum(_send(Digest, pk) for pk in mails_due(Digest, now=now))


def message_of(mail: Notification | Digest) -> Message:
    """The mail as text and HTML."""
    with translation.override(settings.LANGUAGE_CODE):
        return mail_of_notification(mail) if isinstance(mail, Notification) else mail_of_digest(mail)


def _send(model: type[Mail], pk: int) -> bool:
    mail = claim_mail(model, pk, now=timezone.now())
    if mail is None:
        return False
    person = mail.user
    if not person.email or not person.is_active or has_bounced(person):
        drop_mail(mail)
        return False
    try:
        MailSender().send(message_of(mail), person.email)
    except NotDelivered as error:
        log.warning("mail_not_sent", mail=f"{model.__name__} {pk}", error=str(error))
        refuse_mail(mail, str(error), now=timezone.now(), for_good=error.for_good)
        if error.is_address:
            flag_bounced(user=person, address=person.email, reason=str(error), now=timezone.now())
        return False
    mark_mailed(mail, now=timezone.now())
    return True
