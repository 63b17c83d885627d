"""Signing a checklist item for compliance."""

from __future__ import annotations

from dataclasses import dataclass

from pocgate.kernel.errors import Blocker
from scoring.rules.vocabulary import ACCEPTED, RETURNED


@dataclass(frozen=True)
class SignOffRequest:
    """What a sign-off depends on.

    `on_team` as for conflicts: now, within the last 12 months, or as sponsor or budget holder. `uploaded_revision` is
    about any of the evidence revisions the sign-off is bound to.
    """

    is_compliance: bool
    on_team: bool
    uploaded_revision: bool
    checklist_open: bool
    result: str
    comment: str


def sign_off_blockers(request: SignOffRequest) -> list[Blocker]:
    """What stands in the way of a sign-off; four eyes above all."""
    blockers = []
    if not request.is_compliance:
        blockers.append(Blocker("not_compliance", "Only compliance signs off."))
    if request.on_team:
        blockers.append(Blocker("in_conflict", "You are or were on the team of this case and cannot sign for it."))
    if request.uploaded_revision:
        message = "You uploaded evidence this sign-off is about; another person of compliance signs."
        blockers.append(Blocker("own_evidence", message))
    if not request.checklist_open:
        blockers.append(Blocker("checklist_closed", "The checklist belongs to a review that is over."))
    if request.result not in (ACCEPTED, RETURNED):
        message = "“{result}” is no result of a sign-off: accepted or returned."
        blockers.append(Blocker("unknown_result", message, {"result": request.result}))
    if request.result == RETURNED and not request.comment.strip():
        blockers.append(Blocker("comment_missing", "Returning an item needs a comment that says what is missing."))
    return blockers
