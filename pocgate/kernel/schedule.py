"""Scheduled work: what beat calls, when each ran last, how that ended, and when it runs next.

The rows are written by the tasks themselves as they run, so they tell what was done, not what was asked for.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from celery import Task
from celery.schedules import crontab
from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from pocgate.kernel.health import is_ahead
from pocgate.kernel.models import ScheduledRun

# A message of beat may wait in the queue this long before the work counts as missed.
GRACE = timedelta(minutes=10)
# Work of a time of day that has not ended after this was killed midway.
UNFINISHED = timedelta(hours=1)
# After failures of work of a time of day: twice as long after each, up to a limit.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=3)
ERROR_LENGTH = 4000
# What a task returns that left its work to another run of it: that one's notes stand.
GAVE_WAY = "gave way"


@dataclass(frozen=True)
class ScheduledWork:
    """One entry of the schedule with its last run. `seconds` is the pause between runs, None for a time of day.

    `missed_at` is when it counts as missed without a further run.
    """

    name: str
    task: str
    seconds: int | None
    at: str
    run: ScheduledRun | None
    next_at: datetime
    missed_at: datetime
    is_late: bool


class NotedTask(Task[Any, Any]):
    """The base of every task: notes the runs of those that the schedule calls."""

    def __call__(self, *args: Any, **values: Any) -> Any:
        """Run, and note begin and end where beat called it rather than a job's wake-up."""
        if self.name not in scheduled_tasks() or values.get("job_id") is not None:
            return super().__call__(*args, **values)
        with noted(self.name) as note:
            result = super().__call__(*args, **values)
            note.append("" if result is None else str(result))
        return result


@contextmanager
def noted(task: str) -> Iterator[list[str]]:
    """Write the run of the body down. What is put into the list is kept as the result; an error is kept and raised."""
    began_at, began = timezone.now(), monotonic()
    run, _is_new = ScheduledRun.objects.get_or_create(task=task, defaults={"since": began_at})
    ScheduledRun.objects.filter(task=task).update(started_at=began_at)
    note: list[str] = []
    try:
        yield note
    except Exception as error:
        words = "".join(traceback.format_exception_only(error)).strip()[:ERROR_LENGTH]
        _end(task, began, failures=F("failures") + 1, last_error=words, result="")
        raise
    if note == [GAVE_WAY]:
        # Both may have begun before either was written down: the other one is still to end, and ends nothing unbegun.
        if run.started_at is not None:
            ScheduledRun.objects.filter(task=task, started_at=began_at).update(started_at=run.started_at)
        return
    now = timezone.now()
    _end(task, began, failures=0, last_error="", result=" ".join(note)[:200], succeeded_at=now)


def _end(task: str, began: float, **changes: Any) -> None:
    duration = round((monotonic() - began) * 1000)
    ScheduledRun.objects.filter(task=task).update(finished_at=timezone.now(), duration_ms=duration, **changes)


def begin(*, now: datetime) -> None:
    """Let every task of the schedule that is new here be due from now on; one that never runs is late then."""
    runs = [ScheduledRun(task=task, since=now) for task in sorted(scheduled_tasks())]
    ScheduledRun.objects.bulk_create(runs, ignore_conflicts=True)


def scheduled_tasks() -> frozenset[str]:
    """Names of the tasks that the schedule calls."""
    return frozenset(entry["task"] for entry in _entries().values())


def scheduled_work(*, now: datetime) -> list[ScheduledWork]:
    """Every entry of the schedule, in its order."""
    runs = {run.task: run for run in ScheduledRun.objects.all()}
    return [_work(name, entry, runs.get(entry["task"]), now) for name, entry in _entries().items()]


def _entries() -> dict[str, dict[str, Any]]:
    """Beat's own entries: `task` and `schedule`, which is seconds or a time of day."""
    entries: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
    return entries


def tasks_missed(*, now: datetime) -> list[str]:
    """Tasks of a time of day to start now: not begun when nothing ran at night, not ended, or failed a while ago.

    A task that is seen for the first time begins to count now, and so does one that ran before the clock was set back.
    One that is named counts as sent, and is named again when it has not begun after a while.
    """
    works = scheduled_work(now=now)
    for work in works:
        _forget_the_future(work, now)
    if any(work.run is None for work in works):
        begin(now=now)
    timed = [work for work in works if work.run is not None and work.seconds is None]
    return [work.task for work in timed if now >= work.missed_at and _is_first_to_send(work, now)]


def _is_first_to_send(work: ScheduledWork, now: datetime) -> bool:
    has_begun = Q(sent_at__isnull=True) | Q(sent_at__lt=F("started_at"))
    unsent = ScheduledRun.objects.filter(has_begun | Q(sent_at__lte=now - GRACE), task=work.task)
    return bool(unsent.update(sent_at=now))


def _forget_the_future(work: ScheduledWork, now: datetime) -> None:
    """Let a run that lies ahead have been now: until the clock is there again, no night would count as missed."""
    times = ("since", "sent_at", "started_at", "finished_at", "succeeded_at")
    ahead = [name for name in times if (at := getattr(work.run, name, None)) and is_ahead(at, now=now)]
    if ahead:
        ScheduledRun.objects.filter(task=work.task).update(**dict.fromkeys(ahead, now))


def last_success(task: str) -> datetime | None:
    """When beat's task last ended well."""
    return ScheduledRun.objects.filter(task=task).values_list("succeeded_at", flat=True).first()


def _work(name: str, entry: dict[str, Any], run: ScheduledRun | None, now: datetime) -> ScheduledWork:
    schedule: crontab | float = entry["schedule"]
    since = (run.started_at or run.since) if run else now
    next_at = next_run_after(schedule, since)
    seconds = None if isinstance(schedule, crontab) else round(schedule)
    patience = GRACE if seconds is None else timedelta(seconds=max(4 * seconds, 120))
    missed_at = next_at + patience
    if run is not None and seconds is None:
        next_at = min(next_at, _again_at(run) or next_at)
        missed_at = min(missed_at, _again_at(run) or _ended_by(run) or missed_at)
    return ScheduledWork(
        name=name,
        task=entry["task"],
        seconds=seconds,
        at=_time_of_day(schedule) if isinstance(schedule, crontab) else "",
        run=run,
        next_at=next_at,
        missed_at=missed_at,
        is_late=run is not None and now >= missed_at,
    )


def _again_at(run: ScheduledRun) -> datetime | None:
    """When work that failed is tried again."""
    if not run.failures or run.finished_at is None or run.is_unfinished:
        return None
    # More doublings than these make no difference.
    doublings: int = min(run.failures - 1, 10)
    return run.finished_at + min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def _ended_by(run: ScheduledRun) -> datetime | None:
    """When a run that has begun is given up."""
    return run.started_at + UNFINISHED if run.started_at is not None and run.is_unfinished else None


def next_run_after(schedule: crontab | float, last: datetime) -> datetime:
    """When the schedule calls next, having called at `last`; times of day are those of the installation's zone."""
    if not isinstance(schedule, crontab):
        return last + timedelta(seconds=schedule)
    begin, pause, _now = schedule.remaining_delta(last)
    moment: datetime = begin + pause
    return moment


def _time_of_day(schedule: Any) -> str:
    """`hour` and `minute` are sets of numbers, each of one here."""
    return f"{min(schedule.hour):02}:{min(schedule.minute):02}"
