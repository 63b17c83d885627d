"""Channels: chat rooms and webhooks are told once each, in their own form, and tried again when they do not answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from threading import Thread
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from pocgate.inbox import tasks
from pocgate.inbox.commands import notify
from pocgate.inbox.commands.channels import add_channel, end_channel, repeat_posts, try_channel
from pocgate.inbox.models import Channel, ChannelPost, Notification
from pocgate.inbox.rules.posts import FORMS, slack_post, teams_post
from pocgate.kernel.errors import Forbidden, Invalid
from pocgate.ledger.models import Activity
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.inbox.test_notifications import a_notice

pytestmark = pytest.mark.django_db

DECISION = replace(a_notice(), kind="decision_made", title="GD-2026-001: go & <more>", committee_id=5)


class Room(HTTPServer):
    """A chat room of this machine that keeps what it is sent and answers as it is told to."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.said = b""
        self.got: list[dict[str, Any]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/services/secret-word"


class _Handler(BaseHTTPRequestHandler):
    server: Room

    def do_POST(self) -> None:
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Content-Length", str(len(self.server.said)))
        self.end_headers()
        self.wfile.write(self.server.said)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def room(settings: Any) -> Iterator[Room]:
    settings.WEBHOOK_ALLOW_PRIVATE = [ip_network("127.0.0.0/8")]
    server = Room()
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def channel_at(url: str, now: datetime, **given: Any) -> Channel:
    administrator = RoleGrantFactory(role="admin").user
    values = {"name": "Room", "kind": "slack", "topics": ["decisions"], "actor": administrator, **given}
    return add_channel(url=url, now=now, **values)


def test_decision_is_posted_once_to_each_room_that_listens(room: Room, now: datetime) -> None:
    people = [UserFactory(), UserFactory()]
    organisation, committee = channel_at(room.url, now), channel_at(room.url, now, committee_id=5)
    channel_at(room.url, now, committee_id=6)
    channel_at(room.url, now, topics=["measures"])

    for _ in range(2):
        notify(DECISION, user_ids=[person.pk for person in people], now=now)
    sent = [tasks.send_posts() for _ in range(2)]

    assert sent == [2, 0]
    assert [post.channel for post in ChannelPost.objects.order_by("pk")] == [organisation, committee]
    assert [told["text"] for told in room.got] == ["GD-2026-001: go &amp; &lt;more&gt;"] * 2
    assert "You get this" not in str(room.got)


def test_what_is_not_for_a_room_reaches_only_the_persons_own_channel(room: Room, now: datetime) -> None:
    person, other = UserFactory(), UserFactory()
    channel_at(room.url, now)
    own = channel_at(room.url, now, user=person, actor=person, kind="webhook", topics=["duties"])
    channel_at(room.url, now, user=other, actor=other, topics=["duties"])

    notify(a_notice(), user_ids=[person.pk], now=now)
    notify(replace(DECISION, committee_id=None), user_ids=[person.pk], now=now)
    tasks.send_posts()

    assert list(ChannelPost.objects.values_list("channel", flat=True)) == [own.pk]
    told = room.got[0]
    assert (told["id"], told["kind"]) == ("vote_outstanding:review:4:before-3", "vote_outstanding")
    assert told["url"].endswith("/reviews/4/")
    assert told["reason"] == "You get this because you have a seat on the committee."


@pytest.mark.parametrize(("answer", "state", "tells"), [(503, "due", 0), (429, "due", 0), (404, "failed", 1)])
def test_post_that_is_refused_is_tried_again_or_given_up_and_shown(
    answer: int, state: str, tells: int, room: Room, now: datetime
) -> None:
    room.answers = [answer]
    person = UserFactory()
    channel = channel_at(room.url, now, user=person, actor=person, topics=["duties"])
    notify(a_notice(), user_ids=[person.pk], now=now)
    began = timezone.now()

    assert tasks.send_posts() == 0

    post = ChannelPost.objects.get()
    channel.refresh_from_db()
    assert (post.state, channel.failures, channel.last_error) == (state, 1, f"Answered {answer}")
    assert timedelta(seconds=50) < post.due_at - began < timedelta(seconds=90)
    assert Notification.objects.filter(kind="channel_failed", user=person).count() == tells
    if state == "due":
        ChannelPost.objects.update(due_at=now)
    else:
        assert repeat_posts(channel=channel, actor=person, now=now) == 1
    assert tasks.send_posts() == 1
    channel.refresh_from_db()
    assert (channel.failures, channel.last_error) == (0, "")


def test_post_that_breaks_is_counted_and_keeps_back_no_other(
    room: Room, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = channel_at(room.url, now, kind="teams"), channel_at(room.url, now)
    monkeypatch.delitem(FORMS, "teams")
    notify(DECISION, user_ids=[UserFactory().pk], now=now)

    sent = tasks.send_posts()

    assert sent == 1
    assert sound.posts.get().state == "sent"
    post = broken.posts.get()
    assert (post.state, post.attempts, post.error) == ("due", 1, "The attempt broke off: KeyError.")
    assert post.due_at > timezone.now()


def test_answer_of_a_room_is_kept_without_control_characters(room: Room, now: datetime) -> None:
    channel = channel_at(room.url, now)
    try_channel(channel=channel, actor=RoleGrantFactory(role="admin").user, now=now)
    room.answers, room.said = [503], b"no\x00\x1b[31m"

    tasks.send_posts()

    assert channel.posts.get().error == "Answered 503 no\ufffd\ufffd[31m"


def test_private_address_is_not_called_without_the_operators_leave(now: datetime, room: Room, settings: Any) -> None:
    channel = channel_at(room.url, now)
    settings.WEBHOOK_ALLOW_PRIVATE = []
    try_channel(channel=channel, actor=RoleGrantFactory(role="admin").user, now=now)

    assert tasks.send_posts() == 0
    assert room.got == []
    assert "may not be called" in ChannelPost.objects.get().error


def test_ended_channel_is_told_nothing_more(room: Room, now: datetime) -> None:
    channel = channel_at(room.url, now)
    notify(DECISION, user_ids=[UserFactory().pk], now=now)
    administrator = RoleGrantFactory(role="admin").user

    assert [end_channel(channel=channel, actor=administrator, now=now) for _ in range(2)] == [True, False]
    assert tasks.send_posts() == 0
    assert room.got == []
    assert "secret-word" not in str([row.after for row in Activity.objects.all()])


def test_channels_belong_to_their_person_and_to_administrators(room: Room, now: datetime) -> None:
    person, stranger = UserFactory(), UserFactory()
    own, group = channel_at(room.url, now, user=person, actor=person), channel_at(room.url, now)

    for channel in (own, group):
        for act in (end_channel, try_channel, repeat_posts):
            with pytest.raises(Forbidden):
                act(channel=channel, actor=stranger, now=now)
    with pytest.raises(Forbidden):
        channel_at(room.url, now, actor=person)
    assert not ChannelPost.objects.exists()
    assert Channel.objects.filter(ended_at__isnull=True).count() == 2


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"url": "http://chat.example.org/x"}, "url"),
        ({"url": "https://127.0.0.1/x"}, "url"),
        ({"url": "ftp://chat.example.org"}, "url"),
        ({"name": " "}, "name"),
        ({"kind": "pigeon"}, "kind"),
        ({"topics": []}, "topics"),
        ({"topics": ["duties"]}, "topics"),
    ],
)
def test_channel_that_makes_no_sense_is_refused(given: dict[str, Any], pointer: str, now: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        channel_at(**{"url": "https://chat.example.org/x", "now": now, **given})

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert not Channel.objects.exists()


def test_sixth_channel_of_a_person_is_refused(now: datetime) -> None:
    person = UserFactory()
    for _ in range(5):
        channel_at("https://chat.example.org/x", now, user=person, actor=person)

    with pytest.raises(Invalid):
        channel_at("https://chat.example.org/x", now, user=person, actor=person)


def test_teams_gets_a_message_with_an_adaptive_card_whose_text_is_not_obeyed() -> None:
    post = teams_post("Stop *now* [here](x)", "Because.", "https://gate.example.org/x")

    attachment = post["attachments"][0]
    assert (post["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert attachment["content"]["body"][0]["text"] == r"Stop \*now\* \[here\]\(x\)"
    assert attachment["content"]["actions"][0] == {
        "type": "Action.OpenUrl",
        "title": "Open",
        "url": "https://gate.example.org/x",
    }


def test_slack_gets_text_and_blocks_without_calls_to_everybody() -> None:
    post = slack_post("<!channel> & co", "", "https://gate.example.org/x")

    assert post["text"] == "&lt;!channel&gt; &amp; co"
    assert post["blocks"][0]["text"]["text"] == "*<https://gate.example.org/x|&lt;!channel&gt; &amp; co>*"


@pytest.mark.parametrize("wrong", [{"kind": "pigeon"}, {"url": ""}, {"committee_id": 5}])
def test_database_refuses_channels_that_make_no_sense(wrong: dict[str, Any], now: datetime) -> None:
    values = {"name": "Room", "kind": "slack", "url": "https://x.example.org", "user": UserFactory(), **wrong}

    with pytest.raises(IntegrityError), transaction.atomic():
        Channel.objects.create(created_at=now, **values)
