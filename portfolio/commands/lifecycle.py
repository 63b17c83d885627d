"""The only place where stage and status change, together with the spell, the hold and the activity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, NotAllowedNow
from pocgate.ledger.commands import Act, record
from portfolio.commands.clock import start_clock, stop_clock
from portfolio.commands.recompute import request_recompute
from portfolio.enums import Precision
from portfolio.models import Hold, StageSpell, UseCase
from portfolio.rules.transitions import StageMove, transition_blockers


@dataclass(frozen=True)
class PauseTerms:
    """A pause has a revive date or a trigger, and a reason code."""

    reason_code: str
    reason: str
    revive_date: date | None = None
    revive_trigger: str = ""


def lock_case(case_id: int) -> UseCase:
    """The case, locked until the transaction ends."""
    return UseCase.objects.select_for_update().get(pk=case_id)


def submit(*, case_id: int, time_box_days: int | None, actor: User, now: datetime) -> UseCase:
    """Draft → active: open the stage-0 spell. What a submitted case must hold is checked by the caller's command."""
    with transaction.atomic():
        case = lock_case(case_id)
        _refuse([] if case.status == "draft" else [_not_a_draft()])
        _change_status(case, "active", now=now, stage=0)
        _open_spell(case, stage=0, now=now, time_box_days=time_box_days)
        record(
            Act("case.submitted", "use_case", case.pk, case.pk, {"status": "draft"}, {"status": "active", "stage": 0}),
            actor=actor,
            now=now,
        )
        request_recompute(case.pk)
    return case


def enter_review(*, case_id: int, actor: User | None, now: datetime) -> UseCase:
    """Active, paused or stopped → in review. A hold stays until the decision, so that a withdrawal returns to it."""
    with transaction.atomic():
        case = lock_case(case_id)
        before = case.status
        _refuse([*transition_blockers(before, "in_review"), *_unknown_stage(case)])
        _change_status(case, "in_review", now=now, governed=True)
        stop_clock(case.pk, now=now)
        record(
            Act("case.entered_review", "use_case", case.pk, case.pk, {"status": before}, {"status": "in_review"}),
            actor=actor,
            now=now,
        )
        request_recompute(case.pk)
    return case


def leave_review(*, case_id: int, back_to: str, actor: User | None, now: datetime) -> UseCase:
    """In review → the status it had before, when the review is withdrawn."""
    with transaction.atomic():
        case = lock_case(case_id)
        _refuse(transition_blockers(case.status, back_to))
        _change_status(case, back_to, now=now)
        _unlock(case)
        if back_to == "active":
            start_clock(case.pk, now=now)
        record(
            Act("case.left_review", "use_case", case.pk, case.pk, {"status": "in_review"}, {"status": back_to}),
            actor=actor,
            now=now,
        )
        request_recompute(case.pk)
    return case


def apply_move(
    *, case_id: int, move: StageMove, time_box_days: int | None, pause: PauseTerms | None, actor: User, now: datetime
) -> UseCase:
    """Carry out a decided review: close and open spells, set stage, status and iteration, open a hold."""
    with transaction.atomic():
        case = lock_case(case_id)
        before = {"stage": case.stage, "status": case.status, "iteration": case.iteration}
        _refuse([*transition_blockers(case.status, move.status), *_unknown_stage(case)])
        Hold.objects.filter(case=case, ended_at__isnull=True).update(ended_at=now)
        if move.exit_reason:
            _close_spell(case, reason=move.exit_reason, now=now)
        iteration = case.iteration + 1 if move.next_iteration else case.iteration
        _change_status(case, move.status, now=now, stage=move.stage, iteration=iteration)
        _unlock(case)
        if move.opens_spell:
            _open_spell(case, stage=move.stage, now=now, time_box_days=time_box_days)
        elif move.status == "active":
            start_clock(case.pk, now=now)
        if pause is not None and move.status == "paused":
            _open_hold(case, pause, now=now)
        after = {"stage": case.stage, "status": case.status, "iteration": case.iteration}
        record(Act("case.moved", "use_case", case.pk, case.pk, before, after), actor=actor, now=now)
        request_recompute(case.pk)
    return case


