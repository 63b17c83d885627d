"""Deliveries: made from the feed, claimed by one worker each, noted after each attempt, replayed and forgotten."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from pocgate.identity.models import User
from pocgate.identity.permissions import require_administrator
from pocgate.kernel import jobs
from pocgate.kernel.errors import NotAllowedNow
from pocgate.ledger.commands.activity import Act, record
from pocgate.ledger.commands.endpoints import SUBJECT
from pocgate.ledger.enums import DeliveryCause, DeliveryState, EndpointState
from pocgate.ledger.errors import endpoint_removed, still_open
from pocgate.ledger.models import Activity, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from pocgate.ledger.queries.feed import FeedPage, feed_page, is_of_kinds
from pocgate.ledger.queries.names import cases_of
from pocgate.ledger.queries.webhooks import OPEN, failed_events, to_send
from pocgate.ledger.rules.retries import is_gone, is_success, next_try

SEND_TASK = "ledger.send_webhooks"
# The tasks of the inbox, above, that tell administrators.
TELL_DISABLED_TASK = "inbox.tell_webhook_disabled"
TELL_GIVEN_UP_TASK = "inbox.tell_webhook_given_up"
PAGE = 1000
# Longer than one request may take, with the look-up of its name.
LEASE = timedelta(seconds=60)
TEST_KIND = "webhook.test"


@dataclass(frozen=True)
class Tried:
    """How an attempt went: no status when nothing came back, which `error` then explains."""

    at: datetime
    duration_ms: int
    request_headers: Mapping[str, str]
    address: str = ""
    status: int | None = None
    response_headers: Mapping[str, str] | None = None
    response_body: str = ""
    error: str = ""


def make_deliveries(*, endpoint_id: int, now: datetime) -> bool:
    """Deliveries for the next page of the feed; True when there may be more.

    The endpoint's place in the feed moves in the same transaction, so that no event is left out and none made twice.
    """
    with transaction.atomic():
        locked = WebhookEndpoint.objects.select_for_update().filter(pk=endpoint_id, state=EndpointState.ACTIVE)
        endpoint = locked.first()
        if endpoint is None:
            return False
        acts = Activity.objects.select_related("actor", "on_behalf_of")
        page = feed_page(acts, after=endpoint.position, limit=PAGE)
        if page.last == endpoint.position:
            return False
        made = WebhookDelivery.objects.bulk_create(_deliveries(endpoint, page, now), batch_size=500)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(position=page.last)
        if made:
            jobs.wake(SEND_TASK, endpoint_id=endpoint.pk)
    return page.is_more


def claim_endpoint(endpoint_id: int, *, until: datetime, now: datetime) -> bool:
    """Have one worker at a time send to an endpoint, which keeps the order while all goes well."""
    free = Q(busy_until__isnull=True) | Q(busy_until__lte=now)
    return bool(WebhookEndpoint.objects.filter(free, pk=endpoint_id).update(busy_until=until))


def keep_endpoint(endpoint_id: int, *, held: datetime, until: datetime) -> bool:
    """Hold it longer; False when another worker took it over."""
    return bool(WebhookEndpoint.objects.filter(pk=endpoint_id, busy_until=held).update(busy_until=until))


def release_endpoint(endpoint_id: int, *, held: datetime, until: datetime | None = None) -> None:
    """Let it go, now or from `until` on, unless another worker took it over."""
    WebhookEndpoint.objects.filter(pk=endpoint_id, busy_until=held).update(busy_until=until)


def claim_delivery(delivery_id: int, *, now: datetime) -> WebhookDelivery | None:
    """Take a delivery for this worker, or None when it is done, not due, or held by another one's live lease."""
    due = WebhookDelivery.objects.filter(to_send(now), pk=delivery_id).values("pk")
    taken = WebhookDelivery.objects.filter(pk__in=due, state__in=OPEN).filter(
        Q(state=DeliveryState.WAITING) | Q(lease_until__lt=now)
    )
    if not taken.update(state=DeliveryState.SENDING, lease_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    return WebhookDelivery.objects.select_related("endpoint").get(pk=delivery_id)


def note_attempt(delivery: WebhookDelivery, tried: Tried, *, share: float, now: datetime) -> None:
    """Write the attempt down, and what follows: done, a later try, or the end. `share` of the jitter is from 0 to 1."""
    with transaction.atomic():
        WebhookAttempt.objects.create(
            delivery=delivery,
            at=tried.at,
            url=delivery.endpoint.url,
            address=tried.address[:80],
            request_headers=dict(tried.request_headers),
            status=tried.status,
            response_headers=dict(tried.response_headers or {}),
            response_body=tried.response_body,
            error=tried.error[:300],
            duration_ms=tried.duration_ms,
        )
        changes = _outcome(delivery, tried, share, now)
        changes |= {
            "last_status": tried.status,
            "last_error": tried.error[:300],
            "last_duration_ms": tried.duration_ms,
        }
        held = WebhookDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING, attempts=delivery.attempts)
        if held.update(lease_until=None, **changes) and _counts(delivery):
            _note_health(delivery, tried, ended=changes["state"] == DeliveryState.FAILED, now=now)


