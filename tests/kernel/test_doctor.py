"""`manage.py doctor` on installations with something wrong."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from pocgate.kernel import jobs, schedule
from pocgate.kernel.diagnosis import findings, web_finding
from pocgate.kernel.models import Job, ScheduledRun
from tests.installation import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def sound(settings: Any, tmp_path: Path) -> Path:
    """An installation in which nothing is wrong."""
    settings.VAR_DIR = tmp_path
    settings.REDIS_URL, settings.BROKER_DIR = "", tmp_path / "broker"
    settings.STATIC_ROOT, settings.MEDIA_ROOT = tmp_path / "static", tmp_path / "uploads"
    settings.SECRET_KEY_PATH = tmp_path / "secret-key"
    for name in ("broker/queue", "static"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "static" / "staticfiles.json").write_text("{}")
    settings.SECRET_KEY_PATH.write_text("k" * 64)
    settings.SECRET_KEY_PATH.chmod(0o600)
    for name in ("worker", "beat"):
        jobs.beat(name, now=timezone.now())
    return tmp_path


def _states() -> dict[str, str]:
    return {finding.component: finding.state for finding in findings(now=timezone.now())}


def test_doctor_finds_nothing_wrong_with_a_sound_installation(sound: Path) -> None:
    out = StringIO()

    call_command("doctor", "--json", stdout=out)

    answer = json.loads(out.getvalue())
    assert answer["ok"] is True
    assert {check["state"] for check in answer["checks"]} == {"ok"}


@pytest.mark.usefixtures("sound")
def test_doctor_with_a_silent_worker_exits_with_a_status_and_the_cure() -> None:
    jobs.beat("worker", now=timezone.now() - timedelta(seconds=90))
    out = StringIO()

    with pytest.raises(SystemExit) as exit_:
        call_command("doctor", "--component", "worker", stdout=out)

    assert exit_.value.code == 1
    assert "has not been heard of for a minute" in out.getvalue()
    assert "Start a worker" in out.getvalue()


@pytest.mark.usefixtures("sound")
def test_doctor_says_that_the_clock_was_set_back(now: datetime) -> None:
    for name in ("worker", "beat"):
        jobs.beat(name, now=now + timedelta(hours=2))
    ScheduledRun.objects.create(
        task="gates.send_reminders", since=now, started_at=now, succeeded_at=now + timedelta(hours=2)
    )

    found = {finding.component: finding for finding in findings(now=now)}

    for name in ("worker", "beat", "reminders"):
        assert (found[name].state, "the clock was set back" in found[name].seen) == ("broken", True)


@pytest.mark.usefixtures("sound")
def test_doctor_says_when_reminders_have_never_run(now: datetime) -> None:
    schedule.begin(now=now)

    found = [findings(now=now + timedelta(seconds=age), component="reminders")[0] for age in (60, 301)]

    assert [(finding.state, finding.seen) for finding in found] == [
        ("ok", "run every minute"),
        ("broken", "have not run through for five minutes, or never"),
    ]


def test_doctor_names_each_thing_that_is_wrong(sound: Path) -> None:
    (sound / "static" / "staticfiles.json").unlink()
    (sound / "secret-key").chmod(0o644)
    (sound / "broker" / "queue").rmdir()

    states = _states()

    assert {name for name, state in states.items() if state == "broken"} == {"static", "key", "broker"}


def test_doctor_counts_dead_and_overdue_jobs(sound: Path, now: datetime) -> None:
    job = jobs.enqueue("kernel.sweep_jobs", now=now - timedelta(hours=1))
    Job.objects.filter(pk=job.pk).update(state="failed")
    jobs.enqueue("kernel.sweep_jobs", now=now - timedelta(hours=1))

    (finding,) = findings(now=now, component="jobs")

    assert (finding.state, finding.seen) == ("warning", "1 failed for good, 1 overdue by more than 10 minutes")


def test_web_that_does_not_answer_is_broken() -> None:
    assert web_finding(f"127.0.0.1:{free_port()}").state == "broken"
