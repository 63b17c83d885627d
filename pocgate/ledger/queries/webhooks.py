"""Endpoints, their secrets, what is due, and the log of deliveries."""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac

from pocgate.ledger.enums import DeliveryCause, DeliveryState, EndpointState
from pocgate.ledger.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookOldSecret

SALT = "pocgate.ledger.webhooks"
OPEN = (DeliveryState.WAITING, DeliveryState.SENDING)
DUE_AT_ONCE = 200


def secret_of(nonce: str) -> str:
    """The secret that belongs to a nonce, as Standard Webhooks writes it: 256 bits out of the installation's key."""
    return f"whsec_{base64.b64encode(salted_hmac(SALT, nonce, algorithm='sha256').digest()).decode()}"


def secrets_of(endpoint: WebhookEndpoint, *, now: datetime) -> Sequence[str]:
    """The secrets to sign with: after rotations also each one before, the newest first, until its time is over."""
    old = endpoint.old_secrets.filter(until__gt=now).order_by("-pk")
    nonces = [endpoint.nonce, *old.values_list("nonce", flat=True)]
    return [secret_of(nonce) for nonce in nonces]


def endpoints() -> QuerySet[WebhookEndpoint]:
    """Every endpoint that was not removed, by name, with its old secrets, and how many events wait and failed."""
    return logged_endpoints().exclude(state=EndpointState.REMOVED)


def logged_endpoints() -> QuerySet[WebhookEndpoint]:
    """The same with those that were removed, whose log is kept for a time."""
    waiting = Count("deliveries", filter=Q(deliveries__state__in=OPEN, deliveries__cause=DeliveryCause.EVENT))
    shown = WebhookEndpoint.objects.select_related("created_by").prefetch_related(
        Prefetch("old_secrets", WebhookOldSecret.objects.order_by("until"))
    )
    failed = failed_events().filter(endpoint=OuterRef("pk")).order_by().values("endpoint")
    number = Subquery(failed.annotate(number=Count("pk")).values("number"))
    return shown.annotate(waiting=waiting, failed=Coalesce(number, 0)).order_by("name", "pk")


def failed_events() -> QuerySet[WebhookDelivery]:
    """Events that were given up, but for those that a replay brought there since."""
    replayed = WebhookDelivery.objects.filter(cause=DeliveryCause.REPLAY, state=DeliveryState.DELIVERED)
    failed = WebhookDelivery.objects.filter(cause=DeliveryCause.EVENT, state=DeliveryState.FAILED)
    return failed.exclude(message_id__in=replayed.values("message_id"))


def deliveries_of(
    endpoint: WebhookEndpoint, *, states: Collection[str] = (), kind: str = ""
) -> QuerySet[WebhookDelivery]:
    """The log of an endpoint, newest first, narrowed by state and by a verb or noun; `tried` counts all attempts."""
    found = WebhookDelivery.objects.filter(endpoint=endpoint).select_related("requested_by")
    if states:
        found = found.filter(state__in=states)
    if kind:
        found = found.filter(Q(kind=kind) | Q(kind__startswith=f"{kind}."))
    tries = WebhookAttempt.objects.filter(delivery=OuterRef("pk")).order_by().values("delivery")
    number = Subquery(tries.annotate(number=Count("pk")).values("number"))
    return found.annotate(tried=Coalesce(number, 0)).order_by("-pk")


def deliveries_due(endpoint_id: int, *, now: datetime) -> Sequence[int]:
    """Ids of what is to be sent to an endpoint: first attempts in the order of the feed, then repeated ones.

    So an event that is refused time and again delays no other. The oldest repeated one comes second all the same: an
    endpoint that is dead, and is let go after two failures, must come to the end of an event's attempts.
    """
    due = WebhookDelivery.objects.filter(to_send(now), endpoint=endpoint_id).order_by("pk").values_list("pk", flat=True)
    new = list(due.filter(attempts=0)[:DUE_AT_ONCE])
    repeated = list(due.filter(attempts__gt=0)[:DUE_AT_ONCE])
    return [*new[:1], *repeated[:1], *new[1:], *repeated[1:]][:DUE_AT_ONCE]


def next_due(endpoint_id: int) -> datetime | None:
    """When the earliest of what waits for an endpoint is to be sent."""
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint_id, state=DeliveryState.WAITING)
    return waiting.order_by("due_at").values_list("due_at", flat=True).first()


def endpoints_due(*, now: datetime) -> Sequence[int]:
    """Ids of the endpoints that something is to be sent to."""
    return list(WebhookDelivery.objects.filter(to_send(now)).values_list("endpoint", flat=True).distinct().order_by())


def to_send(now: datetime) -> Q:
    """Due and unclaimed, or claimed by a worker that died. A disabled endpoint gets tests and replays alone."""
    claimable = Q(state=DeliveryState.WAITING) | Q(state=DeliveryState.SENDING, lease_until__lt=now)
    wanted = Q(endpoint__state=EndpointState.ACTIVE) | (
        Q(endpoint__state=EndpointState.DISABLED) & ~Q(cause=DeliveryCause.EVENT)
    )
    return claimable & wanted & Q(due_at__lte=now)
