"""Jobs of the gates. Each may run twice, late, or on two workers at once with the same result."""

from __future__ import annotations

from datetime import datetime

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone, translation

from gates.commands.dossiers import refreeze_when_material
from gates.commands.reminders import remind
from gates.commands.reviews import close_or_extend_when_due
from gates.commands.sign_offs import outdate_overtaken
from gates.queries.reviews import reviews_voting

log = structlog.get_logger(__name__)


@shared_task(name="gates.sweep")
def sweep(**_: object) -> None:
    """Close votes whose time has come, freeze what changed under a running vote, outdate overtaken signatures."""
    now = timezone.now()
    with translation.override(settings.LANGUAGE_CODE):
        outdate_overtaken(now=now)
        for review_id in reviews_voting():
            _sweep_review(review_id, now)


def _sweep_review(review_id: int, now: datetime) -> None:
    try:
        close_or_extend_when_due(review_id=review_id, now=now)
        refreeze_when_material(review_id=review_id, actor=None, now=now)
    except Exception as error:
        log.exception("review_not_swept", review=review_id, exc_info=error)


@shared_task(name="gates.send_reminders")
def send_reminders(**_: object) -> int:
    """Remind of everything outstanding, once per occasion; the number of reminders handed in."""
    with translation.override(settings.LANGUAGE_CODE):
        return remind(now=timezone.now())
