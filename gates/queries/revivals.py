"""What would bring a stopped case back, and whether it happened."""

from __future__ import annotations

from gates.models import GateReview, ReviveTrigger
from portfolio.models import UseCase


def revive_triggers_of(case: UseCase, review: GateReview | None = None) -> list[ReviveTrigger]:
    """The triggers of the case, or of the stop that one review decided, the newest first."""
    rows = ReviveTrigger.objects.filter(case=case)
    if review is not None:
        rows = rows.filter(decision__review=review)
    return list(rows.select_related("decision", "fired_by").order_by("-pk"))
