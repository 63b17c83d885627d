"""What the administration lists: people with their roles, jobs, and the health of the installation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet

from pocgate.identity.models import ApiToken, RoleGrant, User
from pocgate.kernel.enums import JobState
from pocgate.kernel.health import readiness_of_installation
from pocgate.kernel.models import Heartbeat, Job

PEOPLE_SHOWN = 200
JOBS_SHOWN = 60


@dataclass(frozen=True)
class Part:
    """A component of the installation, its state (`ok`, `late`, `down`), and when it was last seen, if it beats."""

    name: str
    state: str
    seen_at: datetime | None


def people_and_roles(text: str, *, now: datetime) -> Sequence[User]:
    """Accounts by name with their roles in force as `held`, narrowed by words of the name."""
    grants = RoleGrant.objects.in_force(now).order_by("role")
    people: QuerySet[User] = User.objects.prefetch_related(Prefetch("role_grants", grants, to_attr="held"))
    for word in text.replace("\x00", "").split():
        people = people.filter(Q(full_name__icontains=word) | Q(username__icontains=word))
    return list(people.order_by("-is_active", "full_name", "username", "pk")[:PEOPLE_SHOWN])


def parts_of_installation(*, now: datetime) -> Sequence[Part]:
    """Every component with its state."""
    seen = dict(Heartbeat.objects.values_list("name", "seen_at"))
    return [Part(name, state, seen.get(name)) for name, state in readiness_of_installation(now=now).items()]


def job_counts() -> Mapping[str, int]:
    """Jobs by state."""
    counts = dict(Job.objects.values_list("state").annotate(Count("pk")).order_by())
    return {state: counts.get(state, 0) for state in JobState.values}


def jobs_shown(state: str) -> Sequence[Job]:
    """The newest jobs, failed and unfinished ones before the done when no state is asked for."""
    jobs = Job.objects.filter(state=state) if state in JobState.values else Job.objects.all()
    return list(jobs.order_by("-pk")[:JOBS_SHOWN])


def tokens_of(user: User) -> Sequence[ApiToken]:
    """A person's tokens, newest first."""
    return list(ApiToken.objects.filter(user=user).order_by("-created_at", "-pk"))
