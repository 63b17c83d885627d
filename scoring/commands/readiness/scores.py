"""The current score of each case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from scoring.models import CriterionResult, ReadinessScore
from scoring.queries.playbooks import PublishedPlaybook
from scoring.rules.readiness import Readiness

UPDATED = (
    "playbook",
    "gate",
    "overall",
    "dimensions",
    "musts_open",
    "shoulds_open",
    "computed_at",
    "changes_at",
)


def stored_scores(case_ids: Iterable[int]) -> dict[int, ReadinessScore]:
    """The scores as they are, by case."""
    return {score.case_id: score for score in ReadinessScore.objects.filter(case__in=list(case_ids))}


def write_scores(results: Mapping[int, Readiness], playbook: PublishedPlaybook, *, now: datetime) -> None:
    """Insert or replace the score of each case."""
    if playbook.pk is None:
        raise ValueError("a score names a published playbook")
    rows = [
        ReadinessScore(
            case_id=case_id,
            playbook_id=playbook.pk,
            gate=result.gate,
            overall=result.overall,
            dimensions=_dimensions(result),
            musts_open=len(result.musts_open),
            shoulds_open=len(result.should_open),
            computed_at=now,
            changes_at=result.changes_at,
        )
        for case_id, result in results.items()
    ]
    ReadinessScore.objects.bulk_create(rows, update_conflicts=True, unique_fields=["case"], update_fields=UPDATED)


def remove_scores(case_ids: Iterable[int]) -> None:
    """Cases without a next gate have no score; their history stays."""
    ids = list(case_ids)
    if ids:
        ReadinessScore.objects.filter(case__in=ids).delete()
        CriterionResult.objects.filter(case__in=ids).delete()


def _dimensions(result: Readiness) -> dict[str, dict[str, str]]:
    return {
        part.dimension: {
            "score": str(part.score),
            "points": str(part.points),
            "points_possible": str(part.points_possible),
        }
        for part in result.dimensions
    }
