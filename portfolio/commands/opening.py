"""How every change of a case's records begins and ends: lock, right, blockers; then news of the change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, FieldProblem, Invalid, NotAllowedNow
from pocgate.ledger.commands import Act, record
from portfolio.commands.recompute import request_recompute, sections_changed_by
from portfolio.models import UseCase
from portfolio.permissions import require
from portfolio.rules.locks import editing_blockers, measuring_blockers

Json = str | int | bool | None | list[object]


def case_to_edit(case_id: int, *, act: str, actor: User, now: datetime) -> UseCase:
    """The locked case, whose owner's records are to change. Raises `Forbidden` or `NotAllowedNow`."""
    case = UseCase.objects.select_for_update().get(pk=case_id)
    require(act, actor, case, now=now)
    refuse_when(
        editing_blockers(
            case.status, is_locked=case.records_locked_at is not None, is_archived=case.archived_at is not None
        )
    )
    return case


def case_to_measure(case_id: int, *, act: str, actor: User, now: datetime) -> UseCase:
    """The locked case, to which a reading or a cost is to be appended. Raises `Forbidden` or `NotAllowedNow`."""
    case = UseCase.objects.select_for_update().get(pk=case_id)
    require(act, actor, case, now=now)
    refuse_when(measuring_blockers(case.status))
    return case


def refuse_when(blockers: Iterable[Blocker]) -> None:
    """Raise `NotAllowedNow` when there is any blocker."""
    reasons = tuple(blockers)
    if reasons:
        raise NotAllowedNow(reasons)


def invalid_when(problems: Iterable[FieldProblem]) -> None:
    """Raise `Invalid` when there is any problem."""
    found = tuple(problems)
    if found:
        raise Invalid(found)


def note_change(case: UseCase, act: Act, *, actor: User | None, now: datetime) -> None:
    """Write the activity, move the case's `updated_at` and ask for what depends on it to be computed again."""
    UseCase.objects.filter(pk=case.pk).update(updated_at=now)
    record(act, actor=actor, now=now)
    request_recompute(case.pk, sections_changed_by(act.verb))


def plain(value: object) -> Json:
    """A value as JSON: decimals and times become text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal | date):
        return value.isoformat() if isinstance(value, date) else str(value)
    return str(value)
