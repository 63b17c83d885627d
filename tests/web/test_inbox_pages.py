"""The notifications page, mail preferences, and the link that ends mails of one kind."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from pocgate.inbox import tasks
from pocgate.inbox.commands import Notice, notify
from pocgate.inbox.commands.bounces import flag_bounced
from pocgate.inbox.commands.preferences import choices_of
from pocgate.inbox.models import MutedKind, Notification
from pocgate.inbox.queries import unread_count
from pocgate.inbox.queries.unsubscribing import token_of
from tests.factories.identity import UserFactory
from tests.factories.portfolio import UseCaseFactory
from tests.web.conftest import Visitor

pytestmark = pytest.mark.django_db


def tell(person: Any, title: str, case_id: int | None, now: datetime, kind: str = "decision_made") -> None:
    notice = Notice(kind, "decision", title, "made", title, "You get this because you own the case.", "/", case_id)
    notify(notice, user_ids=[person.pk], now=now)


def test_notifications_are_grouped_by_case_with_unread_first(visitor: Visitor, now: datetime) -> None:
    client = visitor("auditor")
    case, other = UseCaseFactory(title="Sorting claims"), UseCaseFactory(title="Reading bills")
    for number, title in enumerate(("old one", "one", "two", "three")):
        tell(client.person, title, [case.pk, case.pk, other.pk, case.pk][number], now)
        if title == "old one":
            Notification.objects.update(read_at=now)

    page = client.get("/notifications/").content.decode()

    shown = re.findall(r"Sorting claims|Reading bills|>Read<|old one|(?<=</span>)(?:one|two|three)(?=</span>)", page)
    assert shown == ["Sorting claims", "three", "one", "Reading bills", "two", ">Read<", "Sorting claims", "old one"]
    assert page.count("You get this because you own the case.") == 4


def test_notifications_page_needs_as_many_queries_for_many_as_for_one(
    visitor: Visitor, now: datetime, django_assert_num_queries: Any
) -> None:
    client = visitor("auditor")
    counts = []

    for number in (1, 3):
        for index in range(number):
            tell(client.person, f"{number}-{index}", UseCaseFactory().pk, now)
        with django_assert_num_queries(10) as seen:
            client.get("/notifications/")
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_unread_count_answers_304_while_nothing_changed(visitor: Visitor, now: datetime) -> None:
    client = visitor()
    tell(client.person, "one", None, now)

    first = client.get("/notifications/unread/", headers={"HX-Request": "true"})
    again = client.get("/notifications/unread/", headers={"If-None-Match": first["ETag"]})
    tell(client.person, "two", None, now)
    after = client.get("/notifications/unread/", headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code, after.status_code) == (200, 304, 200)
    assert 'id="unread-side" class="nav-count" hx-swap-oob="true">2' in after.content.decode()


@pytest.mark.parametrize(("given", "left"), [({"id": "ID"}, 3), ({"case": "CASE"}, 2), ({"case": "0"}, 3), ({}, 0)])
def test_one_a_group_or_all_are_marked_as_read(
    given: dict[str, str], left: int, visitor: Visitor, now: datetime
) -> None:
    client, case, other = visitor(), UseCaseFactory(), UserFactory()
    for title, case_id in (("one", case.pk), ("two", case.pk), ("three", None), ("four", case.pk + 1)):
        tell(client.person, title, case_id, now)
    tell(other, "one", case.pk, now)
    places = {"ID": str(Notification.objects.filter(user=client.person).earliest("pk").pk), "CASE": str(case.pk)}

    answer = client.post("/notifications/read/", {name: places.get(value, value) for name, value in given.items()})

    assert answer.status_code == 302
    assert [unread_count(client.person), unread_count(other)] == [left, 1]


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 40, "²"])
def test_mark_as_read_with_a_number_that_is_none_marks_nothing(nonsense: str, visitor: Visitor, now: datetime) -> None:
    client = visitor()
    tell(client.person, "one", UseCaseFactory().pk, now)

    assert client.post("/notifications/read/", {"id": nonsense}).status_code == 302
    assert unread_count(client.person) == 1


def test_kind_is_muted_in_the_inbox_and_had_again(visitor: Visitor, now: datetime) -> None:
    client = visitor()
    tell(client.person, "one", None, now)
    assert "No more mails of this kind" in client.get("/notifications/").content.decode()

    client.post("/notifications/mute/", {"kind": "decision_made"})
    assert "No more mails of this kind" not in client.get("/notifications/").content.decode()
    client.post("/notifications/mute/", {"kind": "decision_made", "again": "1"})

    assert not MutedKind.objects.exists()


@pytest.mark.parametrize("kind", ["vote_outstanding", "weather", ""])
def test_kind_that_is_mandatory_or_unknown_is_not_muted(kind: str, visitor: Visitor) -> None:
    answer = visitor().post("/notifications/mute/", {"kind": kind})

    assert answer.status_code == 422
    assert "Nothing was saved" in answer.content.decode()
    assert not MutedKind.objects.exists()


def test_mail_carries_a_one_click_link_that_works_without_sign_in(now: datetime, settings: Any) -> None:
    settings.SITE_URL = "https://gate.example.org"
    person = UserFactory()
    tell(person, "one", None, now)
    tasks.send_mail()
    sent = mail.outbox[0]
    link = sent.extra_headers["List-Unsubscribe"].strip("<>")
    path = link.removeprefix("https://gate.example.org")

    asked = Client().get(path)
    assert not MutedKind.objects.exists()
    done = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})

    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in sent.body
    assert f'href="{link}"' in sent.alternatives[0][0]
    assert (asked.status_code, done.status_code) == (200, 200)
    assert "End these mails" in asked.content.decode()
    assert list(MutedKind.objects.values_list("user", "kind")) == [(person.pk, "decision_made")]


def test_mail_of_a_duty_has_no_link_to_end_it_and_a_made_up_one_is_refused(now: datetime) -> None:
    person = UserFactory()
    tell(person, "one", None, now, kind="vote_outstanding")
    tasks.send_mail()
    address = f"/notifications/unsubscribe/{token_of(person, 'vote_outstanding')}/"

    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers
    assert "are mandatory here" in Client().get(address).content.decode()
    assert Client().post(address).status_code == 422
    assert not MutedKind.objects.exists()


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: f"x{token}", lambda token: token.upper()])
def test_unsubscribe_link_that_was_changed_leads_nowhere(change: Any) -> None:
    token = token_of(UserFactory(), "decision_made")

    assert Client().post(f"/notifications/unsubscribe/{change(token)}/").status_code == 404


def preferences(**changed: str) -> dict[str, str]:
    topics = dict.fromkeys(("duties", "decisions", "dates", "measures", "work", "account"), "immediate")
    return {**topics, "digest_at": "08:00", "digest_weekday": "0", **changed}


def test_mail_preferences_are_kept_without_script(visitor: Visitor) -> None:
    client = visitor()
    given = preferences(
        decisions="weekly", digest_weekday="4", quiet_from="20:00", quiet_until="07:00", mail_decision_made="on"
    )

    answer = client.post("/notifications/preferences/", given)

    kept = choices_of(client.person)
    assert answer.status_code == 302
    assert (kept.deliveries["decisions"], kept.digest_weekday, str(kept.quiet_from)) == ("weekly", 4, "20:00:00")
    assert "decision_made" not in kept.muted
    assert "meeting" in kept.muted


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"duties": "off"}, "Select a valid choice"),
        ({"quiet_from": "20:00"}, "Give both ends of the quiet hours"),
        ({"quiet_from": "25:00"}, "Enter a valid time"),
        ({"away_from": "2026-07-02", "away_until": "2026-07-01"}, "The last day has to be the first one or later."),
        ({"digest_at": "08:61"}, "Select a valid choice"),
    ],
)
def test_mail_preferences_that_do_not_fit_are_explained(changed: dict[str, str], said: str, visitor: Visitor) -> None:
    answer = visitor().post("/notifications/preferences/", preferences(**changed))

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_refused_address_is_told_in_the_inbox_and_cleared_by_the_person(visitor: Visitor, now: datetime) -> None:
    client = visitor()
    flag_bounced(user=client.person, address=client.person.email, reason="550 No such mailbox", now=now)

    page = client.get("/notifications/").content.decode()
    client.post("/notifications/address/")

    assert "550 No such mailbox" in page
    assert "550 No such mailbox" not in client.get("/notifications/preferences/").content.decode()
