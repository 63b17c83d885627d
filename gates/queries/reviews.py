"""Reviews and decisions that a person may see: those of the cases they see."""

from __future__ import annotations

import re
from datetime import datetime

from django.db.models import QuerySet

from gates.enums import OPEN_REVIEW_STATES, ReviewState
from gates.models import Condition, Decision, GateReview
from pocgate.identity.models import User
from portfolio.models import UseCase

_DECISION = re.compile(r"GD-([0-9]{4})-([0-9]{3,9})")


def reviews_visible_to(user: User, *, now: datetime) -> QuerySet[GateReview]:
    """Reviews with case, department, committee and playbook joined."""
    cases = UseCase.objects.visible_to(user, now=now).values("pk")
    return GateReview.objects.filter(case__in=cases).select_related(
        "case__department", "case__unit", "committee", "playbook", "requested_by"
    )


def open_review_of(case_id: int) -> GateReview | None:
    """The one review of the case that is still open."""
    return GateReview.objects.filter(case=case_id, state__in=OPEN_REVIEW_STATES).first()


def reviews_of(case: UseCase) -> QuerySet[GateReview]:
    """Every review of the case, the newest first, with decisions and their conditions."""
    return (
        GateReview.objects.filter(case=case)
        .select_related("committee", "requested_by")
        .prefetch_related("decisions__conditions__owner", "decisions__decided_by")
        .order_by("-requested_at", "-pk")
    )


def reviews_voting() -> list[int]:
    """Ids of reviews whose vote runs, in pk order."""
    return list(GateReview.objects.filter(state=ReviewState.VOTING).order_by("pk").values_list("pk", flat=True))


def decisions_visible_to(user: User, *, now: datetime) -> QuerySet[Decision]:
    """The register, the newest number first."""
    cases = UseCase.objects.visible_to(user, now=now).values("pk")
    return (
        Decision.objects.filter(review__case__in=cases)
        .select_related("review__case__department", "review__committee", "decided_by", "dossier", "release", "corrects")
        .order_by("-year", "-number")
    )


def conditions_visible_to(user: User, *, now: datetime) -> QuerySet[Condition]:
    """Conditions of the decisions that a person sees."""
    cases = UseCase.objects.visible_to(user, now=now).values("pk")
    return Condition.objects.filter(decision__review__case__in=cases).select_related(
        "owner", "cleared_by", "decision__review__case", "decision__review__committee"
    )


def decision_of_number(decisions: QuerySet[Decision], reference: str) -> Decision | None:
    """The one of these decisions that has the number, such as `GD-2026-014`; None for anything else."""
    match = _DECISION.fullmatch(reference)
    if match is None:
        return None
    return decisions.filter(year=int(match.group(1)), number=int(match.group(2))).first()
