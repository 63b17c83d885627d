"""Correcting a decision: a later one with its own number takes its place, with the same outcome."""

from __future__ import annotations

from dataclasses import dataclass

from pocgate.kernel.errors import Blocker


@dataclass(frozen=True)
class CorrectionState:
    """What a correction depends on. `corrected_by` and `decided_again_by` are numbers of later decisions, or empty."""

    is_chair: bool
    in_conflict: bool
    corrected_by: str = ""
    decided_again_by: str = ""
    has_open_review: bool = False


def correction_blockers(state: CorrectionState) -> list[Blocker]:
    """What stands in the way of correcting a decision, whatever is filled in."""
    blockers = []
    if not state.is_chair:
        blockers.append(Blocker("not_chair", "Only chair and deputy of the committee that decided correct a decision."))
    if state.in_conflict:
        message = "You are or were on the team of this case, or fund it; somebody else of the two corrects it."
        blockers.append(Blocker("in_conflict", message))
    if state.corrected_by:
        message = "{number} corrected this decision; correct that one."
        blockers.append(Blocker("corrected_already", message, {"number": state.corrected_by}))
    if state.decided_again_by:
        message = "{number} was decided on this case since; it stands as it is."
        blockers.append(Blocker("decided_again", message, {"number": state.decided_again_by}))
    if state.has_open_review:
        message = "A review of this case is open; its decision says how things are from then on."
        blockers.append(Blocker("review_open", message))
    return blockers
