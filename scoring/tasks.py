"""Scoring's background work. The versions on each case are the record; a message is only a wake-up."""

from __future__ import annotations

import time
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from pocgate.kernel import jobs
from pocgate.kernel.enums import JobState
from pocgate.kernel.models import Job
from portfolio.models import UseCase
from scoring.commands.imports import take_over_answers
from scoring.commands.playbooks import RECOMPUTE_ALL_TASK
from scoring.commands.readiness import Recomputed, recompute_cases
from scoring.queries.imports import cases_with_imported_answers
from scoring.queries.recompute import all_batches, due_batches, is_due

# Beat sends the next sweep after 15 s; this one ends before that and leaves the rest to it.
SWEEP_SECONDS = 12.0


@shared_task(name="scoring.recompute_case")
def recompute_case(case_id: int, **_: object) -> bool:
    """Recompute one case; False when an earlier message, or the sweep, has done it already."""
    now = timezone.now()
    if not UseCase.objects.filter(is_due(now), pk=case_id).exists():
        return False
    recompute_cases([case_id], now=now)
    return True


@shared_task(name="scoring.sweep_readiness")
def sweep_readiness(**_: object) -> int:
    """Recompute the cases that are due, a batch at a time, for at most `SWEEP_SECONDS`; how many."""
    ends_at = time.monotonic() + SWEEP_SECONDS
    done = 0
    for case_ids in due_batches(now=timezone.now()):
        done += recompute_cases(case_ids, now=timezone.now()).cases
        if time.monotonic() > ends_at:
            break
    return done


@shared_task(name=RECOMPUTE_ALL_TASK)
def recompute_all(job_id: int | None = None, **_: object) -> None:
    """Recompute every case. Without a job, as beat calls it at night, the job's row is written first."""
    now = timezone.now()
    if job_id is None:
        if not Job.objects.filter(kind=RECOMPUTE_ALL_TASK, state__in=[JobState.WAITING, JobState.RUNNING]).exists():
            jobs.enqueue(RECOMPUTE_ALL_TASK, now=now)
        return
    job = jobs.claim(job_id, now=now)
    if job is not None:
        with jobs.failing_noted(job, now=now):
            _recompute_all(job, now=now)


def _recompute_all(job: Job, *, now: datetime) -> None:
    total = UseCase.objects.count()
    done = Recomputed()
    for case_ids in all_batches():
        done += recompute_cases(case_ids, now=timezone.now())
        if not jobs.keep_alive(job, now=timezone.now(), done=min(done.cases, total), total=total):
            return
    result = {"cases": done.cases, "changed": done.changed, "failed": list(done.failed)}
    jobs.finish(job, now=timezone.now(), result=result)


@shared_task(name="scoring.take_over_imported_answers")
def take_over_imported_answers(job_id: int, **_: object) -> None:
    """Write down the answers that an import left with its cases. The job's subject may name the run."""
    now = timezone.now()
    job = jobs.claim(job_id, now=now)
    if job is None:
        return
    with jobs.failing_noted(job, now=now):
        run_id = int(job.subject_id) if job.subject_id else None
        taken = 0
        for origins in cases_with_imported_answers(run_id):
            taken += take_over_answers(origins, now=timezone.now())
            if not jobs.keep_alive(job, now=timezone.now()):
                return
        jobs.finish(job, now=timezone.now(), result={"answers": taken})
