"""Jobs, schedule and metrics over REST."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pocgate.identity.models import User
from pocgate.kernel import jobs
from pocgate.kernel.models import Job, ScheduledRun
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.identity import RoleGrantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    user: User = RoleGrantFactory(role="admin").user
    return user


def test_jobs_are_listed_newest_first_and_narrowed_by_state(caller: Caller, admin: User) -> None:
    now = timezone.now()
    waiting = jobs.enqueue("gates.sweep", now=now, subject_type="use_case", subject_id=7, requested_by_id=admin.pk)
    Job.objects.create(kind="gates.sweep", due_at=now, created_at=now, state="failed", finished_at=now)

    client = caller(admin)
    every = assert_as_described(client.get(f"{API}/jobs?limit=1"), "jobs")
    rest = assert_as_described(client.get(f"{API}/jobs?limit=1&cursor={every['next_cursor']}"), "jobs")
    failed = assert_as_described(client.get(f"{API}/jobs?state=failed"), "jobs")

    assert [row["state"] for row in every["results"] + rest["results"]] == ["failed", "waiting"]
    assert rest["results"][0]["subject"] == {"type": "use_case", "id": "7"}
    assert rest["results"][0]["id"] == waiting.pk
    assert len(failed["results"]) == 1


def test_job_is_retried_once_and_then_has_not_failed(caller: Caller, admin: User) -> None:
    now = timezone.now()
    job = Job.objects.create(kind="gates.sweep", due_at=now, created_at=now, state="failed", finished_at=now)
    client = caller(admin)

    first = client.post(f"{API}/jobs/{job.pk}/retry", {}, content_type="application/json")
    again = client.post(f"{API}/jobs/{job.pk}/retry", {}, content_type="application/json")

    assert (first.status_code, first.json()["state"]) == (200, "waiting")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "job_not_failed")


def test_schedule_tells_last_and_next_run(caller: Caller, admin: User) -> None:
    now = timezone.now()
    ScheduledRun.objects.create(
        task="inbox.send_mail", since=now, started_at=now, finished_at=now, succeeded_at=now, duration_ms=1200
    )

    body = assert_as_described(caller(admin).get(f"{API}/schedule"), "schedule")

    mail = next(row for row in body["results"] if row["task"] == "inbox.send_mail")
    nightly = next(row for row in body["results"] if row["task"] == "scoring.recompute_all")
    assert (mail["duration_ms"], mail["failures"], mail["late"]) == (1200, 0, False)
    assert (nightly["at"], nightly["every_seconds"], nightly["started_at"]) == ("02:10", None, None)


def test_metrics_tell_components_jobs_and_schedule_to_any_token(caller: Caller) -> None:
    now = timezone.now()
    jobs.enqueue("gates.sweep", now=now - timedelta(seconds=90))
    at = now - timedelta(minutes=2)
    ScheduledRun.objects.create(
        task="gates.send_reminders", since=at, started_at=at, finished_at=at, succeeded_at=at, duration_ms=40
    )

    answer = caller(scopes=["portfolio:read"]).get(f"{API}/metrics")

    lines = dict(line.rsplit(" ", 1) for line in answer.content.decode().splitlines() if not line.startswith("#"))
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert lines['pocgate_component_health{component="queue"}'] == "0.5"
    assert lines['pocgate_component_health{component="worker"}'] == "0.0"
    assert lines['pocgate_jobs{state="waiting"}'] == "1.0"
    assert float(lines["pocgate_jobs_oldest_due_seconds"]) >= 90
    assert lines['pocgate_scheduled_duration_seconds{task="gates.send_reminders"}'] == "0.04"


def test_metrics_without_a_token_are_refused(client: Client) -> None:
    assert client.get(f"{API}/metrics").status_code == 401
