"""The reminder job, run by the real worker, and whom it told."""

from __future__ import annotations

from tests.installation import Installation

# On the day the vote opens nobody is reminded of it, so the opening moves back; the worker's clock can not.
_OPENED_EARLIER = """
from datetime import timedelta
from gates.models import GateReview
for review in GateReview.objects.filter(state="voting", case__number={number}):
    review.voting_opened_at -= timedelta(days=10)
    review.save(update_fields=["voting_opened_at"])
"""
# The worker says how often it took the job, beat's own runs included, and whether one is still going on.
_RUN_THREE_TIMES = """
import time
from celery import current_app
TASK = "gates.send_reminders"
worker = current_app.control.inspect(timeout=5, limit=1)
def taken():
    return sum(each["total"].get(TASK, 0) for each in (worker.stats() or {}).values())
def is_running():
    return any(task["name"] == TASK for tasks in (worker.active() or {}).values() for task in tasks)
before, patience = taken(), time.monotonic() + 60
for _ in range(3):
    current_app.send_task(TASK)
while taken() < before + 3 or is_running():
    assert time.monotonic() < patience, "the worker did not run the job three times"
"""
_TOLD = """
SELECT person.username, count(*) FROM inbox_notification told JOIN identity_user person ON person.id = told.user_id
WHERE told.kind = 'vote_outstanding' AND told.occasion <> 'opened' GROUP BY person.username
"""


def remind_three_times(installation: Installation, reference: str) -> dict[str, int]:
    """Reminders of the outstanding vote by sign-in name, after three runs of the job."""
    number = int(reference.removeprefix("UC-"))
    installation.python(_OPENED_EARLIER.format(number=number) + _RUN_THREE_TIMES)
    return dict(installation.query(_TOLD))
