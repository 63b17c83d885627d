"""The time-box of the open spell: stopped in review and on hold, extended once by the chair."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from django.db import transaction
from django.db.models import F

from pocgate.identity.models import User
from pocgate.kernel.errors import NotAllowedNow
from pocgate.ledger.commands import Act, record
from portfolio.commands.recompute import request_recompute
from portfolio.enums import Section
from portfolio.models import StageSpell, UseCase
from portfolio.rules.time_box import extension_blockers


def stop_clock(case_id: int, *, now: datetime) -> None:
    """The open spell's days stop counting; nothing when they had stopped already."""
    StageSpell.objects.filter(case=case_id, exit_reason="", clock_stopped_at__isnull=True).update(clock_stopped_at=now)


def start_clock(case_id: int, *, now: datetime) -> None:
    """The open spell's days count again; its time-box ends later by as long as they had stopped."""
    for spell in StageSpell.objects.filter(case=case_id, exit_reason="", clock_stopped_at__isnull=False):
        stopped = now - (spell.clock_stopped_at or now)
        ends_at = spell.time_box_ends_at + stopped if spell.time_box_ends_at else None
        StageSpell.objects.filter(pk=spell.pk).update(clock_stopped_at=None, time_box_ends_at=ends_at)


def extend_time_box(*, case_id: int, days: int, share: Fraction, reason: str, actor: User, now: datetime) -> StageSpell:
    """One extension of at most `share` of the time-box. The caller in gates checks that the actor is the chair."""
    with transaction.atomic():
        case = UseCase.objects.select_for_update().get(pk=case_id)
        spell = StageSpell.objects.filter(case=case, exit_reason="").first()
        box = spell.time_box_days if spell else None
        blockers = extension_blockers(box, spell.extension_days if spell else 0, days, share)
        if blockers or spell is None:
            raise NotAllowedNow(blockers)
        StageSpell.objects.filter(pk=spell.pk).update(
            extension_days=days, time_box_ends_at=F("time_box_ends_at") + timedelta(days=days)
        )
        record(
            Act(
                "case.time_box_extended",
                "stage_spell",
                spell.pk,
                case.pk,
                {"extension_days": spell.extension_days},
                {"extension_days": days, "reason": reason},
            ),
            actor=actor,
            now=now,
        )
        request_recompute(case.pk, Section.HORIZON)
        spell.refresh_from_db()
    return spell
