"""Callers of the API: a token, or a session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from pocgate.identity.commands import create_token
from pocgate.identity.enums import Scope
from pocgate.identity.models import User
from tests.factories.identity import RoleGrantFactory, UserFactory

API = "/api/v1"

Caller = Callable[..., Client]


@pytest.fixture
def caller() -> Caller:
    """`caller(user, scopes)`: a client that sends a token of the user; an auditor with every scope by default."""

    def make(user: User | None = None, scopes: list[str] | None = None, **_: Any) -> Client:
        holder = user or RoleGrantFactory(user=UserFactory(), role="auditor").user
        made = datetime.now(UTC) - timedelta(minutes=5)
        token, text = create_token(
            user=holder, name="test", scopes=Scope.values if scopes is None else scopes, actor=None, now=made
        )
        # Its use was noted just now, so that counted queries are those of a client in use.
        type(token).objects.filter(pk=token.pk).update(last_used_at=datetime.now(UTC))
        return Client(headers={"Authorization": f"Bearer {text}"})

    return make
