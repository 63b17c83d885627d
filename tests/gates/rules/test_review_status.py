"""Every step from every status of a review."""

from __future__ import annotations

import pytest

from gates.rules.transitions import REVIEW_STATUSES, TRANSITIONS, may_become
from gates.rules.transitions.status import status_blockers

ALLOWED = {
    ("requested", "in_preparation"),
    ("requested", "withdrawn"),
    ("in_preparation", "voting"),
    ("in_preparation", "withdrawn"),
    ("voting", "closed"),
    ("voting", "withdrawn"),
    ("closed", "decided"),
    ("closed", "withdrawn"),
}
ALLOWED_WITHOUT_VOTE = ALLOWED | {("requested", "decided"), ("in_preparation", "decided")}


@pytest.mark.parametrize("before", REVIEW_STATUSES)
@pytest.mark.parametrize("after", REVIEW_STATUSES)
def test_step_is_allowed_only_by_the_table(before, after):
    assert may_become(before, after) == ((before, after) in ALLOWED)
    assert may_become(before, after, without_vote=True) == ((before, after) in ALLOWED_WITHOUT_VOTE)
    assert (status_blockers(before, after) == []) == ((before, after) in ALLOWED)


def test_every_status_has_a_row():
    assert set(TRANSITIONS) == set(REVIEW_STATUSES)


def test_unknown_status_is_an_error():
    with pytest.raises(KeyError):
        may_become("asleep", "voting")
