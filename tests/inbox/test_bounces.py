"""Addresses that a mail server refuses for good get no mail until they are corrected or cleared."""

from __future__ import annotations

from datetime import datetime
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any, ClassVar

import pytest
from django.core.mail.backends.locmem import EmailBackend

from pocgate.identity.commands.people import correct_address
from pocgate.identity.models import User
from pocgate.inbox import tasks
from pocgate.inbox.commands import notify
from pocgate.inbox.commands.bounces import clear_bounce, flag_bounced
from pocgate.inbox.models import Notification
from pocgate.inbox.queries.wishes import has_bounced
from pocgate.inbox.rules.refusals import is_of_the_address
from pocgate.kernel.errors import Forbidden, Invalid
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.inbox.post_office import post_office
from tests.inbox.test_notifications import a_notice

pytestmark = pytest.mark.django_db


class Server(EmailBackend):
    """A mail server that refuses as the test says."""

    refusal: ClassVar[Exception]

    def send_messages(self, messages: Any) -> int:
        raise self.refusal


@pytest.fixture
def refusing(settings: Any) -> type[Server]:
    settings.EMAIL_BACKEND = "tests.inbox.test_bounces.Server"
    return Server


def states(person: User) -> list[str]:
    return list(Notification.objects.filter(user=person).order_by("pk").values_list("mail_state", flat=True))


@pytest.mark.parametrize(
    ("refusal", "state", "bounced"),
    [
        (SMTPRecipientsRefused({"a": (550, b"No such mailbox")}), "failed", True),
        (SMTPRecipientsRefused({"a": (550, b"5.1.1 <a>: Recipient address rejected: User unknown")}), "failed", True),
        (SMTPRecipientsRefused({"a": (554, b"5.7.1 <a>: Relay access denied")}), "due", False),
        (SMTPRecipientsRefused({"a": (550, b"5.7.1 Client host blocked")}), "due", False),
        (SMTPRecipientsRefused({"a": (451, b"Try later")}), "due", False),
        (SMTPDataError(554, b"Content refused"), "failed", False),
        (SMTPDataError(452, b"Full"), "due", False),
        (SMTPSenderRefused(550, b"Not you", "x"), "due", False),
        (TimeoutError("timed out"), "due", False),
    ],
)
def test_refusal_flags_the_address_only_when_the_recipient_is_refused_for_good(
    refusal: Exception, state: str, bounced: bool, refusing: type[Server], now: datetime
) -> None:
    refusing.refusal = refusal
    person = UserFactory()
    notify(a_notice(), user_ids=[person.pk], now=now)

    tasks.send_mail()

    assert has_bounced(User.objects.get(pk=person.pk)) is bounced
    assert states(person) == ([state, "none"] if bounced else [state])
    assert list(Notification.objects.filter(kind="mail_bounced").values_list("user", flat=True)) == (
        [person.pk] if bounced else []
    )


@pytest.mark.parametrize(
    ("code", "said", "expected"),
    [
        (550, "No such user here", True),
        (551, "User not local; please try <b@example.org>", True),
        (553, "Requested action not taken: mailbox name not allowed", True),
        (550, "5.1.0 Address rejected", True),
        (550, "5.1.1 The email account that you tried to reach does not exist", True),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", True),
        (553, "5.1.3 Bad recipient address syntax", True),
        (550, "5.2.1 Mailbox disabled", True),
        (550, "5.1.7 Invalid sender address", False),
        (550, "5.1.8 <gate@example.org>: Sender address rejected: Domain not found", False),
        (552, "5.2.2 Mailbox full", False),
        (550, "5.2.2 Mailbox full", False),
        (550, "5.4.1 Recipient address rejected: Access denied", False),
        (550, "5.7.1 Unable to relay", False),
        (550, "5.7.54 Unable to relay recipient in non-accepted domain", False),
        (551, "5.7.1 Not authorised", False),
        (554, "No SMTP service here", False),
        (530, "Must issue a STARTTLS command first", False),
        (550, "relay not permitted", False),
        (550, "Sender verify failed", False),
        (550, "", True),
        (450, "4.1.1 Not yet", False),
    ],
)
def test_refusal_is_of_the_address_only_when_the_server_says_so(code: int, said: str, expected: bool) -> None:
    assert is_of_the_address(code, said) is expected


def test_server_that_relays_for_nobody_flags_no_address(settings: Any, now: datetime) -> None:
    person = UserFactory()
    notify(a_notice(), user_ids=[person.pk], now=now)

    with post_office(settings) as office:
        office.answers = {"RCPT": "550 5.7.1 Relay access denied"}
        assert tasks.send_mail() == 0

    assert states(person) == ["due"]
    assert not has_bounced(person)


def test_flagged_address_gets_no_mail_until_it_is_cleared_or_corrected(now: datetime) -> None:
    person, administrator = UserFactory(email="old@example.org"), RoleGrantFactory(role="admin").user
    notify(a_notice("before"), user_ids=[person.pk], now=now)
    flag_bounced(user=person, address="old@example.org", reason="550", now=now)
    assert tasks.send_mail() == 0

    notify(a_notice("flagged"), user_ids=[person.pk], now=now)
    correct_address(user=person, email="new@example.org", actor=administrator, now=now)
    notify(a_notice("corrected"), user_ids=[person.pk], now=now)
    correct_address(user=person, email="OLD@example.org", actor=administrator, now=now)
    notify(a_notice("flagged again"), user_ids=[person.pk], now=now)
    assert [clear_bounce(user=person, actor=administrator, now=now) for _ in range(2)] == [True, False]
    notify(a_notice("cleared"), user_ids=[person.pk], now=now)

    assert states(person) == ["none", "none", "none", "due", "none", "due"]


def test_address_is_cleared_by_its_person_or_an_administrator_alone(now: datetime) -> None:
    person = UserFactory()
    flag_bounced(user=person, address=person.email, reason="550", now=now)

    with pytest.raises(Forbidden):
        clear_bounce(user=person, actor=UserFactory(), now=now)
    with pytest.raises(Forbidden):
        correct_address(user=person, email="x@example.org", actor=person, now=now)
    with pytest.raises(Invalid):
        correct_address(user=person, email="nonsense", actor=None, now=now)
    assert has_bounced(User.objects.get(pk=person.pk))


def test_same_refusal_twice_is_told_once(now: datetime) -> None:
    person = UserFactory()
    for _ in range(2):
        flag_bounced(user=person, address=person.email, reason="550", now=now)

    assert Notification.objects.count() == 1
