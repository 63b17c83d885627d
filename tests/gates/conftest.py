"""People with a browser, for the gates' pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from pocgate.identity.models import User
from pocgate.identity.queries import SIGNED_IN_AT
from tests.api.conftest import caller

__all__ = ["caller", "signed_in"]


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A client in which the person signed in just now."""

    def make(person: User) -> Client:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[SIGNED_IN_AT] = timezone.now().isoformat()
        session.save()
        return client

    return make
