"""The history of scores: a point where the score or its open musts changed, with what changed it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from scoring.commands.readiness.results import FIELDS, Stored
from scoring.models import ReadinessPoint, ReadinessScore
from scoring.queries.playbooks import PublishedPlaybook
from scoring.rules.readiness import Readiness
from scoring.rules.vocabulary import MUST, SATISFYING_VERDICTS

_LEVEL, _VERDICT, _ACHIEVEMENT = (FIELDS.index(name) for name in ("level", "verdict", "achievement"))

Parts = Mapping[str, tuple[str, str, Any]]


def write_points(
    computed: Mapping[int, Readiness],
    scores: Mapping[int, ReadinessScore],
    stored: Stored,
    playbook: PublishedPlaybook,
    *,
    now: datetime,
) -> int:
    """Add a point for each case whose score changed; how many."""
    points = []
    for case_id, readiness in computed.items():
        before = scores.get(case_id)
        old = {
            key: (values[_LEVEL], values[_VERDICT], values[_ACHIEVEMENT])
            for key, (_pk, values) in stored.get(case_id, {}).items()
        }
        if before is None or _differs(before, old, readiness):
            changes = [] if before is None else _changes(before, old, readiness, playbook)
            points.append(_point(case_id, readiness, changes, now))
    ReadinessPoint.objects.bulk_create(points)
    return len(points)


def _point(case_id: int, readiness: Readiness, changes: list[dict[str, Any]], now: datetime) -> ReadinessPoint:
    return ReadinessPoint(
        case_id=case_id,
        gate=readiness.gate,
        overall=readiness.overall,
        musts_open=len(readiness.musts_open),
        changes=changes,
        at=now,
    )


def _differs(before: ReadinessScore, old: Parts, readiness: Readiness) -> bool:
    open_before = {key for key, (level, verdict, _) in old.items() if level == MUST and _is_open(verdict)}
    return (before.gate, before.overall) != (readiness.gate, readiness.overall) or open_before != set(
        readiness.musts_open
    )


def _is_open(verdict: str) -> bool:
    return verdict not in SATISFYING_VERDICTS


def _changes(
    before: ReadinessScore, old: Parts, readiness: Readiness, playbook: PublishedPlaybook
) -> list[dict[str, Any]]:
    """What changed it: another gate, another playbook, else each part whose verdict or achievement changed."""
    if before.gate != readiness.gate:
        return [{"gate": {"before": before.gate, "after": readiness.gate}}]
    changes: list[dict[str, Any]] = []
    if before.playbook_id != playbook.pk:
        changes.append({"playbook": {"before": before.playbook_id, "after": playbook.pk}})
    new = {result.key: (result.level, result.verdict, result.achievement) for result in readiness.results}
    for key in [*new, *(key for key in old if key not in new)]:
        was, became = old.get(key), new.get(key)
        if was is None or became is None or was[1:] != became[1:]:
            changes.append({"criterion": key, "before": was and was[1], "after": became and became[1]})
    return changes
