"""How every kind of record is written: once under its external id, and corrected by a newer row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, FieldProblem
from pocgate.ledger.commands import Act
from portfolio.commands.opening import invalid_when, note_change, plain, refuse_when
from portfolio.commands.rows import reused_id_problem
from portfolio.models import RecordedFact, UseCase

Row = TypeVar("Row", bound=RecordedFact)
Values = Mapping[str, Any]
REASON_LENGTH = 2000


@dataclass(frozen=True)
class Kind(Generic[Row]):
    """A kind of record: its model and its noun, which begins the verbs of its activities."""

    model: type[Row]
    noun: str

    @property
    def rows(self) -> QuerySet[Row]:
        """All rows."""
        return QuerySet(self.model)

    def locked(self, pk: int) -> Row:
        """The row, locked; its case has to be locked before."""
        return self.rows.select_for_update().get(pk=pk)

    def case_id_of(self, pk: int) -> int:
        """The case of the row. Raises `DoesNotExist`."""
        return self.rows.get(pk=pk).case_id


def write_once(kind: Kind[Row], case: UseCase, values: Values, *, actor: User, now: datetime) -> tuple[Row, bool]:
    """A new row of the locked case, True; or the one its external id was given to before with the same content."""
    known = _known(kind, case, values["external_id"])
    if known is not None:
        invalid_when([] if _same(known, values) else [reused_id_problem(values["external_id"])])
        return known, False
    row = _create(kind, case, case, values, actor=actor, now=now)
    act = Act(f"{kind.noun}.recorded", kind.noun, row.pk, case.pk, {}, as_json(values))
    note_change(case, act, actor=actor, now=now)
    return row, True


def write_correction(
    kind: Kind[Row], case: UseCase, old: Row, values: Values, *, reason: str, actor: User, now: datetime
) -> Row:
    """Another row in the place of the locked `old` one, which stays and refers to it. It keeps stage and iteration."""
    invalid_when(reason_problems(reason))
    row = write_successor(kind, case, old, values, actor=actor, now=now)
    before = {name: plain(getattr(old, name)) for name, value in values.items() if getattr(old, name) != value}
    after = {name: plain(values[name]) for name in before}
    after |= {"corrects": old.pk, "reason": reason.strip()}
    act = Act(f"{kind.noun}.corrected", kind.noun, row.pk, case.pk, before, after)
    note_change(case, act, actor=actor, now=now)
    return row


def write_successor(kind: Kind[Row], case: UseCase, old: Row, values: Values, *, actor: User, now: datetime) -> Row:
    """The row that supersedes `old`, without news of it."""
    refuse_when([] if old.superseded_by_id is None else [corrected_already()])
    if _known(kind, case, values["external_id"]) is not None:
        invalid_when([reused_id_problem(values["external_id"])])
    row = _create(kind, case, old, values, actor=actor, now=now)
    kind.rows.filter(pk=old.pk).update(superseded_by=row)
    return row


def reason_problems(reason: str) -> list[FieldProblem]:
    """A correction or another act with a reason gives one."""
    if not reason.strip():
        return [FieldProblem("reason", "required", "Give the reason.")]
    if len(reason) > REASON_LENGTH:
        params = {"length": len(reason), "limit": REASON_LENGTH}
        message = "The text has {length} characters; at most {limit} fit."
        return [FieldProblem("reason", "too_long", message, params)]
    return []


def corrected_already() -> Blocker:
    """Only the newest of a chain of corrections can be corrected."""
    return Blocker("corrected_already", "This was corrected already; correct the newer one.")


def content_of(given: Values) -> dict[str, Any]:
    """The values as they are stored: texts without blanks around them, no external id instead of an empty one."""
    values = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
    return {**values, "external_id": values["external_id"] or None}


def as_json(values: Values) -> dict[str, object]:
    """What was given, for the activity."""
    return {name: plain(value) for name, value in values.items() if value not in (None, "")}


def _create(kind: Kind[Row], case: UseCase, then: UseCase | Row, values: Values, *, actor: User, now: datetime) -> Row:
    """A row of the stage and iteration that `then` was in."""
    return kind.rows.create(
        case=case, stage=then.stage, iteration=then.iteration, recorded_at=now, recorded_by=actor, **values
    )


def _known(kind: Kind[Row], case: UseCase, external_id: str | None) -> Row | None:
    if not external_id:
        return None
    return kind.rows.filter(case=case, external_id=external_id).first()


def _same(row: RecordedFact, values: Values) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())
