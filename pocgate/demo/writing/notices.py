"""What people were told about reviews, by the very functions that tell them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from gates.commands.notices import tell_decision, tell_review_requested, tell_voting_opened
from gates.commands.proposals import link_proposals, open_reviews_by_themselves, propose_reviews_due
from gates.commands.reminders import remind
from gates.commands.standing import check_standings
from gates.models import Decision, GateReview
from pocgate.demo.plan.shapes import ReviewPlan
from pocgate.inbox.enums import NotificationKind
from pocgate.inbox.models import Notification

RECENT = timedelta(days=45)
READ_AFTER = timedelta(days=3)
LAST_MORNING = timedelta(hours=20)
# Later than anything else that happened; what it notes comes last in the ledger.
LAST_LOOK = timedelta(minutes=3)


def write_notices(told: Iterable[tuple[ReviewPlan, GateReview]], *, now: datetime) -> None:
    """News of the last weeks, each at its time; what is older than the last visit was read."""
    for review, row in told:
        if review.requested_at > now - RECENT:
            tell_review_requested(row, now=review.requested_at)
            if review.opened_at is not None:
                tell_voting_opened(row, now=review.opened_at)
        if review.decision is not None and review.decision.at > now - RECENT:
            tell_decision(Decision.objects.select_related("review__case").get(review=row), now=review.decision.at)
    quiet_mail(now=now)
    for notification in Notification.objects.filter(created_at__lt=now - READ_AFTER, read_at__isnull=True):
        notification.read_at = notification.created_at + timedelta(hours=5)
        notification.save(update_fields=["read_at"])


def write_last_look(*, now: datetime) -> None:
    """What the clock's work found when it last ran, and what people were told of it, which they have read.

    Without it, all that had come due in the life of the organisation would be told in the first minute of its loading.
    """
    remind(now=now - LAST_MORNING, is_first_of_day=True)
    looked = now - LAST_LOOK
    check_standings(now=looked)
    propose_reviews_due(now=looked)
    open_reviews_by_themselves(now=looked)
    link_proposals()
    quiet_mail(now=now)
    told = Notification.objects.filter(created_at__in=[looked, now - LAST_MORNING], read_at__isnull=True)
    told.exclude(kind=NotificationKind.VOTE_OUTSTANDING).update(read_at=now)


def quiet_mail(*, now: datetime) -> None:
    """Old news are not mailed again."""
    Notification.objects.filter(created_at__lte=now, mail_state="due").update(mail_state="none")
