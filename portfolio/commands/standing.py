"""News for whoever watches over what a case was approved for; the gates answer to it, by name."""

from __future__ import annotations

from pocgate.kernel import jobs

STANDING_TASK = "gates.check_standing"


def ask_for_standing(case_id: int) -> None:
    """Have it checked, as soon as the transaction commits, whether the latest go of the case still stands."""
    jobs.wake(STANDING_TASK, case_id=case_id)
