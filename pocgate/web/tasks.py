"""Writes digests, which show several apps at once and are handed to the inbox; removes what calendars told long ago."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from gates.commands.calendars import forget_entries
from pocgate.inbox.commands.digests import claim_digest, keep_content, plan_digest
from pocgate.inbox.queries.digests import digests_due, digests_to_compose
from pocgate.web.queries.digest import digest_content

log = structlog.get_logger(__name__)


@shared_task(name="web.write_digests")
def write_digests(**_: object) -> int:
    """Claim every digest whose local hour has come, and write those that are claimed; the number written."""
    now = timezone.now()
    for due in digests_due(now=now):
        plan_digest(due, now=now)
    return sum(_write(digest_id) for digest_id in digests_to_compose(now=now))


@shared_task(name="web.forget_calendar_entries")
def forget_calendar_entries(**_: object) -> int:
    """Remove what calendar links told and tell no more; how many."""
    return forget_entries(now=timezone.now())


def _write(digest_id: int) -> bool:
    digest = claim_digest(digest_id, now=timezone.now())
    if digest is None:
        return False
    try:
        content = digest_content(digest, language=settings.LANGUAGE_CODE)
    except Exception as error:
        # One person's records must not keep everybody else's digests back; the lease brings it up again.
        log.exception("digest_not_written", digest=digest_id, exc_info=error)
        return False
    return keep_content(digest, content, now=timezone.now())
