"""Wishes to go beyond what was approved: recorded, corrected, withdrawn, and settled by a review of the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_measure, invalid_when, note_change, refuse_when
from portfolio.commands.records.writing import Kind, content_of, reason_problems, write_correction, write_once
from portfolio.commands.standing import ask_for_standing
from portfolio.enums import ChangeKind, ChangeState
from portfolio.models import ChangeRequest, Release, UseCase
from portfolio.rules.operating import Wish, wish_blockers, wish_problems

KIND = Kind(ChangeRequest, "change_request")


def record_change_request(*, case_id: int, wish: Wish, actor: User, now: datetime) -> tuple[ChangeRequest, bool]:
    """Ask for a change; True when it is new. A case that was let through goes before its committee again for it."""
    with transaction.atomic():
        case = case_to_measure(case_id, act="keep_records", actor=actor, now=now)
        written = write_once(KIND, case, _values(case, wish), actor=actor, now=now)
        ask_for_standing(case.pk)
    return written


def correct_change_request(*, change_id: int, wish: Wish, reason: str, actor: User, now: datetime) -> ChangeRequest:
    """Put another wording or kind in the place of a wrong one, while it is open."""
    with transaction.atomic():
        case = case_to_measure(KIND.case_id_of(change_id), act="keep_records", actor=actor, now=now)
        old = KIND.locked(change_id)
        refuse_when(wish_blockers(is_corrected=old.superseded_by_id is not None, state=old.state))
        row = write_correction(KIND, case, old, _values(case, wish), reason=reason, actor=actor, now=now)
        ask_for_standing(case.pk)
    return row


def withdraw_change_request(*, change_id: int, reason: str, actor: User, now: datetime) -> ChangeRequest:
    """Give an open request up, with the reason."""
    invalid_when(reason_problems(reason))
    with transaction.atomic():
        case = case_to_measure(KIND.case_id_of(change_id), act="keep_records", actor=actor, now=now)
        row = KIND.locked(change_id)
        refuse_when(wish_blockers(is_corrected=row.superseded_by_id is not None, state=row.state))
        row.state, row.settled_at = ChangeState.WITHDRAWN, now
        row.save(update_fields=["state", "settled_at"])
        act = Act("change_request.withdrawn", "change_request", row.pk, case.pk, {}, {"reason": reason.strip()})
        note_change(case, act, actor=actor, now=now)
        ask_for_standing(case.pk)
    return row


def settle_change_requests(
    *, case_id: int, change_ids: Sequence[int], approved: bool, decision: str, actor: User | None, now: datetime
) -> int:
    """What a decision, named by its number, said to open requests; the number settled. Within its transaction."""
    state = ChangeState.APPROVED if approved else ChangeState.DECLINED
    open_ones = ChangeRequest.objects.filter(
        case=case_id, pk__in=list(change_ids), state=ChangeState.OPEN, superseded_by__isnull=True
    )
    settled = list(open_ones.order_by("pk").values_list("pk", flat=True))
    ChangeRequest.objects.filter(pk__in=settled).update(state=state, settled_at=now, settled_in=decision)
    case = UseCase.objects.get(pk=case_id)
    for pk in settled:
        after = {"state": state.value, "settled_in": decision}
        act = Act("change_request.settled", "change_request", pk, case_id, {"state": "open"}, after)
        note_change(case, act, actor=actor, now=now)
    return len(settled)


def _values(case: UseCase, wish: Wish) -> dict[str, Any]:
    problems = wish_problems(wish, kinds=ChangeKind.values)
    if wish.release_id is not None and not Release.objects.filter(case=case, pk=wish.release_id).exists():
        problems.append(FieldProblem("release", "unknown_release", "This case has no such release."))
    invalid_when(problems)
    return content_of(asdict(wish))
