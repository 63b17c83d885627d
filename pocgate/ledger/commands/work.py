"""Putting failed jobs back to work, with the act that says who did."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.identity.permissions import require_administrator
from pocgate.kernel import jobs
from pocgate.kernel.models import Job
from pocgate.ledger.commands.activity import Act, record


def retry_job(*, job_id: int, actor: User, now: datetime) -> bool:
    """Put a failed job back to work; False when it had not failed. By administrators. Raises `Job.DoesNotExist`."""
    require_administrator(actor, now=now)
    with transaction.atomic():
        kind = Job.objects.values_list("kind", flat=True).get(pk=job_id)
        if not jobs.retry(job_id, now=now):
            return False
        record(Act("job.retried", "job", job_id, after={"kind": kind}), actor=actor, now=now)
    return True


def retry_failed_jobs(*, kind: str = "", actor: User, now: datetime) -> int:
    """Put every failed job, or those of one kind, back to work; the number. By administrators."""
    require_administrator(actor, now=now)
    with transaction.atomic():
        if again := jobs.retry_all_failed(now=now, kind=kind):
            record(Act("job.retried", "job", "all", after={"kind": kind, "jobs": again}), actor=actor, now=now)
    return again
