"""Job rows: enqueue, claim, keep alive, finish. A message is only a wake-up; the row is the record.

A job's kind is the name of its Celery task, which is called with `job_id`. Each may run twice, late, or on two
workers at once: the claim is a conditional update, and only one of them wins it.

A worker that dies takes all it has in hand with it, so that says less of a job than an error of its own does: losses
count apart from errors, and more of them are forgiven.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import structlog
from celery import current_app
from django.db import DatabaseError, connection, transaction
from django.db.models import Case, F, Q, QuerySet, When
from django.utils import timezone
from kombu.exceptions import OperationalError

from pocgate.kernel.enums import JobState
from pocgate.kernel.models import Heartbeat, Job

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 10.0
WAKE_AGAIN = timedelta(seconds=60)
MAX_ATTEMPTS = 5
# A lost job is woken again after a minute: twenty kills in five minutes lose none so often, and one that kills its
# worker is given up after about ten.
MAX_LOSSES = 10
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = FIRST_PAUSE * 2 ** (MAX_ATTEMPTS - 1)
SWEEP_TASK = "kernel.sweep_jobs"
# Of Redis's steps 0, 3, 6 and 9, which files keep as well. What the clock starts has none and comes first: a minute's
# reminders and heartbeats do not wait behind thousands of changes.
USUAL_PRIORITY = 3
LOWEST_PRIORITY = 9


def wake(task: str, **arguments: object) -> None:
    """Send the named task once the transaction commits. A broker that is away is logged: the sweep finds the work."""
    transaction.on_commit(lambda: send(task, **arguments))


def send(task: str, **arguments: object) -> None:
    """Send the named task now; a broker that is away is logged, not raised."""
    send_after(timedelta(), task, **arguments)


def send_after(pause: timedelta, task: str, **arguments: object) -> None:
    """Send the named task for a moment soon. A worker holds it until then and loses it when killed: a hint alone."""
    _send(task, arguments, countdown=pause.total_seconds() or None)


def send_behind(task: str, **arguments: object) -> None:
    """Send the named task now, to be done when nothing else waits."""
    _send(task, arguments, priority=LOWEST_PRIORITY)


def _send(task: str, arguments: dict[str, object], *, priority: int = USUAL_PRIORITY, **options: Any) -> None:
    try:
        current_app.send_task(task, kwargs=arguments, ignore_result=True, priority=priority, **options)
    except (OperationalError, OSError) as error:
        log.warning("broker_unreachable", task=task, error=str(error))


def enqueue(
    kind: str,
    *,
    now: datetime,
    subject_type: str = "",
    subject_id: object = "",
    parameters: Mapping[str, Any] | None = None,
    requested_by_id: int | None = None,
    due_at: datetime | None = None,
) -> Job:
    """Write the job's row and wake a worker when the transaction commits."""
    job = Job.objects.create(
        kind=kind,
        subject_type=subject_type,
        subject_id=str(subject_id),
        parameters=dict(parameters or {}),
        requested_by_id=requested_by_id,
        due_at=due_at or now,
        created_at=now,
        woken_at=now if due_at is None or due_at <= now else None,
    )
    if job.due_at <= now:
        wake(kind, job_id=job.pk)
    return job


def enqueue_once(kind: str, *, now: datetime, subject_type: str, subject_id: object) -> None:
    """Enqueue unless a job of this kind already waits for the subject: many changes make one run.

    A running one does not count, because it may have read the subject before this change.
    """
    waiting = Job.objects.filter(
        kind=kind, subject_type=subject_type, subject_id=str(subject_id), state=JobState.WAITING, due_at__lte=now
    )
    if not waiting.exists():
        enqueue(kind, now=now, subject_type=subject_type, subject_id=subject_id)


def claim(job_id: int, *, now: datetime) -> Job | None:
    """Take the job for this worker, or None when it is done, not due, held by another one's live lease, or given up."""
    mine = Job.objects.filter(_claimable(now), pk=job_id, due_at__lte=now)
    # One transaction, so that the row read is that of this claim, whoever takes it over later.
    with transaction.atomic():
        taken = mine.update(
            state=JobState.RUNNING,
            lease_until=now + LEASE,
            claims=F("claims") + 1,
            attempts=F("attempts") + 1,
            losses=F("losses") + Case(When(state=JobState.RUNNING, then=1), default=0),
            started_at=now,
        )
        return Job.objects.get(pk=job_id) if taken else None


def _claimable(now: datetime) -> Q:
    return Q(state=JobState.WAITING) | _lost(now) & Q(losses__lt=MAX_LOSSES - 1)


def _lost(now: datetime) -> Q:
    return Q(state=JobState.RUNNING, lease_until__lt=now)


def _held(job: Job) -> QuerySet[Job]:
    """The job's row as long as it is held by the claim that returned `job`; the number of a claim never comes again."""
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, claims=job.claims)


def keep_alive(job: Job, *, now: datetime, done: int | None = None, total: int | None = None) -> bool:
    """Extend the lease and report progress; False when another worker has taken the job over."""
    changes: dict[str, Any] = {"lease_until": now + LEASE}
    if total is not None:
        changes["progress_total"] = total
    if done is not None:
        changes["progress_done"] = done
    return bool(_held(job).update(**changes))


def finish(job: Job, *, now: datetime, result: Mapping[str, Any] | None = None) -> bool:
    """Mark the job done; False when another worker has taken it over."""
    return bool(
        _held(job).update(
            state=JobState.DONE, finished_at=now, lease_until=None, last_error="", result=dict(result or {})
        )
    )


