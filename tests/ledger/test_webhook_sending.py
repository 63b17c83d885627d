"""Sending to one endpoint: whatever it answers, in which order, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pocgate.identity.models import User
from pocgate.ledger.commands.deliveries import Tried
from pocgate.ledger.commands.endpoints import edit_endpoint
from pocgate.ledger.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from pocgate.ledger.rules.retries import is_unwell
from pocgate.ledger.tasks import send_webhooks
from tests.ledger.receiver import Receiver, Reply
from tests.ledger.test_webhooks import act, deliver, edited, of_acts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_messages(sent_tasks: list[Any]) -> None:
    """Tasks are called by hand."""


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (b"\x00\x01rubbish\x00\r\n\r\n", ""),
        (b"HTTP/1.1 200 OK\r\nX-\x00Odd: a\x00b\r\nContent-Length: 6\r\n\r\nno\x00\x1b[m", "no\ufffd\ufffd[m"),
    ],
)
def test_answer_with_control_characters_is_logged_and_keeps_back_nothing(
    endpoint: WebhookEndpoint, receiver: Receiver, said: bytes, kept: str
) -> None:
    edited(endpoint)
    receiver.reply = lambda number: Reply(raw=said) if number == 0 else Reply(200)
    act("decision.made")
    act("decision.corrected")

    deliver(endpoint)

    assert of_acts(receiver) == ["decision.made", "decision.corrected"]
    first = WebhookAttempt.objects.earliest("pk")
    assert first.response_body == kept
    assert not {"\x00", "\x01", "\x1b"} & set(f"{first.error}{first.response_body}{first.response_headers}")
    assert "\\x00" not in str(first.response_headers)
    assert "sending" not in WebhookDelivery.objects.values_list("state", flat=True)


def test_attempt_that_breaks_is_counted_and_keeps_back_nothing(
    endpoint: WebhookEndpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pocgate.ledger.tasks import webhooks

    def breaking(delivery: WebhookDelivery, **values: Any) -> Tried:
        if delivery.kind == "decision.made":
            raise RuntimeError("nobody thought of this")
        return real(delivery, **values)

    real = webhooks.send
    monkeypatch.setattr(webhooks, "send", breaking)
    edited(endpoint)
    act("decision.made")
    act("decision.corrected")

    sent = deliver(endpoint)

    broken = WebhookDelivery.objects.get(kind="decision.made")
    assert (sent, of_acts(receiver)) == (1, ["decision.corrected"])
    assert (broken.state, broken.attempts) == ("waiting", 1)
    assert broken.due_at > timezone.now()
    assert broken.tries.get().error == "The attempt broke off: RuntimeError."
    assert send_webhooks(endpoint_id=endpoint.pk) == 0


def make_due(**states: Any) -> None:
    """Let what waits be tried at once, by a worker that may."""
    WebhookEndpoint.objects.update(busy_until=None)
    WebhookDelivery.objects.filter(state="waiting", **states).update(due_at=timezone.now() - timedelta(seconds=1))


def test_events_that_are_refused_delay_no_event_that_is_taken(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    edited(endpoint)
    receiver.reply = Reply(422)
    for _ in range(6):
        act("decision.made")
    deliver(endpoint)
    refused = len(receiver.got)
    make_due()
    act("decision.corrected")
    act("decision.corrected")

    deliver(endpoint)

    assert refused == 6
    again = of_acts(receiver)[refused:]
    assert again[:3] == ["decision.corrected", "decision.made", "decision.corrected"]
    assert again[3:] == ["decision.made"] * 5


def test_repeated_attempts_keep_the_order_of_the_feed(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    edited(endpoint)
    receiver.reply = lambda number: Reply(409 if number < 3 else 200)
    for verb in ("decision.made", "decision.corrected", "decision.made"):
        act(verb)
    deliver(endpoint)
    make_due()

    deliver(endpoint)

    assert [got.id for got in receiver.got[3:]] == [got.id for got in receiver.got[:3]]


def test_dead_endpoint_comes_to_the_end_of_its_attempts_while_events_go_on(
    endpoint: WebhookEndpoint, receiver: Receiver, settings: Any
) -> None:
    settings.WEBHOOK_PAUSES = [1, 1]
    edited(endpoint)
    receiver.reply = Reply(503)
    for _ in range(4):
        act()
        act()
        make_due()
        deliver(endpoint)
    endpoint.refresh_from_db()

    assert endpoint.state == "disabled"


@pytest.mark.parametrize(
    ("status", "unwell"),
    [(None, True), (500, True), (503, True), (429, True), (422, False), (404, False), (302, False), (204, False)],
)
def test_only_what_says_that_no_more_can_be_taken_makes_an_endpoint_unwell(status: int | None, unwell: bool) -> None:
    assert is_unwell(status) is unwell


def test_attempt_keeps_the_address_that_it_called(endpoint: WebhookEndpoint, receiver: Receiver, admin: User) -> None:
    edited(endpoint)
    receiver.reply = lambda number: Reply(503 if number == 0 else 200)
    act()
    deliver(endpoint)
    first = WebhookDelivery.objects.get()
    moved = f"{receiver.url}/moved"
    edit_endpoint(endpoint_id=endpoint.pk, name="Audit", url=moved, kinds=["decision"], actor=admin, now=timezone.now())
    make_due()
    deliver(endpoint)

    tries = list(WebhookAttempt.objects.order_by("pk"))
    assert [attempt.url for attempt in tries] == [receiver.url, moved]
    assert [attempt.address for attempt in tries] == ["127.0.0.1", "127.0.0.1"]
    assert (first.last_status, first.last_duration_ms) == (503, tries[0].duration_ms)
