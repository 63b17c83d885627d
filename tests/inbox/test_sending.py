"""Runs that send: one at a time, no longer than its time, and none that waits for a server again and again."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from smtplib import SMTPHeloError, SMTPResponseException, SMTPSenderRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from pocgate.inbox import tasks
from pocgate.inbox.channels import NotDelivered
from pocgate.inbox.commands import notify
from pocgate.inbox.models import ChannelPost, Notification
from pocgate.kernel import turns
from pocgate.kernel.models import ScheduledRun, Turn
from pocgate.kernel.schedule import GAVE_WAY
from tests.factories.identity import UserFactory
from tests.inbox.post_office import PostOffice, post_office, use_server
from tests.inbox.test_bounces import Server, refusing
from tests.inbox.test_channels import DECISION, Room, channel_at, room
from tests.inbox.test_notifications import a_notice

__all__ = ["refusing", "room"]

pytestmark = pytest.mark.django_db

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def office(settings: Any) -> Iterator[PostOffice]:
    with post_office(settings) as opened:
        yield opened


@pytest.fixture
def silent(settings: Any) -> Iterator[socket.socket]:
    """A mail server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        use_server(settings, server.getsockname()[1])
        server.setblocking(False)
        yield server


def tell(count: int, now: datetime) -> None:
    person = UserFactory()
    for number in range(count):
        notify(a_notice(str(number)), user_ids=[person.pk], now=now)


def mails() -> list[tuple[str, int]]:
    return list(Notification.objects.order_by("pk").values_list("mail_state", "mail_attempts"))


def callers(server: socket.socket) -> int:
    count = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_mails_of_a_run_go_over_one_connection(office: PostOffice, now: datetime) -> None:
    tell(3, now)

    assert tasks.send_mail() == 3
    assert [sum(said.startswith("RCPT") for said in heard) for heard in office.dialogues] == [3]


