"""Fixtures of the ledger: a receiver on loopback, and an endpoint of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_network

import pytest

from pocgate.identity.models import User
from pocgate.ledger.commands.endpoints import create_endpoint
from pocgate.ledger.models import WebhookEndpoint
from tests.factories.identity import RoleGrantFactory
from tests.ledger.receiver import Receiver


@pytest.fixture
def admin() -> User:
    user: User = RoleGrantFactory(role="admin").user
    return user


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def endpoint(receiver: Receiver, admin: User, now: datetime, settings: object) -> WebhookEndpoint:
    settings.WEBHOOK_ALLOW_PRIVATE = [ip_network("127.0.0.0/8")]  # type: ignore[attr-defined]
    made, secret = create_endpoint(name="Audit", url=receiver.url, kinds=[], actor=admin, now=now)
    receiver.secret = secret
    return made
