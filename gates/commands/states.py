"""How a review is locked and changes its state: only from the state it was read in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F

from gates.models import GateReview
from pocgate.kernel.errors import Blocker, NotAllowedNow, Stale


def lock_review(review_id: int) -> GateReview:
    """The review, locked until the transaction ends; reviews are locked before their case."""
    return (
        GateReview.objects.select_for_update(of=("self",))
        .select_related("case__department", "case__unit", "committee", "playbook")
        .get(pk=review_id)
    )


def change_state(review: GateReview, after: str, **fields: Any) -> None:
    """Set the state and fields; `Stale` when the review is no longer in the state it was read in."""
    changed = GateReview.objects.filter(pk=review.pk, state=review.state).update(
        state=after, version=F("version") + 1, **fields
    )
    if changed != 1:
        raise Stale("Somebody else changed this review meanwhile; read it again.")
    review.state = after
    for name, value in fields.items():
        setattr(review, name, value)
    review.version += 1


def refuse(blockers: Iterable[Blocker]) -> None:
    """Raise `NotAllowedNow` with every reason, or nothing."""
    found = list(blockers)
    if found:
        raise NotAllowedNow(found)
