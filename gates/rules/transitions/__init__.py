"""The life of a review: which status may follow which, and what stands in the way of each act.

Each `*_blockers` function greys the button, explains why, and refuses the command. It returns every reason, not the
first; an empty list means the act is allowed.
"""

from gates.rules.transitions.closing import ClosingState, closing_blockers, extension_is_due
from gates.rules.transitions.correction import CorrectionState, correction_blockers
from gates.rules.transitions.decision import DecisionState, decision_blockers
from gates.rules.transitions.delegation import (
    DelegationState,
    RevocationState,
    delegation_blockers,
    revocation_blockers,
)
from gates.rules.transitions.question import QuestionState, answer_blockers, question_blockers
from gates.rules.transitions.request import RequestState, request_blockers
from gates.rules.transitions.sign_off import SignOffRequest, evidence_problems, sign_off_blockers
from gates.rules.transitions.status import REVIEW_STATUSES, TRANSITIONS, may_become
from gates.rules.transitions.veto import VetoState, appeal_answer_blockers, appeal_blockers, lifting_blockers
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
    "CorrectionState",
    "DecisionState",
    "DelegationState",
    "OpeningState",
    "QuestionState",
    "RecusalState",
    "RequestState",
    "RevocationState",
    "SignOffRequest",
    "VetoState",
    "VoteState",
    "WithdrawalState",
    "answer_blockers",
    "appeal_answer_blockers",
    "appeal_blockers",
    "closing_blockers",
    "correction_blockers",
    "decision_blockers",
    "delegation_blockers",
    "evidence_problems",
    "extension_is_due",
    "lifting_blockers",
    "may_become",
    "opening_blockers",
    "question_blockers",
    "recusal_blockers",
    "request_blockers",
    "revocation_blockers",
    "sign_off_blockers",
    "vote_blockers",
    "withdrawal_blockers",
]
