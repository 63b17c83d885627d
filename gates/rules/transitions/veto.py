"""Lifting a veto, and putting it before the sponsor."""

from __future__ import annotations

from dataclasses import dataclass

from gates.rules.transitions.status import CLOSED, VOTING
from pocgate.kernel.errors import Blocker


@dataclass(frozen=True)
class VetoState:
    """What an act on a veto depends on. `may` is whether the actor is whom the act belongs to."""

    review_status: str
    has_veto: bool
    may: bool
    text: str
    is_done: bool = False


def lifting_blockers(state: VetoState) -> list[Blocker]:
    """What stands in the way of lifting a veto: possible from the close to the decision, by holder or successor."""
    blockers = _veto_blockers(state)
    if not state.may:
        message = "Only the holder of the seat that vetoed, or their successor in it, lifts the veto."
        blockers.append(Blocker("veto_not_yours", message))
    if not state.text.strip():
        blockers.append(Blocker("note_missing", "Please say what was done, so that the veto can be lifted."))
    return blockers


def appeal_blockers(state: VetoState) -> list[Blocker]:
    """What stands in the way of putting a veto before the sponsor, once."""
    blockers = _veto_blockers(state)
    if not state.may:
        message = "Only the product owner of the case or the chair puts a veto before the sponsor."
        blockers.append(Blocker("appeal_not_yours", message))
    if state.is_done:
        blockers.append(Blocker("appealed_already", "This veto was put before the sponsor already."))
    if not state.text.strip():
        blockers.append(Blocker("reason_missing", "Please say why the veto should be lifted."))
    return blockers


def appeal_answer_blockers(state: VetoState) -> list[Blocker]:
    """What stands in the way of the sponsor's word on an appeal, once. It is recorded and lifts nothing."""
    blockers = []
    if not state.may:
        blockers.append(Blocker("sponsor_only", "Only the sponsor of the case answers the appeal."))
    if state.is_done:
        blockers.append(Blocker("answered_already", "This appeal is answered already."))
    if not state.text.strip():
        blockers.append(Blocker("answer_missing", "Please write the answer."))
    return blockers


def _veto_blockers(state: VetoState) -> list[Blocker]:
    if state.review_status == VOTING:
        # Whether there is a veto at all is nobody's to know before the close.
        message = "While the vote is open nobody sees a veto; its holder takes it back by changing the vote."
        return [Blocker("still_voting", message)]
    if state.review_status != CLOSED:
        message = "A veto is lifted between the close of the vote and the decision; the review is {status}."
        return [Blocker("wrong_status", message, {"status": state.review_status})]
    return [] if state.has_veto else [Blocker("no_veto_stands", "No veto of this seat stands.")]
