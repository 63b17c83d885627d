"""The health of an installation: database, broker, worker, beat, queue and reminders: `ok`, `late` or `down`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Q

from pocgate.kernel.enums import JobState
from pocgate.kernel.models import Heartbeat, Job, ScheduledRun

OK, LATE, DOWN = "ok", "late", "down"

# Both hearts beat every 15 s; four missed beats are late, five minutes of silence are a death.
LATE_AFTER = timedelta(seconds=60)
DOWN_AFTER = timedelta(minutes=5)
# Two machines' clocks may differ a little. What was seen later than this was seen before the clock was set back.
AHEAD_TOLERANCE = timedelta(seconds=60)
# Reminders run every minute.
REMINDERS_LATE_AFTER = timedelta(minutes=3)
TOLERANT = frozenset({"queue", "reminders"})
BROKER_TIMEOUT_SECONDS = 2.0


def readiness_of_installation(*, now: datetime) -> dict[str, str]:
    """States by component: `database`, `broker`, `worker`, `beat`, `queue`, `reminders`, each `ok`, `late` or `down`.

    Never raises for a component that is away.
    """
    seen = _heartbeats()
    return {
        "database": DOWN if seen is None else OK,
        "broker": broker_state(),
        "worker": heartbeat_state((seen or {}).get("worker"), now=now),
        "beat": heartbeat_state((seen or {}).get("beat"), now=now),
        "queue": DOWN if seen is None else queue_state(now=now),
        "reminders": DOWN if seen is None else reminders_state(now=now),
    }


def is_ready(states: Mapping[str, str]) -> bool:
    """Whether the installation does its work.

    A queue or reminders that are a little late are told but refuse nobody; when they stand still, it is not ready.
    """
    return all(state == OK or (name in TOLERANT and state == LATE) for name, state in states.items())


def queue_state(*, now: datetime) -> str:
    """By how long the job due first has waited unclaimed: `late` after 60 s, `down` after five minutes."""
    waiting = Job.objects.filter(
        Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, lease_until__lt=now), due_at__lt=now - LATE_AFTER
    )
    first = waiting.order_by("due_at").values_list("due_at", flat=True).first()
    return OK if first is None else heartbeat_state(first, now=now)


def reminders_state(*, now: datetime) -> str:
    """By when reminders last ran through, or since when they should: `late` after three minutes, `down` after five."""
    seen_at = _reminders_seen_at()
    return OK if seen_at is None else _state_by_age(seen_at, late_after=REMINDERS_LATE_AFTER, now=now)


def heartbeat_state(seen_at: datetime | None, *, now: datetime) -> str:
    """`ok` up to 60 s after the last beat, `late` up to five minutes, then, or without any beat, `down`.

    A beat more than a minute ahead is `down` too: the clock was set back since, so it tells nothing of now.
    """
    return DOWN if seen_at is None else _state_by_age(seen_at, late_after=LATE_AFTER, now=now)


def _state_by_age(seen_at: datetime, *, late_after: timedelta, now: datetime) -> str:
    if now - seen_at > DOWN_AFTER or is_ahead(seen_at, now=now):
        return DOWN
    return LATE if now - seen_at > late_after else OK


def is_ahead(moment: datetime, *, now: datetime) -> bool:
    """Whether what happened then can only have happened before the clock was set back."""
    return moment - now > AHEAD_TOLERANCE


def parts_seen_ahead(*, now: datetime) -> frozenset[str]:
    """Of `worker`, `beat` and `reminders` those that have not been seen since the clock was set back."""
    seen = _heartbeats()
    reminders = _reminders_seen_at() if seen is not None else None
    times = {**(seen or {}), **({"reminders": reminders} if reminders else {})}
    return frozenset(name for name, seen_at in times.items() if is_ahead(seen_at, now=now))


def broker_state() -> str:
    """Whether messages can be left: Redis answers, or the broker's folder can be written to."""
    if not settings.REDIS_URL:
        queue = Path(settings.BROKER_DIR) / "queue"
        return OK if queue.is_dir() and os.access(queue, os.W_OK | os.X_OK) else DOWN
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=BROKER_TIMEOUT_SECONDS, socket_timeout=BROKER_TIMEOUT_SECONDS
    )
    try:
        client.ping()
    except redis.RedisError:
        return DOWN
    finally:
        client.close()
    return OK


def _reminders_seen_at() -> datetime | None:
    """When reminders last ran through, or since when they should; None where the schedule has not begun."""
    run = ScheduledRun.objects.filter(task=settings.REMINDERS_TASK).first()
    return (run.succeeded_at or run.since) if run else None


def _heartbeats() -> dict[str, datetime] | None:
    """Last beats by name; None when the database does not answer."""
    try:
        connection.ensure_connection()
        return dict(Heartbeat.objects.values_list("name", "seen_at"))
    except DatabaseError:
        return None
