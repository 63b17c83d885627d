"""What health/ready and doctor say about an installation."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from pocgate.kernel import jobs
from pocgate.kernel.health import broker_state, heartbeat_state, readiness_of_installation


@pytest.mark.parametrize(
    ("age_seconds", "state"),
    [(0, "ok"), (60, "ok"), (61, "late"), (300, "late"), (301, "down"), (-60, "ok"), (-61, "down"), (-7200, "down")],
)
def test_heartbeat_of_an_age_has_a_state(now: datetime, age_seconds: int, state: str) -> None:
    assert heartbeat_state(now - timedelta(seconds=age_seconds), now=now) == state


def test_heartbeat_that_never_was_is_down(now: datetime) -> None:
    assert heartbeat_state(None, now=now) == "down"


@pytest.mark.django_db
def test_readiness_names_each_component(now: datetime, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "queue").mkdir()
    settings.REDIS_URL, settings.BROKER_DIR = "", tmp_path
    jobs.beat("worker", now=now)
    jobs.beat("beat", now=now - timedelta(seconds=90))

    assert readiness_of_installation(now=now) == {
        "database": "ok",
        "broker": "ok",
        "worker": "ok",
        "beat": "late",
        "queue": "ok",
        "reminders": "ok",
    }


def test_readiness_without_a_database_says_so_and_raises_nothing(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("pocgate.kernel.health.connection.ensure_connection", refuse)

    states = readiness_of_installation(now=now)

    assert (states["database"], states["worker"], states["beat"]) == ("down", "down", "down")


def test_broker_whose_folder_is_missing_is_down(settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL, settings.BROKER_DIR = "", tmp_path / "nowhere"

    assert broker_state() == "down"


def test_broker_that_refuses_the_connection_is_down(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert broker_state() == "down"
