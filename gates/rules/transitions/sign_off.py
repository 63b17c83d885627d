"""Signing a checklist item for compliance."""

from __future__ import annotations

from dataclasses import dataclass

from pocgate.kernel.errors import Blocker, FieldProblem
from scoring.rules.vocabulary import ACCEPTED, RETURNED

WAIVED, EXTRA = "waived", "extra"


@dataclass(frozen=True)
class SignOffRequest:
    """What a sign-off depends on.

    `on_team` as for conflicts: now, within the last 12 months, or as sponsor or budget holder. `uploaded_revision` is
    about any of the evidence revisions the sign-off is bound to or the answer names. `wrote_answer`: the answer that is
    countersigned is the signer's own. `lacks_tier`: the tier is to be confirmed and nobody said which; `unasked`: the
    case pivoted and the questionnaire was not answered anew.
    """

    is_compliance: bool
    on_team: bool
    uploaded_revision: bool
    checklist_open: bool
    result: str
    comment: str
    kind: str = "sign_off"
    wrote_answer: bool = False
    lacks_tier: bool = False
    unasked: bool = False


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
    if request.wrote_answer:
        blockers.append(Blocker("own_answer", "You gave the answer yourself; another person of compliance signs."))
    if not request.checklist_open:
        blockers.append(Blocker("checklist_closed", "The checklist belongs to a review that is over."))
    return [*blockers, *_of_result(request)]


def _of_result(request: SignOffRequest) -> list[Blocker]:
    blockers = []
    if request.result not in (ACCEPTED, RETURNED, WAIVED):
        message = "“{result}” is no result of a sign-off: accepted, returned or waived."
        blockers.append(Blocker("unknown_result", message, {"result": request.result}))
    if request.result == RETURNED and not request.comment.strip():
        blockers.append(Blocker("comment_missing", "Returning an item needs a comment that says what is missing."))
    if request.result == WAIVED and request.kind != EXTRA:
        message = (
            "Only extra items are waived here. A criterion of the playbook takes a waiver with an end and its own "
            "signatures; ask for one on the page of waivers of this case."
        )
        blockers.append(Blocker("not_waivable_here", message))
    if request.result == WAIVED and not request.comment.strip():
        blockers.append(Blocker("comment_missing", "Waiving an item needs a comment that says why it may be left out."))
    if request.result == ACCEPTED and request.lacks_tier:
        message = "The risk tier is not assessed: answer the questionnaire or say which tier you confirm."
        blockers.append(Blocker("tier_unassessed", message))
    if request.result == ACCEPTED and request.unasked:
        message = "The case pivoted; its risk-tier questionnaire has to be answered anew before the tier is confirmed."
        blockers.append(Blocker("tier_not_asked_anew", message))
    return blockers


def evidence_problems(result: str, comment: str, *, binds_evidence: bool) -> list[FieldProblem]:
    """What an acceptance lacks: bound to no revision, no newer one outdates it, so it says what it rests on."""
    if result != ACCEPTED or binds_evidence or comment.strip():
        return []
    message = "Name the evidence you have seen, or say in the comment why none is needed."
    return [FieldProblem("comment", "evidence_unnamed", message)]
