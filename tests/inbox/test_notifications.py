"""Notifications reach a person once, in the application and by mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from pocgate.inbox import tasks
from pocgate.inbox.commands import Notice, claim_mail, mark_read, notify, notify_many
from pocgate.inbox.models import Notification
from pocgate.inbox.queries import mails_due, notifications_of, occasions_sent, unread_count
from tests.factories.identity import UserFactory

pytestmark = pytest.mark.django_db


def a_notice(occasion: str = "before-3") -> Notice:
    return Notice(
        kind="vote_outstanding",
        subject_type="review",
        subject_id=4,
        occasion=occasion,
        title="Your vote on “Sorting claims” & more is outstanding",
        reason="You get this because you have a seat on the committee.",
        url="/reviews/4/",
        case_id=7,
    )


class Refusing(EmailBackend):
    """A mail server that refuses everything."""

    def send_messages(self, messages: Any) -> int:
        raise OSError("connection refused")


def test_notice_given_three_times_reaches_each_person_once(
    now: datetime, sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    people = [UserFactory(), UserFactory()]

    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            notify(a_notice(), user_ids=[person.pk for person in people], now=now)
        notify(a_notice("before-1"), user_ids=[people[0].pk], now=now)

    assert [unread_count(person) for person in people] == [2, 1]
    assert {name for name, _arguments in sent_tasks} == {"inbox.send_mail"}


def test_notice_to_a_closed_account_or_without_address_sends_no_mail(now: datetime) -> None:
    closed, without_address = UserFactory(is_active=False), UserFactory(email="")

    notify_many([(closed.pk, a_notice()), (without_address.pk, a_notice())], now=now)

    assert list(Notification.objects.values_list("user", "mail_state")) == [(without_address.pk, "none")]


def test_mail_run_twice_is_sent_once_with_link_and_reason(now: datetime, settings: Any) -> None:
    settings.SITE_URL = "https://gate.example.org"
    person = UserFactory(full_name="Ada Muster")
    notify(a_notice(), user_ids=[person.pk], now=now)

    assert [tasks.send_mail(), tasks.send_mail()] == [1, 0]

    message = mail.outbox[0]
    assert message.to == [person.email]
    assert message.subject == "[POC Gate] Your vote on “Sorting claims” & more is outstanding"
    assert "Hello Ada," in message.body
    assert "https://gate.example.org/reviews/4/" in message.body
    assert "You get this because you have a seat on the committee." in message.body
    assert "& more" in message.body
    html = message.alternatives[0][0]
    assert '<a href="https://gate.example.org/reviews/4/">' in html
    assert "&amp; more" in html
    assert Notification.objects.get().mail_state == "sent"


def test_mail_claimed_by_a_worker_that_died_is_sent_after_its_lease(now: datetime) -> None:
    notify(a_notice(), user_ids=[UserFactory().pk], now=now)
    pk = Notification.objects.get().pk

    assert claim_mail(Notification, pk, now=now) is not None
    assert claim_mail(Notification, pk, now=now) is None
    assert mails_due(Notification, now=now + timedelta(minutes=9)) == []
    assert mails_due(Notification, now=now + timedelta(minutes=11)) == [pk]


def test_mail_that_cannot_be_sent_waits_longer_each_time_and_is_given_up(now: datetime, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.inbox.test_notifications.Refusing"
    person = UserFactory()
    notify(a_notice(), user_ids=[person.pk], now=now)
    pauses = []

    for _ in range(8):
        Notification.objects.update(mail_due_at=None)
        before = timezone.now()
        assert [tasks.send_mail(), tasks.send_mail()] == [0, 0]
        mail_row = Notification.objects.get()
        if mail_row.mail_due_at is not None:
            pauses.append(round((mail_row.mail_due_at - before).total_seconds() / 60))

    assert pauses == [1, 4, 16, 64, 256, 360, 360]
    assert (mail_row.mail_state, mail_row.mail_error) == ("failed", "connection refused")
    assert unread_count(person) == 1


def test_title_with_a_line_break_stays_one_header_line(now: datetime) -> None:
    person = UserFactory()
    notice = Notice("decision_made", "decision", 1, "made", "Decided:\nBcc: x@example.org", "", "/decisions/")
    notify(notice, user_ids=[person.pk], now=now)

    tasks.send_mail()

    assert mail.outbox[0].subject == "[POC Gate] Decided: Bcc: x@example.org"


def test_mark_read_marks_only_the_persons_own(now: datetime) -> None:
    one, other = UserFactory(), UserFactory()
    notify(a_notice(), user_ids=[one.pk, other.pk], now=now)

    assert mark_read(user=one, now=now, ids=[row.pk for row in Notification.objects.all()]) == 1
    assert mark_read(user=one, now=now) == 0

    assert [unread_count(one), unread_count(other)] == [0, 1]
    assert notifications_of(one).count() == 1


def test_occasions_sent_are_told_by_person_and_subject(now: datetime) -> None:
    person = UserFactory()
    notify(a_notice("before-3"), user_ids=[person.pk], now=now)
    notify(a_notice("before-1"), user_ids=[person.pk], now=now)

    assert occasions_sent("vote_outstanding", "review", [4]) == {(person.pk, "4"): {"before-3", "before-1"}}
    assert occasions_sent("vote_outstanding", "review", [5]) == {}
