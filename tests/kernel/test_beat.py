"""Beat takes up its kept schedule, whatever happened to the file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.schedules import crontab

from pocgate.kernel.beat import HeartbeatScheduler

ENTRY = "recompute sweep"
NIGHTLY = "nightly recompute"
# Tasks that no application knows are sent by name.
SWEEP, RECOMPUTE = "nowhere.sweep", "nowhere.recompute"
EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


class Clock:
    """The clock on the wall, which somebody may set."""

    def __init__(self, shows: datetime) -> None:
        self.shows = shows


@pytest.fixture
def app() -> Celery:
    made = Celery("test", set_as_current=False)
    made.conf.beat_schedule = {ENTRY: {"task": SWEEP, "schedule": 15.0}}
    return made


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that the schedule goes by, of whatever application a kept entry finds itself in."""
    clock = Clock(EVENING)
    monkeypatch.setattr(Celery, "now", lambda _: clock.shows)
    return clock


@pytest.fixture
def scheduler(
    app: Celery, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[HeartbeatScheduler]:
    """One that writes no heartbeats and whose broker is a list."""
    monkeypatch.setattr(HeartbeatScheduler, "_beat", lambda _: None)
    made = a_scheduler(app, tmp_path)
    made.producer = None
    yield made
    made.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the tasks that were sent."""
    names: list[str] = []
    monkeypatch.setattr(HeartbeatScheduler, "send_task", lambda _self, task, *_args, **_options: names.append(task))
    return names


def tick_until_idle(scheduler: HeartbeatScheduler) -> float:
    """Let everything that is due be sent; the seconds until the next look."""
    while not (wait := scheduler.tick()):
        pass
    return wait


def a_scheduler(app: Celery, folder: Path) -> HeartbeatScheduler:
    return HeartbeatScheduler(app, schedule_filename=str(folder / "beat-schedule"))


def test_schedule_is_kept_over_a_restart(app: Celery, tmp_path: Path) -> None:
    first = a_scheduler(app, tmp_path)
    first.schedule[ENTRY].total_run_count = 7
    first.close()

    second = a_scheduler(app, tmp_path)

    assert second.schedule[ENTRY].total_run_count == 7
    second.close()


@pytest.mark.parametrize("left", [b"", b"\x80", b"no schedule at all"])
def test_schedule_cut_in_mid_write_is_begun_anew(app: Celery, tmp_path: Path, left: bytes) -> None:
    a_scheduler(app, tmp_path).close()
    for file in tmp_path.iterdir():
        if file.suffix in (".dat", ".db", ""):
            file.write_bytes(left)

    scheduler = a_scheduler(app, tmp_path)

    assert scheduler.schedule[ENTRY].total_run_count == 0
    scheduler.close()


def test_clock_set_back_while_beat_runs_stops_nothing(
    scheduler: HeartbeatScheduler, clock: Clock, sent: list[str]
) -> None:
    clock.shows += timedelta(seconds=16)
    tick_until_idle(scheduler)

    clock.shows -= timedelta(hours=2)
    waits = [tick_until_idle(scheduler)]
    clock.shows += timedelta(seconds=16)
    waits.append(tick_until_idle(scheduler))

    assert sent == [SWEEP] * 2
    assert max(waits) <= 15


def test_clock_that_jumps_ahead_and_back_sends_no_backlog(
    scheduler: HeartbeatScheduler, clock: Clock, sent: list[str]
) -> None:
    tick_until_idle(scheduler)

    for step in (timedelta(hours=2), timedelta(hours=-2), timedelta(seconds=16)):
        clock.shows += step
        tick_until_idle(scheduler)

    assert sent == [SWEEP] * 2


def test_schedule_kept_from_a_clock_that_ran_ahead_goes_on_at_the_next_start(
    app: Celery, tmp_path: Path, clock: Clock
) -> None:
    clock.shows = EVENING + timedelta(hours=2)
    a_scheduler(app, tmp_path).close()
    clock.shows = EVENING

    scheduler = a_scheduler(app, tmp_path)

    assert scheduler.schedule[ENTRY].last_run_at == EVENING
    scheduler.close()


def test_nightly_work_of_a_clock_that_ran_ahead_is_sent_on_the_next_night(
    app: Celery, scheduler: HeartbeatScheduler, clock: Clock, sent: list[str]
) -> None:
    schedule: Any = crontab(hour=2, minute=10)
    scheduler.add(name=NIGHTLY, task=RECOMPUTE, schedule=schedule, last_run_at=EVENING)
    for shown in (EVENING + timedelta(days=3), EVENING, EVENING + timedelta(hours=7)):
        clock.shows = shown
        tick_until_idle(scheduler)

    assert sent.count(RECOMPUTE) == 2
