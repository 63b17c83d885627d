"""A case's readiness as it was last computed: the score, and every part of it with the records behind it."""

from __future__ import annotations

from typing import Any

from pocgate.api.cases.columns import is_current, next_gate, reference
from portfolio.models import UseCase
from scoring.models import CriterionResult, ReadinessScore
from scoring.queries.playbooks import current_playbook, playbook_of
from scoring.rules.playbook import Criterion
from scoring.rules.reasons import MESSAGES
from scoring.rules.vocabulary import MUST, SATISFYING_VERDICTS


def case_readiness(case: UseCase) -> dict[str, Any]:
    """The score with its parts in the playbook's order; their points add up to it. Scores are 0–100.

    A draft, a case that ended and one of unknown stage have no next gate: score and gate are null, parts empty.
    """
    score = ReadinessScore.objects.filter(case=case).select_related("playbook").first()
    parts = list(CriterionResult.objects.filter(case=case).order_by("position", "pk")) if score else []
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
        "dimensions": _dimensions(score.dimensions) if score else [],
        "parts": [_part(part, rules.get(part.criterion)) for part in parts],
    }


def _dimensions(stored: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    return [
        {"dimension": name, **{key: float(value) for key, value in figures.items()}} for name, figures in stored.items()
    ]


def _part(part: CriterionResult, criterion: Criterion | None) -> dict[str, Any]:
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
        "points": float(part.points),
        "points_possible": float(part.points_possible),
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
