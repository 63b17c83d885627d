"""The kernel's own tasks: the job sweep, retention of jobs and sessions, and the worker's heartbeat."""

from __future__ import annotations

from importlib import import_module

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from pocgate.kernel import jobs, schedule


@shared_task(name=jobs.SWEEP_TASK)
def sweep_jobs(**_: object) -> int:
    """Wake the jobs that are due and undone, and the work of the night that was missed; how many."""
    now = timezone.now()
    missed = schedule.tasks_missed(now=now)
    for task in missed:
        jobs.send(task)
    return len(missed) + jobs.sweep(now=now)


@shared_task(name="kernel.forget_done_jobs")
def forget_done_jobs(**_: object) -> int:
    """Remove the rows of jobs done long ago; those that failed stay until somebody retries them. How many."""
    removed, batch = 0, -1
    while batch:
        batch = jobs.forget_done(now=timezone.now(), days=settings.JOB_RETENTION_DAYS)
        removed += batch
    return removed


@shared_task(name="kernel.forget_expired_sessions")
def forget_expired_sessions(**_: object) -> None:
    """Remove the sessions of people who did not come back; signing out removes one at once."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@shared_task(name="kernel.beat_heartbeat")
def beat_heartbeat(**_: object) -> None:
    """A worker ran this, so beat, broker and worker all work."""
    jobs.beat("worker", now=timezone.now())
