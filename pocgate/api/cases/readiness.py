"""A case's readiness as it was last computed: the score, and every part of it with the records behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pocgate.api.cases.columns import is_current, next_gate, reference
from portfolio.models import UseCase
from scoring.models import CriterionResult, ReadinessScore
from scoring.queries.explaining.as_of import AsOf
from scoring.queries.explaining.parts import readiness_then
from scoring.queries.playbooks import current_playbook, playbook_of
from scoring.queries.readiness import Part, sums_of
from scoring.rules.canonical import plain
from scoring.rules.playbook import Criterion
from scoring.rules.readiness import NO_SHARE, DimensionScore, DimensionSum, Share, in_points
from scoring.rules.reasons import MESSAGES
from scoring.rules.vocabulary import MUST, SATISFYING_VERDICTS


def case_readiness(case: UseCase) -> dict[str, Any]:
    """The score with its parts in the playbook's order; their points add up to it. Scores are 0–100.

    A draft, a case that ended and one of unknown stage have no next gate: score and gate are null, parts empty.
    """
    score = ReadinessScore.objects.filter(case=case).select_related("playbook").first()
    parts = list(CriterionResult.objects.filter(case=case).order_by("position", "pk")) if score else []
    found = sums_of(parts)
    rules = (playbook_of(score.playbook_id) if score else current_playbook()).criteria_by_key
    return {
        "reference": reference(case.number),
        "next_gate": next_gate(case.stage, case.status),
        "gate": score.gate if score else None,
        "readiness": float(score.overall) if score else None,
        "blockers": score.musts_open if score else None,
        "shoulds_open": score.shoulds_open if score else None,
        "playbook_version": score.playbook.version if score else None,
        "computed_at": score.computed_at if score else None,
        "changes_at": score.changes_at if score else None,
        "is_current": is_current(case.computed_version, case.requested_version),
        "dimensions": [_dimension(dimension) for dimension in found.dimensions],
        "parts": [_part(part, found.shares.get(part.criterion, NO_SHARE), rules.get(part.criterion)) for part in parts],
        "at": None,
        "is_forecast": False,
    }


def readiness_on(case: UseCase, found: AsOf | None, *, now: datetime) -> dict[str, Any]:
    """The same, recomputed from the records of a past day or moved on to a day to come."""
    shown = readiness_then(found) if found else None
    return {
        "reference": reference(case.number),
        "next_gate": found.readiness.gate if found else None,
        "gate": found.readiness.gate if found else None,
        "readiness": float(found.readiness.overall) if found else None,
        "blockers": len(found.readiness.musts_open) if found else None,
        "shoulds_open": len(found.readiness.should_open) if found else None,
        "playbook_version": found.playbook.version if found else None,
        "computed_at": now if found else None,
        "changes_at": found.readiness.changes_at if found else None,
        "is_current": True,
        "dimensions": [_dimension_then(dimension) for dimension in found.readiness.dimensions] if found else [],
        "parts": [_part_then(part) for part in shown.parts] if shown else [],
        "at": found.at if found else None,
        "is_forecast": found is not None and found.at > now,
    }


def _dimension_then(of: DimensionScore) -> dict[str, Any]:
    points = {"points": float(of.points), "points_possible": float(of.points_possible)}
    return {"dimension": of.dimension, "score": float(of.score), **points}


def _part_then(part: Part) -> dict[str, Any]:
    return {
        "criterion": part.key,
        "title": part.title,
        "asks": part.asks,
        "how": part.how,
        "dimension": part.criterion.dimension,
        "kind": part.criterion.kind,
        "level": part.level,
        "verdict": part.verdict,
        "is_blocker": part.is_must and part.is_open,
        "achievement": float(part.achievement),
        "points": float(part.points),
        "points_possible": float(part.points_possible),
        "reason": part.reason,
        "detail": part.reason_text,
        "records": [plain(record) for record in part.records],
        "changes_at": part.changes_at,
    }


def _dimension(found: DimensionSum) -> dict[str, Any]:
    return {"dimension": found.dimension, "score": _number(found.score), **_points(found.share)}


def _points(share: Share) -> dict[str, float]:
    return {"points": _number(share.points), "points_possible": _number(share.possible)}


def _number(hundredths: int) -> float:
    return float(in_points(hundredths))


def _part(part: CriterionResult, share: Share, criterion: Criterion | None) -> dict[str, Any]:
    return {
        "criterion": part.criterion,
        "title": str(criterion.title) if criterion else part.criterion,
        "asks": str(criterion.asks) if criterion else "",
        "how": str(criterion.how) if criterion else "",
        "dimension": part.dimension,
        "kind": criterion.kind if criterion else None,
        "level": part.level,
        "verdict": part.verdict,
        "is_blocker": part.level == MUST and part.verdict not in SATISFYING_VERDICTS,
        "achievement": float(part.achievement),
        **_points(share),
        "reason": part.reason,
        "detail": _sentence(part),
        "records": part.records,
        "changes_at": part.changes_at,
    }


def _sentence(part: CriterionResult) -> str:
    message = MESSAGES.get(part.reason, part.reason)
    try:
        return message.format(**part.reason_params)
    except (KeyError, IndexError):
        # A playbook's or version's older values may lack a name that the sentence has since.
        return message
