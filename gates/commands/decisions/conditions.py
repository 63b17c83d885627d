"""Conditions of a conditional go: cleared with what shows it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gates.commands.states import refuse
from gates.commands.texts import check_texts
from gates.errors import required, unknown
from gates.models import Condition, Decision
from gates.permissions import can_clear
from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, Forbidden, Invalid
from pocgate.ledger.commands import Act, record
from portfolio.commands.standing import ask_for_standing
from portfolio.models import EvidenceRevision

CLEARED_ALREADY = Blocker("condition_cleared", "This condition was cleared already.")
NOT_YOURS = Blocker(
    "condition_not_yours", "A condition is cleared by its owner, the product owner of the case, or the chair."
)
_SEE_CORRECTION = "{number} corrected this decision and sets its conditions anew; clear the one there."


def clear_condition(
    *, condition_id: int, note: str, actor: User, now: datetime, revision_id: int | None = None
) -> Condition:
    """Mark a condition as met, with what shows it; by its owner, the product owner of the case, or the chair.

    `revision_id` is the revision of the case's evidence that shows it.
    """
    check_texts(note=note)
    if not note.strip():
        raise Invalid([required("note", "what shows that the condition is met")])
    with transaction.atomic():
        condition = (
            Condition.objects.select_for_update(of=("self",))
            .select_related("decision__review__case", "decision__review__committee")
            .get(pk=condition_id)
        )
        if not can_clear(actor, condition, now=now):
            raise Forbidden(NOT_YOURS)
        corrected = Decision.objects.filter(corrects=condition.decision_id).first()
        if corrected is not None:
            refuse([Blocker("decision_corrected", _SEE_CORRECTION, {"number": corrected.reference})])
        case_id = condition.decision.review.case_id
        evidence = _revision(case_id, revision_id)
        cleared = Condition.objects.filter(pk=condition.pk, cleared_at__isnull=True)
        if not cleared.update(cleared_at=now, cleared_by=actor, clearing_note=note.strip(), clearing_evidence=evidence):
            refuse([CLEARED_ALREADY])
        after = {"text": condition.text, "note": note.strip(), "evidence": revision_id}
        record(Act("condition.cleared", "condition", condition.pk, case_id, after=after), actor=actor, now=now)
        condition.refresh_from_db()
        ask_for_standing(case_id)
    return condition


def _revision(case_id: int, revision_id: int | None) -> EvidenceRevision | None:
    if revision_id is None:
        return None
    usable = EvidenceRevision.objects.filter(evidence__case=case_id, evidence__withdrawn_at__isnull=True)
    found = usable.filter(pk=revision_id).first()
    if found is None:
        raise Invalid([unknown("evidence", revision_id)])
    return found
