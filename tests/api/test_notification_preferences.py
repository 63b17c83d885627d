"""How the caller is told, read and changed by a program."""

from __future__ import annotations

from typing import Any

import pytest

from pocgate.inbox.commands.preferences import choices_of
from tests.api.conftest import API, Caller
from tests.factories.identity import UserFactory

pytestmark = pytest.mark.django_db

ADDRESS = f"{API}/me/notification-preferences"


def test_preferences_are_changed_member_by_member(caller: Caller) -> None:
    person = UserFactory()
    client = caller(person)

    client.patch(ADDRESS, {"deliveries": {"work": "daily"}, "muted": ["meeting"]}, content_type="application/json")
    answer = client.patch(ADDRESS, {"digest_at": "17:00", "away_from": None}, content_type="application/json")

    told = answer.json()
    assert answer.status_code == 200
    assert (told["digest_at"], told["away_from"], told["address_bounced"]) == ("17:00", None, False)
    assert {topic["topic"]: topic["delivery"] for topic in told["topics"]}["work"] == "daily"
    assert choices_of(person).muted == {"meeting"}
    assert told == client.get(ADDRESS).json()


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"deliveries": {"duties": "off"}}, "/deliveries/duties", "delivery_not_offered"),
        ({"muted": ["vote_outstanding"]}, "/muted", "kind_is_mandatory"),
        ({"quiet_from": "20:00"}, "/quiet_until", "quiet_needs_both_ends"),
        ({"digest_at": "25:00"}, "/digest_at", "invalid"),
        ({"digest_weekday": 9}, "/digest_weekday", "max_value"),
        ({"weather": 1}, "/weather", "unknown_member"),
    ],
)
def test_preferences_that_do_not_fit_are_refused_with_their_place(
    body: dict[str, Any], pointer: str, code: str, caller: Caller
) -> None:
    answer = caller(UserFactory()).patch(ADDRESS, body, content_type="application/json")

    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
