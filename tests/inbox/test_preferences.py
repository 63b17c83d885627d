"""What people choose about their mails, and what it makes of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from pocgate.inbox.commands import notify
from pocgate.inbox.commands.preferences import Choices, choices_of, mute, set_choices, unmute
from pocgate.inbox.enums import NotificationKind, Topic
from pocgate.inbox.models import MutedKind, Notification, Preferences, TopicDelivery
from pocgate.inbox.rules.policy import POLICY, kinds_of
from pocgate.kernel.errors import Invalid
from pocgate.ledger.models import Activity
from tests.factories.identity import UserFactory
from tests.inbox.test_notifications import a_notice

pytestmark = pytest.mark.django_db

DECISION = replace(a_notice(), kind="decision_made", subject_type="decision")


def mails(person: Any) -> list[tuple[str, str, datetime | None]]:
    return list(
        Notification.objects.filter(user=person).order_by("pk").values_list("mail_state", "cadence", "mail_due_at")
    )


def test_kinds_each_belong_to_one_topic_that_has_a_policy() -> None:
    assert sorted(kind for topic in Topic for kind in kinds_of(topic)) == sorted(NotificationKind.values)
    assert set(POLICY) == set(Topic)


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [("immediate", ("due", "")), ("daily", ("held", "daily")), ("weekly", ("held", "weekly")), ("off", ("none", ""))],
)
def test_mail_goes_the_way_its_topic_was_chosen_to(delivery: str, expected: tuple[str, str], now: datetime) -> None:
    person = UserFactory()
    set_choices(user=person, choices=Choices(deliveries={"decisions": delivery}), now=now)

    notify(DECISION, user_ids=[person.pk], now=now)

    assert [row[:2] for row in mails(person)] == [expected]


def test_muted_kind_is_told_without_mail_until_it_is_wanted_again(now: datetime) -> None:
    person = UserFactory()

    assert [mute(user=person, kind="decision_made", now=now) for _ in range(2)] == [True, False]
    notify(DECISION, user_ids=[person.pk], now=now)
    assert [unmute(user=person, kind="decision_made", now=now) for _ in range(2)] == [True, False]
    notify(replace(DECISION, occasion="corrected"), user_ids=[person.pk], now=now)

    assert [row[0] for row in mails(person)] == ["none", "due"]
    assert list(Activity.objects.values_list("verb", flat=True)) == ["inbox.kind_muted", "inbox.kind_unmuted"]


def test_mail_in_quiet_hours_is_due_when_they_end(now: datetime) -> None:
    person = UserFactory(time_zone="Europe/Berlin")
    choices = Choices(quiet_from=time(20), quiet_until=time(7))
    set_choices(user=person, choices=choices, now=now)

    notify(a_notice(), user_ids=[person.pk], now=datetime(2026, 3, 28, 22, 0, tzinfo=UTC))

    assert mails(person) == [("due", "", datetime(2026, 3, 29, 5, 0, tzinfo=UTC))]


def test_mail_of_a_duty_waits_for_the_digest_while_the_person_is_away(now: datetime) -> None:
    person = UserFactory(time_zone="America/New_York")
    away = Choices(away_from=date(2026, 7, 1), away_until=date(2026, 7, 14))
    set_choices(user=person, choices=away, now=now)

    for day, hour in ((1, 3), (1, 5), (15, 3), (15, 5)):
        notice = a_notice(f"{day}-{hour}")
        notify(notice, user_ids=[person.pk], now=datetime(2026, 7, day, hour, tzinfo=UTC))

    assert [row[:2] for row in mails(person)] == [("due", ""), ("held", "daily"), ("held", "daily"), ("due", "")]


@pytest.mark.parametrize(
    ("choices", "code", "pointer"),
    [
        (Choices(deliveries={"duties": "off"}), "delivery_not_offered", "duties"),
        (Choices(deliveries={"duties": "weekly"}), "delivery_not_offered", "duties"),
        (Choices(deliveries={"weather": "daily"}), "topic_unknown", "deliveries"),
        (Choices(muted=frozenset({"vote_outstanding"})), "kind_is_mandatory", "muted"),
        (Choices(muted=frozenset({"weather"})), "kind_unknown", "muted"),
        (Choices(digest_weekday=7), "weekday_unknown", "digest_weekday"),
        (Choices(quiet_from=time(20)), "quiet_needs_both_ends", "quiet_until"),
        (Choices(quiet_until=time(0)), "quiet_needs_both_ends", "quiet_from"),
        (Choices(quiet_from=time(8), quiet_until=time(8)), "quiet_is_empty", "quiet_until"),
        (
            Choices({"work": "daily"}, digest_at=time(0), quiet_from=time(22), quiet_until=time(6)),
            "digest_is_quiet",
            "digest_at",
        ),
        (Choices(away_from=date(2026, 7, 1)), "away_needs_both_ends", "away_until"),
        (Choices(away_from=date(2026, 7, 2), away_until=date(2026, 7, 1)), "away_ends_before_start", "away_until"),
        (Choices(away_from=date(2026, 7, 2), away_until=date(2028, 7, 1)), "away_is_too_long", "away_until"),
    ],
)
def test_choices_that_do_not_fit_are_refused_and_nothing_is_kept(
    choices: Choices, code: str, pointer: str, now: datetime
) -> None:
    person = UserFactory()

    with pytest.raises(Invalid) as refused:
        set_choices(user=person, choices=choices, now=now)

    assert [(problem.code, problem.pointer) for problem in refused.value.problems] == [(code, pointer)]
    assert not Preferences.objects.exists()
    assert not TopicDelivery.objects.exists()
    assert not Activity.objects.exists()


def test_choices_are_kept_as_chosen_and_leave_one_activity(now: datetime) -> None:
    person = UserFactory()
    chosen = Choices(
        deliveries={topic.value: "daily" for topic in Topic},
        muted=frozenset({"decision_made"}),
        digest_at=time(17),
        digest_weekday=4,
        quiet_from=time(20),
        quiet_until=time(0),
        away_from=date(2026, 7, 1),
        away_until=date(2026, 7, 1),
    )

    for _ in range(2):
        set_choices(user=person, choices=chosen, now=now)

    assert choices_of(person) == chosen
    activity = Activity.objects.get()
    assert activity.verb == "inbox.preferences_set"
    assert activity.after["digest_at"] == "17:00:00"
    assert activity.after["muted"] == ["decision_made"]


@pytest.mark.parametrize(
    "fields",
    [
        {"digest_weekday": 7},
        {"quiet_from": time(8)},
        {"quiet_from": time(8), "quiet_until": time(8)},
        {"away_from": date(2026, 7, 2), "away_until": date(2026, 7, 1)},
        {"bounced_address": "a@example.org"},
    ],
)
def test_database_refuses_preferences_that_make_no_sense(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Preferences.objects.create(user=UserFactory(), **fields)


def test_database_refuses_unknown_topics_and_kinds(now: datetime) -> None:
    person = UserFactory()

    for row in (
        TopicDelivery(user=person, topic="weather", delivery="daily"),
        TopicDelivery(user=person, topic="work", delivery="hourly"),
        MutedKind(user=person, kind="weather", muted_at=now),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
