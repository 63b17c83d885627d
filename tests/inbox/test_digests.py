"""Digests: one per person and local day, whatever runs twice or late, and none without anything to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from pocgate.inbox import tasks
from pocgate.inbox.commands import notify
from pocgate.inbox.commands.digests import DigestContent, Entry, claim_digest, keep_content, plan_digest
from pocgate.inbox.commands.preferences import Choices, set_choices
from pocgate.inbox.models import Digest, Notification
from pocgate.inbox.queries.digests import DueDigest, digests_due, digests_to_compose, due_digest
from pocgate.inbox.rules.mailing import Wishes
from tests.factories.identity import UserFactory
from tests.inbox.test_notifications import a_notice

pytestmark = pytest.mark.django_db

NOTICE = replace(a_notice(), kind="decision_made")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
CONTENT = DigestContent(
    waiting=(Entry("Vote at Gate 1: UC-0001 Sorting & claims", "due 3 Dec 2026", "/reviews/4/"),),
    changes=(Entry("UC-0001 Sorting & claims: Ada edited the case", "22 Nov, 10:00", "/cases/UC-0001/"),),
    portfolio=("42 open cases", "2 past their time-box, 3 paused", "No decision since the last digest"),
)


def reader(zone: str = "Europe/Berlin", **chosen: Any) -> Any:
    person = UserFactory(time_zone=zone, full_name="Ada Muster")
    deliveries = chosen.pop("deliveries", {"decisions": "daily"})
    set_choices(user=person, choices=Choices(deliveries=deliveries, **chosen), now=LONG_AGO)
    return person


def write(content: DigestContent, now: datetime) -> int:
    """What the task does, with a content that is given."""
    for due in digests_due(now=now):
        plan_digest(due, now=now)
    written = 0
    for digest_id in digests_to_compose(now=now):
        digest = claim_digest(digest_id, now=now)
        written += bool(digest and keep_content(digest, content, now=now))
    return written


@pytest.mark.parametrize(
    ("zone", "before", "at"),
    [
        ("Europe/Berlin", "2026-03-29T05:59", "2026-03-29T06:00"),
        ("Europe/Berlin", "2026-10-25T06:59", "2026-10-25T07:00"),
        ("America/New_York", "2026-11-01T12:59", "2026-11-01T13:00"),
        ("Australia/Lord_Howe", "2026-10-03T20:59", "2026-10-03T21:00"),
        ("Asia/Kathmandu", "2026-03-29T02:14", "2026-03-29T02:15"),
    ],
)
def test_digest_is_written_at_eight_local_on_both_sides_of_the_change(zone: str, before: str, at: str) -> None:
    reader(zone)
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (before, at)]
    Digest.objects.all().delete()
    yesterday = moments[0] - timedelta(hours=20)
    write(CONTENT, yesterday)

    assert [write(CONTENT, moment) for moment in (*moments, moments[1])] == [0, 1, 0]


def test_digest_run_twice_and_late_is_one_mail_with_everything(now: datetime, settings: Any) -> None:
    settings.SITE_URL = "https://gate.example.org"
    person = reader()
    notify(NOTICE, user_ids=[person.pk], now=now - timedelta(hours=3))
    late = now + timedelta(hours=5)

    assert [write(CONTENT, late), write(CONTENT, late), write(CONTENT, late + timedelta(hours=6))] == [1, 0, 0]
    assert [tasks.send_mail(), tasks.send_mail()] == [1, 0]

    sent = mail.outbox[0]
    assert sent.subject == "[POC Gate] Your digest of 23 November 2026"
    assert sent.extra_headers["Message-ID"] == f"<digest-{person.pk}-2026-11-23-140000@pocgate.invalid>"
    assert "* Vote at Gate 1: UC-0001 Sorting & claims (due 3 Dec 2026)" in sent.body
    assert "\n  https://gate.example.org/reviews/4/\n" in sent.body
    html = sent.alternatives[0][0]
    assert '<a href="https://gate.example.org/reviews/4/">Vote at Gate 1: UC-0001 Sorting &amp; claims</a>' in html
    assert list(Notification.objects.values_list("mail_state", "digest__local_date")) == [
        ("digest", date(2026, 11, 23))
    ]


def test_digest_of_a_worker_that_died_is_written_by_another_one(now: datetime) -> None:
    reader()
    for due in digests_due(now=now):
        plan_digest(due, now=now)
    digest_id = digests_to_compose(now=now)[0]
    first = claim_digest(digest_id, now=now)
    later = now + timedelta(minutes=11)

    assert claim_digest(digest_id, now=now) is None
    assert write(CONTENT, later) == 1
    assert first is not None
    assert keep_content(first, DigestContent(), now=later) is False
    assert Digest.objects.get().mail_state == "due"


def test_digest_with_nothing_to_say_is_done_without_a_mail(now: datetime) -> None:
    reader()

    assert write(DigestContent(portfolio=("42 open cases",)), now) == 1
    assert tasks.send_mail() == 0
    assert Digest.objects.get().mail_state == "empty"
    assert list(digests_due(now=now + timedelta(hours=1))) == []


def test_next_digest_begins_where_the_last_one_ended(now: datetime) -> None:
    reader()
    write(DigestContent(), now)
    write(CONTENT, now + timedelta(days=1, minutes=7))

    first, second = Digest.objects.order_by("pk")
    assert (second.since, second.until) == (first.until, now + timedelta(days=1, minutes=7))


def test_digest_that_a_clock_wrote_ahead_is_written_again_and_swallows_nothing(now: datetime) -> None:
    reader()
    day, hour = timedelta(days=1), timedelta(hours=1)
    write(CONTENT, now)
    write(CONTENT, now + 2 * day)
    tasks.send_mail()

    written = [write(CONTENT, moment) for moment in (now + day, now + 2 * day - hour, now + 2 * day)]

    spans = Digest.objects.order_by("local_date").values_list("since", "until", "mail_state")
    assert written == [1, 1, 0]
    assert list(spans)[1:] == [(now, now + day, "due"), (now + day, now + 2 * day - hour, "due")]
    tasks.send_mail()
    names = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert len(set(names)) == len(names) == 4


def test_weekly_digest_is_not_kept_back_by_one_of_a_clock_that_ran_a_year_ahead(now: datetime) -> None:
    person = reader(deliveries={"decisions": "weekly"})
    write(CONTENT, now + timedelta(days=364))

    assert list(digests_due(now=now)) == [DueDigest(person.pk, MONDAY, "weekly")]


def test_clocks_of_two_workers_that_differ_by_a_moment_write_one_digest(now: datetime) -> None:
    reader()

    assert [write(CONTENT, now), write(CONTENT, now - timedelta(seconds=5))] == [1, 0]
    assert Digest.objects.get().until == now


def test_digest_of_someone_away_waits_for_the_return_and_holds_the_duties(now: datetime) -> None:
    person = reader(deliveries={}, away_from=date(2026, 11, 20), away_until=date(2026, 11, 25))
    notify(a_notice(), user_ids=[person.pk], now=now)

    written = [write(CONTENT, now + timedelta(days=days)) for days in range(4)]

    assert written == [0, 0, 0, 1]
    assert Notification.objects.get().digest == Digest.objects.get()


def test_digest_chosen_after_its_hour_comes_the_next_day(now: datetime) -> None:
    person = UserFactory(time_zone="Europe/Berlin")
    set_choices(user=person, choices=Choices(deliveries={"work": "daily"}), now=now)

    assert list(digests_due(now=now)) == []
    assert list(digests_due(now=now + timedelta(days=1))) == [DueDigest(person.pk, date(2026, 11, 24), "daily")]


@pytest.mark.parametrize("change", [{"email": ""}, {"is_active": False}])
def test_nobody_without_address_or_account_has_a_digest(change: dict[str, Any], now: datetime) -> None:
    person = reader()
    type(person).objects.filter(pk=person.pk).update(**change)

    assert list(digests_due(now=now)) == []


MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
BOTH = frozenset({"daily", "weekly"})


@pytest.mark.parametrize(
    ("wanted", "taken", "at", "expected"),
    [
        (BOTH, {}, "2026-11-23T09", (MONDAY, "weekly")),
        (BOTH, {MONDAY: "weekly"}, "2026-11-23T10", None),
        (BOTH, {MONDAY: "weekly"}, "2026-11-24T09", (TUESDAY, "daily")),
        # Nothing ran on Monday: one digest on Tuesday, and it is the week's.
        (BOTH, {}, "2026-11-24T09", (TUESDAY, "weekly")),
        (frozenset({"weekly"}), {}, "2026-11-24T09", (MONDAY, "weekly")),
        (frozenset({"weekly"}), {MONDAY: "daily"}, "2026-11-25T09", None),
        (frozenset({"daily"}), {TUESDAY: "daily"}, "2026-11-23T09", (MONDAY, "daily")),
        (frozenset(), {}, "2026-11-23T09", None),
    ],
)
def test_day_has_one_digest_of_the_widest_cadence(
    wanted: frozenset[str], taken: dict[date, str], at: str, expected: tuple[date, str] | None
) -> None:
    wishes, moment = Wishes(zone=ZoneInfo("UTC"), digest_at=time(8)), datetime.strptime(f"{at}Z", "%Y-%m-%dT%H%z")

    assert due_digest(wishes, wanted, taken, now=moment) == expected


def test_weekly_digest_takes_daily_and_weekly_mails_a_daily_one_only_its_own(now: datetime) -> None:
    person = reader(deliveries={"decisions": "weekly", "work": "daily"}, digest_weekday=1)
    notify(NOTICE, user_ids=[person.pk], now=now - timedelta(hours=3))
    notify(replace(NOTICE, kind="import_finished"), user_ids=[person.pk], now=now - timedelta(hours=3))
    Digest.objects.create(
        user=person, local_date=date(2026, 11, 17), cadence="weekly", mail_state="empty", since=LONG_AGO, until=LONG_AGO
    )

    write(CONTENT, now)
    after_daily = dict(Notification.objects.values_list("kind", "mail_state"))
    write(CONTENT, now + timedelta(days=1))

    assert after_daily == {"decision_made": "held", "import_finished": "digest"}
    assert set(Notification.objects.values_list("mail_state", flat=True)) == {"digest"}


def test_database_holds_one_digest_a_day_whoever_plans_it(now: datetime) -> None:
    person = UserFactory()
    due = DueDigest(person.pk, MONDAY, "daily")
    for _ in range(2):
        plan_digest(due, now=now)

    assert Digest.objects.count() == 1
    for wrong in ({"cadence": "hourly"}, {"mail_state": "lost"}, {"until": LONG_AGO}, {"local_date": MONDAY}):
        values = {"cadence": "daily", "local_date": TUESDAY, "since": now, "until": now, **wrong}
        with pytest.raises(IntegrityError), transaction.atomic():
            Digest.objects.create(user=person, **values)


def test_due_digests_of_many_people_need_as_many_queries_as_of_one(
    now: datetime, django_assert_num_queries: Any
) -> None:
    reader()
    with django_assert_num_queries(8):
        assert len(list(digests_due(now=now))) == 1
    for _ in range(4):
        reader()
    with django_assert_num_queries(8):
        assert len(list(digests_due(now=now))) == 5
