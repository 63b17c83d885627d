"""The link of a digest that ends digests, without a sign-in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from pocgate.inbox import tasks
from pocgate.inbox.commands import notify
from pocgate.inbox.commands.preferences import choices_of, end_digests
from pocgate.inbox.models import Digest, Notification
from pocgate.inbox.queries.digests import digests_due
from pocgate.inbox.queries.unsubscribing import DIGESTS, token_of
from pocgate.ledger.models import Activity
from tests.factories.identity import UserFactory
from tests.inbox.test_digests import CONTENT, reader, write
from tests.inbox.test_notifications import a_notice

pytestmark = pytest.mark.django_db

ALL = {"duties": "daily", "decisions": "weekly", "dates": "daily", "work": "immediate"}


def path_to_end(person: Any) -> str:
    return f"/notifications/unsubscribe/{token_of(person, DIGESTS)}/"


def test_digest_carries_a_one_click_link_that_asks_and_then_ends_digests(now: datetime, settings: Any) -> None:
    settings.SITE_URL = "https://gate.example.org"
    person = reader(deliveries=ALL)
    write(CONTENT, now)
    tasks.send_mail()
    sent = mail.outbox[0]
    link = sent.extra_headers["List-Unsubscribe"].strip("<>")
    path = link.removeprefix("https://gate.example.org")

    asked = Client().get(path)
    unchanged = choices_of(person).deliveries
    done = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})

    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in sent.body
    assert f'href="{link}"' in sent.alternatives[0][0]
    assert (asked.status_code, "End my digests" in asked.content.decode()) == (200, True)
    assert (done.status_code, "You get no more digests" in done.content.decode()) == (200, True)
    assert unchanged["decisions"] == "weekly"
    ended = {"duties": "immediate", "decisions": "off", "dates": "off"}
    assert choices_of(person).deliveries == {**dict.fromkeys(unchanged, "immediate"), **ended}
    activity = Activity.objects.get(verb="inbox.digests_ended")
    assert (activity.actor, activity.after) == (person, {"deliveries": ended, "by_link": True})


def test_what_was_held_for_a_digest_that_is_ended_goes_the_way_of_its_topic(now: datetime) -> None:
    person = reader(deliveries=ALL)
    for kind in ("vote_outstanding", "decision_made", "gate_date"):
        notify(replace(a_notice(), kind=kind), user_ids=[person.pk], now=now)

    assert [end_digests(user=person, now=now) for _ in range(2)] == [True, False]

    assert dict(Notification.objects.values_list("kind", "mail_state")) == {
        "vote_outstanding": "due",
        "decision_made": "none",
        "gate_date": "none",
    }
    assert list(digests_due(now=now)) == []


def test_what_is_held_for_somebody_away_waits_for_the_return_all_the_same(now: datetime) -> None:
    person = reader(deliveries=ALL, away_from=date(2026, 11, 20), away_until=date(2026, 11, 25))
    notify(a_notice(), user_ids=[person.pk], now=now)

    end_digests(user=person, now=now)

    assert list(Notification.objects.values_list("mail_state", "cadence")) == [("held", "daily")]


def test_digest_that_is_planned_is_not_written_after_the_end(now: datetime) -> None:
    person = reader(deliveries=ALL)
    Digest.objects.create(user=person, local_date=now.date(), cadence="daily", since=now, until=now)

    Client().post(path_to_end(person))

    assert (write(CONTENT, now), Digest.objects.get().mail_state) == (0, "none")


@pytest.mark.parametrize("kind", [DIGESTS, "decision_made"])
def test_link_to_unsubscribe_answers_a_program_that_looks_first(kind: str) -> None:
    person = reader(deliveries=ALL)

    answer = Client().head(f"/notifications/unsubscribe/{token_of(person, kind)}/")

    assert (answer.status_code, choices_of(person).deliveries["dates"]) == (200, "daily")


def test_link_of_somebody_without_digests_changes_nothing() -> None:
    person = UserFactory()

    assert Client().post(path_to_end(person)).status_code == 200
    assert not Activity.objects.exists()


def test_link_to_end_digests_that_was_changed_leads_nowhere() -> None:
    assert Client().post(f"{path_to_end(UserFactory())[:-3]}/").status_code == 404
