"""The gates' records, one noun per module."""

from gates.models.committees import Committee, Seat
from gates.models.decisions import Condition, Decision
from gates.models.reviews import Dossier, GateReview, Recusal
from gates.models.sign_offs import SignOff, SignOffRevision
from gates.models.votes import Vote, VoteChange

__all__ = [
    "Committee",
    "Condition",
    "Decision",
    "Dossier",
    "GateReview",
    "Recusal",
    "Seat",
    "SignOff",
    "SignOffRevision",
    "Vote",
    "VoteChange",
]
