"""Kill -9 the worker while a hundred recomputes wait: each must be done, right, and once."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass

from tests.installation import Installation, wait_for

CASES = 100
ALLOWED_SECONDS = 90.0

_LAY = f"""
from django.utils import timezone
from tests.factories.scoring import full_case
from portfolio.commands.recompute import request_recompute_of
request_recompute_of([full_case(timezone.now()).pk for _ in range({CASES})])
"""
_WAITING = "SELECT count(*) FROM portfolio_usecase WHERE computed_version < requested_version"
_POINTS = "SELECT case_id, count(*) FROM scoring_readinesspoint GROUP BY case_id"
# One transaction, so that all wake-ups are sent together.
_CHANGE = """
from django.db import transaction
from portfolio.commands.recompute import request_recompute
from portfolio.models import UseCase
with transaction.atomic():
    for case in UseCase.objects.order_by("pk"):
        UseCase.objects.filter(pk=case.pk).update(
            problem_statement="Claims." if len(case.problem_statement) > 10 else "Claims are sorted by hand. " * 6
        )
        request_recompute(case.pk)
"""
_WRONG = """
from django.utils import timezone
from portfolio.models import UseCase
from scoring.commands.readiness import recompute_cases
print(recompute_cases(list(UseCase.objects.values_list("pk", flat=True)), now=timezone.now()).changed)
"""


@dataclass(frozen=True)
class Round:
    """What one kill did: cases waiting when it struck, seconds until none waited, results wrong or written twice."""

    waiting: int
    seconds: float
    wrong: int
    doubled: int


def lay_cases(installation: Installation) -> None:
    """A hundred cases with records to score, computed once."""
    installation.python(_LAY)
    wait_for(lambda: not _waiting(installation), "the first computation", seconds=ALLOWED_SECONDS)


def kill_once(installation: Installation) -> Round:
    """Change every case, kill the worker with work in hand, and wait until all is computed again."""
    before = _points(installation)
    leader = installation.processes("worker")[0]
    hold_still(installation, leader)
    installation.python(_CHANGE)
    os.killpg(leader, signal.SIGCONT)
    time.sleep(0.3)
    os.kill(leader, signal.SIGKILL)
    start = time.monotonic()
    waiting = _waiting(installation)
    wait_for(lambda: not _waiting(installation), "every case computed again", seconds=ALLOWED_SECONDS)
    seconds = time.monotonic() - start
    after = _points(installation)
    doubled = sum(max(0, after[case] - before[case] - 1) for case in after)
    return Round(waiting, seconds, int(installation.python(_WRONG)), doubled)


def hold_still(installation: Installation, leader: int) -> None:
    """Stop the worker between two transactions: one stopped within would keep its locks as long as it stands still."""
    wait_for(lambda: _stopped_without_locks(installation, leader), "a moment without a lock", seconds=ALLOWED_SECONDS)


def _stopped_without_locks(installation: Installation, leader: int) -> bool:
    os.killpg(leader, signal.SIGSTOP)
    if installation.is_writable():
        return True
    os.killpg(leader, signal.SIGCONT)
    return False


def _waiting(installation: Installation) -> int:
    count: int = installation.query(_WAITING)[0][0]
    return count


def _points(installation: Installation) -> dict[int, int]:
    return dict(installation.query(_POINTS))
