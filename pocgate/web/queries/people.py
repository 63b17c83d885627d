"""People as the sign-in page and the administration list them."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db.models import QuerySet

from pocgate.identity.models import User
from pocgate.identity.queries import active_people

PERSONAS = 7


def demo_people() -> QuerySet[User]:
    """The demonstration's people, in the order they were made; nobody in server mode."""
    if not settings.DEMO_SIGN_INS:
        return User.objects.none()
    return active_people().filter(is_demo=True).order_by("pk")


def shown_apart(people: Sequence[User]) -> tuple[Sequence[User], Sequence[User]]:
    """The personas, whom the demonstration makes first, and everybody else."""
    return people[:PERSONAS], people[PERSONAS:]
