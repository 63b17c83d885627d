"""The life of a review, from the request to the close of its vote."""

from gates.commands.reviews.closing import close_or_extend_when_due, close_voting
from gates.commands.reviews.opening import open_voting
from gates.commands.reviews.recusal import recuse
from gates.commands.reviews.request import Request, request_review
from gates.commands.reviews.withdrawal import withdraw

__all__ = [
    "Request",
    "close_or_extend_when_due",
    "close_voting",
    "open_voting",
    "recuse",
    "request_review",
    "withdraw",
]
