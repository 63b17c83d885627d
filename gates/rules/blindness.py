"""Who may see the content of a vote: one function for every page, endpoint, export, mail and count."""

from __future__ import annotations

from scoring.rules.playbook.gates import OWN_VOTE

# A withdrawn review never came to a close, so its votes stay closed as well.
_SHOWN_FROM = frozenset({"closed", "decided"})


def may_see_history(review_status: str) -> bool:
    """Whether the ballots that a seat cast before its last one are open: to nobody before the close, in any mode."""
    return review_status in _SHOWN_FROM


def may_see_vote(
    viewer_id: int | None,
    caster_id: int,
    review_status: str,
    blind_mode: str,
    *,
    viewer_has_seat: bool,
    viewer_has_current_vote: bool,
) -> bool:
    """Whether outcome, rationale, conditions, veto and confidence of a vote are open to the viewer.

    `viewer_has_current_vote` is about a vote of their own on the present dossier. Roles do not matter: neither chair
    nor administrator nor auditor nor a token (`viewer_id` None) sees more.
    """
    if review_status in _SHOWN_FROM:
        return True
    if viewer_id is not None and viewer_id == caster_id:
        return True
    return blind_mode == OWN_VOTE and viewer_has_seat and viewer_has_current_vote
