"""Channels, mail texts and refused addresses, as people and administrators keep them in the browser."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from pocgate.identity.models import User
from pocgate.inbox.commands.bounces import flag_bounced
from pocgate.inbox.models import Channel, ChannelPost, MailText
from pocgate.inbox.queries.wishes import has_bounced
from tests.factories.identity import UserFactory
from tests.web.conftest import Visitor

pytestmark = pytest.mark.django_db

URL = "https://chat.example.org/services/secret-word"


def test_own_channel_is_kept_tried_and_removed_and_its_secret_is_not_shown(visitor: Visitor) -> None:
    client = visitor()
    given = {"name": "My room", "kind": "slack", "url": URL, "topics": ["duties"]}

    assert client.post("/notifications/channels/", given).status_code == 302
    channel = Channel.objects.get()
    for act in ("try", "repeat", "nonsense"):
        client.post(f"/notifications/channels/{channel.pk}/", {"act": act})
    page = client.get("/notifications/channels/").content.decode()
    client.post(f"/notifications/channels/{channel.pk}/", {"act": "end"})

    assert channel.user == client.person  # type: ignore[attr-defined]
    assert "chat.example.org/…word" in page
    assert "secret-word" not in page
    assert ChannelPost.objects.count() == 1
    assert "My room" not in client.get("/notifications/channels/").content.decode().partition("<form")[0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "https://127.0.0.1/x"}, "is not a public address"),
        ({"url": "nonsense"}, "An address begins with https://"),
        ({"topics": []}, "This field is required"),
        ({"kind": "pigeon"}, "Select a valid choice"),
    ],
)
def test_channel_that_makes_no_sense_is_explained(changed: dict[str, Any], said: str, visitor: Visitor) -> None:
    given = {"name": "My room", "kind": "slack", "url": URL, "topics": ["duties"], **changed}

    answer = visitor().post("/notifications/channels/", given)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Channel.objects.exists()


def test_channel_of_somebody_else_does_not_exist_for_anybody(visitor: Visitor, now: datetime) -> None:
    values = {"kind": "slack", "url": URL, "topics": ["decisions"], "created_at": now}
    others = Channel.objects.create(name="Theirs", user=UserFactory(), **values)
    group = Channel.objects.create(name="Everybody", **values)
    person, administrator = visitor(), visitor("admin")

    codes = [
        client.post(f"/notifications/channels/{channel.pk}/", {"act": "end"}).status_code
        for client in (person, administrator)
        for channel in (others, group)
    ]

    assert codes == [404, 404, 404, 302]


def test_mail_text_is_previewed_kept_and_reset(visitor: Visitor) -> None:
    client = visitor("admin")
    address = "/administration/mail-texts/notification/"
    given = {"version": "0", "subject": "News: $title", "text": "$title\r\n$link", "html": "<p>$title</p>"}

    previewed = client.post(address, {**given, "act": "preview"}).content.decode()
    assert not MailText.objects.exists()
    kept = client.post(address, {**given, "act": "keep"})
    again = client.post(address, {**given, "act": "keep"})

    assert "News: GD-2026-014: go for UC-0042 Sorting claims &lt;faster&gt; &amp; better" in previewed
    frame = re.search(r'<iframe[^>]* sandbox [^>]*srcdoc="([^"]*)"', previewed)
    assert frame is not None
    assert "&amp;lt;faster&amp;gt;" in frame[1]
    assert (kept.status_code, again.status_code) == (302, 422)
    assert "Somebody else changed this text meanwhile" in again.content.decode()
    assert MailText.objects.get().text == "$title\n$link"
    client.post(address, {"act": "reset"})
    assert not MailText.objects.exists()


def test_mistake_in_a_mail_text_is_shown_with_place_and_line(visitor: Visitor) -> None:
    given = {"version": "0", "subject": "x", "text": "one\n$titel", "html": "<p>x</p>", "act": "preview"}

    answer = visitor("admin").post("/administration/mail-texts/notification/", given)

    assert answer.status_code == 422
    assert "Line 2: there is no place $titel." in answer.content.decode()


@pytest.mark.parametrize("act", ["correct", "clear"])
def test_refused_address_is_shown_to_the_administrator_and_mended(act: str, visitor: Visitor, now: datetime) -> None:
    client, person = visitor("admin"), UserFactory(email="old@example.org")
    flag_bounced(user=person, address="old@example.org", reason="550 No such mailbox", now=now)
    assert "550 No such mailbox" in client.get("/administration/").content.decode()

    client.post(f"/administration/people/{person.pk}/address/", {"act": act, "email": "new@example.org"})

    person = User.objects.get(pk=person.pk)
    assert person.email == {"correct": "new@example.org", "clear": "old@example.org"}[act]
    assert not has_bounced(person)
    assert "550 No such mailbox" not in client.get("/administration/").content.decode()
