"""Who sees a vote: every status, mode and kind of viewer."""

from __future__ import annotations

import pytest

from gates.rules.blindness import may_see_history, may_see_vote
from gates.rules.transitions import REVIEW_STATUSES

OPEN = ("closed", "decided")


@pytest.mark.parametrize("status", REVIEW_STATUSES)
@pytest.mark.parametrize("mode", ["own_vote", "close"])
@pytest.mark.parametrize(
    ("viewer_id", "seat", "while_blind"),
    [
        (1, {"viewer_has_seat": True, "viewer_has_current_vote": True}, ("own_vote", "close")),
        (1, {"viewer_has_seat": False, "viewer_has_current_vote": False}, ("own_vote", "close")),
        (2, {"viewer_has_seat": True, "viewer_has_current_vote": True}, ("own_vote",)),
        (2, {"viewer_has_seat": True, "viewer_has_current_vote": False}, ()),
        (2, {"viewer_has_seat": False, "viewer_has_current_vote": False}, ()),
        (2, {"viewer_has_seat": False, "viewer_has_current_vote": True}, ()),
        (None, {"viewer_has_seat": False, "viewer_has_current_vote": False}, ()),
    ],
    ids=["caster", "caster without seat", "voter", "seat without vote", "chair or auditor", "former seat", "token"],
)
def test_vote_is_seen_only_by_those_who_may(status, mode, viewer_id, seat, while_blind):
    seen = may_see_vote(viewer_id, 1, status, mode, **seat)

    assert seen == (status in OPEN or mode in while_blind)


@pytest.mark.parametrize("status", REVIEW_STATUSES)
def test_earlier_ballots_are_seen_from_the_close_on(status):
    assert may_see_history(status) == (status in OPEN)
