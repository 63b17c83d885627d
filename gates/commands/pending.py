"""An override that still waits when its review ends is set aside with it."""

from __future__ import annotations

from datetime import datetime

from gates.enums import OverrideState
from gates.models import GateReview, OverrideRequest
from pocgate.identity.models import User
from pocgate.ledger.commands import Act, record


def set_aside_override(review: GateReview, note: str, *, actor: User, now: datetime) -> None:
    """Withdraw the pending override of the locked review, which is decided or withdrawn without it."""
    request = OverrideRequest.objects.filter(review=review, state=OverrideState.PENDING).first()
    if request is None:
        return
    request.review = review
    request.state, request.settled_by, request.settled_at, request.note = OverrideState.WITHDRAWN, actor, now, note
    request.save(update_fields=["state", "settled_by", "settled_at", "note"])
    note_override("override.withdrawn", request, actor=actor, now=now)


def note_override(verb: str, request: OverrideRequest, *, actor: User, now: datetime) -> None:
    """One act on an override, as activity."""
    after = {"outcome": request.outcome, "passes_over": request.passes_over, "reason": request.note or request.reason}
    record(Act(verb, "override", request.pk, request.review.case_id, after=after), actor=actor, now=now)
