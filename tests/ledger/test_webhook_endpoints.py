"""Endpoints that are enabled again, begun or given a new secret: what they are told, and how it is signed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from standardwebhooks import Webhook

from pocgate.identity.models import User
from pocgate.kernel.errors import NotAllowedNow
from pocgate.ledger.commands.deliveries import replay_delivery
from pocgate.ledger.commands.endpoints import create_endpoint, disable_endpoint, enable_endpoint, rotate_secret
from pocgate.ledger.models import WebhookDelivery, WebhookEndpoint, WebhookOldSecret
from pocgate.ledger.queries.webhooks import secrets_of
from tests.ledger.receiver import Receiver, Reply
from tests.ledger.test_webhooks import act, deliver, edited, make_due

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_messages(sent_tasks: list[Any]) -> None:
    """Tasks are called by hand."""


def arrived(receiver: Receiver) -> list[str]:
    """Kinds of what was taken, in the order of arrival."""
    return [got.content["type"] for got in receiver.got if got.status < 300]


@pytest.mark.parametrize("status", [503, 410])
def test_enabled_endpoint_gets_the_event_whose_failure_disabled_it(
    endpoint: WebhookEndpoint, receiver: Receiver, admin: User, settings: Any, status: int
) -> None:
    settings.WEBHOOK_PAUSES = [1]
    edited(endpoint)
    act("decision.made")
    deliver(endpoint)
    receiver.reply = Reply(status)
    act("decision.corrected")
    for _ in range(2):
        deliver(endpoint)
        make_due()
    endpoint.refresh_from_db()
    lost = WebhookDelivery.objects.get(kind="decision.corrected")
    receiver.reply = Reply(200)

    enable_endpoint(endpoint_id=endpoint.pk, actor=admin, now=timezone.now())
    make_due()
    deliver(endpoint)

    assert (endpoint.state, lost.state) == ("disabled", "failed")
    assert arrived(receiver) == ["decision.made", "decision.corrected"]
    assert receiver.got[-1].id == lost.message_id


def test_enabled_endpoint_gets_nothing_again_that_was_given_up_before_it_worked(
    endpoint: WebhookEndpoint, receiver: Receiver, admin: User, settings: Any
) -> None:
    settings.WEBHOOK_PAUSES = []
    edited(endpoint)
    act("decision.corrected")
    deliver(endpoint)
    receiver.reply = Reply(422)
    act("decision.made")
    deliver(endpoint)
    WebhookDelivery.objects.filter(kind="decision.made").update(finished_at=timezone.now().replace(year=2020))
    WebhookEndpoint.objects.update(state="disabled", disabled_at=timezone.now())
    receiver.reply = Reply(200)

    enable_endpoint(endpoint_id=endpoint.pk, actor=admin, now=timezone.now())
    make_due()

    assert deliver(endpoint) == 0
    assert WebhookDelivery.objects.get(kind="decision.made").state == "failed"


def test_new_endpoint_is_not_told_what_happened_before_it(
    endpoint: WebhookEndpoint, receiver: Receiver, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pocgate.ledger.commands.feed.BATCH", 2)
    for _ in range(5):
        act("decision.made")

    new, _secret = create_endpoint(name="New", url=receiver.url, kinds=["decision"], actor=admin, now=timezone.now())
    act("decision.corrected")
    deliver(new)

    assert arrived(receiver) == ["decision.corrected"]


def test_endpoint_enabled_from_now_on_is_not_told_what_happened_before(
    endpoint: WebhookEndpoint, receiver: Receiver, admin: User
) -> None:
    edited(endpoint)
    disable_endpoint(endpoint_id=endpoint.pk, actor=admin, now=timezone.now())
    act("decision.made")

    enable_endpoint(endpoint_id=endpoint.pk, actor=admin, now=timezone.now(), skip_missed=True)
    act("decision.corrected")
    deliver(endpoint)

    assert arrived(receiver) == ["decision.corrected"]


def test_each_rotation_keeps_the_overlap_that_the_one_before_promised(
    endpoint: WebhookEndpoint, receiver: Receiver, admin: User
) -> None:
    edited(endpoint)
    now = timezone.now()
    _endpoint, second = rotate_secret(endpoint_id=endpoint.pk, actor=admin, now=now - timedelta(hours=23))
    _endpoint, third = rotate_secret(endpoint_id=endpoint.pk, actor=admin, now=now)
    act("decision.made")
    deliver(endpoint)
    later = secrets_of(WebhookEndpoint.objects.get(), now=now + timedelta(hours=2))

    (got,) = receiver.got
    for secret in (receiver.secret, second, third):
        Webhook(secret).verify(got.body, got.headers)
    assert len(got.headers["webhook-signature"].split(" ")) == 3
    assert later == [third, second]


def test_rotation_is_refused_while_too_many_old_secrets_sign(endpoint: WebhookEndpoint, admin: User) -> None:
    now = timezone.now()
    for _ in range(4):
        rotate_secret(endpoint_id=endpoint.pk, actor=admin, now=now)
    nonce = WebhookEndpoint.objects.get().nonce

    with pytest.raises(NotAllowedNow) as refused:
        rotate_secret(endpoint_id=endpoint.pk, actor=admin, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == ["too_many_secrets"]
    assert WebhookEndpoint.objects.get().nonce == nonce
    rotate_secret(endpoint_id=endpoint.pk, actor=admin, now=now + timedelta(hours=25))
    assert WebhookOldSecret.objects.count() == 1


@pytest.mark.parametrize("nonce", ["", "a" * 64])
def test_old_secret_has_a_nonce_of_its_own(endpoint: WebhookEndpoint, nonce: str) -> None:
    endpoint.old_secrets.create(nonce="a" * 64, until=timezone.now())

    with pytest.raises(IntegrityError), transaction.atomic():
        endpoint.old_secrets.create(nonce=nonce, until=timezone.now())


def test_enabled_endpoint_does_not_get_again_what_a_replay_brought_it(
    endpoint: WebhookEndpoint, receiver: Receiver, admin: User
) -> None:
    edited(endpoint)
    receiver.reply = Reply(410)
    act("decision.made")
    deliver(endpoint)
    receiver.reply = Reply(200)
    replay_delivery(delivery_id=WebhookDelivery.objects.get().pk, actor=admin, now=timezone.now())
    make_due()
    deliver(endpoint)

    enable_endpoint(endpoint_id=endpoint.pk, actor=admin, now=timezone.now())
    make_due()

    assert deliver(endpoint) == 0
    assert arrived(receiver) == ["decision.made"]
