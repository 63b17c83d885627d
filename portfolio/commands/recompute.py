"""Marks cases whose readiness must be computed again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import F

from pocgate.kernel import jobs
from portfolio.models import UseCase

RECOMPUTE_TASK = "scoring.recompute_case"


def request_recompute(case_id: int) -> None:
    """A record of the case changed: raise its requested version and wake a worker when the transaction commits."""
    UseCase.objects.filter(pk=case_id).update(requested_version=F("requested_version") + 1)
    jobs.wake(RECOMPUTE_TASK, case_id=case_id)


def request_recompute_of(case_ids: Iterable[int]) -> None:
    """Raise the requested version of many cases; the sweep finds them."""
    UseCase.objects.filter(pk__in=list(case_ids)).update(requested_version=F("requested_version") + 1)


def record_computed(versions: Mapping[int, int], *, due: Mapping[int, datetime | None]) -> None:
    """Note for which version each case's readiness was computed, and when time alone will change it.

    `versions` and `due` are by case id. A change that arrived during the run leaves its case due.
    """
    cases = [
        UseCase(pk=case_id, computed_version=version, readiness_due_at=due.get(case_id))
        for case_id, version in versions.items()
    ]
    UseCase.objects.bulk_update(cases, ["computed_version", "readiness_due_at"], batch_size=500)
