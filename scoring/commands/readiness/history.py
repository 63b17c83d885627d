"""The history of scores: a point where the score or its open musts changed, with what changed it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from scoring.commands.readiness.computing import Computed
from scoring.models import ReadinessPoint
from scoring.rules.readiness import in_points


def write_points(computed: Iterable[Computed], *, now: datetime) -> int:
    """Add a point for each case whose score or open musts changed; how many."""
    points = [
        ReadinessPoint(
            case_id=found.case_id,
            gate=found.gate,
            overall=in_points(found.total.overall),
            musts_open=len(found.total.open_musts),
            changes=_changes(found),
            at=now,
        )
        for found in computed
        if found.is_news
    ]
    ReadinessPoint.objects.bulk_create(points)
    return len(points)


def _changes(found: Computed) -> list[dict[str, Any]]:
    """What changed it: another gate, another playbook, else each part whose verdict or achievement changed."""
    before = found.score
    if before is None:
        return []
    if before.gate != found.gate:
        return [{"gate": {"before": before.gate, "after": found.gate}}]
    changes: list[dict[str, Any]] = []
    if before.playbook_id != found.playbook_id:
        changes.append({"playbook": {"before": before.playbook_id, "after": found.playbook_id}})
    old, new = found.stored, found.parts
    # In the playbook's order, whoever computed them; what is no longer asked comes last.
    for key in [*sorted(new, key=lambda key: new[key].position), *(key for key in sorted(old) if key not in new)]:
        was, became = old.get(key), new.get(key)
        if was is None or became is None or (was.verdict, was.achieved) != (became.verdict, became.achieved):
            changes.append({"criterion": key, "before": was and was.verdict, "after": became and became.verdict})
    return changes
