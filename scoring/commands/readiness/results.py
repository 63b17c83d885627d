"""The parts of each score; only rows that differ are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from scoring.models import CriterionResult
from scoring.rules.canonical import plain
from scoring.rules.playbook import Playbook
from scoring.rules.readiness import CriterionResult as Result
from scoring.rules.readiness import Weighed, overall_score, weighed
from scoring.rules.vocabulary import MUST, NOT_APPLICABLE, SATISFYING_VERDICTS

# One DELETE names so many rows; SQLite refuses more than 32,766 values in a statement.
_DELETED_AT_ONCE = 5_000


class Part(NamedTuple):
    """A row of `CriterionResult` without its keys, as it is stored and as it is computed."""

    dimension: str
    gate: int
    position: int
    level: str
    weight: int
    achieved: int
    verdict: str
    reason: str
    reason_params: Any
    records: Any
    changes_at: datetime | None
    lapse_reason: str
    lapse_params: Any

    @property
    def is_open(self) -> bool:
        """Neither passing nor waived nor not applicable."""
        return self.verdict not in SATISFYING_VERDICTS


Parts = Mapping[str, Part]


class Change(Protocol):
    """The parts of a case as stored and as they are to be."""

    @property
    def case_id(self) -> int: ...

    @property
    def stored(self) -> Parts: ...

    @property
    def parts(self) -> Parts: ...


class Total(NamedTuple):
    """What follows from the parts: the score in hundredths, what is open, and the next moment time may change it."""

    overall: int
    open_musts: frozenset[str]
    shoulds_open: int
    changes_at: datetime | None


def stored_parts(case_ids: Iterable[int]) -> dict[int, dict[str, Part]]:
    """The rows as they are, by case and criterion."""
    found: dict[int, dict[str, Part]] = {}
    rows = CriterionResult.objects.filter(case__in=list(case_ids)).values_list("case_id", "criterion", *Part._fields)
    for case_id, criterion, *values in rows:
        found.setdefault(case_id, {})[criterion] = Part(*values)
    return found


def part_of(result: Result, gate: int, playbook: Playbook) -> Part:
    """The row of one computed result."""
    whole, lapse = weighed(result), result.lapses_to
    return Part(
        dimension=result.dimension,
        gate=gate,
        position=playbook.positions[result.key],
        level=result.level,
        weight=whole.weight,
        achieved=whole.achieved,
        verdict=result.verdict,
        reason=result.reason.code,
        reason_params=plain(result.reason.params),
        records=[plain(record) for record in result.records],
        changes_at=result.changes_at,
        lapse_reason=lapse.code if lapse else "",
        lapse_params=plain(lapse.params) if lapse else {},
    )


def total_of(parts: Parts) -> Total:
    """The score of a case with these parts."""
    counting = (
        Weighed(key, part.dimension, part.weight, part.achieved)
        for key, part in parts.items()
        if part.verdict != NOT_APPLICABLE
    )
    return Total(
        overall=overall_score(counting),
        open_musts=frozenset(key for key, part in parts.items() if part.level == MUST and part.is_open),
        shoulds_open=sum(part.level != MUST and part.is_open for part in parts.values()),
        changes_at=min((part.changes_at for part in parts.values() if part.changes_at), default=None),
    )


def write_parts(computed: Iterable[Change]) -> None:
    """Make the rows equal to what was computed."""
    rows, gone = [], []
    for found in computed:
        for criterion, part in found.parts.items():
            if found.stored.get(criterion) != part:
                rows.append(CriterionResult(case_id=found.case_id, criterion=criterion, **part._asdict()))
        gone += [(found.case_id, criterion) for criterion in found.stored if criterion not in found.parts]
    _remove(gone)
    CriterionResult.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=["case", "criterion"], update_fields=Part._fields
    )


def _remove(gone: list[tuple[int, str]]) -> None:
    by_criterion: dict[str, list[int]] = {}
    for case_id, criterion in gone:
        by_criterion.setdefault(criterion, []).append(case_id)
    for criterion, case_ids in by_criterion.items():
        for start in range(0, len(case_ids), _DELETED_AT_ONCE):
            some = case_ids[start : start + _DELETED_AT_ONCE]
            CriterionResult.objects.filter(criterion=criterion, case__in=some).delete()
