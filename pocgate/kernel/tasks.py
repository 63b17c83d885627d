"""The kernel's own tasks: the job sweep and the worker's heartbeat."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from pocgate.kernel import jobs


@shared_task(name="kernel.sweep_jobs")
def sweep_jobs(**_: object) -> int:
    """Wake the jobs that are due and undone."""
    return jobs.sweep(now=timezone.now())


@shared_task(name="kernel.beat_heartbeat")
def beat_heartbeat(**_: object) -> None:
    """A worker ran this, so beat, broker and worker all work."""
    jobs.beat("worker", now=timezone.now())
