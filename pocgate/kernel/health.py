"""The health of an installation: database, broker, worker and beat, each `ok`, `late` or `down`."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection

from pocgate.kernel.models import Heartbeat

OK, LATE, DOWN = "ok", "late", "down"

# Both hearts beat every 15 s; four missed beats are late, five minutes of silence are a death.
LATE_AFTER = timedelta(seconds=60)
DOWN_AFTER = timedelta(minutes=5)
BROKER_TIMEOUT_SECONDS = 2.0


def readiness_of_installation(*, now: datetime) -> dict[str, str]:
    """States by component: `database`, `broker`, `worker`, `beat`, each `ok`, `late` or `down`.

    Everything is ready when every value is `ok`. Never raises for a component that is away.
    """
    seen = _heartbeats()
    return {
        "database": DOWN if seen is None else OK,
        "broker": broker_state(),
        "worker": heartbeat_state((seen or {}).get("worker"), now=now),
        "beat": heartbeat_state((seen or {}).get("beat"), now=now),
    }


def heartbeat_state(seen_at: datetime | None, *, now: datetime) -> str:
    """`ok` up to 60 s after the last beat, `late` up to five minutes, then, or without any beat, `down`."""
    if seen_at is None or now - seen_at > DOWN_AFTER:
        return DOWN
    return LATE if now - seen_at > LATE_AFTER else OK


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


def _heartbeats() -> dict[str, datetime] | None:
    """Last beats by name; None when the database does not answer."""
    try:
        connection.ensure_connection()
        return dict(Heartbeat.objects.values_list("name", "seen_at"))
    except DatabaseError:
        return None
