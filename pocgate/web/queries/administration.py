"""What the administration lists: people with their roles, tokens, and the health of the installation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from pocgate.identity.models import ApiToken, RoleGrant, User
from pocgate.kernel.health import readiness_of_installation
from pocgate.kernel.models import Heartbeat, ScheduledRun

PEOPLE_SHOWN = 200


@dataclass(frozen=True)
class Part:
    """A component of the installation, its state (`ok`, `late`, `down`), and when it was last seen, if it beats."""

    name: str
    state: str
    seen_at: datetime | None


def people_and_roles(text: str, *, now: datetime) -> Sequence[User]:
    """Accounts by name with their roles in force as `held`, narrowed by words of the name."""
    grants = RoleGrant.objects.in_force(now).order_by("role")
    people: QuerySet[User] = User.objects.select_related("inbox_preferences").prefetch_related(
        Prefetch("role_grants", grants, to_attr="held")
    )
    for word in text.replace("\x00", "").split():
        people = people.filter(Q(full_name__icontains=word) | Q(username__icontains=word))
    return list(people.order_by("-is_active", "full_name", "username", "pk")[:PEOPLE_SHOWN])


def parts_of_installation(*, now: datetime) -> Sequence[Part]:
    """Every component with its state."""
    seen: dict[str, datetime | None] = dict(Heartbeat.objects.values_list("name", "seen_at"))
    reminders = ScheduledRun.objects.filter(task=settings.REMINDERS_TASK).first()
    seen["reminders"] = reminders.succeeded_at if reminders else None
    return [Part(name, state, seen.get(name)) for name, state in readiness_of_installation(now=now).items()]


def tokens_of(user: User) -> Sequence[ApiToken]:
    """A person's tokens, newest first."""
    return list(ApiToken.objects.filter(user=user).order_by("-created_at", "-pk"))
