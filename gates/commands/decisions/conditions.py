"""Conditions of a conditional go: cleared with what shows it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gates.commands.states import refuse
from gates.commands.texts import check_texts
from gates.errors import required
from gates.models import Condition
from gates.permissions import can_clear
from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, Forbidden, Invalid
from pocgate.ledger.commands import Act, record

CLEARED_ALREADY = Blocker("condition_cleared", "This condition was cleared already.")
NOT_YOURS = Blocker(
    "condition_not_yours", "A condition is cleared by its owner, the product owner of the case, or the chair."
)


def clear_condition(*, condition_id: int, note: str, actor: User, now: datetime) -> Condition:
    """Mark a condition as met, with what shows it; by its owner, the product owner of the case, or the chair."""
    check_texts(note=note)
    if not note.strip():
        raise Invalid([required("note", "what shows that the condition is met")])
    with transaction.atomic():
        condition = (
            Condition.objects.select_for_update(of=("self",))
            .select_related("decision__review__case", "decision__review__committee")
            .get(pk=condition_id)
        )
        if not can_clear(actor, condition):
            raise Forbidden(NOT_YOURS)
        cleared = Condition.objects.filter(pk=condition.pk, cleared_at__isnull=True)
        if not cleared.update(cleared_at=now, cleared_by=actor, clearing_note=note.strip()):
            refuse([CLEARED_ALREADY])
        case_id = condition.decision.review.case_id
        after = {"text": condition.text, "note": note.strip()}
        record(Act("condition.cleared", "condition", condition.pk, case_id, after=after), actor=actor, now=now)
        condition.refresh_from_db()
    return condition
