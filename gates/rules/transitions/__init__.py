"""The life of a review: which status may follow which, and what stands in the way of each act.

Each `*_blockers` function greys the button, explains why, and refuses the command. It returns every reason, not the
first; an empty list means the act is allowed.
"""

from gates.rules.transitions.closing import ClosingState, closing_blockers, extension_is_due
from gates.rules.transitions.decision import DecisionState, decision_blockers
from gates.rules.transitions.request import RequestState, request_blockers
from gates.rules.transitions.sign_off import SignOffRequest, sign_off_blockers
from gates.rules.transitions.status import REVIEW_STATUSES, TRANSITIONS, may_become
from gates.rules.transitions.voting import (
    OpeningState,
    RecusalState,
    VoteState,
    opening_blockers,
    recusal_blockers,
    vote_blockers,
)
from gates.rules.transitions.withdrawal import WithdrawalState, withdrawal_blockers

__all__ = [
    "REVIEW_STATUSES",
    "TRANSITIONS",
    "ClosingState",
    "DecisionState",
    "OpeningState",
    "RecusalState",
    "RequestState",
    "SignOffRequest",
    "VoteState",
    "WithdrawalState",
    "closing_blockers",
    "decision_blockers",
    "extension_is_due",
    "may_become",
    "opening_blockers",
    "recusal_blockers",
    "request_blockers",
    "sign_off_blockers",
    "vote_blockers",
    "withdrawal_blockers",
]
