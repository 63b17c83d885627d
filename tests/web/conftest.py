"""People with a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from pocgate.identity.models import User
from pocgate.identity.queries import SIGNED_IN_AT
from tests.factories.identity import RoleGrantFactory, UserFactory

Visitor = Callable[..., Client]


@pytest.fixture
def visitor() -> Visitor:
    """`visitor("auditor")` or `visitor(user=…)`: a client signed in just now; its person is `client.person`."""

    def make(*roles: str, user: User | None = None) -> Client:
        person = user or UserFactory()
        for role in roles:
            RoleGrantFactory(user=person, role=role)
        # Here already, so that counted queries are those of every further page of a visit.
        User.objects.filter(pk=person.pk).update(last_visit_at=timezone.now())
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[SIGNED_IN_AT] = timezone.now().isoformat()
        session.save()
        client.person = person  # type: ignore[attr-defined]
        return client

    return make
