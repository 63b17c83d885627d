"""Jobs of the gates. Each may run twice, late, or on two workers at once with the same result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone, translation

from gates.commands.dossiers import refreeze_when_material
from gates.commands.meetings import send_packs
from gates.commands.notices import tell_reviews_proposed
from gates.commands.proposals import link_proposals, open_reviews_by_themselves, propose_reviews_due
from gates.commands.reminders import remind
from gates.commands.reviews import close_or_extend_when_due
from gates.commands.sign_offs import outdate_overtaken
from gates.commands.standing import check_standing, check_standings
from gates.queries.days import day_here
from gates.queries.reviews import reviews_voting
from pocgate.kernel.schedule import last_success

log = structlog.get_logger(__name__)


@shared_task(name="gates.sweep")
def sweep(**_: object) -> None:
    """Close votes whose time has come, freeze what changed under a running vote, outdate overtaken signatures.

    Chairs are told of the reviews that cost proposes. Standings are noted, reviews are proposed for what lapsed and for
    what comes round by the calendar, and some open by themselves. What fails does not keep the rest from being done;
    its error is raised in the end, so that the run is seen to have failed.
    """
    broken = []
    with translation.override(settings.LANGUAGE_CODE):
        for what, act in _steps(timezone.now()):
            try:
                act()
            except Exception as error:
                log.exception("not_swept", what=what, exc_info=error)
                broken.append(error)
    if broken:
        raise broken[0]


def _steps(now: datetime) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "signatures_outdated", partial(outdate_overtaken, now=now)
    yield "reviews_told", partial(tell_reviews_proposed, now=now)
    yield "packs_sent", partial(send_packs, now=now)
    for review_id in reviews_voting():
        yield f"review {review_id}", partial(_sweep_review, review_id, now)
    yield "standings", partial(check_standings, now=now)
    yield "reviews_due", partial(propose_reviews_due, now=now)
    yield "reviews_opened", partial(open_reviews_by_themselves, now=now)
    yield "proposals_linked", link_proposals


@shared_task(name="gates.check_standing")
def check_standing_of_case(*, case_id: int, **_: object) -> bool:
    """Somebody changed what a go rests on: note at once how it stands."""
    with translation.override(settings.LANGUAGE_CODE):
        return check_standing(case_id=case_id, now=timezone.now())


def _sweep_review(review_id: int, now: datetime) -> None:
    close_or_extend_when_due(review_id=review_id, now=now)
    refreeze_when_material(review_id=review_id, actor=None, now=now)


@shared_task(name="gates.send_reminders")
def send_reminders(**_: object) -> int:
    """Remind of everything outstanding, once per occasion; the number of reminders handed in."""
    now = timezone.now()
    before = last_success(settings.REMINDERS_TASK)
    with translation.override(settings.LANGUAGE_CODE):
        return remind(now=now, is_first_of_day=before is None or day_here(before) < day_here(now))
