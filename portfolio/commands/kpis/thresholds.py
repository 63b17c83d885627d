"""Thresholds: set before measuring; made easier only by the chair, and marked for ever."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_edit, invalid_when, note_change, plain, refuse_when
from portfolio.enums import Status
from portfolio.models import Kpi, KpiDefinition, KpiThreshold
from portfolio.permissions import can
from portfolio.rules.kpis import easing_blockers, is_eased, threshold_problems
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
        threshold = KpiThreshold.objects.create(
            kpi=kpi,
            gate=gate,
            value=stored,
            old_value=old.value if old else None,
            set_at=now,
            set_by=actor,
            reason=reason.strip(),
            readings_existed=kpi.readings.exists(),
            eased=eased or (old is not None and old.eased),
        )
        before = {"value": plain(old.value)} if old else {}
        after = {"gate": gate, "value": plain(stored), "eased": threshold.eased, "reason": threshold.reason}
        note_change(case, Act("kpi.threshold_set", "kpi", kpi.pk, case.pk, before, after), actor=actor, now=now)
    return threshold