def test_connection_is_a_new_one_after_fifty_mails(
    office: PostOffice, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pocgate.inbox.channels.mail.MAILS_OF_A_CONNECTION", 2)
    tell(3, now)

    assert tasks.send_mail() == 3
    assert len(office.dialogues) == 2


def test_server_that_never_answers_is_asked_once_and_no_mail_loses_an_attempt(
    silent: socket.socket, now: datetime, settings: Any
) -> None:
    tell(3, now)

    with pytest.raises(NotDelivered):
        tasks.send_mail()
    woken_meanwhile = tasks.send_mail()

    assert (woken_meanwhile, callers(silent), mails()) == (GAVE_WAY, 1, [("due", 0)] * 3)
    run = ScheduledRun.objects.get(task="inbox.send_mail")
    assert (run.failures, "timed out" in run.last_error) == (1, True)
    Turn.objects.update(held_until=timezone.now())
    settings.EMAIL_BACKEND = LOCMEM
    assert tasks.send_mail() == 3


@pytest.mark.parametrize("answers", [{"AUTH": "535 5.7.8 Not you"}, {"EHLO": "421 Too busy", "HELO": "421 Too busy"}])
def test_server_that_lets_nobody_in_takes_no_attempt_from_any_mail(
    answers: dict[str, str], office: PostOffice, now: datetime, settings: Any
) -> None:
    office.answers = {"EHLO": "250-post office\r\n250 AUTH PLAIN", **answers}
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "gate", "secret"
    tell(3, now)

    with pytest.raises(NotDelivered):
        tasks.send_mail()

    assert (len(office.dialogues), mails()) == (1, [("due", 0)] * 3)


@pytest.mark.parametrize(
    "broken",
    [
        SMTPServerDisconnected("Connection unexpectedly closed: timed out"),
        TimeoutError("timed out"),
        SMTPHeloError(502, b"What?"),
        SMTPSenderRefused(530, b"Authentication required", "gate@example.org"),
    ],
)
def test_connection_that_breaks_ends_the_run_and_the_others_stay_due(
    broken: Exception, refusing: type[Server], now: datetime, sent_tasks: list[Any]
) -> None:
    refusing.refusal = broken
    tell(3, now)

    assert tasks.send_mail() == 0
    assert sent_tasks == []
    assert mails() == [("due", 1), ("due", 0), ("due", 0)]


@pytest.mark.parametrize("own", [SMTPSenderRefused(552, b"Too large", "x"), SMTPResponseException(451, b"Later")])
def test_refusal_of_one_mail_does_not_keep_the_others_back(
    own: Exception, refusing: type[Server], now: datetime
) -> None:
    refusing.refusal = own
    tell(3, now)

    assert tasks.send_mail() == 0
    assert mails() == [("due", 1)] * 3


def test_connection_that_the_server_ends_after_a_mail_is_made_anew(office: PostOffice, now: datetime) -> None:
    tell(2, now)
    office.answers = {"RCPT": "421 4.7.0 Too many mails in this connection"}

    assert tasks.send_mail() == 0
    assert (len(office.dialogues), mails()) == (2, [("due", 1)] * 2)


@pytest.mark.parametrize("task", [tasks.send_mail, tasks.send_posts])
def test_run_does_nothing_while_another_one_is_at_work(task: Any, room: Room, now: datetime) -> None:
    person = UserFactory()
    channel_at(room.url, now, user=person, actor=person, topics=["duties"])
    notify(a_notice(), user_ids=[person.pk], now=now)
    begun = timezone.now()
    turns.take(task.name, until=begun + timedelta(minutes=3), now=begun)

    assert task() == GAVE_WAY
    assert (mail.outbox, room.got, mails()) == ([], [], [("due", 0)])

    Turn.objects.update(held_until=begun)
    assert task() == 1


@pytest.mark.parametrize("task", [tasks.send_mail, tasks.send_posts])
def test_run_whose_time_is_over_leaves_the_rest_to_the_next_one_which_it_wakes(
    task: Any, room: Room, now: datetime, monkeypatch: pytest.MonkeyPatch, sent_tasks: list[Any]
) -> None:
    person = UserFactory()
    channel_at(room.url, now, user=person, actor=person, topics=["duties"])
    notify(a_notice(), user_ids=[person.pk], now=now)
    with monkeypatch.context() as short:
        short.setattr("pocgate.inbox.tasks.runs.SECONDS", 0)
        assert task() == 0
    assert (sent_tasks, mails()) == ([(task.name, {})], [("due", 0)])

    assert task() == 1
    assert len(sent_tasks) == 1


def test_run_sends_batch_after_batch_until_nothing_is_due(
    room: Room, now: datetime, monkeypatch: pytest.MonkeyPatch, sent_tasks: list[Any]
) -> None:
    monkeypatch.setattr("pocgate.inbox.tasks.mails.BATCH", 2)
    tell(5, now)
    channel_at(room.url, now)
    people = [UserFactory().pk]
    for number in range(101):
        notify(replace(DECISION, occasion=str(number)), user_ids=people, now=now)

    assert (tasks.send_mail(), tasks.send_posts()) == (106, 101)
    assert sent_tasks == []


def test_room_that_does_not_answer_is_asked_once_and_others_get_theirs(room: Room, now: datetime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = f"http://127.0.0.1:{server.getsockname()[1]}/"
    person = UserFactory()
    dead = channel_at(closed, now, user=person, actor=person, topics=["duties"])
    for number in range(2):
        notify(a_notice(str(number)), user_ids=[person.pk], now=now)
    channel_at(room.url, now, user=person, actor=person, topics=["duties"])
    notify(a_notice("2"), user_ids=[person.pk], now=now)
    began = timezone.now()

    assert tasks.send_posts() == 1

    assert list(dead.posts.order_by("pk").values_list("state", "attempts")) == [("due", 1), ("due", 0), ("due", 0)]
    assert not ChannelPost.objects.filter(state="due", due_at__lt=began + timedelta(seconds=50)).exists()
