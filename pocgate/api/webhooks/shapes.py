"""What the answers about webhooks look like."""

from __future__ import annotations

from typing import Any

from pocgate.api.shapes import ANY_OBJECT, COUNT, INTEGER, STRING, TIME, array, named, one_of, or_null, record
from pocgate.ledger.enums import DeliveryCause, DeliveryState, EndpointState
from pocgate.ledger.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

_ENDPOINT = {
    "id": INTEGER,
    "name": STRING,
    "url": STRING,
    "kinds": array(STRING),
    "state": one_of(EndpointState.values),
    "disabled_at": or_null(TIME),
    "disabled_because": STRING,
    "created_by": STRING,
    "created_at": TIME,
    "failures": {**COUNT, "description": "Attempts since the last success."},
    "failing_since": or_null(TIME),
    "succeeded_at": or_null(TIME),
    "failed_events": {**COUNT, "description": "Events that were given up and not sent again."},
    "old_secret_until": {**or_null(TIME), "description": "When the last of the older secrets ceases to sign as well."},
}
ENDPOINT = named("WebhookEndpoint", record(**_ENDPOINT))
ENDPOINT_WITH_SECRET = named(
    "WebhookEndpointWithSecret", record(**_ENDPOINT, secret={**STRING, "description": "Told this once."})
)
ENDPOINTS = record(results=array(ENDPOINT))
_DELIVERY = {
    "id": INTEGER,
    "message_id": STRING,
    "type": STRING,
    "cause": one_of(DeliveryCause.values),
    "sequence": or_null(COUNT),
    "state": one_of(DeliveryState.values),
    "attempts": {**COUNT, "description": "Since it was made, or put back to work."},
    "last_status": or_null(INTEGER),
    "last_error": {**STRING, "description": "Why the last attempt had no answer."},
    "last_duration_ms": or_null(COUNT),
    "due_at": {**TIME, "description": "When it is tried next, while it waits."},
    "created_at": TIME,
    "finished_at": or_null(TIME),
    "requested_by": or_null(STRING),
}
ATTEMPT = record(
    at=TIME,
    url={**STRING, "description": "The webhook's address then."},
    address={**STRING, "description": "What its name led to."},
    request_headers=ANY_OBJECT,
    status=or_null(INTEGER),
    response_headers=ANY_OBJECT,
    response_body={**STRING, "description": "The first kilobytes."},
    error=STRING,
    duration_ms=COUNT,
)
DELIVERY = named("WebhookDelivery", record(**_DELIVERY))
DELIVERY_IN_FULL = named(
    "WebhookDeliveryInFull",
    record(**_DELIVERY, body={**STRING, "description": "As it is sent, byte by byte."}, tries=array(ATTEMPT)),
)
SENT_AGAIN = record(events=COUNT)
DELIVERIES = record(results=array(DELIVERY), next_cursor=or_null(STRING))


def endpoint_document(endpoint: WebhookEndpoint, **more: Any) -> dict[str, Any]:
    """An endpoint, never its secret unless handed in."""
    return {
        "id": endpoint.pk,
        "name": endpoint.name,
        "url": endpoint.url,
        "kinds": endpoint.kinds,
        "state": endpoint.state,
        "disabled_at": endpoint.disabled_at,
        "disabled_because": endpoint.disabled_because,
        "created_by": endpoint.created_by.username,
        "created_at": endpoint.created_at,
        "failures": endpoint.failures,
        "failing_since": endpoint.failing_since,
        "succeeded_at": endpoint.succeeded_at,
        # A new one has not been read by `endpoints()`, and none failed.
        "failed_events": getattr(endpoint, "failed", 0),
        "old_secret_until": max((old.until for old in endpoint.old_secrets.all()), default=None),
        **more,
    }


def delivery_document(delivery: WebhookDelivery, **more: Any) -> dict[str, Any]:
    """A delivery as the log lists it."""
    return {
        "id": delivery.pk,
        "message_id": delivery.message_id,
        "type": delivery.kind,
        "cause": delivery.cause,
        "sequence": delivery.position,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "last_duration_ms": delivery.last_duration_ms,
        "due_at": delivery.due_at,
        "created_at": delivery.created_at,
        "finished_at": delivery.finished_at,
        "requested_by": delivery.requested_by.username if delivery.requested_by else None,
        **more,
    }


def attempt_document(attempt: WebhookAttempt) -> dict[str, Any]:
    """One try."""
    return {
        "at": attempt.at,
        "url": attempt.url,
        "address": attempt.address,
        "request_headers": attempt.request_headers,
        "status": attempt.status,
        "response_headers": attempt.response_headers,
        "response_body": attempt.response_body,
        "error": attempt.error,
        "duration_ms": attempt.duration_ms,
    }
