"""The rows of the schedule: how work stands that its run hands on to a job."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from pocgate.kernel.models import Job, ScheduledRun
from pocgate.web.queries.jobs import ScheduleRow, schedule_rows
from pocgate.web.templatetags.pocgate import when
from tests.web.conftest import Visitor

pytestmark = pytest.mark.django_db

TASK = "scoring.recompute_all"
MINUTE = timedelta(minutes=1)


def handed_on(now: datetime, **values: Any) -> Job:
    """The work ran a minute ago, for 9 ms in which it left a job."""
    began = now - MINUTE
    ScheduledRun.objects.update_or_create(
        task=TASK, defaults={"since": began, "started_at": began, "finished_at": began, "duration_ms": 9}
    )
    return Job.objects.create(kind=TASK, **{"due_at": now, "created_at": began, **values})


def row(now: datetime) -> ScheduleRow:
    return next(row for row in schedule_rows(now=now) if row.work.task == TASK)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"state": "waiting"}, ("waiting", "")),
        ({"state": "running", "started_at": -30, "lease_until": 30}, ("running", "")),
        ({"state": "waiting", "started_at": -30, "last_error": "No"}, ("waiting", "")),
        ({"state": "failed", "started_at": -30, "finished_at": -10}, ("failed", "20.0 s")),
        ({"state": "done", "started_at": -30, "finished_at": -10}, ("done", "20.0 s")),
    ],
)
def test_work_handed_on_stands_as_its_job_does(now: datetime, values: dict[str, Any], shown: tuple[str, str]) -> None:
    times = {key: now + timedelta(seconds=value) for key, value in values.items() if isinstance(value, int)}
    handed_on(now, **{**values, **times})

    found = row(now)

    assert (found.state, found.duration) == shown


def test_job_that_the_run_found_at_work_counts_when_it_fails(now: datetime) -> None:
    handed_on(now, state="failed", created_at=now - 2 * MINUTE, started_at=now - 2 * MINUTE, finished_at=now)

    assert row(now).state == "failed"


def test_job_of_an_earlier_night_does_not_stand_for_a_later_run(now: datetime) -> None:
    before = now - timedelta(days=1)
    handed_on(now, state="failed", created_at=before, started_at=before, finished_at=before + MINUTE)

    found = row(now)

    assert (found.state, found.duration) == ("done", "9 ms")


def test_run_that_failed_before_it_left_a_job_is_failed(now: datetime) -> None:
    before = now - timedelta(days=1)
    handed_on(now, state="done", created_at=before, started_at=before, finished_at=before + MINUTE)
    ScheduledRun.objects.update(failures=1, last_error="OperationalError: locked")

    assert row(now).state == "failed"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "now"),
        (0, "now"),
        (0.2, "in 1 s"),
        (12, "in 12 s"),
        (59, "in 59 s"),
        (60, "in 1 min"),
        (3599, "in 59 min"),
        (3600, "in 1 h"),
        (86_399, "in 23 h"),
        (86_400, "24 Nov 2026, 09:00"),
    ],
)
def test_near_future_is_told_by_how_long_it_takes(
    now: datetime, monkeypatch: pytest.MonkeyPatch, seconds: float, words: str
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)

    assert f">{words}<" in when(now + timedelta(seconds=seconds), "soon")


def test_next_run_of_frequent_work_is_told_in_seconds(visitor: Visitor) -> None:
    now = timezone.now()
    ScheduledRun.objects.create(task="kernel.sweep_jobs", since=now, started_at=now + timedelta(seconds=44))

    page = visitor("admin").get("/administration/jobs/").content.decode()

    assert re.search(r">in \d\d s<", page)
