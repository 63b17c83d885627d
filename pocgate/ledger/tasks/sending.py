"""One attempt: the stored envelope signed as Standard Webhooks has it, sent, and what came back."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

from pocgate.kernel.addresses import Network
from pocgate.kernel.outgoing import NotSent, post, printable
from pocgate.ledger.commands.deliveries import Tried
from pocgate.ledger.models import WebhookDelivery
from pocgate.ledger.queries.webhooks import secrets_of

LONGEST_VALUE = 300
MOST_HEADERS = 30


def send(delivery: WebhookDelivery, *, now: datetime, allowed: Sequence[Network]) -> Tried:
    """Send once. What goes wrong on the way is a part of the answer, never raised."""
    headers = signed_headers(delivery, now=now)
    begun = time.monotonic()
    try:
        answer = post(delivery.endpoint.url, body=delivery.body.encode(), headers=headers, allowed=allowed)
    except NotSent as problem:
        return Tried(now, _since(begun), headers, problem.address, error=problem.reason)
    return Tried(
        now,
        _since(begun),
        headers,
        answer.address,
        answer.status,
        _kept(answer.headers),
        printable(answer.body.decode("utf-8", "replace")),
    )


def signed_headers(delivery: WebhookDelivery, *, now: datetime) -> dict[str, str]:
    """The three of Standard Webhooks; while rotations overlap there are several signatures, parted by spaces."""
    at = now.astimezone(UTC)
    secrets = secrets_of(delivery.endpoint, now=now)
    return {
        "Content-Type": "application/json",
        "User-Agent": "POC-Gate-Webhooks/1",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(delivery.message_id, at, delivery.body) for secret in secrets
        ),
    }


def _since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    shown = list(headers.items())[:MOST_HEADERS]
    return {printable(name[:LONGEST_VALUE]): printable(value[:LONGEST_VALUE]) for name, value in shown}
