"""Sending to one endpoint: whatever it answers, in which order, and for how long."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from pocgate.ledger.commands.deliveries import Tried
from pocgate.ledger.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
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
