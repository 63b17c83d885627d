"""Webhooks for tests."""

from __future__ import annotations

import factory

from pocgate.ledger.models import WebhookDelivery, WebhookEndpoint
from tests.factories.identity import LONG_AGO, UserFactory


class WebhookEndpointFactory(factory.django.DjangoModelFactory[WebhookEndpoint]):
    class Meta:
        model = WebhookEndpoint

    name = factory.Sequence(lambda n: f"Endpoint {n}")
    url = "https://hooks.example.org/pocgate"
    nonce = factory.Sequence(lambda n: f"{n:064d}")
    created_by = factory.SubFactory(UserFactory)
    created_at = LONG_AGO


class WebhookDeliveryFactory(factory.django.DjangoModelFactory[WebhookDelivery]):
    """One that came through."""

    class Meta:
        model = WebhookDelivery

    endpoint = factory.SubFactory(WebhookEndpointFactory)
    message_id = factory.Sequence(lambda n: f"msg_{n:032d}")
    kind = "decision.made"
    position = factory.Sequence(lambda n: n + 1)
    body = '{"type":"decision.made"}'
    state = "delivered"
    attempts = 1
    last_status = 200
    last_duration_ms = 84
    due_at = LONG_AGO
    created_at = LONG_AGO
    finished_at = LONG_AGO