def resume(*, case_id: int, reason: str, actor: User, now: datetime) -> UseCase:
    """Paused → active, by the chair, with a reason."""
    with transaction.atomic():
        case = lock_case(case_id)
        _refuse([] if case.status == "paused" else [_not_paused()])
        Hold.objects.filter(case=case, ended_at__isnull=True).update(ended_at=now)
        _change_status(case, "active", now=now)
        start_clock(case.pk, now=now)
        record(
            Act(
                "case.resumed",
                "use_case",
                case.pk,
                case.pk,
                {"status": "paused"},
                {"status": "active", "reason": reason},
            ),
            actor=actor,
            now=now,
        )
        request_recompute(case.pk)
    return case


def lock_records(*, case_id: int, actor: User | None, now: datetime) -> None:
    """While a vote runs, the owner's records stay as the voters see them."""
    with transaction.atomic():
        case = lock_case(case_id)
        if case.records_locked_at is None:
            UseCase.objects.filter(pk=case.pk).update(records_locked_at=now)
            record(Act("case.records_locked", "use_case", case.pk, case.pk), actor=actor, now=now)


def unlock_records(*, case_id: int, actor: User | None, now: datetime) -> None:
    """The vote closed or was called off: the owner's records may change again."""
    with transaction.atomic():
        case = lock_case(case_id)
        if case.records_locked_at is not None:
            _unlock(case)
            record(Act("case.records_unlocked", "use_case", case.pk, case.pk), actor=actor, now=now)


def _unlock(case: UseCase) -> None:
    UseCase.objects.filter(pk=case.pk).update(records_locked_at=None)
    case.records_locked_at = None


def _refuse(blockers: list[Blocker]) -> None:
    if blockers:
        raise NotAllowedNow(blockers)


def _unknown_stage(case: UseCase) -> list[Blocker]:
    if case.stage is not None:
        return []
    return [Blocker("stage_unknown", "The stage of this case is not known; say first in which stage it is.")]


def _not_a_draft() -> Blocker:
    return Blocker("not_a_draft", "This case was handed in already.")


def _not_paused() -> Blocker:
    return Blocker("not_paused", "Only a paused case can be resumed.")


def _change_status(
    case: UseCase,
    status: str,
    *,
    now: datetime,
    stage: int | None = None,
    iteration: int | None = None,
    governed: bool = False,
) -> None:
    before = case.status
    case.status = status
    case.stage = case.stage if stage is None else stage
    case.iteration = case.iteration if iteration is None else iteration
    case.governed_at = case.governed_at or (now if governed else None)
    case.updated_at = now
    changed = UseCase.objects.filter(pk=case.pk, status=before).update(
        status=case.status,
        stage=case.stage,
        iteration=case.iteration,
        governed_at=case.governed_at,
        updated_at=now,
        version=F("version") + 1,
    )
    if changed != 1:
        raise NotAllowedNow(transition_blockers(before, status) or [_not_paused()])
    case.version += 1


def _open_spell(case: UseCase, *, stage: int, now: datetime, time_box_days: int | None) -> None:
    StageSpell.objects.create(case=case, **spell_from(case, stage, now, time_box_days))


def spell_from(case: UseCase, stage: int, entered_at: datetime, time_box_days: int | None) -> dict[str, Any]:
    """The fields of a spell that opens at `entered_at` with a time-box in days, or without one."""
    return {
        "stage": stage,
        "iteration": case.iteration,
        "entered_at": entered_at,
        "time_box_days": time_box_days,
        "time_box_ends_at": entered_at + timedelta(days=time_box_days) if time_box_days else None,
    }


def _close_spell(case: UseCase, *, reason: str, now: datetime) -> None:
    StageSpell.objects.filter(case=case, exit_reason="").update(
        left_at=now, left_precision=Precision.EXACT, exit_reason=reason
    )


def _open_hold(case: UseCase, pause: PauseTerms, *, now: datetime) -> None:
    Hold.objects.create(
        case=case,
        started_at=now,
        revive_date=pause.revive_date,
        revive_trigger=pause.revive_trigger,
        reason_code=pause.reason_code,
        reason=pause.reason,
    )
