"""Withdrawing a review."""

from __future__ import annotations

from dataclasses import dataclass

from gates.rules.transitions.status import IN_PREPARATION, REQUESTED, WITHDRAWN, status_blockers
from pocgate.kernel.errors import Blocker


@dataclass(frozen=True)
class WithdrawalState:
    """What a withdrawal depends on."""

    review_status: str
    is_owner: bool
    is_chair: bool
    reason: str


def withdrawal_blockers(state: WithdrawalState) -> list[Blocker]:
    """What stands in the way: the owner may until voting opens, later only the chair with a reason."""
    blockers = status_blockers(state.review_status, WITHDRAWN)
    owner_may = state.is_owner and state.review_status in (REQUESTED, IN_PREPARATION)
    if not owner_may and not state.is_chair:
        message = "The owner withdraws until voting opens; after that only the chair does."
        blockers.append(Blocker("not_yours_to_withdraw", message))
    if not owner_may and state.is_chair and not state.reason.strip():
        blockers.append(Blocker("reason_missing", "Withdrawing as chair needs a reason."))
    return blockers
