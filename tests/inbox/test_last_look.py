"""What a person chose counts when the mail goes out, however long ago it was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from pocgate.inbox import tasks
from pocgate.inbox.commands import notify
from pocgate.inbox.commands.preferences import Choices, mute, set_choices
from pocgate.inbox.models import Digest, Notification, Preferences
from tests.factories.identity import UserFactory
from tests.inbox.test_digests import CONTENT, NOTICE, reader, write
from tests.inbox.test_notifications import a_notice

pytestmark = pytest.mark.django_db


def quiet_now(person: Any) -> datetime:
    """Quiet hours round the present hour; when they end."""
    begun = timezone.now().replace(minute=0, second=0, microsecond=0)
    ends = begun + timedelta(hours=2)
    hours = {"quiet_from": begun.time(), "quiet_until": ends.time()}
    Preferences.objects.update_or_create(user=person, defaults=hours)
    return ends


@pytest.mark.parametrize("attempts", [0, 3])
def test_mail_that_comes_late_into_the_quiet_hours_waits_for_their_end(attempts: int, now: datetime) -> None:
    person = UserFactory(time_zone="UTC")
    notify(a_notice(), user_ids=[person.pk], now=now)
    Notification.objects.update(mail_attempts=attempts)
    ends = quiet_now(person)

    assert [tasks.send_mail(), tasks.send_mail()] == [0, 0]

    row = Notification.objects.get()
    assert (row.mail_state, row.mail_due_at, row.mail_attempts) == ("due", ends, attempts)
    Preferences.objects.update(quiet_from=None, quiet_until=None)
    Notification.objects.update(mail_due_at=timezone.now())
    assert tasks.send_mail() == 1


@pytest.mark.parametrize("chosen", ["muted", "off"])
def test_kind_that_was_ended_meanwhile_is_not_mailed(chosen: str, now: datetime) -> None:
    person = UserFactory()
    notify(NOTICE, user_ids=[person.pk], now=now)
    notify(a_notice(), user_ids=[person.pk], now=now)
    if chosen == "muted":
        mute(user=person, kind=NOTICE.kind, now=now)
    else:
        set_choices(user=person, choices=Choices({"decisions": "off"}), now=now)

    assert tasks.send_mail() == 1
    assert list(Notification.objects.order_by("pk").values_list("mail_state", flat=True)) == ["none", "sent"]


@pytest.mark.parametrize("kind", ["decision_made", "vote_outstanding"])
def test_mail_of_somebody_who_went_away_meanwhile_waits_for_the_digest(kind: str, now: datetime) -> None:
    person = UserFactory(time_zone="UTC")
    notify(replace(NOTICE, kind=kind), user_ids=[person.pk], now=now)
    today = timezone.now().date()
    absence = Choices(away_from=today - timedelta(days=1), away_until=today + timedelta(days=1))
    set_choices(user=person, choices=absence, now=now)

    assert tasks.send_mail() == 0
    assert list(Notification.objects.values_list("mail_state", "cadence", "mail_attempts")) == [("held", "daily", 0)]


def test_digest_after_an_absence_waits_for_the_end_of_the_quiet_hours(now: datetime) -> None:
    person = reader(
        deliveries={},
        away_from=date(2026, 11, 20),
        away_until=date(2026, 11, 22),
        quiet_from=time(22),
        quiet_until=time(11),
    )
    notify(a_notice(), user_ids=[person.pk], now=now - timedelta(days=1))

    assert write(CONTENT, now) == 1
    assert Digest.objects.get().mail_due_at == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_digest_that_comes_late_into_the_quiet_hours_waits_for_their_end(now: datetime) -> None:
    person = reader("UTC")
    write(CONTENT, now)
    ends = quiet_now(person)

    assert tasks.send_mail() == 0
    assert list(Digest.objects.values_list("mail_state", "mail_due_at", "mail_attempts")) == [("due", ends, 0)]
    assert mail.outbox == []
