"""Dependencies: recorded, corrected while they are open, resolved once."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, FieldProblem
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_edit, invalid_when, note_change, refuse_when
from portfolio.commands.records.writing import Kind, content_of, write_correction, write_once
from portfolio.enums import DependencyOn
from portfolio.models import Dependency, UseCase
from portfolio.rules.dependencies import Need, need_problems, open_blockers, resolution_problems

KIND = Kind(Dependency, "dependency")


def record_dependency(*, case_id: int, need: Need, actor: User, now: datetime) -> tuple[Dependency, bool]:
    """Record what the case waits for; True when it is new. Another case must be one the actor sees."""
    with transaction.atomic():
        case = case_to_edit(case_id, act="keep_records", actor=actor, now=now)
        return write_once(KIND, case, _values(case, need, actor, now), actor=actor, now=now)


def correct_dependency(*, dependency_id: int, need: Need, reason: str, actor: User, now: datetime) -> Dependency:
    """Put another wording, kind or day in the place of a wrong one, which stays and refers to it."""
    with transaction.atomic():
        case = case_to_edit(KIND.case_id_of(dependency_id), act="keep_records", actor=actor, now=now)
        old = KIND.locked(dependency_id)
        refuse_when(_blockers(old))
        values = _values(case, need, actor, now)
        return write_correction(KIND, case, old, values, reason=reason, actor=actor, now=now)


def resolve_dependency(*, dependency_id: int, resolution: str, actor: User, now: datetime) -> Dependency:
    """It no longer blocks, for the reason given."""
    invalid_when(resolution_problems(resolution))
    with transaction.atomic():
        case = case_to_edit(KIND.case_id_of(dependency_id), act="keep_records", actor=actor, now=now)
        row = KIND.locked(dependency_id)
        refuse_when(_blockers(row))
        row.resolution, row.resolved_at, row.resolved_by = resolution.strip(), now, actor
        row.save(update_fields=["resolution", "resolved_at", "resolved_by"])
        act = Act("dependency.resolved", "dependency", row.pk, case.pk, {}, {"resolution": row.resolution})
        note_change(case, act, actor=actor, now=now)
    return row


def _blockers(row: Dependency) -> list[Blocker]:
    return open_blockers(is_corrected=row.superseded_by_id is not None, is_resolved=row.resolved_at is not None)


def _values(case: UseCase, need: Need, actor: User, now: datetime) -> dict[str, Any]:
    problems = need_problems(need, kinds=DependencyOn.values, case_id=case.pk, today=localdate(now))
    if need.on_case_id is not None and not problems:
        seen = UseCase.objects.visible_to(actor, now=now).filter(pk=need.on_case_id)
        if not seen.exists():
            problems.append(FieldProblem("on_case", "unknown_case", "There is no such case."))
    invalid_when(problems)
    return content_of(asdict(need))
