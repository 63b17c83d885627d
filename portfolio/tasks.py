"""The portfolio's tasks: checking and applying imports, each behind a job row."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from pocgate.identity.models import User
from pocgate.kernel import jobs
from pocgate.kernel.models import Job
from portfolio.commands import imports


@shared_task(name=imports.CHECK_TASK)
def check_import(*, job_id: int, **_: object) -> None:
    """Do the dry run of the job's import."""
    job = jobs.claim(job_id, now=timezone.now())
    if job is None:
        return
    with jobs.failing_noted(job, now=timezone.now()):
        run = imports.check_run(
            run_id=int(job.subject_id),
            now=timezone.now(),
            progress=lambda done, total: _report(job, done, total),
        )
        jobs.finish(job, now=timezone.now(), result={"state": run.state})


@shared_task(name=imports.APPLY_TASK)
def apply_import(*, job_id: int, **_: object) -> None:
    """Apply the job's import, in one transaction."""
    job = jobs.claim(job_id, now=timezone.now())
    if job is None:
        return
    with jobs.failing_noted(job, now=timezone.now()):
        actor = User.objects.get(pk=job.requested_by_id) if job.requested_by_id else None
        written = imports.apply_run(run_id=int(job.subject_id), actor=actor, now=timezone.now())
        jobs.finish(job, now=timezone.now(), result=written.as_json() if written else {})


def _report(job: Job, done: int, total: int) -> None:
    jobs.keep_alive(job, now=timezone.now(), done=done, total=total)
