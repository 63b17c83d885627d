"""Places events, makes deliveries and sends them. Safe to run twice, late, or on several workers at once."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from pocgate.kernel import jobs
from pocgate.ledger.commands import deliveries
from pocgate.ledger.commands.activity import DISPATCH_TASK
from pocgate.ledger.commands.deliveries import SEND_TASK, Tried
from pocgate.ledger.commands.feed import BATCH, place_events
from pocgate.ledger.enums import EndpointState
from pocgate.ledger.models import WebhookDelivery, WebhookEndpoint
from pocgate.ledger.queries.webhooks import deliveries_due, endpoints_due, next_due
from pocgate.ledger.rules.retries import is_success, is_unwell
from pocgate.ledger.tasks.sending import send

log = structlog.get_logger(__name__)

# A worker stays with one endpoint for so long, and lets go when it was unwell so often in a row: one that hangs must
# not keep the worker from the others.
SECONDS_WITH_ONE = 20.0
# Held anew before each request, which takes ten seconds at most; that is how long a killed worker blocks an endpoint.
HOLD = timedelta(seconds=30)
UNWELL_IN_A_ROW = 2
# After that the endpoint rests as long as it was tried, and at least so long: half of one thread is what it can take.
SHORTEST_BREAK = timedelta(seconds=2)
# Retries due within this time are waited for; the dispatch of every minute finds the others.
SOON = timedelta(seconds=60)
A_MOMENT = timedelta(milliseconds=50)
MOST_BATCHES = 20


@dataclass
class _Run:
    """Until when the endpoint is held, and how the sending went; `gave_up` when it was unwell too often in a row."""

    held: datetime
    sent: int = 0
    failed: int = 0
    gave_up: bool = False


@shared_task(name=DISPATCH_TASK)
def dispatch_events(**_: object) -> int:
    """Give new events their places, make the deliveries, and wake a sender for each endpoint with something due."""
    placed = 0
    for _batch in range(MOST_BATCHES):
        placed += (found := place_events())
        if found < BATCH:
            break
    active = WebhookEndpoint.objects.filter(state=EndpointState.ACTIVE).order_by("pk")
    for endpoint_id in list(active.values_list("pk", flat=True)):
        for _page in range(MOST_BATCHES):
            if not deliveries.make_deliveries(endpoint_id=endpoint_id, now=timezone.now()):
                break
    for endpoint_id in endpoints_due(now=timezone.now()):
        jobs.send(SEND_TASK, endpoint_id=endpoint_id)
    return placed


@shared_task(name=SEND_TASK)
def send_webhooks(*, endpoint_id: int, **_: object) -> int:
    """Send what is due to one endpoint for `SECONDS_WITH_ONE`; how many got through."""
    begun = timezone.now()
    run = _Run(held=begun + HOLD)
    if not deliveries.claim_endpoint(endpoint_id, until=run.held, now=begun):
        return 0
    free_from = None
    try:
        _send_due(endpoint_id, run)
        if run.gave_up:
            now = timezone.now()
            free_from = now + max(now - begun, SHORTEST_BREAK)
    finally:
        deliveries.release_endpoint(endpoint_id, held=run.held, until=free_from)
    _come_back(endpoint_id, free_from, has_failed=run.failed > 0)
    return run.sent


def _come_back(endpoint_id: int, free_from: datetime | None, *, has_failed: bool) -> None:
    """Wake a sender for what is left: at once, after a break, or when a retry that comes soon is due."""
    now = timezone.now()
    if free_from is not None:
        jobs.send_after(free_from - now + A_MOMENT, SEND_TASK, endpoint_id=endpoint_id)
    elif deliveries_due(endpoint_id, now=now):
        jobs.send(SEND_TASK, endpoint_id=endpoint_id)
    elif has_failed and (due := next_due(endpoint_id)) is not None and due - now < SOON:
        jobs.send_after(max(due - now, timedelta()) + A_MOMENT, SEND_TASK, endpoint_id=endpoint_id)


@shared_task(name="ledger.forget_deliveries")
def forget_deliveries(**_: object) -> int:
    """Remove what the log keeps no longer; how many."""
    total = 0
    for _batch in range(MOST_BATCHES):
        total += (found := deliveries.forget_deliveries(now=timezone.now(), days=settings.WEBHOOK_LOG_DAYS))
        if not found:
            break
    return total


def _send_due(endpoint_id: int, run: _Run) -> None:
    ends_at = time.monotonic() + SECONDS_WITH_ONE
    in_a_row = 0
    for delivery_id in deliveries_due(endpoint_id, now=timezone.now()):
        if time.monotonic() > ends_at:
            return
        until = timezone.now() + HOLD + timedelta(microseconds=1)
        if not deliveries.keep_endpoint(endpoint_id, held=run.held, until=until):
            return
        run.held = until
        tried = _send_one(delivery_id)
        if tried is None:
            continue
        if is_success(tried.status):
            run.sent += 1
        else:
            run.failed += 1
        in_a_row = in_a_row + 1 if is_unwell(tried.status) else 0
        if in_a_row >= UNWELL_IN_A_ROW:
            run.gave_up = True
            return


def _send_one(delivery_id: int) -> Tried | None:
    """How it went; None when another worker has it."""
    delivery = deliveries.claim_delivery(delivery_id, now=timezone.now())
    if delivery is None:
        return None
    try:
        tried = send(delivery, now=timezone.now(), allowed=settings.WEBHOOK_ALLOW_PRIVATE)
        _note(delivery, tried)
    except Exception as error:
        # Counted as a failed attempt: left as it is, it would be sent again and again, and keep back those behind it.
        log.exception("webhook_attempt_broke", delivery=delivery.pk)
        tried = Tried(timezone.now(), 0, {}, error=f"The attempt broke off: {type(error).__name__}.")
        _note(delivery, tried)
    if not is_success(tried.status):
        log.info("webhook_not_delivered", delivery=delivery.pk, status=tried.status, error=tried.error)
    return tried


def _note(delivery: WebhookDelivery, tried: Tried) -> None:
    deliveries.note_attempt(delivery, tried, share=random.random(), now=timezone.now())  # noqa: S311 - no secret
