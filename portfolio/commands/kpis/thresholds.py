"""Thresholds: set before measuring; made easier only by the chair, and marked for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_edit, invalid_when, note_change, plain, refuse_when
from portfolio.enums import Status
from portfolio.models import Kpi, KpiDefinition, KpiReading, KpiThreshold, StageSpell, UseCase
from portfolio.permissions import can
from portfolio.rules.kpis import ThresholdStep, easing_blockers, is_eased, registered_at, threshold_problems
from portfolio.rules.numbers import measure


def set_threshold(
    *, kpi_id: int, gate: int, value: Decimal, actor: User, now: datetime, reason: str = ""
) -> KpiThreshold:
    """State what the KPI must reach at a gate (1 to 3). Easing needs the chair and a reason; a draft's is free."""
    invalid_when(threshold_problems(gate, value))
    with transaction.atomic():
        kpi = Kpi.objects.get(pk=kpi_id)
        case = case_to_edit(kpi.case_id, act="set_threshold", actor=actor, now=now)
        refuse_when([] if kpi.retired_at is None else [Blocker("kpi_retired", "This KPI is retired.")])
        old = KpiThreshold.objects.select_for_update().filter(kpi=kpi, gate=gate, superseded_at__isnull=True).first()
        stored = measure(value)
        if old is not None and old.value == stored:
            return old
        direction = KpiDefinition.objects.get(kpi=kpi, valid_until__isnull=True).direction
        eased = case.status != Status.DRAFT and is_eased(direction, old.value if old else None, stored)
        is_chair = eased and can("ease_threshold", actor, case, now=now)
        refuse_when(easing_blockers(eased=eased, is_chair=is_chair, reason=reason))
        if old is not None:
            KpiThreshold.objects.filter(pk=old.pk).update(superseded_at=now)
        measured = _is_measured(kpi, case, gate)
        threshold = KpiThreshold.objects.create(
            kpi=kpi,
            gate=gate,
            value=stored,
            old_value=old.value if old else None,
            set_at=now,
            set_by=actor,
            reason=reason.strip(),
            readings_existed=measured,
            eased=eased or (old is not None and old.eased),
            late=(measured and (old is None or eased)) or (old is not None and old.late),
        )
        before = {"value": plain(old.value)} if old else {}
        flags = {"eased": threshold.eased, "late": threshold.late}
        after = {"gate": gate, "value": plain(stored), **flags, "reason": threshold.reason}
        note_change(case, Act("kpi.threshold_set", "kpi", kpi.pk, case.pk, before, after), actor=actor, now=now)
    return threshold


def mark_late_thresholds(case: UseCase, readings: Iterable[KpiReading], *, actor: User, now: datetime) -> None:
    """Mark thresholds registered after the end of one of these new readings: it was recorded late, but known before.

    Such a threshold is followed by itself, marked, because rows are never changed. One query when none is.
    """
    made = [reading for reading in readings if reading.iteration == case.iteration]
    first = min((reading.observed_to for reading in made), default=None)
    if first is None:
        return
    suspects = KpiThreshold.objects.select_for_update(of=("self",)).filter(
        kpi__in={reading.kpi_id for reading in made}, superseded_at__isnull=True, late=False, set_at__gt=first
    )
    for threshold in suspects.order_by("pk"):
        ends = [reading.observed_to for reading in made if reading.kpi_id == threshold.kpi_id]
        if _was_known(case, threshold, ends):
            _mark_late(case, threshold, actor=actor, now=now)


def _was_known(case: UseCase, threshold: KpiThreshold, ends: Iterable[datetime]) -> bool:
    """Whether a period of the gate's stage that ends at one of `ends` was over when the threshold was registered."""
    if case.stage is not None and case.stage < threshold.gate:
        return False
    began = _stage_began(case, threshold.gate)
    steps = KpiThreshold.objects.filter(kpi=threshold.kpi_id, gate=threshold.gate).order_by("set_at", "pk")
    history = [ThresholdStep(row.set_at, row.old_value, row.value) for row in steps]
    direction = KpiDefinition.objects.get(kpi=threshold.kpi_id, valid_until__isnull=True).direction
    registered = registered_at(direction, history)
    return any(end < registered and (began is None or end > began) for end in ends)


def _mark_late(case: UseCase, old: KpiThreshold, *, actor: User, now: datetime) -> None:
    KpiThreshold.objects.filter(pk=old.pk).update(superseded_at=now)
    marked = KpiThreshold.objects.create(
        kpi_id=old.kpi_id,
        gate=old.gate,
        value=old.value,
        old_value=old.value,
        set_at=now,
        set_by=actor,
        readings_existed=True,
        eased=old.eased,
        late=True,
    )
    before: Mapping[str, object] = {"value": plain(old.value), "late": False}
    after = {"gate": old.gate, "value": plain(old.value), "eased": old.eased, "late": True, "reason": ""}
    act = Act("kpi.threshold_set", "kpi", marked.kpi_id, case.pk, before, after)
    note_change(case, act, actor=actor, now=now)


def _is_measured(kpi: Kpi, case: UseCase, gate: int) -> bool:
    """Whether a reading of the gate's stage exists in the present iteration; a corrected one was seen as well."""
    readings = kpi.readings.filter(iteration=case.iteration)
    if case.stage is None or case.stage < gate:
        return case.stage is None and readings.exists()
    began = _stage_began(case, gate)
    return (readings if began is None else readings.filter(observed_to__gt=began)).exists()


def _stage_began(case: UseCase, gate: int) -> datetime | None:
    """When the stage that the gate closes was first entered in the present iteration; None when nobody knows."""
    if case.stage is None:
        return None
    spells = StageSpell.objects.filter(case=case, iteration=case.iteration, stage=gate, entered_at__isnull=False)
    return spells.order_by("entered_at").values_list("entered_at", flat=True).first()
