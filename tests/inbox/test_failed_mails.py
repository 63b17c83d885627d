"""Mails that were given up are sent again when an administrator says so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core import mail

from pocgate.inbox import tasks
from pocgate.inbox.commands import notify
from pocgate.inbox.commands.bounces import flag_bounced
from pocgate.inbox.commands.failed_mails import retry_failed_mail
from pocgate.inbox.models import Digest, Notification
from pocgate.inbox.queries.failed_mails import FailedMail, failed_mail
from pocgate.kernel.errors import Forbidden
from pocgate.ledger.models import Activity
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.inbox.test_digests import CONTENT, reader, write
from tests.inbox.test_notifications import a_notice

pytestmark = pytest.mark.django_db


def give_up(model: type[Notification | Digest], error: str, now: datetime) -> None:
    model.objects.update(mail_state="failed", mail_attempts=8, mail_error=error, mailed_at=now)


def test_failed_mails_and_digests_are_sent_again_once(
    now: datetime, sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    administrator = RoleGrantFactory(role="admin").user
    notify(a_notice(), user_ids=[reader().pk], now=now)
    write(CONTENT, now)
    give_up(Notification, "554 No", now)
    give_up(Digest, "552 Full", now.replace(hour=10))
    assert failed_mail() == FailedMail(2, "552 Full")

    with django_capture_on_commit_callbacks(execute=True):
        again = [retry_failed_mail(actor=administrator, now=now) for _ in range(2)]

    assert (again, sent_tasks) == ([2, 0], [("inbox.send_mail", {})])
    assert failed_mail() == FailedMail(0, "")
    activity = Activity.objects.get(verb="inbox.mail_retried")
    assert (activity.actor, activity.after) == (administrator, {"mails": 2})
    assert (tasks.send_mail(), len(mail.outbox)) == (2, 2)


def test_mails_to_a_flagged_address_wait_for_its_correction(now: datetime) -> None:
    administrator, person = RoleGrantFactory(role="admin").user, UserFactory(email="Old@example.org")
    notify(a_notice(), user_ids=[person.pk], now=now)
    give_up(Notification, "550 No such mailbox", now)
    flag_bounced(user=person, address="old@example.org", reason="550", now=now)

    assert retry_failed_mail(actor=administrator, now=now) == 0
    type(person).objects.filter(pk=person.pk).update(email="new@example.org")
    assert retry_failed_mail(actor=administrator, now=now) == 1


def test_failed_mails_are_sent_again_by_administrators_alone(now: datetime) -> None:
    notify(a_notice(), user_ids=[UserFactory().pk], now=now)
    give_up(Notification, "554 No", now)

    with pytest.raises(Forbidden):
        retry_failed_mail(actor=RoleGrantFactory(role="auditor").user, now=now)

    assert list(Notification.objects.values_list("mail_state", "mail_attempts")) == [("failed", 8)]
    assert not Activity.objects.exists()
