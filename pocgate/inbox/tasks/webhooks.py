"""Tells administrators of a webhook that was disabled or did not take events: the ledger, below, leaves jobs for it."""

from __future__ import annotations

from collections.abc import Callable

from celery import shared_task
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pocgate.identity.enums import Role
from pocgate.identity.queries import people_with_role
from pocgate.inbox.commands import Notice, notify
from pocgate.inbox.enums import NotificationKind
from pocgate.kernel import jobs
from pocgate.kernel.models import Job
from pocgate.ledger.queries.webhooks import endpoints, failed_events


@shared_task(name="inbox.tell_webhook_disabled")
def tell_webhook_disabled(*, job_id: int, **__: object) -> None:
    """Once for each time, in the application and by mail as everybody chose."""
    _tell(job_id, _disabled)


@shared_task(name="inbox.tell_webhook_given_up")
def tell_webhook_given_up(*, job_id: int, **__: object) -> None:
    """Once for each webhook and day, however many events it did not take."""
    _tell(job_id, _given_up)


def _tell(job_id: int, notice_of: Callable[[Job], Notice | None]) -> None:
    job = jobs.claim(job_id, now=timezone.now())
    if job is None:
        return
    with jobs.failing_noted(job, now=timezone.now()), translation.override(settings.LANGUAGE_CODE):
        if notice := notice_of(job):
            administrators = people_with_role(Role.ADMIN, now=timezone.now()).values_list("pk", flat=True)
            notify(notice, user_ids=list(administrators), now=timezone.now())
        jobs.finish(job, now=timezone.now())


def _given_up(job: Job) -> Notice | None:
    """Nothing when somebody sent them again meanwhile."""
    endpoint = endpoints().filter(pk=job.subject_id).first()
    failed = failed_events().filter(endpoint=endpoint).count() if endpoint else 0
    if endpoint is None or not failed:
        return None
    title = ngettext(
        "%(number)s event did not reach the webhook “%(name)s”",
        "%(number)s events did not reach the webhook “%(name)s”",
        failed,
    )
    return Notice(
        kind=NotificationKind.CHANNEL_FAILED,
        subject_type=job.subject_type,
        subject_id=job.subject_id,
        occasion=f"given up {timezone.localdate().isoformat()}",
        title=title % {"number": failed, "name": endpoint.name},
        reason=_(
            "You get this because you administer webhooks. All attempts failed, while others got through; "
            "what is given up is sent again from the webhook's page."
        ),
        url=f"/administration/webhooks/{job.subject_id}/?state=failed",
    )


def _disabled(job: Job) -> Notice:
    return Notice(
        kind=NotificationKind.CHANNEL_FAILED,
        subject_type=job.subject_type,
        subject_id=job.subject_id,
        occasion=f"disabled {job.pk}",
        title=_("The webhook “%(name)s” was disabled") % {"name": job.parameters["name"]},
        reason=_("You get this because you administer webhooks. %(because)s") % {"because": job.parameters["because"]},
        url=f"/administration/webhooks/{job.subject_id}/",
    )