def fail(job: Job, error: BaseException, *, now: datetime) -> None:
    """Note the error; try again later with doubling pauses, or leave it failed after `MAX_ATTEMPTS` errors."""
    last = job.errors >= MAX_ATTEMPTS
    _held(job).update(
        state=JobState.FAILED if last else JobState.WAITING,
        due_at=now + FIRST_PAUSE * 2**job.errors,
        lease_until=None,
        finished_at=now if last else None,
        last_error="".join(traceback.format_exception_only(error)).strip()[:4000],
    )
    log.error("job_failed", job=job.pk, kind=job.kind, attempts=job.attempts, exc_info=error)


def retry(job_id: int, *, now: datetime) -> bool:
    """Put a failed job back to work; False when it had not failed."""
    again = Job.objects.filter(pk=job_id, state=JobState.FAILED).update(
        state=JobState.WAITING, attempts=0, losses=0, due_at=now, finished_at=None, woken_at=now
    )
    if again:
        wake(Job.objects.values_list("kind", flat=True).get(pk=job_id), job_id=job_id)
    return bool(again)


@contextmanager
def failing_noted(job: Job, *, now: datetime) -> Iterator[None]:
    """Note an error of the body on the job's row instead of raising it, and keep the lease alive meanwhile."""
    try:
        with _heart(job):
            yield
    except Exception as error:  # noqa: BLE001 - whatever broke, the row must say so
        fail(job, error, now=now)


@contextmanager
def _heart(job: Job) -> Iterator[None]:
    """Extend the lease every `HEARTBEAT_SECONDS` beside a body that may not get round to it, such as one transaction.

    A killed process beats no more, so its job is free again after `LEASE`.
    """
    stopped = Event()
    heart = Thread(target=_beat_until, args=(stopped, job), name=f"job-{job.pk}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        stopped.set()


def _beat_until(stopped: Event, job: Job) -> None:
    while not stopped.wait(HEARTBEAT_SECONDS):
        try:
            if not keep_alive(job, now=timezone.now()):
                return
        except DatabaseError as error:
            # On SQLite a long write keeps everybody out, so nobody can take the job over either.
            log.info("heartbeat_missed", job=job.pk, error=str(error))
        finally:
            connection.close()


def sweep(*, now: datetime, limit: int = 500) -> int:
    """Wake every job that is due and undone, oldest first; the number woken. What was lost too often is given up.

    A job is woken again only after `WAKE_AGAIN`: a long queue is not made longer by messages about what waits in it.
    Of two sweeps at once each takes rows of its own.
    """
    woken_long_ago = Q(woken_at__lt=now - WAKE_AGAIN) | Q(woken_at__gt=now + WAKE_AGAIN)
    silent = Q(woken_at__isnull=True) | woken_long_ago | Q(due_at__gt=F("woken_at"))
    with transaction.atomic():
        _bring_back_from_the_future(now)
        _give_up_lost(now)
        due = Job.objects.filter(_claimable(now), silent, due_at__lte=now).order_by("due_at", "pk")
        # SQLite has no such lock and needs none: a second writer waits for the first.
        jobs = list(due.select_for_update(skip_locked=True).values_list("kind", "pk")[:limit])
        Job.objects.filter(pk__in=[pk for _kind, pk in jobs]).update(woken_at=now)
    for kind, pk in jobs:
        send(kind, job_id=pk)
    return len(jobs)


def _bring_back_from_the_future(now: datetime) -> None:
    """End the leases and let come due what a clock that ran ahead has put off, once it is set back.

    No lease is ever given for longer than `LEASE`. A job that was due when it was written, was begun, or waits for
    another attempt for longer than any pause, was never meant to wait; one written for later keeps its time.
    """
    Job.objects.filter(state=JobState.RUNNING, lease_until__gt=now + LEASE).update(lease_until=now + LEASE)
    waits = Q(due_at__lte=F("created_at")) | Q(started_at__isnull=False, due_at__gt=now + LONGEST_PAUSE)
    never_meant_to = Q(waits, state=JobState.WAITING) | Q(state=JobState.RUNNING)
    Job.objects.filter(never_meant_to, due_at__gt=now).update(due_at=now)


def _give_up_lost(now: datetime) -> None:
    given_up = Job.objects.filter(_lost(now), losses__gte=MAX_LOSSES - 1).update(
        state=JobState.FAILED,
        losses=F("losses") + 1,
        lease_until=None,
        finished_at=now,
        last_error=f"The worker died or lost the job {MAX_LOSSES} times. It may be what kills the worker.",
    )
    if given_up:
        log.error("jobs_given_up", jobs=given_up, losses=MAX_LOSSES)


def retry_all_failed(*, now: datetime, kind: str = "") -> int:
    """Put every failed job, or those of one kind, back to work; the number. The sweep wakes them."""
    failed = Job.objects.filter(state=JobState.FAILED)
    again = (failed.filter(kind=kind) if kind else failed).update(
        state=JobState.WAITING, attempts=0, losses=0, due_at=now, finished_at=None, woken_at=None
    )
    if again:
        wake(SWEEP_TASK)
    return again


def forget_done(*, now: datetime, days: int, limit: int = 5000) -> int:
    """Remove jobs that were done more than `days` ago, at most `limit` at a time; failed ones stay for a person."""
    old = Job.objects.filter(state=JobState.DONE, finished_at__lt=now - timedelta(days=days)).order_by("finished_at")
    removed, _by_model = Job.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()
    return removed


def beat(name: str, *, now: datetime) -> None:
    """Record that a background process is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": now})