def send_test(*, endpoint_id: int, actor: User, now: datetime) -> WebhookDelivery:
    """Send an event that says nothing, once, also to a disabled endpoint; it does not count for its health."""
    with transaction.atomic():
        endpoint = _endpoint(endpoint_id, actor, now)
        body = _envelope(TEST_KIND, now, {"endpoint": endpoint.name})
        content = {"message_id": _message_id(), "kind": TEST_KIND, "body": body}
        made = _extra(endpoint, DeliveryCause.TEST, content, actor, now)
        record(Act("webhook.tested", SUBJECT, endpoint.pk), actor=actor, now=now)
    return made


def replay_delivery(*, delivery_id: int, actor: User, now: datetime) -> WebhookDelivery:
    """Send a stored envelope again, once, under the same id; it does not count for the endpoint's health."""
    with transaction.atomic():
        first = WebhookDelivery.objects.get(pk=delivery_id)
        endpoint = _endpoint(first.endpoint_id, actor, now)
        if first.state in OPEN:
            raise NotAllowedNow([still_open()])
        kept = ("message_id", "kind", "body", "position", "case_id")
        made = _extra(endpoint, DeliveryCause.REPLAY, {name: getattr(first, name) for name in kept}, actor, now)
        after = {"message": first.message_id, "kind": first.kind}
        record(Act("webhook.replayed", SUBJECT, endpoint.pk, after=after), actor=actor, now=now)
    return made


def send_failed_again(*, endpoint_id: int, actor: User, now: datetime) -> int:
    """Put every event that was given up back to work, with all its attempts before it; how many."""
    with transaction.atomic():
        endpoint = _endpoint(endpoint_id, actor, now)
        failed = failed_events().filter(endpoint=endpoint)
        again = failed.update(state=DeliveryState.WAITING, due_at=now, attempts=0, finished_at=None)
        if again:
            record(Act("webhook.replayed", SUBJECT, endpoint.pk, after={"failed_events": again}), actor=actor, now=now)
            jobs.wake(SEND_TASK, endpoint_id=endpoint.pk)
    return again


def forget_deliveries(*, now: datetime, days: int, limit: int = 5000) -> int:
    """Remove deliveries that ended more than `days` ago, with their attempts, at most `limit` at a time; how many."""
    old = WebhookDelivery.objects.filter(finished_at__lt=now - timedelta(days=days)).order_by("finished_at")
    ids = list(old.values_list("pk", flat=True)[:limit])
    WebhookDelivery.objects.filter(pk__in=ids).delete()
    return len(ids)


def _deliveries(endpoint: WebhookEndpoint, page: FeedPage, now: datetime) -> Sequence[WebhookDelivery]:
    wanted = [act for act in page.acts if is_of_kinds(act.verb, endpoint.kinds)]
    references = cases_of(wanted)
    return [
        WebhookDelivery(
            endpoint=endpoint,
            message_id=_message_id(),
            kind=act.verb,
            position=act.position,
            case_id=act.case_id,
            body=_envelope(act.verb, act.at, _told(act, references)),
            due_at=now,
            created_at=now,
        )
        for act in wanted
    ]


