"""Sends the mails that are due: one run at a time, over one connection, and each mail is claimed first."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone, translation

from pocgate.inbox.channels import Message, NotDelivered
from pocgate.inbox.channels.mail import MailSender
from pocgate.inbox.channels.writing import mail_of_digest, mail_of_notification
from pocgate.inbox.commands import MAIL_TASK
from pocgate.inbox.commands.bounces import flag_bounced
from pocgate.inbox.commands.mails import (
    Mail,
    claim_mail,
    drop_mail,
    hold_mail,
    mark_mailed,
    put_off_mail,
    refuse_mail,
)
from pocgate.inbox.enums import MailState
from pocgate.inbox.models import Digest, Notification
from pocgate.inbox.queries.notifications import mails_due
from pocgate.inbox.queries.wishes import wishes_of_person
from pocgate.inbox.rules.mailing import digest_mailing_of, mailing_of
from pocgate.inbox.tasks.runs import Run, come_back, only_run
from pocgate.kernel.schedule import GAVE_WAY

log = structlog.get_logger(__name__)

BATCH = 200
# A server that is away is asked again once a minute, by the clock, however many wake-ups come.
REST = timedelta(seconds=30)


@shared_task(name=MAIL_TASK)
def send_mail(**_: object) -> int | str:
    """Send what is due, unless another run does; the number sent. Raises `NotDelivered` when the server is away.

    Then no mail is taken, so that none uses up its attempts, and the run counts as failed. What is left when the time
    is over, or comes while a run ends, is the next one's, which is woken at once.
    """
    with only_run(MAIL_TASK) as run:
        if run is None:
            return GAVE_WAY
        _send_due(run)
    come_back(run, _is_something_due)
    return run.sent


def message_of(mail: Notification | Digest) -> Message:
    """The mail as text and HTML."""
    with translation.override(settings.LANGUAGE_CODE):
        return mail_of_notification(mail) if isinstance(mail, Notification) else mail_of_digest(mail)


def _send_due(run: Run) -> None:
    with closing(MailSender()) as sender:
        while _send_batch(Notification, sender, run) + _send_batch(Digest, sender, run):
            pass


def _send_batch(model: type[Mail], sender: MailSender, run: Run) -> int:
    """How many the run came to."""
    tried = 0
    for pk in mails_due(model, now=timezone.now(), limit=BATCH):
        if not run.goes_on():
            break
        _reach(sender, run)
        _send(model, pk, sender, run)
        tried += 1
    return tried


def _is_something_due() -> bool:
    now = timezone.now()
    return bool(mails_due(Notification, now=now, limit=1) or mails_due(Digest, now=now, limit=1))


def _reach(sender: MailSender, run: Run) -> None:
    try:
        sender.connect()
    except NotDelivered:
        run.gave_up, run.next_from = True, timezone.now() + REST
        raise


def _send(model: type[Mail], pk: int, sender: MailSender, run: Run) -> None:
    mail = claim_mail(model, pk, now=timezone.now())
    if mail is None or _is_turned_aside(mail, now=timezone.now()):
        return
    person = mail.user
    try:
        sender.send(message_of(mail), person.email)
    except NotDelivered as error:
        log.warning("mail_not_sent", mail=f"{model.__name__} {pk}", error=str(error))
        refuse_mail(mail, str(error), now=timezone.now(), for_good=error.for_good)
        if error.is_address:
            flag_bounced(user=person, address=person.email, reason=str(error), now=timezone.now())
        run.gave_up = error.is_server
        return
    mark_mailed(mail, now=timezone.now())
    run.sent += 1


def _is_turned_aside(mail: Notification | Digest, *, now: datetime) -> bool:
    """Whether it may not go out now. It was written a while ago, and a retry comes at any hour."""
    wishes = wishes_of_person(mail.user)
    if isinstance(mail, Notification):
        mailing = mailing_of(mail.kind, wishes, now=now)
    else:
        mailing = digest_mailing_of(wishes, now=now)
    if mailing.state == MailState.NONE or not mail.user.is_active:
        drop_mail(mail)
    elif mailing.state == MailState.HELD and isinstance(mail, Notification):
        hold_mail(mail, cadence=mailing.cadence)
    elif mailing.due_at is not None and mailing.due_at > now:
        put_off_mail(mail, until=mailing.due_at)
    else:
        return False
    return True
