"""Webhook endpoints: made, changed, rotated, disabled, enabled and removed by administrators."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from pocgate.identity.models import User
from pocgate.identity.permissions import require_administrator
from pocgate.kernel import jobs
from pocgate.kernel.errors import Invalid, NotAllowedNow
from pocgate.ledger.commands.activity import DISPATCH_TASK, Act, record
from pocgate.ledger.commands.feed import place_all
from pocgate.ledger.enums import DeliveryCause, DeliveryState, EndpointState
from pocgate.ledger.errors import already_active, already_disabled, endpoint_removed, too_many_secrets
from pocgate.ledger.models import WebhookDelivery, WebhookEndpoint
from pocgate.ledger.queries.webhooks import failed_events, secret_of
from pocgate.ledger.rules.endpoints import endpoint_problems, sorted_kinds

OVERLAP = timedelta(hours=24)
# Each adds a signature to the header of every request.
MOST_OLD_SECRETS = 4
SUBJECT = "webhook"


def create_endpoint(
    *, name: str, url: str, kinds: Sequence[str], actor: User, now: datetime
) -> tuple[WebhookEndpoint, str]:
    """An endpoint that is told what happens from now on, and its secret, which is shown this once. Raises `Invalid`."""
    with transaction.atomic():
        require_administrator(actor, now=now)
        values = _checked(name, url, kinds)
        nonce = secrets.token_hex(32)
        endpoint = WebhookEndpoint.objects.create(
            **values, nonce=nonce, position=place_all(), created_by=actor, created_at=now
        )
        _tell("created", endpoint, actor, now, after=values)
    return endpoint, secret_of(nonce)


def edit_endpoint(
    *, endpoint_id: int, name: str, url: str, kinds: Sequence[str], actor: User, now: datetime
) -> WebhookEndpoint:
    """Another name, address or other kinds; what waits already goes to the new address. Raises `Invalid`."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id, actor, now)
        values = _checked(name, url, kinds)
        before = {field: getattr(endpoint, field) for field in values}
        changed = {field: value for field, value in values.items() if value != before[field]}
        if changed:
            WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**changed)
            endpoint.refresh_from_db()
            was = {field: before[field] for field in changed}
            _tell("edited", endpoint, actor, now, before=was, after=changed)
    return endpoint


def rotate_secret(
    *, endpoint_id: int, actor: User, now: datetime, overlap: timedelta = OVERLAP
) -> tuple[WebhookEndpoint, str]:
    """A new secret, shown this once. Until the overlap is over every delivery is signed with the old one as well.

    Each rotation keeps the promise of those before, so a delivery may carry several signatures.
    """
    with transaction.atomic():
        endpoint = _locked(endpoint_id, actor, now)
        endpoint.old_secrets.filter(until__lte=now).delete()
        if endpoint.old_secrets.count() >= MOST_OLD_SECRETS:
            raise NotAllowedNow([too_many_secrets(MOST_OLD_SECRETS)])
        old = endpoint.old_secrets.create(nonce=endpoint.nonce, until=now + overlap)
        endpoint.nonce = secrets.token_hex(32)
        endpoint.save(update_fields=["nonce"])
        after = {"old_secret_until": old.until.isoformat()}
        _tell("secret_rotated", endpoint, actor, now, after=after)
    return endpoint, secret_of(endpoint.nonce)


def disable_endpoint(*, endpoint_id: int, actor: User, now: datetime, because: str = "") -> WebhookEndpoint:
    """Send no more; what waits is kept, and events go on to be kept in the feed."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id, actor, now)
        if not endpoint.is_active:
            raise NotAllowedNow([already_disabled()])
        endpoint.state, endpoint.disabled_at, endpoint.disabled_because = EndpointState.DISABLED, now, because[:300]
        endpoint.save(update_fields=["state", "disabled_at", "disabled_because"])
        _tell("disabled", endpoint, actor, now, after={"because": because[:300]})
    return endpoint


def enable_endpoint(*, endpoint_id: int, actor: User, now: datetime, skip_missed: bool = False) -> WebhookEndpoint:
    """Send again what did not get through since it failed, and from where it stopped; with `skip_missed` neither."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id, actor, now)
        if endpoint.is_active:
            raise NotAllowedNow([already_active()])
        failed_since = endpoint.failing_since
        endpoint.state, endpoint.disabled_at, endpoint.disabled_because = EndpointState.ACTIVE, None, ""
        endpoint.failures, endpoint.failing_since = 0, None
        if skip_missed:
            endpoint.position = place_all()
        endpoint.save()
        if skip_missed:
            _drop_waiting(endpoint, now)
        else:
            _renew_missed(endpoint, failed_since, now)
        _tell("enabled", endpoint, actor, now, after={"skip_missed": skip_missed})
        jobs.wake(DISPATCH_TASK)
    return endpoint


def remove_endpoint(*, endpoint_id: int, actor: User, now: datetime) -> None:
    """Never send again; the log stays until its retention is over."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id, actor, now)
        endpoint.state, endpoint.disabled_at = EndpointState.REMOVED, endpoint.disabled_at or now
        endpoint.save(update_fields=["state", "disabled_at"])
        _drop_waiting(endpoint, now)
        _tell("removed", endpoint, actor, now, after={"name": endpoint.name})


def _renew_missed(endpoint: WebhookEndpoint, failed_since: datetime | None, now: datetime) -> None:
    """What waits, and what was given up while nothing got through: above all the event that ended in disabling."""
    waiting = endpoint.deliveries.filter(state=DeliveryState.WAITING, cause=DeliveryCause.EVENT)
    waiting.update(due_at=now, attempts=0)
    if failed_since is not None:
        failed = failed_events().filter(endpoint=endpoint, finished_at__gte=failed_since)
        failed.update(state=DeliveryState.WAITING, due_at=now, attempts=0, finished_at=None)


def _drop_waiting(endpoint: WebhookEndpoint, now: datetime) -> None:
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.DROPPED, finished_at=now)


def _locked(endpoint_id: int, actor: User, now: datetime) -> WebhookEndpoint:
    require_administrator(actor, now=now)
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint_id)
    if endpoint.state == EndpointState.REMOVED:
        raise NotAllowedNow([endpoint_removed()])
    return endpoint


def _checked(name: str, url: str, kinds: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {"name": name.strip(), "url": url.strip(), "kinds": sorted_kinds(kinds)}
    problems = list(endpoint_problems(**values, allowed=settings.WEBHOOK_ALLOW_PRIVATE))
    if problems:
        raise Invalid(problems)
    return values


def _tell(
    act: str,
    endpoint: WebhookEndpoint,
    actor: User,
    now: datetime,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    record(Act(f"webhook.{act}", SUBJECT, endpoint.pk, None, before or {}, after or {}), actor=actor, now=now)