def _told(act: Activity, references: Mapping[int, str]) -> dict[str, Any]:
    """Thin on purpose: what happened to what, and where it stands in the order. The rest is read by whoever may."""
    return {
        "sequence": act.position,
        "case": references.get(act.case_id) if act.case_id is not None else None,
        "case_sequence": act.case_sequence,
        "subject": {"type": act.subject_type, "id": act.subject_id},
        "actor": act.actor.username if act.actor else None,
        "on_behalf_of": act.on_behalf_of.username if act.on_behalf_of else None,
    }


def _envelope(kind: str, at: datetime, told: Mapping[str, Any]) -> str:
    content = {"type": kind, "timestamp": at.isoformat(), "data": told}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _message_id() -> str:
    # Random, because places in the feed come again after a restore and a receiver drops what it knows.
    return f"msg_{secrets.token_hex(16)}"


def _extra(
    endpoint: WebhookEndpoint, cause: str, content: Mapping[str, Any], actor: User, now: datetime
) -> WebhookDelivery:
    made = WebhookDelivery.objects.create(
        endpoint=endpoint, cause=cause, due_at=now, created_at=now, requested_by=actor, **content
    )
    jobs.wake(SEND_TASK, endpoint_id=endpoint.pk)
    return made


def _endpoint(endpoint_id: int, actor: User, now: datetime) -> WebhookEndpoint:
    require_administrator(actor, now=now)
    endpoint = WebhookEndpoint.objects.get(pk=endpoint_id)
    if endpoint.state == EndpointState.REMOVED:
        raise NotAllowedNow([endpoint_removed()])
    return endpoint


def _outcome(delivery: WebhookDelivery, tried: Tried, share: float, now: datetime) -> dict[str, Any]:
    if is_success(tried.status):
        return {"state": DeliveryState.DELIVERED, "finished_at": now}
    again = None
    if _counts(delivery) and not is_gone(tried.status):
        again = next_try(delivery.attempts, pauses=settings.WEBHOOK_PAUSES, share=share, now=now)
    if again is None:
        return {"state": DeliveryState.FAILED, "finished_at": now}
    return {"state": DeliveryState.WAITING, "due_at": again}


def _counts(delivery: WebhookDelivery) -> bool:
    return delivery.cause == DeliveryCause.EVENT


def _note_health(delivery: WebhookDelivery, tried: Tried, *, ended: bool, now: datetime) -> None:
    endpoint = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id)
    if is_success(tried.status):
        endpoint.update(failures=0, failing_since=None, succeeded_at=now)
        return
    endpoint.update(failures=F("failures") + 1, failing_since=Coalesce("failing_since", now))
    if is_gone(tried.status):
        _disable(endpoint.get(), "The receiver answered 410: it wants no more.", now)
    elif ended and endpoint.filter(succeeded_at__gte=delivery.created_at).exists():
        jobs.enqueue_once(TELL_GIVEN_UP_TASK, now=now, subject_type=SUBJECT, subject_id=delivery.endpoint_id)
    # Every attempt failed, and nothing else got through since it was made: that is the endpoint, not the event.
    elif ended:
        _disable(endpoint.get(), f"{delivery.attempts} attempts failed, and nothing got through meanwhile.", now)


def _disable(endpoint: WebhookEndpoint, because: str, now: datetime) -> None:
    active = WebhookEndpoint.objects.filter(pk=endpoint.pk, state=EndpointState.ACTIVE)
    if not active.update(state=EndpointState.DISABLED, disabled_at=now, disabled_because=because):
        return
    record(Act("webhook.disabled", SUBJECT, endpoint.pk, after={"because": because}), actor=None, now=now)
    jobs.enqueue(
        TELL_DISABLED_TASK,
        now=now,
        subject_type=SUBJECT,
        subject_id=endpoint.pk,
        parameters={"name": endpoint.name, "because": because},
    )
