"""What a correction of a decision depends on, and the links between decisions that correct each other."""

from __future__ import annotations

from datetime import datetime

from gates.enums import OPEN_REVIEW_STATES
from gates.models import Decision, GateReview
from gates.permissions import is_chair_of
from gates.queries.committees import conflicts_of, seats_at
from gates.rules.transitions import CorrectionState
from pocgate.identity.models import User
from pocgate.identity.queries import active_people
from portfolio.models import TeamMember


def correction_state(decision: Decision, actor: User, *, now: datetime) -> CorrectionState:
    """What a correction by this person depends on now."""
    review = decision.review
    chair = is_chair_of(actor, review.committee, now=now)
    later = Decision.objects.filter(review__case=review.case_id, decided_at__gte=decision.decided_at)
    again = later.exclude(review=review).order_by("decided_at", "pk").first()
    corrected = correction_of(decision)
    reviews = GateReview.objects.filter(case=review.case_id, state__in=OPEN_REVIEW_STATES)
    return CorrectionState(
        is_chair=chair,
        in_conflict=chair and actor.pk in conflicts_of(review.case_id, now=now),
        corrected_by=corrected.reference if corrected else "",
        decided_again_by=again.reference if again else "",
        has_open_review=reviews.exists(),
    )


def correction_of(decision: Decision) -> Decision | None:
    """The decision that corrects this one."""
    return Decision.objects.filter(corrects=decision).select_related("decided_by").first()


def people_for_conditions(decision: Decision, *, now: datetime) -> list[User]:
    """Who may own a condition: the team of the case, the committee, and who owns one now."""
    team = TeamMember.objects.filter(case=decision.review.case_id, ended_at__isnull=True)
    seats = seats_at(decision.review.committee, now)
    owners = decision.conditions.values_list("owner_id", flat=True)
    ids = {*team.values_list("user_id", flat=True), *(seat.user_id for seat in seats), *owners}
    return list(active_people(ids))
