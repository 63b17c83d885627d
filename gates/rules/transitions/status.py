"""The statuses of a review and the steps between them."""

from __future__ import annotations

from collections.abc import Mapping

from pocgate.kernel.errors import Blocker

REQUESTED, IN_PREPARATION, VOTING = "requested", "in_preparation", "voting"
CLOSED, DECIDED, WITHDRAWN = "closed", "decided", "withdrawn"
REVIEW_STATUSES = (REQUESTED, IN_PREPARATION, VOTING, CLOSED, DECIDED, WITHDRAWN)

TRANSITIONS: Mapping[str, frozenset[str]] = {
    REQUESTED: frozenset({IN_PREPARATION, WITHDRAWN}),
    IN_PREPARATION: frozenset({VOTING, WITHDRAWN}),
    VOTING: frozenset({CLOSED, WITHDRAWN}),
    CLOSED: frozenset({DECIDED, WITHDRAWN}),
    DECIDED: frozenset(),
    WITHDRAWN: frozenset(),
}

# The owner's own proposal to stop needs no vote; the chair decides it as soon as it is requested.
TRANSITIONS_WITHOUT_VOTE: Mapping[str, frozenset[str]] = {
    REQUESTED: frozenset({DECIDED}),
    IN_PREPARATION: frozenset({DECIDED}),
}


def may_become(before: str, after: str, *, without_vote: bool = False) -> bool:
    """Whether a review may go from one status to the other. An unknown status raises KeyError."""
    extra = TRANSITIONS_WITHOUT_VOTE.get(before, frozenset()) if without_vote else frozenset()
    return after in TRANSITIONS[before] | extra


def status_blockers(before: str, after: str, *, without_vote: bool = False) -> list[Blocker]:
    """A blocker when the status does not allow the step."""
    if may_become(before, after, without_vote=without_vote):
        return []
    message = "A review that is {status} cannot become {next_status}."
    return [Blocker("wrong_status", message, {"status": before, "next_status": after})]
