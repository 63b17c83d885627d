"""Closing the vote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gates.rules.tally import Tally
from gates.rules.transitions.quorum import quorum_blockers
from gates.rules.transitions.status import CLOSED, VOTING, status_blockers
from pocgate.kernel.errors import Blocker
from scoring.rules.playbook.gates import VotingPolicy


@dataclass(frozen=True)
class ClosingState:
    """What closing depends on. `by_chair` is False for the job, which closes at the time or on a settled result."""

    review_status: str
    by_chair: bool
    now: datetime
    voting_closes_at: datetime | None
    tally: Tally
    extensions_used: int

    @property
    def is_over(self) -> bool:
        """Whether the time set for the vote has come."""
        return self.voting_closes_at is not None and self.now >= self.voting_closes_at


def closing_blockers(state: ClosingState, policy: VotingPolicy) -> list[Blocker]:
    """What stands in the way of closing the vote.

    The chair closes any time with a quorum; the job at the time set or as soon as no vote can change the result. At
    the time set without a quorum the vote is extended first.
    """
    blockers = status_blockers(state.review_status, CLOSED)
    if extension_is_due(state, policy):
        message = "The vote has no quorum and is extended by {days} working days."
        blockers.append(Blocker("extension_due", message, {"days": policy.extension_working_days}))
    if state.is_over:
        return blockers
    if state.by_chair:
        blockers += quorum_blockers(state.tally)
    if not state.by_chair and (state.tally.can_still_change or not state.tally.quorum_met):
        blockers.append(Blocker("still_open", "The result can still change and the time has not come."))
    return blockers


def extension_is_due(state: ClosingState, policy: VotingPolicy) -> bool:
    """Whether the time came without a quorum and an extension is left."""
    open_and_over = state.review_status == VOTING and state.is_over
    return open_and_over and not state.tally.quorum_met and state.extensions_used < policy.extensions
