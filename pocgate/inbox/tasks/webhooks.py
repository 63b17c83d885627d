"""Tells administrators of a webhook that was disabled: the ledger, below, leaves a job for it."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from pocgate.identity.enums import Role
from pocgate.identity.queries import people_with_role
from pocgate.inbox.commands import Notice, notify
from pocgate.inbox.enums import NotificationKind
from pocgate.kernel import jobs
from pocgate.kernel.models import Job


@shared_task(name="inbox.tell_webhook_disabled")
def tell_webhook_disabled(*, job_id: int, **__: object) -> None:
    """Once for each time, in the application and by mail as everybody chose."""
    job = jobs.claim(job_id, now=timezone.now())
    if job is None:
        return
    with jobs.failing_noted(job, now=timezone.now()), translation.override(settings.LANGUAGE_CODE):
        administrators = people_with_role(Role.ADMIN, now=timezone.now()).values_list("pk", flat=True)
        notify(_notice(job), user_ids=list(administrators), now=timezone.now())
        jobs.finish(job, now=timezone.now())


def _notice(job: Job) -> Notice:
    return Notice(
        kind=NotificationKind.CHANNEL_FAILED,
        subject_type=job.subject_type,
        subject_id=job.subject_id,
        occasion=f"disabled {job.pk}",
        title=_("The webhook “%(name)s” was disabled") % {"name": job.parameters["name"]},
        reason=_("You get this because you administer webhooks. %(because)s") % {"because": job.parameters["because"]},
        url=f"/administration/webhooks/{job.subject_id}/",
    )
