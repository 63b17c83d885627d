"""The parts of each score; only rows that differ are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scoring.models import CriterionResult
from scoring.rules.canonical import plain
from scoring.rules.playbook import Playbook
from scoring.rules.readiness import CriterionResult as Result
from scoring.rules.readiness import Readiness

FIELDS = (
    "dimension",
    "gate",
    "level",
    "verdict",
    "achievement",
    "points",
    "points_possible",
    "reason",
    "reason_params",
    "records",
    "changes_at",
    "position",
)
# One DELETE names so many rows; SQLite refuses more than 32,766 values in a statement.
_DELETED_AT_ONCE = 5_000

Values = tuple[Any, ...]
Stored = Mapping[int, Mapping[str, tuple[int, Values]]]


def stored_results(case_ids: Iterable[int]) -> Stored:
    """Primary key and values (as `FIELDS`) of the rows as they are, by case and criterion."""
    found: dict[int, dict[str, tuple[int, Values]]] = {}
    rows = CriterionResult.objects.filter(case__in=list(case_ids)).values_list("case_id", "criterion", "pk", *FIELDS)
    for case_id, criterion, pk, *values in rows:
        found.setdefault(case_id, {})[criterion] = (pk, tuple(values))
    return found


def write_results(computed: Mapping[int, Readiness], stored: Stored, playbook: Playbook) -> None:
    """Make the rows equal to what was computed."""
    positions = {key: position for position, key in enumerate(playbook.criteria_by_key)}
    rows, gone = [], []
    for case_id, readiness in computed.items():
        before = stored.get(case_id, {})
        keys = set()
        for result in readiness.results:
            keys.add(result.key)
            values = values_of(result, readiness.gate, positions[result.key])
            if before.get(result.key, (0, ()))[1] != values:
                fields = dict(zip(FIELDS, values, strict=True))
                rows.append(CriterionResult(case_id=case_id, criterion=result.key, **fields))
        gone += [pk for key, (pk, _values) in before.items() if key not in keys]
    for start in range(0, len(gone), _DELETED_AT_ONCE):
        CriterionResult.objects.filter(pk__in=gone[start : start + _DELETED_AT_ONCE]).delete()
    CriterionResult.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=["case", "criterion"], update_fields=FIELDS
    )


def values_of(result: Result, gate: int, position: int) -> Values:
    """The row of one part, in the order of `FIELDS`."""
    return (
        result.dimension,
        gate,
        result.level,
        result.verdict,
        result.achievement,
        result.points,
        result.points_possible,
        result.reason.code,
        plain(result.reason.params),
        [plain(record) for record in result.records],
        result.changes_at,
        position,
    )
