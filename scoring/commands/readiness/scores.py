"""The current score of each case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scoring.commands.readiness.computing import Computed
from scoring.models import CriterionResult, ReadinessScore
from scoring.rules.readiness import in_points

UPDATED = ("playbook", "gate", "overall", "musts_open", "shoulds_open", "computed_at", "changes_at")


def write_scores(computed: Iterable[Computed], *, now: datetime) -> None:
    """Insert or replace the score of each case."""
    rows = [
        ReadinessScore(
            case_id=found.case_id,
            playbook_id=found.playbook_id,
            gate=found.gate,
            overall=in_points(found.total.overall),
            musts_open=len(found.total.open_musts),
            shoulds_open=found.total.shoulds_open,
            computed_at=now,
            changes_at=found.total.changes_at,
        )
        for found in computed
    ]
    ReadinessScore.objects.bulk_create(rows, update_conflicts=True, unique_fields=["case"], update_fields=UPDATED)


def remove_scores(case_ids: Iterable[int]) -> None:
    """Cases without a next gate have no score; their history stays."""
    ids = list(case_ids)
    if ids:
        ReadinessScore.objects.filter(case__in=ids).delete()
        CriterionResult.objects.filter(case__in=ids).delete()
