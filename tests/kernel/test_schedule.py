"""Runs of the schedule: noted, late, missed and caught up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from celery.schedules import crontab
from django.core.management import call_command
from django.utils import timezone

from pocgate.celery import app
from pocgate.kernel import jobs
from pocgate.kernel.health import is_ready, queue_state, readiness_of_installation, reminders_state
from pocgate.kernel.models import Job, ScheduledRun
from pocgate.kernel.schedule import (
    GAVE_WAY,
    begin,
    next_run_after,
    noted,
    scheduled_tasks,
    scheduled_work,
    tasks_missed,
)
from pocgate.kernel.tasks import sweep_jobs

pytestmark = pytest.mark.django_db

NIGHTLY = "kernel.forget_done_jobs"


def _work(task: str, now: datetime) -> Any:
    return next(work for work in scheduled_work(now=now) if work.task == task)


def test_every_task_of_the_schedule_is_registered() -> None:
    app.loader.import_default_modules()

    assert scheduled_tasks() <= set(app.tasks)


def test_run_of_a_scheduled_task_is_noted_with_its_result() -> None:
    sweep_jobs()

    run = ScheduledRun.objects.get(task="kernel.sweep_jobs")
    assert (run.result, run.failures, run.last_error) == ("0", 0, "")
    assert run.started_at is not None
    assert run.succeeded_at is not None
    assert run.finished_at is not None
    assert run.finished_at >= run.started_at


def test_run_that_fails_is_counted_until_one_succeeds() -> None:
    for _attempt in range(2):
        with pytest.raises(ValueError, match="no room"), noted(NIGHTLY):
            raise ValueError("no room")
    failed = ScheduledRun.objects.get(task=NIGHTLY)
    with noted(NIGHTLY):
        pass

    again = ScheduledRun.objects.get(task=NIGHTLY)
    assert (failed.failures, failed.last_error, failed.succeeded_at) == (2, "ValueError: no room", None)
    assert (again.failures, again.last_error) == (0, "")


def test_run_that_gives_way_leaves_the_notes_of_the_run_that_failed() -> None:
    with pytest.raises(ValueError, match="no room"), noted(NIGHTLY):
        raise ValueError("no room")
    failed = ScheduledRun.objects.values().get(task=NIGHTLY)

    with noted(NIGHTLY) as note:
        note.append(GAVE_WAY)

    assert ScheduledRun.objects.values().get(task=NIGHTLY) == failed


def test_task_that_a_job_wakes_is_no_run_of_the_schedule(now: datetime) -> None:
    app.tasks["scoring.recompute_all"](job_id=4711)

    assert not ScheduledRun.objects.exists()


def test_nightly_work_that_was_missed_is_sent_by_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    morning = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    sent: list[str] = []
    monkeypatch.setattr(jobs, "send", lambda task, **_: sent.append(task))
    monkeypatch.setattr("pocgate.kernel.tasks.timezone.now", lambda: morning)
    sweep_jobs.__wrapped__()
    first = list(sent)
    ScheduledRun.objects.filter(task=NIGHTLY).update(started_at=morning - timedelta(hours=31))

    sweep_jobs.__wrapped__()

    assert first == []
    assert sent == [NIGHTLY]


def test_night_missed_after_the_clock_was_set_back_is_caught_up(now: datetime) -> None:
    ahead = now + timedelta(days=3)
    begin(now=now)
    ScheduledRun.objects.filter(task=NIGHTLY).update(started_at=ahead, finished_at=ahead, succeeded_at=ahead)

    missed = [NIGHTLY in tasks_missed(now=now + timedelta(hours=hours)) for hours in (0, 24)]

    assert missed == [False, True]
    run = ScheduledRun.objects.get(task=NIGHTLY)
    assert (run.started_at, run.finished_at, run.succeeded_at) == (now, now, now)


def test_work_seen_for_the_first_time_is_not_missed(now: datetime) -> None:
    assert tasks_missed(now=now) == []
    assert tasks_missed(now=now + timedelta(minutes=5)) == []


def _sent(now: datetime, minutes: float) -> bool:
    return NIGHTLY in tasks_missed(now=now + timedelta(minutes=minutes))


def test_nightly_work_killed_midway_is_late_and_started_again_after_an_hour(now: datetime) -> None:
    ScheduledRun.objects.create(task=NIGHTLY, since=now, started_at=now, finished_at=now - timedelta(days=1))

    states = [_work(NIGHTLY, now + timedelta(minutes=age)).is_late for age in (59, 60)]
    sent = [_sent(now, minutes) for minutes in (59, 60, 60.25, 69, 70)]

    assert states == [False, True]
    # A message that waits in the queue is not sent four times a minute.
    assert sent == [False, True, False, False, True]


def test_nightly_work_that_failed_is_tried_again_with_growing_pauses(now: datetime) -> None:
    ScheduledRun.objects.create(task=NIGHTLY, since=now, started_at=now, finished_at=now, last_error="No room")
    pauses = []
    for failures in (1, 2, 3, 20):
        ScheduledRun.objects.filter(task=NIGHTLY).update(failures=failures, sent_at=None)
        pauses.append(next(minutes for minutes in range(300) if _sent(now, minutes)))
    shown = _work(NIGHTLY, now).next_at
    ScheduledRun.objects.filter(task=NIGHTLY).update(failures=0, last_error="", sent_at=None)

    assert pauses == [5, 10, 20, 180]
    assert shown == now + timedelta(hours=3)
    assert not _sent(now, 300)


def test_run_that_begins_again_and_fails_again_is_sent_again_in_turn(now: datetime) -> None:
    ScheduledRun.objects.create(task=NIGHTLY, since=now, started_at=now, finished_at=now, failures=1, last_error="No")
    ScheduledRun.objects.update(sent_at=now - timedelta(seconds=1))

    assert _sent(now, 5)


@pytest.mark.parametrize(
    ("last", "next_"),
    [
        ("2026-03-28 02:10", "2026-03-29 03:10"),
        ("2026-10-24 02:10", "2026-10-25 02:10"),
        ("2026-10-25 02:10", "2026-10-26 02:10"),
        ("2026-11-22 01:00", "2026-11-22 02:10"),
    ],
)
def test_next_run_of_a_time_of_day_stays_local_over_daylight_saving(last: str, next_: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    schedule = crontab(hour=2, minute=10, app=_in_zone("Europe/Berlin"))

    found = next_run_after(schedule, datetime.fromisoformat(last).replace(tzinfo=berlin))

    # On the day on which 02:10 does not exist, the same moment is called 03:10.
    assert found.astimezone(UTC).astimezone(berlin).strftime("%Y-%m-%d %H:%M") == next_


def _in_zone(name: str) -> Celery:
    return Celery("zoned", set_as_current=False, changes={"timezone": name, "enable_utc": False})


def test_interval_is_late_after_four_pauses_but_not_before_two_minutes(now: datetime) -> None:
    task = "gates.send_reminders"
    ScheduledRun.objects.create(task=task, since=now, started_at=now)

    assert [_work(task, now + timedelta(seconds=age)).is_late for age in (0, 299, 301)] == [False, False, True]


def test_reminders_that_never_ran_are_well_until_five_minutes_have_passed(now: datetime) -> None:
    fresh = reminders_state(now=now)
    ScheduledRun.objects.create(task="gates.send_reminders", since=now)

    ages = [reminders_state(now=now + timedelta(seconds=age)) for age in (180, 181, 300, 301)]

    assert (fresh, ages) == ("ok", ["ok", "late", "late", "down"])


def test_reminders_of_an_installation_where_nothing_ever_runs_are_told_to_stand_still(now: datetime) -> None:
    call_command("migrate", verbosity=0)
    ScheduledRun.objects.update(since=now)

    ages = [readiness_of_installation(now=now + timedelta(seconds=age))["reminders"] for age in (0, 180, 301)]

    assert ages == ["ok", "ok", "down"]
    assert all(_work(task, now + timedelta(days=2)).is_late for task in scheduled_tasks())


def test_migrating_again_keeps_since_when_the_schedule_is_due(now: datetime) -> None:
    begin(now=now)
    ScheduledRun.objects.filter(task=NIGHTLY).delete()

    begin(now=now + timedelta(days=1))

    assert ScheduledRun.objects.get(task="gates.send_reminders").since == now
    assert ScheduledRun.objects.get(task=NIGHTLY).since == now + timedelta(days=1)


def test_look_at_what_would_be_migrated_lets_nothing_begin() -> None:
    call_command("migrate", plan=True, verbosity=0, stdout=StringIO())

    assert not ScheduledRun.objects.exists()


def test_reminders_that_only_fail_stand_still(now: datetime) -> None:
    ScheduledRun.objects.create(
        task="gates.send_reminders",
        since=now - timedelta(days=1),
        succeeded_at=now - timedelta(minutes=6),
        started_at=now,
        failures=6,
        last_error="ValueError: no",
    )

    assert reminders_state(now=now) == "down"


def test_reminders_of_a_clock_that_ran_ahead_stand_still_until_they_run_again(now: datetime) -> None:
    ScheduledRun.objects.create(
        task="gates.send_reminders", since=now, started_at=now, succeeded_at=now + timedelta(hours=2)
    )

    ahead = reminders_state(now=now)
    with noted("gates.send_reminders"):
        pass

    assert (ahead, reminders_state(now=timezone.now())) == ("down", "ok")


def test_queue_is_judged_by_the_job_that_has_waited_longest(now: datetime) -> None:
    empty = queue_state(now=now)
    jobs.enqueue("kernel.sweep_jobs", now=now)

    states = [queue_state(now=now + timedelta(seconds=age)) for age in (60, 61, 301)]
    Job.objects.update(state="failed")

    assert (empty, states, queue_state(now=now + timedelta(hours=1))) == ("ok", ["ok", "late", "down"], "ok")


def test_late_queue_is_still_ready_and_one_that_stands_still_is_not() -> None:
    well = dict.fromkeys(("database", "broker", "worker", "beat", "queue", "reminders"), "ok")

    assert is_ready(well)
    assert is_ready({**well, "queue": "late", "reminders": "late"})
    assert not is_ready({**well, "queue": "down"})
    assert not is_ready({**well, "worker": "late"})


def test_first_run_ends_well_although_one_that_began_with_it_gave_way() -> None:
    with noted(NIGHTLY):
        ScheduledRun.objects.filter(task=NIGHTLY).update(started_at=None)
        with noted(NIGHTLY) as gives_way:
            gives_way.append(GAVE_WAY)

    run = ScheduledRun.objects.get(task=NIGHTLY)
    assert (run.failures, run.succeeded_at is not None) == (0, True)
